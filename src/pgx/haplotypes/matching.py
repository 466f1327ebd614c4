"""Observed genotypes compared with allele definitions, site by site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, GeneGenotypes, Unknown
from pgx.haplotypes._kernels import fit_diplotypes
from pgx.haplotypes.definitions import CompiledGene
from pgx.records.genes import natural_key

__all__ = [
    "Fit",
    "Observation",
    "SoftGenotype",
    "SoftSite",
    "agree",
    "causal_alleles",
    "count_contradictions",
    "denied",
    "doubtful_positions",
    "fit_observation",
    "lay",
    "observe",
    "orientations",
    "phase_state",
    "turned",
    "without_function",
]


class SoftGenotype(NamedTuple):
    """One genotype of a soft site: codes of the haplotypes, and how likely it makes the reads."""

    first: int
    second: int
    likelihood: float


class SoftSite(NamedTuple):
    """A position of which only likelihoods are known; every ordered genotype once.

    ``contradicted`` says that the reads make another genotype far likelier than the written one;
    then no genotype is left out, however unlikely it is.
    """

    site: int
    genotypes: tuple[SoftGenotype, ...]
    contradicted: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """What one sample shows at a gene's P positions.

    Attributes
    ----------
    codes
        (P, 2) int8 allele codes, -1 unknown; of a haploid locus column 0 counts.
    block
        (P,) int32: phase block 0..n_blocks-1 of positions whose haplotypes differ, -1 elsewhere.
    n_blocks
        Number of phase blocks; their orientation to each other is unknown.
    haploid
        Whether there is one haplotype only.
    soft
        Positions that are unknown in ``codes`` but whose genotypes have likelihoods.
    """

    codes: npt.NDArray[np.int8]
    block: npt.NDArray[np.int32]
    n_blocks: int
    haploid: bool
    soft: tuple[SoftSite, ...] = ()

    @property
    def answered(self) -> npt.NDArray[np.bool_]:
        """(P,) bool: positions of which at least one haplotype is known."""
        return np.asarray((self.codes != MISSING).any(axis=1))

    @property
    def missing(self) -> npt.NDArray[np.bool_]:
        """(P,) bool: positions that the input cannot answer in full."""
        return np.asarray((self.codes == MISSING).any(axis=1))

    def key(self) -> bytes:
        """Equal keys mean equal observations."""
        soft = repr(self.soft).encode() if self.soft else b""
        return self.codes.tobytes() + self.block.tobytes() + bytes([self.haploid]) + soft


_NEGLIGIBLE_PHRED = 40
_LARGEST_PHRED = 200  # of what reads contradict; products of several are still above zero
_ONE_HAPLOTYPE = -1
_MAX_SOFT_BRANCHES = 1024


def _soft_sites(
    genotypes: GeneGenotypes, sample: int, codes: npt.NDArray[np.int8], n_blocks: int
) -> tuple[SoftSite, ...]:
    """Return the unknown positions that have likelihoods, as far as all can be tried."""
    found: list[SoftSite] = []
    if not genotypes.likelihoods:
        return ()
    haploid = n_blocks == _ONE_HAPLOTYPE
    branches = 1 << max(n_blocks - 1, 0)
    for index in np.flatnonzero((codes == MISSING).all(axis=1)).tolist():
        likely = genotypes.likelihoods.get((index, sample), ())
        contradicted = bool(genotypes.reason[index, sample] == Unknown.AD_CONTRADICTS)
        most = _LARGEST_PHRED if contradicted else _NEGLIGIBLE_PHRED
        choices: list[SoftGenotype] = []
        for first, second, phred in likely:
            if (phred > most and not contradicted) or (haploid and first != second):
                continue
            weight = 10 ** (-min(phred, most) / 10)
            choices.append(SoftGenotype(first, second, weight))
            if first != second:
                choices.append(SoftGenotype(second, first, weight))
        if choices and branches * len(choices) <= _MAX_SOFT_BRANCHES:
            branches *= len(choices)
            found.append(SoftSite(index, tuple(choices), contradicted))
    return tuple(found)


def _order(codes: npt.NDArray[np.int8], unphased: npt.NDArray[np.bool_]) -> None:
    """Order the haplotypes of unphased positions by code, unknown ones last, in place.

    Their order in the file says nothing, so that it must not show in a result.
    """
    later = np.where(codes == MISSING, np.int8(127), codes)
    swapped = unphased & (later[:, 0] > later[:, 1])
    codes[swapped] = codes[swapped][:, ::-1]


def observe(genotypes: GeneGenotypes, sample: int) -> Observation:
    """Return one sample's observation (``sample`` is a column index)."""
    codes = genotypes.call[:, sample].copy()  # of one sample a view would be the matrix itself
    haploid = bool((codes[:, 1] == ABSENT).any())
    if haploid:
        codes = np.stack([codes[:, 0], codes[:, 0]], axis=1)
        soft = _soft_sites(genotypes, sample, codes, _ONE_HAPLOTYPE)
        return Observation(codes, np.full(len(codes), -1, np.int32), 0, haploid=True, soft=soft)
    differs = codes[:, 0] != codes[:, 1]
    written = genotypes.phase_block[:, sample]
    _order(codes, differs & (written == UNPHASED))
    block = np.full(len(codes), -1, np.int32)
    numbers: dict[int, int] = {}
    count = 0
    for index in np.flatnonzero(differs):
        name = int(written[index])
        if name == UNPHASED:
            block[index] = count
            count += 1
        else:
            if name not in numbers:
                numbers[name] = count
                count += 1
            block[index] = numbers[name]
    soft = _soft_sites(genotypes, sample, codes, count)
    return Observation(codes, block, count, haploid=False, soft=soft)


def phase_state(observation: Observation) -> str:
    """Return ``true``, ``partial`` or ``false``, as the ``phased`` column says it."""
    heterozygous = int((observation.block >= 0).sum())
    if observation.n_blocks <= 1:
        return "true"
    return "partial" if observation.n_blocks < heterozygous else "false"


@dataclass(frozen=True, slots=True)
class Fit:
    """All pairs of alleles that fit, best first.

    Attributes
    ----------
    pairs
        (K, 2) intp allele indices; of a haploid locus both columns are the same.
    scores
        (K,) int64: defining positions that the pair's rows name and the data answer.
    haploid
        Whether a pair stands for one allele.
    """

    pairs: npt.NDArray[np.intp]
    scores: npt.NDArray[np.int64]
    haploid: bool


def fit_observation(gene: CompiledGene, observation: Observation) -> Fit:
    """Match one observation with all pairs of definitions.

    The order has no prior in it: more answered defining positions first, then fewer variants
    that nobody saw, then names in natural order. It is a convention of the field for naming
    one pair, not a likelihood.
    """
    n = len(gene.names)
    out = np.zeros((n, n), np.uint8)
    scratch = np.zeros((observation.n_blocks + 1, 2, n), np.uint8)
    fit_diplotypes(
        gene.masks, observation.codes, observation.block, observation.n_blocks, scratch, out
    )
    if observation.haploid:
        out *= np.eye(n, dtype=np.uint8)
    pairs = np.argwhere(out)
    weight = (gene.weights & observation.answered).sum(axis=1)
    scores = weight[pairs].sum(axis=1)
    rank = _natural_ranks(gene)
    low = np.minimum(rank[pairs[:, 0]], rank[pairs[:, 1]])
    high = np.maximum(rank[pairs[:, 0]], rank[pairs[:, 1]])
    unseen = (gene.needs & ~observation.answered).sum(axis=1)[pairs].sum(axis=1)
    order = np.lexsort((high, low, unseen, -scores))
    return Fit(
        pairs=pairs[order], scores=scores[order].astype(np.int64), haploid=observation.haploid
    )


def _natural_ranks(gene: CompiledGene) -> npt.NDArray[np.intp]:
    default = gene.gene.default_allele
    order = sorted(
        range(len(gene.names)), key=lambda a: (gene.names[a] != default, natural_key(gene.names[a]))
    )
    rank = np.empty(len(order), np.intp)
    rank[order] = np.arange(len(order))
    return rank


Masks = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]


def denied(masks: Masks, codes: npt.NDArray[np.int8]) -> Bools:
    """Whether masks exclude the codes of a haplotype; unknown codes are never excluded.

    Shapes: ``masks`` (..., P), ``codes`` (P,); the result has the shape of ``masks``.
    """
    shift = np.maximum(codes, 0).astype(np.uint64)
    excluded = (masks >> shift) & np.uint64(1) == 0
    return np.asarray(excluded & (codes != MISSING))


def count_contradictions(
    masks: Masks, observation: Observation, free: Bools | None = None
) -> npt.NDArray[np.int64]:
    """Count, for all pairs of rows, the observed alleles that they contradict.

    Shapes: ``masks`` (R, P), ``free`` (P,) positions that count for nothing; the result is
    (R, R), symmetric. Each phase block is laid the way round that contradicts less, so that
    a pair of definitions fits exactly where its count is zero. A pair stands for one haplotype
    of a haploid locus where both rows are the same; other pairs have 2 P + 1.
    """
    counts = np.ones(masks.shape[1], np.bool_) if free is None else ~free
    first = denied(masks, observation.codes[:, 0]) & counts
    if observation.haploid:
        alone = np.full((len(masks), len(masks)), 2 * masks.shape[1] + 1, np.int64)
        np.fill_diagonal(alone, first.sum(axis=1))
        return alone
    second = denied(masks, observation.codes[:, 1]) & counts
    total = _sums(first, second, observation.block < 0)
    for number in range(observation.n_blocks):
        forward = _sums(first, second, observation.block == number)
        total += np.minimum(forward, forward.T)
    return total


def _sums(first: Bools, second: Bools, inside: Bools) -> npt.NDArray[np.int64]:
    """(R, R) contradicted alleles of row i on the first haplotype, row j on the second."""
    one, two = first[:, inside].sum(axis=1), second[:, inside].sum(axis=1)
    return np.asarray(one[:, None] + two[None, :], np.int64)


def orientations(pair: Masks, observation: Observation) -> npt.NDArray[np.int64]:
    """(B,) how much better each block is explained as given than the other way round.

    Positive: the first row belongs to the first observed haplotype; negative: to the second; 0:
    both ways are alike. ``pair`` is (2, P), of a haploid locus (1, P).
    """
    found = np.zeros(observation.n_blocks, np.int64)
    if observation.haploid:
        return found
    codes = observation.codes
    forward = denied(pair[0], codes[:, 0]).astype(np.int64) + denied(pair[1], codes[:, 1])
    backward = denied(pair[1], codes[:, 0]).astype(np.int64) + denied(pair[0], codes[:, 1])
    better = backward - forward
    inside = observation.block >= 0
    np.add.at(found, observation.block[inside], better[inside])
    return found


def turned(pair: Masks, observation: Observation) -> Bools:
    """(P,) bool: positions at which the first row belongs to the second observed haplotype."""
    block = observation.block
    backward = np.append(orientations(pair, observation) < 0, [False])  # block -1 is the last
    return np.asarray(backward[block])


def lay(pair: Masks, observation: Observation) -> Masks:
    """Return two rows in the order of the observed haplotypes; of a haploid locus the first."""
    if observation.haploid:
        return pair[:1]
    return np.where(turned(pair, observation)[None, :], pair[::-1], pair)


def agree(one: Masks, two: Masks) -> Bools:
    """(P,) bool: whether two pairs of rows may be the same alleles, in whatever order."""
    forward = ((one[0] & two[0]) != 0) & ((one[-1] & two[-1]) != 0)
    backward = ((one[0] & two[-1]) != 0) & ((one[-1] & two[0]) != 0)
    return np.asarray(forward | backward)


NO_FUNCTION: Final = "No function"
"""CPIC's term; alleles of scored genes have the activity value 0 instead."""


def causal_alleles(
    gene: CompiledGene, codes: npt.NDArray[np.int8], contained: list[int]
) -> list[int]:
    """Return alleles whose causal variants a haplotype carries without fitting their definition.

    Parameters
    ----------
    gene
        Its ``causes`` list the alleles by tier, the simplest of equal ones first.
    codes
        (P,) int8: the haplotype.
    contained
        Alleles all of whose variants the haplotype carries. A causal variant that belongs to one
        of them has the function which that allele was given, unless the haplotype is a part of
        a larger definition: SLCO1B1 ``*5`` with one more variant of ``*47`` is a part of ``*47``.

    Returns
    -------
    list of int
        Indices of alleles of another function than the default allele's: those of the lowest
        activity first, else by tier. Of alleles with the same causal variants only the first.
    """
    explained = {int(i) for a in contained for i in np.flatnonzero(gene.needs[a])}
    usual = {gene.functions[gene.default_index], gene.gene.uncertain_function or None}
    found: list[int] = []
    for cause in gene.causes:
        carried = all(codes[index] == code for index, code in cause.variants)
        sites = {index for index, _ in cause.variants}
        if not carried or gene.functions[cause.allele] in usual:
            continue
        if not sites <= explained or _is_part(gene, cause.allele, codes):
            found.append(cause.allele)
            explained |= sites
    return sorted(found, key=lambda a: _activity(gene.values[a]))


def without_function(gene: CompiledGene, contained: list[int]) -> int | None:
    """Return the allele without function that a haplotype carries in full, None without one.

    What destroys a function is not undone by another variant in cis: a frameshift stays one. So
    a haplotype that no definition covers has no function if it holds an allele that has none.
    """
    return next((a for a in contained if _has_none(gene, a)), None)


def _has_none(gene: CompiledGene, allele: int) -> bool:
    return gene.functions[allele] == NO_FUNCTION or _activity(gene.values[allele]) == 0.0


def doubtful_positions(
    gene: CompiledGene, allele: int, codes: npt.NDArray[np.int8]
) -> tuple[int, ...]:
    """Return the causal positions of an allele, and where a haplotype denies its definition.

    A second look at them tells whether the haplotype is that allele after all.
    """
    causal = {i for cause in gene.causes if cause.allele == allele for i, _ in cause.variants}
    known = np.flatnonzero(codes != MISSING)
    bits = np.uint64(1) << codes[known].astype(np.uint64)
    denied = known[(gene.masks[allele, known] & bits) == 0]
    return tuple(sorted({*causal, *denied.tolist()}))


def _is_part(gene: CompiledGene, allele: int, codes: npt.NDArray[np.int8]) -> bool:
    """Whether an allele's definition allows every variant of a haplotype."""
    sites = np.flatnonzero((codes != gene.base) & (codes != MISSING))
    bits = np.uint64(1) << codes[sites].astype(np.uint64)
    return bool((gene.masks[allele, sites] & bits).all())


def _activity(value: str | None) -> float:
    """Return an activity value as a number, infinite where the gene has none."""
    try:
        return float(value or "inf")
    except ValueError:
        return float("inf")
