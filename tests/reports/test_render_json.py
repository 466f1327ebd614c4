"""Saved results: what is written is read back, and nothing else is read."""

from __future__ import annotations

import json

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.json_schema import result_schema

from cases import one_test
from pgx.errors import InvariantError, ResultFileError
from pgx.records.calls import PatientResult
from pgx.reports.result_json import MAX_BYTES, parse_result, read_result, render_json
from reports import factory

SCHEMA = jsonschema.Draft202012Validator(result_schema())  # test_schema.py checks the schema itself


def sorted_result(result: PatientResult) -> PatientResult:
    return msgspec.structs.replace(
        result,
        calls=tuple(sorted(result.calls, key=lambda c: c.gene)),
        recommendations=tuple(sorted(result.recommendations, key=lambda r: r.drug.casefold())),
    )


def test_written_results_are_read_back(tmp_path):
    path = tmp_path / "S1.pgx.json"
    path.write_bytes(render_json(factory.result()))
    assert read_result(path) == sorted_result(factory.result())


def test_order_of_rows_and_settings_does_not_change_the_bytes():
    result = factory.result()
    turned = msgspec.structs.replace(
        result,
        calls=result.calls[::-1],
        recommendations=result.recommendations[::-1],
        provenance=factory.provenance(settings={"min_gq": "20", "absent": "no-call"}),
    )
    assert render_json(result) == render_json(turned)


def test_empty_columns_are_null():
    row = factory.unknown(text="", guideline_id="", lookup="", population="")
    tree = json.loads(render_json(factory.result(recommendations=(row,))))
    [found] = tree["recommendations"]
    assert found["text"] is found["guideline_id"] is found["lookup"] is found["population"] is None
    again = parse_result(render_json(factory.result(recommendations=(row,))))
    assert again.recommendations == (row,)


@given(st.text())
def test_any_name_is_read_back_and_no_hidden_character_is_written(name):
    result = factory.result(name)
    data = render_json(result)
    assert parse_result(data).sample == name
    SCHEMA.validate(json.loads(data))
    text = data.decode()
    assert not any(ord(c) < 32 and c != "\n" for c in text)
    assert not set(text) & set("\u202e\u2028\u2066\x7f\x85")


def test_a_lone_surrogate_is_our_bug_not_a_crash():
    with pytest.raises(InvariantError):
        render_json(factory.result("S\udcff"))


def changed(**fields: object) -> bytes:
    tree = json.loads(render_json(factory.result()))
    tree.update(fields)
    return json.dumps(tree).encode()


@one_test
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"schema_version": "1.0"}',
        changed(schema_version="2.0"),
        changed(schema_version=None),
        changed(calls="x"),
        changed(calls=[{"sample": "S1", "gene": "G", "status": "sure"}]),
        changed(recommendations=[3]),
        changed(recommendations={"a": 1}),
        changed(sample="S2"),
        changed(sample=7),
        render_json(factory.result())[:-100],
        render_json(factory.result(calls=(factory.called(), factory.called()))),
    ],
)
def test_anything_else_is_refused(data):
    with pytest.raises(ResultFileError) as caught:
        parse_result(data, "a.pgx.json")
    assert caught.value.exit_status == 3
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read_are_refused(tmp_path):
    with pytest.raises(ResultFileError, match=r"absent\.json"):
        read_result(tmp_path / "absent.json")
    with pytest.raises(ResultFileError):
        read_result(tmp_path)


def test_a_huge_file_is_refused_without_reading_it_all(tmp_path):
    path = tmp_path / "big.pgx.json"
    with path.open("wb") as handle:
        handle.truncate(MAX_BYTES * 4)
    with pytest.raises(ResultFileError, match="too large"):
        read_result(path)
