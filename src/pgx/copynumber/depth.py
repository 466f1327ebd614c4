"""Copy-number evidence from read depth, compared with a reference panel."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import Assembly
from pgx.base.shipped import data_folder, read_data
from pgx.copynumber.configurations import (
    DEPTH_OVERDISPERSION,
    depth_fit,
    is_shifted,
    structural_models,
)
from pgx.copynumber.evidence import CONFLICT, CopyEvidence, SiteReads, balances_of, not_assessed
from pgx.errors import SnapshotSchemaError
from pgx.io.depth import AllelicDepths, DepthLayout, DepthListener, DepthScan
from pgx.io.header import VcfHeader
from pgx.records.genes import GeneDefinition
from pgx.records.structures import DepthWindow, GeneStructure, StructureEvidence

if TYPE_CHECKING:
    from pgx.io.source import AnySource

__all__ = [
    "PANEL_VARIABLE",
    "ControlWindow",
    "Controls",
    "Copies",
    "DepthLevel",
    "DepthPanel",
    "DepthReading",
    "GeneWindow",
    "PanelArrays",
    "best_evidence",
    "copies_from_depth",
    "default_panel",
    "read_panel",
    "site_reads",
]

PANEL_VARIABLE: Final = "PGX_DEPTH_PANEL"
_MAX_BYTES: Final = 1 << 26
_SHIPPED: Final = "gatk-1000g-grch38.json"
OFFSET: Final = 0.5
"""Reads that are added before a logarithm is taken."""
CLIPPED: Final = 0.5
"""Largest distance from what is expected that counts, on the log scale."""
_SD_OF_MEDIAN: Final = 1.4826  # of a normal distribution, by its median distance

Floats = npt.NDArray[np.float64]


class ControlWindow(msgspec.Struct, frozen=True, array_like=True):
    """A window of another gene: 1-based, and its log depth to the level."""

    contig: str
    start: int
    end: int
    log_depth: float


class GeneWindow(msgspec.Struct, frozen=True, array_like=True):
    """A window of the gene: ``log_depth`` of two copies to the level, ``slope`` on the score.

    ``dips`` says that the lowest depth of a long block counts there: hybrids lose reads in it.
    ``body`` says that every whole copy and every hybrid of the kind *36 shows in full.
    """

    start: int
    end: int
    log_depth: float
    slope: float
    dips: bool = False
    body: bool = False


class DepthPanel(msgspec.Struct, frozen=True, kw_only=True):
    """Expected depths for one way of sequencing, aligning and calling.

    ``score_mean`` and ``score_sd`` are those of the samples that it was built from.
    """

    name: str
    assembly: Assembly
    gene: str
    contig: str
    made_from: str
    n_samples: int
    score_mean: float
    score_sd: float
    controls: tuple[ControlWindow, ...]
    windows: tuple[GeneWindow, ...]


@dataclass(frozen=True, slots=True)
class DepthLevel:
    """One sample's level (log reads), score, noise (SD on the log scale), controls that count.

    ``excess`` is the noise that counting reads does not explain.
    """

    level: float
    score: float
    noise: float
    excess: float
    n_controls: int


@dataclass(frozen=True, slots=True)
class Controls:
    """(C,) log depth of control windows to the level."""

    log_depth: Floats

    def level(self, depth: Floats) -> DepthLevel:
        """Return one sample's level and score from its (C,) control depths, NaN where absent."""
        logs = np.log(depth + OFFSET)
        known = np.isfinite(logs)
        if known.sum() < 2:
            return DepthLevel(float("nan"), 0.0, float("inf"), float("inf"), 0)
        expected = self.log_depth[known]
        level = float(np.median(logs[known] - expected))
        residual = np.clip(logs[known] - level - expected, -CLIPPED, CLIPPED)
        centred = expected - expected.mean()
        score = float((residual * centred).sum() / (centred**2).sum())
        noise = float(np.std(residual - score * centred))
        rest = logs[known] - level - expected - score * centred
        return DepthLevel(level, score, noise, _excess(rest, np.exp(level + expected)), len(rest))


def _excess(rest: Floats, reads: Floats) -> float:
    """Return the noise that counting leaves of (C,) log depths, where ``reads`` are expected.

    By medians: a few outlier windows, or windows without reads, do not affect the others.
    """
    counting = DEPTH_OVERDISPERSION / reads
    spread = _SD_OF_MEDIAN * float(np.median(np.abs(rest / np.sqrt(counting))))
    return float(max(counting.mean() * (spread**2 - 1), 0.0) ** 0.5)


class PanelArrays:
    """A panel as arrays, ready for samples; C controls, W windows of the gene."""

    def __init__(self, panel: DepthPanel) -> None:
        self.panel = panel
        self.controls = Controls(np.array([c.log_depth for c in panel.controls]))
        self.starts = np.array([w.start for w in panel.windows], np.int64)
        self.ends = np.array([w.end for w in panel.windows], np.int64)
        self.expectation: Floats = np.array([w.log_depth for w in panel.windows])
        self.slope: Floats = np.array([w.slope for w in panel.windows])

    @property
    def n_controls(self) -> int:
        """Number of control windows."""
        return len(self.panel.controls)

    def layout(self, span: tuple[int, int]) -> DepthLayout:
        """Return where depth is wanted: controls, then windows of the gene; AD in a span."""
        panel = self.panel
        controls = [(c.contig, c.start, c.end) for c in panel.controls]
        own = [(panel.contig, w.start, w.end) for w in panel.windows]
        dips = [False] * len(controls) + [w.dips for w in panel.windows]
        return DepthLayout([*controls, *own], dips, {panel.contig: span})

    def two_copies(self, level: DepthLevel) -> Floats:
        """Return (W,) reads that two copies are expected to have."""
        return np.asarray(np.exp(level.level + self.expectation + level.score * self.slope))


def read_panel(path: Path) -> DepthPanel:
    """Read a panel.

    Raises
    ------
    SnapshotSchemaError
        The file cannot be read, or is not a panel.
    """
    try:
        return msgspec.json.decode(read_data(path, _MAX_BYTES), type=DepthPanel)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SnapshotSchemaError(
            f"the panel of depths cannot be read: {error}",
            where=path.name,
            remedy=f"reinstall pgx, or correct {PANEL_VARIABLE}",
        ) from error


@functools.cache
def default_panel() -> PanelArrays:
    """Return the panel that `PANEL_VARIABLE` names, else the shipped one; read once.

    Raises
    ------
    SnapshotSchemaError
        See `read_panel`.
    """
    # An environment variable, because the panel belongs to a laboratory's way of sequencing and not
    # to a single run.
    named = os.environ.get(PANEL_VARIABLE)
    return PanelArrays(read_panel(Path(named) if named else data_folder() / "panels" / _SHIPPED))


LEAST_DEPTH: Final = 10.0
"""Median depth of the controls below which copies are not assessed."""
MOST_NOISE: Final = 0.25
"""Standard deviation of the controls' log depth above which depth is too uneven."""
LEAST_WINDOWS: Final = 0.6
"""Share of the panel's windows, of the gene and of controls, that must have a depth."""
DECIMALS: Final = 6
"""Places of a log likelihood: what is left is rounding, which may not decide anything."""
MOST_MISFIT: Final = 4.0
"""Squared distance a window above which no model explains the depth along the gene."""


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
    """Return the evidence of one sample's depth on a gene's copies.

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
    """Return why depth is not assessed, empty where it does."""
    # Missing windows come from regions that were not sequenced, as in panels and exomes.
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
    # The best of models that all fail is no evidence: the depth itself is not usable.
    if fit.misfit[best] > MOST_MISFIT:
        return not_assessed(gene.gene, "depth", "depth_uneven", reads)
    if is_shifted(copies, expected.copies[best]):  # what small variants show is uncertain, too
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
        """Return the depth that was read; empty for an input that is not a gVCF."""
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
