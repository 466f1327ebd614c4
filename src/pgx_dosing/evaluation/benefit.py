"""What a model gains over giving everyone the same dose, and over an equation without genotype.

A net benefit as in decision curves (Vickers and Elkin 2006), for a start dose instead of a test:
the share of patients started within 20% of their dose, less the share started more than 20% above
it times a weight, which says how many well-dosed starts one overdosed start is worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx_dosing.evaluation.metrics import within

__all__ = ["FIXED_DOSE", "net_benefits"]

_Values = npt.NDArray[np.float64]
FIXED_DOSE: Final = 35.0
"""mg/week: 5 mg a day, the usual start of warfarin without an equation."""
_WEIGHTS: Final = (0.25, 0.5, 1.0, 2.0)


def net_benefits(predicted: Mapping[str, _Values], actual: _Values) -> list[dict[str, float]]:
    """Return, for each weight of an overdosed start, the net benefit of each model by its name.

    ``fixed`` is added: `FIXED_DOSE` for everyone.
    """
    doses = {**predicted, "fixed": np.full(len(actual), FIXED_DOSE)}
    good = {name: within(dose, actual) for name, dose in doses.items()}
    high = {name: ~good[name] & (dose > actual) for name, dose in doses.items()}
    return [
        {"weight": weight}
        | {n: float(f"{good[n].mean() - weight * high[n].mean():.4g}") for n in doses}
        for weight in _WEIGHTS
    ]
