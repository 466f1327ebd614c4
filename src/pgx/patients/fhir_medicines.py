"""Medicines of a FHIR R4 bundle: whether one is taken, is to be taken, was taken, or none of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from pgx.base.errors import PatientFileError
from pgx.base.patient import Medicine, MedicineUse
from pgx.patients.fhir_parts import Tree, codings, day_of, is_before, words_of

__all__ = ["medicines_of", "use_of"]

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
