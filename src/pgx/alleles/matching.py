"""Which pairs of named alleles explain an observation, and in which order to name them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgx.alleles._kernels import fit_diplotypes
from pgx.alleles.definitions import CompiledGene
from pgx.alleles.names import natural_key
from pgx.alleles.observation import Observation

__all__ = ["Fit", "fit_observation"]


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
