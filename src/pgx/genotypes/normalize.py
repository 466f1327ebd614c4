"""Trim, left-align and compare variants against the reference around defining positions.

Coordinates are 1-based on the input's assembly. A `Variation` is anchor-free: ``ref`` are
the bases replaced from ``start`` on, empty for an insertion *before* base ``start``.
"""

from __future__ import annotations

import functools
from bisect import bisect_right
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.base.genes import Assembly, GeneDefinition

__all__ = ["Reference", "Variation", "left_align", "placement", "trim"]


_Ints = npt.NDArray[np.int64]


class Variation(NamedTuple):
    """Replaced and replacing bases, without the anchor base that VCF writes."""

    start: int
    ref: str
    alt: str

    @property
    def is_indel(self) -> bool:
        """Whether the length changes."""
        return len(self.ref) != len(self.alt)

    @property
    def is_pure_indel(self) -> bool:
        """Whether bases are only inserted or only deleted."""
        return bool(self.ref) != bool(self.alt)

    @property
    def end(self) -> int:
        """Last replaced base, ``start - 1`` for an insertion."""
        return self.start + len(self.ref) - 1


class Reference:
    """Known reference bases of one gene on one assembly.

    Built from the GRCh38 segments, shifted by the gene's offset, with the bases in which
    GRCh37 differs at defining positions put in.
    """

    def __init__(self, gene: GeneDefinition, assembly: Assembly) -> None:
        self.offset = _offset(gene, assembly)
        self._sequences: list[str] = []
        self._starts: list[int] = []
        for segment in gene.segments:
            bases = list(segment.sequence)
            if assembly is Assembly.GRCH37:
                for variant in gene.variants:
                    at = variant.position - segment.start
                    if variant.ref_grch37 != variant.ref and 0 <= at < len(bases):
                        bases[at : at + len(variant.ref)] = variant.ref_grch37
            self._starts.append(segment.start + self.offset)
            self._sequences.append("".join(bases))

    def spans(self) -> list[tuple[int, int]]:
        """Return first and last position of each segment."""
        return [
            (start, start + len(sequence) - 1)
            for start, sequence in zip(self._starts, self._sequences, strict=True)
        ]

    def base(self, position: int) -> str | None:
        """Return the base at a position, None outside the known segments."""
        index = bisect_right(self._starts, position) - 1
        if index < 0:
            return None
        at = position - self._starts[index]
        sequence = self._sequences[index]
        return sequence[at] if at < len(sequence) else None

    def letters(self, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        """Return the ASCII codes of the bases at positions, 0 outside the known segments."""
        starts, lengths, before, text = self._as_arrays
        if not len(starts):
            return np.zeros(len(positions), np.uint8)
        index = np.searchsorted(starts, positions, side="right") - 1
        at = positions - starts[index]  # index -1, the last: at is negative
        inside = (at >= 0) & (at < lengths[index])
        return np.where(inside, text[np.where(inside, before[index] + at, 0)], np.uint8(0))

    @functools.cached_property
    def _as_arrays(self) -> tuple[_Ints, _Ints, _Ints, npt.NDArray[np.uint8]]:
        """First position and length of each segment, bases before it, and all bases in a row."""
        lengths = np.array([len(sequence) for sequence in self._sequences], np.int64)
        text = np.frombuffer("".join(self._sequences).encode("ascii"), np.uint8)
        return np.array(self._starts, np.int64), lengths, np.cumsum(lengths) - lengths, text

    def bases(self, start: int, end: int) -> str | None:
        """Return bases ``start``..``end`` inclusive, None if any is unknown."""
        if end < start:
            return ""
        index = bisect_right(self._starts, start) - 1
        if index < 0:
            return None
        at = start - self._starts[index]
        found = self._sequences[index][at : at + end - start + 1]
        return found if len(found) == end - start + 1 else None

    def disagreements(self, position: int, ref: str) -> list[int]:
        """Return positions at which a record's REF differs from a known base.

        ``N`` and other IUPAC codes agree with anything.
        """
        return [
            position + shift
            for shift, base in enumerate(ref)
            if base in "ACGT" and self.base(position + shift) not in (None, base)
        ]


def _offset(gene: GeneDefinition, assembly: Assembly) -> int:
    if assembly is Assembly.GRCH38 or not gene.variants:
        return 0
    return gene.variants[0].position_grch37 - gene.variants[0].position


def trim(position: int, ref: str, alt: str) -> Variation:
    """Remove shared bases from the right, then from the left."""
    while ref and alt and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    while ref and alt and ref[0] == alt[0]:
        ref, alt, position = ref[1:], alt[1:], position + 1
    return Variation(position, ref, alt)


def left_align(variation: Variation, reference: Reference) -> Variation:
    """Shift a pure insertion or deletion as far left as the known reference allows."""
    start, ref, alt = variation
    moving = ref or alt
    while (base := reference.base(start - 1)) is not None and base == moving[-1]:
        moving = base + moving[:-1]
        start -= 1
    return Variation(start, moving if ref else "", moving if alt else "")


def placement(variation: Variation, reference: Reference) -> tuple[int, int]:
    """Return the bases that every equivalent writing of an indel touches, 1-based inclusive.

    From the base before its leftmost placement to the base after its rightmost one: reference
    evidence against the indel must cover all of them.
    """
    left = left_align(variation, reference)
    start, moving = left.start, left.ref or left.alt
    length = len(left.ref)
    while (base := reference.base(start + length)) is not None and base == moving[0]:
        moving = moving[1:] + base
        start += 1
    return left.start - 1, start + length
