"""Windows in which depth is simulated: where they are, and what depth two copies have there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.base.structures import GeneStructure
from pgx.copynumber.depth import PanelArrays

__all__ = ["DepthWindows", "Span", "cut", "gene_span", "panel_windows", "tiled"]

WIDTH: Final = 20
"""Bases of a window, at most."""

Span = tuple[int, int]
"""First and last position, 1-based inclusive."""
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class DepthWindows:
    """W windows, sorted by contig and position, none over another.

    Attributes
    ----------
    contigs
        (W,) names.
    starts, ends
        (W,) int64 positions on GRCh38, 1-based inclusive.
    log_expected
        (W,) log of the depth of two copies over a sample's coverage.
    loading
        (W,) what a sample's factor of 1 adds to the log depth.
    """

    contigs: npt.NDArray[np.str_]
    starts: Places
    ends: Places
    log_expected: Floats
    loading: Floats

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def middles(self) -> Floats:
        """(W,) middles of the windows."""
        return (self.starts + self.ends) / 2

    def within(self, contig: str, span: Span) -> npt.NDArray[np.bool_]:
        """(W,) whether a window's middle lies in a span."""
        middles = self.middles
        inside = (span[0] <= middles) & (middles <= span[1])
        return np.asarray((self.contigs == contig) & inside)

    @classmethod
    def of(
        cls, contigs: Sequence[str], starts: Sequence[int], ends: Sequence[int], *values: Floats
    ) -> DepthWindows:
        """Sort windows; ``values`` are the log expectation and the loading, 0 if not given."""
        first, last = np.asarray(starts, np.int64), np.asarray(ends, np.int64)
        names = np.asarray(contigs, np.str_)
        order = np.lexsort((first, names))
        expected, loading = values or (np.zeros(len(first)), np.zeros(len(first)))
        return cls(names[order], first[order], last[order], expected[order], loading[order])


def panel_windows(panel: PanelArrays) -> tuple[DepthWindows, Places]:
    """Return a panel's windows, and (C + W,) where its controls and its gene's windows are.

    A sample's factor is standard normal here; a panel's score has its own mean and deviation.
    """
    own = panel.panel
    contigs = [c.contig for c in own.controls] + [own.contig] * len(own.windows)
    starts = np.concatenate([[c.start for c in own.controls], panel.starts]).astype(np.int64)
    ends = np.concatenate([[c.end for c in own.controls], panel.ends]).astype(np.int64)
    controls = panel.controls.log_depth
    slope = np.concatenate([controls - controls.mean(), panel.slope])
    expected = np.concatenate([controls, panel.expectation])
    names = np.asarray(contigs, np.str_)
    order = np.lexsort((starts, names))
    windows = DepthWindows(
        names[order],
        starts[order],
        ends[order],
        (expected + slope * own.score_mean)[order],
        (slope * own.score_sd)[order],
    )
    return windows, np.argsort(order)


def gene_span(structure: GeneStructure) -> Span:
    """Return the span over which copies and hybrids of a gene show."""
    segments = [segment for unit in structure.units for segment in unit.segments]
    return min(s.start for s in segments), max(s.end for s in segments)


def cut(span: Span, taken: Iterable[Span]) -> list[Span]:
    """Return what a span holds beside others.

    >>> cut((1, 10), [(3, 4), (8, 12)])
    [(1, 2), (5, 7)]
    """
    left, at = [], span[0]
    for start, end in sorted(taken):
        if start > span[1]:
            break
        if start > at:
            left.append((at, start - 1))
        at = max(at, end + 1)
    return [*left, (at, span[1])] if at <= span[1] else left


def tiled(span: Span) -> list[Span]:
    """Cut a span into windows of at most `WIDTH` bases.

    >>> tiled((1, 45))
    [(1, 20), (21, 40), (41, 45)]
    """
    first, last = span
    return [(at, min(at + WIDTH - 1, last)) for at in range(first, last + 1, WIDTH)]
