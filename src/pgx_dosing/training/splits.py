"""Who is left out while a model is tried: whole sites by default, as a new hospital is one."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from pgx.base.errors import UsageError
from pgx_dosing.tables.reading import DataTable

__all__ = ["Split", "choose_split", "folds"]

_Mask = npt.NDArray[np.bool_]
_N_RANDOM = 10


class Split(StrEnum):
    """How patients are parted for validation."""

    SITE = "leave-one-site-out"
    RANDOM = "random"


def choose_split(table: DataTable, asked: Split | None, *, allow_random: bool) -> Split:
    """Return how a table is split: by site where it names sites.

    Raises
    ------
    UsageError
        A random split of a table with sites, not allowed by name; sites where there is one only.
    """
    n_sites = len(np.unique(table.site))
    is_random = asked is Split.RANDOM or (asked is None and n_sites < 3)
    if is_random and n_sites > 1 and not allow_random:
        raise UsageError(
            "a random split flatters the model: patients of one site are alike",
            remedy="use leave-one-site-out (three sites or more), or --allow-random-split where "
            "that is what you ask",
        )
    if asked is Split.SITE and n_sites < 3:
        raise UsageError(f"leave-one-site-out needs three sites, the table has {n_sites}")
    return asked or (Split.SITE if n_sites >= 3 else Split.RANDOM)


def folds(table: DataTable, split: Split, seed: int = 1) -> Iterator[_Mask]:
    """Yield which patients are left out, each once, shape (n,); sites in order of their names."""
    if split is Split.SITE:
        for site in np.unique(table.site).tolist():
            yield table.site == site
        return
    order = np.random.default_rng(seed).permutation(table.n)
    for k in range(_N_RANDOM):
        left_out = np.zeros(table.n, np.bool_)
        left_out[order[k::_N_RANDOM]] = True
        yield left_out
