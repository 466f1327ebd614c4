"""Unusual, broken and hostile files through ``pgx annotate``: each is refused or accepted.

Every file of ``badvcf`` is given to the command in a process of its own, so that a signal, a
hang or a failure is seen and not shared. What the manifest expects of a file is held against
what happens; every disagreement needs a reason, in `validation.bad_input_reasons`. Where an
accepted file has anything to say of a gene, each answered position is looked up in the text
of the file by other means.

Run ``python -m validation.bad_input``.
"""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from validation.bad_input_reasons import ACCEPTED_THOUGH, REFUSED_THOUGH, cause_of, reason_for
from validation.bad_input_run import Run, annotate, with_sample
from validation.bad_input_support import unsupported_sites
from validation.data import DATA, read_table
from validation.tables import show, table

__all__ = ["Case", "Outcome", "cases", "main", "measure", "measured", "report"]

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


def main() -> None:
    """Measure all and print."""
    show(measured())


if __name__ == "__main__":
    main()
