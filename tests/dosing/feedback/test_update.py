"""The refined dose: where it comes from, how sure it is, what is said beside it."""

from __future__ import annotations

import itertools
import math

import msgspec
import numpy as np
import pytest

from cases import one_test
from dosing.feedback.courses import GENOTYPE, course, refined, tree
from pgx.errors import MissingCovariateError, OutOfDomainError
from pgx_dosing.feedback.course import timeline_of
from pgx_dosing.feedback.kpd import HOURS_A_WEEK, inr_course, read_parameters, steady_ratio
from pgx_dosing.feedback.weighing import DosePrior, make_grid, weigh

P = read_parameters()
V = P.values


def codes(found):
    return {c.code for c in found.cautions}


def inrs(*pairs):
    return [{"date": f"2026-01-{day:02d}", "value": value} for day, value in pairs]


def test_without_inrs_the_dose_is_the_prior():
    found = refined(inr=[])
    assert found.refined.dose == pytest.approx(35, rel=1e-3)
    # the interval on the log scale, centred at the dose
    reach = math.sqrt(57 / 21)
    assert found.refined.upper == pytest.approx(35 * reach, rel=5e-3)
    assert found.refined.lower == pytest.approx(35 / reach, rel=5e-3)
    assert codes(found) == {"no_inr"}


def test_equal_inputs_give_equal_bytes():
    assert msgspec.json.encode(refined()) == msgspec.json.encode(refined())


def test_a_high_inr_lowers_the_dose_and_a_low_one_raises_it():
    high = refined(inr=inrs((10, 3.5), (20, 4.0)))
    low = refined(inr=inrs((10, 1.3), (20, 1.4)))
    assert high.refined.dose < 28
    assert low.refined.dose > 42
    assert high.refined.upper - high.refined.lower < 36
    assert all(o.moved < 0 for o in high.observations)
    assert all(o.moved > 0 for o in low.observations)


@pytest.mark.parametrize("others", [(), ((5, 1.8), (10, 2.4)), ((5, 1.2), (10, 4.0), (15, 1.4))])
def test_a_higher_inr_never_means_a_higher_dose(others):
    values = (0.8, 1.0, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 13, 19)
    doses = [refined(inr=inrs(*others, (21, value))).refined.dose for value in values]
    assert all(later <= before * 1.002 for before, later in itertools.pairwise(doses))


def test_movements_add_up_from_prior_to_result():
    found = refined(inr=inrs((5, 1.4), (10, 2.9), (21, 3.2)))
    moved = sum(o.moved for o in found.observations)
    assert found.observations[0].dose_before == pytest.approx(35, rel=1e-3)
    assert 35 + moved == pytest.approx(found.refined.dose, rel=1e-3)


def test_the_order_of_entries_does_not_matter():
    reordered = inrs((21, 2.5), (5, 1.8), (10, 2.2))
    assert refined(inr=reordered) == refined()


def reference_posterior(prior, log_sd, observed, hours, doses):
    """Median and 5% of the dose, by weighing persons drawn from the prior one by one."""
    source = np.random.default_rng(5)
    n = 60_000
    dose = prior * np.exp(source.normal(0, log_sd, n))
    speed = P.speed({"*1": 2}, 65) * np.exp(
        np.clip(source.normal(0, 1, n), -3.5, 3.5) * V.sd_speed.value
    )
    ratio = np.interp(np.log(speed), *ratios())
    potency = dose * V.share_active.value / HOURS_A_WEEK / ratio
    inr = inr_course(*doses, hours, speed=speed, potency=potency, baseline=1.0, p=P)
    away = (np.log(observed) - np.log(inr)) / V.sd_inr_believed.value
    turn = V.residual_turn.value
    far = np.abs(away) > turn
    density = np.exp(np.where(far, turn**2 / 2 - turn * np.abs(away), -(away**2) / 2))
    weights = density.prod(axis=1)
    order = np.argsort(dose)
    reached = np.cumsum(weights[order]) / weights.sum()
    return np.interp([0.05, 0.5, 0.95], reached, dose[order])


def ratios():
    log_speed = np.linspace(-7.5, -1, 300)
    return log_speed, steady_ratio(2.5, np.exp(log_speed), 1.0, P)


@one_test(sample=2)
@pytest.mark.parametrize("values", [(1.8, 2.2, 2.5), (2.6, 3.8, 3.4), (1.1, 1.5, 6.0)])
def test_the_grid_says_what_drawn_persons_say(values):
    found = refined(inr=inrs(*zip((5, 10, 21), values, strict=True)))
    lay = timeline_of(course(), P)
    log_sd = math.log(57 / 21) / 2 / 1.6448536
    low, middle, high = reference_posterior(
        35, log_sd, np.array(values), lay.inr_hours, (lay.dose_hours, lay.dose_mg)
    )
    assert found.refined.dose == pytest.approx(middle, rel=0.02)
    assert found.refined.lower == pytest.approx(low, rel=0.03)
    assert found.refined.upper == pytest.approx(high, rel=0.03)


def test_interpolated_inrs_are_those_computed():
    lay = timeline_of(course(), P)
    prior = DosePrior(math.log(35), 0.5, math.log(0.02), V.sd_speed.value, 2.5, 1.0)
    grid = make_grid(prior, P)
    found = weigh(grid, lay, course(), [], P)
    k, j = 7, 31
    potency = grid.potency(grid.log_dose, P)[k, j]
    own = inr_course(
        lay.dose_hours, lay.dose_mg, lay.inr_hours,
        speed=np.exp(grid.log_speed[k]), potency=potency, baseline=1.0, p=P,
    )[0]  # fmt: skip
    assert np.exp(found.log_inr[k, j]) == pytest.approx(own, rel=1e-6)


def test_the_dose_of_the_prior_holds_the_target_whatever_the_speed():
    steady = [{"date": "2025-09-01", "until": "2026-01-20", "mg": 5}]
    found = refined(doses=steady, inr=inrs((21, 2.5)))
    assert found.observations[0].expected == pytest.approx(2.5, rel=0.02)
    assert found.refined.dose == pytest.approx(35, rel=0.02)
    assert found.inr_at_current[0] == pytest.approx(2.5, rel=0.03)


def test_a_course_of_a_patient_under_treatment_starts_at_its_steady_state():
    found = refined(before_mg_per_week=35, inr=inrs((2, 2.5)))
    assert found.observations[0].expected == pytest.approx(2.5, rel=0.02)
    assert "steady_before" in codes(found)


def test_the_models_own_dose_does_not_move_the_result():
    other = {"CYP2C9": {"*1": 2}, "VKORC1": {"A": 2}}
    one, two = refined(), refined(genotype=other)
    assert one.refined == two.refined
    assert one.model_dose > 1.4 * two.model_dose


def test_slow_elimination_explains_a_late_rise():
    # with slow elimination much of the rise is still to come, so the same INR says more
    slow = refined(genotype={"CYP2C9": {"*3": 2}}, inr=inrs((5, 1.8)))
    usual = refined(genotype={"CYP2C9": {"*1": 2}}, inr=inrs((5, 1.8)))
    assert slow.observations[0].expected < usual.observations[0].expected
    assert slow.refined.dose < usual.refined.dose


def test_one_wrong_inr_does_not_carry_the_dose_away():
    days, values = (5, 8, 11, 14, 17), (1.8, 2.1, 2.3, 2.4, 2.4)
    calm = refined(inr=inrs(*zip(days, values, strict=True)))
    wrong = refined(inr=inrs(*zip((*days, 20), (*values, 9.0), strict=True)))
    assert wrong.refined.dose > 0.85 * calm.refined.dose
    assert {"unexpected_inr", "high_inr"} <= codes(wrong)
    assert wrong.is_doubtful


@one_test
@pytest.mark.parametrize(
    ("changes", "code", "doubtful"),
    [
        ({"inr": inrs((21, 8.0))}, "high_inr", True),
        ({"inr": inrs((5, 1.9), (10, 2.3), (12, 2.4), (21, 1.0))}, "unexpected_inr", True),
        ({"inr": inrs(*((day, 1.0) for day in range(9, 21, 2)))}, "far_from_prior", True),
        ({"inr": inrs((1, 2.4))}, "treated_before", True),
        ({"inr": inrs((1, 1.0))}, "before_treatment", False),
        ({"inr": inrs((5, 2.0))}, "few_inr", False),
        ({"inr": inrs((5, 2.3), (6, 2.4), (7, 2.6))}, "not_steady", False),
        ({"inr": inrs((10, 4.0), (15, 4.2), (21, 4.4))}, "large_change", False),
        ({"interval": (34, 36)}, "prior_widened", False),
        ({"genotype": {}}, "speed_unknown", False),
    ],
)
def test_nothing_doubtful_passes_in_silence(changes, code, doubtful):
    found = refined(**changes)
    assert code in codes(found)
    assert found.is_doubtful is doubtful
    assert code not in codes(refined())


def test_days_without_entry_are_told_with_what_they_would_change():
    doses = [
        {"date": "2026-01-01", "until": "2026-01-12", "mg": 5},
        {"date": "2026-01-18", "until": "2026-01-21", "mg": 5},
    ]
    found = refined(doses=doses)
    [said] = [c.text for c in found.cautions if c.code == "doses_missing"]
    assert "5 day(s) from 2026-01-13" in said
    assert f"{refined().refined.dose:.1f} mg/week if taken" in said
    assert found.current is None


def test_doses_of_the_last_week_are_the_current_ones():
    assert refined().current == 35
    assert refined(doses=tree()["doses"] + [{"date": "2026-01-22", "mg": 8}]).current == 38


def test_a_narrow_interval_is_not_believed():
    narrow = refined(interval=(34.5, 35.5), inr=[])
    spread = math.log(narrow.refined.upper / narrow.refined.lower) / 2 / 1.6448536
    assert spread == pytest.approx(V.sd_potency.value, rel=0.01)


@one_test
@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"prior": 500.0, "interval": (400, 600)}, OutOfDomainError, "prior dose is outside"),
        ({"prior": 35.0, "interval": (36, 50)}, OutOfDomainError, "outside its interval"),
        ({"prior": 35.0, "interval": (20, math.inf)}, OutOfDomainError, "outside"),
        ({"level": 90}, OutOfDomainError, "level is 90"),
        ({"age_years": 12}, OutOfDomainError, "age is outside"),
        ({"genotype": {"CYP2D6": {"*1": 2}}}, OutOfDomainError, "does not use CYP2D6"),
        ({"genotype": {"CYP2C9": {"*5": 2}}}, MissingCovariateError,
         "no value for an allele of CYP2C9"),
        ({"genotype": GENOTYPE | {"VKORC1": {"T": 2}}}, MissingCovariateError, "no value"),
        ({"baseline_inr": 1.8, "target_inr": [1.5, 2]}, OutOfDomainError, "not above the INR"),
        ({"reports": [{"date": "2026-01-09", "kind": "myopathy", "value": True}]},
         MissingCovariateError, "no model of this report for warfarin"),
        ({"reports": [{"date": "2026-01-09", "kind": "bleeding", "value": "much"}]},
         OutOfDomainError, "bleeding is not one of its values"),
    ],
)  # fmt: skip
def test_what_cannot_be_weighed_is_refused(changes, error, said):
    with pytest.raises(error, match=said):
        refined(**changes)


def test_reports_are_weighed_only_when_simulation_is_asked_for():
    reports = [{"date": f"2026-01-{d}", "kind": "bleeding", "value": True} for d in (10, 15, 20)]
    plain, read = refined(), refined(reports=reports)
    assert read.refined == plain.refined
    assert not read.simulated
    assert "reports_unused" in codes(read)
    assert [r.probability for r in read.reports] == [None] * 3
    weighed = refined(reports=reports, use_simulated_reports=True)
    assert weighed.refined.dose < plain.refined.dose - 0.5
    assert weighed.simulated
    assert weighed.is_doubtful
    assert "simulated" in codes(weighed)
    assert all(0 < r.probability < 0.2 for r in weighed.reports)
