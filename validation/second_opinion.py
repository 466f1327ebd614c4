"""The cohort's calls against those that PharmCAT 3.1.1 made of the same files.

Three runs: phased with absent sites read as reference, phase stripped, and absent sites left
missing (the files as they are, nothing filled in: the second opinion then reports as many
missing positions a gene as this package does). DPYD has no GRCh38 file, so that its calls come
from the GRCh37 call set here, the second opinion's from another.

The contest (`hold_contest`) asks who is right more often without phase: both are compared with our
calls of the same people with phase. Several answers of theirs count as right where they are one
answer and it is the truth; that the truth is among several is a column of its own. In genes that
are compared by phenotype, variants that theirs lists without pairing them are read as the two most
serious ones on different haplotypes, which is what ours does.
"""

from __future__ import annotations

import functools
import gzip
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pgx.base.assemblies import Assembly
from pgx.inputs.settings import Absent
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.phenotypes import PhenotypeTable
from pgx.records.calls import GeneCall
from pgx.records.genes import core_allele
from validation import callers
from validation.data import (
    DATA,
    Observed,
    cohort_files,
    gene_of,
    genes,
    read_files,
    read_table,
    reference_name,
    sample_info,
)
from validation.judging import (
    BY_PHENOTYPE,
    Diplotype,
    Judged,
    among_all,
    diplotype,
    without_undocumented,
)
from validation.release_change import BEFORE
from validation.tables import Difference, Score, counts_table, differences_table, score_table, table
from validation.unphased import judged

__all__ = [
    "RUNS",
    "Agreement",
    "Contest",
    "compare",
    "hold_contest",
    "measure",
    "measured",
    "measured_contest",
    "report",
    "report_contest",
]

SAME = "identical"
AMONG_THEIRS = "ours among theirs"
UNPAIRED = "same variants, theirs unpaired"
MORE = "theirs empty, ours named"
CANDIDATE = "theirs among our candidates"
DIFFERENT = "different"
BOTH_EMPTY = "both without a call"
OURS_EMPTY = "ours without a call"
AGREED = (SAME, AMONG_THEIRS, UNPAIRED, BOTH_EMPTY)
KINDS = (*AGREED, MORE, CANDIDATE, DIFFERENT, OURS_EMPTY)

COMBINATION = "no definition covers a haplotype: ours names its parts, theirs gives up"
UNDOCUMENTED = "allele that no definition names: ours keeps it, theirs reads the reference"
UNTYPED = "site typed in no record of the call set: ours does not assess, theirs says reference"
BEST_OF_EQUAL = "unphased, several pairs fit: other choice of the best"
NEWER = "name of 2026: theirs has the definitions of November 2025"
BEYOND = (COMBINATION, UNDOCUMENTED, NEWER)
"""Causes by which ours says more than theirs: these are no disagreement."""
UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class RunKind:
    """One of the second opinion's runs and how to repeat its input."""

    table: str
    absent: Absent
    phased: bool = True


RUNS = {
    "phased": RunKind("pharmcat_1kgp.tsv", Absent.REFERENCE),
    "unphased": RunKind("pharmcat_1kgp_unphased500.tsv", Absent.REFERENCE, phased=False),
    "missing": RunKind("pharmcat_1kgp_missing500.tsv", Absent.NO_CALL),
}


@dataclass(slots=True)
class Agreement:
    """Counts by gene and kind, differences by cause and in full."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    scores: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    differences: list[Difference] = field(default_factory=list)
    causes: Counter[tuple[str, str]] = field(default_factory=Counter)
    same_missing: int = 0
    persons: int = 0

    @property
    def agreed(self) -> int:
        """Number of persons × genes in agreement."""
        return sum(row[kind] for row in self.counts.values() for kind in AGREED)

    @property
    def unexplained(self) -> list[Difference]:
        """Differences without a known cause."""
        return [d for d in self.differences if d.reason == UNEXPLAINED]


def measure(run: str, samples: Sequence[str] = (), only: Sequence[str] = ()) -> Agreement:
    """Repeat one run of the second opinion; ``samples`` and ``only`` (genes) limit it."""
    kind = RUNS[run]
    theirs: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for row in read_table(DATA / "second_opinion" / kind.table):
        if not samples or row["sample"] in samples:
            theirs[row["gene"]][row["sample"]] = row
    found = Agreement()
    with tempfile.TemporaryDirectory() as folder:
        for seen in _inputs(kind, Path(folder), only):
            compare(found, seen, theirs)
    found.persons = max((sum(row.values()) for row in found.counts.values()), default=0)
    return found


def _inputs(kind: RunKind, folder: Path, only: Sequence[str]) -> list[Observed]:
    """Read the GRCh38 files, and DPYD of GRCh37."""
    inputs = []
    for assembly in Assembly:
        paths = [p for p in cohort_files(assembly) if not only or gene_of(p) in only]
        if assembly is Assembly.GRCH37:
            # every other gene is in the GRCh38 call set: its calls would count twice
            paths = [p for p in paths if gene_of(p) == "DPYD"]
        if not kind.phased:
            paths = [_unphased(path, folder) for path in paths]
        if paths:
            genes_here = [gene_of(path) for path in paths]
            inputs.append(
                read_files(
                    paths,
                    only=genes_here,
                    info=sample_info(),
                    assembly=assembly,
                    absent=kind.absent,
                )
            )
    return inputs


def _unphased(path: Path, folder: Path) -> Path:
    """Write a copy without phase: every ``|`` of a record becomes ``/``."""
    copy = folder / path.name.removesuffix(".gz")
    with gzip.open(path, "rb") as source, copy.open("wb") as target:
        for line in source:
            target.write(line if line.startswith(b"#") else line.replace(b"|", b"/"))
    return copy


def compare(
    found: Agreement, seen: Observed, theirs: Mapping[str, Mapping[str, Mapping[str, str]]]
) -> None:
    """Count how one read input agrees with the second opinion."""
    for gene in sorted(seen.genotypes):
        rows = theirs.get(gene, {})
        for column, sample in enumerate(seen.samples):
            if sample in rows:
                _count(found, callers.call(seen.genotypes[gene], column), rows[sample])


def _count(found: Agreement, call: GeneCall, row: Mapping[str, str]) -> None:
    kind = _kind(call, row["diplotypes"], row["haplotypes_lowest_function"])
    found.counts[call.gene][kind] += 1
    found.same_missing += int(row["n_missing_positions"]) == call.n_missing
    cause = "" if kind in AGREED else _cause(call, kind, row["diplotypes"])
    ours_empty, beyond = kind == OURS_EMPTY, cause in BEYOND
    found.scores[call.gene] += Score(
        concordant=int(not cause),
        discordant=int(bool(cause) and not ours_empty and not beyond),
        no_call=int(ours_empty),
        beyond=int(beyond),
    )
    if cause:
        found.causes[cause, call.gene] += 1
        theirs = row["diplotypes"] or "no call"
        ours = call.diplotype or call.status.value
        found.differences.append(Difference(call.gene, call.sample, theirs, ours, cause))


def _kind(call: GeneCall, answer: str, variants: str) -> str:
    theirs = {diplotype(name) for name in answer.split(" OR ") if name}
    if call.diplotype is None:
        return OURS_EMPTY if theirs else BOTH_EMPTY
    if not theirs:
        return UNPAIRED if variants and {*variants.split(";")} == {*call.findings} else MORE
    if diplotype(call.diplotype) in theirs:
        return SAME if len(theirs) == 1 else AMONG_THEIRS
    ours = {diplotype(candidate.diplotype) for candidate in call.candidates}
    if ours & theirs or any(among_all(call, name) for name in theirs):
        return CANDIDATE
    return DIFFERENT


def _cause(call: GeneCall, kind: str, answer: str) -> str:
    if kind == OURS_EMPTY:
        return UNTYPED if call.n_missing == call.n_positions else UNEXPLAINED
    theirs = {diplotype(name) for name in answer.split(" OR ") if name}
    reference = reference_name(call.gene)
    names = [candidate.diplotype for candidate in call.candidates]
    if call.undocumented and theirs & {
        without_undocumented(name, reference, call.undocumented) for name in names
    }:
        return UNDOCUMENTED
    if _has_newer_name(call.gene, call.diplotype or "", answer):
        return NEWER
    if kind == MORE and "combination_or_partial" in call.notes:
        return COMBINATION
    if kind == CANDIDATE:
        return BEST_OF_EQUAL
    return UNEXPLAINED


def _has_newer_name(gene: str, *diplotypes: str) -> bool:
    """Whether a name came, or went, after the definitions of the second opinion."""
    said = {name for text in diplotypes for name in re.split(r"[/\[\]]| \+ | OR ", text)}
    return bool(said & _changed_names(gene))


@functools.cache
def _changed_names(gene: str) -> frozenset[str]:
    releases = (KnowledgeBase(BEFORE), KnowledgeBase())
    old, new = ({core_allele(a.name) for a in kb.genes[gene].alleles} for kb in releases)
    # names that only one of the releases has, so that both sides cannot say the same
    return frozenset(old ^ new)


def report(run: str, found: Agreement) -> str:
    """Return the tables of one run; where ours says more, samples are counted, not named."""
    compared = sum(sum(row.values()) for row in found.counts.values())
    named = [d for d in found.differences if d.reason not in (*BEYOND, UNTYPED)]
    return "\n\n".join(
        [
            (
                f"Run `{run}`: {found.persons} persons, {compared} persons × genes; in agreement"
                f" {found.agreed} ({found.agreed / compared:.2%}); same number of missing"
                f" positions {found.same_missing}."
            ),
            score_table(found.scores, beyond="ours says more"),
            "How they agree and differ:",
            counts_table("gene", KINDS, found.counts),
            "Causes:",
            table(
                ["cause of difference", "gene", "persons"],
                [[*key, n] for key, n in sorted(found.causes.items())],
            ),
            "Every discordant sample:",
            differences_table(named),
        ]
    )


def measured(run: str) -> str:
    """Measure one run and return its tables."""
    return report(run, measure(run))


@dataclass(slots=True)
class Contest:
    """Right answers of both by gene, and where theirs is right and ours is not."""

    people: set[str] = field(default_factory=set)
    ours: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    theirs: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    among_theirs: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lost: list[Difference] = field(default_factory=list)


def hold_contest(found: Sequence[Judged] | None = None) -> Contest:
    """Compare on the people whom the second opinion called without phase."""
    rows = {
        (row["gene"], row["sample"]): row
        for row in read_table(DATA / "second_opinion" / RUNS["unphased"].table)
    }
    contest = Contest()
    for item in judged() if found is None else found:
        row = rows.get((item.gene, item.sample))
        if row is not None:
            _count_answers(contest, item, row)
    return contest


def _count_answers(contest: Contest, ours: Judged, row: Mapping[str, str]) -> None:
    gene = ours.gene
    right, among, silent = _answer(gene, ours.truth, row)
    contest.people.add(ours.sample)
    contest.ours[gene] += Score(int(ours.right), int(not ours.right))
    contest.theirs[gene] += Score(int(right), int(not right and not silent), int(silent))
    contest.among_theirs[gene] += among
    if right and not ours.right:
        contest.lost.append(Difference(gene, ours.sample, ours.truth, ours.ours, ours.reason))


def _answer(gene: str, truth: str, row: Mapping[str, str]) -> tuple[bool, bool, bool]:
    """Return whether theirs is right, has the truth among its answers, says nothing."""
    names = [name for name in row["diplotypes"].split(" OR ") if name]
    if gene in BY_PHENOTYPE:
        listed = [name for name in row["haplotypes_lowest_function"].split(";") if name]
        results = {_result(gene, diplotype(name)) for name in names}
        if not names and listed:
            results = {_result(gene, _most_serious(gene, listed))}
        wanted = truth.rsplit(": ", 1)[1]
        return results == {wanted}, wanted in results, not results
    answers = {diplotype(name) for name in names}
    return answers == {diplotype(truth)}, diplotype(truth) in answers, not answers


@functools.cache
def _functions(gene: str) -> Mapping[str, str]:
    definition = genes()[gene]
    return {a.name: a.function or definition.uncertain_function for a in definition.alleles}


def _seriousness(gene: str, name: str) -> int:
    order = genes()[gene].function_order
    function = _functions(gene)[name]
    return order.index(function) if function in order else len(order)


def _most_serious(gene: str, listed: Sequence[str]) -> Diplotype:
    ordered = sorted(listed, key=lambda name: _seriousness(gene, name))
    two = [*ordered, reference_name(gene), reference_name(gene)][:2]
    return tuple((name,) for name in two)


@functools.cache
def _result(gene: str, haplotypes: Diplotype) -> str:
    """Return phenotype and score of a diplotype as `Judged.truth` writes them."""
    worst = [min(parts, key=lambda name: _seriousness(gene, name)) for parts in haplotypes]
    functions = [_functions(gene)[name] for name in worst]
    found = PhenotypeTable(genes()[gene]).translate(functions[0], functions[1], "/".join(worst))
    return f"{found.term}, score {found.score}" if found.score else f"{found.term}"


def measured_contest() -> str:
    """Measure and return the tables."""
    return report_contest(hold_contest())


def report_contest(contest: Contest) -> str:
    """Return the tables."""
    counts = {
        gene: (
            ours.n,
            ours.concordant,
            contest.theirs[gene].concordant,
            contest.among_theirs[gene],
            contest.theirs[gene].no_call,
        )
        for gene, ours in sorted(contest.ours.items())
    }
    rows = [[gene, *row] for gene, row in counts.items()]
    totals = [sum(column) for column in zip(*counts.values(), strict=True)]
    header = ["gene", "n", "ours right", "theirs right", "truth among theirs", "theirs no call"]
    return "\n\n".join(
        [
            f"People: {len(contest.people)}.",
            table(header, [*rows, ["all", *totals]]),
            "Ours:",
            score_table(contest.ours),
            "Theirs:",
            score_table(contest.theirs),
            "Theirs right, ours not:",
            differences_table(contest.lost, wanted="phased"),
        ]
    )
