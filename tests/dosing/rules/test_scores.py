"""ABCD-GENE: published points, and a range where something is not known."""

import itertools

import pytest

from cases import one_test
from dosing.rules.people import known, rule
from pgx.errors import OutOfDomainError
from pgx.records.calls import Certainty
from pgx_dosing.rules.asking import add_up

NOBODY = {
    "age_years": 60.0,
    "bmi": 25.0,
    "chronic_kidney_disease": "no",
    "diabetes": "no",
    "lof_alleles": 0,
}


def scored(**values):
    return add_up(rule("clopidogrel-abcd-gene"), known(**values))


@one_test
@pytest.mark.parametrize(
    ("change", "points", "band"),
    [
        ({}, 0, "not_high_risk"),
        ({"age_years": 75.0}, 0, "not_high_risk"),
        ({"age_years": 75.1}, 4, "not_high_risk"),
        ({"bmi": 30.0}, 0, "not_high_risk"),
        ({"bmi": 30.1}, 4, "not_high_risk"),
        ({"chronic_kidney_disease": "yes"}, 3, "not_high_risk"),
        ({"diabetes": "yes"}, 3, "not_high_risk"),
        ({"lof_alleles": 1}, 6, "not_high_risk"),
        ({"lof_alleles": 2}, 24, "high_risk"),
        ({"lof_alleles": 1, "diabetes": "yes"}, 9, "not_high_risk"),
        ({"lof_alleles": 1, "bmi": 31.0}, 10, "high_risk"),
        ({"age_years": 80.0, "bmi": 31.0, "diabetes": "yes"}, 11, "high_risk"),
    ],
)
def test_published_points(change, points, band):
    result = scored(**{**NOBODY, **change})
    assert result.certainty is Certainty.CERTAIN
    assert (result.answer.amount, result.answer.what) == (points, band)
    assert sum(c.low for c in result.contributions) == points


def test_the_highest_score_is_38():
    everything = {
        "age_years": 80.0,
        "bmi": 40.0,
        "chronic_kidney_disease": "yes",
        "diabetes": "yes",
        "lof_alleles": 2,
    }
    assert scored(**everything).answer.amount == 38


def test_what_is_not_known_makes_a_range():
    without = {k: v for k, v in NOBODY.items() if k != "diabetes"}
    result = scored(**without)
    assert result.answer.amount is None
    assert (result.answer.low, result.answer.high) == (0, 3)
    assert result.certainty is Certainty.CERTAIN  # both are below 10
    assert result.missing[0].input == "diabetes"


def test_what_is_not_known_and_matters():
    without = {k: v for k, v in NOBODY.items() if k != "lof_alleles"}
    result = scored(**without)
    assert result.answer is None
    assert result.certainty is Certainty.UNKNOWN
    assert result.settled_by == ("lof_alleles",)
    spans = {a.answer.what: (a.answer.low, a.answer.high) for a in result.alternatives}
    assert spans == {"high_risk": (24, 24), "not_high_risk": (0, 6)}


def test_an_ambiguous_genotype_is_weighed():
    result = scored(**{**NOBODY, "lof_alleles": {1: 0.9, 2: 0.1}})
    assert result.certainty is Certainty.DEPENDS
    assert {a.answer.what: a.probability for a in result.alternatives} == {
        "high_risk": pytest.approx(0.1),
        "not_high_risk": pytest.approx(0.9),
    }


def test_two_loss_of_function_alleles_settle_it_alone():
    result = scored(lof_alleles=2)
    assert result.answer.what == "high_risk"
    assert (result.answer.low, result.answer.high) == (24, 38)


def test_every_partly_known_person_holds_the_true_score():
    truth = {
        "age_years": 80.0,
        "bmi": 31.0,
        "chronic_kidney_disease": "no",
        "diabetes": "yes",
        "lof_alleles": 1,
    }
    for n in range(len(truth) + 1):
        for names in itertools.combinations(truth, n):
            result = scored(**{name: truth[name] for name in names})
            answers = [a.answer for a in result.alternatives] or [result.answer]
            assert min(a.low for a in answers) <= 17 <= max(a.high for a in answers)
            if result.answer is not None:
                assert result.answer.what == "high_risk"


@one_test
@pytest.mark.parametrize(
    "change",
    [
        {"age_years": 17.0},
        {"age_years": 1975.0},
        {"bmi": 0.0025},
        {"bmi": float("nan")},
        {"lof_alleles": 3},
        {"lof_alleles": 0.5},
        {"diabetes": "perhaps"},
    ],
)
def test_values_that_cannot_be_are_refused(change):
    with pytest.raises(OutOfDomainError):
        scored(**{**NOBODY, **change})
