"""A FHIR R4 Bundle: resources of one patient enter, a `Patient` leaves.

Read are Patient, MedicationRequest, MedicationStatement, Condition, Observation (weight, height,
kidney function), AllergyIntolerance and QuestionnaireResponse; others are left alone. Ages are
counted to the bundle's timestamp, else to the newest date in it; the clock is never asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pgx.base.errors import PatientFileError
from pgx.base.patient import Condition, Kidney, Medicine, MedicineUse, Outcome, Patient, Reaction
from pgx.patients.fhir_resources import (
    BIRTH_SEX,
    FIELD_OF_LOINC,
    NO_ALLERGY,
    SEXES,
    UNIT_FACTORS,
    Tree,
    answers,
    codes_of,
    codings,
    day_of,
    medicines_of,
    use_of,
    words_of,
)

__all__ = ["patient_of_bundle"]

_WRONG: Final = frozenset({"entered-in-error", "refuted"})
_UNSURE: Final = frozenset({"unconfirmed", "provisional", "differential"})
_PRESENT: Final = frozenset({"active", "recurrence", "relapse"})
_MEASURED: Final = frozenset({"final", "amended", "corrected", "preliminary"})
_DIAGNOSES: Final = ("ICD-10", "SNOMED")
_DRUGS: Final = ("MedicationStatement", "MedicationRequest")
_READ: Final = frozenset(
    {*_DRUGS, "Patient", "Condition", "Observation", "AllergyIntolerance", "QuestionnaireResponse"}
)
_ALIKE: Final = 0.01
_GIVEN_FOR: Final = (MedicineUse.CURRENT, MedicineUse.PLANNED)


def patient_of_bundle(tree: Tree, where: str) -> Patient:
    """Return the patient of a bundle.

    Raises
    ------
    PatientFileError
        No bundle, not exactly one living Patient, another patient's resource, two versions of a
        resource, one that must not be read without an extension, one of another shape than
        FHIR's, a medicine without name, or a measurement in a unit that is not understood.
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
            raise self._refused("a resource that is not a Bundle")
        if tree.get("type") == "history":
            raise self._refused("a history, which holds what is no longer so")
        self.timestamp = day_of(tree.get("timestamp"))
        self.by_type: dict[str, list[Tree]] = {}
        self.by_address: dict[str, Tree] = {}
        for entry in tree.get("entry") or ():
            self._add(entry)

    def _add(self, entry: Tree) -> None:
        resource = entry["resource"]
        kind = str(resource["resourceType"])
        if kind in _READ and (resource.get("modifierExtension") or resource.get("implicitRules")):
            raise self._refused(f"a {kind} that must not be read without its modifier extension")
        addresses = {str(entry.get("fullUrl") or ""), _address(kind, resource)} - {""}
        before = [self.by_address[a] for a in addresses if a in self.by_address]
        if any(other != resource for other in before):
            raise self._refused(f"two versions of one {_shown(kind)}")
        if not before:
            self.by_type.setdefault(kind, []).append(resource)
        for address in addresses:
            self.by_address[address] = resource

    def _refused(self, what: str) -> PatientFileError:
        return PatientFileError(
            what, where=self.where, remedy="export one patient as FHIR R4 Bundle"
        )

    def patient(self) -> Patient:
        found = self.by_type.get("Patient", [])
        if len(found) != 1:
            raise self._refused(f"{len(found)} Patient resources, one is needed")
        person = found[0]
        if person.get("deceasedBoolean") or person.get("deceasedDateTime"):
            raise self._refused("the patient has died")
        self._check_subjects(person)
        measured = self._measurements()
        day = self.timestamp or self._newest()
        conditions = (*self._conditions(), *self._indications(day))
        return Patient(
            date=day,
            birth_date=day_of(person.get("birthDate")),
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
        """Refuse a bundle with resources of somebody else."""
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
                    raise self._refused(f"a {kind} is of another patient")

    def _each(self, *kinds: str) -> Iterator[Tree]:
        for kind in kinds:
            for resource in self.by_type.get(kind, ()):
                status = str(resource.get("status"))
                if not _WRONG & {status, *codes_of(resource, "verificationStatus")}:
                    yield resource

    def _newest(self) -> str:
        """Return the newest day on which something was measured, ordered, stated or taken."""
        names = (
            "effectiveDateTime", "effectiveInstant", "issued", "authoredOn", "dateAsserted",
            "authored", "recordedDate", "onsetDateTime", "lastOccurrence",
        )  # fmt: skip
        every = list(self._each(*_READ))
        days = [day_of(r.get(name)) for r in every for name in names]
        taken = [r for r in every if r.get("status") == "active"]
        days += [day_of((r.get("effectivePeriod") or {}).get("start")) for r in taken]
        return max(days, default="")

    def _measurements(self) -> dict[str, float]:
        """Return the newest value of each quantity in the field's own unit.

        A newest value that is a limit (">90") is none, and neither are two of one time that
        differ; an older value never takes their place.
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
        return {field: values[-1] for field, values in newest.items() if _alike(values)}

    def _factor(self, field: str, quantity: Tree) -> float:
        said = [str(quantity.get(name)) for name in ("code", "unit")]
        known = {UNIT_FACTORS[field][unit] for unit in said if unit in UNIT_FACTORS[field]}
        if len(known) != 1:
            raise self._refused(f"{field.rpartition('_')[0] or field} in a unit not understood")
        return known.pop()

    def _conditions(self) -> Iterator[Condition]:
        for resource in self._each("Condition"):
            if _is_present(resource):
                yield from _condition(resource.get("code") or {})

    def _indications(self, day: str) -> Iterator[Condition]:
        """Yield what current and planned medicines are given for."""
        for resource in self._each(*_DRUGS):
            if use_of(resource, day) in _GIVEN_FOR:
                for concept in resource.get("reasonCode") or ():
                    yield from _condition(concept)

    def _reactions(self) -> Iterator[Reaction]:
        for resource in self._each("AllergyIntolerance"):
            concept = resource.get("code") or {}
            name = words_of(concept)
            if not name or _says_none(concept):
                continue
            listed: Iterable[Tree] = resource.get("reaction") or ({},)
            for reaction in listed:
                shown = [words_of(m) for m in reaction.get("manifestation") or ()]
                yield Reaction(
                    medicine=name,
                    reaction=", ".join(filter(None, shown)),
                    severity=str(reaction.get("severity") or ""),
                    date=day_of(reaction.get("onset") or resource.get("recordedDate")),
                )

    def _outcomes(self) -> Iterator[Outcome]:
        for resource in self._each("QuestionnaireResponse"):
            when = day_of(resource.get("authored"))
            for question, answer in answers(resource.get("item") or ()):
                yield Outcome(question=question, answer=answer, date=when)


def _shown(kind: str) -> str:
    """Return a type of resource for a message; one that is not read may be any text."""
    return kind if kind in _READ else "resource"


def _subjects(resource: Tree) -> Iterator[str]:
    """Yield addresses of whom a resource is about, without their version."""
    found = resource.get("subject") or resource.get("patient") or ()
    for subject in found if isinstance(found, list) else [found]:
        reference = subject.get("reference") if isinstance(subject, Mapping) else None
        if reference:
            yield str(reference).partition("/_history/")[0]


def _address(kind: str, resource: Tree) -> str:
    return f"{kind}/{resource['id']}" if resource.get("id") else ""


def _sex(person: Tree) -> str:
    """Return the sex at birth where it is recorded, for it is about chromosomes, else gender."""
    for extension in person.get("extension") or ():
        if extension.get("url") in BIRTH_SEX:
            return SEXES.get(str(extension.get("valueCode")).casefold(), "")
    return SEXES.get(str(person.get("gender")), "")


def _measured_at(resource: Tree) -> str:
    period = resource.get("effectivePeriod") or {}
    names = ("effectiveDateTime", "effectiveInstant", "issued")
    found = [resource.get(name) for name in names]
    return str(next(filter(None, (*found[:2], period.get("end"), found[2])), ""))


def _alike(values: list[float]) -> bool:
    if any(math.isnan(value) for value in values):
        return False
    return max(values) - min(values) <= _ALIKE * abs(max(values))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("a quantity is a number")
    return float(value)


def _field(resource: Tree) -> str:
    code = codings(resource.get("code") or {}).get("loinc", "")
    return FIELD_OF_LOINC.get(code, "")


def _is_present(resource: Tree) -> bool:
    """Whether a diagnosis is made and not over; one that is only suspected is not made."""
    if codes_of(resource, "verificationStatus") & _UNSURE:
        return False
    clinical = codes_of(resource, "clinicalStatus")
    over = any(name.startswith("abatement") for name in resource)
    return bool(clinical & _PRESENT) if clinical else not over


def _condition(concept: Tree) -> Iterator[Condition]:
    codes, name = codings(concept), words_of(concept)
    listed: list[tuple[str, str]] = [(codes[s], s) for s in _DIAGNOSES if s in codes]
    for code, system in listed or ([("", "")] if name else []):
        yield Condition(name=name, code=code, system=system)


def _says_none(concept: Tree) -> bool:
    """Whether an allergy is the statement that there is none."""
    codes = {str(c.get("code")) for c in concept.get("coding") or ()}
    return bool(codes & NO_ALLERGY) or words_of(concept).casefold().startswith("no known")
