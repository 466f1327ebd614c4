"""Columns of the cohort's tables, and rows of calls and advice as polars frames."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from operator import attrgetter
from typing import Any, Final

import numpy as np
import polars as pl

from pgx.base.calls import GeneCall, Recommendation
from pgx.reports.render_tsv import CALL_COLUMNS, RECOMMENDATION_COLUMNS

__all__ = ["ADVICE_SCHEMA", "CALL_SCHEMA", "advice_frame", "call_frame"]

_TEXTS: Final = pl.List(pl.String)
_KINDS: Final[dict[str, Any]] = {
    **dict.fromkeys(("phenotypes", "missing", "undocumented", "notes"), _TEXTS),
    **dict.fromkeys(("genes", "pmids", "action"), _TEXTS),
    **dict.fromkeys(("n_candidates", "n_positions", "n_missing"), pl.Int32),
    **dict.fromkeys(
        ("probability", "rest", "residual", "dose_factor_min", "dose_factor_max"), pl.Float64
    ),
    "candidates": pl.List(pl.Struct({"diplotype": pl.String, "probability": pl.Float64})),
    "alternatives": pl.List(
        pl.Struct(
            {
                "lookup": pl.String,
                "action": _TEXTS,
                "text": pl.String,
                "probability": pl.Float64,
                "condition": pl.String,
            }
        )
    ),
}
CALL_SCHEMA: Final = pl.Schema({name: _KINDS.get(name, pl.String()) for name in CALL_COLUMNS})
"""Columns and types of ``calls.parquet``."""
ADVICE_SCHEMA: Final = pl.Schema(
    {name: _KINDS.get(name, pl.String()) for name in RECOMMENDATION_COLUMNS}
)
"""Columns and types of ``recommendations.parquet``."""
_JOINED: Final = ("depends_on", "implications")
"""Lists that the tables hold as one text, items joined by ``;`` as in TSV."""


def call_frame(calls: Sequence[GeneCall]) -> pl.DataFrame:
    """Return calls as a frame without the column ``sample``."""
    return _frame(calls, CALL_SCHEMA)


def advice_frame(rows: Sequence[Recommendation]) -> pl.DataFrame:
    """Return advice as a frame without the column ``sample``."""
    return _frame(rows, ADVICE_SCHEMA)


def _frame(
    records: Sequence[GeneCall] | Sequence[Recommendation], schema: pl.Schema
) -> pl.DataFrame:
    own = {name: kind for name, kind in schema.items() if name != "sample"}
    return pl.DataFrame([_column(name, kind, records) for name, kind in own.items()])


def _column(name: str, kind: Any, records: Sequence[Any]) -> pl.Series:  # noqa: ANN401
    """Return one field of all records; each distinct value is made into a cell once."""
    numbers: dict[Any, int] = {}
    places = [numbers.setdefault(value, len(numbers)) for value in map(attrgetter(name), records)]
    if isinstance(kind, pl.List) and isinstance(kind.inner, pl.Struct):
        distinct = _lists(list(numbers), kind.inner).alias(name)
    else:
        distinct = pl.Series(name, [_value(name, value) for value in numbers], kind)
    return distinct.gather(places)


def _value(name: str, value: object) -> object:
    """Return a field as polars takes it; what is empty is null."""
    if isinstance(value, tuple):
        return (";".join(value) or None) if name in _JOINED else list(value)
    if isinstance(value, Enum):
        return value.value
    return None if value == "" else value


def _lists(cells: Sequence[tuple[Any, ...]], kind: pl.Struct) -> pl.Series:
    """Return tuples of records as lists of structs.

    Fields are columns before they are structs, as dictionaries would take polars twenty times
    longer.
    """
    items = [item for cell in cells for item in cell]
    fields = [pl.Series(f.name, list(map(attrgetter(f.name), items)), f.dtype) for f in kind.fields]
    owners = np.repeat(np.arange(len(cells)), [len(cell) for cell in cells])
    filled = (
        pl.DataFrame(fields)
        .select(owner=pl.Series(owners, dtype=pl.Int64), item=pl.struct(pl.all()))
        .group_by("owner", maintain_order=True)
        .agg("item")
    )
    every = pl.DataFrame({"owner": np.arange(len(cells), dtype=np.int64)})
    found = every.join(filled, on="owner", how="left", maintain_order="left")["item"]
    return found.fill_null(pl.Series([[]], dtype=pl.List(kind)))
