"""Posterior of cis of two variants that no known haplotype holds together, against the phase.

Every person of the phased cohort with two heterozygous variants that no definition combines, and
that nobody else carries in cis, is called without phase, with haplotypes counted in all other
persons. The posterior probability of cis is compared with the phase. Of several such pairs in
one gene of one person the rarest counts: that whose two variants would least often be together.

The phase of the cohort is statistical. For a variant that one or two persons carry it is weak,
except where relatives were sequenced, so that the observed share of cis has an error of its own
that the intervals do not hold.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.engine.haplotype_counts import count_haplotypes
from pgx.genotypes.matrix import GeneGenotypes
from pgx.haplotypes.definitions import CompiledGene, compile_gene
from pgx.haplotypes.observation import observe
from pgx.haplotypes.posterior import infer
from pgx.haplotypes.prior import HaplotypePrior, build_prior
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import GeneFrequencies, HaplotypeCount
from validation.callers import open_where_untyped, without_phase
from validation.data import cohort_genes, cohort_genotypes, cohort_rows, genes
from validation.tables import share, table

__all__ = ["RARE", "DoubleCarrier", "measure", "measured", "report"]

RARE = 0.02
"""Frequency below which a variant is rare."""
COUNTS = (0, 1, 3, 10, 10**9)
"""Bounds of the carriers of the rarer variant."""
EXPECTED = (0.0, 0.01, 0.1, 1.0, 10.0, float("inf"))
"""Bounds of the chromosomes expected to carry both variants if these were independent."""
POSTERIOR = (0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.45, 1.0)
"""Bounds of the posterior probability of cis; the last bin holds both."""

Codes = npt.NDArray[np.int8]


class Variant(NamedTuple):
    """An allele other than the default allele's: its position index and its code."""

    site: int
    code: int


class Unknown(NamedTuple):
    """Two heterozygous variants that no known haplotype holds in cis, and their phase."""

    one: Variant
    two: Variant
    cis: bool


@dataclass(frozen=True, slots=True)
class DoubleCarrier:
    """One person with two heterozygous variants that no known haplotype holds in cis.

    ``counts`` are the chromosomes of all other persons that carry each variant, the rarer first;
    ``n`` how many were counted. ``posterior`` is the probability of cis without phase.
    """

    gene: str
    sample: str
    counts: tuple[int, int]
    n: int
    posterior: float
    cis: bool

    @property
    def expected(self) -> float:
        """Chromosomes that would carry both, if the two variants were independent."""
        return self.counts[0] * self.counts[1] / self.n

    @property
    def is_rare(self) -> bool:
        """Whether both variants are rare."""
        return self.counts[1] < RARE * self.n


def measure(names: Sequence[str] = ()) -> list[DoubleCarrier]:
    """Return the double carriers in every gene of the cohort, or in ``names``."""
    return [found for name in names or cohort_genes() for found in _of_gene(name)]


def _of_gene(name: str) -> Iterator[DoubleCarrier]:
    genotypes = open_where_untyped(cohort_genotypes(name))
    group_of = {row["sample"]: row["superpopulation"] for row in cohort_rows()}
    counted = count_haplotypes(genotypes, group_of)
    installed = KnowledgeBase().frequencies.get(name)
    if counted is None or installed is None:
        return
    everybody = msgspec.structs.replace(
        installed, groups=counted.groups, haplotypes=counted.haplotypes, untyped=counted.untyped
    )
    unphased = without_phase(genotypes)
    cohort = _Cohort(compile_gene(genes()[name]), genotypes)
    for column, sample in enumerate(genotypes.samples):
        pairs = cohort.unknown(column)
        # a prior that had counted the person would have seen the very haplotype that is asked for
        own = count_haplotypes(genotypes, group_of, [sample]) if pairs else None
        if own is None:
            continue
        prior = build_prior(cohort.gene, _without(everybody, own))
        if prior is not None:
            yield _carrier(cohort, prior, unphased, column, pairs)


def _carrier(
    cohort: _Cohort,
    prior: HaplotypePrior,
    unphased: GeneGenotypes,
    column: int,
    pairs: Iterable[Unknown],
) -> DoubleCarrier:
    """Return the rarest of a person's pairs of variants."""
    one, two, cis = min(pairs, key=lambda p: cohort.others(column, p.one, p.two))
    counts = sorted([cohort.carriers(column, one), cohort.carriers(column, two)])
    groups = np.full(len(prior.groups), 1 / len(prior.groups))
    posterior = infer(prior, observe(unphased, column), groups)
    novel = np.array(posterior.novel, np.int8).reshape(-1, prior.codes.shape[1])
    both = _both(np.concatenate([prior.codes, novel]), one, two)
    return DoubleCarrier(
        gene=unphased.gene.gene,
        sample=unphased.samples[column],
        counts=(counts[0], counts[1]),
        n=cohort.n - 2,
        posterior=float(posterior.probability[both[posterior.pairs].any(axis=1)].sum()),
        cis=cis,
    )


class _Cohort:
    """Both haplotypes of all persons of the cohort at one gene."""

    def __init__(self, gene: CompiledGene, genotypes: GeneGenotypes) -> None:
        self.gene = gene
        self.haplotypes = genotypes.call.transpose(1, 2, 0)  # (N, 2, P)
        self.flat = self.haplotypes.reshape(-1, self.haplotypes.shape[2])
        self.n = int((self.flat >= 0).any(axis=1).sum())

    def unknown(self, column: int) -> list[Unknown]:
        """Return a person's pairs of variants that no known haplotype holds in cis."""
        first, second = self.haplotypes[column]
        sites = np.flatnonzero((first != second) & (first >= 0) & (second >= 0)).tolist()
        variants = [variant for site in sites for variant in self._variants(column, site)]
        return [
            Unknown(one, two, bool(_both(self.haplotypes[column], one, two).any()))
            for one, two in itertools.combinations(variants, 2)
            if one.site != two.site and not self._is_known(column, one, two)
        ]

    def _variants(self, column: int, site: int) -> list[Variant]:
        """Return the defined alleles at a position that are not the default allele's."""
        defined = len(self.gene.gene.variants[site].alleles)
        codes = self.haplotypes[column, :, site].tolist()
        return [Variant(site, c) for c in codes if c != self.gene.base[site] and c < defined]

    def _is_known(self, column: int, one: Variant, two: Variant) -> bool:
        masks = self.gene.masks
        allowed = (masks[:, one.site] >> np.uint64(one.code)) & np.uint64(1)
        allowed &= (masks[:, two.site] >> np.uint64(two.code)) & np.uint64(1)
        return bool(allowed.any()) or self._elsewhere(column, _both(self.flat, one, two)) > 0

    @staticmethod
    def _elsewhere(column: int, carried: npt.NDArray[np.bool_]) -> int:
        return int(carried.sum()) - int(carried[[2 * column, 2 * column + 1]].sum())

    def carriers(self, column: int, variant: Variant) -> int:
        """Return how many chromosomes of other persons carry a variant."""
        return self._elsewhere(column, self.flat[:, variant.site] == variant.code)

    def others(self, column: int, one: Variant, two: Variant) -> int:
        """Return the product of both variants' chromosomes in other persons."""
        return self.carriers(column, one) * self.carriers(column, two)


def _both(rows: Codes, one: Variant, two: Variant) -> npt.NDArray[np.bool_]:
    """(N,) bool: (N, P) haplotypes that carry both variants."""
    return np.asarray((rows[:, one.site] == one.code) & (rows[:, two.site] == two.code))


def _without(everybody: GeneFrequencies, own: GeneFrequencies) -> GeneFrequencies:
    """Return haplotype counts without those of one person."""
    taken = {_key(h): h.counts for h in own.haplotypes}
    left = []
    for haplotype in everybody.haplotypes:
        mine = taken.get(_key(haplotype), (0,) * len(haplotype.counts))
        counts = tuple(a - b for a, b in zip(haplotype.counts, mine, strict=True))
        if any(counts):
            left.append(msgspec.structs.replace(haplotype, counts=counts))
    return msgspec.structs.replace(everybody, haplotypes=tuple(left))


def _key(haplotype: HaplotypeCount) -> tuple[tuple[int, str], ...]:
    return tuple(sorted(haplotype.differences.items()))


def report(found: Sequence[DoubleCarrier]) -> str:
    """Return the tables."""
    rare = [f for f in found if f.is_rare]
    counts = [
        (_counts_label(a, b), [f for f in rare if a <= f.counts[0] < b]) for a, b in _steps(COUNTS)
    ]
    expected = [
        (_label(a, b), [f for f in found if a <= f.expected < b]) for a, b in _steps(EXPECTED)
    ]
    bins = [
        (f"{a:g}–{b:g}", [f for f in found if a <= f.posterior < b or f.posterior == b == 1])
        for a, b in _steps(POSTERIOR)
    ]
    return "\n\n".join(
        [
            f"Both variants rarer than {RARE:.0%}, by chromosomes of others that carry the rarer:",
            _table("others", [*counts, ("all", rare)]),
            "All, by chromosomes of others expected to carry both if they were independent:",
            _table("expected", [*expected, ("all", found)]),
            "All, by the posterior probability of cis:",
            _table("posterior of cis", bins),
        ]
    )


def _steps(bounds: Sequence[float]) -> list[tuple[float, float]]:
    return list(pairwise(bounds))


def _label(low: float, high: float) -> str:
    return f"{low:g}–{high:g}" if np.isfinite(high) else f"{low:g} and more"


def _counts_label(low: float, high: float) -> str:
    if high == low + 1:
        return f"{low:g}"
    return f"{low:g}–{high - 1:g}" if high < COUNTS[-1] else f"{low:g} and more"


def _table(first: str, groups: Sequence[tuple[str, Sequence[DoubleCarrier]]]) -> str:
    header = [first, "persons and genes", "in cis", "observed share", "mean posterior of cis"]
    rows = [
        [
            label,
            len(own),
            sum(f.cis for f in own),
            share(sum(f.cis for f in own), len(own)),
            f"{sum(f.posterior for f in own) / len(own):.1%}" if own else "–",
        ]
        for label, own in groups
    ]
    return table(header, rows)


def measured() -> str:
    """Measure and return the tables."""
    return report(measure())
