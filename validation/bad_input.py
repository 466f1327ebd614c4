"""Unusual, broken and hostile files through ``pgx annotate``: each is refused or accepted.

Every file of ``badvcf`` is given to the command in a process of its own, so that a signal, a
hang or a failure is seen and stays with its file. What the manifest expects of a file is compared
with what happens; every disagreement needs a reason. Suites test a whole specification, while this
package reads what a genotype at a defining position depends on: a defect elsewhere can be accepted
if nothing is reported because of it.

Where an accepted file has a result for a gene, each answered position is looked up in the text of
the file by an independent reader: lines are split, nothing more. The position must be covered by a
record that passed its filters and has a called genotype of that sample.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import subprocess
import sys
import tempfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pgx.base.assemblies import Assembly, canonical_contig
from validation.data import DATA, genes, read_table
from validation.tables import table

__all__ = [
    "ACCEPTED_THOUGH",
    "REFUSED_THOUGH",
    "Case",
    "Outcome",
    "Run",
    "annotate",
    "cases",
    "cause_of",
    "measure",
    "measured",
    "plain_text",
    "reason_for",
    "report",
    "unsupported_sites",
    "with_sample",
]

TIME_LIMIT: Final = 180.0
"""Seconds after which a run is ended; it counts as a hang."""

WATCHER: Final = Path(__file__).with_name("watcher.py")
_CODE = re.compile(r"\[(PGX-[A-Z]+-\d{3})\]")
_REFUSED: Final = 3


@dataclass(slots=True)
class Run:
    """A finished run: ``status`` as Python gives it, below 0 a signal's number.

    ``code`` is the first error code on stderr, ``assessed`` how many calls are anything but
    ``not_assessed``, ``results`` the JSON of the samples where a gene was assessed.
    """

    status: int
    seconds: float
    megabytes: float
    code: str
    stderr: str
    assessed: int = 0
    results: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_broken(self) -> bool:
        """Whether it ended in anything but a result or a refusal with a code."""
        if self.status == _REFUSED:
            return not self.code
        return self.status != 0


def annotate(path: Path, scratch: Path, formats: str, assembly: str = "") -> Run:
    """Run the command on one file, with a time limit."""
    with tempfile.TemporaryDirectory(dir=scratch) as own:
        out, errors = Path(own, "out"), Path(own, "stderr")
        words = ["annotate", str(path), "-o", str(out), "--quiet", "--format", formats]
        words += ["--assembly", assembly] if assembly else []
        status, seconds, megabytes = _run(words, errors)
        text = errors.read_text(encoding="utf-8", errors="replace")
        found = _CODE.search(text)
        run = Run(status, seconds, megabytes, found[1] if found else "", text)
        if status == 0:
            _read_results(run, out)
    return run


def _run(words: list[str], errors: Path) -> tuple[int, float, float]:
    """Return exit status, wall seconds and the largest resident memory in MB."""
    command = [sys.executable, "-m", "pgx.cli.main", *words]
    done = subprocess.run(
        [sys.executable, "-I", "-S", WATCHER, str(TIME_LIMIT), str(errors), *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    status, seconds, megabytes = json.loads(done.stdout)
    return status, seconds, megabytes


def _read_results(run: Run, out: Path) -> None:
    with (out / "calls.tsv").open(encoding="utf-8", newline="\n") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        run.assessed = sum(row["status"] != "not_assessed" for row in rows)
    if run.assessed:
        run.results = [
            json.loads(path.read_text(encoding="utf-8")) for path in out.glob("*.pgx.json")
        ]


def plain_text(path: Path) -> str | None:
    """Return a file's text, decompressed; None where it is no text or cannot be read."""
    data = path.read_bytes()
    try:
        data = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
        text = data.decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        return None
    return text if text.startswith("##fileformat") else None


def with_sample(path: Path, into: Path) -> Path | None:
    """Write a copy in which a sample column stands after the others, nothing called.

    A FORMAT column is added where there is none. None where the file is no text.
    """
    text = plain_text(path)
    if text is None:
        return None
    lines = []
    for line in text.split("\n"):
        ending = "\r" if line.endswith("\r") else ""
        columns = line.removesuffix("\r").split("\t")
        if line.startswith("##") or len(columns) < 8:
            lines.append(line)
        elif line.startswith("#"):
            lines.append("\t".join([*columns[:8], "FORMAT", "ADDED"]) + ending)
        else:
            lines.append("\t".join([*columns[:8], "GT", "./."]) + ending)
    copy = into / (path.name.removesuffix(".gz") or "copy.vcf")
    copy.write_text("\n".join(lines), encoding="utf-8", newline="")
    return copy


REPEAT: Final = 60
"""Bases around an indel's position within which its record may stand."""

Span = tuple[int, int]


def unsupported_sites(path: Path, run: Run) -> list[str]:
    """Return answered positions that no record of the file supports, as lines to print."""
    text = plain_text(path) if run.results else None
    if text is None:
        return []
    found = []
    for result in run.results:
        spans = called_spans(text, result["sample"])
        for gene, site, position in answered(result):
            slack = REPEAT if any(len(a) != 1 for a in (site["ref"], *site["alleles"])) else 0
            if not any(a - slack <= position <= b + slack for a, b in spans.get(gene[1], ())):
                found.append(f"{path.name}, {gene[0]}, {site['position']}")
    return found


def answered(result: dict[str, Any]) -> Iterator[tuple[tuple[str, str], dict[str, Any], int]]:
    """Yield (gene, contig), site and position on the input's assembly of what is known."""
    is_38 = result["provenance"]["assembly"] == Assembly.GRCH38.value
    for call in result["calls"]:
        gene = genes().get(call["gene"])
        if gene is None:
            continue
        for variant, site in zip(gene.variants, call["sites"], strict=True):
            if any(allele != "." for allele in site["alleles"]):
                assembly = Assembly.GRCH38 if is_38 else Assembly.GRCH37
                yield (gene.gene, gene.contig), site, gene.position_on(variant, assembly)


def called_spans(text: str, sample: str) -> dict[str, list[Span]]:
    """Return first and last base of each record with a called genotype, by contig."""
    spans: dict[str, list[Span]] = {}
    column = -1
    for line in text.replace("\r\n", "\n").split("\n"):
        columns = line.split("\t")
        if line.startswith("#CHROM"):
            column = columns.index(sample)
        elif line and not line.startswith("#") and columns[6] in ("PASS", "."):
            contig = canonical_contig(columns[0])
            if contig and re.match(r"[^:]*\d", columns[column]):
                start = int(columns[1])
                ends = re.findall(r"(?:^|;)END=(\d+)", columns[7])
                end = max([start + len(columns[3]) - 1, *map(int, ends)])
                spans.setdefault(contig, []).append((start, end))
    return spans


_CAUSE = re.compile(r"^##CauseOfFailure=(.*?)\s*$", re.MULTILINE)

ACCEPTED_THOUGH: Final[Mapping[str, str]] = {
    r"^INFO |^invalid info|SVCLAIM|\bRN\b|RUC|CICN|invalid SV": (
        "INFO: nothing of it is read but END and SVLEN, by rules of their own; a symbolic"
        " allele near a gene leaves it open, whatever INFO adds"
    ),
    r"^cardinality in PL": "PL or GL of a wrong length: read as absent",
    r"^Sample field does not match": "FORMAT keys that are not read (DS, AL): skipped",
    r"^FORMAT (starts with|contains an illegal)": "a FORMAT key that is not read: skipped",
    r"^FILTER ": "FILTER is neither PASS nor `.`: the record's genotypes are unknown",
    r"^(ALT|REF) has a non-valid base": "IUPAC code in REF or ALT: the genotypes are unknown",
    r"non-contiguous|non-sorted": "order of the records: nothing relies on it",
    r"duplicated variant|triplicated variant": (
        "one variant in several records: merged by allele and haplotype, a contradiction is unknown"
    ),
    r"^ID ": "ID is not read",
    r"^QUAL is a negative": "QUAL never decides",
}
"""Pattern of the cause that a file of a suite names → why accepting it says nothing wrong."""

REFUSED_THOUGH: Final[Mapping[str, str]] = {
    r"PGX-VCF-055": "a genotype `0|1` of a record without ALT: which allele it has is unknown",
    r"PGX-VCF-049": "END lies before POS: what the record covers is unknown",
    r"PGX-VCF-031": "a blank line: a line was lost; other readers crash on it",
    r"PGX-VCF-047": "ALT equals REF: `1` would mean the reference",
}
"""Code of the refusal → why the file is not accepted all the same."""


def cause_of(path: Path) -> str:
    """Return the cause of failure that a file of a suite names, else its base name."""
    text = plain_text(path) or ""
    found = _CAUSE.search(text)
    return found[1] if found else path.name


def reason_for(cause: str, reasons: Mapping[str, str]) -> str | None:
    """Return the reason whose pattern is found in a cause, None if there is none.

    >>> reason_for("ID ends with a semi-colon", ACCEPTED_THOUGH)
    'ID is not read'
    """
    return next((why for pattern, why in reasons.items() if re.search(pattern, cause)), None)


ACCEPTED, COMPLETED, REFUSED, BROKEN = "accepted", "with a sample", "refused", "broken"
NO_SAMPLES = "PGX-SMP-001"
UNDECLARED = "PGX-ASM-002"
ASSEMBLIES = ("GRCh38", "GRCh37")
TABLES_ONLY = 100
MOST_SECONDS, MOST_MEGABYTES = 10, 512
NONE_EXPECTED = "—"


@dataclass(frozen=True, slots=True)
class Case:
    """One file: its suite, what the manifest expects of it, how many samples it has."""

    path: Path
    suite: str
    expected: str
    samples: int

    @property
    def name(self) -> str:
        """Path below the folder of all suites."""
        return str(self.path.relative_to(folder()))


@dataclass(slots=True)
class Outcome:
    """What happened to one file: the runs that count, and what they could not support."""

    case: Case
    kind: str
    code: str
    runs: list[Run]
    unsupported: list[str] = field(default_factory=list)

    @property
    def assessed(self) -> int:
        """Genes of which some run says something."""
        return max(run.assessed for run in self.runs)


def folder() -> Path:
    """Return the folder of the suites."""
    return DATA / "badvcf"


def cases() -> list[Case]:
    """Return every file: suites with their expectations, probes, mutants and bombs."""
    listed = {row["file"]: row for row in read_table(folder() / "manifest.tsv")}
    found = []
    for path in sorted(p for p in folder().rglob("*") if p.is_file()):
        name = str(path.relative_to(folder()))
        if "/" not in name:
            continue  # the tables themselves
        row = listed.get(name)
        tags = dict(tag.partition(":")[::2] for tag in row["tags"].split(",")) if row else {}
        samples = int(tags.get("samples", "1") or 1)
        found.append(
            Case(path, name.split("/")[0], row["expected"] if row else NONE_EXPECTED, samples)
        )
    return found


def measure(chosen: Iterable[Case] | None = None, *, workers: int = 2) -> list[Outcome]:
    """Run the command on every file, ``workers`` at a time."""
    with tempfile.TemporaryDirectory(prefix="pgx-bad-") as scratch:
        place = Path(scratch)
        with ThreadPoolExecutor(workers) as pool:
            todo = cases() if chosen is None else list(chosen)
            return list(pool.map(lambda case: examine(case, place), todo))


def examine(case: Case, scratch: Path) -> Outcome:
    """Run one file; on both assemblies where the header names none."""
    formats = "tsv" if case.samples > TABLES_ONLY else "html,json"
    runs = _runs(case.path, scratch, formats)
    codes = {run.code for run in runs}
    if codes == {NO_SAMPLES} and case.expected.startswith("pass"):
        return _completed(case, runs, scratch, formats)
    outcome = Outcome(case, _kind(runs), _code(runs), runs)
    for run in runs:
        outcome.unsupported += unsupported_sites(case.path, run)
    return outcome


def _runs(path: Path, scratch: Path, formats: str) -> list[Run]:
    first = annotate(path, scratch, formats)
    if first.code != UNDECLARED:
        return [first]
    return [annotate(path, scratch, formats, assembly) for assembly in ASSEMBLIES]


def _completed(case: Case, runs: list[Run], scratch: Path, formats: str) -> Outcome:
    """Give a file without samples one, with no genotype called, and run it again."""
    with tempfile.TemporaryDirectory(dir=scratch) as own:
        path = with_sample(case.path, Path(own))
        more = _runs(path, scratch, formats) if path else []
    kind = COMPLETED if more and _kind(more) == ACCEPTED else _kind(runs)
    return Outcome(case, kind, _code(more) or NO_SAMPLES, [*runs, *more])


def _kind(runs: Sequence[Run]) -> str:
    if any(run.is_broken for run in runs):
        return BROKEN
    return ACCEPTED if any(run.status == 0 for run in runs) else REFUSED


def _code(runs: Sequence[Run]) -> str:
    return next((run.code for run in runs if run.code), "")


def excuse(outcome: Outcome) -> str | None:
    """Return why an outcome is right though the manifest expects another, None if unknown.

    An empty text means that it is as expected.
    """
    case = outcome.case
    if case.expected == "fail" and outcome.kind == ACCEPTED:
        return reason_for(cause_of(case.path), ACCEPTED_THOUGH)
    if case.expected.startswith("pass") and outcome.kind == REFUSED:
        return reason_for(outcome.code, REFUSED_THOUGH)
    return None if outcome.kind == BROKEN else ""


def measured() -> str:
    """Measure and return the Markdown."""
    return report(measure())


def report(outcomes: Sequence[Outcome]) -> str:
    """Return tables by suite and expectation, of exceptions, and what it cost."""
    parts = [_counts(outcomes), _costs(outcomes), _support(outcomes), _accepted(outcomes)]
    return "\n\n".join(part for part in [*parts, _refused(outcomes)] if part)


def _counts(outcomes: Sequence[Outcome]) -> str:
    groups: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        for key in ((outcome.case.suite, outcome.case.expected), ("all", outcome.case.expected)):
            groups[key][outcome.kind] += 1
            groups[key][NO_SAMPLES] += outcome.kind == REFUSED and outcome.code == NO_SAMPLES
            groups[key]["n"] += 1
    order = sorted(groups, key=lambda key: (key[0] == "all", key))
    kinds = (ACCEPTED, COMPLETED, REFUSED, NO_SAMPLES, BROKEN)
    header = ["suite", "expected", "n", *kinds[:3], "of these for want of samples", BROKEN]
    rows = [[*key, groups[key]["n"], *(groups[key][kind] for kind in kinds)] for key in order]
    return table(header, rows)


def _costs(outcomes: Sequence[Outcome]) -> str:
    runs = [(run, outcome.case) for outcome in outcomes for run in outcome.runs]
    slowest, slow_case = max(runs, key=lambda pair: pair[0].seconds)
    largest, large_case = max(runs, key=lambda pair: pair[0].megabytes)
    signals = sum(run.status < 0 for run, _ in runs)
    bombs = [run for run, case in runs if case.suite == "bombs"]
    text = (
        f"{len(runs)} runs of {len(outcomes)} files, two at a time: {signals} ended by a signal"
        f" or the time limit. Longest {slowest.seconds:.1f} s (`{slow_case.path.name}`,"
        f" {slow_case.samples} samples), most memory {largest.megabytes:.0f} MB"
        f" (`{large_case.path.name}`)."
    )
    if bombs:
        text += (
            f" The bombs: at most {max(run.seconds for run in bombs):.1f} s"
            f" and {max(run.megabytes for run in bombs):.0f} MB."
        )
    many = sum(outcome.case.samples > TABLES_ONLY for outcome in outcomes)
    if many:
        text += f" {many} files of more than {TABLES_ONLY} samples wrote tables only."
    return text


def _support(outcomes: Sequence[Outcome]) -> str:
    speaking = [o for o in outcomes if o.assessed]
    failing = [o for o in speaking if o.case.expected == "fail"]
    bare = [line for outcome in outcomes for line in outcome.unsupported]
    text = (
        f"{len(speaking)} files say something of a gene, {len(failing)} of them expected to"
        f" fail; {len(bare)} answered positions have no passing record with a called genotype"
        " over them in the text."
    )
    return "\n".join([text, *(f"- {line}" for line in bare)])


def _accepted(outcomes: Sequence[Outcome]) -> str:
    files = [o for o in outcomes if o.case.expected == "fail" and o.kind == ACCEPTED]
    reasons = Counter(excuse(outcome) or "unexplained" for outcome in files)
    rows = [[reason, n] for reason, n in reasons.most_common()]
    return table(["accepted although `fail`: why nothing unsupported is said", "n"], rows)


def _refused(outcomes: Sequence[Outcome]) -> str:
    rows = [
        [f"`{o.case.name}`", o.code, excuse(o) or "unexplained"]
        for o in outcomes
        if o.case.expected.startswith("pass") and o.kind in (REFUSED, BROKEN)
    ]
    return table(["refused although `pass`", "code", "why"], rows) if rows else ""
