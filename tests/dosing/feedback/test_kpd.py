"""The K-PD model: equal to its differential equations, and to what was published of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import one_test
from pgx.errors import MissingCovariateError, OutOfDomainError
from pgx_dosing.feedback import _kernels
from pgx_dosing.feedback.kpd import (
    HOURS_A_WEEK,
    inr_course,
    inr_grid,
    plan_course,
    read_parameters,
    steady_inr,
    steady_ratio,
)
from reference.kpd import integrate

P = read_parameters()
V = P.values
DAILY = [(24.0 * day + 18, 5.0) for day in range(20)]


def course(doses, times, speed, potency, baseline=1.0):
    hours, mg = zip(*doses, strict=True)
    return inr_course(hours, mg, times, speed=speed, potency=potency, baseline=baseline, p=P)


@one_test
@pytest.mark.parametrize("speed", [0.005, 0.0243, 0.1])
@pytest.mark.parametrize("potency", [0.3, 1.43])
def test_inrs_are_those_of_the_differential_equations(speed, potency):
    doses = [*DAILY[:5], (24 * 5 + 18.0, 0.0), (24 * 6 + 9.0, 10.0), *DAILY[7:]]
    times = [3.0, 57.0, 153.0, 162.0, 400.5, 700.0]
    expected = integrate(doses, times, speed, potency, 1.1, V)
    assert course(doses, times, speed, potency, 1.1)[0] == pytest.approx(expected, abs=1e-5)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(st.integers(1, 90), st.floats(0, 20)), min_size=1, max_size=8),
    st.lists(st.integers(1, 900), min_size=1, max_size=5, unique=True),
    st.floats(0.004, 0.15),
    st.floats(0.05, 4),
)
def test_any_course_is_that_of_the_differential_equations(gaps, times, speed, potency):
    hours = np.cumsum([gap for gap, _ in gaps]).astype(float)
    doses = [(float(h), mg) for h, (_, mg) in zip(hours, gaps, strict=True)]
    moments = sorted(map(float, times))
    expected = integrate(doses, moments, speed, potency, 1.0, V, step=0.5)
    assert course(doses, moments, speed, potency)[0] == pytest.approx(expected, rel=1e-4)


def test_persons_of_one_course_are_computed_side_by_side():
    speeds, potencies = np.array([0.01, 0.03, 0.06]), np.array([1.0, 0.7, 2.0])
    together = course(DAILY, [100.0, 300.0], speeds, potencies)
    alone = [course(DAILY, [100.0, 300.0], s, q)[0] for s, q in zip(speeds, potencies, strict=True)]
    assert together == pytest.approx(np.array(alone), rel=1e-12)


def test_the_machine_code_says_what_the_python_says():
    plan = plan_course(*zip(*DAILY, strict=True), [50.0, 200.0, 470.0], P)
    speed, potency = np.array([0.02, 0.05]), np.array([[0.8, 1.5], [1.0, 2.0]])
    kept = np.exp(-speed[:, None] * plan.gaps)
    amounts = np.empty_like(kept)
    _kernels.deplete.py_func(kept, plan.added, amounts)
    driving = (speed[:, None] * amounts[:, plan.nodes]) ** V.gamma.value
    out = np.empty((2, 2, 3))
    _kernels.respond.py_func(
        driving, potency**V.gamma.value, plan.weights, plan.first, plan.last, 1.0, 20.0, out
    )
    assert inr_grid(plan, speed, potency, 1.0, P) == pytest.approx(out, rel=1e-12)


def test_without_doses_or_before_them_the_inr_is_the_baseline():
    assert inr_course([], [], [10.0], speed=0.02, potency=1.0, baseline=1.2, p=P) == 1.2
    assert course(DAILY, [5.0], 0.02, 1.0, 1.2) == 1.2
    assert inr_course([18.0], [5.0], [], speed=0.02, potency=1.0, baseline=1, p=P).shape == (1, 0)


def test_an_inr_at_the_time_of_a_dose_does_not_know_of_it():
    with_it = course([*DAILY, (600.0, 20.0)], [600.0], 0.02, 1.0)
    assert with_it == pytest.approx(course(DAILY, [600.0], 0.02, 1.0), rel=1e-6)


def test_old_effects_are_forgotten_no_sooner_than_they_are_gone():
    long = [(24.0 * day + 18, 5.0) for day in range(200)]
    times = [400.0, 4800.0]
    late = course(long, times, 0.0243, 1.43)[0, 1]
    assert late == pytest.approx(course(long, times[1:], 0.0243, 1.43)[0, 0], rel=1e-9)


@pytest.mark.parametrize("inr", [1.6, 2.5, 4.0])
def test_the_steady_dose_holds_the_inr(inr):
    speeds = np.array([0.004, 0.0243, 0.15])
    ratio = steady_ratio(inr, speeds, 1.0, P)
    assert steady_inr(ratio, speeds, 1.0, P) == pytest.approx([inr] * 3, rel=1e-10)
    for speed, r in zip(speeds, ratio, strict=True):
        mg = r * 1.2 * 24 / V.share_active.value
        doses = [(24.0 * day, mg) for day in range(120)]
        day = course(doses, list(np.arange(2856.0, 2880.0)), speed, 1.2)
        assert day.mean() == pytest.approx(inr, rel=2e-3)


def typical_dose(clearance, ec50, age):
    cleared = P.clearance(clearance, age)
    ratio = steady_ratio(2.5, cleared / V.volume.value, 1.0, P)[0]
    return ratio * cleared * P.ec50_per_allele.total(ec50) * HOURS_A_WEEK / V.share_active.value


def test_doses_differ_by_genotype_and_age_as_the_abstract_says():
    usual = typical_dose({"*1": 2}, {"G": 2}, 71)
    assert usual / typical_dose({"*3": 2}, {"G": 2}, 71) == pytest.approx(4.2, abs=0.1)
    assert usual / typical_dose({"*1": 2}, {"A": 2}, 71) == pytest.approx(2.1, abs=0.05)
    assert typical_dose({"*1": 2}, {"G": 2}, 81) / usual == pytest.approx(0.94, abs=0.005)


def test_the_parameters_are_those_of_the_reference_table():
    assert 3 / V.transit_hours_1.value == pytest.approx(0.105, abs=5e-4)
    assert 3 / V.transit_hours_2.value == pytest.approx(0.0254, abs=5e-4)
    assert P.speed({"*1": 2}, 71) == pytest.approx(0.0243, abs=5e-5)
    assert P.ec50_per_allele.total({"G": 2}) == 4.1
    assert P.citation.pmid == "20410877"


def test_unknown_alleles_take_the_usual_speed_with_a_wider_spread():
    assert P.speed(None, 60) == P.speed({"*1": 2}, 60)
    assert P.speed_sd(None) > P.speed_sd({"*1": 2})


@one_test
@pytest.mark.parametrize(
    ("counts", "age", "error", "said"),
    [
        ({"*1": 1, "*5": 1}, 60, MissingCovariateError, "no value for an allele of CYP2C9"),
        ({"*1": 1}, 60, OutOfDomainError, "counts say 1"),
        ({"*1": 3, "*2": -1}, 60, OutOfDomainError, "two alleles"),
        ({"*1": 2}, 7, OutOfDomainError, "the age is outside 18 to 100 year"),
        ({"*1": 2}, float("nan"), OutOfDomainError, "the age is outside"),
    ],
)
def test_what_the_model_was_not_made_for_is_refused(counts, age, error, said):
    with pytest.raises(error, match=said):
        P.clearance(counts, age)
