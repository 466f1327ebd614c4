"""Read a FHIR R4 Bundle with the resources of one patient into a `Patient`.

Patient, MedicationRequest, MedicationStatement, Condition, Observation (weight, height, kidney
function), AllergyIntolerance and QuestionnaireResponse are read; other resources are ignored. The
age is counted to the bundle's timestamp, else to the newest date in it, never to the system clock:
the same file gives the same patient at any time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from pgx.errors import PatientFileError
from pgx.records.patient import Condition, Kidney, Medicine, MedicineUse, Outcome, Patient, Reaction

__all__ = ["patient_of_bundle"]


# FHIR system URIs; the country variants of ICD-10 share the codes that guidelines use
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
"""SNOMED codes of an AllergyIntolerance that states the absence of allergies."""
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
"""By field, the factor from a UCUM unit or its usual spelling to the unit of the field.

mL/min counts as mL/min per 1.73 m² where the LOINC code is that of an eGFR.
"""


Tree = Mapping[str, Any]
DAY: Final = len("2026-01-31")


def date_of(value: object) -> str:
    """Return the date of a FHIR date or dateTime, empty if it is only a year or a month."""
    text = str(value or "")[:DAY]
    return text if len(text) == DAY else ""


def ended_before(value: object, day: str) -> bool:
    """Whether a FHIR date or time, which may be a year or a month, ended before a day.

    >>> ended_before("2025", "2026-01-31"), ended_before("2026-01", "2026-01-31")
    (True, False)
    """
    text = str(value or "")[:DAY]
    return bool(text and day) and text < day[: len(text)]


def codings(concept: Tree) -> dict[str, str]:
    """Return the first code of each system in `SYSTEMS`, by the short name of the system."""
    found: dict[str, str] = {}
    for coding in concept.get("coding") or ():
        system = SYSTEMS.get(str(coding.get("system")))
        if system and coding.get("code"):
            found.setdefault(system, str(coding["code"]).strip())
    return found


def status_codes(resource: Tree, name: str) -> set[str]:
    """Return the codes and the text of a status CodeableConcept, in lower case."""
    concept = resource.get(name) or {}
    found = [c.get("code") or c.get("display") for c in concept.get("coding") or ()]
    return {str(text).strip().casefold() for text in (*found, concept.get("text")) if text}


def text_of(concept: Tree) -> str:
    """Return the text of a CodeableConcept: its own, else the first display."""
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
    """Yield (question, answer) of questionnaire items, depth first."""
    for item in items:
        question = str(item.get("text") or item.get("linkId") or "")
        for answer in item.get("answer") or ():
            shown = [say(answer[name]) for name, say in _VALUES.items() if name in answer]
            shown += [str(answer[name]) for name in _PLAIN if name in answer]
            if shown and shown[0]:
                yield question, shown[0]
            yield from answers(answer.get("item") or ())
        yield from answers(item.get("item") or ())


# status of MedicationRequest and MedicationStatement, R4 and STU3
_USE: Final = {
    "active": MedicineUse.CURRENT,
    "draft": MedicineUse.PLANNED,
    "intended": MedicineUse.PLANNED,
    "on-hold": MedicineUse.STOPPED,
    "completed": MedicineUse.STOPPED,
    "stopped": MedicineUse.STOPPED,
    "ended": MedicineUse.STOPPED,
}
_NOT_TAKEN: Final = frozenset({"cancelled", "not-taken", "entered-in-error"})
_NOT_ORDERED: Final = frozenset({"proposal", "plan", "option"})
_TAKEN_STU3: Final = {"y": True, "n": False}


def medicine_use(resource: Tree, day: str) -> MedicineUse | None:
    """Return the use of a MedicationRequest or -Statement on a date, None if it was never taken.

    A cancelled order was never taken; a proposal or plan is not an order. A medicine that ended
    before the date is stopped and one that starts after it is planned, whatever the status says.
    A missing or unknown status gives `MedicineUse.UNKNOWN`: the medicine is shown but has no
    effect on recommendations.
    """
    status = str(resource.get("status"))
    if status in _NOT_TAKEN or resource.get("doNotPerform"):
        return None
    use = _USE.get(status, MedicineUse.UNKNOWN)
    taken = resource.get("taken")  # STU3 has here what R4 has in the status
    if taken is not None:
        if _TAKEN_STU3.get(str(taken)) is False:
            return None
        use = use if str(taken) == "y" or use is not MedicineUse.CURRENT else MedicineUse.UNKNOWN
    if str(resource.get("intent")) in _NOT_ORDERED:
        known = use in (MedicineUse.CURRENT, MedicineUse.PLANNED)
        return MedicineUse.PLANNED if known else MedicineUse.UNKNOWN
    return _by_dates(resource, use, day)


def _by_dates(resource: Tree, use: MedicineUse, day: str) -> MedicineUse:
    if use is not MedicineUse.CURRENT:
        return use
    ends = [p.get("end") for p in _periods(resource)]
    if ends and all(ended_before(end, day) for end in ends):
        return MedicineUse.STOPPED
    since = _start(resource)
    return MedicineUse.PLANNED if since and day and since > day else use


def _periods(resource: Tree) -> list[Tree]:
    """Return the period of use, else that of each dosage instruction."""
    own = resource.get("effectivePeriod")
    if own:
        return [own]
    listed = resource.get("dosageInstruction") or ()
    repeats = [((d.get("timing") or {}).get("repeat") or {}) for d in listed]
    return [repeat.get("boundsPeriod") or {} for repeat in repeats]


def medicines_of(
    resources: Iterable[Tree], named: Callable[[str], Tree], day: str, where: str
) -> Iterator[Medicine]:
    """Yield the medicines of a bundle; ``named`` returns the resource at an address, else ``{}``.

    Raises
    ------
    PatientFileError
        A resource has no medicine.
    """
    for resource in resources:
        use = medicine_use(resource, day)
        if use is None:
            continue
        concept, form = _medicine_concept(resource, named)
        codes = codings(concept)
        reference = (resource.get("medicationReference") or {}).get("reference")
        name = text_of(concept)
        if not (name or codes.get("rxnorm") or codes.get("atc")):
            name = _any_code(concept) or str(reference or "")
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
            since=_start(resource),
            dose=_dose(resource),
        )


def _medicine_concept(resource: Tree, named: Callable[[str], Tree]) -> tuple[Tree, str]:
    """Return the CodeableConcept of the medicine, and its dose form as text."""
    concept = resource.get("medicationCodeableConcept")
    if concept:
        return concept, ""
    pointer = resource.get("medicationReference") or {}
    address = str(pointer.get("reference") or "")
    inside = {f"#{r.get('id')}": r for r in resource.get("contained") or ()}
    found = inside.get(address) or named(address)
    form = text_of(found.get("form") or {})
    if found.get("code"):
        return found["code"], form
    parts = [text_of(i.get("itemCodeableConcept") or {}) for i in found.get("ingredient") or ()]
    if parts and all(parts):
        return {"text": " / ".join(parts)}, form
    return pointer, form


def _any_code(concept: Tree) -> str:
    """Return a code of any other system, so that the medicine is shown rather than dropped."""
    return next((str(c["code"]) for c in concept.get("coding") or () if c.get("code")), "")


def _routes(resource: Tree) -> list[str]:
    listed = resource.get("dosage") or resource.get("dosageInstruction") or ()
    return [text_of(d.get("route") or {}) for d in listed]


def _start(resource: Tree) -> str:
    """Return the first date of use; authoredOn is not it, as it may be the date of a renewal."""
    return date_of((resource.get("effectivePeriod") or {}).get("start"))


def _dose(resource: Tree) -> str:
    listed = resource.get("dosage") or resource.get("dosageInstruction") or ()
    return "; ".join(str(d["text"]) for d in listed if d.get("text"))


# a retracted or refuted statement must not act, though systems keep exporting it
_RETRACTED: Final = frozenset({"entered-in-error", "refuted"})
_SUSPECTED: Final = frozenset({"unconfirmed", "provisional", "differential"})
_PRESENT: Final = frozenset({"active", "recurrence", "relapse"})
_MEASURED: Final = frozenset({"final", "amended", "corrected", "preliminary"})
_DIAGNOSES: Final = ("ICD-10", "SNOMED")
_DRUGS: Final = ("MedicationStatement", "MedicationRequest")
_READ: Final = frozenset(
    {*_DRUGS, "Patient", "Condition", "Observation", "AllergyIntolerance", "QuestionnaireResponse"}
)
_AGREEMENT: Final = 0.01  # relative: rounding and unit conversion, not two measurements
_IN_USE: Final = (MedicineUse.CURRENT, MedicineUse.PLANNED)


def patient_of_bundle(tree: Tree, where: str) -> Patient:
    """Return the patient of a bundle.

    Raises
    ------
    PatientFileError
        Not a Bundle, not exactly one living Patient, a resource of another patient, two versions of
        a resource, one with a modifier extension, one whose shape is not that of FHIR R4, a
        medicine without a name, or a measurement in an unknown unit.
    """
    try:
        return _BundleResources(tree, where).patient()
    except PatientFileError:
        raise
    except (AttributeError, TypeError, KeyError, ValueError, IndexError, RecursionError) as error:
        raise PatientFileError(
            "a resource has another shape than in FHIR R4", where=where, remedy="check the export"
        ) from error


class _BundleResources:
    """The resources of one bundle by type."""

    def __init__(self, tree: Tree, where: str) -> None:
        self.where = where
        if tree["resourceType"] != "Bundle":
            raise self._error("a resource that is not a Bundle")
        if tree.get("type") == "history":
            raise self._error("a history, which holds what is no longer so")
        self.timestamp = date_of(tree.get("timestamp"))
        self.by_type: dict[str, list[Tree]] = {}
        self.by_address: dict[str, Tree] = {}
        for entry in tree.get("entry") or ():
            self._add(entry)

    def _add(self, entry: Tree) -> None:
        resource = entry["resource"]
        kind = str(resource["resourceType"])
        # FHIR: a reader that does not know a modifier extension must not process the resource
        if kind in _READ and (resource.get("modifierExtension") or resource.get("implicitRules")):
            raise self._error(f"a {kind} that must not be read without its modifier extension")
        addresses = {str(entry.get("fullUrl") or ""), _address(kind, resource)} - {""}
        before = [self.by_address[a] for a in addresses if a in self.by_address]
        if any(other != resource for other in before):
            raise self._error(f"two versions of one {_shown(kind)}")
        if not before:
            self.by_type.setdefault(kind, []).append(resource)
        for address in addresses:
            self.by_address[address] = resource

    def _error(self, what: str) -> PatientFileError:
        return PatientFileError(
            what, where=self.where, remedy="export one patient as FHIR R4 Bundle"
        )

    def patient(self) -> Patient:
        found = self.by_type.get("Patient", [])
        if len(found) != 1:
            raise self._error(f"{len(found)} Patient resources, one is needed")
        person = found[0]
        if person.get("deceasedBoolean") or person.get("deceasedDateTime"):
            raise self._error("the patient has died")
        self._check_subjects(person)
        measured = self._measurements()
        day = self.timestamp or self._newest()
        conditions = (*self._conditions(), *self._indications(day))
        return Patient(
            date=day,
            birth_date=date_of(person.get("birthDate")),
            sex=_sex(person),
            weight_kg=measured.get("weight_kg"),
            height_cm=measured.get("height_cm"),
            kidney=Kidney(
                egfr=measured.get("egfr"),
                creatinine_clearance=measured.get("creatinine_clearance"),
            ),
            conditions=tuple(dict.fromkeys(conditions)),
            medicines=tuple(dict.fromkeys(self._medicines(day))),
            reactions=tuple(self._reactions()),
            outcomes=tuple(self._outcomes()),
        )

    def _medicines(self, day: str) -> Iterator[Medicine]:
        return medicines_of(self._each(*_DRUGS), self._resource_at, day, self.where)

    def _resource_at(self, address: str) -> Tree:
        return self.by_address.get(address) or {}

    def _check_subjects(self, person: Tree) -> None:
        """Raise an error if any resource is of another patient."""
        known = {address for address, resource in self.by_address.items() if resource is person}
        elsewhere = any("://" in address for address in known)
        identifier = str(person.get("id") or "")
        for resource in (r for group in self.by_type.values() for r in group):
            for reference in _subjects(resource):
                _, _, named = reference.rpartition("Patient/")
                full = "://" in reference and elsewhere  # Patient/1 of another server is another
                same = bool(identifier) and named == identifier and not full
                if not (same or reference in known):
                    kind = _shown(str(resource["resourceType"]))
                    raise self._error(f"a {kind} is of another patient")

    def _each(self, *kinds: str) -> Iterator[Tree]:
        for kind in kinds:
            for resource in self.by_type.get(kind, ()):
                status = str(resource.get("status"))
                if not _RETRACTED & {status, *status_codes(resource, "verificationStatus")}:
                    yield resource

    def _newest(self) -> str:
        """Return the newest date on which something was measured, ordered, stated or taken."""
        names = (
            "effectiveDateTime", "effectiveInstant", "issued", "authoredOn", "dateAsserted",
            "authored", "recordedDate", "onsetDateTime", "lastOccurrence",
        )  # fmt: skip
        every = list(self._each(*_READ))
        days = [date_of(r.get(name)) for r in every for name in names]
        taken = [r for r in every if r.get("status") == "active"]
        days += [date_of((r.get("effectivePeriod") or {}).get("start")) for r in taken]
        return max(days, default="")

    def _measurements(self) -> dict[str, float]:
        """Return the newest value of each quantity in the unit of its field.

        A newest value with a comparator (">90") counts as missing, as do two values of one time
        that differ; an older value never takes their place, because it may no longer hold.
        """
        dated: dict[str, dict[str, list[float]]] = {}
        for resource in self._each("Observation"):
            field = _field(resource)
            quantity = resource.get("valueQuantity") or {}
            measured = str(resource.get("status")) in _MEASURED
            if not (field and measured) or quantity.get("value") is None:
                continue
            value = round(_number(quantity["value"]) * self._factor(field, quantity), 4)
            value = math.nan if quantity.get("comparator") else value
            dated.setdefault(field, {}).setdefault(_measured_at(resource), []).append(value)
        newest = {field: values[max(values)] for field, values in dated.items()}
        return {field: values[-1] for field, values in newest.items() if _agree(values)}

    def _factor(self, field: str, quantity: Tree) -> float:
        units = [str(quantity.get(name)) for name in ("code", "unit")]
        factors = {UNIT_FACTORS[field][unit] for unit in units if unit in UNIT_FACTORS[field]}
        if len(factors) != 1:  # code and unit may contradict each other
            raise self._error(f"{field.rpartition('_')[0] or field} in a unit not understood")
        return factors.pop()

    def _conditions(self) -> Iterator[Condition]:
        for resource in self._each("Condition"):
            if _is_present(resource):
                yield from _condition(resource.get("code") or {})

    def _indications(self, day: str) -> Iterator[Condition]:
        """Yield the indications of current and planned medicines."""
        for resource in self._each(*_DRUGS):
            if medicine_use(resource, day) in _IN_USE:
                for concept in resource.get("reasonCode") or ():
                    yield from _condition(concept)

    def _reactions(self) -> Iterator[Reaction]:
        for resource in self._each("AllergyIntolerance"):
            concept = resource.get("code") or {}
            name = text_of(concept)
            if not name or _is_no_allergy(concept):
                continue
            listed: Iterable[Tree] = resource.get("reaction") or ({},)
            for reaction in listed:
                shown = [text_of(m) for m in reaction.get("manifestation") or ()]
                yield Reaction(
                    medicine=name,
                    reaction=", ".join(filter(None, shown)),
                    severity=str(reaction.get("severity") or ""),
                    date=date_of(reaction.get("onset") or resource.get("recordedDate")),
                )

    def _outcomes(self) -> Iterator[Outcome]:
        for resource in self._each("QuestionnaireResponse"):
            when = date_of(resource.get("authored"))
            for question, answer in answers(resource.get("item") or ()):
                yield Outcome(question=question, answer=answer, date=when)


def _shown(kind: str) -> str:
    """Return a resource type for a message; an unknown one may be any text, even a name."""
    return kind if kind in _READ else "resource"


def _subjects(resource: Tree) -> Iterator[str]:
    """Yield the references to the subject of a resource, without their version."""
    found = resource.get("subject") or resource.get("patient") or ()
    for subject in found if isinstance(found, list) else [found]:
        reference = subject.get("reference") if isinstance(subject, Mapping) else None
        if reference:
            yield str(reference).partition("/_history/")[0]


def _address(kind: str, resource: Tree) -> str:
    return f"{kind}/{resource['id']}" if resource.get("id") else ""


def _sex(person: Tree) -> str:
    """Return sex assigned at birth if recorded, else administrative gender.

    Genotypes on X depend on the chromosomes, for which sex at birth is the better proxy.
    """
    for extension in person.get("extension") or ():
        if extension.get("url") in BIRTH_SEX:
            return SEXES.get(str(extension.get("valueCode")).casefold(), "")
    return SEXES.get(str(person.get("gender")), "")


def _measured_at(resource: Tree) -> str:
    period = resource.get("effectivePeriod") or {}
    names = ("effectiveDateTime", "effectiveInstant", "issued")
    found = [resource.get(name) for name in names]
    return str(next(filter(None, (*found[:2], period.get("end"), found[2])), ""))


def _agree(values: list[float]) -> bool:
    if any(math.isnan(value) for value in values):
        return False
    return max(values) - min(values) <= _AGREEMENT * abs(max(values))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("a quantity is a number")
    return float(value)


def _field(resource: Tree) -> str:
    code = codings(resource.get("code") or {}).get("loinc", "")
    return FIELD_OF_LOINC.get(code, "")


def _is_present(resource: Tree) -> bool:
    """Whether a diagnosis is confirmed and active, not merely suspected."""
    if status_codes(resource, "verificationStatus") & _SUSPECTED:
        return False
    clinical = status_codes(resource, "clinicalStatus")
    has_ended = any(name.startswith("abatement") for name in resource)
    return bool(clinical & _PRESENT) if clinical else not has_ended


def _condition(concept: Tree) -> Iterator[Condition]:
    codes, name = codings(concept), text_of(concept)
    listed: list[tuple[str, str]] = [(codes[s], s) for s in _DIAGNOSES if s in codes]
    for code, system in listed or ([("", "")] if name else []):
        yield Condition(name=name, code=code, system=system)


def _is_no_allergy(concept: Tree) -> bool:
    """Whether an AllergyIntolerance states that the patient has no known allergies."""
    codes = {str(c.get("code")) for c in concept.get("coding") or ()}
    return bool(codes & NO_ALLERGY) or text_of(concept).casefold().startswith("no known")
