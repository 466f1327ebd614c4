"""Copies of a gene from the depth of a gVCF, judged by a panel of expected depths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.base.genes import GeneDefinition
from pgx.base.structures import DepthWindow, GeneStructure, StructureEvidence
from pgx.io.depth import AllelicDepths, DepthScan
from pgx.structure.evidence import CONFLICT, CopyEvidence, SiteReads, balances_of, not_assessed
from pgx.structure.likelihood import depth_fit, is_shifted
from pgx.structure.models import structural_models
from pgx.structure.panel import DepthLevel, PanelArrays

__all__ = ["copies_from_depth", "site_reads"]

LEAST_DEPTH: Final = 10.0
"""Median depth of the controls below which copies are not told."""
MOST_NOISE: Final = 0.25
"""Standard deviation of the controls' log depth above which depth is too uneven."""
LEAST_WINDOWS: Final = 0.6
"""Share of the panel's windows, of the gene and of controls, that must have a depth."""
DECIMALS: Final = 6
"""Places of a log likelihood: what is left is rounding, which may not decide anything."""
MOST_MISFIT: Final = 4.0
"""Squared distance a window above which no model explains the depth along the gene."""

Floats = npt.NDArray[np.float64]


def site_reads(records: Sequence[AllelicDepths], contig: str) -> tuple[SiteReads, ...]:
    """Return the substitutions among records with allelic depths, without symbolic alleles."""
    found = []
    for record in records:
        if record.contig != contig or len(record.alleles[0]) != 1:
            continue
        shown = [i for i, a in enumerate(record.alleles) if len(a) == 1 and a in "ACGT"]
        if len(shown) > 1:
            alleles = tuple(record.alleles[i] for i in shown)
            reads = tuple(record.reads[i] for i in shown)
            found.append(SiteReads(record.position, alleles, reads))
    return tuple(found)


def copies_from_depth(
    gene: GeneDefinition, scan: DepthScan, sample: int, panel: PanelArrays
) -> CopyEvidence:
    """Return what the depth of one sample says of a gene's copies.

    Parameters
    ----------
    gene
        A gene with a structure.
    scan
        Depth of the panel's windows as `PanelArrays.layout` orders them.
    sample
        Column of the scan.
    panel
        Expected depths.
    """
    if gene.structure is None:
        return not_assessed(gene.gene, "depth", "no_panel_windows")
    reads = site_reads(scan.allelic[sample], gene.contig)
    depth = scan.depth[:, sample]
    own = depth[panel.n_controls :]
    level = panel.controls.level(depth[: panel.n_controls])
    reason = _unusable(level, own, panel)
    if reason:
        return not_assessed(gene.gene, "depth", reason, reads)
    return _assessed(gene, gene.structure, own, level, panel, reads)


def _unusable(level: DepthLevel, own: Floats, panel: PanelArrays) -> str:
    """Return why depth says nothing of copies, empty where it does."""
    known = np.isfinite(own).sum()
    if level.n_controls < LEAST_WINDOWS * panel.n_controls or known < LEAST_WINDOWS * len(own):
        return "no_panel_windows"
    if np.exp(level.level) < LEAST_DEPTH:
        return "depth_too_low"
    return "depth_uneven" if level.noise > MOST_NOISE else ""


def _assessed(
    gene: GeneDefinition,
    structure: GeneStructure,
    own: Floats,
    level: DepthLevel,
    panel: PanelArrays,
    reads: tuple[SiteReads, ...],
) -> CopyEvidence:
    models = structural_models(structure)
    known = np.isfinite(own)
    one_copy = panel.two_copies(level)[known] / 2
    starts, ends = panel.starts[known], panel.ends[known]
    copies = own[known] / one_copy
    expected = models.expected(starts.tolist(), ends.tolist())
    fit = depth_fit(copies, one_copy, (starts + ends) / 2, expected, level.excess)
    best = int((fit.log_likelihood + models.log_prior).argmax())
    if fit.misfit[best] > MOST_MISFIT:
        return not_assessed(gene.gene, "depth", "depth_uneven", reads)
    if is_shifted(copies, expected.copies[best]):  # what small variants show is in doubt, too
        return not_assessed(gene.gene, "depth", CONFLICT, reads)
    columns = zip(starts, ends, copies, fit.spread[best], expected.copies[best], strict=True)
    report = StructureEvidence(
        gene=gene.gene,
        source="depth",
        panel=panel.panel.name,
        mean_depth=round(float(np.exp(level.level)), 2),
        noise=round(level.noise, 4),
        n_controls=level.n_controls,
        windows=tuple(_window(gene.gene, *row) for row in columns),
        exons=structure.exons,
        balances=balances_of(reads),
    )
    return CopyEvidence(np.round(fit.log_likelihood, DECIMALS), reads, report)


def _window(
    gene: str, start: int, end: int, copies: float, spread: float, expected: float
) -> DepthWindow:
    return DepthWindow(
        gene=gene,
        start=int(start),
        end=int(end),
        copies=round(float(copies), 3),
        spread=round(float(spread), 3),
        expected=round(float(expected), 3),
    )
