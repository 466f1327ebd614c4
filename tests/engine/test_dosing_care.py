"""Doses that would be wrong and look sure: each case was once one."""

from __future__ import annotations

import msgspec
import pytest

from pgx.errors import MissingCovariateError, OutOfDomainError
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import CallStatus, Candidate, Certainty, GeneCall
from pgx.records.patient import Liver, Medicine, MedicineUse, Patient
from pgx_dosing.answers import Dosing, drug_meant, person_of

BODY = {"age_years": "62", "weight_kg": "80", "height_cm": "175", "sex": "male", "vkorc1": "A/G"}


@pytest.fixture(scope="module")
def knowledge():
    return KnowledgeBase()


@pytest.fixture(scope="module")
def nobody(knowledge):
    return person_of(knowledge, None, None)


def first(person, drug="warfarin", **given):
    return Dosing(drug).answer(person, BODY | given).models[0]


@pytest.mark.parametrize(
    ("pair", "counts_as"),
    [("*3/*8", "*1/*3"), ("*2/*5", "*1/*2"), ("*3/*14", "*1/*3"), ("*5/*6", "*1/*1")],
)
def test_a_known_allele_counts_beside_one_that_is_not_in_the_equation(nobody, pair, counts_as):
    found, plain = first(nobody, cyp2c9=pair), first(nobody, cyp2c9=counts_as)
    assert found.dose == pytest.approx(plain.dose)
    strange = [a for a in pair.split("/") if a not in ("*1", "*2", "*3")]
    assert all(any(a in remark for remark in found.remarks) for a in strange)


def call(knowledge, *candidates, rest=0.0):
    [gene] = [g for g in knowledge.genes if g == "CYP2C9"]
    pairs = tuple(Candidate(diplotype=d, probability=p) for d, p in candidates)
    return GeneCall(
        sample="S1",
        gene=gene,
        status=CallStatus.AMBIGUOUS,
        diplotype=pairs[0].diplotype,
        probability=pairs[0].probability,
        candidates=pairs,
        n_candidates=len(pairs) + (5 if rest else 0),
        rest=rest,
    )


def test_rare_candidates_do_not_make_a_genotype_unknown(knowledge, nobody):
    own = call(knowledge, ("*1/*3", 0.92), ("*2/*3", 0.06), ("*3/*61", 0.015), rest=0.005)
    person = msgspec.structs.replace(nobody, calls={own.gene: own})
    found = first(person)
    assert found.certainty is Certainty.DEPENDS
    assert found.dose == pytest.approx(first(nobody, cyp2c9="*1/*3").dose)
    assert [a.values["cyp2c9"] for a in found.alternatives] == ["*2/*3"]
    assert any("does not know" in remark for remark in found.remarks)


def test_a_genotype_that_no_equation_knows_is_refused_by_them(knowledge, nobody):
    own = call(knowledge, ("*3/*61", 1.0))
    person = msgspec.structs.replace(nobody, calls={own.gene: own})
    found = Dosing("warfarin").answer(person, BODY)
    assert not found.models[0].uses_genotype
    assert any(n.code == "PGX-MOD-003" and "genotype" in n.reason for n in found.not_answered)


def test_a_trained_model_without_genotype_is_near_the_clinical_equations(nobody):
    given = {k: v for k, v in BODY.items() if k != "vkorc1"}
    own = Dosing("warfarin", "warfarin-pgx", allow_unapproved=True).answer(nobody, given).models
    clinical = [m.dose for m in own if not m.uses_genotype]
    assert own[0].model == "warfarin-pgx"
    assert min(clinical) * 0.85 < own[0].dose < max(clinical) * 1.15


def test_a_flow_builds_on_published_equations_alone(nobody):
    given = BODY | {"cyp2c9": "*1/*5", "african_ancestry": "yes", "rs12777823_variants": "0"}
    asked = Dosing("warfarin", "warfarin-pgx", allow_unapproved=True).answer(nobody, given)
    plain = Dosing("warfarin").answer(nobody, given)
    assert asked.flows == plain.flows


@pytest.mark.parametrize("drug", ["warfarin", "mavacamten", "siponimod", "simvastatin"])
def test_pregnancy_is_said_before_any_dose(knowledge, drug):
    pregnant = Patient(age_years=30.0, sex="female", pregnant=True)
    person = person_of(knowledge, None, pregnant)
    given = {"lvef_percent": "65"} if drug == "mavacamten" else {}
    [alert] = Dosing(drug).answer(person, given).alerts
    assert "pregnan" in alert.text
    other = person_of(knowledge, None, msgspec.structs.replace(pregnant, pregnant=None))
    assert Dosing(drug).answer(other, given).alerts == ()


def test_liver_disease_is_said(knowledge):
    ill = Patient(age_years=60.0, liver=Liver(child_pugh="C"))
    [alert] = Dosing("warfarin").answer(person_of(knowledge, None, ill)).alerts
    assert alert.code == "liver"


@pytest.mark.parametrize("use", [MedicineUse.PLANNED, MedicineUse.STOPPED])
def test_amiodarone_that_is_planned_or_was_stopped_leaves_the_dose_open(knowledge, use):
    taken = Patient(age_years=60.0, medicines=(Medicine(name="amiodarone", use=use),))
    found = first(person_of(knowledge, None, taken), cyp2c9="*1/*1")
    assert found.certainty is Certainty.DEPENDS
    assert {a.values["amiodarone"] for a in found.alternatives} == {True}


def test_a_stated_target_that_an_equation_is_not_for_is_refused(nobody):
    with pytest.raises(OutOfDomainError, match="target_inr"):
        first(nobody, target_inr="3.5")


def test_stated_race_and_ancestry_mean_each_other(nobody):
    by_race = Dosing("warfarin").answer(nobody, BODY | {"cyp2c9": "*1/*1", "race": "Black"})
    assert "african_ancestry" not in by_race.flows[0].settled_by
    by_ancestry = first(nobody, cyp2c9="*1/*1", african_ancestry="yes")
    assert any("no measurable gain" in remark for remark in by_ancestry.remarks)


def test_a_label_for_adults_refuses_a_child(knowledge):
    child = person_of(knowledge, None, Patient(age_years=9.0))
    with pytest.raises(OutOfDomainError, match="age"):
        Dosing("siponimod").answer(child)
    with pytest.raises((OutOfDomainError, MissingCovariateError)):
        Dosing("warfarin").answer(child)


@pytest.mark.parametrize(("text", "drug"), [("Coumadin", "warfarin"), ("WARFARIN", "WARFARIN")])
def test_a_brand_means_its_drug(knowledge, text, drug):
    assert drug_meant(text, knowledge) == drug
