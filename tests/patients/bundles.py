"""FHIR R4 bundles made by hand."""

from __future__ import annotations

import json
from typing import Any

from pgx.patients.read import parse_patient
from pgx.records.patient import Patient

SELF = {"reference": "Patient/1"}
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
TODAY = "2026-01-31T08:00:00+01:00"


def person(**fields: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": "1", "gender": "female", **fields}


def bundle(*resources: dict[str, Any], timestamp: str = TODAY, **fields: Any) -> dict[str, Any]:
    entries = [{"resource": resource} for resource in resources]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": timestamp,
        "entry": entries,
        **fields,
    }


def statement(name: str = "paroxetine", status: str = "active", **fields: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationStatement",
        "status": status,
        "subject": SELF,
        "medicationCodeableConcept": {"text": name},
        **fields,
    }


def request(name: str = "paroxetine", status: str = "active", **fields: Any) -> dict[str, Any]:
    changes = {"resourceType": "MedicationRequest", "intent": "order", **fields}
    return {**statement(name, status), **changes}


def condition(text: str = "stroke", **fields: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "subject": SELF, "code": {"text": text}, **fields}


def status(code: str) -> dict[str, Any]:
    return {"coding": [{"system": "http://hl7.org", "code": code}]}


def observation(loinc: str, value: Any, unit: str, **fields: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "subject": SELF,
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
        "effectiveDateTime": "2026-01-01",
        "valueQuantity": {"value": value, "unit": unit},
        **fields,
    }


def read(tree: object) -> Patient:
    return parse_patient(json.dumps(tree).encode(), "p.json")


def patient_of(*resources: dict[str, Any], **fields: Any) -> Patient:
    return read(bundle(person(), *resources, **fields))
