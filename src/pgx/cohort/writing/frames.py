"""Columns of the cohort's tables, and rows of calls and advice as polars frames."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, Final

import polars as pl

from pgx.base.calls import GeneCall, Recommendation
from pgx.reports.render_tsv import CALL_COLUMNS, RECOMMENDATION_COLUMNS

__all__ = ["ADVICE_SCHEMA", "CALL_SCHEMA", "advice_frame", "call_frame"]

_TEXTS: Final = pl.List(pl.String)
_KINDS: Final[dict[str, Any]] = {
    **dict.fromkeys(("phenotypes", "missing", "undocumented", "notes"), _TEXTS),
    **dict.fromkeys(("genes", "pmids", "action"), _TEXTS),
    **dict.fromkeys(("n_candidates", "n_positions", "n_missing"), pl.Int32),
    **dict.fromkeys(("probability", "rest", "dose_factor_min", "dose_factor_max"), pl.Float64),
    "candidates": pl.List(pl.Struct({"diplotype": pl.String, "probability": pl.Float64})),
    "alternatives": pl.List(
        pl.Struct(
            {"lookup": pl.String, "action": _TEXTS, "text": pl.String, "probability": pl.Float64}
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
    numbers: dict[object, int] = {}
    places = [numbers.setdefault(getattr(r, name), len(numbers)) for r in records]
    distinct = pl.Series(name, [_value(name, value) for value in numbers], kind)
    return distinct.gather(places)


def _value(name: str, value: object) -> object:
    """Return a field as polars takes it; what is empty is null."""
    if isinstance(value, tuple):
        if name in _JOINED:
            return ";".join(value) or None
        return [_struct(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return None if value == "" else value


def _struct(item: object) -> object:
    if isinstance(item, str):
        return item
    return {name: getattr(item, name) for name in item.__struct_fields__}  # type: ignore[attr-defined]
