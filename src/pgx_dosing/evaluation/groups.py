"""By what patients are told apart when a model is judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx_dosing.tables.reading import DataTable

__all__ = ["DOSE_BINS", "groups_of"]

_Mask = npt.NDArray[np.bool_]
_AGES: Final = ((0.0, 50.0, "below 50"), (50.0, 70.0, "50 to 69"), (70.0, np.inf, "70 or more"))
DOSE_BINS: Final = ((0.0, 21.0, "at most 21"), (21.0, 49.0, "21 to 49"), (49.0, np.inf, "above 49"))
"""Weekly doses of warfarin in mg, lower end exclusive, as in the paper of the IWPC."""


def groups_of(table: DataTable, names: Sequence[str]) -> Iterator[tuple[str, str, _Mask]]:
    """Yield (group, value, mask of shape (n,)): the named inputs, age, dose and site."""
    for name in names:
        column = table.columns[name].astype(np.str_)
        for value in np.unique(column).tolist():
            yield name, value or "unknown", column == value
    if "age_years" in table.columns:
        age = np.asarray(table.columns["age_years"], np.float64)
        for low, high, label in _AGES:
            yield "age", label, (low <= age) & (age < high)
    for low, high, label in DOSE_BINS:
        yield "dose", label, (low < table.dose) & (table.dose <= high)
    sites = np.unique(table.site).tolist()
    for value in sites if len(sites) > 1 else []:
        yield "site", value, table.site == value
