"""Read depth with the noise of real genomes: neighboring windows are correlated."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.copynumber.configurations import structural_models
from pgx.copynumber.depth import PanelArrays
from pgx.errors import UsageError
from pgx.records.structures import GeneStructure
from pgx.simulator.settings import SimulationSettings, WriteStyle

__all__ = [
    "DISPERSION",
    "DepthSettings",
    "DepthWindows",
    "Neighbours",
    "Span",
    "check_depth",
    "cut",
    "draw_depth",
    "draw_shares",
    "gene_span",
    "generator",
    "kernel",
    "panel_windows",
    "tiled",
]

WIDTH: Final = 20
"""Maximum number of bases in a window."""

Span = tuple[int, int]
"""First and last position, 1-based inclusive."""
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class DepthWindows:
    """W disjoint windows, sorted by contig and position.

    Attributes
    ----------
    contigs
        (W,) names.
    starts, ends
        (W,) int64 positions on GRCh38, 1-based inclusive.
    log_expected
        (W,) log of the depth of two copies, divided by the sample's coverage.
    loading
        (W,) change of the log depth at a sample factor of 1.
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
        """(W,) midpoints of the windows."""
        return (self.starts + self.ends) / 2

    def within(self, contig: str, span: Span) -> npt.NDArray[np.bool_]:
        """(W,) whether each window's midpoint is in a span."""
        middles = self.middles
        inside = (span[0] <= middles) & (middles <= span[1])
        return np.asarray((self.contigs == contig) & inside)

    @classmethod
    def of(
        cls, contigs: Sequence[str], starts: Sequence[int], ends: Sequence[int], *values: Floats
    ) -> DepthWindows:
        """Sort windows; ``values`` are log expectation and loading, 0 by default."""
        first, last = np.asarray(starts, np.int64), np.asarray(ends, np.int64)
        names = np.asarray(contigs, np.str_)
        order = np.lexsort((first, names))
        expected, loading = values or (np.zeros(len(first)), np.zeros(len(first)))
        return cls(names[order], first[order], last[order], expected[order], loading[order])


def panel_windows(panel: PanelArrays) -> tuple[DepthWindows, Places]:
    """Return a panel's windows, and (C + W,) indices of its controls and its gene's windows.

    Sample factors are standard normal here; a panel's score has its own mean and deviation.
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
    """Return the span in which copies and hybrids of a gene affect depth."""
    segments = [segment for unit in structure.units for segment in unit.segments]
    return min(s.start for s in segments), max(s.end for s in segments)


def cut(span: Span, taken: Iterable[Span]) -> list[Span]:
    """Return the parts of a span outside of the taken ones.

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


DISPERSION: Final = 0.9
"""Variance-to-mean ratio of a window's depth, due to counting reads."""
STRAY: Final = 0.03
"""Minimum apparent copies where there are none: reads mismapped from elsewhere."""
APART: Final = 2000
"""Distance in bases from which two windows are independent."""

Floats = npt.NDArray[np.float64]


def kernel(distance: Floats) -> Floats:
    """Return the correlation of the depth at two positions, given their distance in bases."""
    return np.asarray(0.75 * np.exp(-distance / 90) + 0.25 * np.exp(-((distance / 450) ** 2)))


class Neighbours:
    """Standard normal numbers per window, correlated between neighbors like read depth."""

    def __init__(self, windows: DepthWindows) -> None:
        self.windows = windows
        middles = windows.middles
        far = (np.diff(middles) > APART) | (windows.contigs[1:] != windows.contigs[:-1])
        edges = [0, *(np.flatnonzero(far) + 1).tolist(), len(windows)]
        # a window without neighbors is independent: its number stays as drawn
        groups = [slice(a, b) for a, b in itertools.pairwise(edges) if b - a > 1]
        self._roots = [(group, _root(middles[group])) for group in groups]

    def draw(self, random: np.random.Generator, n: int) -> Floats:
        """Return (W, N) numbers."""
        found = random.standard_normal((len(self.windows), n))
        for group, root in self._roots:
            found[group] = root @ found[group]
        return found


def _root(middles: Floats) -> Floats:
    distance = np.abs(middles[:, None] - middles)
    # the small diagonal keeps the matrix positive definite despite rounding
    return np.asarray(np.linalg.cholesky(kernel(distance) + 1e-9 * np.eye(len(middles))))


def draw_shares(
    structure: GeneStructure, near: Neighbours, random: np.random.Generator, n: int
) -> Floats:
    """Return (U, W, N) visible copies of each unit in N samples.

    The mapping of a hybrid's reads varies between samples, and is correlated between
    neighboring windows.
    """
    middles = near.windows.middles
    share = structural_models(structure).shares(middles.tolist())
    spread = _spreads(structure, middles)
    found = np.repeat(share[:, :, None], n, axis=2)
    for unit in np.flatnonzero(spread.any(axis=1)):
        found[unit] += spread[unit][:, None] * near.draw(random, n)
    return np.maximum(found, 0.0)


def _spreads(structure: GeneStructure, middles: Floats) -> Floats:
    found = np.zeros((len(structure.unit_names), len(middles)))
    for row, unit in enumerate(structure.units, 1):
        for segment in unit.segments:
            found[row, (segment.start <= middles) & (middles <= segment.end)] = segment.spread
    return found


def draw_depth(
    near: Neighbours,
    copies: Floats,
    coverage: float | Floats,
    noise: float,
    random: np.random.Generator,
) -> Floats:
    """Return (W, N) depth of N samples, in reads, not rounded.

    Parameters
    ----------
    near
        Neighbors among the W windows.
    copies
        (W, N) copies whose reads map to the window.
    coverage
        Depth of two copies at log expectation 0; one number, or (N,).
    noise
        Standard deviation of the log depth between windows, in addition to counting noise.
    random
        Random number generator; each sample's factor is standard normal.
    """
    windows, n = near.windows, copies.shape[1]
    factor = random.standard_normal(n)
    log_scale = windows.log_expected[:, None] + windows.loading[:, None] * factor
    mean = np.exp(log_scale) * coverage * np.maximum(copies, STRAY) / 2
    # the mean of exp(noise * z) is exp(noise² / 2): without it, noise would raise the depth
    mean = mean * np.exp(noise * near.draw(random, n) - noise**2 / 2)
    counted = mean + np.sqrt(DISPERSION * mean) * near.draw(random, n)
    return np.asarray(np.maximum(counted, 0.0))


HIGHEST_COVERAGE: Final = 1000.0
HIGHEST_NOISE: Final = 0.5


class DepthSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Depth of one simulated genome.

    ``coverage`` is the expected depth of two copies, in reads. ``noise`` is the standard
    deviation of the log depth between windows, in addition to counting noise. The same ``seed``
    and sample name give the same depth, whatever other samples there are.
    """

    coverage: float = 30.0
    noise: float = 0.05
    seed: int = 0


def check_depth(depth: DepthSettings, settings: SimulationSettings) -> None:
    """Refuse a depth that cannot be written, or settings that do not allow depth.

    Raises
    ------
    UsageError
        A coverage or noise out of range, a negative seed, or a style, phase blocks or calls
        that a caller of diploid genotypes from reads does not write.
    """
    _check_range("coverage", depth.coverage, 1.0, HIGHEST_COVERAGE)
    _check_range("noise", depth.noise, 0.0, HIGHEST_NOISE)
    if depth.seed < 0:
        raise UsageError("the seed is negative", remedy="give 0 or more")
    if settings.style is not WriteStyle.GVCF:
        raise UsageError("depth is written in a gVCF", remedy="choose the style gvcf")
    if settings.writes_phase_sets or not settings.depth:
        raise UsageError(
            "a file with depth has no phase blocks, and is no file without depth",
            remedy="drop one of the two",
        )
    if any((settings.no_calls, settings.half_calls, settings.low_quality, settings.filtered)):
        raise UsageError(
            "genotypes of a file with depth follow its reads: no-calls, half calls, filtered and "
            "low quality cannot be asked for",
            remedy="leave positions out with `missing`, or give a lower coverage",
        )


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise UsageError(f"the {name} {value:g} is not between {low:g} and {high:g}")


def generator(seed: int, purpose: int, name: str) -> np.random.Generator:
    """Return the random number generator of one sample for one purpose."""
    return np.random.default_rng([seed, purpose, *name.encode()])
