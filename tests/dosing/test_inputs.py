"""What an input may be, what is refused, and what stands in."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from cases import one_test
from dosing.invented import AGE, HEIGHT, INPUTS, RACE, VKORC1, WEIGHT, published, term
from pgx.errors import MissingCovariateError, ModelError, OutOfDomainError
from pgx_dosing.specification import (
    Input,
    InputKind,
    UnknownInput,
    check_value,
    columns_of,
    fill,
    n_outside,
)

FLAG = Input(name="smoker", meaning="smokes", kind=InputKind.FLAG)


@one_test
@pytest.mark.parametrize(
    ("own", "value", "said"),
    [
        (HEIGHT, 1.75, "looks like m: give cm"),
        (WEIGHT, 300.0, "looks like lb: give kg"),
        (AGE, 20000.0, "looks like days: give years"),
        (AGE, 17.0, "does not apply to this patient"),
        (AGE, 101.0, "outside 18 to 100"),
        (HEIGHT, float("nan"), "give a number of cm"),
        (HEIGHT, float("inf"), "give a number of cm"),
        (HEIGHT, -float("inf"), "give a number of cm"),
        (HEIGHT, True, "give a number of cm"),
        (HEIGHT, "170", "give a number of cm"),
        (RACE, "Martian", "valid values: White, Asian, Black, Unknown"),
        (RACE, "asian", "valid values: White"),
        (RACE, 1.0, "does not know"),
        (RACE, "", "does not know"),
        (VKORC1, "A/T", "valid values are pairs A/B of A, G"),
        (VKORC1, "A", "a genotype unknown to the model"),
        (VKORC1, "A/G/G", "a genotype unknown to the model"),
        (VKORC1, "A|G", "a genotype unknown to the model"),
        (VKORC1, "", "a genotype unknown to the model"),
        (VKORC1, 1.0, "a genotype unknown to the model"),
        (FLAG, "yes", "give yes or no"),
        (FLAG, 0.5, "give yes or no"),
        (FLAG, float("nan"), "give yes or no"),
    ],
)
def test_refused_with_a_code_and_a_reason(own, value, said):
    with pytest.raises(OutOfDomainError) as caught:
        check_value(own, value)
    assert caught.value.code == "PGX-MOD-003"
    assert caught.value.exit_status == 3
    line = caught.value.line()
    assert said in line
    assert own.name in line


@one_test
@pytest.mark.parametrize(
    ("own", "value"),
    [(AGE, 18.0), (AGE, 100.0), (AGE, 40), (HEIGHT, 220.0), (RACE, "Asian"), (VKORC1, "G/A"),
     (FLAG, True), (FLAG, 0.0), (AGE, None), (RACE, None)],
)  # fmt: skip
def test_ends_of_a_range_are_inside(own, value):
    check_value(own, value)


def test_a_weight_that_fits_in_either_unit_gets_no_hint_of_pounds():
    with pytest.raises(OutOfDomainError) as caught:
        check_value(WEIGHT, 20.0)
    assert "looks like" not in caught.value.line()


def test_a_name_that_the_model_does_not_have_is_refused():
    with pytest.raises(ModelError) as caught:
        columns_of(INPUTS, {"hight_cm": 170.0})
    assert caught.value.code == "PGX-MOD-000"


def test_one_patient_as_columns():
    found = columns_of(
        INPUTS, {"age_years": 61, "vkorc1": "G/A", "cyp2c9": "*3/*1", "amiodarone": True}
    )
    assert {name: column[0] for name, column in found.items() if name not in ("height_cm",
            "weight_kg")} == {
        "age_years": 61.0, "race": "", "vkorc1": "A/G", "cyp2c9": "*1/*3", "amiodarone": 1.0,
    }  # fmt: skip
    assert np.isnan(found["height_cm"][0])
    assert all(column.shape == (1,) for column in found.values())


def test_an_input_that_is_needed_is_refused_by_name():
    with pytest.raises(MissingCovariateError, match="age_years") as caught:
        fill(INPUTS, columns_of(INPUTS, {"weight_kg": 80.0}))
    assert caught.value.code == "PGX-MOD-002"


def test_an_assumption_that_is_missing_is_a_need():
    bare = msgspec.structs.replace(RACE, assumed=None)
    with pytest.raises(MissingCovariateError, match="race"):
        fill((bare,), columns_of((bare,), {}))


BY_WEIGHT = (
    term(100.0),
    term(0.5, "number", "weight_kg"),
    term(-7, "level", "race", values=("Unknown",)),
)
BY_AGE = (term(180.0), term(-0.1, "number", "age_years"))
ESTIMATED = (
    AGE,
    msgspec.structs.replace(HEIGHT, estimated_by=(BY_WEIGHT, (), BY_AGE)),
    msgspec.structs.replace(WEIGHT, when_unknown=UnknownInput.ESTIMATE, assumed=75.0),
    RACE,
)


@one_test
@pytest.mark.parametrize(
    ("values", "height"),
    [
        ({"age_years": 60, "weight_kg": 80, "race": "Asian"}, 140.0),
        ({"age_years": 60, "weight_kg": 80}, 133.0),  # race is assumed before it is used
        ({"age_years": 60}, 174.0),  # an estimated weight does not stand behind a height
        ({"age_years": 60, "height_cm": 181}, 181.0),
        ({}, 170.0),
    ],
)
def test_the_first_estimate_counts_whose_inputs_are_known(values, height):
    own = [msgspec.structs.replace(AGE, when_unknown=UnknownInput.OWN_TERM), *ESTIMATED[1:]]
    found = fill(own, columns_of(own, values))
    assert found["height_cm"][0] == pytest.approx(height, abs=1e-12)


def test_only_gaps_are_filled():
    columns = {
        "age_years": np.array([50.0, 60.0]),
        "height_cm": np.array([np.nan, 190.0]),
        "weight_kg": np.array([70.0, np.nan]),
        "race": np.array(["White", ""]),
    }
    found = fill(ESTIMATED, columns)
    assert found["height_cm"].tolist() == [135.0, 190.0]
    assert found["weight_kg"].tolist() == [70.0, 75.0]
    assert found["race"].tolist() == ["White", "Unknown"]
    assert np.isnan(columns["height_cm"][0])  # what was given is left as it was


def test_patients_out_of_range_are_counted_once():
    columns = {
        "age_years": np.array([17.0, 50.0, np.nan]),
        "height_cm": np.array([300.0, 170.0, 300.0]),
        "weight_kg": np.array([80.0, 80.0, 80.0]),
        "race": np.array(["White"] * 3),
    }
    assert n_outside(ESTIMATED, columns) == 2


def test_unknown_race_of_a_published_equation_is_that_of_its_estimate():
    own = published("warfarin-iwpc-pharmacogenetic")
    known = {"age_years": 65.0, "sex": "male", "weight_kg": 80.0}
    without = fill(own.inputs, columns_of(own.inputs, known))
    stated = fill(own.inputs, columns_of(own.inputs, {**known, "race": "Unknown"}))
    assert without["height_cm"][0] == stated["height_cm"][0]
