"""Parts of FHIR R4 resources as plain values: codes, units, days, medicines and status."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from pgx.base.errors import PatientFileError
from pgx.base.patient import Medicine, MedicineUse

__all__ = [
    "BIRTH_SEX",
    "FIELD_OF_LOINC",
    "NO_ALLERGY",
    "SEXES",
    "SYSTEMS",
    "UNIT_FACTORS",
    "Tree",
    "answers",
    "codes_of",
    "codings",
    "day_of",
    "is_before",
    "medicines_of",
    "use_of",
    "words_of",
]

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


Tree = Mapping[str, Any]
DAY: Final = len("2026-01-31")


def day_of(value: object) -> str:
    """Return the day of a FHIR date or time, empty where it has less than a day."""
    text = str(value or "")[:DAY]
    return text if len(text) == DAY else ""


def is_before(value: object, day: str) -> bool:
    """Whether a FHIR date or time, which may be a year or a month, ended before a day.

    >>> is_before("2025", "2026-01-31"), is_before("2026-01", "2026-01-31")
    (True, False)
    """
    text = str(value or "")[:DAY]
    return bool(text and day) and text < day[: len(text)]


def codings(concept: Tree) -> dict[str, str]:
    """Return the first code of each system that is known here, by its short name."""
    found: dict[str, str] = {}
    for coding in concept.get("coding") or ():
        system = SYSTEMS.get(str(coding.get("system")))
        if system and coding.get("code"):
            found.setdefault(system, str(coding["code"]).strip())
    return found


def codes_of(resource: Tree, name: str) -> set[str]:
    """Return all codes of a status that is a concept, and its words, in lower case."""
    concept = resource.get(name) or {}
    found = [c.get("code") or c.get("display") for c in concept.get("coding") or ()]
    return {str(text).strip().casefold() for text in (*found, concept.get("text")) if text}


def words_of(concept: Tree) -> str:
    """Return a concept in words."""
    shown = [c.get("display") for c in concept.get("coding") or ()]
    named = next(
        (str(text) for text in (concept.get("text"), *shown, concept.get("display")) if text), ""
    )
    return " ".join(named.split())


def _quantity(value: Tree) -> str:
    amount = f"{value.get('comparator') or ''}{value.get('value', '')}"
    return f"{amount} {value.get('unit') or value.get('code') or ''}".strip()


_VALUES: Final[Mapping[str, Callable[[Any], str]]] = {
    "valueCoding": lambda v: str(v.get("display") or v.get("code") or ""),
    "valueQuantity": _quantity,
    "valueBoolean": lambda v: {True: "yes", False: "no"}[v],
}
_PLAIN: Final = ("valueString", "valueInteger", "valueDecimal", "valueDate", "valueDateTime")


def answers(items: Iterable[Tree]) -> Iterator[tuple[str, str]]:
    """Yield question and answer of a questionnaire, depth first."""
    for item in items:
        question = str(item.get("text") or item.get("linkId") or "")
        for answer in item.get("answer") or ():
            shown = [say(answer[name]) for name, say in _VALUES.items() if name in answer]
            shown += [str(answer[name]) for name in _PLAIN if name in answer]
            if shown and shown[0]:
                yield question, shown[0]
            yield from answers(answer.get("item") or ())
        yield from answers(item.get("item") or ())


_USE: Final = {
    "active": MedicineUse.CURRENT,
    "draft": MedicineUse.PLANNED,
    "intended": MedicineUse.PLANNED,
    "on-hold": MedicineUse.STOPPED,
    "completed": MedicineUse.STOPPED,
    "stopped": MedicineUse.STOPPED,
    "ended": MedicineUse.STOPPED,
}
_NEVER: Final = frozenset({"cancelled", "not-taken", "entered-in-error"})
_NO_ORDER: Final = frozenset({"proposal", "plan", "option"})
_TAKEN_STU3: Final = {"y": True, "n": False}


def use_of(resource: Tree, day: str) -> MedicineUse | None:
    """Return what a MedicationRequest or -Statement says of use on a day, None for no use at all.

    A cancelled order was never taken; a proposal or plan is no order. What has ended before the
    day is stopped and what begins after it is planned, whatever the status says. A status that
    says nothing is not known: the medicine is shown and does not act.
    """
    status = str(resource.get("status"))
    if status in _NEVER or resource.get("doNotPerform"):
        return None
    use = _USE.get(status, MedicineUse.UNKNOWN)
    taken = resource.get("taken")  # STU3 says here what R4 says in the status
    if taken is not None:
        if _TAKEN_STU3.get(str(taken)) is False:
            return None
        use = use if str(taken) == "y" or use is not MedicineUse.CURRENT else MedicineUse.UNKNOWN
    if str(resource.get("intent")) in _NO_ORDER:
        known = use in (MedicineUse.CURRENT, MedicineUse.PLANNED)
        return MedicineUse.PLANNED if known else MedicineUse.UNKNOWN
    return _by_dates(resource, use, day)


def _by_dates(resource: Tree, use: MedicineUse, day: str) -> MedicineUse:
    if use is not MedicineUse.CURRENT:
        return use
    ends = [p.get("end") for p in _periods(resource)]
    if ends and all(is_before(end, day) for end in ends):
        return MedicineUse.STOPPED
    since = _since(resource)
    return MedicineUse.PLANNED if since and day and since > day else use


def _periods(resource: Tree) -> list[Tree]:
    """Return the time of use, else that of each dose instruction."""
    own = resource.get("effectivePeriod")
    if own:
        return [own]
    listed = resource.get("dosageInstruction") or ()
    repeats = [((d.get("timing") or {}).get("repeat") or {}) for d in listed]
    return [repeat.get("boundsPeriod") or {} for repeat in repeats]


def medicines_of(
    resources: Iterable[Tree], named: Callable[[str], Tree], day: str, where: str
) -> Iterator[Medicine]:
    """Yield the medicines of a bundle; ``named`` returns the resource at an address, or nothing.

    Raises
    ------
    PatientFileError
        A resource names no medicine.
    """
    for resource in resources:
        use = use_of(resource, day)
        if use is None:
            continue
        concept, form = _meant(resource, named)
        codes = codings(concept)
        reference = (resource.get("medicationReference") or {}).get("reference")
        name = words_of(concept)
        if not (name or codes.get("rxnorm") or codes.get("atc")):
            name = _coded(concept) or str(reference or "")
        if not (name or codes.get("rxnorm") or codes.get("atc")):
            raise PatientFileError(
                f"a {resource['resourceType']} names no medicine",
                where=where,
                remedy="name the medicine, or leave the resource out",
            )
        yield Medicine(
            name=name,
            rxnorm=codes.get("rxnorm", ""),
            atc=codes.get("atc", ""),
            form=", ".join(dict.fromkeys(filter(None, (form, *_routes(resource))))),
            use=use,
            since=_since(resource),
            dose=_dose(resource),
        )


def _meant(resource: Tree, named: Callable[[str], Tree]) -> tuple[Tree, str]:
    """Return the medicine as a concept, and its form in words."""
    concept = resource.get("medicationCodeableConcept")
    if concept:
        return concept, ""
    pointer = resource.get("medicationReference") or {}
    address = str(pointer.get("reference") or "")
    inside = {f"#{r.get('id')}": r for r in resource.get("contained") or ()}
    found = inside.get(address) or named(address)
    form = words_of(found.get("form") or {})
    if found.get("code"):
        return found["code"], form
    parts = [words_of(i.get("itemCodeableConcept") or {}) for i in found.get("ingredient") or ()]
    if parts and all(parts):
        return {"text": " / ".join(parts)}, form
    return pointer, form


def _coded(concept: Tree) -> str:
    """Return a code of a system that is not known here, so that the medicine is not lost."""
    return next((str(c["code"]) for c in concept.get("coding") or () if c.get("code")), "")


def _routes(resource: Tree) -> list[str]:
    listed = resource.get("dosage") or resource.get("dosageInstruction") or ()
    return [words_of(d.get("route") or {}) for d in listed]


def _since(resource: Tree) -> str:
    """Return the first day of use; the date of an order may be that of a renewal."""
    return day_of((resource.get("effectivePeriod") or {}).get("start"))


def _dose(resource: Tree) -> str:
    listed = resource.get("dosage") or resource.get("dosageInstruction") or ()
    return "; ".join(str(d["text"]) for d in listed if d.get("text"))
