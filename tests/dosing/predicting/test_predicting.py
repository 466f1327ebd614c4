"""One person's dose: what is open stays open, and nothing sure comes from what is not known."""

from __future__ import annotations

import math

import msgspec
import pytest

from dosing.invented import published
from dosing.rules.people import called
from pgx.errors import MissingCovariateError, ModelError, OutOfDomainError
from pgx.records.calls import CallStatus, Candidate, Certainty, SiteObservation
from pgx.records.patient import Patient
from pgx_dosing.predicting import predict_dose
from pgx_dosing.rules.observed import Person
from pgx_dosing.specification import parse_given

PG = "warfarin-iwpc-pharmacogenetic"
BODY = {"age_years": 63.0, "sex": "female", "race": "White", "height_cm": 165.0, "weight_kg": 72.5}
KNOWN = {**BODY, "vkorc1": "A/G", "cyp2c9": "*1/*3"}


def dose(name=PG, given=KNOWN, person=None, **more):
    own = published(name) if isinstance(name, str) else name
    return predict_dose(own, ("d", "published"), person or Person(), given, **more)


def site(*alleles: str, reason=None):
    return SiteObservation(position="chr16:31096368", rsid="rs9923231", alleles=alleles, ref="C",
                           evidence="record", reason=reason)  # fmt: skip


def of_calls(cyp2c9=None, vkorc1=("C", "T")) -> Person:
    calls = {}
    if cyp2c9:
        calls["CYP2C9"] = cyp2c9
    if vkorc1:
        calls["VKORC1"] = called("VKORC1", "x/y", sites=(site(*vkorc1),))
    return Person(calls=calls)


def test_all_known_is_certain_and_adds_up():
    found = dose()
    assert found.certainty is Certainty.CERTAIN
    assert found.dose == pytest.approx(21.124, abs=0.01)
    assert found.alternatives == ()
    assert found.lower < found.dose < found.upper
    assert math.fsum(s.amount for s in found.shares) == pytest.approx(
        found.dose - found.typical, abs=1e-9
    )
    sizes = [abs(s.amount) for s in found.shares]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(
    ("alleles", "genotype"), [(("C", "C"), "G/G"), (("C", "T"), "A/G"), (("T", "T"), "A/A")]
)
def test_the_haplotype_of_the_gene_is_the_other_one(alleles, genotype):
    """T on the reference haplotype is A of c.-1639G>A, the allele of the low dose."""
    person = of_calls(called("CYP2C9", "*1/*3"), vkorc1=alleles)
    found = dose(given=BODY, person=person)
    assert {i.name: i.value for i in found.inputs}["vkorc1"] == genotype
    assert found.dose == dose(given={**KNOWN, "vkorc1": genotype}).dose


def ambiguous(*pairs):
    return called(
        "CYP2C9", pairs[0][0], status=CallStatus.AMBIGUOUS, n_candidates=len(pairs),
        candidates=tuple(Candidate(d, p) for d, p in pairs),
    )  # fmt: skip


def test_an_ambiguous_genotype_gives_alternatives_with_probabilities():
    person = of_calls(ambiguous(("*1/*3", 0.7), ("*2/*2", 0.2), ("*1/*1", 0.1)))
    found = dose(given=BODY, person=person)
    assert found.certainty is Certainty.DEPENDS
    assert found.dose == dose().dose
    others = {a.values["cyp2c9"]: a for a in found.alternatives}
    assert set(others) == {"*2/*2", "*1/*1"}
    assert others["*1/*1"].dose == dose(given={**KNOWN, "cyp2c9": "*1/*1"}).dose
    assert [a.probability for a in found.alternatives] == pytest.approx([0.2, 0.1])


def test_candidates_that_nobody_weighed_are_alternatives_too():
    person = of_calls(ambiguous(("*1/*3", None), ("*2/*2", None)))
    found = dose(given=BODY, person=person)
    assert found.certainty is Certainty.DEPENDS
    assert {a.values["cyp2c9"]: a.probability for a in found.alternatives} == {"*2/*2": None}


def test_a_position_that_is_half_answered_leaves_two_doses():
    found = dose(given=BODY, person=of_calls(called("CYP2C9", "*1/*1"), vkorc1=("C", ".")))
    assert found.certainty is Certainty.DEPENDS
    assert {a.values["vkorc1"] for a in found.alternatives} == {"A/G"}


def test_candidates_of_one_dose_leave_nothing_open():
    person = of_calls(ambiguous(("*1/*5", 0.6), ("*1/*1", 0.4)))
    assert dose(given=BODY, person=person).certainty is Certainty.CERTAIN


def test_what_is_stated_stands_before_the_result():
    person = of_calls(called("CYP2C9", "*3/*3"), vkorc1=("T", "T"))
    assert dose(person=person).dose == dose().dose


def test_a_patient_file_gives_body_and_sex():
    patient = Patient(age_years=63, sex="female", height_cm=165, weight_kg=72.5)
    person = msgspec.structs.replace(of_calls(called("CYP2C9", "*1/*3")), patient=patient)
    assert dose(given={"race": "White"}, person=person).dose == pytest.approx(21.124, abs=0.01)


def test_an_unknown_genotype_has_a_term_or_the_equation_refuses():
    found = dose(given=BODY)
    assert {i.name: i.handled for i in found.inputs if i.value is None}["vkorc1"] == "own_term"
    assert any("not known" in remark for remark in found.remarks)
    with pytest.raises(MissingCovariateError, match="vkorc1") as caught:
        dose("warfarin-gage-pharmacogenetic", given=BODY)
    assert caught.value.code == "PGX-MOD-002"
    clinical = dose("warfarin-gage-clinical", given=BODY)
    assert clinical.dose > 0


def test_an_unknown_level_without_a_term_is_said_to_be_taken_as_the_first():
    used = {i.name: i for i in dose(given={**KNOWN, "sex": None}).inputs}
    assert (used["sex"].handled, used["sex"].stand_in) == ("assumed", "female")


def test_an_estimated_height_is_shown_with_its_value():
    used = {i.name: i for i in dose(given={**KNOWN, "height_cm": None}).inputs}
    assert used["height_cm"].handled == "estimated"
    assert used["height_cm"].stand_in == pytest.approx(
        157.262 - 0.937147 * 6 + 0.148769 * 72.5, abs=1e-6
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"height_cm": 1.65}, "looks like m"),
        ({"age_years": 12.0}, "age_years"),
        ({"cyp2c9": "*1/*99"}, "a genotype unknown to the model"),
        ({"race": "Martian"}, "race"),
    ],
)
def test_outside_of_the_model_is_refused(values, said):
    with pytest.raises(OutOfDomainError) as caught:
        dose(given={**KNOWN, **values})
    assert said in caught.value.line()


def test_extremes_together_do_not_make_a_dose_of_nothing():
    """Each value is in its range; the square root is below 0."""
    person = {**KNOWN, "age_years": 95.0, "height_cm": 120.0, "weight_kg": 30.0, "race": "Asian",
              "vkorc1": "A/A", "cyp2c9": "*3/*3", "amiodarone": True}  # fmt: skip
    with pytest.raises(OutOfDomainError, match="for this combination"):
        dose(given=person)


def test_in_people_of_african_ancestry_no_gain_is_said():
    said = " ".join(dose(given={**KNOWN, "race": "Black"}).remarks)
    assert "no measurable gain" in said
    assert "mg/week closer than warfarin-iwpc-clinical" in " ".join(dose().remarks)
    assert dose(given={**KNOWN, "race": "Unknown"}).gain is None


def test_an_allele_that_no_term_counts_is_named():
    said = " ".join(dose(given={**KNOWN, "cyp2c9": "*1/*5"}).remarks)
    assert "*5 is not in the equation and counts as *1" in said


def test_words_of_the_command_line():
    own = published(PG)
    words = {"age_years": "63", "amiodarone": "Yes", "cyp2c9": "*3/*1", "race": "Asian"}
    assert parse_given(own, words) == {
        "age_years": 63.0, "amiodarone": True, "cyp2c9": "*3/*1", "race": "Asian",
    }  # fmt: skip
    for name, text in (("age_years", "old"), ("amiodarone", "maybe"), ("race", "x\x1b[31m")):
        with pytest.raises(OutOfDomainError) as caught:
            parse_given(own, {name: text})
        assert caught.value.line().isprintable()
    with pytest.raises(ModelError, match="hight_cm") as caught:
        parse_given(own, {"hight_cm": "170"})
    assert "height_cm" in caught.value.line()
    with pytest.raises(OutOfDomainError):
        dose(given=parse_given(own, {"age_years": "nan"}))
