"""Genotype likelihoods from allelic depths, or bounds from depth and quality without them.

PL and GL have precedence. Without them, AD gives the likelihoods; without AD, GQ and DP bound the
likelihoods of other genotypes. AD also has a veto: a genotype that it makes a thousand times less
likely than another one is rejected, whatever PL says.

The scanner passes only cells with contradicting reads or low quality; others cost no time.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pgx.io import scan_codes as sc
from pgx.io.records import SiteReason

__all__ = [
    "ERROR_RATE",
    "OVERDISPERSION",
    "Cells",
    "apply_read_evidence",
    "read_log_likelihoods",
]

ERROR_RATE: Final = 0.01
"""Share of reads that show another allele than the haplotype they come from.

Bases of short reads have about 0.1-0.5% errors (Stoler and Nekrutenko 2021); mis-mapping and
index hopping add as much again. 1% is on the safe side for a genotype that few reads contradict.
"""
OVERDISPERSION: Final = 0.02
"""Correlation of the reads of one site: allele shares scatter more than binomially.

It is 0.01-0.02 for whole genomes and more for exomes with capture probes (Ramu et al. 2013,
Heinrich et al. 2012); with it no depth makes a share of 20% impossible for a heterozygote.
"""
SUPPORTED: Final = 20
"""Phred margin below which the reads of a reference genotype leave others possible: GQ 20."""
DEPTH_STEP: Final = 3.0
"""Phred that one read of a reference genotype adds to its margin: a heterozygote hides in half."""

_CELLS_AT_ONCE: Final = 1 << 15  # a cell takes some 300 bytes of temporary arrays
_MOST_READS: Final = 1000  # more are scaled down: with overdispersion they add nothing
_SLOTS: Final = ((0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2))
_MIXED: Final = (1, 3, 4)  # slots of genotypes of two alleles
_CONTRADICTS: Final = int(SiteReason.AD_CONTRADICTS)
_LOW_GQ: Final = int(SiteReason.LOW_GQ)
_LARGEST: Final = 32_767

Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Cells:
    """The arrays of a block, (K, N) each, and facts of its records.

    ``n_alleles`` (K,) and ``mitochondrial`` (K,) bool are of the records; ``likelihoods``
    (K, N, 6) and ``reads`` (K, N, 3) as in `pgx.io.records.Scan`, None where no cell has any.
    ``reason`` and ``likelihoods`` are changed in place.
    """

    def __init__(
        self,
        n_alleles: Ints,
        mitochondrial: Array,
        genotypes: Array,
        reason: Array,
        gq: Array,
        dp: Array,
        likelihoods: npt.NDArray[np.int16] | None,
        reads: npt.NDArray[np.int32] | None,
    ) -> None:
        self.n_alleles, self.mitochondrial = n_alleles, mitochondrial
        self.genotypes, self.reason = genotypes, reason
        self.gq, self.dp = gq, dp
        self.likelihoods, self.reads = likelihoods, reads

    def has_list(self, rows: Array, columns: Array) -> Array:
        """Whether cells have likelihoods of their own, PL or GL."""
        if self.likelihoods is None:
            return np.zeros(len(rows), np.bool_)
        return np.asarray((self.likelihoods[rows, columns] >= 0).any(axis=1))

    def write(self, rows: Array, columns: Array, phred: Array) -> None:
        """Set likelihoods (n, 6) of some cells; -1 where there is no such genotype."""
        if self.likelihoods is None:
            self.likelihoods = np.full((*self.reason.shape, 6), -1, np.int16)
        self.likelihoods[rows, columns] = phred


def apply_read_evidence(cells: Cells) -> npt.NDArray[np.int16] | None:
    """Set reasons and likelihoods of cells with contradicting reads or low quality, in place.

    Returns
    -------
    ndarray or None
        The likelihoods (K, N, 6) int16 of the block: the given array, a new one, or None.
    """
    if cells.reads is not None:
        # with one allele there is no other genotype; mitochondrial genotypes are haploid mixtures
        has_alternative = ~cells.mitochondrial & (cells.n_alleles > 1)
        counted = (cells.reads[:, :, 0] >= 0) & has_alternative[:, None]
        for rows, columns in _parts(counted):
            _apply_reads(cells, cells.reads, rows, columns)
        # only heteroplasmy needs reads later; those of nuclear records are used up here
        cells.reads[~cells.mitochondrial] = -1
    for rows, columns in _parts(_is_unsure(cells.reason)):
        _apply_quality(cells, rows, columns)
    return cells.likelihoods


def _parts(wanted: Array) -> Iterator[tuple[Ints, Ints]]:
    """Yield rows and columns of the wanted cells (K, N), some at a time to bound memory."""
    places = np.flatnonzero(wanted)
    for start in range(0, len(places), _CELLS_AT_ONCE):
        rows, columns = np.divmod(places[start : start + _CELLS_AT_ONCE], wanted.shape[1])
        yield rows, columns


def _is_unsure(reason: Array) -> Array:
    return np.asarray((reason == SiteReason.LOW_GQ) | (reason == SiteReason.LOW_DP))


def read_log_likelihoods(reads: Array, n_alleles: Array) -> Floats:
    r"""Return (n, 6) log likelihoods of reads, -inf for genotypes that are not possible.

    Reads come from the haplotypes of a genotype in equal parts, `ERROR_RATE` of them showing
    one of the other alleles. Shares scatter as a Dirichlet distribution around this mean:
    for two alleles a beta-binomial with intraclass correlation `OVERDISPERSION`.

    Parameters
    ----------
    reads
        (n, 3) reads of up to three alleles.
    n_alleles
        (n,) 2 or 3.

    Notes
    -----
    With :math:`A = (1 - \rho) / \rho` and expected shares :math:`p`, the likelihood is
    :math:`\prod_i \Gamma(x_i + A p_i) / \Gamma(A p_i)` up to a factor that all
    genotypes share.
    """
    counts = np.maximum(reads, 0).astype(np.int64)
    total = counts.sum(axis=1, keepdims=True)
    counts = np.where(total > _MOST_READS, counts * _MOST_READS // np.maximum(total, 1), counts)
    found = np.full((len(counts), 6), -np.inf)
    for size in (2, 3):
        rows = np.flatnonzero(n_alleles == size)
        for slot, (low, high) in enumerate(_SLOTS):
            if high < size and len(rows):
                shares = [_share(allele, (low, high), size) for allele in range(size)]
                parts = [_rising(share)[counts[rows, i]] for i, share in enumerate(shares)]
                found[rows, slot] = np.sum(parts, axis=0)
    return found


def _share(allele: int, genotype: tuple[int, int], n_alleles: int) -> float:
    """Return the expected share of an allele's reads."""
    error = ERROR_RATE / (n_alleles - 1)
    return sum((1 - ERROR_RATE if own == allele else error) / 2 for own in genotype)


@functools.lru_cache(maxsize=32)
def _rising(share: float) -> Floats:
    """Return log of Gamma(x + A share) / Gamma(A share) for x up to `_MOST_READS`."""
    start = (1 - OVERDISPERSION) / OVERDISPERSION * share
    return np.array([math.lgamma(start + x) - math.lgamma(start) for x in range(_MOST_READS + 1)])


def _apply_reads(cells: Cells, reads: Array, rows: Array, columns: Array) -> None:
    """Compare genotypes with their reads; store the likelihoods of contradicted and weak ones.

    A called variant is contradicted as soon as its reads favour another genotype: otherwise the
    prior of a rare allele would silently make a carrier a non-carrier.
    """
    reason, genotypes = cells.reason[rows, columns], cells.genotypes[rows, columns]
    haploid, varies = genotypes[:, 1] == -2, (genotypes > 0).any(axis=1)
    n_alleles = cells.n_alleles[rows]
    own, n_classes = _place(genotypes, n_alleles)
    log_likelihood = read_log_likelihoods(reads[rows, columns], n_classes)
    margin = _margin(log_likelihood, own)
    has_list = cells.has_list(rows, columns)
    contradicted = (margin < sc.CONTRADICTED) | (varies & ~has_list & (margin < 0))
    is_ok = reason == SiteReason.OK
    weak = is_ok & ~contradicted & ~has_list & ~varies & ~haploid & (margin < SUPPORTED)
    unsure = ~is_ok & ~contradicted & ~has_list & ~(varies & (reason == SiteReason.LOW_GQ))
    reason[contradicted], reason[weak] = _CONTRADICTS, _LOW_GQ
    cells.reason[rows, columns] = reason
    phred = _phred(log_likelihood, haploid)
    limit = _quality(cells.gq[rows, columns], np.full(len(rows), -1))
    is_bound = ~contradicted & ~varies
    bounded = np.where(np.arange(6) == own[:, None], phred, np.minimum(phred, limit[:, None]))
    phred = np.where(is_bound[:, None], bounded, phred)
    values = _masked(phred, n_alleles, haploid)
    values[haploid & np.isin(log_likelihood.argmax(axis=1), _MIXED)] = -1
    wanted = (contradicted | weak | unsure) & (n_alleles <= 3)
    if wanted.any():
        cells.write(rows[wanted], columns[wanted], values[wanted])


def _place(genotypes: Array, n_alleles: Array) -> tuple[Ints, Ints]:
    """Return the slot of each genotype, and the number of alleles that its reads distinguish.

    Of more than three alleles the reads are those of GT's alleles and of the best other one.
    """
    first, second = genotypes.astype(np.int64).T
    second = np.where(second == -2, first, second)
    many = n_alleles > 3
    differs = first != second
    low = np.where(many, 0, np.minimum(first, second))
    high = np.where(many, differs, np.maximum(first, second))
    n_classes = np.where(many, 2 + differs, n_alleles)
    return high * (high + 1) // 2 + low, n_classes


def _margin(log_likelihood: Floats, own: Ints) -> Floats:
    """Return the phred margin (n,) of a genotype over the best other one, also of mixed reads."""
    rows = np.arange(len(own))
    others = log_likelihood.copy()
    others[rows, own] = -np.inf
    return np.asarray((log_likelihood[rows, own] - others.max(axis=1)) * 10 / math.log(10))


def _phred(log_likelihood: Floats, haploid: Array) -> Array:
    """Return phred values (n, 6), the best possible genotype's being 0."""
    possible = np.where(haploid[:, None] & np.isin(np.arange(6), _MIXED), -np.inf, log_likelihood)
    phred = (possible.max(axis=1, keepdims=True) - possible) * 10 / math.log(10)
    return np.asarray(np.rint(np.minimum(phred, _LARGEST)), np.int64)


def _apply_quality(cells: Cells, rows: Array, columns: Array) -> None:
    """Derive likelihoods of reference genotypes from GQ and DP if nothing else gives them.

    GQ is the probability that the call is wrong, so every other genotype gets all of it. A
    variant stays unknown: its GQ includes the caller's prior, which must not be applied twice.
    """
    first, second = cells.genotypes[rows, columns].T
    n_alleles = cells.n_alleles[rows]
    fits = (first == 0) & ((second == 0) | (second == -2)) & (n_alleles > 1) & (n_alleles <= 3)
    fits &= ~cells.has_list(rows, columns) & ~cells.mitochondrial[rows]
    is_shallow = cells.reason[rows, columns] == SiteReason.LOW_DP
    fits &= np.where(is_shallow, cells.dp[rows, columns], cells.gq[rows, columns]) >= 0
    rows, columns, second, n_alleles = rows[fits], columns[fits], second[fits], n_alleles[fits]
    if not len(rows):
        return
    phred = np.repeat(_quality(cells.gq[rows, columns], cells.dp[rows, columns])[:, None], 6, 1)
    phred[:, 0] = 0
    cells.write(rows, columns, _masked(phred, n_alleles, second == -2))


def _quality(gq: Array, dp: Array) -> Array:
    """Return the phred that GQ and DP, -1 where absent, leave other genotypes at most."""
    by_depth = np.where(dp >= 0, DEPTH_STEP * dp.astype(np.float64), _LARGEST)
    by_quality = np.where(gq >= 0, gq, _LARGEST)
    return np.asarray(np.minimum(np.minimum(by_depth, by_quality), _LARGEST), np.int64)


def _masked(phred: Array, n_alleles: Array, haploid: Array) -> npt.NDArray[np.int16]:
    """Return likelihoods with -1 for genotypes that a cell cannot have."""
    low, high = np.array(_SLOTS).T
    is_possible = (high < n_alleles[:, None]) & ~(haploid[:, None] & (low != high))
    return np.where(is_possible, np.minimum(phred, _LARGEST), -1).astype(np.int16)
