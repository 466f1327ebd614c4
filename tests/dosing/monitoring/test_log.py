"""The log: what is written, what is refused, and that no line says who the patient is."""

from __future__ import annotations

import json
import re
import stat
import threading

import pytest

from cases import one_test
from pgx.errors import OutputError, PredictionLogError
from pgx_dosing.monitoring.log import (
    OutcomeLine,
    PredictionLine,
    append_outcome,
    append_prediction,
    new_key,
    read_log,
)

DECLARED = {"age_years": None, "race": frozenset({"Asian", "White"}), "amiodarone": None}
GROUPS = {"race": frozenset({"Asian", "White"})}
KEY = "0123456789abcdef" * 2


def line(**changes):
    own = {
        "date": "2026-11-29", "model": "warfarin-pgx", "version": "1", "digest": "ab" * 32,
        "inputs": {"age_years": 61, "race": "Asian", "amiodarone": True}, "prediction": 31.2,
        "lower": 18.0, "upper": 48.1, "level": 0.9, "unit": "mg/week", "groups": {"race": "Asian"},
    }  # fmt: skip
    return PredictionLine(**{**own, **changes})


def written(path, **changes):
    """Write a line past the writer's own checks."""
    tree = json.loads(json.dumps({**as_tree(line(key=KEY)), **changes}))
    path.write_text(json.dumps(tree) + "\n", encoding="utf-8")
    return path


def as_tree(record):
    return {name: getattr(record, name) for name in record.__struct_fields__}


def refusal(path):
    with pytest.raises(PredictionLogError) as caught:
        list(read_log(path))
    return caught.value


def test_what_is_written_is_read_again(tmp_path):
    path = tmp_path / "log.jsonl"
    key = append_prediction(path, line(), DECLARED, GROUPS)
    append_outcome(path, key, 28.0, "2027-01-10")
    (_, first), (number, second) = read_log(path)
    assert first == line(key=key)
    assert (number, second) == (2, OutcomeLine(date="2027-01-10", key=key, outcome=28.0))


def test_a_line_holds_what_the_design_says_and_no_clock_time(tmp_path):
    path = tmp_path / "log.jsonl"
    append_prediction(path, line(), DECLARED, GROUPS)
    text = path.read_text(encoding="utf-8")
    assert set(json.loads(text)) == {
        "schema_version", "date", "model", "version", "digest", "inputs", "prediction", "lower",
        "upper", "level", "unit", "groups", "outcome", "key",
    }  # fmt: skip
    assert not re.search(r"\d\d:\d\d", text)


def test_keys_are_random(tmp_path):
    path = tmp_path / "log.jsonl"
    keys = {append_prediction(path, line(), DECLARED, GROUPS) for _ in range(50)}
    assert len(keys) == 50
    assert all(re.fullmatch("[0-9a-f]{32}", key) for key in keys)
    assert append_prediction(path, line(key=KEY), DECLARED, GROUPS) == KEY


@one_test
@pytest.mark.parametrize("key", ["1234567", "Jane Doe", "MRN-0042", KEY.upper(), f"{KEY} "])
def test_a_key_that_may_name_somebody_is_refused(tmp_path, key):
    with pytest.raises(PredictionLogError, match="key"):
        append_prediction(tmp_path / "log.jsonl", line(key=key), DECLARED, GROUPS)


@one_test
@pytest.mark.parametrize(
    ("inputs", "groups"),
    [
        ({"name": "Jane Doe"}, {}),
        ({"record": 12345}, {}),
        ({"age_years": "Jane Doe"}, {}),
        ({"race": "came from Jane Doe"}, {}),
        ({"race": 3.0}, {}),
        ({}, {"race": "Jane Doe"}),
        ({}, {"ward": "Jane Doe"}),
    ],
)
def test_only_what_is_declared_is_written(tmp_path, inputs, groups):
    path = tmp_path / "log.jsonl"
    with pytest.raises(PredictionLogError) as caught:
        append_prediction(path, line(inputs=inputs, groups=groups), DECLARED, GROUPS)
    assert not path.exists()
    assert "Jane" not in caught.value.line()
    assert "12345" not in caught.value.line()


def test_a_new_log_is_for_its_owner_alone(tmp_path):
    path = tmp_path / "log.jsonl"
    append_prediction(path, line(), DECLARED, GROUPS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_lines_of_several_writers_do_not_mix(tmp_path):
    path = tmp_path / "log.jsonl"

    def write():
        for _ in range(100):
            append_prediction(path, line(), DECLARED, GROUPS)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(1 for _ in read_log(path)) == 400


def test_a_log_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        append_outcome(tmp_path / "absent" / "log.jsonl", KEY, 1.0, "2026-01-01")


@one_test
@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"date": "2026-02-30"}, "date"),
        ({"date": "2026-11-29T10:12:13"}, "date"),
        ({"schema_version": "2.0"}, "schema_version"),
        ({"digest": "none"}, "digest"),
        ({"model": "a b"}, "model"),
        ({"unit": ""}, "unit"),
        ({"key": ""}, "key"),
        ({"upper": None}, "one end"),
        ({"level": None}, "level"),
        ({"level": 90}, "level"),
        ({"lower": 40.0}, "outside its interval"),
        ({"prediction": "31"}, "prediction"),
        ({"inputs": {"a note": 1}}, "name of an input"),
        ({"inputs": {"note": "x" * 65}}, "free text"),
        ({"inputs": {"note": "a\nb"}}, "free text"),
        ({"inputs": {"note": ["a"]}}, "inputs"),
        ({"groups": {"a note": "x"}}, "name of a group"),
        ({"patient": "Jane Doe"}, "an unknown field"),
    ],
)
def test_a_line_that_is_none_is_refused_with_its_place(tmp_path, changes, what):
    error = refusal(written(tmp_path / "log.jsonl", **changes))
    assert what in error.what
    assert error.where.endswith("log.jsonl line 1")
    assert error.remedy
    assert error.exit_status == 3
    assert "Jane" not in error.line()


@one_test
@pytest.mark.parametrize(
    "data",
    [b"\n", b"{}\n", b"[1]\n", b"null\n", b"\xff\xfe\n", b'{"prediction":\n', b"[" * 5000 + b"\n"],
)
def test_what_is_no_line_is_refused(tmp_path, data):
    path = tmp_path / "log.jsonl"
    path.write_bytes(data)
    assert "line 1" in refusal(path).where


def test_a_line_that_was_cut_off_and_one_without_end(tmp_path):
    path = tmp_path / "log.jsonl"
    append_prediction(path, line(), DECLARED, GROUPS)
    path.write_bytes(path.read_bytes() + path.read_bytes()[:40])
    assert "cut off" in refusal(path).what
    path.write_bytes(b"x" * 70_000 + b"\n")
    assert "longer than" in refusal(path).what


def test_more_lines_than_can_be_watched_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("pgx_dosing.monitoring.log.MAX_LINES", 3)
    path = tmp_path / "log.jsonl"
    for _ in range(4):
        append_prediction(path, line(), DECLARED, GROUPS)
    assert "more than 3 lines" in refusal(path).what


def test_an_absent_log_is_refused(tmp_path):
    assert "cannot be read" in refusal(tmp_path / "log.jsonl").what


@pytest.mark.parametrize("outcome", [float("nan"), float("inf")])
def test_an_outcome_is_a_number(tmp_path, outcome):
    with pytest.raises(PredictionLogError, match="outcome"):
        append_outcome(tmp_path / "log.jsonl", new_key(), outcome, "2026-01-01")
