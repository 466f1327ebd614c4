"""The contract's JSON of an evaluation, its remarks, and published equations on real patients."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dosing.invented import IWPC, member, model, needs_data, published, table, term
from pgx.errors import MissingCovariateError
from pgx_dosing.evaluation import judge, predict_table, scores
from pgx_dosing.shipped import schema_for
from pgx_dosing.specification import ConformalInterval
from pgx_dosing.tables import read_table

KEYS = {"n", "mae_mg_per_week", "within_20_percent", "interval_coverage"}
ENDS = ConformalInterval(level=0.9, method="-", lower=(-1.2,), upper=(1.2,))


def judged(own, others=(), patients=None):
    patients = patients or table()
    beside = {other.name: predict_table(other, patients) for other in others}
    return judge(predict_table(own, patients), patients, beside, own)


def test_the_objects_keys_in_all_places():
    found = judged(model(interval=ENDS), [model(name="other")])
    assert json.loads(json.dumps(found, allow_nan=False)) is not None
    assert {*KEYS, "n_dropped", "by_baseline", "groups"} <= set(found)
    assert set(found["by_baseline"]) == {"other"}
    assert set(found["by_baseline"]["other"]) >= {*KEYS, "groups"}
    for values in found["groups"].values():
        assert sum(part["n"] for part in values.values()) == found["n"] == 300
        assert all(set(part) >= KEYS for part in values.values())
    assert set(found["groups"]["site"]) == {str(i) for i in range(6)}
    assert 0 <= found["interval_coverage"] <= 1
    assert found["by_baseline"]["other"]["interval_coverage"] is None
    assert found["n_dropped"] == sum(found["dropped"].values()) == 0


def test_the_whole_is_the_mean_of_its_groups():
    found = judged(model())
    for values in found["groups"].values():
        weighed = sum(part["n"] * part["mae_mg_per_week"] for part in values.values())
        assert weighed / found["n"] == pytest.approx(found["mae_mg_per_week"], rel=1e-4)


GOOD = model(
    member((term(8.0), term(-0.03, "number", "age_years"), term(0.015, "number", "weight_kg"),
            term(-0.9, "count", "vkorc1", values=("A",)))), name="good",
)  # fmt: skip
POOR = model(member((term(5.0),)), name="poor")


def test_it_is_said_where_the_model_is_worse():
    said = " ".join(judged(POOR, [GOOD])["remarks"])
    assert "good has the smaller error here" in said
    assert "above 49 mg/week the model is worse than good" in said
    assert judged(GOOD, [POOR])["remarks"] == []


def test_patients_who_lack_what_is_needed_are_not_left_out_silently():
    patients = table()
    patients.columns["weight_kg"][3] = np.nan
    with pytest.raises(MissingCovariateError, match="weight_kg"):
        predict_table(GOOD, patients)


def test_patients_out_of_range_are_counted():
    patients = table()
    patients.columns["age_years"][:2] = 12.0
    assert judged(GOOD, patients=patients)["n_outside_range"] == 2


@pytest.fixture(scope="module")
def real():
    return read_table(IWPC, schema_for("iwpc", None, IWPC))


@needs_data
@pytest.mark.parametrize(
    ("name", "error", "share"),
    [
        ("warfarin-iwpc-pharmacogenetic", 8.49, 0.448),
        ("warfarin-iwpc-clinical", 10.14, 0.374),
        ("warfarin-gage-pharmacogenetic", 8.46, 0.443),
        ("warfarin-gage-clinical", 10.79, 0.347),
    ],
)
def test_published_equations_on_the_validation_data(real, name, error, share):
    found = scores(predict_table(published(name), real), real.dose)
    assert found.n == 3926
    assert found.mae_mg_per_week == pytest.approx(error, abs=0.1)
    assert found.within_20_percent == pytest.approx(share, abs=0.01)
    assert 0.88 <= found.interval_coverage <= 0.92
