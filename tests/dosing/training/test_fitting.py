"""Fits: the same rows give the same model, race is out unless asked for, ridge by an oracle."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest

from dosing.invented import RECIPE, SCHEMA, frame, published, shipped_table, table, with_cells
from pgx.errors import DataTableError
from pgx_dosing.equation import on_link
from pgx_dosing.json_records import encode
from pgx_dosing.shipped import Boosting, parse_recipe, recipe_of
from pgx_dosing.specification import fill, parse_model
from pgx_dosing.tables import table_of
from pgx_dosing.terms import feature_values
from pgx_dosing.training.fitting import fit
from pgx_dosing.training.run import train_model
from pgx_dosing.training.validating import Split

BOOSTING = Boosting(weight=0.3, n_trees=15, depth=2, learning_rate=0.1, min_leaf=10, subsample=0.7)


@pytest.mark.parametrize("boosting", [None, BOOSTING])
def test_the_same_rows_give_the_same_bytes(boosting):
    own = msgspec.structs.replace(RECIPE, boosting=boosting)
    one, other = (fit(own, table(n_sites=3), published) for _ in range(2))
    assert encode(one) == encode(other)
    assert parse_model(encode(one)) == one
    more = fit(own, table(n_sites=3, seed=2), published)
    assert encode(more) != encode(one)


def test_ridge_is_ridge_on_standardised_features():
    patients, own = table(), fit(RECIPE, table(), published)
    filled = {i.name: patients.columns[i.name] for i in own.inputs}
    values = feature_values(RECIPE.features, filled)
    centred = (values - values.mean(axis=0)) / values.std(axis=0)
    target = np.sqrt(patients.dose)
    slopes = np.linalg.solve(
        centred.T @ centred + RECIPE.penalty * np.eye(values.shape[1]),
        centred.T @ (target - target.mean()),
    )
    assert on_link(own, filled) == pytest.approx(target.mean() + centred @ slopes, abs=2e-3)


def test_a_fit_finds_what_the_patients_were_made_by():
    own = fit(RECIPE, table(n_sites=20), published)
    found = {t.inputs[0]: t.coefficient for t in own.members[0].terms if t.inputs}
    assert found["vkorc1"] == pytest.approx(-0.9, abs=0.1)
    assert found["age_years"] == pytest.approx(-0.03, abs=0.006)


def test_an_estimate_is_least_squares_of_those_who_are_known():
    rows = frame(n_sites=4)
    heights = [h if i % 3 else "NA" for i, h in enumerate(rows["Height"].to_list())]
    own = fit(RECIPE, table_of(with_cells(rows, Height=heights), SCHEMA, "t"), published)
    [by_weight, alone] = own.input("height_cm").estimated_by
    known = np.array([h != "NA" for h in heights])
    height, weight = (rows[c].to_numpy().astype(object) for c in ("Height", "Weight"))
    height, weight = height[known].astype(float), weight[known].astype(float)
    slope, start = np.polyfit(weight, height, 1)
    assert [t.coefficient for t in by_weight] == pytest.approx([start, slope], rel=1e-4)
    assert [t.coefficient for t in alone] == pytest.approx([height.mean()], rel=1e-4)


def test_what_nobody_has_cannot_be_estimated():
    rows = with_cells(frame(n_sites=2), Height=["NA"] * 100)
    with pytest.raises(DataTableError, match="no patient has a value of height_cm"):
        fit(RECIPE, table_of(rows, SCHEMA, "t"), published)


def speaks_of_race(model) -> bool:
    """Whether race is an input, or in any term of members, trees and estimates."""
    written = json.loads(encode(model))
    return '"race"' in json.dumps([written["inputs"], written["members"]])


@pytest.mark.parametrize("name", ["warfarin-pgx", "warfarin-pgx-ensemble"])
def test_a_race_free_model_has_no_race_anywhere(name):
    recipe = recipe_of(name)
    if recipe.boosting:
        few = msgspec.structs.replace(recipe.boosting, n_trees=3)
        recipe = msgspec.structs.replace(recipe, boosting=few)
    patients = shipped_table()
    free, other = (fit(recipe, patients, published, race=race) for race in (False, True))
    assert not speaks_of_race(free)
    assert not free.uses_race
    assert speaks_of_race(other)
    assert other.uses_race
    assert recipe.fixed  # a published equation is joined, which has a term of race by itself
    assert speaks_of_race(published(recipe.fixed[0].model))
    columns = {n: c for n, c in patients.columns.items() if n != "race"}
    filled = fill(free.inputs, {i.name: columns[i.name] for i in free.inputs})
    assert np.isfinite(on_link(free, filled)).all()


def test_race_makes_no_difference_to_a_race_free_fit():
    patients = shipped_table()
    turned = {**patients.columns, "race": patients.columns["race"][::-1]}
    recipe = recipe_of("warfarin-pgx")
    one = fit(recipe, patients, published)
    other = fit(
        recipe, type(patients)(turned, patients.dose, patients.site, patients.n, {}, {}), published
    )
    assert encode(one) == encode(other)


def test_a_recipe_without_race_uses_none_though_asked():
    bare = msgspec.structs.replace(RECIPE, race_inputs=(), race_features=())
    assert not fit(bare, table(n_sites=2), published, race=True).uses_race


@pytest.mark.parametrize("data", [b"", b"[]", b'{"name": 1}', b"\xff"])
def test_bytes_that_are_no_recipe(data):
    with pytest.raises(Exception, match="no recipe") as caught:
        parse_recipe(data)
    assert caught.value.code == "PGX-MOD-004"


def test_too_few_patients():
    with pytest.raises(DataTableError, match="49 patients are too few"):
        train_model(RECIPE, table(n_sites=7, per_site=7), published, Split.SITE)


def test_all_that_a_folder_holds_twice_the_same():
    one, other = (
        train_model(RECIPE, table(), published, Split.SITE, made_by="pgx 1") for _ in range(2)
    )
    assert encode(one.model) == encode(other.model)
    assert json.dumps(one.metrics) == json.dumps(other.metrics)
    assert json.dumps(one.lineage) == json.dumps(other.lineage)
    assert one.metrics["n"] == 300
    assert one.metrics["race_variant"]["uses_race"] is True
    assert one.lineage["made_by"] == "pgx 1"
    assert one.lineage["data"]["sites"] == {str(i): 50 for i in range(6)}
    # 50 patients a site: none is left of whom to judge after the first 50
    assert set(one.metrics["local"]["after"]) == {"10", "20"}
    reference = one.metrics["reference"]
    assert sum(reference["inputs"]["age_years"]["shares"]) == pytest.approx(1.0, abs=1e-5)
    assert set(reference["inputs"]) == {i.name for i in one.model.inputs}
