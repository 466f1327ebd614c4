"""Calls and recommendations as polars frames, and calls from frames.

A frame of calls has an additional column, ``evidence``: data for guideline lookups that the table
does not show. A digest binds it to its row: if a cell was changed, the evidence is not used, and
the row counts as entered by hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from operator import attrgetter
from typing import Any, Final

import msgspec
import numpy as np
import polars as pl

from pgx.base.texts import shape_problem
from pgx.errors import UsageError
from pgx.records.calls import GeneCall, HaplotypeDetail, KeyEvidence, Recommendation
from pgx.records.tables import CALLS, EVIDENCE, RECOMMENDATIONS, ColumnKind

__all__ = [
    "CALL_SCHEMA",
    "RECOMMENDATION_SCHEMA",
    "call_frame",
    "calls_of",
    "recommendation_frame",
]

_TEXTS: Final = pl.List(pl.String)
_TYPES: Final[Mapping[ColumnKind, Any]] = {
    ColumnKind.TEXT: pl.String(),
    ColumnKind.JOINED: pl.String(),
    ColumnKind.TEXTS: _TEXTS,
    ColumnKind.COUNT: pl.Int32(),
    ColumnKind.NUMBER: pl.Float64(),
    ColumnKind.CANDIDATES: pl.List(pl.Struct({"diplotype": pl.String, "probability": pl.Float64})),
    ColumnKind.ALTERNATIVES: pl.List(
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
CALL_SCHEMA: Final = pl.Schema(
    {**{name: _TYPES[kind] for name, kind in CALLS.items()}, EVIDENCE: pl.Binary()}
)
"""Columns and types of frames of calls and of ``calls.parquet``."""
RECOMMENDATION_SCHEMA: Final = pl.Schema(
    {name: _TYPES[kind] for name, kind in RECOMMENDATIONS.items()}
)
"""Columns and types of frames of recommendations and of ``recommendations.parquet``."""
_OWN: Final = tuple(name for name in CALLS if name != "sample")
_DIGEST_BYTES: Final = 8  # enough to detect an edited cell; no protection against forgery


class _Beyond(msgspec.Struct, frozen=True, array_like=True):
    """The data of a call not shown in its row, and the digest of the row."""

    digest: bytes
    lookup_keys: tuple[str, ...] = ()
    key_evidence: tuple[KeyEvidence, ...] = ()
    copy_keys: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    haplotypes: tuple[HaplotypeDetail, ...] = ()
    findings: tuple[str, ...] = ()
    candidate_factors: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()


_BEYOND: Final = _Beyond.__struct_fields__[1:]
_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(_Beyond)


def call_frame(calls: Sequence[GeneCall], *, with_sample: bool = False) -> pl.DataFrame:
    """Return calls as a frame, of any number of rows: `CALL_SCHEMA`, else without ``sample``."""
    frame = _frame(calls, CALL_SCHEMA, CALLS, with_sample=with_sample)
    return frame.with_columns(pl.Series(EVIDENCE, list(map(_packed, calls)), pl.Binary))


def recommendation_frame(
    rows: Sequence[Recommendation], *, with_sample: bool = False
) -> pl.DataFrame:
    """Return recommendations as a frame: `RECOMMENDATION_SCHEMA`, else without ``sample``."""
    return _frame(rows, RECOMMENDATION_SCHEMA, RECOMMENDATIONS, with_sample=with_sample)


def calls_of(rows: Iterable[Mapping[str, Any]]) -> list[GeneCall]:
    """Return the calls of a frame's rows: complete from their evidence, else from the cells.

    Parameters
    ----------
    rows
        Cells by column; missing columns other than ``gene`` are treated as empty.

    Raises
    ------
    UsageError
        A cell is missing, or is not valid for a call.
    """
    return [_call(row) for row in rows]


def _call(row: Mapping[str, Any]) -> GeneCall:
    given = {name: row[name] for name in CALLS if row.get(name) is not None}
    try:
        call = msgspec.convert(given, GeneCall)
        if not row.get(EVIDENCE):
            return call
        beyond = _DECODER.decode(row[EVIDENCE])
    except (msgspec.MsgspecError, TypeError) as error:
        raise UsageError(
            f"a row is not a call: {shape_problem(error, GeneCall)}",
            remedy="give a frame of pgx.call, or records",
        ) from error
    # the evidence does not match an edited row: only its cells are used
    if beyond.digest != _digest(call):
        return call
    return msgspec.structs.replace(call, **{name: getattr(beyond, name) for name in _BEYOND})


def _packed(call: GeneCall) -> bytes:
    return _ENCODER.encode(_Beyond(_digest(call), *(getattr(call, name) for name in _BEYOND)))


def _digest(call: GeneCall) -> bytes:
    """Return a digest of a call's cells except the sample's."""
    cells = [getattr(call, name) for name in _OWN]
    return hashlib.blake2b(_ENCODER.encode(cells), digest_size=_DIGEST_BYTES).digest()


def _frame(
    records: Sequence[GeneCall] | Sequence[Recommendation],
    schema: pl.Schema,
    kinds: Mapping[str, ColumnKind],
    *,
    with_sample: bool,
) -> pl.DataFrame:
    own = [name for name in kinds if with_sample or name != "sample"]
    return pl.DataFrame([_column(name, schema[name], kinds[name], records) for name in own])


def _column(
    name: str,
    kind: Any,  # noqa: ANN401 - a polars type
    holds: ColumnKind,
    records: Sequence[Any],
) -> pl.Series:
    """Return one field of all records; each distinct value is converted once."""
    # samples share most values, so each distinct one is converted once
    numbers: dict[Any, int] = {}
    places = [numbers.setdefault(value, len(numbers)) for value in map(attrgetter(name), records)]
    if holds in (ColumnKind.CANDIDATES, ColumnKind.ALTERNATIVES):
        distinct = _lists(list(numbers), kind.inner).alias(name)
    else:
        distinct = pl.Series(name, [_value(holds, value) for value in numbers], kind)
    return distinct.gather(places)


def _value(holds: ColumnKind, value: object) -> object:
    """Return a field as a polars value; empty values are null."""
    if isinstance(value, tuple):
        return (";".join(value) or None) if holds is ColumnKind.JOINED else list(value)
    if isinstance(value, Enum):
        return value.value
    return None if value == "" else value


def _lists(cells: Sequence[tuple[Any, ...]], kind: pl.Struct) -> pl.Series:
    """Return tuples of records as lists of structs.

    Fields are built as columns before structs, because polars needs twenty times longer for
    dictionaries.
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
