"""Aligned bases by position, and insertions and deletions in reads."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.records.genes import GeneDefinition, ReferenceSegment

__all__ = [
    "AlleleTexts",
    "Blocks",
    "Hits",
    "Reads",
    "agreement",
    "allele_texts",
    "bases_at",
    "depth_over",
    "indel_votes",
    "take_hits",
]

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
    """Primary reads that are not duplicates, at any mapping quality.

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
        (R + 1,) int64: start of each read in ``bases`` and ``qualities``.
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
    # A difference array: one step up where a block begins and one down where it ends.
    steps = np.bincount(low, minlength=size + 1) - np.bincount(high, minlength=size + 1)
    return np.asarray(np.cumsum(steps)[:size], np.int64)


SLACK: Final = 6
"""Bases by which a read may lie off the place that its first or last aligned base has."""
PENALTY: Final = 3
"""What a mismatch costs against a match."""
CLEAR: Final = 12
"""Points by which an allele must be ahead of every other one: three mismatches."""
MOST_MISMATCHES: Final = 0.06
FEWEST_BASES: Final = 35
_UNKNOWN: Final = 0
"""What stands where no sequence is known: neither match nor mismatch."""


@dataclass(frozen=True, slots=True)
class AlleleTexts:
    """Sequence of each allele, by code, with the known flanks on both sides.

    ``before`` is the number of bases before the defining position, ``reference`` the length of
    the reference allele.
    """

    texts: tuple[Bytes, ...]
    before: int
    reference: int

    @property
    def longest_change(self) -> int:
        """Largest number of inserted or deleted bases."""
        size = len(self.texts[0])
        return max(abs(len(text) - size) for text in self.texts)


@functools.lru_cache(maxsize=512)
def _texts(
    segments: tuple[ReferenceSegment, ...], position: int, alleles: tuple[str, ...]
) -> AlleleTexts | None:
    segment = next((s for s in segments if s.start <= position <= s.end), None)
    if segment is None:
        return None
    at = position - segment.start
    left, right = segment.sequence[:at], segment.sequence[at + len(alleles[0]) :]
    found = tuple(np.frombuffer((left + a + right).encode("ascii"), np.uint8) for a in alleles)
    return AlleleTexts(found, at, len(alleles[0]))


def allele_texts(gene: GeneDefinition, site: int) -> AlleleTexts | None:
    """Return the sequences of a defining position, None if its flanks are unknown."""
    variant = gene.variants[site]
    return _texts(gene.segments, variant.position, variant.alleles)


def agreement(read: Bytes, text: Bytes, offsets: Ints) -> tuple[int, int, int]:
    """Return score, mismatches and compared bases of a read at the best of some offsets.

    An offset is the index in the text at which the read begins; it may be negative.
    """
    size = len(read)
    padded = np.concatenate([np.zeros(size, np.uint8), text, np.zeros(size, np.uint8)])
    chosen = offsets[(offsets > -size) & (offsets < len(text))] + size
    if not len(chosen):
        return 0, 0, 0
    windows = np.lib.stride_tricks.sliding_window_view(padded, size)[chosen]
    known = (windows != _UNKNOWN).sum(axis=1)
    same = (windows == read).sum(axis=1)
    points = same - PENALTY * (known - same)
    best = int(points.argmax())
    return int(points[best]), int(known[best] - same[best]), int(known[best])


def indel_votes(reads: Reads, chosen: Ints, position: int, texts: AlleleTexts) -> Ints:
    """Return the code of the allele supported by each chosen read, -1 if none is clear.

    ``position`` is that of the defining position on the file's assembly.
    """
    votes = np.full(len(chosen), -1, np.int64)
    for index, read in enumerate(chosen.tolist()):
        votes[index] = _vote(reads, read, position - texts.before, texts)
    return votes


def _vote(reads: Reads, read: int, origin: int, texts: AlleleTexts) -> int:
    bases = reads.text(read)
    first = int(reads.start[read] - reads.clipped[read, 0]) - origin
    last = int(reads.end[read] + reads.clipped[read, 1]) - origin - len(bases) + 1
    reach = SLACK + texts.longest_change
    offsets = np.arange(min(first, last) - reach, max(first, last) + reach + 1)
    found = [agreement(bases, text, offsets) for text in texts.texts]
    order = sorted(range(len(found)), key=lambda code: -found[code][0])
    points, wrong, compared = found[order[0]]
    if compared < FEWEST_BASES or wrong > max(2, MOST_MISMATCHES * compared):
        return -1
    return order[0] if points - found[order[1]][0] >= CLEAR else -1
