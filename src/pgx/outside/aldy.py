"""Aldy: the decomposition (``.aldy``), the simple form (``.simple``), and the log's results.

Every solution that is listed counts alike. An allele with a variant that its definition does not
have (``*1-like``, ``*41+rs368858603``) is a new one: nothing says what it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pgx.base.errors import OutsideCallError
from pgx.outside.calls import OutsideCall, Unanswered, tool_call
from pgx.outside.file import OutsideFile

__all__ = [
    "is_aldy_log",
    "is_aldy_simple",
    "is_aldy_table",
    "read_aldy_log",
    "read_aldy_simple",
    "read_aldy_table",
]

_TOOL: Final = "Aldy"
_COLUMNS: Final = ("sample", "gene", "solutionid", "major")
_GENE: Final = re.compile(r"[A-Z][A-Z0-9-]{1,15}", re.ASCII)
_DIPLOTYPE: Final = re.compile(r"\*?\d[^/\t]*/\s*\*?\d[^/\t]*", re.ASCII)
_SAMPLE_LINE: Final = re.compile(r"\s*(?:Best|Potential) (\S+) star-alleles for (.+):", re.ASCII)
_RESULTS_LINE: Final = re.compile(r"\s*(\S+) results:", re.ASCII)
_RESULT: Final = re.compile(r"\s+(?:- )?(\*\d[^()\n]*?)\s*(?:\(.*)?", re.ASCII)
_ALLELE: Final = re.compile(r"\*?\d+[A-Z]*(\.\d+)?X?(_\d+)?(x\d+)?", re.ASCII)
_OWN_SUFFIX: Final = ".ALDY"

_Key = tuple[str, str]


def is_aldy_table(file: OutsideFile) -> bool:
    """Whether a text has the columns of a decomposition."""
    return file.header >= {*_COLUMNS, "minor", "copy", "allele"}


def read_aldy_table(file: OutsideFile) -> list[OutsideCall]:
    """Return one call of each gene and sample, of all its solutions.

    Raises
    ------
    OutsideCallError
        A line has too few columns, or a sample's solution has two diplotypes.
    """
    header = [c.lower().lstrip("#") for c in file.cells[0]]
    places = [header.index(name) for name in _COLUMNS]
    found: dict[_Key, dict[str, str]] = {}
    where: dict[_Key, str] = {}
    for (number, line), cells in zip(file.lines, file.cells, strict=True):
        if line.startswith("#"):
            continue
        place = f"{file.name} line {number}"
        if len(cells) <= max(places):
            raise _refusal("too few columns", place)
        sample, gene, solution, major = (cells[i] for i in places)
        known = found.setdefault((sample, gene), {})
        where.setdefault((sample, gene), place)
        if known.setdefault(solution, major) != major:
            raise _refusal("one solution has two diplotypes", place)
    if not found:
        raise _refusal("no solution is listed", file.name)
    return [_call(*key, list(said.values()), where[key]) for key, said in found.items()]


def is_aldy_simple(file: OutsideFile) -> bool:
    """Whether a text without header has a sample, a gene, and pairs of solutions."""
    lines = file.cells
    return bool(lines) and all(_is_simple(cells) for cells in lines[:20])


def _is_simple(cells: Sequence[str]) -> bool:
    if len(cells) < 2 or not cells[0] or not _GENE.fullmatch(cells[1]):
        return False
    majors = [c for c in cells[2::2] if c]
    return all(_DIPLOTYPE.fullmatch(major) for major in majors)


def read_aldy_simple(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a line; a line without solutions is a gene that could not be solved.

    Raises
    ------
    OutsideCallError
        A line is not of this form.
    """
    calls = []
    for (number, _), cells in zip(file.lines, file.cells, strict=True):
        where = f"{file.name} line {number}"
        if not _is_simple(cells):
            raise _refusal("not a sample, a gene and pairs of solutions", where)
        calls.append(_call(cells[0], cells[1], [c for c in cells[2::2] if c], where))
    return calls


def is_aldy_log(file: OutsideFile) -> bool:
    """Whether a text names Aldy at its beginning and has a line ``GENE results:``."""
    return "Aldy v" in file.text[:2_000] and any(_RESULTS_LINE.fullmatch(n) for _, n in file.lines)


def read_aldy_log(file: OutsideFile) -> list[OutsideCall]:
    """Return one call of each gene that has results.

    Raises
    ------
    OutsideCallError
        No gene has results.
    """
    calls = list(_logged(file))
    if not calls:
        raise _refusal("no result is listed", file.name)
    return calls


def _logged(file: OutsideFile) -> Iterator[OutsideCall]:
    samples: dict[str, str] = {}
    lines = file.lines
    for place, (number, line) in enumerate(lines):
        if named := _SAMPLE_LINE.fullmatch(line):
            samples[named[1]] = named[2].strip()
        if opened := _RESULTS_LINE.fullmatch(line):
            said = []
            for _, below in lines[place + 1 :]:
                if not below.startswith(" "):
                    break
                if result := _RESULT.fullmatch(below):
                    said.append(result[1])
            gene = opened[1]
            yield _call(samples.get(gene, ""), gene, said, f"{file.name} line {number}")


def _call(sample: str, gene: str, said: Sequence[str], where: str) -> OutsideCall:
    plain = [_plain(text) for text in said]
    alleles = [a for text in plain for haplotype in text.split("/") for a in haplotype.split("+")]
    reason = "" if all(map(_ALLELE.fullmatch, alleles)) else Unanswered.NOVEL.value
    return tool_call(_TOOL, gene.upper(), sample, plain, where, reason if any(plain) else "")


def _plain(text: str) -> str:
    """Return a diplotype without blanks, and without the mark of names that are Aldy's own."""
    return re.sub(r"\s+", "", text).replace(_OWN_SUFFIX, "")


def _refusal(what: str, where: str) -> OutsideCallError:
    return OutsideCallError(what, where=where, remedy="let the tool write the file again")
