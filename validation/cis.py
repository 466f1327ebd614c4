"""Are two variants that no known haplotype holds together in cis or in trans?

Every person of the phased cohort with two heterozygous variants that no definition combines, and
that nobody else carries in cis, is called without phase, with haplotypes counted in all other
persons. The posterior probability of cis is compared with the phase.

Run ``python -m validation.cis``.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.alleles.definitions import CompiledGene, compile_gene
from pgx.alleles.observation import observe
from pgx.alleles.posterior import infer
from pgx.alleles.prior import HaplotypePrior, build_prior
from pgx.base.frequencies import GeneFrequencies, HaplotypeCount
from pgx.genotypes.matrix import GeneGenotypes
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.pipeline.frequencies import count_haplotypes
from validation.blurring import without_phase
from validation.callers import open_where_untyped
from validation.data import cohort_rows, genes
from validation.intervals import share
from validation.reading import cohort_genes, cohort_genotypes
from validation.tables import show, table

__all__ = ["DoubleCarrier", "measure", "measured", "report"]

Codes = npt.NDArray[np.int8]


class Variant(NamedTuple):
    """An allele other than the default allele's: its position index and its code."""

    site: int
    code: int


@dataclass(frozen=True, slots=True)
class DoubleCarrier:
    """Two heterozygous variants of one person that no known haplotype holds in cis.

    ``counts`` are the chromosomes of all other persons that carry each variant, the rarer first;
    ``n`` how many were counted. ``posterior`` is the probability of cis without phase.
    """

    gene: str
    sample: str
    variants: tuple[Variant, Variant]
    counts: tuple[int, int]
    n: int
    posterior: float
    cis: bool

    @property
    def expected(self) -> float:
        """Chromosomes that would carry both, if the two variants were independent."""
        return self.counts[0] * self.counts[1] / self.n


def measure(names: Sequence[str] = ()) -> list[DoubleCarrier]:
    """Return the carriers of two variants in every gene of the cohort, or in ``names``."""
    return [found for name in names or cohort_genes() for found in _of_gene(name)]


def _of_gene(name: str) -> Iterator[DoubleCarrier]:
    genotypes = open_where_untyped(cohort_genotypes(name))
    counted = _counted(genotypes)
    installed = KnowledgeBase().frequencies.get(name)
    if counted is None or installed is None:
        return
    gene = compile_gene(genes()[name])
    usual = msgspec.structs.replace(
        installed, groups=counted.groups, haplotypes=counted.haplotypes, untyped=counted.untyped
    )
    unphased = without_phase(genotypes)
    cohort = _Cohort(gene, genotypes)
    for column, sample in enumerate(genotypes.samples):
        pairs = cohort.unknown_pairs(column)
        if pairs:
            prior = build_prior(gene, _without(usual, genotypes, column))
            if prior is not None:
                yield from _carriers(cohort, prior, unphased, column, sample, pairs)


def _carriers(
    cohort: _Cohort,
    prior: HaplotypePrior,
    unphased: GeneGenotypes,
    column: int,
    sample: str,
    pairs: Sequence[tuple[Variant, Variant, bool]],
) -> Iterator[DoubleCarrier]:
    groups = np.full(len(prior.groups), 1 / len(prior.groups))
    posterior = infer(prior, observe(unphased, column), groups)
    novel = np.array(posterior.novel, np.int8).reshape(-1, prior.codes.shape[1])
    codes = np.concatenate([prior.codes, novel])
    for one, two, cis in pairs:
        both = (codes[:, one.site] == one.code) & (codes[:, two.site] == two.code)
        in_cis = both[posterior.pairs].any(axis=1)
        counts = sorted((cohort.others(column, one), cohort.others(column, two)))
        yield DoubleCarrier(
            gene=unphased.gene.gene,
            sample=sample,
            variants=(one, two),
            counts=(counts[0], counts[1]),
            n=cohort.n - 2,
            posterior=float(posterior.probability[in_cis].sum()),
            cis=cis,
        )


class _Cohort:
    """Haplotypes of all persons of the cohort whose phase is known."""

    def __init__(self, gene: CompiledGene, genotypes: GeneGenotypes) -> None:
        self.gene = gene
        self.strands = genotypes.call.transpose(1, 2, 0)  # (N, 2, P)
        self.flat = self.strands.reshape(-1, self.strands.shape[2])
        self.n = int((self.flat >= 0).any(axis=1).sum())

    def unknown_pairs(self, column: int) -> list[tuple[Variant, Variant, bool]]:
        """Return heterozygous variants that no known haplotype holds in cis, and whether this does."""
        first, second = self.strands[column]
        if (second < 0).all():
            return []
        sites = np.flatnonzero((first != second) & (first >= 0) & (second >= 0)).tolist()
        found = []
        for a, b in itertools.combinations(sites, 2):
            base = self.gene.base
            # a variant of each of the two positions: both bases may differ from the default's
            for one, two in itertools.product(self._variants(column, a), self._variants(column, b)):
                if not self._is_known(column, one, two):
                    on_first = first[one.site] == one.code, first[two.site] == two.code
                    found.append((one, two, on_first[0] == on_first[1]))
            del base
        return found

    def _variants(self, column: int, site: int) -> list[Variant]:
        own = self.strands[column, :, site].tolist()
        return [Variant(site, code) for code in own if code != self.gene.base[site]]

    def _is_known(self, column: int, one: Variant, two: Variant) -> bool:
        carried = self._both(self.flat, one, two)
        carried[[2 * column, 2 * column + 1]] = False
        if carried.any():
            return True
        bits = self.gene.masks
        defined = (bits[:, one.site] >> np.uint64(one.code)) & np.uint64(1)
        defined &= (bits[:, two.site] >> np.uint64(two.code)) & np.uint64(1)
        return bool(defined.any())

    @staticmethod
    def _both(rows: Codes, one: Variant, two: Variant) -> npt.NDArray[np.bool_]:
        return np.asarray((rows[:, one.site] == one.code) & (rows[:, two.site] == two.code))

    def others(self, column: int, variant: Variant) -> int:
        """Return how many chromosomes of other persons carry a variant."""
        carried = self.flat[:, variant.site] == variant.code
        return int(carried.sum() - carried[[2 * column, 2 * column + 1]].sum())


def _group_of() -> dict[str, str]:
    return {row["sample"]: row["superpopulation"] for row in cohort_rows()}


def _counted(genotypes: GeneGenotypes, only: Sequence[str] = ()) -> GeneFrequencies | None:
    return count_haplotypes(genotypes, _group_of(), only)


def _without(usual: GeneFrequencies, genotypes: GeneGenotypes, column: int) -> GeneFrequencies:
    """Return haplotype counts without those of one person."""
    own = _counted(genotypes, [genotypes.samples[column]])
    taken = {_key(h): h for h in own.haplotypes} if own else {}
    left = []
    for haplotype in usual.haplotypes:
        mine = taken.get(_key(haplotype))
        counts = haplotype.counts
        if mine is not None:
            counts = tuple(a - b for a, b in zip(counts, mine.counts, strict=True))
        if any(counts):
            left.append(msgspec.structs.replace(haplotype, counts=counts))
    return msgspec.structs.replace(usual, haplotypes=tuple(left))


def _key(haplotype: HaplotypeCount) -> tuple[tuple[int, str], ...]:
    return tuple(sorted(haplotype.differences.items()))
