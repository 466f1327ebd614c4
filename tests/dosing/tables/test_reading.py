"""The schema language on small files: what cells mean, who is included, what is refused."""

from __future__ import annotations

import hashlib

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from dosing.invented import IWPC, SCHEMA, frame, needs_data
from pgx.errors import DataTableError
from pgx_dosing.json_records import encode
from pgx_dosing.shipped import schema_for
from pgx_dosing.specification import InputKind
from pgx_dosing.tables import (
    InclusionRule,
    Join,
    SourceColumn,
    TableColumn,
    TableSchema,
    parse_schema,
    read_table,
    table_of,
)


def schema(*columns: TableColumn, **more) -> TableSchema:
    return TableSchema(
        name="s", title="t", source="-", outcome="Dose", unit="mg/week", columns=columns, **more
    )


def number(name="x", *sources, **more) -> TableColumn:
    return TableColumn(
        name=name, kind=InputKind.NUMBER, sources=sources or (SourceColumn(column=name),), **more
    )


def read(own: TableSchema, **cells):
    n = len(next(iter(cells.values())))
    return table_of(pl.DataFrame({"Dose": ["35"] * n} | cells), own, "t.csv")


def one(own: TableColumn, **cells) -> list:
    return read(schema(own), **cells).columns[own.name].tolist()


def refusal(call, *words) -> str:
    with pytest.raises(DataTableError) as caught:
        call(*words)
    assert caught.value.code == "PGX-MOD-001"
    assert caught.value.exit_status == 3
    return caught.value.line()


def test_codes_translate_and_other_stands_for_the_rest():
    own = TableColumn(
        name="race", kind=InputKind.LEVEL,
        sources=(SourceColumn(column="R", codes={"1": "White", "2": "Asian"}, other="Unknown"),),
    )  # fmt: skip
    assert one(own, R=["1", " 2 ", "7", "", "NA"]) == ["White", "Asian", "Unknown", "", ""]


def test_a_cell_that_no_code_names_is_unknown_and_counted():
    own = number("age", SourceColumn(column="A", codes={"60 - 69": "65", "90+": "95"}))
    found = read(schema(own), A=["60 - 69", "90+", "1960", ""])
    assert found.columns["age"].tolist() == pytest.approx([65, 95, np.nan, np.nan], nan_ok=True)
    assert found.unreadable == {"age": 1}


def test_several_codes_in_a_cell_the_largest_counts():
    codes = {"1": "1", "2": "1", "3": "0"}
    own = TableColumn(
        name="dvt", kind=InputKind.FLAG,
        sources=(SourceColumn(column="I", codes=codes, other="0", separators=";,"),),
    )  # fmt: skip
    assert one(own, I=["3", "3; 1", "3,2;3", "or 8", ""]) == pytest.approx(
        [0, 1, 1, 0, np.nan], nan_ok=True
    )


def test_join_any_says_yes_where_any_does_and_no_where_some_do():
    sources = tuple(SourceColumn(column=c) for c in "ABC")
    own = TableColumn(name="statin", kind=InputKind.FLAG, sources=sources, join=Join.ANY)
    found = one(own, A=["1", "0", "", ""], B=["0", "", "", "1"], C=["", "0", "", "0"])
    assert found == pytest.approx([1, 0, np.nan, 1], nan_ok=True)


def test_the_first_source_that_answers_counts():
    own = TableColumn(
        name="vkorc1", kind=InputKind.GENOTYPE,
        sources=(
            SourceColumn(column="A"),
            SourceColumn(column="B", codes={"C/C": "G/G", "T/T": "A/A"}),
        ),
    )  # fmt: skip
    assert one(own, A=["A/G", "", ""], B=["C/C", "T/T", "C/T"]) == ["A/G", "A/A", ""]


def test_given_limits_a_source_to_some_rows():
    race = TableColumn(name="race", kind=InputKind.LEVEL, sources=(SourceColumn(column="R"),))
    own = TableColumn(
        name="vkorc1", kind=InputKind.GENOTYPE,
        sources=(SourceColumn(column="L", codes={"C/C": "G/G"}, given={"race": ("White",)}),),
    )  # fmt: skip
    found = read(schema(race, own), R=["White", "Black", ""], L=["C/C"] * 3)
    assert found.columns["vkorc1"].tolist() == ["G/G", "", ""]
    assert found.unreadable == {}


def test_a_factor_turns_units_into_the_schemas_own():
    own = number(
        "height_cm", SourceColumn(column="H", factor=2.54), unit="cm", minimum=100, maximum=230
    )
    assert one(own, H=["70", "60.5"]) == pytest.approx([177.8, 153.67])


@one_test
@pytest.mark.parametrize("cell", ["nan", "inf", "-inf", "1_7", "1,75", "0x1F", "tall", "1e999"])
def test_cells_that_are_no_number(cell):
    found = read(schema(number()), x=["170", "171", cell])
    assert np.isnan(found.columns["x"][2])
    assert found.unreadable == {"x": 1}


@one_test
@pytest.mark.parametrize("cell", ["2", "-1", "yes", "nan", "10"])
def test_a_flag_is_0_or_1_and_nothing_else(cell):
    own = TableColumn(name="f", kind=InputKind.FLAG, sources=(SourceColumn(column="f"),))
    found = read(schema(own), f=["1", "0.0", cell])
    assert found.columns["f"].tolist() == pytest.approx([1, 0, np.nan], nan_ok=True)
    assert found.unreadable == {"f": 1}


def test_an_input_without_sources_is_unknown_for_everybody():
    own = TableColumn(name="smoker", kind=InputKind.FLAG, sources=())
    assert np.isnan(one(own, x=["1", "2"])).all()


HEIGHT = number("height_cm", unit="cm", minimum=100, maximum=230)


def test_a_unit_that_is_wrong_in_most_rows_is_refused():
    with pytest.raises(DataTableError, match="height_cm cannot be cm") as caught:
        read(schema(HEIGHT), height_cm=["1.7", "1.8", "175"])
    assert "if the unit or coding differs" in caught.value.line()


def test_rows_that_are_empty_do_not_hide_a_wrong_unit():
    with pytest.raises(DataTableError, match="3 of 4 values"):
        read(schema(HEIGHT), height_cm=["1.7", "1.8", "1.9", "175", *[""] * 20])


def test_a_few_wrong_values_are_unknown_and_counted():
    found = read(schema(HEIGHT), height_cm=["1.7", "180", "175"])
    assert found.unreadable == {"height_cm": 1}
    assert np.isnan(found.columns["height_cm"][0])


def test_one_odd_cell_costs_that_cell():
    found = read(schema(HEIGHT), height_cm=["1.7", "", ""])
    assert found.unreadable == {"height_cm": 1}


def test_a_row_without_a_required_input_is_left_out_and_counted():
    own = msgspec.structs.replace(HEIGHT, required=True)
    found = read(schema(own), height_cm=["1.7", "180", "175"])
    assert found.n == 2
    assert found.dropped["height_cm cannot be read"] == 1


def test_a_median_of_another_unit_is_refused():
    own = msgspec.structs.replace(
        HEIGHT, minimum=None, maximum=None, median_from=148, median_to=190
    )
    inches = [str(60 + i % 12) for i in range(40)]
    with pytest.raises(DataTableError, match="median of height_cm is 65"):
        read(schema(own), height_cm=inches)
    assert read(schema(own), height_cm=inches[:10]).n == 10


def test_rules_leave_out_with_a_reason_each_row_once():
    own = schema(
        number(),
        rules=(
            InclusionRule(column="Stable", one_of=("1",), reason="not stable"),
            InclusionRule(column="x", known=True, reason="no x"),
            InclusionRule(column="INR", none_of=("2", "3.5"), reason="other INR"),
            InclusionRule(
                column="Range", none_of=("3-4",), where_unknown="INR", reason="other range"
            ),
            InclusionRule(column="Dose", below=315, reason="huge"),
        ),
    )
    rows = {  # Stable, x, INR, Range, Dose
        "kept": ("1", "5", "2.5", "3-4", "35"),  # the range counts only where the INR is unknown
        "kept, number 1.0": ("1.0", "5", "", "2-3", "35"),
        "not stable": ("0", "", "2", "", "35"),
        "not stable, unknown": ("", "5", "", "", "35"),
        "no x": ("1", "", "2", "", "35"),
        "INR": ("1", "5", "2.0", "", "35"),
        "INR 3.50": ("1", "5", "3.50", "", "35"),
        "range": ("1", "5", "", "3-4", "35"),
        "huge": ("1", "5", "", "", "315"),
        "no dose": ("1", "5", "", "", "NA"),
        "zero": ("1", "5", "", "", "0"),
        "text": ("1", "5", "", "", "much"),
        "inf": ("1", "5", "", "", "-inf"),
    }
    names = ("Stable", "x", "INR", "Range", "Dose")
    cells = dict(zip(names, map(list, zip(*rows.values(), strict=True)), strict=True))
    found = table_of(pl.DataFrame(cells), own, "t.csv")
    assert found.n == 2
    assert found.n_read == len(rows)
    assert found.dropped == {
        "not stable": 2, "no x": 1, "other INR": 2, "other range": 1, "huge": 1, "no dose": 1,
        "dose is no positive number": 3,
    }  # fmt: skip
    assert found.n + sum(found.dropped.values()) == found.n_read


def test_a_column_that_is_not_there():
    own = schema(number("a"), number("b"), site="Clinic")
    with pytest.raises(DataTableError, match="no column 'Clinic' and 2 more"):
        read(own, c=["1"])


def test_no_row_is_left():
    own = schema(number(), rules=(InclusionRule(column="x", known=True, reason="no x"),))
    with pytest.raises(DataTableError, match="no row"):
        read(own, x=["", "NA"])


def test_taking_some_patients_keeps_them_together():
    whole = table_of(frame(), SCHEMA, "t.csv", "ab")
    some = whole.take(whole.site == "2")
    assert some.n == 50
    assert set(some.site) == {"2"}
    assert some.sha256 == "ab"
    rows = np.flatnonzero(whole.site == "2")
    assert some.dose.tolist() == whole.dose[rows].tolist()
    assert some.columns["vkorc1"].tolist() == whole.columns["vkorc1"][rows].tolist()


# files --------------------------------------------------------------------------------------


def test_a_file_its_digest_and_tabs(tmp_path):
    rows = frame(n_sites=2)
    rows.write_csv(tmp_path / "t.csv")
    rows.write_csv(tmp_path / "t.tsv", separator="\t")
    comma, tab = (read_table(tmp_path / name, SCHEMA) for name in ("t.csv", "t.tsv"))
    assert comma.sha256 == hashlib.sha256((tmp_path / "t.csv").read_bytes()).hexdigest()
    assert comma.dose.tolist() == tab.dose.tolist()
    assert comma.n == 100


HEADER = ",".join(frame(n_sites=1, per_site=1).columns)


@one_test
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"\xff\xfe\x00\x01",
        b"{}",
        b"PK\x03\x04" + b"\x00" * 40,
        HEADER.encode(),
        HEADER.encode() + b"\n1,2\n1,2,3,4,5,6,7,8,9,10,11,12\n",
        HEADER.encode() + b'\n"never closed,1,2',
        HEADER.encode() + b"\n" + b"\xc3\x28," * 8 + b"1\n",
        HEADER.encode() + b"\n" + b",".join([b"=cmd|' /C calc'!A0"] * 9) + b"\n",
        HEADER.encode() + b"\n" + b",".join([b"\x00"] * 9) + b"\n",
    ],
)
def test_files_that_are_no_table(tmp_path, data):
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    line = refusal(read_table, path, SCHEMA)
    assert "t.csv" in line or "cannot be" in line


def test_no_file_and_a_folder(tmp_path):
    refusal(read_table, tmp_path / "none.csv", SCHEMA)
    refusal(read_table, tmp_path, SCHEMA)


def test_two_columns_of_one_name_are_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(f"{HEADER},Age\n" + "0,35,60,170,80,White,A/G,*1/*1,0,999\n")
    assert "two columns 'Age'" in refusal(read_table, path, SCHEMA)


@given(cells=st.lists(st.text(max_size=12), min_size=9, max_size=9))
def test_any_text_in_a_cell_is_read_or_refused(cells):
    rows = {name: [cell] for name, cell in zip(HEADER.split(","), cells, strict=True)}
    try:
        found = table_of(pl.DataFrame(rows), SCHEMA, "t.csv")
    except DataTableError:
        return
    assert np.isfinite(found.dose).all()
    for own in SCHEMA.columns:
        if own.kind in (InputKind.NUMBER, InputKind.FLAG):
            values = found.columns[own.name]
            assert (np.isnan(values) | np.isfinite(values)).all()


# schemas ------------------------------------------------------------------------------------


def test_a_schema_is_read_as_written():
    assert parse_schema(encode(SCHEMA)) == SCHEMA


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b'{"name": "x"}'])
def test_bytes_that_are_no_schema(data):
    refusal(parse_schema, data)


def test_a_schema_of_another_version():
    later = msgspec.structs.replace(SCHEMA, schema_version="7.0")
    assert "of version 7.0" in refusal(parse_schema, encode(later))


def test_a_shipped_schema_is_found_by_the_columns(tmp_path):
    iwpc = schema_for("iwpc", None, tmp_path)
    path = tmp_path / "[a]*.csv"  # no pattern, but a name
    path.write_text(",".join(f'"{name}"' for name in iwpc.needed) + "\n")
    assert schema_for(None, None, path) == iwpc
    path.write_text(HEADER)
    assert "no schema is known" in refusal(schema_for, None, None, path)


# the validation data ------------------------------------------------------------------------


@needs_data
def test_the_inclusion_rule_of_the_validation_data():
    own = schema_for(None, None, IWPC)
    found = read_table(IWPC, own)
    assert (found.n, found.n_read) == (3926, 4395)
    assert sum(found.dropped.values()) == 4395 - 3926
    assert len(np.unique(found.site)) == 16
    assert found.unreadable == {}


@needs_data
def test_stable_and_known_dose_alone():
    own = schema_for(None, None, IWPC)
    two = tuple(r for r in own.rules if r.reason in ("no stable dose reached", "no dose"))
    columns = tuple(msgspec.structs.replace(c, required=False) for c in own.columns)
    found = read_table(IWPC, msgspec.structs.replace(own, rules=two, columns=columns))
    # the outlier of 315 mg/week is dropped by a rule of its own
    assert (found.dose < 315).sum() == 4148
