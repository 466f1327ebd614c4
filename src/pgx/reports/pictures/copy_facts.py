"""What the picture of copies along a gene shows: evidence enters, finite numbers leave."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import msgspec

from pgx.records.structures import CopyNumber, DepthWindow, Exon, StructuralModel, StructureEvidence

__all__ = ["CopyPanel", "CopyPicture", "build_copies"]

_PAD: Final = 150  # base pairs beside the outermost window or exon
_MOST_GENES: Final = 2
_MOST_WINDOWS: Final = 4000  # a saved result may be hostile
_MOST_EXONS: Final = 60


class CopyPanel(msgspec.Struct, frozen=True):
    """One gene: an interval (1-based inclusive, GRCh38), its windows and exons by position."""

    gene: str
    start: int
    end: int
    windows: tuple[DepthWindow, ...]
    exons: tuple[Exon, ...]


class CopyPicture(msgspec.Struct, frozen=True):
    """Depth in copies along a gene and its paralogue, the gene first where both are named.

    ``copies`` and ``model`` are the most probable ones, None where none is told.
    """

    gene: str
    panels: tuple[CopyPanel, ...]
    copies: CopyNumber | None = None
    model: StructuralModel | None = None


def build_copies(found: StructureEvidence | None) -> CopyPicture | None:
    """Return what can be drawn of a gene's copies; None where nothing was assessed or measured."""
    if found is None or not found.is_assessed:
        return None
    windows = [w for w in found.windows if _is_drawable(w)][:_MOST_WINDOWS]
    if not windows:
        return None
    named = dict.fromkeys([*(w.gene for w in windows), *(e.gene for e in found.exons)])
    genes = sorted(named, key=lambda gene: gene != found.gene)[:_MOST_GENES]
    panels = (_panel(gene, windows, found.exons) for gene in genes)
    return CopyPicture(
        found.gene, tuple(panels), next(iter(found.copies), None), next(iter(found.models), None)
    )


def _is_drawable(window: DepthWindow) -> bool:
    numbers = (window.copies, window.spread, window.expected)
    return window.start <= window.end and all(math.isfinite(n) and n >= 0 for n in numbers)


def _panel(gene: str, windows: Sequence[DepthWindow], exons: Sequence[Exon]) -> CopyPanel:
    own = sorted((w for w in windows if w.gene == gene), key=lambda w: (w.start, w.end))
    coding = [e for e in exons if e.gene == gene and e.start <= e.end][:_MOST_EXONS]
    coding.sort(key=lambda e: (e.start, e.end))
    places = [*((w.start, w.end) for w in own), *((e.start, e.end) for e in coding)]
    if not places:
        return CopyPanel(gene, 0, 2 * _PAD, (), ())
    start, end = min(p[0] for p in places), max(p[1] for p in places)
    return CopyPanel(gene, start - _PAD, end + _PAD, tuple(own), tuple(coding))
