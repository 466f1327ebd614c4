"""A new version keeps to the plan of the old one, key by key, or it is said where not."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from dosing.registry.made import METRICS, MODEL, PLAN, made, model_of
from pgx.errors import ModelFolderError, ModelStateError
from pgx_dosing.registry.change_plan import check_change, plan_of, plan_schema

PUBLISHED = Path(__file__).parents[3] / "docs" / "schema" / "pgx-change-plan-1.0.json"


def verdict(tmp_path, changes=None, *, old=None, **documents):
    """Return the verdict on a version with some keys of model.json changed (None: left out)."""
    before = made(tmp_path / "old" / "1", **({"model": old} if old else {}))
    model = {**(old or MODEL), "version": "2", **(changes or {})}
    model = {key: value for key, value in model.items() if value is not None}
    return check_change(before, made(tmp_path / "new" / "2", model=model, **documents))


def members(intercept=5.5, slope=-0.25):
    content = copy.deepcopy(MODEL["members"])
    content[0]["terms"][0]["coefficient"] = intercept
    content[0]["terms"][1]["coefficient"] = slope
    return content


def test_the_schema_is_published():
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == plan_schema(), (
        "run: python -m pgx_dosing.registry.change_plan > docs/schema/pgx-change-plan-1.0.json"
    )
    jsonschema.Draft202012Validator.check_schema(plan_schema())
    jsonschema.validate(PLAN, plan_schema(), jsonschema.Draft202012Validator)


def test_another_version_alone_is_within_any_plan(tmp_path):
    found = verdict(tmp_path)
    assert found.is_permitted
    assert [item.path for item in found.items] == ["/version"]


@one_test
@pytest.mark.parametrize(
    ("changes", "is_permitted"),
    [
        ({"recalibration": {"shift": 0.3}}, True),
        ({"recalibration": {"shift": -0.3, "site": "x"}}, True),
        ({"recalibration": {"shift": 0.31}}, False),
        ({"recalibration": {"shift": "0.1"}}, False),
        ({"recalibration": {"shift": True}}, False),
        ({"recalibration": {"shift": [0.1]}}, False),
        ({"recalibration": {"shift": {"a": 0.1}}}, False),
        ({"recalibration": {"shift": 0.1, "other": 1}}, False),
        ({"recalibration": {"site": 7}}, False),
        ({"recalibration": {}}, False),
        ({"recalibration": 0.1}, False),
        ({"members": members(5.9)}, True),
        ({"members": members(6.1)}, False),
        ({"members": members(5.9, -0.2)}, False),
        ({"members": [*members(), members()[0]]}, False),
        ({"members": None}, False),
        ({"title": "another"}, False),
        ({"limits": []}, False),
        ({"drug": "warfarin"}, False),
        ({"population": "all"}, False),
        ({"uses_race": True}, False),
        ({"uses_race": 0}, False),
        ({"link": "log"}, False),
        ({"inputs": MODEL["inputs"][:1]}, False),
        ({"new": 1}, False),
    ],
)
def test_what_a_plan_permits(tmp_path, changes, is_permitted):
    found = verdict(tmp_path, changes)
    assert found.is_permitted is is_permitted, found.items
    assert is_permitted or all("not permitted: " in line for line in found.reasons)


def test_a_number_that_goes_counts_as_none(tmp_path):
    old = {**MODEL, "recalibration": {"shift": 0.4}}
    found = verdict(tmp_path, {"recalibration": None}, old=old)
    assert found.reasons == [
        "/recalibration/shift: 0.4 to (absent): not permitted: changed by more than 0.3"
    ]


def test_one_and_one_point_nought_are_one_number(tmp_path):
    old = {**MODEL, "title": "t", "members": members(5)}
    assert verdict(tmp_path, {"members": members(5.0)}, old=old).is_permitted


@one_test
@pytest.mark.parametrize(
    ("documents", "match"),
    [
        ({"metrics": None}, "n: at least 20"),
        ({"metrics": {**METRICS, "n": 19}}, "at least 20 to 19"),
        ({"metrics": {**METRICS, "n": True}}, "at least 20"),
        ({"metrics": {**METRICS, "mae_mg_per_week": 9.1}}, "9.1, at most 9: failed"),
        ({"schema": {"columns": ["x"]}}, "schema.json"),
        ({"schema": None}, "schema.json"),
        ({"change_plan": None}, "change-plan.json"),
        ({"change_plan": {**PLAN, "why": "more"}}, "change-plan.json"),
    ],
)
def test_validation_plan_and_schema_stay(tmp_path, documents, match):
    found = verdict(tmp_path, {"recalibration": {"shift": 0.1}}, **documents)
    assert not found.is_permitted
    assert match in "; ".join(found.reasons)


def test_card_and_lineage_may_be_others(tmp_path):
    assert verdict(tmp_path, card="# New\n", lineage={"seed": 8}).is_permitted


def test_without_a_plan_nothing_is_permitted(tmp_path):
    old = made(tmp_path / "old" / "1", change_plan=None)
    found = check_change(old, made(tmp_path / "new" / "2", change_plan=None))
    assert found.reasons == [
        "change-plan.json: (absent) to (absent): not permitted: the old version has no change plan"
    ]


def test_the_same_version_is_no_change(tmp_path):
    old = made(tmp_path / "old" / "1")
    assert not check_change(old, made(tmp_path / "new" / "1")).is_permitted


@one_test
@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"path": "/*", "what": "x", "minimum": 0, "maximum": 1}, "no plan can permit"),
        ({"path": "/inputs/0/maximum", "what": "x", "minimum": 0, "maximum": 1}, "no plan can"),
        ({"path": "/drug", "what": "x", "kind": "text"}, "no plan can"),
        ({"path": "/a", "what": "x"}, "minimum and maximum"),
        ({"path": "/a", "what": "x", "minimum": 1, "maximum": 0}, "above"),
        ({"path": "/a", "what": "x", "kind": "text", "minimum": 1}, "no bounds"),
        ({"path": "a", "what": "x", "minimum": 0, "maximum": 1}, "path"),
        ({"path": "/a", "what": "", "minimum": 0, "maximum": 1}, "what"),
        (
            {"path": "/a", "what": "x", "minimum": 0, "maximum": 1, "change_at_most": -1},
            "change_at",
        ),
        ({"path": "/a", "what": "x", "minimum": 0, "maximum": 1, "else": 1}, "else"),
    ],
)
def test_a_plan_that_permits_too_much_is_refused(tmp_path, change, match):
    model = made(tmp_path / "1", change_plan={**PLAN, "changes": [change]})
    with pytest.raises(ModelFolderError, match=match) as caught:
        plan_of(model)
    assert caught.value.where.endswith("change-plan.json")


def test_a_plan_needs_limits_that_say_something(tmp_path):
    validation = {**PLAN["validation"], "limits": {"mae_mg_per_week": {}}}
    model = made(tmp_path / "1", change_plan={**PLAN, "validation": validation})
    with pytest.raises(ModelStateError, match="at_least, at_most"):
        plan_of(model)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON, JSON)
def test_every_difference_of_what_no_plan_names_is_found(tmp_path_factory, one, other):
    """Two contents that a reader can tell apart are never taken for the same."""
    root = tmp_path_factory.mktemp("pair")
    old = made(root / "old" / "1", model=model_of("1", extra=one))
    new = made(root / "new" / "2", model=model_of("2", extra=other))
    is_same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert check_change(old, new).is_permitted is is_same
