"""A patient table read by its declared schema, and its columns in the form a model takes."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl
from polars.exceptions import PolarsError

from pgx.base.files import read_whole
from pgx.errors import DataTableError, OutOfDomainError
from pgx_dosing.json_records import decode
from pgx_dosing.specification import Input, InputKind, InputValue, check_value, ordered_text
from pgx_dosing.terms import Columns, is_unknown

__all__ = [
    "DataTable",
    "InclusionRule",
    "Join",
    "SourceColumn",
    "TableColumn",
    "TableSchema",
    "columns_for",
    "parse_schema",
    "read_table",
    "table_of",
]

SCHEMA_VERSION = "1.0"
_MAX_BYTES: Final = 1 << 30
# known values needed before a median outside its bounds is taken as a unit error
_ENOUGH: Final = 20
# a single invalid cell does not show that a whole column is in another unit
_FEW: Final = 1
_Text = npt.NDArray[np.str_]
_Values = npt.NDArray[np.float64]


class Join(StrEnum):
    """How several columns form one input: the first with a value, or yes if any says yes."""

    FIRST = "first"
    ANY = "any"


class SourceColumn(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """One column of the file that can supply an input.

    ``codes`` translate its cells (a number is given as text, a flag as ``1`` or ``0``); without
    them the cell itself is used, numbers times ``factor``. ``other`` is the value of cells without
    a code. With ``separators`` a cell holds several codes; each is looked up and the largest is
    used. ``given`` limits the source to rows with these levels of inputs listed earlier.
    """

    column: str
    codes: dict[str, str] = {}
    other: str = ""
    factor: float = 1.0
    separators: str = ""
    given: dict[str, tuple[str, ...]] = {}


class TableColumn(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """One input of models, from one or several columns of the file.

    Numbers outside ``minimum`` and ``maximum`` (in ``unit``) are implausible and count as unknown.
    A median outside ``median_from`` and ``median_to`` indicates another unit. A row without a
    ``required`` input is excluded.
    """

    name: str
    kind: InputKind
    sources: tuple[SourceColumn, ...]
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    join: Join = Join.FIRST
    median_from: float | None = None
    median_to: float | None = None
    required: bool = False


class InclusionRule(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A condition on a column of the file for a row to be included; ``reason`` names its failure.

    ``known`` requires any value, ``one_of`` one of these, ``none_of`` none of them (an unknown
    value passes), ``below`` a smaller number. Numbers are compared as numbers. With
    ``where_unknown`` the rule applies only to rows in which that column is unknown.
    """

    column: str
    reason: str
    known: bool = False
    one_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    below: float | None = None
    where_unknown: str = ""


class TableSchema(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of patients who reached a stable dose.

    ``outcome`` is the dose in ``unit``, with a median between ``median_from`` and ``median_to``
    if given; ``site`` is the column of a row's site, empty if there is one site. ``groups`` are
    the inputs by which results are stratified.
    """

    name: str
    title: str
    source: str
    outcome: str
    unit: str
    columns: tuple[TableColumn, ...]
    rules: tuple[InclusionRule, ...] = ()
    missing: tuple[str, ...] = ("", "NA")
    site: str = ""
    groups: tuple[str, ...] = ()
    median_from: float | None = None
    median_to: float | None = None
    schema_version: str = SCHEMA_VERSION

    @property
    def needed(self) -> list[str]:
        """Columns required in the file."""
        own = [s.column for column in self.columns for s in column.sources]
        rules = [rule.column for rule in self.rules]
        return list(dict.fromkeys([self.outcome, *filter(None, [self.site]), *own, *rules]))


def parse_schema(data: bytes, where: str | Path = "schema.json") -> TableSchema:
    """Return the schema in a file's bytes.

    Raises
    ------
    DataTableError
        It is not a schema, or has another version.
    """
    schema: TableSchema = decode(
        data, TableSchema, "no schema of a table", where, refuse=DataTableError
    )
    if schema.schema_version != SCHEMA_VERSION:
        raise DataTableError(
            f"the schema is of version {schema.schema_version}, this pgx reads {SCHEMA_VERSION}",
            where=str(where),
        )
    return schema


@dataclass(frozen=True, slots=True)
class DataTable:
    """The included patients of a table.

    ``columns`` holds the inputs, each of shape (n,); ``dose`` (n,) float64 in the schema's unit;
    ``site`` (n,) text, empty if the table has no sites. ``dropped`` counts excluded rows by
    reason, ``unreadable`` cells treated as unknown, by input.
    """

    columns: Columns
    dose: _Values
    site: _Text
    n_read: int
    dropped: Mapping[str, int]
    unreadable: Mapping[str, int]
    sha256: str = ""
    schema: TableSchema | None = field(default=None, compare=False)

    @property
    def n(self) -> int:
        """Number of included patients."""
        return len(self.dose)

    def take(self, rows: npt.NDArray[Any]) -> DataTable:
        """Return a subset of patients, by index or mask; counts remain those of the file."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        return DataTable(
            columns, self.dose[rows], self.site[rows], self.n_read, self.dropped,
            self.unreadable, self.sha256, self.schema,
        )  # fmt: skip


def read_table(path: Path, schema: TableSchema) -> DataTable:
    """Read a table: comma-separated, or tab-separated if its name ends in ``.tsv``.

    Raises
    ------
    DataTableError
        It cannot be read, lacks a column, has no included row, or has other units.
    """
    try:
        data = read_whole(path, _MAX_BYTES)
        separator = "\t" if path.suffix == ".tsv" else ","
        # all cells are read as text: type inference would alter codes such as 01
        frame = pl.read_csv(data, separator=separator, infer_schema=False)
    except (OSError, PolarsError, UnicodeDecodeError) as error:
        what = str(error).partition("\n")[0]
        raise DataTableError(f"not a readable table: {what}", where=path.name) from error
    return table_of(frame, schema, path.name, hashlib.sha256(data).hexdigest())


def table_of(frame: pl.DataFrame, schema: TableSchema, where: str, sha256: str = "") -> DataTable:
    """Return the patients in a frame of text columns by a schema; see `read_table`."""
    absent = [name for name in schema.needed if name not in frame.columns]
    if absent:
        raise DataTableError(
            f"the table has no column {absent[0]!r}" + _more(len(absent) - 1),
            where=where,
            remedy="name the schema of this table with --schema",
        )
    # polars renames a second column of the same name; which of the two is meant is unknown
    if twice := [n for n in schema.needed if f"{n}_duplicated_0" in frame.columns]:
        raise DataTableError(f"the table has two columns {twice[0]!r}", where=where)
    cells = {name: _cells(frame[name], schema) for name in schema.needed}
    kept, dropped = _included(cells, schema, frame.height)
    if not kept.any():
        raise DataTableError("no row of the table is included", where=where)
    cells = {name: values[kept] for name, values in cells.items()}
    columns: dict[str, Any] = {}
    unreadable: dict[str, int] = {}
    for column in schema.columns:
        columns[column.name], n_bad = _column(column, cells, columns, int(kept.sum()))
        n_good = int((~is_unknown(columns[column.name])).sum())
        _check_unit(column, n_bad, n_good, where)
        _check_median(column.name, columns[column.name], column, where)
        unreadable |= {column.name: n_bad} if n_bad else {}
    dose = _as_numbers(cells[schema.outcome])
    _check_median("the dose", dose, schema, where)
    site = cells[schema.site] if schema.site else np.full(len(dose), "", np.str_)
    table = DataTable(columns, dose, site, frame.height, dropped, unreadable, sha256, schema)
    return _without_unread(table, where)


def _without_unread(table: DataTable, where: str) -> DataTable:
    """Exclude rows with an unreadable required input, and count them."""
    dropped, kept = dict(table.dropped), np.ones(table.n, np.bool_)
    for column in table.schema.columns if table.schema else ():
        gap = kept & is_unknown(table.columns[column.name])
        if column.required and gap.any():
            dropped[f"{column.name} cannot be read"] = int(gap.sum())
            kept &= ~gap
    if not kept.any():
        raise DataTableError("no row of the table is included", where=where)
    return replace(table.take(kept), dropped=dropped)


def _more(n: int) -> str:
    return f" and {n} more" if n else ""


def _cells(column: pl.Series, schema: TableSchema) -> _Text:
    """Return a column as text, stripped; empty where it holds a missing code."""
    text = column.cast(pl.String).fill_null("").str.strip_chars()
    values = text.to_numpy().astype(np.str_)
    return np.where(np.isin(values, schema.missing), "", values)


def _as_numbers(cells: _Text) -> _Values:
    """Return cells as numbers, NaN where they are not numbers."""
    found = pl.Series(cells.tolist(), dtype=pl.String).cast(pl.Float64, strict=False)
    return found.fill_null(float("nan")).to_numpy().astype(np.float64)


def _included(
    cells: Mapping[str, _Text], schema: TableSchema, n: int
) -> tuple[npt.NDArray[np.bool_], dict[str, int]]:
    """Return which rows are included, and the number excluded by each reason, in rule order."""
    kept = np.ones(n, np.bool_)
    dropped: dict[str, int] = {}
    # the outcome comes last, so that a row is counted under the schema's own reasons first
    outcome = InclusionRule(column=schema.outcome, reason="no dose", known=True)
    for rule in (*schema.rules, outcome):
        failed = kept & ~_holds(rule, cells)
        if failed.any():
            dropped[rule.reason] = dropped.get(rule.reason, 0) + int(failed.sum())
        kept &= ~failed
    # a dose must be positive: models predict its root or logarithm
    numbers = _as_numbers(cells[schema.outcome])
    impossible = kept & ~(np.isfinite(numbers) & (numbers > 0))
    if impossible.any():
        dropped["dose is no positive number"] = int(impossible.sum())
    return kept & ~impossible, dropped


def _holds(rule: InclusionRule, cells: Mapping[str, _Text]) -> npt.NDArray[np.bool_]:
    own = cells[rule.column]
    holds = np.ones(len(own), np.bool_)
    if rule.known:
        holds &= own != ""
    if rule.one_of:
        holds &= _is_among(own, rule.one_of)
    if rule.none_of:
        holds &= ~_is_among(own, rule.none_of)
    # negated, so that an unknown value (NaN) passes, as with none_of
    if rule.below is not None:
        holds &= ~(_as_numbers(own) >= rule.below)
    return holds | (cells[rule.where_unknown] != "") if rule.where_unknown else holds


def _is_among(cells: _Text, values: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Return which cells equal one of the values, as text or as number (2 is 2.0)."""
    numbers = _as_numbers(np.array(values, np.str_))
    return np.isin(cells, values) | np.isin(_as_numbers(cells), numbers[~np.isnan(numbers)])


def _column(
    column: TableColumn, cells: Mapping[str, _Text], known: Columns, n: int
) -> tuple[_Values | _Text, int]:
    """Return an input and the number of its unreadable cells."""
    found, unread = np.full(n, "", object), np.zeros(n, np.bool_)
    for source in column.sources:
        values, bad = _translated(source, cells[source.column], column)
        for name, levels in source.given.items():
            values = np.where(np.isin(known[name], levels), values, "")
        unread |= bad
        if column.join is Join.FIRST:
            found = np.where(found == "", values, found)
        else:  # yes if any says yes, no if some say no and none yes
            found = np.where((values == "1") | (found == ""), values, found)
    # an unreadable cell matters only if no other source supplied the value
    n_bad = int((unread & (found == "")).sum())
    if column.kind.is_numeric:
        return _bounded(column, _as_numbers(found.astype(np.str_)), n_bad)
    return found.astype(np.str_), n_bad


def _translated(
    source: SourceColumn, cells: _Text, column: TableColumn
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.bool_]]:
    """Return cells in the model's own values, empty where unknown; and which are unreadable."""
    # columns have few distinct cells, so each distinct cell is translated once
    distinct, places = np.unique(cells, return_inverse=True)
    values = [_value(source, cell, column) for cell in distinct.tolist()]
    bad = np.array(
        [value == "" and cell != "" for value, cell in zip(values, distinct, strict=True)]
    )
    return np.array(values, object)[places], bad[places]


def _value(source: SourceColumn, cell: str, column: TableColumn) -> str:
    if cell == "":
        return ""
    if source.codes:
        parts = [cell]
        for separator in source.separators:
            parts = [piece.strip() for part in parts for piece in part.split(separator)]
        return max((source.codes.get(part, source.other) for part in parts), default="")
    if column.kind is InputKind.FLAG:
        return {0.0: "0", 1.0: "1"}.get(_number(cell), "")
    if column.kind is not InputKind.NUMBER:
        return cell
    number = _number(cell) * source.factor
    return repr(number) if math.isfinite(number) else ""


def _number(cell: str) -> float:
    """Return a cell as a number, NaN otherwise; Python's 1_000 is not accepted."""
    try:
        return math.nan if "_" in cell else float(cell)
    except ValueError:
        return math.nan


def _bounded(column: TableColumn, values: _Values, n_bad: int) -> tuple[_Values, int]:
    low = -np.inf if column.minimum is None else column.minimum
    high = np.inf if column.maximum is None else column.maximum
    outside = (values < low) | (values > high)
    return np.where(outside, np.nan, values), n_bad + int(outside.sum())


def _check_median(
    name: str, values: _Values | _Text, own: TableColumn | TableSchema, where: str
) -> None:
    """Refuse numbers whose median indicates another unit, if enough values are known."""
    if own.median_from is None or own.median_to is None or values.dtype.kind != "f":
        return
    known = np.asarray(values, np.float64)
    known = known[np.isfinite(known)]
    if len(known) < _ENOUGH or own.median_from <= np.median(known) <= own.median_to:
        return
    raise DataTableError(
        f"the median of {name} is {np.median(known):.4g}, which is implausible in {own.unit}",
        where=where,
        remedy="if the unit differs, declare it in the schema (factor)",
    )


def _check_unit(column: TableColumn, n_bad: int, n_good: int, where: str) -> None:
    """Refuse a column with mostly implausible values: its unit or coding is another."""
    if n_bad > max(n_good, _FEW):
        what = column.unit or column.kind.value
        raise DataTableError(
            f"{n_bad} of {n_bad + n_good} values of {column.name} cannot be {what}",
            where=where,
            remedy="if the unit or coding differs, declare it in the schema",
        )


def columns_for(inputs: Sequence[Input], table: DataTable, unit: str) -> Columns:
    """Return a table's columns for a model with dose in ``unit``, each of shape (n,).

    Genotypes follow the order of the model's alleles, ``*2/*1`` as ``*1/*2``. A level or allele
    unknown to the model counts as unknown.

    Raises
    ------
    DataTableError
        The table lacks an input or has it in another unit or kind, its dose is in another unit, or
        most of its levels or genotypes are unknown to the model.
    """
    _check_schema(inputs, table, unit)
    return {own.name: _known(own, table.columns[own.name]) for own in inputs}


def _check_schema(inputs: Sequence[Input], table: DataTable, unit: str) -> None:
    where = table.schema.name if table.schema else ""
    if absent := [own.name for own in inputs if own.name not in table.columns]:
        raise DataTableError(
            f"the schema does not declare {absent[0]!r}, which the model needs",
            where=where,
            remedy="add the column to the schema, without sources if it was not recorded",
        )
    if table.schema is None:
        return
    if table.schema.unit != unit:
        raise DataTableError(
            f"doses of the table are in {table.schema.unit}, those of the model in {unit}",
            where=where,
        )
    declared = {column.name: column for column in table.schema.columns}
    for own in inputs:
        column = declared[own.name]
        if (column.kind, column.unit) != (own.kind, own.unit):
            raise DataTableError(
                f"the schema declares {own.name} as {column.kind.value} {column.unit}".rstrip()
                + f", the model takes {own.kind.value} {own.unit}".rstrip(),
                where=where,
                remedy="declare the model's unit; a source's factor turns cells into it",
            )


def _known(own: Input, column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a column in which values unknown to the model are unknown."""
    if own.kind.is_numeric:
        return column
    distinct, places = np.unique(column.astype(np.str_), return_inverse=True)
    found = np.array([_text(own, value) for value in distinct.tolist()], np.str_)[places]
    n_strange = int(((found == "") & (column != "")).sum())
    # a majority of unknown values indicates another coding, not rare alleles
    if n_strange > (found != "").sum():
        raise DataTableError(
            f"{n_strange} values of {own.name} are unknown to the model",
            remedy="if the coding differs, map it with codes in the schema",
        )
    return found


def _text(own: Input, value: InputValue) -> str:
    if value == "":
        return ""
    try:
        check_value(own, value)
    except OutOfDomainError:
        return ""
    return ordered_text(own, value)
