"""Reads of each allele in, the genotype that a caller of diploid genotypes writes out."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["DiploidGenotype", "call_genotype", "draw_reads", "reference_quality"]

ERROR: Final = 0.001
"""Share of reads that show an allele which their copy does not have."""
OVERDISPERSION: Final = 0.02
"""Correlation of the alleles of two reads beyond their copies' shares."""
HIGHEST_QUALITY: Final = 99

Floats = npt.NDArray[np.float64]


class DiploidGenotype(NamedTuple):
    """A genotype as indices into the alleles, its quality (phred), and all likelihoods (phred)."""

    alleles: tuple[int, int]
    quality: int
    likelihoods: tuple[int, ...]


@functools.lru_cache(maxsize=16)
def _pairs(n_alleles: int) -> tuple[tuple[tuple[int, int], ...], Floats]:
    """Return genotypes in the order of VCF, and (G, A) log10 share of reads of each allele."""
    pairs = tuple((low, high) for high in range(n_alleles) for low in range(high + 1))
    own = np.full((n_alleles, n_alleles), ERROR / 3) + (1 - 4 * ERROR / 3) * np.eye(n_alleles)
    shares = np.array([(own[low] + own[high]) / 2 for low, high in pairs])
    return pairs, np.log10(shares)


def call_genotype(reads: Sequence[int]) -> DiploidGenotype:
    """Return the diploid genotype that reads of each allele make most likely.

    >>> call_genotype([10, 20, 0]).alleles, call_genotype([30, 0, 0]).likelihoods[:2]
    ((0, 1), (0, 90))
    """
    pairs, shares = _pairs(len(reads))
    phred = -10 * (shares @ np.asarray(reads, np.float64))
    scaled = np.rint(phred - phred.min()).astype(np.int64).tolist()
    quality = min(sorted(scaled)[1], HIGHEST_QUALITY)
    return DiploidGenotype(pairs[scaled.index(0)], quality, tuple(scaled))


def reference_quality(depth: int) -> tuple[int, int]:
    """Return likelihoods (phred) of the heterozygous and the other homozygous genotype.

    >>> reference_quality(30)
    (90, 1043)
    """
    het = -10 * math.log10((1 - ERROR + ERROR / 3) / 2 / (1 - ERROR))
    other = -10 * math.log10(ERROR / 3 / (1 - ERROR))
    return round(depth * het), round(depth * other)


def draw_reads(depth: int, copies: Floats, random: np.random.Generator) -> list[int]:
    """Share reads among alleles by (A,) copies that show each; an overdispersed draw.

    >>> draw_reads(0, np.array([1.0, 1.0]), np.random.default_rng(1))
    [0, 0]
    """
    total = copies.sum()
    if depth <= 0 or total <= 0:
        return [max(depth, 0), *[0] * (len(copies) - 1)]
    share = copies / total * (1 - ERROR) + ERROR / len(copies)
    drawn = random.dirichlet(share * (1 / OVERDISPERSION - 1))
    return [int(n) for n in random.multinomial(depth, drawn)]
