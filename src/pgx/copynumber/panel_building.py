"""Build a panel of expected depths from samples whose copies nobody has told.

The panel's own copies are found by expectation and maximisation on the depth of the gene's
body; expectations are medians over samples of one or two copies, so that few odd samples do
not move them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import Assembly
from pgx.copynumber.depth import CLIPPED, OFFSET, Controls, ControlWindow, DepthPanel, GeneWindow
from pgx.io.windows import Interval

__all__ = [
    "PanelDepths",
    "PanelSettings",
    "build_panel",
]

_ROUNDS: Final = 30
_MOST_COPIES: Final = 6
_FIRST_SHARES: Final = (0.15, 0.65, 0.12, 0.05, 0.02, 0.01)
_LEAST_SD: Final = 0.04
_PLAIN_WITHIN: Final = 0.2
_SHRINKAGE: Final = 0.5
_DECIMALS: Final = 5

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PanelDepths:
    """Depths of N samples in C control windows, (N, C), and W windows of the gene, (N, W)."""

    controls: Floats
    gene: Floats


@dataclass(frozen=True, slots=True)
class PanelSettings:
    """What a panel is called and where its windows lie; ``gene_windows`` have no depths yet."""

    name: str
    gene: str
    contig: str
    made_from: str
    controls: Sequence[Interval]
    gene_windows: Sequence[GeneWindow]


def build_panel(settings: PanelSettings, depths: PanelDepths) -> DepthPanel:
    """Return a panel from samples' depths; control windows must be complete in all of them."""
    controls = _controls(depths.controls)
    found = [controls.level(own) for own in depths.controls]
    levels = np.array([own.level for own in found])
    scores = np.array([own.score for own in found])
    body = np.array([w.body for w in settings.gene_windows])
    log_depth, slope = _gene_windows(depths.gene, levels, scores, body)
    return DepthPanel(
        name=settings.name,
        assembly=Assembly.GRCH38,
        gene=settings.gene,
        contig=settings.contig,
        made_from=settings.made_from,
        n_samples=len(depths.controls),
        score_mean=round(float(scores.mean()), _DECIMALS),
        score_sd=round(float(scores.std()), _DECIMALS),
        controls=tuple(
            ControlWindow(c, a, b, round(float(e), _DECIMALS))
            for (c, a, b), e in zip(settings.controls, controls.log_depth, strict=True)
        ),
        windows=tuple(
            GeneWindow(
                w.start, w.end, round(float(e), _DECIMALS), round(float(s), _DECIMALS),
                w.dips, w.body,
            )
            for w, e, s in zip(settings.gene_windows, log_depth, slope, strict=True)
        ),
    )  # fmt: skip


def _controls(depth: Floats) -> Controls:
    """Return the expectation of control windows: medians over samples, and over windows."""
    logs = np.log(depth + OFFSET)
    level = np.median(logs, axis=1, keepdims=True)
    expectation = np.median(logs - level, axis=0)
    residual = np.clip(logs - level - expectation, -CLIPPED, CLIPPED)
    return Controls(expectation + residual.mean(axis=0))


def _gene_windows(
    depth: Floats, levels: Floats, scores: Floats, body: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Return (W,) log depth of two copies to the level, and the slope on the score."""
    relative = np.log(depth + OFFSET) - levels[:, None]
    middle = np.nanmedian(relative[:, body], axis=1)
    mean, slope, spread = _settled(middle, scores)
    copies = _most_probable(middle - mean - slope * scores, spread)
    rest = middle - mean - slope * scores - np.log(copies / 2)
    plain = (copies <= 2) & (np.abs(rest) < _PLAIN_WITHIN)
    one_or_two = relative - np.log(copies / 2)[:, None]
    left = one_or_two - slope * scores[:, None]
    expectation = np.nanmedian(left[plain], axis=0)
    centred = scores[plain] - scores[plain].mean()
    own = np.nansum(centred[:, None] * (left[plain] - expectation), axis=0) / (centred**2).sum()
    slopes = slope + _SHRINKAGE * own
    shifted = one_or_two[plain] - scores[plain][:, None] * slopes
    return np.nanmedian(shifted, axis=0), slopes


def _settled(middle: Floats, scores: Floats) -> tuple[float, float, float]:
    """Return mean, slope and spread of the body's log depth, with copies summed over."""
    log_copies = np.log(np.arange(1, _MOST_COPIES + 1) / 2)
    mean, slope, spread = float(np.median(middle)), 0.0, 0.1
    centred = scores - scores.mean()
    for _ in range(_ROUNDS):
        rest = middle[:, None] - mean - slope * scores[:, None] - log_copies
        share = np.exp(-0.5 * (rest / spread) ** 2) * np.array(_FIRST_SHARES)
        share /= share.sum(axis=1, keepdims=True)
        plain = middle - share @ log_copies
        slope = float((centred * (plain - plain.mean())).sum() / (centred**2).sum())
        mean = float((plain - slope * scores).mean())
        spread = max(_LEAST_SD, float(np.sqrt((share * rest**2).sum() / len(middle))))
    return mean, slope, spread


def _most_probable(rest: Floats, spread: float) -> npt.NDArray[np.int64]:
    """Return (N,) copies that explain the body's log depth best."""
    numbers = np.arange(1, _MOST_COPIES + 1)
    distance = rest[:, None] - np.log(numbers / 2)
    share = np.exp(-0.5 * (distance / spread) ** 2) * np.array(_FIRST_SHARES)
    return np.asarray(numbers[share.argmax(axis=1)])
