"""Insertions and deletions by sequence: the allele with whose sequence a read agrees.

An aligner writes a long insertion as a gap, as soft clips or as mismatches, and a deletion
in a repeat at any of several places. So each read is laid, without gaps and with its soft
clips, on the sequence of each allele; the one with which it agrees better is its vote.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.base.genes import GeneDefinition, ReferenceSegment
from pgx.reads.columns import Reads

__all__ = ["AlleleTexts", "agreement", "allele_texts", "indel_votes"]

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

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AlleleTexts:
    """Sequence of each allele, by code, with all that is known on both sides.

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
    """Return the sequences of a defining position, None where none is known around it."""
    variant = gene.variants[site]
    return _texts(gene.segments, variant.position, variant.alleles)


def agreement(read: Bytes, text: Bytes, offsets: Ints) -> tuple[int, int, int]:
    """Return points, mismatches and compared bases of a read at the best of some places.

    An offset is the index of the text at which the read begins; it may be negative.
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
    """Return the code of the allele with which each chosen read agrees, -1 where none is clear.

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
