"""A panel of expected depths: what two copies have in each window, and how depth varies.

Depth is compared on a log scale with that of control windows in other genes of the same
sample. Two numbers describe a sample: its level, and its score: how much more than others it
has in windows that everyone has much in. Samples differ in this as they do in their bias by GC
content. A factor with a loading for each window would follow them closer, but also the noise of
those that it was fitted to.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.errors import SnapshotSchemaError
from pgx.base.genes import Assembly
from pgx.base.shipped import data_folder, read_data
from pgx.io.depth import DepthLayout
from pgx.structure.likelihood import OVERDISPERSION

__all__ = [
    "PANEL_VARIABLE",
    "ControlWindow",
    "Controls",
    "DepthLevel",
    "DepthPanel",
    "GeneWindow",
    "PanelArrays",
    "default_panel",
    "read_panel",
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

    By medians: a few windows that are far off, or have no reads, say nothing of the others.
    """
    counting = OVERDISPERSION / reads
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
        The file cannot be read, or is no panel.
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
    named = os.environ.get(PANEL_VARIABLE)
    return PanelArrays(read_panel(Path(named) if named else data_folder() / "panels" / _SHIPPED))
