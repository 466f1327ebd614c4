"""Where a pair of haplotypes cannot be what was observed: masks and an observation enter."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.alleles.observation import Observation
from pgx.genotypes.matrix import MISSING

__all__ = ["agree", "count_contradictions", "denied", "lay", "orientations", "turned"]

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
