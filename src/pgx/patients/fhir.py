"""A FHIR R4 Bundle: resources of one patient enter, a `Patient` leaves.

Read are Patient, MedicationRequest, MedicationStatement, Condition, Observation (weight, height,
kidney function), AllergyIntolerance and QuestionnaireResponse; others are left alone. Ages are
counted to the bundle's timestamp, else to the newest date in it; the clock is never asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from pgx.base.errors import PatientFileError
from pgx.base.patient import (
    Condition,
    Kidney,
    Medicine,
    MedicineUse,
    Outcome,
    Patient,
    Reaction,
)
from pgx.patients.fhir_codes import FIELD_OF_LOINC, SYSTEMS, UNIT_FACTORS

__all__ = ["patient_of_bundle"]

Tree = Mapping[str, Any]

_WRONG: Final = frozenset({"entered-in-error", "refuted"})
_USE: Final = {
    "active": MedicineUse.CURRENT,
    "draft": MedicineUse.PLANNED,
    "intended": MedicineUse.PLANNED,
    "on-hold": MedicineUse.STOPPED,
    "completed": MedicineUse.STOPPED,
    "stopped": MedicineUse.STOPPED,
    "cancelled": MedicineUse.STOPPED,
    "not-taken": MedicineUse.STOPPED,
    "ended": MedicineUse.STOPPED,
}
_PRESENT: Final = frozenset({"active", "recurrence", "relapse", ""})
_MEASURED: Final = frozenset({"final", "amended", "corrected", "preliminary"})
_DIAGNOSES: Final = ("ICD-10", "SNOMED")
_DAY: Final = len("2026-01-31")


def patient_of_bundle(tree: Tree, where: str) -> Patient:
    """Return the patient of a bundle.

    Raises
    ------
    PatientFileError
        No bundle, not exactly one Patient, another patient's resource, a resource of another
        shape than FHIR's, or a measurement in a unit that is not understood.
    """
    try:
        return _Bundle(tree, where).patient()
    except (AttributeError, TypeError, KeyError, ValueError, IndexError, RecursionError) as error:
        raise PatientFileError(
            "a resource has another shape than in FHIR R4", where=where, remedy="check the export"
        ) from error


class _Bundle:
    """The resources of one bundle by type."""

    def __init__(self, tree: Tree, where: str) -> None:
        self.where = where
        if tree["resourceType"] != "Bundle":
            raise self._refused(f"a {str(tree['resourceType'])[:40]}, not a Bundle")
        self.timestamp = str(tree.get("timestamp") or "")[:_DAY]
        self.by_type: dict[str, list[Tree]] = {}
        self.by_address: dict[str, Tree] = {}
        for entry in tree.get("entry") or ():
            resource = entry["resource"]
            kind = str(resource["resourceType"])
            self.by_type.setdefault(kind, []).append(resource)
            for address in (entry.get("fullUrl"), f"{kind}/{resource.get('id')}"):
                self.by_address[str(address)] = resource

    def _refused(self, what: str) -> PatientFileError:
        return PatientFileError(
            what, where=self.where, remedy="export one patient as FHIR R4 Bundle"
        )

    def patient(self) -> Patient:
        found = self.by_type.get("Patient", [])
        if len(found) != 1:
            raise self._refused(f"{len(found)} Patient resources, one is needed")
        person = found[0]
        self._check_subjects(str(person.get("id") or ""))
        sex = str(person.get("gender") or "")
        measured = self._measurements()
        medicines = tuple(self._medicines())
        conditions = (*self._conditions(), *self._indications())
        return Patient(
            date=self.timestamp if len(self.timestamp) == _DAY else self._newest(),
            birth_date=_day(person.get("birthDate")),
            sex=sex if sex in ("male", "female") else "",
            weight_kg=measured.get("weight_kg"),
            height_cm=measured.get("height_cm"),
            kidney=Kidney(
                egfr=measured.get("egfr"),
                creatinine_clearance=measured.get("creatinine_clearance"),
            ),
            conditions=tuple(dict.fromkeys(conditions)),
            medicines=tuple(dict.fromkeys(medicines)),
            reactions=tuple(self._reactions()),
            outcomes=tuple(self._outcomes()),
        )

    def _check_subjects(self, identifier: str) -> None:
        """Refuse a bundle with resources of somebody else."""
        known = {
            address for address, r in self.by_address.items() if r["resourceType"] == "Patient"
        }
        for resource in (r for group in self.by_type.values() for r in group):
            subject = resource.get("subject") or resource.get("patient") or {}
            reference = str(subject.get("reference") or "") if isinstance(subject, Mapping) else ""
            named = reference.rpartition("Patient/")[2].partition("/")[0]
            if reference and reference not in known and named != identifier:
                raise self._refused(f"a {resource['resourceType']} is of another patient")

    def _each(self, *kinds: str) -> Iterator[Tree]:
        for kind in kinds:
            for resource in self.by_type.get(kind, ()):
                if not _WRONG & {
                    str(resource.get("status")),
                    _code(resource, "verificationStatus"),
                }:
                    yield resource

    def _newest(self) -> str:
        """Return the newest day on which something was measured, ordered or stated."""
        names = ("effectiveDateTime", "authoredOn", "dateAsserted", "authored", "recordedDate")
        every = (r for group in self.by_type.values() for r in group)
        return max((_day(r.get(name)) for r in every for name in names), default="")

    def _measurements(self) -> dict[str, float]:
        """Return the newest value of each quantity in the field's own unit."""
        dated: dict[str, tuple[str, float]] = {}
        for resource in self._each("Observation"):
            field = _field(resource)
            quantity = resource.get("valueQuantity")
            if not field or quantity is None or str(resource.get("status")) not in _MEASURED:
                continue
            when = str(resource.get("effectiveDateTime") or resource.get("issued") or "")
            value = float(quantity["value"]) * self._factor(field, quantity)
            if field not in dated or when >= dated[field][0]:
                dated[field] = (when, round(value, 4))
        return {field: value for field, (_, value) in dated.items()}

    def _factor(self, field: str, quantity: Tree) -> float:
        for unit in (quantity.get("code"), quantity.get("unit")):
            factor = UNIT_FACTORS[field].get(str(unit))
            if factor is not None:
                return factor
        raise self._refused(f"{field.partition('_')[0]} in a unit that is not understood")

    def _medicines(self) -> Iterator[Medicine]:
        for resource in self._each("MedicationStatement", "MedicationRequest"):
            use = _USE.get(str(resource.get("status")))
            if use is None or resource.get("doNotPerform"):
                continue
            concept = resource.get("medicationCodeableConcept") or self._referenced(resource)
            codes = _codings(concept)
            name = _text(concept)
            medicine = Medicine(
                name=name,
                rxnorm=codes.get("rxnorm", ""),
                atc=codes.get("atc", ""),
                use=use,
                since=_since(resource),
                dose=_dose(resource),
            )
            if medicine.name or medicine.rxnorm or medicine.atc:
                yield medicine

    def _referenced(self, resource: Tree) -> Tree:
        """Return the code of a Medication that stands in the resource or in the bundle."""
        address = str((resource.get("medicationReference") or {}).get("reference") or "")
        inside = {f"#{r.get('id')}": r for r in resource.get("contained") or ()}
        found = inside.get(address) or self.by_address.get(address) or {}
        code: Tree = found.get("code") or resource.get("medicationReference") or {}
        return code

    def _conditions(self) -> Iterator[Condition]:
        for resource in self._each("Condition"):
            if _code(resource, "clinicalStatus") in _PRESENT:
                yield from _condition(resource.get("code") or {})

    def _indications(self) -> Iterator[Condition]:
        """Yield what current and planned medicines are given for."""
        for resource in self._each("MedicationStatement", "MedicationRequest"):
            if _USE.get(str(resource.get("status"))) in (MedicineUse.CURRENT, MedicineUse.PLANNED):
                for concept in resource.get("reasonCode") or ():
                    yield from _condition(concept)

    def _reactions(self) -> Iterator[Reaction]:
        for resource in self._each("AllergyIntolerance"):
            name = _text(resource.get("code") or {})
            listed: Iterable[Tree] = resource.get("reaction") or ({},)
            for reaction in listed:
                shown = [_text(m) for m in reaction.get("manifestation") or ()]
                if name:
                    yield Reaction(
                        medicine=name,
                        reaction=", ".join(filter(None, shown)),
                        severity=str(reaction.get("severity") or ""),
                        date=_day(reaction.get("onset") or resource.get("recordedDate")),
                    )

    def _outcomes(self) -> Iterator[Outcome]:
        for resource in self._each("QuestionnaireResponse"):
            when = _day(resource.get("authored"))
            for question, answer in _answers(resource.get("item") or ()):
                yield Outcome(question=question, answer=answer, date=when)


def _day(value: object) -> str:
    """Return the day of a FHIR date or time, empty where it has less than a day."""
    text = str(value or "")[:_DAY]
    return text if len(text) == _DAY else ""


def _codings(concept: Tree) -> dict[str, str]:
    found: dict[str, str] = {}
    for coding in concept.get("coding") or ():
        system = SYSTEMS.get(str(coding.get("system")))
        if system and coding.get("code"):
            found.setdefault(system, str(coding["code"]))
    return found


def _text(concept: Tree) -> str:
    shown = [c.get("display") for c in concept.get("coding") or ()]
    named = next(
        (str(text) for text in (concept.get("text"), *shown, concept.get("display")) if text), ""
    )
    return " ".join(named.split())


def _code(resource: Tree, name: str) -> str:
    """Return the first code of a status that is a concept."""
    codings: Sequence[Tree] = (resource.get(name) or {}).get("coding") or ({},)
    return str(codings[0].get("code") or "")


def _field(resource: Tree) -> str:
    code = _codings(resource.get("code") or {}).get("loinc", "")
    return FIELD_OF_LOINC.get(code, "")


def _condition(concept: Tree) -> Iterator[Condition]:
    codes, name = _codings(concept), _text(concept)
    listed: list[tuple[str, str]] = [(codes[s], s) for s in _DIAGNOSES if s in codes]
    for code, system in listed or ([("", "")] if name else []):
        yield Condition(name=name, code=code, system=system)


def _since(resource: Tree) -> str:
    """Return the first day of use; the date of an order may be that of a renewal."""
    return _day((resource.get("effectivePeriod") or {}).get("start"))


def _dose(resource: Tree) -> str:
    listed = resource.get("dosage") or resource.get("dosageInstruction") or ()
    return "; ".join(str(d["text"]) for d in listed if d.get("text"))


_VALUES: Final[Mapping[str, Callable[[Any], str]]] = {
    "valueCoding": lambda v: str(v.get("display") or v.get("code") or ""),
    "valueQuantity": lambda v: (
        f"{v.get('value', '')} {v.get('unit') or v.get('code') or ''}".strip()
    ),
    "valueBoolean": lambda v: "yes" if v else "no",
}
_PLAIN: Final = ("valueString", "valueInteger", "valueDecimal", "valueDate", "valueDateTime")


def _answers(items: Iterable[Tree]) -> Iterator[tuple[str, str]]:
    """Yield question and answer, depth first."""
    for item in items:
        question = str(item.get("text") or item.get("linkId") or "")
        for answer in item.get("answer") or ():
            shown = [say(answer[name]) for name, say in _VALUES.items() if name in answer]
            shown += [str(answer[name]) for name in _PLAIN if name in answer]
            if shown and shown[0]:
                yield question, shown[0]
            yield from _answers(answer.get("item") or ())
        yield from _answers(item.get("item") or ())
