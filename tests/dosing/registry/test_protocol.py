"""Limits are read as they were meant, or refused; what was not measured is not passed."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from dosing.registry.made import LIMITS, METRICS, protocol_of
from pgx.errors import ModelFolderError, ModelStateError
from pgx_dosing.registry.history import LimitOutcome, Protocol, check_protocol, read_protocol

WHOLE = {"title": "t", "mae_mg_per_week": {"at_most": 9.0}}


def found(limits, metrics):
    record = check_protocol(Protocol(title="t", sha256="", content=limits), metrics)
    return {check.what: check.outcome for check in record.checks}, record.is_passed


@one_test
@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"title": ""}, "no title"),
        ({"title": None}, "no title"),
        ({"mae_mg_per_week": None}, "at_least, at_most or both"),
        ({"mae_mg_per_week": {}}, "at_least, at_most or both"),
        ({"mae_mg_per_week": 9.0}, "at_least, at_most or both"),
        ({"mae_mg_per_week": {"at_mots": 9.0}}, "nothing else"),
        ({"mae_mg_per_week": {"at_most": 9.0, "or": 1}}, "nothing else"),
        ({"mae_mg_per_week": {"at_most": "9"}}, "not a number"),
        ({"mae_mg_per_week": {"at_most": True}}, "not a number"),
        ({"mae_mg_per_week": {"at_most": 1, "at_least": 2}}, "no number can meet"),
        ({"groups": []}, "groups is no object"),
        ({"groups": {"race": {}}}, "has no limit"),
        ({"groups": {"race": {"minimum_n": 5}}}, "has no limit"),
        ({"groups": {"race": {"minimum_n": -1, "n": {"at_least": 1}}}}, "no count"),
        ({"groups": {"race": {"minimum_n": 1.5, "n": {"at_least": 1}}}}, "no count"),
        ({"groups": {"race": {"n": {}}}}, "groups.race.n needs"),
        ({"baselines": {"old": {}}}, "has no limit"),
        ({"baselines": {"old": {"n": {"not_worse_by": 0}}}}, "whether more is better"),
        ({"baselines": {"old": {"mae_mg_per_week": {"at_most": 0}}}}, "needs not_worse_by"),
    ],
)
def test_a_limit_that_says_nothing_is_refused(tmp_path, changes, match):
    with pytest.raises(ModelStateError, match=match) as caught:
        protocol_of(tmp_path, {**WHOLE, **changes})
    assert caught.value.where.endswith("protocol.json")


def test_a_protocol_without_a_limit_for_all_is_refused(tmp_path):
    with pytest.raises(ModelStateError, match="all patients together"):
        protocol_of(tmp_path, {"title": "t", "groups": LIMITS["groups"]})


@one_test
@pytest.mark.parametrize("text", ["", "[]", "{", '{"title": "t", "title": "u"}', '{"n": NaN}'])
def test_a_protocol_is_strict_json(tmp_path, text):
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(ModelFolderError, match=r"p\.json"):
        read_protocol(tmp_path / "p.json")


def test_the_digest_is_that_of_the_file(tmp_path):
    one = protocol_of(tmp_path)
    other = protocol_of(tmp_path, {**LIMITS, "n": {"at_least": 1}})
    assert one.sha256 != other.sha256


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_limit_holds_with_its_ends(measured, a, b):
    low, high = sorted((a, b))
    outcomes, is_passed = found({"x": {"at_least": low, "at_most": high}}, {"x": measured})
    assert is_passed is (low <= measured <= high)
    assert found({"x": {"at_least": measured, "at_most": measured}}, {"x": measured})[1]
    assert set(outcomes) == {"x"}


@one_test
@pytest.mark.parametrize("value", [None, "8.5", True, [8.5], {}])
def test_what_was_not_measured_fails(value):
    assert found({"x": {"at_most": 9}}, {"x": value}) == ({"x": LimitOutcome.FAILED}, False)
    assert found({"x": {"at_most": 9}}, {}) == ({"x": LimitOutcome.FAILED}, False)


def test_every_value_of_a_group_is_judged():
    limits = {**WHOLE, "groups": {"race": {"interval_coverage": {"at_least": 0.86}}}}
    outcomes, is_passed = found(limits, METRICS)
    assert outcomes["groups.race.C.interval_coverage"] is LimitOutcome.FAILED
    assert not is_passed


def test_a_group_that_is_not_there_fails():
    limits = {"x": {"at_most": 1}, "groups": {"sex": {"n": {"at_least": 1}}}}
    outcomes, is_passed = found(limits, {"x": 0.5, "groups": {"race": {}}})
    assert outcomes["groups.sex.n"] is LimitOutcome.FAILED
    assert not is_passed


def test_a_small_group_is_listed_and_not_judged_only_if_its_n_is_known():
    limits = {"x": {"at_most": 1}, "groups": {"race": {"minimum_n": 50, "x": {"at_most": 1}}}}
    metrics = {"x": 1, "groups": {"race": {"A": {"n": 49, "x": 2}, "B": {"n": 50, "x": 1}}}}
    outcomes, is_passed = found(limits, metrics)
    assert outcomes["groups.race.A.x"] is LimitOutcome.TOO_FEW
    assert is_passed
    del metrics["groups"]["race"]["A"]["n"]
    outcomes, is_passed = found(limits, metrics)
    assert outcomes["groups.race.A.x"] is LimitOutcome.FAILED
    assert not is_passed


@one_test
@pytest.mark.parametrize(
    ("metric", "theirs", "ours", "margin", "is_passed"),
    [
        ("mae_mg_per_week", 9.0, 9.0, 0.0, True),
        ("mae_mg_per_week", 9.0, 9.01, 0.0, False),
        ("mae_mg_per_week", 9.0, 9.5, 0.5, True),
        ("mae_mg_per_week", 9.0, 8.6, -0.5, False),
        ("within_20_percent", 0.40, 0.39, 0.02, True),
        ("within_20_percent", 0.40, 0.37, 0.02, False),
    ],
)
def test_not_worse_means_smaller_errors_and_larger_shares(metric, theirs, ours, margin, is_passed):
    limits = {"baselines": {"old": {metric: {"not_worse_by": margin}}}}
    metrics = {metric: ours, "by_baseline": {"old": {metric: theirs}}}
    assert found(limits, metrics)[1] is is_passed


def test_a_baseline_that_was_not_measured_fails():
    limits = {"baselines": {"old": {"mae_mg_per_week": {"not_worse_by": 0.0}}}}
    assert not found(limits, {"mae_mg_per_week": 1.0})[1]
    assert not found(limits, {"by_baseline": {"old": {"mae_mg_per_week": 9.0}}})[1]


def test_the_example_is_passed_and_fails_where_one_number_is_worse():
    assert found(LIMITS, METRICS)[1]
    for path, value in [
        (("mae_mg_per_week",), 9.01),
        (("interval_coverage",), 0.93),
        (("groups", "race", "B", "interval_coverage"), 0.85),
        (("by_baseline", "old", "mae_mg_per_week"), 8.4),
    ]:
        metrics = copy.deepcopy(METRICS)
        inner = metrics
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        assert not found(LIMITS, metrics)[1], path
