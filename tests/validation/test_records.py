"""Records that others wrote: FHIR bundles of the genomics guide, medicines of warfarin patients."""

from __future__ import annotations

import csv
import json
import re

import pytest
from validation.data import DATA

from pgx.errors import PatientFileError
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.patients.read import check_patient, read_patient
from pgx.records.patient import MedicineUse

pytestmark = pytest.mark.validation
BUNDLES = DATA / "fhir" / "examples" / "json"
WARFARIN = DATA / "dosing" / "iwpc_warfarin.csv"


@pytest.fixture(scope="module")
def bundles():
    found = sorted(BUNDLES.glob("Bundle-*.json"))
    if not found:
        pytest.skip("no FHIR examples in the validation data folder")
    return found


def test_bundles_of_the_genomics_guide_are_read(bundles):
    for path in bundles:
        tree = json.loads(path.read_bytes())
        [person] = [
            e["resource"] for e in tree["entry"] if e["resource"]["resourceType"] == "Patient"
        ]
        found = read_patient(path)
        assert check_patient(found, path.name) == found
        assert found.sex == {"male": "male", "female": "female"}.get(person.get("gender"), "")
        assert found.birth_date == person.get("birthDate", "")
        named = [e["resource"] for e in tree["entry"]
                 if e["resource"]["resourceType"].startswith("Medication")]  # fmt: skip
        assert len(found.medicines) == len(named)  # none is lost, and none has a known state
        assert {m.use for m in found.medicines} <= {MedicineUse.UNKNOWN}


def test_resources_without_a_patient_are_refused(bundles):
    for path in sorted(bundles[0].parent.glob("Observation-*.json")):
        with pytest.raises(PatientFileError, match="not a Bundle"):
            read_patient(path)


@pytest.fixture(scope="module")
def lists():
    if not WARFARIN.exists():
        pytest.skip("no warfarin patients in the validation data folder")
    with WARFARIN.open(encoding="utf-8-sig", newline="") as handle:
        found = {row["Medications"] for row in csv.DictReader(handle)}
    return sorted(found - {"", "NA"})


def test_what_a_list_denies_is_never_taken(lists):
    vocabulary = KnowledgeBase().vocabulary
    denied = {
        part.strip() for text in lists for part in text.split(";") if re.match(r"\s*not\b", part)
    }
    assert denied
    for part in denied:
        assert vocabulary.find(name=part)[0] == (), part


def test_every_medicine_of_a_list_is_found_or_named(lists):
    vocabulary = KnowledgeBase().vocabulary
    for text in lists:
        parts = [part.strip() for part in text.split(";") if part.strip()]
        for part in parts:
            substances, unknown = vocabulary.find(name=part)
            assert substances or unknown, part


def test_many_names_are_known(lists):
    vocabulary = KnowledgeBase().vocabulary
    names = {part.strip().casefold() for text in lists for part in text.split(";") if part.strip()}
    taken = {name for name in names if not name.startswith("not ")}
    known = {name for name in taken if vocabulary.find(name=name)[0]}
    acting = {m.substance for m in KnowledgeBase().medicines.modulators} & taken
    assert acting <= known
    assert len(known) / len(taken) > 0.1
