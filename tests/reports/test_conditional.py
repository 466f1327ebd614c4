"""Conditions of advice in reports: headlines, groups, rows for others, workbook, FHIR."""

from __future__ import annotations

import pytest

from cases import one_test
from languages import GERMAN
from pgx.messages.catalogue import ENGLISH as WORDS
from pgx.messages.catalogue import ENGLISH_PHRASES as ENGLISH
from pgx.recommendations.conditions import render_condition
from pgx.records.calls import AdviceFacts, AlternativeAdvice, Certainty, PatientContext
from pgx.records.patient import Applies, ConditionFit, Patient
from pgx.reports.content.deidentification import LEFT_OUT, deidentified
from pgx.reports.content.document import build_document
from pgx.reports.content.drug_ranking import bucket
from pgx.reports.content.phrases import conditional_headline, listed_actions
from pgx.reports.content.release_facts import NO_FACTS
from pgx.reports.fhir.write_bundle import fhir_bundle
from reports import factory

ABOVE = "planned_dose_above=40 mg"
SHOWN = "if more than 40 mg a day is planned"


def row(*condition: str, unconditional: tuple[str, ...] = (), **given):
    drug = given.get("drug", "clopidogrel")
    facts = AdviceFacts(statement="S-1", condition=condition, unconditional=unconditional)
    return factory.advice(
        condition=render_condition(condition, drug, ENGLISH), facts=facts, **given
    )


def drug_of(*rows, fits: tuple[ConditionFit, ...] = ()):
    context = PatientContext(patient=Patient(), condition_fits=fits) if fits else None
    document = build_document(factory.result(recommendations=rows, context=context))
    [(group, drug)] = [(g.key, d) for g in document.groups for d in g.drugs]
    return group, drug


def test_a_headline_says_under_what_condition_it_holds():
    group, drug = drug_of(row(ABOVE, action=("alternative",)))
    assert drug.rows[0].headline == f"Use an alternative ({SHOWN})"
    assert drug.brief == f"use an alternative ({SHOWN})"
    assert group == "avoid"


def test_several_conditions_are_joined_and_those_of_further_actions_are_not_in_it():
    given = row("never_taken", "alternative_available", f"alternative@{ABOVE}")
    assert conditional_headline(given, "Avoid", "clopidogrel", WORDS) == (
        "Avoid (if the patient has never taken clopidogrel and if another drug can be used)"
    )


def test_a_german_headline_is_german():
    said = conditional_headline(row(ABOVE), "Vermeiden", "clopidogrel", GERMAN)
    assert said == "Vermeiden (falls mehr als 40 mg am Tag geplant sind)"


def test_a_condition_of_another_release_is_shown_as_it_was_saved():
    given = factory.advice(condition="no_such_code: if it rains")
    assert conditional_headline(given, "Avoid", "x", GERMAN) == "Avoid (if it rains)"


@one_test
@pytest.mark.parametrize(
    ("unconditional", "certainty", "group"),
    [
        ((), Certainty.CERTAIN, "dose"),
        (("use_as_directed",), Certainty.CERTAIN, "conditional"),
        (("no_recommendation",), Certainty.CERTAIN, "conditional"),
        (("monitor",), Certainty.CERTAIN, "care"),
        (("use_as_directed",), Certainty.DEPENDS, "open_silent"),
    ],
)
def test_a_group_follows_what_holds_without_the_condition(unconditional, certainty, group):
    given = row(ABOVE, unconditional=unconditional, action=("reduce_dose",), certainty=certainty)
    assert bucket(given) == group


def test_a_condition_of_a_further_action_does_not_change_the_group():
    given = row(f"alternative@{ABOVE}", unconditional=("no_recommendation",), action=("avoid",))
    assert bucket(given) == "avoid"


def test_other_advice_that_is_possible_says_its_condition_too():
    other = AlternativeAdvice(
        lookup="CYP2C19=Ultrarapid Metabolizer",
        action=("reduce_dose",),
        text="",
        condition=f"{ABOVE}: {SHOWN}",
    )
    given = row(certainty=Certainty.DEPENDS, alternatives=(other,))
    [shown] = drug_of(given)[1].rows[0].alternatives
    assert shown.headline == f"Reduce the dose ({SHOWN})"


NOT_MET = ConditionFit(
    drug="clopidogrel", condition=ABOVE, applies=Applies.NO, reason="daily_dose=20"
)


def test_advice_whose_condition_does_not_hold_is_folded_with_the_reason():
    _, drug = drug_of(row(ABOVE), fits=(NOT_MET,))
    assert drug.rows == ()
    [folded] = drug.folded
    assert folded.why == "the dose in the patient file is 20 mg a day"


def test_a_further_action_that_does_not_hold_folds_nothing():
    fact = f"alternative@{ABOVE}"
    fit = ConditionFit(drug="clopidogrel", condition=fact, applies=Applies.NO, reason="adults")
    _, drug = drug_of(row(fact), fits=(fit,))
    assert len(drug.rows) == 1


def test_a_drug_after_a_reaction_is_listed_for_care():
    fact = "no_reaction_before"
    fit = ConditionFit(drug="warfarin", condition=fact, applies=Applies.NO, reason="reacted")
    given = row(fact, drug="warfarin", action=("use_as_directed",), population="general")
    group, drug = drug_of(given, fits=(fit,))
    assert group == "care"
    assert drug.brief == "a reaction to the drug is recorded"
    assert drug.rows == ()


def test_every_action_of_the_workbook_has_its_own_conditions():
    given = row(
        "alternative_available", f"alternative@{ABOVE}", action=("avoid", "alternative", "monitor")
    )
    assert list(listed_actions(given, WORDS)) == [
        "Avoid (if another drug can be used)",
        f"Use an alternative ({SHOWN})",
        "Monitor",
    ]


def test_a_fhir_task_says_under_what_condition_its_advice_holds():
    bundle = fhir_bundle(factory.result(recommendations=(row(ABOVE),)), NO_FACTS)
    tasks = [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Task"]
    notes = [note["text"] for task in tasks for note in task["note"]]
    assert f"Condition: {SHOWN}" in notes


def test_a_deidentified_result_keeps_no_dose_of_the_record():
    context = PatientContext(patient=Patient(), condition_fits=(NOT_MET,))
    made = deidentified(factory.result(context=context), "P1")
    [fit] = made.context.condition_fits
    assert fit.reason == f"daily_dose={LEFT_OUT}"
