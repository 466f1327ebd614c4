"""How deep a simulated genome is read, and how unevenly."""

from __future__ import annotations

import math
from typing import Final

import msgspec
import numpy as np

from pgx.base.errors import UsageError
from pgx.simulator.settings import SimulationSettings, WriteStyle

__all__ = ["DepthSettings", "check_depth", "generator"]

HIGHEST_COVERAGE: Final = 1000.0
HIGHEST_NOISE: Final = 0.5


class DepthSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Depth of one simulated genome.

    ``coverage`` is the depth that two copies are expected to have, in reads. ``noise`` is the
    standard deviation of the log depth between windows, beside the counting of reads. The same
    ``seed`` and sample name give the same depth, whatever other samples there are.
    """

    coverage: float = 30.0
    noise: float = 0.05
    seed: int = 0


def check_depth(depth: DepthSettings, settings: SimulationSettings) -> None:
    """Refuse a depth that cannot be written, or settings that do not go with one.

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
    """Return the random numbers of one sample for one purpose."""
    return np.random.default_rng([seed, purpose, *name.encode()])
