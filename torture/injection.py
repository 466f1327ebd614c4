"""Hostile names and alleles through every output: nothing acts, nothing leaves the folder."""

from __future__ import annotations

import importlib.util
import io
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from torture.record import Check, Settings, skipped
from torture.sandbox import EXAMPLES, pgx, sandbox, shown

__all__ = ["ALLELES", "HOSTILE", "WORDS", "checks", "judged", "shape"]

HOSTILE: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "]]><!--",
    '=HYPERLINK("http://x","y")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1",
    "-2+3+cmd|' /C calc'!A0",
    '"=1+1"',
    "S\u202e1",
    "S\x001\x1b[31m\x7f\x85",
    "a\tb\rc\nd\u2028e",
    "S1 ",
    "../../../../tmp/pwn",
    "..",
    ".hidden",
    "con",
    "x" * 5000,
    "\uff1d1+1",
)
"""Names of samples; those with a tab or a line end cannot stand in a VCF as one name."""
ALLELES: Final = (
    *("<script>alert(1)</script>", "<img/src=x/onerror=alert(1)>", "<\x1b[31m>", "<\u202eDUP>"),
    *("<=HYPERLINK(1)>", "<{{7*7}}>", "<../../x>"),
)
WORDS: Final = (*ALLELES, '=cmd|"/C calc"!A0', "@x", "+1", "-2+3", "#eval(sys.inputs)", "$x$")
_BENIGN: Final = "S1"
_BENIGN_ALLELE: Final = "<DUP>"
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# a number or a term such as "-1639 AG" begins with a minus, and is no formula
_ACTING: Final = re.compile(r"^(?:[=+@\t\r]|-(?!\d+( [A-Z]{1,2})?$|$))")
_NAME: Final = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9._-]*$")
_COLUMNS: Final = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"
_FORMATS: Final = "json,html,fhir,fhir-full,xlsx,matrix,multiqc"


def _pdf() -> str:
    return f"{_FORMATS},pdf" if importlib.util.find_spec("typst") else _FORMATS


def checks(settings: Settings) -> list[Check]:
    """Annotate files with hostile texts, and give hostile words to options."""
    missing = [name for name in ("html5lib", "openpyxl") if not importlib.util.find_spec(name)]
    if missing:
        return [skipped("injection", f"{missing[0]} is not installed")]
    with sandbox() as folder:
        return [
            _names(folder, settings),
            *(_fields(folder, field, settings) for field in ("ALT", "INFO", "CHROM", "ID")),
            _options(folder, settings),
        ]


@dataclass(frozen=True, slots=True)
class Written:
    """What a run wrote and said."""

    status: int
    said: str
    files: dict[str, bytes]
    strangers: tuple[str, ...]


def _annotated(folder: Path, text: str, formats: str) -> Written:
    """Run in a folder below others; return what lies in it and what lies elsewhere."""
    place = folder / "a" / "b" / "c"
    shutil.rmtree(folder / "a", ignore_errors=True)
    (place / "tmp").mkdir(parents=True)
    (place / "in.vcf").write_text(text, encoding="utf-8", newline="")
    done = pgx(place, "annotate", "in.vcf", "-o", "out", "--format", formats)
    files = {p.name: p.read_bytes() for p in (place / "out").glob("*") if p.is_file()}
    known = {place / "in.vcf", *((place / "out") / name for name in files)}
    strangers = (p for p in (folder / "a").rglob("*") if p.is_file() and p not in known)
    return Written(done.returncode, done.stdout + done.stderr, files, tuple(map(str, strangers)))


def _text(name: str = _BENIGN) -> str:
    text = (EXAMPLES / "patient.g.vcf").read_text(encoding="utf-8")
    return text.replace("\tEXAMPLE_1\n", f"\t{name}\n")


def _names(folder: Path, settings: Settings) -> Check:
    names = [name for name in HOSTILE if not re.search("[\t\n\r]", name)]
    names = names[: settings.count(len(names))]
    formats = _pdf()
    plain = _annotated(folder, _text(), formats)
    failures, taken = [], 0
    for name in names:
        found = _annotated(folder, _text(name), formats)
        taken += found.status == 0
        failures += [f"{shown(name, 40)}: {why}" for why in judged(found, plain, name)]
    return Check("sample names", len(names), tuple(failures), f"{taken} are taken, others refused")


def _with_field(field: str, text: str) -> str:
    """Return the example with a text in one field of a record at a defining position."""
    lines = _text().splitlines()
    at = next(n for n, line in enumerate(lines) if "\trs3064744\t" in line)
    cells = lines[at].split("\t")
    number = _COLUMNS.removeprefix("#").split("\t").index(field)
    cells[number] = f"X={text}" if field == "INFO" else text
    if field == "ALT":
        cells[number] = f"{text},<NON_REF>"
    lines[at] = "\t".join(cells)
    return "\n".join(lines) + "\n"


def _fields(folder: Path, field: str, settings: Settings) -> Check:
    words: Sequence[str] = ALLELES if field == "ALT" else WORDS
    words = words[: settings.count(len(words))]
    plain = _annotated(folder, _with_field(field, _BENIGN_ALLELE), _FORMATS)
    failures, taken = [], 0
    for word in words:
        found = _annotated(folder, _with_field(field, word), _FORMATS)
        taken += found.status == 0
        failures += [f"{shown(word, 40)}: {why}" for why in judged(found, plain)]
    return Check(field, len(words), tuple(failures), f"{taken} are taken, others refused")


def _options(folder: Path, settings: Settings) -> Check:
    """Name drugs, genes and samples that are none: refused in printable words."""
    patient = EXAMPLES / "patient.g.vcf"
    names = [name for name in HOSTILE if "\x00" not in name]
    names = names[: settings.count(len(names))]
    failures = []
    for name in names:
        for option in ("--drugs", "--genes", "--samples"):
            done = pgx(folder, "annotate", patient, "-o", "none", f"{option}={name}")
            said = done.stdout + done.stderr
            if done.returncode not in (2, 3) or len(said.splitlines()) != 1:
                failures.append(f"{option} {shown(name, 40)}: status {done.returncode}")
            failures += [f"{option} {shown(name, 40)}: {why}" for why in _controls("said", said)]
    return Check("options", 3 * len(names), tuple(failures))


def judged(found: Written, plain: Written, name: str = _BENIGN) -> list[str]:
    """Return what acts or leaks in what a run wrote."""
    failures = [f"a file outside of the folder: {path}" for path in found.strangers]
    failures += _controls("said", found.said)
    if found.status not in (0, 3):
        failures.append(f"status {found.status}: {shown(found.said)}")
    pages = [data for file, data in plain.files.items() if file.endswith(".html")]
    for file, data in found.files.items():
        failures += [f"{file} is no plain name"] if not _NAME.match(file) else []
        failures += [f"{file[-40:]}: {why}" for why in _of_file(file, data, pages, name)]
    return failures


def _of_file(file: str, data: bytes, pages: Sequence[bytes], name: str) -> Iterator[str]:
    if file.endswith(".pdf"):
        yield from _controls("text", _pdf_text(data))
    elif file.endswith(".xlsx"):
        yield from _acting(_cells(data))
    else:
        text = data.decode("utf-8")
        yield from _controls("text", text)
        if file.endswith(".html"):
            yield from _new_elements(text, pages)
        elif file.endswith(".tsv"):
            yield from _acting(cell for line in text.splitlines() for cell in line.split("\t"))
        elif file.endswith(".pgx.json"):
            sample = json.loads(text).get("sample")
            yield from [] if sample == name else [f"the sample is {shown(str(sample), 40)}"]
        else:
            json.loads(text)


def _controls(where: str, text: str) -> list[str]:
    found = _CONTROL.search(text)
    return [f"a control character {found[0]!a} in {where}"] if found else []


def _acting(cells: Iterator[str]) -> Iterator[str]:
    yield from (f"a cell begins {cell[:30]!a}" for cell in cells if _ACTING.match(cell))


def _cells(data: bytes) -> Iterator[str]:
    import openpyxl  # type: ignore[import-untyped] # without types

    for sheet in openpyxl.load_workbook(io.BytesIO(data)):
        for line in sheet.iter_rows():
            yield from (cell.value for cell in line if isinstance(cell.value, str))


def _pdf_text(data: bytes) -> str:
    import pypdf

    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def shape(page: str) -> Counter[str]:
    """Return how often each element with each attribute that may act stands in a page."""
    import html5lib  # type: ignore[import-untyped] # without types

    root: Any = html5lib.parse(page, namespaceHTMLElements=False)
    kinds: Counter[str] = Counter()
    for element in root.iter():
        tag = element.tag if isinstance(element.tag, str) else "comment"
        kinds[tag] += 1
        for attribute, value in element.attrib.items():
            acts = str(attribute).startswith("on") or str(value).strip().startswith("javascript:")
            kinds[f"{tag} {attribute}"] += acts
    return kinds


def _new_elements(text: str, pages: Sequence[bytes]) -> Iterator[str]:
    """Yield kinds of elements that no harmless page has, scripts by their number."""
    if not pages:
        return
    plain = shape(pages[0].decode("utf-8"))
    for kind, n in shape(text).items():
        limit = plain[kind] if kind in ("script", "iframe", "img", "link", "meta", "style") else n
        if n and (not plain[kind] or n > limit):
            yield f"{n} elements {kind}, where a harmless page has {plain[kind]}"
