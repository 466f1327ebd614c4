"""Reports of patients: their likelihood, and that assumed numbers never pass as known."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from cases import one_test
from pgx.errors import MissingCovariateError, ModelStateError, OutOfDomainError
from pgx_dosing.feedback.course import read_outcomes, update_sensitivity

MODELS = read_outcomes()


def test_the_file_says_that_its_numbers_are_assumed():
    assert MODELS.simulated
    assert "assumed" in MODELS.note


@one_test
@pytest.mark.parametrize("name", sorted(MODELS.outcomes))
def test_probabilities_are_those_of_the_odds(name):
    model = MODELS.outcomes[name]
    driver = np.array([-1.0, 0.0, 0.7])
    found = model.probabilities(driver)
    assert found.sum(axis=-1) == pytest.approx([1, 1, 1])
    assert (found > 0).all()
    for x, row in zip(driver, found, strict=True):
        for i, cut in enumerate(model.cuts):
            odds = row[i + 1 :].sum() / row[: i + 1].sum()
            assert math.log(odds) == pytest.approx(model.slope * x - cut)
    assert len(model.cuts) == max(1, len(model.levels) - 1)
    assert list(model.cuts) == sorted(model.cuts)


def test_bleeding_is_as_rare_as_its_meaning_says():
    bleeding = MODELS.outcomes["bleeding"]
    at, twice = bleeding.probabilities([0.0, math.log(2)])[:, 1]
    assert at == pytest.approx(0.01, abs=0.001)
    assert twice / (1 - twice) == pytest.approx(4 * at / (1 - at))


@pytest.mark.parametrize("value", ["awful", True, 2])
def test_a_value_that_is_none_is_refused(value):
    with pytest.raises(OutOfDomainError, match="one of none, some, good"):
        MODELS.outcomes["pain_relief"].level(value, "pain_relief")


def test_sensitivity_is_the_integral_over_persons():
    reports = [(20.0, "myopathy", True), (40.0, "myopathy", False), (20.0, "myopathy", False)]
    found = update_sensitivity("simvastatin", reports, dose=40, allow_simulated=True)
    model, sd = MODELS.outcomes["myopathy"], MODELS.sensitivity_sd.value
    u = np.random.default_rng(3).normal(0, sd, 400_000)
    weights = np.ones_like(u)
    for dose, _, value in reports:
        weights *= model.probabilities(math.log(dose / model.reference) + u)[:, int(value)]
    order = np.argsort(u)
    reached = np.cumsum(weights[order]) / weights.sum()
    low, middle, high = np.exp(np.interp([0.05, 0.5, 0.95], reached, u[order]))
    assert (found.lower, found.median, found.upper) == pytest.approx((low, middle, high), rel=0.02)
    own = (weights * model.probabilities(math.log(2) + u)[:, 1]).sum() / weights.sum()
    assert found.probabilities["myopathy"][1] == pytest.approx(own, rel=0.02)
    assert found.simulated


def test_relief_and_side_effects_pull_the_same_way():
    plain = update_sensitivity("codeine", [], dose=120, allow_simulated=True)
    strong = update_sensitivity(
        "codeine",
        [(120, "pain_relief", "good"), (120, "drowsiness", "severe")],
        dose=120,
        allow_simulated=True,
    )
    assert plain.median == pytest.approx(1)
    assert strong.lower > plain.lower
    assert strong.median > 1.3
    assert set(strong.probabilities) == {"pain_relief", "drowsiness"}


def test_assumed_numbers_are_not_used_unasked():
    with pytest.raises(ModelStateError, match="assumed"):
        update_sensitivity("codeine", [], dose=120)
    estimated = msgspec.structs.replace(MODELS, simulated=False)
    assert not update_sensitivity("codeine", [], dose=120, models=estimated).simulated


@one_test
@pytest.mark.parametrize(
    ("drug", "report", "error"),
    [
        ("codeine", (120, "myopathy", True), MissingCovariateError),
        ("aspirin", (120, "bleeding", True), MissingCovariateError),
        ("warfarin", (5, "bleeding", True), OutOfDomainError),
        ("codeine", (0, "drowsiness", "mild"), OutOfDomainError),
        ("codeine", (math.nan, "drowsiness", "mild"), OutOfDomainError),
    ],
)
def test_reports_that_cannot_be_weighed_are_refused(drug, report, error):
    with pytest.raises(error):
        update_sensitivity(drug, [report], dose=10, allow_simulated=True)
