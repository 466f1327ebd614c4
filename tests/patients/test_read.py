"""Patient files in our own form: what cannot be is refused in one line, nothing is guessed."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.json_schema import patient_schema, render_schema

from cases import one_test
from pgx.errors import PatientFileError
from pgx.patients.read import MAX_BYTES, parse_patient, read_patient
from pgx.records.patient import Medicine, MedicineUse, Patient

PUBLISHED = Path(__file__).parents[2] / "docs" / "schema" / "pgx-patient-1.0.json"
FULL = {
    "schema_version": "1.0",
    "sample": "S1",
    "date": "2026-01-31",
    "birth_date": "1960-05-02",
    "sex": "female",
    "weight_kg": 70.5,
    "height_cm": 165,
    "pregnant": False,
    "kidney": {"egfr": 60, "dialysis": False},
    "liver": {"child_pugh": "A"},
    "conditions": [{"name": "stroke", "code": "I63", "system": "ICD-10"}],
    "medicines": [
        {"name": "paroxetine 20 mg", "since": "2025-01-01", "dose": "1-0-0"},
        {"rxnorm": "2670", "use": "planned", "since": "2026-03-01"},
        {"name": "terbinafine", "form": "cream", "use": "stopped"},
        {"name": "sertraline", "use": "unknown"},
    ],
    "reactions": [{"medicine": "codeine", "reaction": "vomiting", "date": "2020-01-01"}],
    "outcomes": [{"question": "Pain?", "answer": "much", "medicine": "codeine"}],
}


def parse(tree) -> Patient:
    return parse_patient(json.dumps(tree).encode(), "p.json")


def refused(data: bytes) -> str:
    with pytest.raises(PatientFileError) as caught:
        parse_patient(data, "p.json")
    assert (caught.value.code, caught.value.exit_status) == ("PGX-PAT-001", 3)
    assert caught.value.where == "p.json"
    assert caught.value.line().isprintable()
    return caught.value.what


def refused_with(**fields) -> str:
    return refused(json.dumps({**FULL, **fields}).encode())


def test_a_whole_file():
    found = parse(FULL)
    assert (found.age_years, found.weight_kg, found.kidney.egfr) == (65.0, 70.5, 60.0)
    assert [m.use.value for m in found.medicines] == ["current", "planned", "stopped", "unknown"]
    assert found.medicines[2] == Medicine(name="terbinafine", form="cream", use=MedicineUse.STOPPED)


def test_the_smallest_file():
    assert parse({"schema_version": "1.0"}) == Patient()


def test_the_published_schema_is_up_to_date():
    assert PUBLISHED.read_text(encoding="utf-8") == render_schema(patient_schema()), (
        "run: python -m tools.json_schema patient > docs/schema/pgx-patient-1.0.json"
    )


def test_the_schema_takes_what_is_read():
    jsonschema.validate(FULL, patient_schema())
    jsonschema.validate(json.loads(msgspec.json.encode(parse(FULL))), patient_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**FULL, "weight": 70}, patient_schema())


def test_what_was_written_is_read_again():
    assert parse_patient(msgspec.json.encode(parse(FULL))) == parse(FULL)


@one_test
@pytest.mark.parametrize(
    "data",
    [
        b"", b" ", b"nonsense", b"[]", b"null", b"3", b'"x"', b"{", b"\xff\xfe{\x00}\x00",
        b'{"schema_version": "1.0", "weight_kg": NaN}',
        b'{"schema_version": "1.0", "weight_kg": Infinity}',
        b'{"schema_version": "1.0", "weight_kg": -Infinity}',
        b'{"schema_version": "1.0", "weight_kg": 1e999}',
        b'{"schema_version": "1.0", "weight_kg": ' + b"9" * 400 + b"}",
        b'{"schema_version": "1.0", "sample": "\\ud800"}',
        b"[" * 200_000,
        b'{"resourceType":' * 200_000,
        b'{"schema_version": "1.0", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)  # fmt: skip
def test_what_is_no_such_file(data):
    refused(data)


def test_a_name_twice_is_refused_wherever_it_stands():
    assert "`sex` stands twice" in refused(b'{"schema_version":"1.0","sex":"male","sex":"female"}')
    twice = b'{"schema_version":"1.0","medicines":[{"name":"a","use":"stopped","use":"current"}]}'
    assert "`use` stands twice" in refused(twice)
    assert "stands twice" in refused(b'{"resourceType":"Bundle","entry":[],"entry":[]}')


def test_a_file_that_is_too_large(tmp_path):
    assert "16 MiB" in refused(b" " * (MAX_BYTES + 1))
    path = tmp_path / "p.json"
    path.write_bytes(b" " * (MAX_BYTES + 10))
    with pytest.raises(PatientFileError, match="16 MiB"):
        read_patient(path)


@one_test
@pytest.mark.parametrize("version", [None, 1.0, "1.1", "", True])
def test_other_versions(version):
    assert "schema_version" in refused_with(schema_version=version)


@one_test
@pytest.mark.parametrize(
    "fields",
    [
        {"weight_kg": True}, {"weight_kg": "70"}, {"weight_kg": -70}, {"weight_kg": 0},
        {"weight_kg": 1000}, {"height_cm": 1.75}, {"height_cm": 1750}, {"height_cm": 0},
        {"pregnant": 1}, {"pregnant": "no"}, {"sex": "F"}, {"sex": "Female"}, {"sex": None},
        {"age_years": -1}, {"age_years": 126}, {"age_years": True}, {"age_years": 64},
        {"birth_date": "1850-01-01"}, {"birth_date": "2026-02-01"}, {"birth_date": "1960"},
        {"birth_date": "1960-02-30"}, {"birth_date": "02/05/1960"}, {"birth_date": "1960-W18-1"},
        {"birth_date": "19600502"}, {"date": "yesterday"},
        {"kidney": {"egfr": -1}}, {"kidney": {"egfr": 1e6}}, {"kidney": {"gfr": 60}},
        {"kidney": {"creatinine_clearance": 5000}}, {"liver": {"child_pugh": "D"}},
        {"conditions": [{}]}, {"conditions": [{"name": " "}]}, {"conditions": "stroke"},
        {"conditions": [{"name": "x", "system": "ICD-9"}]},
        {"medicines": [{}]}, {"medicines": [{"name": "  "}]}, {"medicines": ["codeine"]},
        {"medicines": [{"name": "codeine", "use": "sometimes"}]},
        {"medicines": [{"name": "codeine", "use": "Current"}]},
        {"medicines": [{"name": "codeine", "since": "2026-02-01"}]},
        {"medicines": [{"name": "codeine", "since": "2026-02-01", "use": "unknown"}]},
        {"medicines": [{"name": "codeine", "since": "long ago"}]},
        {"medicines": [{"name": "codeine", "since": "long ago", "use": "planned"}]},
        {"medicines": [{"name": "x" * 2001}]}, {"medicines": [{"name": "x"}] * 1001},
        {"reactions": [{"reaction": "rash"}]},
        {"reactions": [{"medicine": "x", "date": "2027-01-01"}]},
        {"outcomes": [{"question": "q"}]}, {"sample": "x" * 2001}, {"sample": 3},
        {"unheard": 1}, {"\u202eweight": 1},
        {"height_cm": 68, "weight_kg": 70},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(fields):
    refused_with(**fields)


def test_a_short_body_may_be():
    assert parse({**FULL, "height_cm": 98, "weight_kg": 40}).height_cm == 98.0


@pytest.mark.parametrize("weight", [0.3, 40, 650])
def test_the_limits_themselves_may_be(weight):
    assert parse({**FULL, "weight_kg": weight, "height_cm": None}).weight_kg == weight


@one_test
@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("2008-01-31", "2026-01-31", 18.0),
        ("2008-02-01", "2026-01-31", 17.0),
        ("2004-02-29", "2022-02-28", 17.0),
        ("2004-02-29", "2022-03-01", 18.0),
        ("1961-01-31", "2026-01-31", 65.0),
    ],
)
def test_age_at_the_boundary(born, day, age):
    assert parse({"schema_version": "1.0", "birth_date": born, "date": day}).age_years == age


def test_age_without_a_day_is_not_guessed():
    found = parse({"schema_version": "1.0", "birth_date": "1960-01-01"})
    assert found.age_years is None


def test_a_byte_order_mark_is_no_fault():
    assert parse_patient(b"\xef\xbb\xbf" + json.dumps(FULL).encode()).sample == "S1"


def test_names_in_any_script_are_kept():
    names = ["Пароксетин", "\u202eenitexorap", "fluoxétine", "帕罗西汀", "<script>"]
    found = parse({**FULL, "medicines": [{"name": name} for name in names]})
    assert [m.name for m in found.medicines] == names


def test_files_that_are_not_there(tmp_path):
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(PatientFileError, match="cannot be read"):
            read_patient(path)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from([*FULL, "name", "use", "resourceType", "entry", "resource", "code", "id"]),
        inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from([*FULL, "resourceType", "entry"]), json_values))
def test_any_json_is_read_or_refused(tree):
    try:
        found = parse({"schema_version": "1.0", **tree})
    except PatientFileError as error:
        assert error.line().isprintable()  # noqa: PT017
    else:
        assert found == parse_patient(msgspec.json.encode(found))
