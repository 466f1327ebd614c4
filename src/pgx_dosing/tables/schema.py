"""What the columns of a table of patients mean: units, codings, missing codes, who is included."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec

from pgx.base.errors import DataTableError
from pgx_dosing.inputs import InputKind

__all__ = [
    "InclusionRule",
    "Join",
    "SourceColumn",
    "TableColumn",
    "TableSchema",
    "encode_schema",
    "parse_schema",
]

SCHEMA_VERSION = "1.0"


class Join(StrEnum):
    """How several columns make one input: the first that answers, or yes where any says yes."""

    FIRST = "first"
    ANY = "any"


class SourceColumn(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """One column of the file that may answer an input.

    ``codes`` translate its cells (a number is given as text, a flag as ``1`` or ``0``); without
    them the cell itself is taken, numbers times ``factor``. ``other`` stands for a cell that no
    code names. With ``separators`` a cell holds several codes, of which each is looked up and the
    largest taken. ``given`` limits the source to rows with these levels of inputs named before.
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

    Numbers outside ``minimum`` and ``maximum`` (in ``unit``) cannot be, and count as unknown. A
    median outside ``median_from`` and ``median_to`` shows another unit. A row without an input
    that is ``required`` is left out.
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
    """A row is included only where this holds of a column of the file; ``reason`` says what fails.

    ``known`` asks for any value, ``one_of`` for one of these, ``none_of`` for none of them (an
    unknown value passes), ``below`` for a smaller number. Numbers are compared as numbers. With
    ``where_unknown`` the rule holds only of rows in which that column is unknown.
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

    ``outcome`` is the dose in ``unit``, whose median lies between ``median_from`` and
    ``median_to`` where these are given; ``site`` the column that names where a row comes from,
    empty where all are from one. ``groups`` are the inputs by which results are told apart.
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
        """Columns that the file must have."""
        own = [s.column for column in self.columns for s in column.sources]
        rules = [rule.column for rule in self.rules]
        return list(dict.fromkeys([self.outcome, *filter(None, [self.site]), *own, *rules]))


def parse_schema(data: bytes, where: str | Path = "schema.json") -> TableSchema:
    """Return the schema that a file's bytes say.

    Raises
    ------
    DataTableError
        It is no schema, or of another version.
    """
    try:
        schema = msgspec.json.decode(data, type=TableSchema)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DataTableError(f"no schema of a table: {error}", where=str(where)) from error
    if schema.schema_version != SCHEMA_VERSION:
        raise DataTableError(
            f"the schema is of version {schema.schema_version}, this pgx reads {SCHEMA_VERSION}",
            where=str(where),
        )
    return schema


def encode_schema(schema: TableSchema) -> bytes:
    """Return the bytes of the schema's file; equal schemas give equal bytes."""
    return msgspec.json.format(msgspec.json.encode(schema), indent=1) + b"\n"
