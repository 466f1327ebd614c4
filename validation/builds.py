"""The same people on GRCh38 and GRCh37: equal genotypes must give equal diplotypes.

The two call sets were made years apart from different sequencing, so genotypes differ here and
there. A person's diplotypes of a gene have to be the same wherever both call sets hold the same
alleles, on the same haplotypes, at every defining position.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import Assembly
from pgx.genotypes.matrix import ABSENT, UNPHASED, Evidence, GeneGenotypes
from pgx.records.calls import GeneCall
from pgx.records.genes import GeneDefinition
from validation import callers
from validation.data import Observed, cohort
from validation.tables import Difference, Score, counts_table, differences_table, score_table, table

__all__ = ["Comparison", "compare", "measure", "report"]

EQUAL = "equal"
UNEXPLAINED = "different, genotypes equal"
PHASE = "same alleles, other phase"
ONE_ONLY = "record in one call set only"
GENOTYPE = "records in both, other genotype"
PLOIDY = "one haplotype against two"
NO_FILE = "gene in one call set only"
KINDS = (EQUAL, UNEXPLAINED, PHASE, ONE_ONLY, GENOTYPE, PLOIDY, NO_FILE)


@dataclass(slots=True)
class Comparison:
    """Counts by gene and kind; sites that differ; every difference with its cause."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    sites: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)

    @property
    def unexplained(self) -> list[Difference]:
        """Differences of equal genotypes."""
        return [d for d in self.differences if d.reason == UNEXPLAINED]

    @property
    def compared(self) -> int:
        """Number of persons × genes."""
        return sum(sum(row.values()) for row in self.counts.values())


def measure(samples: Sequence[str] = ()) -> Comparison:
    """Compare the cohort's calls on both assemblies; ``samples`` limits the persons."""
    return compare(cohort(Assembly.GRCH38), cohort(Assembly.GRCH37), samples)


def compare(one: Observed, two: Observed, samples: Sequence[str] = ()) -> Comparison:
    """Compare two call sets of the same people; genes in neither are left out."""
    found = Comparison()
    for gene in sorted(one.answered | two.answered):
        if gene not in one.answered & two.answered:
            found.counts[gene][NO_FILE] += len(samples or one.samples)
            continue
        _compare_gene(found, gene, one, two, samples)
    return found


def _compare_gene(
    found: Comparison, gene: str, one: Observed, two: Observed, samples: Sequence[str]
) -> None:
    columns = {name: i for i, name in enumerate(two.samples)}
    labels: list[list[str]] = [[] for _ in one.genotypes[gene].gene.variants]
    codes = [_shared_codes(called.genotypes[gene], labels) for called in (one, two)]
    chosen = [(i, columns[name]) for i, name in enumerate(one.samples) if _is_in(name, samples)]
    # a caller keeps what it knows of all columns of one file: one file after the other
    firsts = [callers.call(one.genotypes[gene], i) for i, _ in chosen]
    seconds = [callers.call(two.genotypes[gene], k) for _, k in chosen]
    for (i, k), *calls in zip(chosen, firsts, seconds, strict=True):
        if _answer(calls[0]) == _answer(calls[1]):
            found.counts[gene][EQUAL] += 1
            continue
        pair = _Pair(
            _Person.of(one.genotypes[gene], codes[0], i),
            _Person.of(two.genotypes[gene], codes[1], k),
        )
        cause = pair.cause()
        found.counts[gene][cause] += 1
        first, second = (call.diplotype or call.status.value for call in calls)
        found.differences.append(Difference(gene, one.samples[i], first, second, cause))
        _count_sites(found, one.genotypes[gene].gene, pair)


def _is_in(name: str, samples: Sequence[str]) -> bool:
    return not samples or name in samples


def _answer(call: GeneCall) -> tuple[object, ...]:
    """Return what has to be the same on both assemblies."""
    return call.status, call.diplotype, call.candidates, call.phenotype, call.activity_score


def _shared_codes(genotypes: GeneGenotypes, labels: list[list[str]]) -> npt.NDArray[np.int8]:
    """Return codes in which one undocumented allele has one code in both call sets."""
    codes = genotypes.call.copy()
    for site, extra in enumerate(genotypes.extra):
        base = len(genotypes.gene.variants[site].alleles)
        for index, label in enumerate(extra):
            # each call set numbers its own undocumented alleles: the same label must get the same
            # code
            if label not in labels[site]:
                labels[site].append(label)
            codes[site][genotypes.call[site] == base + index] = base + labels[site].index(label)
    return codes


@dataclass(frozen=True, slots=True)
class _Person:
    """One person in one call set: (P, 2) codes, (P,) phase blocks, (P,) bool recorded."""

    codes: npt.NDArray[np.int8]
    blocks: npt.NDArray[np.int32]
    recorded: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, genotypes: GeneGenotypes, codes: npt.NDArray[np.int8], column: int) -> _Person:
        """Take one column of a gene's observations."""
        recorded = genotypes.evidence[:, column] == Evidence.RECORD
        return cls(codes[:, column], genotypes.phase_block[:, column], recorded)


@dataclass(frozen=True, slots=True)
class _Pair:
    """The same person in two call sets."""

    one: _Person
    two: _Person

    def differing(self) -> npt.NDArray[np.bool_]:
        """(P,) bool: sites with other alleles, whatever their haplotypes."""
        codes = np.sort(self.one.codes, axis=1), np.sort(self.two.codes, axis=1)
        return np.asarray((codes[0] != codes[1]).any(axis=1))

    def cause(self) -> str:
        """Return why the call sets differ, `UNEXPLAINED` where they are the same."""
        if ((self.one.codes == ABSENT) != (self.two.codes == ABSENT)).any():
            return PLOIDY
        differs = self.differing()
        if not differs.any():
            return UNEXPLAINED if self._same_phase() else PHASE
        both = self.one.recorded & self.two.recorded & differs
        return GENOTYPE if both.any() else ONE_ONLY

    def _same_phase(self) -> bool:
        """Say whether both put the same alleles together; the haplotypes may change places."""
        open_sites = self.one.codes[:, 0] != self.one.codes[:, 1]
        blocks = self.one.blocks[open_sites], self.two.blocks[open_sites]
        if open_sites.sum() < 2 or (blocks[0] == UNPHASED).all() & (blocks[1] == UNPHASED).all():
            return True
        a, b = self.one.codes[open_sites], self.two.codes[open_sites]
        together = np.array_equal(a, b) or np.array_equal(a, b[:, ::-1])
        return together and np.array_equal(blocks[0], blocks[1])


def _count_sites(found: Comparison, gene: GeneDefinition, pair: _Pair) -> None:
    for site in np.flatnonzero(pair.differing()).tolist():
        recorded = bool(pair.one.recorded[site]), bool(pair.two.recorded[site])
        where = {(True, False): "GRCh38 files", (False, True): "GRCh37 files"}
        label = f"{gene.contig}:{gene.variants[site].position}"
        found.sites[gene.gene, label, where.get(recorded, "both, other genotype")] += 1


def report(found: Comparison) -> str:
    """Return the tables."""
    sums = Counter[str]()
    for row in found.counts.values():
        sums += row
    scores = {gene: _score(row) for gene, row in found.counts.items()}
    return "\n\n".join(
        [
            (
                f"Persons × genes compared: {found.compared}; equal: {sums[EQUAL]};"
                f" different with equal genotypes: {sums[UNEXPLAINED]}; different because the"
                f" call sets differ: {found.compared - sums[EQUAL] - sums[UNEXPLAINED]}."
            ),
            score_table(scores),
            "Why they differ:",
            counts_table("gene", KINDS, found.counts),
            "Sites at which differing call sets changed a diplotype in 5 persons or more:",
            table(
                ["gene", "site (GRCh38)", "recorded in", "persons"],
                [[*key, n] for key, n in sorted(found.sites.items()) if n >= 5],
            ),
            "Every discordant sample:",
            differences_table(found.differences, wanted="GRCh38 files", ours="GRCh37 files"),
        ]
    )


def _score(row: Counter[str]) -> Score:
    different = sum(n for kind, n in row.items() if kind not in (EQUAL, NO_FILE))
    return Score(row[EQUAL], different, row[NO_FILE])
