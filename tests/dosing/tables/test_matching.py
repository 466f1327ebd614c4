"""A table fits a model, or it is said why not."""

from __future__ import annotations

import msgspec
import polars as pl
import pytest

from dosing.invented import HEIGHT, INPUTS, SCHEMA, frame, model
from pgx.errors import DataTableError
from pgx_dosing.evaluation import predict_table
from pgx_dosing.tables import TableSchema, columns_for, table_of


def given(schema: TableSchema = SCHEMA, **cells: list[str]):
    rows = frame(n_sites=1, per_site=3).with_columns(
        [pl.Series(name, values) for name, values in cells.items()]
    )
    return table_of(rows, schema, "t.csv")


def columns(table, unit="mg/week"):
    return columns_for(INPUTS, table, unit)


def test_the_order_of_alleles_in_a_file_does_not_matter():
    found = given(CYP2C9=["*3/*1", "*1/*3", "*1/*1"], VKORC1=["G/A", "A/G", "G/G"])
    assert columns(found)["cyp2c9"].tolist() == ["*1/*3", "*1/*3", "*1/*1"]
    assert columns(found)["vkorc1"].tolist() == ["A/G", "A/G", "G/G"]
    turned = given(CYP2C9=["*1/*3", "*1/*3", "*1/*1"], VKORC1=["A/G", "A/G", "G/G"])
    assert (
        predict_table(model(), found).dose.tolist() == predict_table(model(), turned).dose.tolist()
    )


def test_a_few_strange_values_are_unknown():
    found = columns(given(CYP2C9=["*1/*99", "*1/*1", "*1/*3"], Race=["Martian", "Asian", "White"]))
    assert found["cyp2c9"].tolist() == ["", "*1/*1", "*1/*3"]
    assert found["race"].tolist() == ["", "Asian", "White"]


@pytest.mark.parametrize(
    "cells", [{"Race": ["1", "2", "White"]}, {"CYP2C9": ["CC", "CT", "*1/*1"]}]
)
def test_another_coding_is_refused(cells):
    with pytest.raises(DataTableError, match="unknown to the model"):
        columns(given(**cells))


def changed(name: str, **changes) -> TableSchema:
    own = [msgspec.structs.replace(c, **changes) if c.name == name else c for c in SCHEMA.columns]
    return msgspec.structs.replace(SCHEMA, columns=tuple(own))


def test_doses_of_another_unit_are_refused():
    daily = msgspec.structs.replace(SCHEMA, unit="mg/day")
    with pytest.raises(DataTableError, match=r"in mg/day, those of the model in mg/week"):
        columns(given(daily))


def test_an_input_in_another_unit_is_refused():
    metres = changed("height_cm", unit="m", minimum=None)
    with pytest.raises(DataTableError, match="height_cm as number m, the model takes number cm"):
        columns(given(metres))


def test_an_input_of_another_kind_is_refused():
    from pgx_dosing.specification import InputKind

    with pytest.raises(DataTableError, match="race as genotype"):
        columns(given(changed("race", kind=InputKind.GENOTYPE)))


def test_an_input_that_the_schema_lacks_is_refused_by_name():
    few = tuple(c for c in SCHEMA.columns if c.name != HEIGHT.name)
    with pytest.raises(DataTableError, match="does not declare 'height_cm'") as caught:
        columns(given(msgspec.structs.replace(SCHEMA, columns=few)))
    assert "without sources" in caught.value.line()
