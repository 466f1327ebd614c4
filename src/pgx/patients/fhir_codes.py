"""Codes and units by which FHIR resources carry what a patient record needs.

LOINC (loinc.org) for observations, UCUM for units; systems as HL7 names them.
"""

from __future__ import annotations

from typing import Final

__all__ = ["BIRTH_SEX", "FIELD_OF_LOINC", "NO_ALLERGY", "SEXES", "SYSTEMS", "UNIT_FACTORS"]

SYSTEMS: Final = {
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
    "http://www.whocc.no/atc": "atc",
    "http://hl7.org/fhir/sid/icd-10": "ICD-10",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10",
    "http://hl7.org/fhir/sid/icd-10-de": "ICD-10",
    "http://snomed.info/sct": "SNOMED",
    "http://loinc.org": "loinc",
}
BIRTH_SEX: Final = frozenset(
    {
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex",
        "http://hl7.org/fhir/StructureDefinition/patient-birthSex",
    }
)
SEXES: Final = {"male": "male", "female": "female", "m": "male", "f": "female"}
NO_ALLERGY: Final = frozenset(
    {
        "716186003",  # no known allergy
        "409137002",  # no known drug allergy
        "428607008",  # no known environmental allergy
        "429625007",  # no known food allergy
    }
)
"""SNOMED codes by which an allergy resource says that there is none."""
FIELD_OF_LOINC: Final = {
    "29463-7": "weight_kg",  # body weight
    "3141-9": "weight_kg",  # body weight, measured
    "8302-2": "height_cm",  # body height
    "3137-7": "height_cm",  # body height, measured
    "33914-3": "egfr",  # MDRD
    "48642-3": "egfr",  # MDRD, by ancestry
    "48643-1": "egfr",
    "62238-1": "egfr",  # CKD-EPI 2009
    "98979-8": "egfr",  # CKD-EPI 2021
    "69405-9": "egfr",  # any formula
    "2164-2": "creatinine_clearance",
}
_RATE: Final = {"mL/min": 1.0, "ml/min": 1.0, "mL/s": 60.0}
UNIT_FACTORS: Final = {
    "weight_kg": {
        "kg": 1.0,
        "g": 0.001,
        "[lb_av]": 0.45359237,
        "lb": 0.45359237,
        "lbs": 0.45359237,
    },
    "height_cm": {"cm": 1.0, "m": 100.0, "mm": 0.1, "[in_i]": 2.54, "in": 2.54},
    "egfr": {
        **_RATE,
        "mL/min/{1.73_m2}": 1.0,
        "mL/min/1.73.m2": 1.0,
        "mL/min/1.73m2": 1.0,
        "mL/min/1.73 m2": 1.0,
        "mL/min/{1.73m2}": 1.0,
    },
    "creatinine_clearance": _RATE,
}
"""By field, the factor from a unit to the field's own; mL/min alone is taken as per 1.73 m² where
the code says so."""
