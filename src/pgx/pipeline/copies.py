"""Gene copies of an input's samples: where depth is listened to, and what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from pgx.base.genes import Assembly, GeneDefinition
from pgx.io.depth import DepthListener
from pgx.io.header import VcfHeader
from pgx.structure.depth import copies_from_depth
from pgx.structure.evidence import CopyEvidence, not_assessed
from pgx.structure.panel import PanelArrays, default_panel

if TYPE_CHECKING:
    from pgx.io.source import AnySource

__all__ = ["Copies", "DepthReading", "best_evidence"]

MOST_SAMPLES: Final = 100
"""Samples of one file from which it is no gVCF of single samples, and depth is not read."""
_SPAN_FLANK: Final = 200

Copies = Mapping[str, tuple[CopyEvidence, ...]]
"""By gene what is known of the copies of each sample of an input."""


class DepthReading:
    """Listens to the depth of one input, where it may tell gene copies.

    Parameters
    ----------
    genes
        The genes that are read.
    source
        The opened input.
    assembly
        The assembly that it is read on.
    """

    def __init__(
        self, genes: Sequence[GeneDefinition], source: AnySource, assembly: Assembly
    ) -> None:
        self._assembly = assembly
        self._n_samples = len(source.header.samples)
        self._gene = next((g for g in genes if g.structure is not None), None)
        self._panel: PanelArrays | None = None
        self.listener: DepthListener | None = None
        if self._gene is None or not _has_blocks(source.header) or not source.is_text:
            return
        self._panel = panel = default_panel()
        if panel.panel.gene == self._gene.gene and panel.panel.assembly is assembly:
            layout = panel.layout(_span(self._gene))
            self.listener = DepthListener(layout, self._n_samples)

    def copies(self) -> Copies:
        """Return what was heard; empty for an input that is no gVCF."""
        if self._gene is None or self._panel is None:
            return {}
        gene = self._gene
        if self.listener is None:
            other = not_assessed(gene.gene, "depth", "other_assembly")
            return {gene.gene: (other,) * self._n_samples}
        scan = self.listener.finish()
        found = (copies_from_depth(gene, scan, s, self._panel) for s in range(self._n_samples))
        return {gene.gene: tuple(found)}


def best_evidence(held: Sequence[CopyEvidence]) -> CopyEvidence | None:
    """Return the first evidence that was assessed, else the first; None without any."""
    assessed = [own for own in held if own.is_assessed]
    return next(iter([*assessed, *held]), None)


def _has_blocks(header: VcfHeader) -> bool:
    return header.lists_blocks and len(header.samples) <= MOST_SAMPLES


def _span(gene: GeneDefinition) -> tuple[int, int]:
    positions = [v.position for v in gene.variants]
    return min(positions) - _SPAN_FLANK, max(positions) + _SPAN_FLANK
