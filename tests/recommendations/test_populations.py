"""Populations of guidelines: folded away only where the record settles it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.messages.catalogue import ENGLISH
from pgx.recommendations.populations import Populations
from pgx.records.advice import coded
from pgx.records.calls import Recommendation
from pgx.records.patient import Applies, Condition, KnownMedicine, MedicineUse, Patient

YES, NO, UNKNOWN = Applies.YES, Applies.NO, Applies.UNKNOWN
FACTS = KnowledgeBase().medicines
EPILEPSY = ("first_use", "first_use_without_alternative", "used_over_3_months")
CLOPIDOGREL = ("acs_or_pci", "cardiovascular_without_acs_or_pci", "neurovascular")


def row(population, drug="examplol", guideline="G"):
    return Recommendation(
        sample="S", drug=drug, source="CPIC", genes=("X",), lookup="X=1",
        population=population, action=("avoid",), text="t", guideline_id=guideline,
    )  # fmt: skip


def judged(patient, *populations, medicines=(), months=None, drug="examplol"):
    made = Populations(patient, medicines, months or {}, FACTS.populations, FACTS.condition_codes)
    fits = made.fits([row(p, drug) for p in populations])
    return {f.population: (f.applies, f.reason) for f in fits}


def answers(*args, **fields):
    return {population: fit[0] for population, fit in judged(*args, **fields).items()}


@one_test
@pytest.mark.parametrize(
    ("age", "adults", "pediatrics"),
    [(18.0, YES, NO), (17.999, NO, YES), (65.0, YES, NO), (0.0, NO, YES), (None, UNKNOWN, UNKNOWN)],
)
def test_age_at_the_boundary(age, adults, pediatrics):
    found = answers(Patient(age_years=age), "adults", "pediatrics", "general")
    assert found == {"adults": adults, "pediatrics": pediatrics}


@one_test
@pytest.mark.parametrize(
    ("age", "weight", "expected"),
    [
        (10, 40.0, NO), (10, 40.001, YES), (10, 39.9, NO), (10, None, UNKNOWN),
        (18, 38.0, YES), (None, 41.0, YES), (None, 40.0, UNKNOWN), (None, None, UNKNOWN),
        (17.9, 40.0, NO),
    ],
)  # fmt: skip
def test_either_age_or_weight(age, weight, expected):
    name = "adults_and_children_over_40_kg"
    assert answers(Patient(age_years=age, weight_kg=weight), name) == {name: expected}


def drug_taken(use=MedicineUse.CURRENT, **fields):
    return KnownMedicine(name="x", use=use, drugs=("examplol",), **fields)


def exposed(months=None, medicines=()):
    return judged(Patient(), *EPILEPSY, medicines=medicines, months=months)


def test_a_drug_that_the_list_lacks_leaves_both_open():
    found = exposed()
    assert {fit[0] for fit in found.values()} == {UNKNOWN}
    assert found["first_use"][1] == "never_taken"
    assert found["used_over_3_months"][1] == "not_taken"


@pytest.mark.parametrize("months", [0.0, 0.5, 2.9, 3.0])
def test_in_the_first_months_the_advice_for_a_first_use_stays(months):
    found = exposed({"examplol": [months]}, [drug_taken()])
    assert found["first_use"] == (UNKNOWN, "taken_before")
    assert found["first_use_without_alternative"][0] is UNKNOWN
    assert found["used_over_3_months"] == (NO, f"taken_for={months:g}")


def test_after_three_months_it_goes_and_the_skin_is_for_the_prescriber():
    found = exposed({"examplol": [3.1]}, [drug_taken()])
    assert found["first_use"] == (NO, "taken_before")
    assert found["first_use_without_alternative"][0] is NO
    assert found["used_over_3_months"] == (UNKNOWN, "no_skin_reaction")


def test_after_a_reaction_nothing_goes():
    found = exposed({"examplol": [30.0]}, [drug_taken(reactions=("rash",))])
    assert found["first_use"] == (UNKNOWN, "taken_before")
    assert found["used_over_3_months"] == (UNKNOWN, "reaction_recorded")


@one_test
@pytest.mark.parametrize(
    ("months", "first", "long"),
    [
        ([None], UNKNOWN, "start_unknown"),
        ([None, 1.0], UNKNOWN, "start_unknown"),
        ([1.0, 2.0], UNKNOWN, "taken_for=2"),
        ([None, 30.0], NO, "no_skin_reaction"),
        ([30.0, 1.0], NO, "no_skin_reaction"),
        ([1.0, 30.0], NO, "no_skin_reaction"),
    ],
)
def test_of_two_entries_the_longer_counts(months, first, long):
    found = exposed({"examplol": months}, [drug_taken()])
    assert found["first_use"][0] is first
    assert found["used_over_3_months"][1] == long


def test_a_drug_that_was_stopped_leaves_both_open():
    found = exposed(medicines=[drug_taken(MedicineUse.STOPPED)])
    assert found["first_use"] == (UNKNOWN, "taken_before")
    assert found["used_over_3_months"] == (UNKNOWN, "taken_before")


@pytest.mark.parametrize("use", [MedicineUse.PLANNED, MedicineUse.UNKNOWN])
def test_a_drug_that_may_never_have_been_taken_was_not(use):
    assert exposed(medicines=[drug_taken(use)])["first_use"] == (UNKNOWN, "never_taken")


uses = st.sampled_from(list(MedicineUse))
lengths = st.lists(st.none() | st.floats(0, 500), max_size=3)


@given(uses, lengths)
def test_some_advice_on_exposure_always_stays(use, months):
    found = exposed({"examplol": months} if months else None, [drug_taken(use)])
    assert any(fit[0] is not NO for fit in found.values())


def test_a_recorded_condition_is_this_patients():
    found = judged(Patient(conditions=(Condition(code="I21.4", system="ICD-10"),)), *CLOPIDOGREL)
    assert found["acs_or_pci"] == (YES, "condition=I21.4")


def test_another_recorded_indication_rules_nothing_out():
    patient = Patient(conditions=(Condition(name="Coronary artery disease"),))
    found = judged(patient, *CLOPIDOGREL)
    assert found["cardiovascular_without_acs_or_pci"][0] is YES
    assert found["acs_or_pci"] == (UNKNOWN, "other_indication")
    assert found["neurovascular"] == (UNKNOWN, "other_indication")


def test_without_conditions_all_stay_open():
    assert set(answers(Patient(), *CLOPIDOGREL).values()) == {UNKNOWN}


@one_test
@pytest.mark.parametrize(
    ("condition", "population"),
    [
        (Condition(code="I25.110", system="ICD-10"), "acs_or_pci"),
        (Condition(code="I25110", system="ICD-10"), "acs_or_pci"),
        (Condition(code="I25.790", system="ICD-10"), "acs_or_pci"),
        (Condition(code="I25.10", system="ICD-10"), "cardiovascular_without_acs_or_pci"),
        (Condition(code="I25.119", system="ICD-10"), "cardiovascular_without_acs_or_pci"),
        (Condition(code="i21", system="ICD-10"), "acs_or_pci"),
        (Condition(code="G45.9", system="ICD-10"), "neurovascular"),
        (Condition(code="22298006", system="SNOMED"), "acs_or_pci"),
        (Condition(name="  ischemic   STROKE "), "neurovascular"),
    ],
)
def test_codes_and_names(condition, population):
    found = answers(Patient(conditions=(condition,)), *CLOPIDOGREL)
    assert [name for name, applies in found.items() if applies is YES] == [population]


@one_test
@pytest.mark.parametrize(
    "condition",
    [
        Condition(name="no stroke"), Condition(name="family history of stroke"),
        Condition(name="stroke excluded"), Condition(name="heat stroke"),
        Condition(code="I2", system="ICD-10"), Condition(code="I21"),
        Condition(code="I21", system="SNOMED"), Condition(code="Z82.3", system="ICD-10"),
        Condition(code="G45.4", system="ICD-10", name="Transient global amnesia"),
        Condition(code="222980060", system="SNOMED"), Condition(code="", system="ICD-10"),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_condition(condition):
    assert YES not in answers(Patient(conditions=(condition,)), *CLOPIDOGREL).values()


def test_what_no_record_tells_stays_open():
    found = judged(Patient(), "single_injection_start", "monthly_injections")
    assert set(found.values()) == {(UNKNOWN, "phase_of_treatment")}


def test_general_and_unknown_populations_are_not_judged():
    assert judged(Patient(age_years=30.0), "general", "left-handed", "") == {}


def test_every_population_of_the_release_is_judged():
    knowledge = KnowledgeBase()
    named = {s.population for s in knowledge.statements}
    assert named <= {r.population for r in FACTS.populations}
    known = {c.condition for c in FACTS.condition_codes}
    assert {c for r in FACTS.populations for c in r.conditions} <= known


@given(
    st.none() | st.floats(0, 125),
    st.none() | st.floats(0.3, 650),
    st.lists(st.sampled_from(["I21", "I25", "G45.0", "E84", "X"]), max_size=3),
    uses,
    lengths,
)
def test_every_reason_has_words(age, weight, codes, use, months):
    conditions = tuple(Condition(code=c, system="ICD-10") for c in codes)
    patient = Patient(age_years=age, weight_kg=weight, conditions=conditions)
    every = sorted({r.population for r in FACTS.populations})
    found = judged(patient, *every, medicines=[drug_taken(use)],
                   months={"examplol": months} if months else None)  # fmt: skip
    for applies, reason in found.values():
        code, arguments = coded(reason)
        assert ENGLISH["patient"][f"fit_{code}"].format(*arguments)
        assert applies in Applies
