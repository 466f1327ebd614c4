"""FHIR bundles: what they say is read, what they take back or leave open is not made sure."""

from __future__ import annotations

import pytest

from cases import one_test
from patients.bundles import (
    ICD10,
    SELF,
    SNOMED,
    bundle,
    condition,
    observation,
    patient_of,
    person,
    read,
    status,
)
from pgx.errors import PatientFileError
from pgx.records.patient import Condition, Outcome, Reaction

WEIGHT, HEIGHT, EGFR = "29463-7", "8302-2", "98979-8"


def refused(tree) -> str:
    with pytest.raises(PatientFileError) as caught:
        read(tree)
    assert caught.value.code == "PGX-PAT-001"
    assert caught.value.exit_status == 3
    assert caught.value.where == "p.json"
    return caught.value.what


def test_the_person():
    found = read(bundle(person(birthDate="1960-02-01")))
    assert (found.date, found.birth_date, found.sex) == ("2026-01-31", "1960-02-01", "female")
    assert found.age_years == 65.0
    assert (found.weight_kg, found.medicines, found.conditions) == (None, (), ())


@pytest.mark.parametrize(
    ("born", "age"),
    [("2008-01-31", 18.0), ("2008-02-01", 17.0), ("1961-01-31", 65.0), ("2026-01-31", 0.0)],
)
def test_age_changes_on_the_birthday(born, age):
    assert read(bundle(person(birthDate=born))).age_years == age


@pytest.mark.parametrize("born", ["1960", "1960-05", None])
def test_half_a_birth_date_gives_no_age(born):
    assert read(bundle(person(birthDate=born))).age_years is None


def test_a_birth_after_the_bundle_is_refused():
    assert "after" in refused(bundle(person(birthDate="2026-02-01")))


@pytest.mark.parametrize("gender", ["other", "unknown", None])
def test_other_genders_say_nothing_of_chromosomes(gender):
    assert read(bundle(person(gender=gender))).sex == ""


@pytest.mark.parametrize(("code", "sex"), [("M", "male"), ("F", "female"), ("UNK", "")])
def test_sex_at_birth_counts_before_gender(code, sex):
    url = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
    assert read(bundle(person(extension=[{"url": url, "valueCode": code}]))).sex == sex


@pytest.mark.parametrize("count", [0, 2])
def test_one_patient_is_needed(count):
    people = [person(id=str(number)) for number in range(count)]
    assert f"{count} Patient" in refused(bundle(*people))


@pytest.mark.parametrize("fields", [{"deceasedBoolean": True}, {"deceasedDateTime": "2020-01-01"}])
def test_the_dead_need_no_dose(fields):
    assert "died" in refused(bundle(person(**fields)))


def test_the_living_are_not_refused():
    assert read(bundle(person(deceasedBoolean=False))).sex == "female"


@pytest.mark.parametrize(
    "other",
    [
        {"reference": "Patient/2"},
        {"reference": "urn:uuid:2"},
        {"reference": "Group/1"},
        [SELF, {"reference": "Patient/2"}],
    ],
)
def test_resources_of_another_patient_are_refused(other):
    assert "another patient" in refused(bundle(person(), condition(subject=other)))


def test_the_same_number_on_another_server_is_another_patient():
    tree = bundle(person(), condition(subject={"reference": "https://b.example/Patient/1"}))
    tree["entry"][0]["fullUrl"] = "https://a.example/Patient/1"
    assert "another patient" in refused(tree)
    tree["entry"][1]["resource"]["subject"] = {"reference": "https://a.example/Patient/1"}
    assert read(tree).conditions == (Condition(name="stroke"),)


@pytest.mark.parametrize("reference", ["Patient/1", "urn:uuid:1", "Patient/1/_history/3"])
def test_the_patient_under_any_of_its_addresses(reference):
    tree = bundle(person(), condition(subject={"reference": reference}))
    tree["entry"][0]["fullUrl"] = "urn:uuid:1"
    assert len(read(tree).conditions) == 1


def test_a_patient_without_number_has_no_others_resources():
    tree = bundle({"resourceType": "Patient"}, condition(subject={"reference": "Patient/None"}))
    assert "another patient" in refused(tree)


def test_a_history_holds_what_is_no_longer_so():
    assert "history" in refused(bundle(person(), type="history"))


def test_two_versions_of_one_resource_are_refused():
    old, new = condition(id="c"), condition("other", id="c")
    assert "two versions" in refused(bundle(person(), old, new))
    assert len(patient_of(old, old).conditions) == 1


@pytest.mark.parametrize("field", ["modifierExtension", "implicitRules"])
def test_what_must_not_be_read_without_an_extension_is_not(field):
    assert "extension" in refused(bundle(person(), condition(**{field: [{"url": "negated"}]})))


@one_test
@pytest.mark.parametrize(
    "tree",
    [
        {"resourceType": "Patient"},
        {"resourceType": None},
        {"resourceType": "Bundle", "entry": 3},
        {"resourceType": "Bundle", "entry": [None]},
        {"resourceType": "Bundle", "entry": [{}]},
        bundle(person(), {"resourceType": "Condition", "code": "x"}),
        bundle(person(), {"resourceType": "Condition", "code": {"coding": 7}}),
        bundle(person(), {"resourceType": "AllergyIntolerance", "code": {"text": "x"},
                          "reaction": "rash"}),
        bundle(person(), observation(WEIGHT, "70", "kg")),
        bundle(person(), observation(WEIGHT, True, "kg")),
    ],
)  # fmt: skip
def test_other_shapes_are_refused(tree):
    refused(tree)


# conditions


@pytest.mark.parametrize("code", ["active", "recurrence", "relapse"])
def test_conditions_that_last(code):
    assert patient_of(condition(clinicalStatus=status(code))).conditions


@pytest.mark.parametrize("code", ["inactive", "remission", "resolved", "no idea"])
def test_conditions_that_are_over(code):
    assert not patient_of(condition(clinicalStatus=status(code))).conditions
    assert not patient_of(condition(clinicalStatus={"text": code.title()})).conditions


def test_a_condition_that_abated_is_over():
    assert not patient_of(condition(abatementDateTime="2020-01-01")).conditions


@one_test
@pytest.mark.parametrize(
    "code", ["refuted", "entered-in-error", "unconfirmed", "provisional", "differential"]
)
def test_conditions_that_are_not_made_sure(code):
    assert not patient_of(condition(verificationStatus=status(code))).conditions
    local = {"coding": [{"system": "local", "code": "9"}, {"code": code}]}
    assert not patient_of(condition(verificationStatus=local)).conditions


def test_codes_of_conditions():
    codings = [
        {"system": ICD10, "code": "I63.9"},
        {"system": SNOMED, "code": "230690007"},
        {"system": "local", "code": "77"},
    ]
    found = patient_of(condition("Insult", code={"text": "Insult", "coding": codings}))
    assert found.conditions == (
        Condition(name="Insult", code="I63.9", system="ICD-10"),
        Condition(name="Insult", code="230690007", system="SNOMED"),
    )


# observations


@pytest.mark.parametrize(
    ("value", "unit", "kg"),
    [(70, "kg", 70.0), (154.32, "[lb_av]", 69.9983), (154.32, "lb", 69.9983), (3200, "g", 3.2)],
)
def test_weight_in_its_units(value, unit, kg):
    assert patient_of(observation(WEIGHT, value, unit)).weight_kg == pytest.approx(kg, abs=1e-3)


@pytest.mark.parametrize(("value", "unit"), [(1.75, "m"), (175, "cm"), (68.8976, "[in_i]")])
def test_height_in_its_units(value, unit):
    assert patient_of(observation(HEIGHT, value, unit)).height_cm == pytest.approx(175.0)


@one_test
@pytest.mark.parametrize(
    ("loinc", "value", "unit"),
    [
        (WEIGHT, 11, "stone"),
        (WEIGHT, 70, ""),
        (WEIGHT, 70, "mg"),
        (HEIGHT, 5.9, "ft"),
        (EGFR, 80, "umol/L"),
        ("2164-2", 80, "mL/min/1.73m2"),
    ],
)
def test_units_that_are_not_understood_are_refused(loinc, value, unit):
    assert "unit" in refused(bundle(person(), observation(loinc, value, unit)))


def test_a_code_and_a_unit_that_differ_are_refused():
    weight = observation(WEIGHT, 154, "lb")
    weight["valueQuantity"]["code"] = "kg"
    assert "unit" in refused(bundle(person(), weight))


def test_creatinine_in_serum_is_no_clearance():
    found = patient_of(observation("2160-0", 88, "umol/L"))
    assert (found.kidney.egfr, found.kidney.creatinine_clearance) == (None, None)


@pytest.mark.parametrize("state", ["cancelled", "entered-in-error", "registered", "unknown"])
def test_measurements_that_do_not_hold(state):
    assert patient_of(observation(WEIGHT, 70, "kg", status=state)).weight_kg is None


def test_the_newest_measurement_counts():
    old = observation(WEIGHT, 60, "kg", effectiveDateTime="2025-01-01")
    new = observation(WEIGHT, 70, "kg", effectiveDateTime="2025-12-01T10:00:00Z")
    undated = observation(WEIGHT, 50, "kg", effectiveDateTime=None)
    for order in ((old, new, undated), (undated, new, old)):
        assert patient_of(*order).weight_kg == 70.0


def test_a_limit_is_no_value_and_an_older_value_not_the_newest():
    old = observation(EGFR, 35, "mL/min/1.73m2", effectiveDateTime="2024-01-01")
    new = observation(EGFR, 90, "mL/min/1.73m2")
    new["valueQuantity"]["comparator"] = ">"
    assert patient_of(old, new).kidney.egfr is None
    assert patient_of(old).kidney.egfr == 35.0


def test_two_values_of_one_time_that_differ_are_none():
    first, second = (observation(EGFR, value, "mL/min/{1.73_m2}") for value in (60, 72))
    assert patient_of(first, second).kidney.egfr is None
    assert patient_of(first, dict(first)).kidney.egfr == 60.0


def test_a_measurement_without_value_is_none():
    absent = observation(WEIGHT, None, "kg", dataAbsentReason={"text": "refused"})
    assert patient_of(absent).weight_kg is None


def test_impossible_values_are_refused():
    assert "weight_kg" in refused(bundle(person(), observation(WEIGHT, -70, "kg")))
    assert "height_cm" in refused(bundle(person(), observation(HEIGHT, 175, "m")))


# allergies and answers


def allergy(text, **fields):
    return {
        "resourceType": "AllergyIntolerance", "patient": SELF, "code": {"text": text}, **fields
    }  # fmt: skip


def test_reactions():
    rash = {"manifestation": [{"text": "rash"}, {"text": "fever"}], "severity": "severe"}
    found = patient_of(allergy("carbamazepine", reaction=[rash], recordedDate="2020-03-01"))
    assert found.reactions == (
        Reaction(medicine="carbamazepine", reaction="rash, fever", severity="severe",
                 date="2020-03-01"),
    )  # fmt: skip


@pytest.mark.parametrize("code", ["refuted", "entered-in-error"])
def test_reactions_that_were_none(code):
    assert not patient_of(allergy("codeine", verificationStatus=status(code))).reactions


def test_no_allergy_is_no_allergy():
    assert not patient_of(allergy("No known drug allergies")).reactions
    coded = {"coding": [{"system": SNOMED, "code": "716186003", "display": "Keine Allergie"}]}
    assert not patient_of(allergy("", code=coded)).reactions


def test_answers_of_questionnaires():
    items = [
        {"text": "Pain?", "answer": [{"valueInteger": 0}]},
        {"text": "Smoker?", "answer": [{"valueBoolean": False}]},
        {"text": "Dose?", "answer": [{"valueQuantity": {"comparator": "<", "value": 5,
                                                       "unit": "mg"}}]},
        {"linkId": "4", "item": [{"text": "Inner?", "answer": [{"valueString": "yes"}]}]},
    ]  # fmt: skip
    form = {"resourceType": "QuestionnaireResponse", "status": "completed", "subject": SELF,
            "authored": "2026-01-02", "item": items}  # fmt: skip
    said = [("Pain?", "0"), ("Smoker?", "no"), ("Dose?", "<5 mg"), ("Inner?", "yes")]
    assert patient_of(form).outcomes == tuple(
        Outcome(question=q, answer=a, date="2026-01-02") for q, a in said
    )
    assert not patient_of({**form, "status": "entered-in-error"}).outcomes


def test_very_deep_answers_end_in_a_refusal():
    item = {"text": "q"}
    for _ in range(400):
        item = {"item": [item], "answer": [{"valueString": "x", "item": [item]}]}
        if len(str(item)) > 1_000_000:
            break
    form = {"resourceType": "QuestionnaireResponse", "subject": SELF, "item": [item]}
    refused(bundle(person(), form))


def test_without_a_timestamp_the_newest_date_counts():
    weight = observation(WEIGHT, 70, "kg", effectiveDateTime="2025-06-01")
    wrong = condition(verificationStatus=status("entered-in-error"), recordedDate="2030-01-01")
    assert patient_of(weight, wrong, timestamp="").date == "2025-06-01"
    assert patient_of(timestamp="").date == ""
