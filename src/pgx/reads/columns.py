"""Aligned reads as columns, and the bases that they show at given positions.

R reads, B aligned blocks (gap-free stretches), H hits (a read's base at a position).
Positions are 1-based on the file's assembly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Blocks", "Hits", "Reads", "bases_at", "depth_over", "take_hits"]

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


class Blocks(NamedTuple):
    """Gap-free aligned stretches, (B,) each: read, first position, offset in the read, length."""

    read: Ints
    position: Ints
    offset: Ints
    length: Ints


@dataclass(frozen=True, slots=True)
class Reads:
    """Primary reads that are no duplicates, whatever their mapping quality.

    Attributes
    ----------
    fragment
        (R,) int64: reads of one pair have one number, 0-based.
    mapping_quality
        (R,) int64, phred.
    start, end
        (R,) int64: first and last aligned position.
    clipped
        (R, 2) int64: soft-clipped bases before and after the aligned ones.
    first
        (R + 1,) int64: where each read begins in ``bases`` and ``qualities``.
    bases, qualities
        uint8: ASCII letters and phred base qualities of all reads, soft clips included.
    blocks
        The aligned stretches, by read.
    """

    fragment: Ints
    mapping_quality: Ints
    start: Ints
    end: Ints
    clipped: Ints
    first: Ints
    bases: Bytes
    qualities: Bytes
    blocks: Blocks

    @property
    def n_reads(self) -> int:
        """Number of reads."""
        return len(self.fragment)

    @property
    def n_fragments(self) -> int:
        """Number of pairs and single reads."""
        return int(self.fragment.max()) + 1 if self.n_reads else 0

    def text(self, read: int) -> Bytes:
        """Return the bases of one read, soft clips included."""
        return self.bases[self.first[read] : self.first[read + 1]]


class Hits(NamedTuple):
    """(H,) bases at positions: index of the read and of the position, letter, phred quality."""

    read: Ints
    site: Ints
    base: Bytes
    quality: Bytes


def bases_at(reads: Reads, positions: Ints) -> Hits:
    """Return every read's base at sorted distinct positions, by block and then position."""
    blocks = reads.blocks
    low = np.searchsorted(positions, blocks.position)
    high = np.searchsorted(positions, blocks.position + blocks.length)
    count = high - low
    block = np.repeat(np.arange(len(count)), count)
    within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    site = low[block] + within
    offset = blocks.offset[block] + positions[site] - blocks.position[block]
    read = blocks.read[block]
    place = reads.first[read] + offset
    return Hits(read, site, reads.bases[place], reads.qualities[place])


def take_hits(hits: Hits, chosen: npt.NDArray[np.bool_]) -> Hits:
    """Return some hits."""
    return Hits(hits.read[chosen], hits.site[chosen], hits.base[chosen], hits.quality[chosen])


def depth_over(reads: Reads, start: int, end: int) -> Ints:
    """Return the number of reads over each position from ``start`` to ``end``, inclusive."""
    size = end - start + 1
    low = np.clip(reads.blocks.position - start, 0, size)
    high = np.clip(reads.blocks.position + reads.blocks.length - start, 0, size)
    steps = np.bincount(low, minlength=size + 1) - np.bincount(high, minlength=size + 1)
    return np.asarray(np.cumsum(steps)[:size], np.int64)
