"""Medicines of FHIR bundles: only what is taken now is current, and nothing is lost."""

from __future__ import annotations

import pytest

from cases import one_test
from patients.bundles import ATC, RXNORM, SELF, bundle, patient_of, person, read, request, statement
from pgx.errors import PatientFileError
from pgx.records.patient import Medicine, MedicineUse

CURRENT, PLANNED, STOPPED, UNKNOWN = (
    MedicineUse.CURRENT, MedicineUse.PLANNED, MedicineUse.STOPPED, MedicineUse.UNKNOWN,
)  # fmt: skip


def uses(*resources, **fields) -> list[MedicineUse]:
    return [medicine.use for medicine in patient_of(*resources, **fields).medicines]


@one_test
@pytest.mark.parametrize("made", [statement, request])
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("active", [CURRENT]),
        ("completed", [STOPPED]),
        ("stopped", [STOPPED]),
        ("on-hold", [STOPPED]),
        ("intended", [PLANNED]),
        ("draft", [PLANNED]),
        ("unknown", [UNKNOWN]),
        ("something-new", [UNKNOWN]),
        (None, [UNKNOWN]),
        ("entered-in-error", []),
        ("cancelled", []),
        ("not-taken", []),
    ],
)
def test_what_a_status_means(made, status, expected):
    assert uses(made(status=status)) == expected


@pytest.mark.parametrize("intent", ["proposal", "plan", "option"])
def test_what_is_proposed_is_not_taken(intent):
    assert uses(request(intent=intent)) == [PLANNED]
    assert uses(request(intent=intent, status="completed")) == [UNKNOWN]


@pytest.mark.parametrize("intent", ["order", "original-order", "filler-order", "instance-order"])
def test_orders_are_taken(intent):
    assert uses(request(intent=intent)) == [CURRENT]


def test_what_must_not_be_given_is_no_medicine():
    reason = [{"text": "stroke"}]
    found = patient_of(request(doNotPerform=True, reasonCode=reason))
    assert (found.medicines, found.conditions) == ((), ())


def test_reasons_of_what_is_taken_are_conditions():
    reason = [{"text": "stroke"}]
    assert [c.name for c in patient_of(request(reasonCode=reason)).conditions] == ["stroke"]
    assert not patient_of(request(status="stopped", reasonCode=reason)).conditions


@pytest.mark.parametrize(
    ("taken", "expected"), [("y", [CURRENT]), ("n", []), ("unk", [UNKNOWN]), ("na", [UNKNOWN])]
)
def test_the_older_word_for_what_is_not_taken(taken, expected):
    assert uses(statement(taken=taken)) == expected


@one_test
@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ({"start": "2020-01-01"}, CURRENT),
        ({"start": "2020-01-01", "end": "2025-12-31"}, STOPPED),
        ({"end": "2026-01-30"}, STOPPED),
        ({"end": "2026-01-31"}, CURRENT),
        ({"end": "2026-03-01"}, CURRENT),
        ({"end": "2025"}, STOPPED),
        ({"end": "2026"}, CURRENT),
        ({"end": "2025-12"}, STOPPED),
        ({"start": "2026-02-01"}, PLANNED),
        ({"start": "2026-01-31T23:59:00Z"}, CURRENT),
    ],
)
def test_an_active_medicine_outside_of_its_time(period, expected):
    assert uses(statement(effectivePeriod=period)) == [expected]


def test_a_course_that_is_over_is_not_taken():
    def bounds(end):
        return {"timing": {"repeat": {"boundsPeriod": {"end": end}}}}

    assert uses(request(dosageInstruction=[bounds("2025-01-07")])) == [STOPPED]
    assert uses(request(dosageInstruction=[bounds("2025-01-07"), {"text": "1"}])) == [CURRENT]
    assert uses(request(dosageInstruction=[bounds("2025-01-07"), bounds(None)])) == [CURRENT]


def test_what_begins_later_does_not_make_the_file_wrong():
    later = {"start": "2026-05-01"}
    found = patient_of(statement(status="intended", effectivePeriod=later)).medicines
    assert found == (Medicine(name="paroxetine", use=PLANNED, since="2026-05-01"),)


def test_start_and_dose_are_read():
    found = patient_of(
        statement(effectivePeriod={"start": "2024-05-01"}, dosage=[{"text": "20 mg"}]),
        request("codeine", authoredOn="2025-05-01", dosageInstruction=[{"text": "1 if needed"}]),
    )
    assert found.medicines == (
        Medicine(name="paroxetine", since="2024-05-01", dose="20 mg"),
        Medicine(name="codeine", dose="1 if needed"),
    )


def test_codes_are_read():
    codings = [
        {"system": "local", "code": "9"},
        {"system": RXNORM, "code": "32937"},
        {"system": ATC, "code": "N06AB05"},
    ]
    found = patient_of(statement(medicationCodeableConcept={"coding": codings})).medicines
    assert found == (Medicine(rxnorm="32937", atc="N06AB05"),)


def referring(reference, **fields):
    made = statement(medicationReference={"reference": reference}, **fields)
    del made["medicationCodeableConcept"]
    return made


def test_a_medication_beside_or_inside():
    medicine = {"resourceType": "Medication", "id": "m", "code": {"text": "codeine"},
                "form": {"text": "tablet"}}  # fmt: skip
    found = patient_of(referring("Medication/m"), medicine).medicines
    assert found == (Medicine(name="codeine", form="tablet"),)
    inside = referring("#m", contained=[medicine])
    assert patient_of(inside).medicines == found


def test_a_medication_by_its_ingredients():
    ingredients = [{"itemCodeableConcept": {"text": t}} for t in ("codeine", "paracetamol")]
    medicine = {"resourceType": "Medication", "id": "m", "ingredient": ingredients}
    [found] = patient_of(referring("Medication/m"), medicine).medicines
    assert found.name == "codeine / paracetamol"


def test_a_medication_that_is_not_there_keeps_what_is_known_of_it():
    [found] = patient_of(referring("Medication/lost")).medicines
    assert found == Medicine(name="Medication/lost")
    foreign = {"coding": [{"system": "urn:pzn", "code": "00123"}]}
    [found] = patient_of(statement(medicationCodeableConcept=foreign)).medicines
    assert found == Medicine(name="00123")


@pytest.mark.parametrize("concept", [{}, {"coding": []}, {"text": "  "}])
def test_a_medicine_without_any_name_is_refused(concept):
    made = statement(medicationCodeableConcept=concept)
    with pytest.raises(PatientFileError, match=r"p\.json: a MedicationStatement names no medicine"):
        read(bundle(person(), made))


def test_the_route_is_read():
    local = statement("terbinafine", dosage=[{"route": {"text": "Topical route"}}])
    assert patient_of(local).medicines == (Medicine(name="terbinafine", form="Topical route"),)


def test_the_same_line_twice_is_one():
    assert uses(statement(), statement()) == [CURRENT]
    assert uses(statement(), statement(status="stopped")) == [CURRENT, STOPPED]


def test_medicines_of_nobody_in_particular_are_the_patients():
    made = statement()
    del made["subject"]
    assert uses(made) == [CURRENT]
    assert uses(statement(subject=SELF)) == [CURRENT]
