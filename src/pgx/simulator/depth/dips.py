"""Bases at which some reads show another base: they end blocks, as in real files.

Without them a deep gene is one block, whose depth is a single median.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.simulator.depth.blocks import Stretch
from pgx.simulator.depth.genotypes import HIGHEST_QUALITY

__all__ = ["draw_dips"]

MISMATCHES: Final = 0.0015
"""Share of bases of reads that are not the sample's, or too unsure to count."""
BREAKS: Final = 1 / 400
"""Share of positions at which reads of elsewhere or unknown variants show; blocks of real files
with 70 to 80 reads have a base-weighted length of 450 to 660 bases."""
FEW, MANY = 0.1, 0.3

HET: Final = 3.0, 31.8
"""Likelihood of 0/1 (phred): what a read of the reference adds, and one of another base takes."""
HOM: Final = 34.8

Places = npt.NDArray[np.int64]


def draw_dips(
    starts: Places,
    ends: Places,
    depth: Places,
    avoid: AbstractSet[int],
    random: np.random.Generator,
) -> list[Stretch]:
    """Return single bases whose quality is lower than their depth would give.

    Parameters
    ----------
    starts, ends, depth
        (W,) windows, 1-based inclusive, and their reads.
    avoid
        Positions that stay as they are: those that define alleles.
    random
        Source of random numbers.
    """
    lengths = ends - starts + 1
    first = np.repeat(np.cumsum(lengths) - lengths, lengths)
    places = np.repeat(starts, lengths) + np.arange(lengths.sum()) - first
    reads = np.repeat(depth, lengths)
    other = random.poisson(MISMATCHES * reads)
    broken = random.random(len(places)) < BREAKS
    share = random.uniform(FEW, MANY, len(places))
    other = np.minimum(other + np.where(broken, np.ceil(share * reads), 0).astype(np.int64), reads)
    het = np.maximum(np.rint(HET[0] * (reads - other) - HET[1] * other), 0).astype(np.int64)
    hom = np.maximum(np.rint(HOM * (reads - 2 * other)), het).astype(np.int64)
    shown = (other > 0) & (het < HIGHEST_QUALITY) & ~np.isin(places, list(avoid))
    table = np.stack([places, reads, het, hom], axis=1)[shown]
    return [Stretch(p, p, d, (low, high)) for p, d, low, high in table.tolist()]
