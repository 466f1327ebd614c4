"""Each feature against arithmetic that a person can do."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cases import one_test
from dosing.invented import term
from pgx_dosing.terms import Feature, count_of_allele, feature_values, is_unknown

COLUMNS = {
    "age": np.array([69.0, np.nan, 104.0]),
    "height": np.array([170.0, 180.0, np.nan]),
    "weight": np.array([70.0, 90.0, 80.0]),
    "race": np.array(["White", "", "Asian"]),
    "cyp": np.array(["*1/*3", "", "*3/*3"]),
}


def values(own) -> list[float]:
    return feature_values((own,), COLUMNS)[:, 0].tolist()


TRIED = [
    (term(3.0), [1, 1, 1]),
    (term(1, "number", "age"), [69, math.nan, 104]),
    (term(1, "number", "age", origin=60.0, per=10.0), [0.9, math.nan, 4.4]),
    (term(1, "decade", "age"), [6, math.nan, 9]),  # 90 and above is one decade
    (term(1, "decade", "age", origin=5.0), [1, math.nan, 4]),
    (term(1, "square", "age", origin=60.0, per=10.0), [0.81, math.nan, 19.36]),
    (term(1, "log", "weight", per=70.0), [0.0, math.log(90 / 70), math.log(80 / 70)]),
    (term(1, "bsa_mosteller", "height", "weight"),
     [math.sqrt(170 * 70 / 3600), math.sqrt(180 * 90 / 3600), math.nan]),
    (term(1, "bsa_dubois", "height", "weight"),
     [0.007184 * 170**0.725 * 70**0.425, 0.007184 * 180**0.725 * 90**0.425, math.nan]),
    (term(1, "level", "race", values=("Asian", "Black")), [0, 0, 1]),
    (term(1, "count", "cyp", values=("*3",)), [1, 0, 2]),
    (term(1, "count", "cyp", values=("*1", "*3")), [2, 0, 2]),
    (term(1, "unknown", "cyp"), [0, 1, 0]),
    (term(1, "unknown", "age"), [0, 1, 0]),
    (term(1, "number", "weight", given={"race": ("White",)}), [70, 0, 0]),
    (term(1, "number", "age", given={"race": ("White", "Asian"), "cyp": ("*3/*3",)}),
     [0, 0, 104]),
]  # fmt: skip


@one_test
@pytest.mark.parametrize(("own", "expected"), TRIED)
def test_a_feature(own, expected):
    assert values(own) == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_every_feature_is_tried():
    assert {own.feature for own, _ in TRIED} == set(Feature)


def test_order_of_terms_is_order_of_columns():
    found = feature_values((term(), term(1, "number", "weight")), COLUMNS)
    assert found.tolist() == [[1, 70], [1, 90], [1, 80]]


def test_allele_counts_do_not_take_one_name_for_another():
    cells = np.array(["*1/*1", "*11/*1", "*3/*13", "*3/*3", ""])
    assert count_of_allele(cells, ["*1"]).tolist() == [2, 1, 0, 0, 0]
    assert count_of_allele(cells, ["*3"]).tolist() == [0, 0, 1, 2, 0]


def test_what_is_unknown():
    assert is_unknown(COLUMNS["age"]).tolist() == [False, True, False]
    assert is_unknown(COLUMNS["race"]).tolist() == [False, True, False]
