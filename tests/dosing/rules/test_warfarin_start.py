"""Loading doses of EU-PACT and the refinement of Lenzini 2010."""

import math

import pytest

from cases import one_test
from dosing.rules.people import known, rule
from pgx.errors import MissingCovariateError, OutOfDomainError
from pgx.records.calls import Certainty
from pgx_dosing.rules.asking import compute
from pgx_dosing.rules.flows import load

RATES = {
    "*1/*1": 0.0189,
    "*1/*2": 0.0158,
    "*1/*3": 0.0132,
    "*2/*2": 0.0130,
    "*2/*3": 0.0090,
    "*3/*3": 0.0075,
}


@one_test
@pytest.mark.parametrize("genotype", RATES)
def test_loading_doses(genotype):
    q = math.exp(-24 * RATES[genotype])
    loading = 5.0 / ((1 - q) * (1 + q + q * q))
    result = load(rule("warfarin-eu-pact-loading"), known(genotype=genotype), 5.0)
    assert result.certainty is Certainty.CERTAIN
    assert [d.low for d in result.days] == pytest.approx(
        [1.5 * loading - 2.5, loading, 0.5 * loading + 2.5]
    )
    assert [d.low for d in result.days] == [d.high for d in result.days]


def test_three_loading_doses_make_the_peak_of_the_steady_state():
    q = math.exp(-24 * RATES["*1/*3"])
    loading = load(rule("warfarin-eu-pact-loading"), known(genotype="*1/*3"), 4.0).loading.low
    assert loading * (1 + q + q * q) == pytest.approx(4.0 / (1 - q))


def test_loading_in_figures():
    # 5 mg a day, *1/*1: computed by hand from the published rates
    days = load(rule("warfarin-eu-pact-loading"), known(genotype="*1/*1"), 5.0).days
    assert [round(d.low, 2) for d in days] == [7.59, 6.72, 5.86]


def test_an_ambiguous_genotype_gives_a_span():
    result = load(
        rule("warfarin-eu-pact-loading"), known(genotype={"*1/*1": 0.6, "*1/*3": 0.4}), 5.0
    )
    assert result.certainty is Certainty.DEPENDS
    assert result.settled_by == ("genotype",)
    assert all(d.low < d.high for d in result.days)


def test_genotypes_without_a_rate_are_refused():
    loading = rule("warfarin-eu-pact-loading")
    with pytest.raises(OutOfDomainError):
        load(loading, known(genotype="other"), 5.0)
    with pytest.raises(OutOfDomainError):
        load(loading, known(genotype=["*1/*1", "other"]), 5.0)
    with pytest.raises(MissingCovariateError):
        load(loading, [], 5.0)


@pytest.mark.parametrize("dose", [0.0, 35.0, float("nan"), True])
def test_a_weekly_dose_is_no_daily_one(dose):
    with pytest.raises(OutOfDomainError):
        load(rule("warfarin-eu-pact-loading"), known(genotype="*1/*1"), dose)


PERSON = {
    "age_years": 60.0,
    "inr": 2.0,
    "target_inr": 2.5,
    "body_surface_area": 2.0,
    "dose_2": 5.0,
    "dose_3": 5.0,
    "dose_4": 5.0,
    "vkorc1_variants": 0,
    "cyp2c9_2": 0,
    "cyp2c9_3": 0,
    "african_origin": "no",
    "stroke": "no",
    "diabetes": "no",
    "amiodarone": "no",
    "fluvastatin": "no",
}


def by_hand(p):
    yes = {"yes": 1, "no": 0}
    return math.exp(
        3.10894
        - 0.00767 * p["age_years"]
        - 0.51611 * math.log(p["inr"])
        - 0.23032 * p["vkorc1_variants"]
        - 0.14745 * p["cyp2c9_2"]
        - 0.3077 * p["cyp2c9_3"]
        + 0.24597 * p["body_surface_area"]
        + 0.26729 * p["target_inr"]
        - 0.09644 * yes[p["african_origin"]]
        - 0.2059 * yes[p["stroke"]]
        - 0.11216 * yes[p["diabetes"]]
        - 0.1035 * yes[p["amiodarone"]]
        - 0.19275 * yes[p["fluvastatin"]]
        + 0.0169 * p["dose_2"]
        + 0.02018 * p["dose_3"]
        + 0.01065 * p["dose_4"]
    )


def refined(without=(), **change):
    values = {k: v for k, v in {**PERSON, **change}.items() if k not in without}
    return compute(rule("warfarin-lenzini-2010"), known(**values))


@one_test
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"inr": 1.1},
        {"vkorc1_variants": 2, "cyp2c9_3": 2},
        {"cyp2c9_2": 1, "cyp2c9_3": 1, "african_origin": "yes"},
        {"stroke": "yes", "diabetes": "yes"},
        {"amiodarone": "yes", "fluvastatin": "yes", "dose_4": 0.0},
    ],
)
def test_the_published_equation(change):
    result = refined(**change)
    assert result.certainty is Certainty.CERTAIN
    assert result.answer.amount == pytest.approx(by_hand({**PERSON, **change}))
    assert result.answer.unit == "mg/week"


def test_a_dose_is_weekly_and_plausible():
    assert 25 < refined().answer.amount < 55


def test_shares_are_exact():
    result = refined(cyp2c9_3=1, stroke="yes")
    total = math.fsum(c.term[0] for c in result.contributions)
    assert math.exp(total) == pytest.approx(result.answer.amount)
    product = math.prod(c.low for c in result.contributions)
    assert product == pytest.approx(result.answer.amount)
    shares = {c.input: c.low for c in result.contributions}
    assert shares["cyp2c9_3"] == pytest.approx(math.exp(-0.3077))


def test_a_missing_genotype_makes_a_span():
    result = refined(without=("vkorc1_variants",))
    assert result.answer is None
    assert result.certainty is Certainty.UNKNOWN
    dose = result.alternatives[0].answer
    assert dose.low == pytest.approx(by_hand({**PERSON, "vkorc1_variants": 2}))
    assert dose.high == pytest.approx(by_hand(PERSON))
    assert dose.amount is None
    assert result.settled_by == ("vkorc1_variants",)


@pytest.mark.parametrize("name", ["inr", "age_years", "body_surface_area", "dose_2"])
def test_it_cannot_do_without(name):
    with pytest.raises(MissingCovariateError):
        refined(without=(name,))


@one_test
@pytest.mark.parametrize(
    "change",
    [
        {"inr": 0.0},
        {"inr": -1.0},
        {"inr": 25.0},
        {"body_surface_area": 20000.0},
        {"dose_2": 35.0},
        {"age_years": 6.0},
        {"target_inr": 1.0},
        {"cyp2c9_3": 3},
    ],
)
def test_values_outside_are_refused(change):
    with pytest.raises(OutOfDomainError):
        refined(**change)
