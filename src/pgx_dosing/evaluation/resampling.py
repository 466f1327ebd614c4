"""Bootstrap intervals: over patients, as if others had come; over sites, as if other sites had."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["by_patients", "by_sites"]

_Values = npt.NDArray[np.float64]
_Ends = tuple[float, float]
_DRAWS: Final = 1000
_SEED: Final = 7
_TAILS: Final = (2.5, 97.5)


def by_patients(values: _Values) -> _Ends:
    """Return the 95% interval of the mean of values (n,), patients drawn with replacement."""
    rng = np.random.default_rng(_SEED)
    means = [values[rng.integers(0, len(values), len(values))].mean() for _ in range(_DRAWS)]
    return _ends(np.array(means))


def by_sites(values: _Values, site: npt.NDArray[np.str_]) -> _Ends | None:
    """Return the 95% interval of the mean, whole sites drawn with replacement; None below three."""
    names, places = np.unique(site, return_inverse=True)
    if len(names) < 3:
        return None
    sums, sizes = np.bincount(places, values), np.bincount(places)
    drawn = np.random.default_rng(_SEED).integers(0, len(names), (_DRAWS, len(names)))
    return _ends(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1))


def _ends(means: _Values) -> _Ends:
    low, high = np.percentile(means, _TAILS)
    return float(f"{low:.6g}"), float(f"{high:.6g}")
