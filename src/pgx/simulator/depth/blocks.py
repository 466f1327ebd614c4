"""Reference blocks as GATK makes them: neighbours whose genotype quality is in one band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.simulator.depth.genotypes import HIGHEST_QUALITY, reference_quality

__all__ = ["SimulatedBlock", "Stretch", "banded"]

BANDS: Final = np.array([*range(1, 61), 70, 80, 90, HIGHEST_QUALITY])
"""Lower bounds of the bands of genotype quality, GATK's default."""


class Stretch(NamedTuple):
    """Bases of one depth and quality between records; positions on GRCh38, inclusive."""

    start: int
    end: int
    depth: int
    likelihoods: tuple[int, int]

    @property
    def quality(self) -> int:
        """Genotype quality of 0/0."""
        return min(self.likelihoods[0], HIGHEST_QUALITY)

    @classmethod
    def plain(cls, start: int, end: int, depth: int) -> Stretch:
        """Return bases whose reads all show the reference."""
        return cls(start, end, depth, reference_quality(depth))


class SimulatedBlock(NamedTuple):
    """A reference block: its median and lowest depth, its lowest likelihoods."""

    start: int
    end: int
    depth: int
    lowest: int
    quality: int
    likelihoods: tuple[int, int]


def banded(stretches: Sequence[Stretch]) -> list[SimulatedBlock]:
    """Join stretches, sorted by position, that touch and are in one band."""
    if not stretches:
        return []
    table = np.array([(s.start, s.end, s.depth, s.quality, *s.likelihoods) for s in stretches])
    band = np.searchsorted(BANDS, table[:, 3], side="right")
    breaks = (table[1:, 0] != table[:-1, 1] + 1) | (band[1:] != band[:-1])
    firsts = np.flatnonzero(np.concatenate([[True], breaks]))
    ends = [*firsts[1:].tolist(), len(table)]
    return [_block(table[a:b]) for a, b in zip(firsts.tolist(), ends, strict=True)]


def _block(rows: npt.NDArray[np.int64]) -> SimulatedBlock:
    start, end = int(rows[0, 0]), int(rows[-1, 1])
    if len(rows) == 1:
        _, _, depth, quality, het, other = rows[0].tolist()
        return SimulatedBlock(start, end, depth, depth, quality, (het, other))
    depth = _median(rows[:, 2], rows[:, 1] - rows[:, 0] + 1)
    low = rows[:, 2:].min(axis=0).tolist()
    return SimulatedBlock(start, end, depth, low[0], low[1], (low[2], low[3]))


def _median(depths: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> int:
    """Return the median of the depth over bases."""
    order = np.argsort(depths, kind="stable")
    passed = np.cumsum(lengths[order])
    return int(depths[order][np.searchsorted(passed, passed[-1] / 2)])
