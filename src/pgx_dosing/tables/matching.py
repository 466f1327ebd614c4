"""A table's columns as a model takes them: same kinds, same units, genotypes in one order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pgx.base.errors import DataTableError, OutOfDomainError
from pgx_dosing.inputs import Input, InputKind, Value, check_value, ordered_text
from pgx_dosing.tables.reading import DataTable
from pgx_dosing.terms import Columns

__all__ = ["columns_for"]


def columns_for(inputs: Sequence[Input], table: DataTable, unit: str) -> Columns:
    """Return a table's columns for a model whose dose is in ``unit``, each of shape (n,).

    Genotypes come in the order of the model's alleles, ``*2/*1`` as ``*1/*2``. A level or allele
    that the model does not know counts as unknown.

    Raises
    ------
    DataTableError
        The table has no such input, has it in another unit or as another kind, its dose is in
        another unit, or most of its levels or genotypes are strange to the model.
    """
    _check_schema(inputs, table, unit)
    return {own.name: _known(own, table.columns[own.name]) for own in inputs}


def _check_schema(inputs: Sequence[Input], table: DataTable, unit: str) -> None:
    where = table.schema.name if table.schema else ""
    if absent := [own.name for own in inputs if own.name not in table.columns]:
        raise DataTableError(
            f"the schema gives no {absent[0]!r}, which the model takes",
            where=where,
            remedy="add the column to the schema, without sources where nobody recorded it",
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
                f"the schema gives {own.name} as {column.kind.value} {column.unit}".rstrip()
                + f", the model takes {own.kind.value} {own.unit}".rstrip(),
                where=where,
                remedy="declare the model's unit; a source's factor turns cells into it",
            )


def _known(own: Input, column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a column in which what the model does not know is unknown."""
    if own.kind in (InputKind.NUMBER, InputKind.FLAG):
        return column
    distinct, places = np.unique(column.astype(np.str_), return_inverse=True)
    found = np.array([_text(own, value) for value in distinct.tolist()], np.str_)[places]
    n_strange = int(((found == "") & (column != "")).sum())
    if n_strange > (found != "").sum():
        raise DataTableError(
            f"{n_strange} values of {own.name} are none that the model knows",
            remedy="another coding? translate it by codes in the schema",
        )
    return found


def _text(own: Input, value: Value) -> str:
    if value == "":
        return ""
    try:
        check_value(own, value)
    except OutOfDomainError:
        return ""
    return ordered_text(own, value)
