"""Where a simulated gVCF has depth: the genes that it tells of, and the windows of a panel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.base.genes import Assembly, GeneDefinition
from pgx.simulator.depth.noise import Neighbours
from pgx.simulator.depth.windows import DepthWindows, Span, cut, gene_span, tiled
from pgx.simulator.sequence import GeneSequence

__all__ = ["Layout", "Region", "lay_out"]

CONTROL: Final = -1
"""Region of a window that lies in no gene."""
GC_LOADING: Final = 0.5
"""What a sample's factor of 1 adds to the log depth from a GC share of 0 to one of 1."""
GC_FLANK: Final = 60

Floats = npt.NDArray[np.float64]


class Region(NamedTuple):
    """A stretch of one gene that has depth throughout."""

    gene: str
    contig: str
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Windows of a file with the region that each lies in, (W,) int64, `CONTROL` for none."""

    regions: tuple[Region, ...]
    windows: DepthWindows
    region: npt.NDArray[np.int64]
    near: Neighbours

    def of_gene(self, gene: str) -> npt.NDArray[np.bool_]:
        """(W,) whether a window belongs to a gene."""
        own = [i for i, region in enumerate(self.regions) if region.gene == gene]
        return np.isin(self.region, own)


def lay_out(
    genes: Mapping[str, GeneDefinition],
    sequences: Mapping[str, GeneSequence],
    panel: DepthWindows | None = None,
) -> Layout:
    """Lay out the windows of genes and, on GRCh38, of a panel.

    Windows of the panel keep their place, expectation and loading; the rest of each gene is
    tiled. A window that the panel does not have is expected to have the sample's coverage; its
    loading follows the GC share of the sequence around it, as far as it is known.
    """
    regions = tuple(r for gene in sorted(sequences) for r in _regions(genes[gene]))
    whole = all(own.assembly is Assembly.GRCH38 for own in sequences.values())
    kept = _kept(panel, regions, whole=whole) if panel else ([], [], [], [])
    contigs, spans, values, region = kept
    taken: dict[str, list[Span]] = {}
    for contig, span in zip(contigs, spans, strict=True):
        taken.setdefault(contig, []).append(span)
    for number, own in enumerate(regions):
        for piece in cut(own.span, taken.get(own.contig, [])):
            for window in tiled(piece):
                contigs.append(own.contig)
                spans.append(window)
                values.append((0.0, _loading(sequences[own.gene], window)))
                region.append(number)
    return _sorted(regions, contigs, spans, values, region)


def _sorted(
    regions: tuple[Region, ...],
    contigs: list[str],
    spans: list[Span],
    values: list[tuple[float, float]],
    region: list[int],
) -> Layout:
    starts, ends = np.array(spans, np.int64).reshape(-1, 2).T
    expected, loading = np.array(values, np.float64).reshape(-1, 2).T
    names = np.array(contigs, np.str_)
    order = np.lexsort((starts, names))
    windows = DepthWindows(
        names[order], starts[order], ends[order], expected[order], loading[order]
    )
    return Layout(regions, windows, np.array(region, np.int64)[order], Neighbours(windows))


def _regions(definition: GeneDefinition) -> list[Region]:
    spans = [(s.start, s.end) for s in definition.segments]
    if definition.structure is not None:
        spans.append(gene_span(definition.structure))
    return [Region(definition.gene, definition.contig, span) for span in _joined(spans)]


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def _kept(
    panel: DepthWindows, regions: tuple[Region, ...], *, whole: bool
) -> tuple[list[str], list[Span], list[tuple[float, float]], list[int]]:
    """Return the panel's windows: those in a region, and on GRCh38 all others."""
    region = np.full(len(panel), CONTROL)
    for number, own in enumerate(regions):
        region[panel.within(own.contig, own.span)] = number
    used = np.flatnonzero((region != CONTROL) | whole)
    spans = list(zip(panel.starts[used].tolist(), panel.ends[used].tolist(), strict=True))
    pairs = zip(panel.log_expected[used].tolist(), panel.loading[used].tolist(), strict=True)
    return panel.contigs[used].tolist(), spans, list(pairs), region[used].tolist()


def _loading(sequence: GeneSequence, window: Span) -> float:
    around = range(window[0] - GC_FLANK, window[1] + GC_FLANK + 1)
    bases = [base for base in map(sequence.base, around) if base is not None]
    if not bases:
        return 0.0
    return GC_LOADING * (sum(base in "GC" for base in bases) / len(bases) - 0.5)
