"""Depth with the noise of real genomes: neighbouring windows are alike, and reads are counted."""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.base.structures import GeneStructure
from pgx.copynumber.configurations import structural_models
from pgx.simulator.depth.windows import DepthWindows

__all__ = ["DISPERSION", "Neighbours", "draw_depth", "draw_shares", "kernel"]

DISPERSION: Final = 0.9
"""Variance over mean of the depth of a window, of what counting reads adds."""
STRAY: Final = 0.03
"""Copies that show at least, where there is none: reads of elsewhere that are aligned there."""
APART: Final = 2000
"""Bases from which on two windows say nothing of each other."""

Floats = npt.NDArray[np.float64]


def kernel(distance: Floats) -> Floats:
    """Return the correlation of the depth of two places, by their distance in bases."""
    return np.asarray(0.75 * np.exp(-distance / 90) + 0.25 * np.exp(-((distance / 450) ** 2)))


class Neighbours:
    """Standard normal numbers by window that are correlated between neighbours as depth is."""

    def __init__(self, windows: DepthWindows) -> None:
        self.windows = windows
        middles = windows.middles
        far = (np.diff(middles) > APART) | (windows.contigs[1:] != windows.contigs[:-1])
        edges = [0, *(np.flatnonzero(far) + 1).tolist(), len(windows)]
        # a window without neighbours stands alone: its number stays as it was drawn
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
    return np.asarray(np.linalg.cholesky(kernel(distance) + 1e-9 * np.eye(len(middles))))


def draw_shares(
    structure: GeneStructure, near: Neighbours, random: np.random.Generator, n: int
) -> Floats:
    """Return (U, W, N) copies of each unit that show in N samples.

    Where reads of a hybrid are aligned differs between samples, and is alike in neighbouring
    windows.
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
        Neighbours among the W windows.
    copies
        (W, N) copies whose reads are aligned there.
    coverage
        Depth of two copies where a window's log expectation is 0; one, or (N,).
    noise
        Standard deviation of the log depth between windows, beside counting.
    random
        Source of random numbers; each sample's factor is standard normal.
    """
    windows, n = near.windows, copies.shape[1]
    factor = random.standard_normal(n)
    log_scale = windows.log_expected[:, None] + windows.loading[:, None] * factor
    mean = np.exp(log_scale) * coverage * np.maximum(copies, STRAY) / 2
    mean = mean * np.exp(noise * near.draw(random, n) - noise**2 / 2)
    counted = mean + np.sqrt(DISPERSION * mean) * near.draw(random, n)
    return np.asarray(np.maximum(counted, 0.0))
