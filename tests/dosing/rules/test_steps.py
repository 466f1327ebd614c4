"""The CPIC flow for warfarin, on top of a dose from elsewhere."""

import pytest

from cases import one_test
from dosing.rules.people import known, rule
from pgx.errors import MissingCovariateError, ModelError, OutOfDomainError
from pgx.records.calls import Certainty
from pgx_dosing.rules.flows import BaseDose, follow

DOSES = {"pharmacogenetic": 40.0, "clinical": 35.0}
PERSON = {
    "african_ancestry": "no",
    "vkorc1_variants": 1,
    "cyp2c9_genotype": "*1/*1",
    "other_alleles": 0,
    "rs12777823_variants": 0,
    "cyp4f2_variants": 0,
    "cyp2c9_phenotype": "Normal Metabolizer",
}


def predict(equation):
    return BaseDose(dose=DOSES[equation], unit="mg/week", low=30.0, high=50.0)


def flow(without=(), **change):
    values = {k: v for k, v in {**PERSON, **change}.items() if k not in without}
    return follow(rule("warfarin-cpic-flow"), known(**values), predict)


@one_test
@pytest.mark.parametrize(
    ("change", "low", "high"),
    [
        ({}, 40.0, 40.0),
        ({"other_alleles": 1}, 28.0, 34.0),
        ({"other_alleles": 2}, 19.6, 32.0),
        ({"cyp4f2_variants": 1}, 42.0, 44.0),
        ({"cyp4f2_variants": 2}, 42.0, 44.0),
        ({"other_alleles": 1, "cyp4f2_variants": 1}, 29.4, 37.4),
        # the cluster's variant says nothing of people of other ancestry
        ({"rs12777823_variants": 2}, 40.0, 40.0),
    ],
)
def test_people_of_other_than_african_ancestry(change, low, high):
    result = flow(**change)
    assert result.certainty is Certainty.CERTAIN
    outcome = result.outcome
    assert outcome.equation == "pharmacogenetic"
    assert (outcome.low, outcome.high) == (pytest.approx(low), pytest.approx(high))
    assert outcome.middle == pytest.approx((low + high) / 2)


@one_test
@pytest.mark.parametrize(
    ("change", "low", "high"),
    [
        ({}, 40.0, 40.0),
        ({"other_alleles": 1}, 28.0, 34.0),
        ({"rs12777823_variants": 1}, 30.0, 36.0),
        ({"rs12777823_variants": 2}, 30.0, 36.0),
        ({"rs12777823_variants": 1, "other_alleles": 1}, 21.0, 30.6),
        # CYP4F2 is for people of other ancestry only
        ({"cyp4f2_variants": 2}, 40.0, 40.0),
    ],
)
def test_people_of_african_ancestry(change, low, high):
    outcome = flow(african_ancestry="yes", **change).outcome
    assert outcome.equation == "pharmacogenetic"
    assert (outcome.low, outcome.high) == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize("seen", [None, [0, 1], {0: 0.99, 1: 0.01}])
def test_african_ancestry_without_the_african_alleles_is_dosed_clinically(seen):
    if seen is None:
        result = flow(african_ancestry="yes", without=("other_alleles",))
    else:
        result = flow(african_ancestry="yes", other_alleles=seen)
    assert result.outcome.equation == "clinical"
    assert "not all tested" in result.outcome.reason
    assert (result.outcome.low, result.outcome.high) == (35.0, 35.0)
    assert result.outcome.contributions == ()


@pytest.mark.parametrize("name", ["vkorc1_variants", "cyp2c9_genotype"])
def test_without_a_genotype_the_dose_is_clinical(name):
    assert flow(without=(name,)).outcome.equation == "clinical"


def test_ancestry_that_nobody_told_is_followed_both_ways():
    result = flow(without=("african_ancestry",), rs12777823_variants=1)
    assert result.outcome is None
    assert result.certainty is Certainty.UNKNOWN
    assert result.settled_by == ("african_ancestry",)
    assert {o.when: (o.low, o.high) for o in result.alternatives} == {
        ("african_ancestry = yes",): (pytest.approx(30.0), pytest.approx(36.0)),
        ("african_ancestry = no",): (pytest.approx(40.0), pytest.approx(40.0)),
    }


def test_ancestry_does_not_matter_where_no_factor_differs():
    assert flow(without=("african_ancestry",)).certainty is Certainty.CERTAIN


def test_an_ambiguous_count_is_weighed():
    result = flow(cyp4f2_variants={0: 0.8, 1: 0.2})
    assert result.certainty is Certainty.DEPENDS
    assert [(o.probability, o.high) for o in result.alternatives] == [
        (pytest.approx(0.8), pytest.approx(40.0)),
        (pytest.approx(0.2), pytest.approx(44.0)),
    ]


def test_contributions_multiply_to_the_dose():
    outcome = flow(other_alleles=1, cyp4f2_variants=1).outcome
    low = high = outcome.base.dose
    for share in outcome.contributions:
        low, high = low * share.low, high * share.high
    assert (low, high) == (pytest.approx(outcome.low), pytest.approx(outcome.high))
    assert {c.input for c in outcome.contributions} == {"other_alleles", "cyp4f2_variants"}


def test_the_interval_holds_the_equations_own():
    outcome = flow(other_alleles=1).outcome
    assert (outcome.interval.low, outcome.interval.high) == (
        pytest.approx(21.0),
        pytest.approx(42.5),
    )


def test_poor_metabolism_asks_for_another_drug():
    sure = flow(cyp2c9_phenotype="Poor Metabolizer", cyp2c9_genotype="*3/*3").alerts
    assert [(a.code, a.sure) for a in sure] == [("consider_alternative", True)]
    perhaps = flow(cyp2c9_phenotype=["Poor Metabolizer", "Normal Metabolizer"]).alerts
    assert [a.sure for a in perhaps] == [False]
    assert flow(without=("cyp2c9_phenotype",)).alerts == ()


def test_each_equation_is_asked_once_and_only_if_needed():
    asked = []

    def counting(equation):
        asked.append(equation)
        return predict(equation)

    follow(rule("warfarin-cpic-flow"), known(**PERSON), counting)
    assert asked == ["pharmacogenetic"]


def test_an_error_of_the_equation_passes_through():
    def lacking(equation):
        raise MissingCovariateError("the weight is not known")

    with pytest.raises(MissingCovariateError):
        follow(rule("warfarin-cpic-flow"), known(**PERSON), lacking)


@pytest.mark.parametrize("dose", [0.0, -5.0, float("nan"), float("inf")])
def test_a_dose_that_cannot_be_is_refused(dose):
    with pytest.raises(OutOfDomainError):
        follow(
            rule("warfarin-cpic-flow"),
            known(**PERSON),
            lambda _: BaseDose(dose=dose, unit="mg/week"),
        )


def test_an_unknown_input_name_is_refused():
    with pytest.raises(ModelError):
        flow(cyp2c9_variants=1)
