"""How much closer genotype brings the dose, by group, against an equation without it."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from pgx_dosing.evaluation.metrics import error
from pgx_dosing.evaluation.resampling import by_patients
from pgx_dosing.specification import Gain

__all__ = ["gains_of"]

_Values = npt.NDArray[np.float64]
_FEWEST: Final = 100
"""Patients of a group: of fewer nothing is said."""
_NOT_A_GROUP: Final = ("", "Unknown")


def gains_of(
    own: _Values,
    other: _Values,
    actual: _Values,
    group: npt.NDArray[np.str_],
    *,
    name: str,
    than: str,
) -> tuple[Gain, ...]:
    """Return the mean decrease of the absolute error in each group, with 95% interval.

    ``own`` and ``other`` are doses by the model and by the equation ``than``, ``group`` the
    values of the input ``name``; arrays have shape (n,).
    """
    closer = error(other, actual) - error(own, actual)
    found = []
    for value in np.unique(group).tolist():
        mask = group == value
        if value in _NOT_A_GROUP or mask.sum() < _FEWEST:
            continue
        lower, upper = (round(end, 3) for end in by_patients(closer[mask]))
        gain = round(float(closer[mask].mean()), 3)
        found.append(
            Gain(
                input=name,
                value=value,
                n=int(mask.sum()),
                gain=gain,
                lower=lower,
                upper=upper,
                than=than,
            )
        )
    return tuple(found)
