"""Read a patient file, JSON or a FHIR R4 Bundle; reject implausible values; find medicines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from pgx.base.files import read_at_most
from pgx.base.texts import shape_problem
from pgx.errors import PatientFileError
from pgx.knowledge.medicines import Vocabulary
from pgx.records.patient import (
    Condition,
    Kidney,
    KnownMedicine,
    Liver,
    Medicine,
    MedicineUse,
    Outcome,
    Patient,
    Reaction,
    reaction_text,
)

__all__ = [
    "MAX_BYTES",
    "PATIENT_SCHEMA",
    "check_patient",
    "is_local",
    "known_medicines",
    "months_between",
    "parse_patient",
    "read_patient",
]

# beyond what living patients have, newborns to the extremes on record: catches slips of unit
_RANGES: Final = {
    "age_years": (0.0, 125.0, "years"),
    "weight_kg": (0.3, 650.0, "kg"),
    "height_cm": (20.0, 275.0, "cm"),
    "kidney.egfr": (0.0, 250.0, "mL/min per 1.73 m²"),
    "kidney.creatinine_clearance": (0.0, 400.0, "mL/min"),
}
_CLASSES: Final = ("", "A", "B", "C")
_SEXES: Final = ("", "male", "female")
_SYSTEMS: Final = ("", "ICD-10", "SNOMED")
_ISO_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")  # no week dates
_MAX_TEXT: Final = 2_000  # characters
_MAX_ITEMS: Final = 1_000  # of each list; bounds the size of a report
_YEAR: Final = 365.2425  # days: mean of the Gregorian calendar
_MONTH: Final = _YEAR / 12
_OLDEST: Final = 125.0
# an adult's height in inches is 50 to 85: read as cm it gives a BMI far above 100 kg/m²
_SMALL_CM: Final = 100.0
_MAX_BMI: Final = 100.0


def check_patient(patient: Patient, where: str) -> Patient:
    """Check a patient; return it with the age computed if both dates are given.

    Raises
    ------
    PatientFileError
        A value is outside its range, a date is invalid or after ``date`` (the start of a planned
        medicine may be), a term is not an allowed value, a medicine has neither name nor code,
        or a text or list is too long.
    """
    for problem in _problems(patient):
        raise PatientFileError(problem, where=where, remedy="correct the file")
    return _with_age(patient, where)


def _problems(patient: Patient) -> Iterator[str]:
    for name, (low, high, unit) in _RANGES.items():
        value = _value(patient, name)
        if value is not None and not low <= value <= high:
            yield f"{name} lies outside of {low:g} to {high:g} {unit}"
    terms = (
        ("sex", patient.sex, _SEXES),
        ("liver.child_pugh", patient.liver.child_pugh, _CLASSES),
        *(
            (f"conditions[{i}].system", c.system, _SYSTEMS)
            for i, c in enumerate(patient.conditions)
        ),
    )
    for name, term, allowed in terms:
        if term not in allowed:
            yield f"{name} is none of {', '.join(filter(None, allowed))}"
    yield from _body_problems(patient)
    yield from _date_problems(patient)
    yield from _list_problems(patient)


def _body_problems(patient: Patient) -> Iterator[str]:
    """Yield a problem if height and weight are implausible together (inches read as cm)."""
    height, weight = patient.height_cm, patient.weight_kg
    if height is None or weight is None or height >= _SMALL_CM:
        return
    if weight / (height / 100) ** 2 > _MAX_BMI:
        yield "height_cm and weight_kg fit no body"


def _value(patient: Patient, name: str) -> float | None:
    part, _, field = name.rpartition(".")
    value: float | None = getattr(getattr(patient, part) if part else patient, field)
    return value


def _date_problems(patient: Patient) -> Iterator[str]:
    named = [("date", patient.date), ("birth_date", patient.birth_date)]
    named += [(f"medicines[{i}].since", m.since) for i, m in enumerate(patient.medicines)]
    named += [(f"reactions[{i}].date", r.date) for i, r in enumerate(patient.reactions)]
    named += [(f"outcomes[{i}].date", o.date) for i, o in enumerate(patient.outcomes)]
    last = _day(patient.date)
    # only a planned medicine may start after the date of the file
    ahead = {
        f"medicines[{i}].since"
        for i, m in enumerate(patient.medicines)
        if m.use is MedicineUse.PLANNED
    }
    for name, text in named:
        day = _day(text)
        if text and day is None:
            yield f"{name} is no date like 2026-01-31"
        elif day is not None and last is not None and day > last and name not in ahead:
            yield f"{name} lies after the date of the file"


def _list_problems(patient: Patient) -> Iterator[str]:
    if len(patient.sample) > _MAX_TEXT:
        yield f"sample holds a text of more than {_MAX_TEXT} characters"
    for name in ("conditions", "medicines", "reactions", "outcomes"):
        items = getattr(patient, name)
        if len(items) > _MAX_ITEMS:
            yield f"more than {_MAX_ITEMS} {name}"
        for index, item in enumerate(items):
            texts = [v for v in msgspec.structs.astuple(item) if isinstance(v, str)]
            if any(len(text) > _MAX_TEXT for text in texts):
                yield f"{name}[{index}] holds a text of more than {_MAX_TEXT} characters"
    for index, medicine in enumerate(patient.medicines):
        if not (medicine.name.strip() or medicine.rxnorm.strip() or medicine.atc.strip()):
            yield f"medicines[{index}] has neither name nor code"
    for index, condition in enumerate(patient.conditions):
        if not (condition.name.strip() or condition.code):
            yield f"conditions[{index}] has neither name nor code"


def _day(text: str) -> date | None:
    """Return the date of an ISO text, None for anything else."""
    try:
        return date.fromisoformat(text) if _ISO_DAY.fullmatch(text) else None
    except ValueError:
        return None


def months_between(since: str, until: str) -> float | None:
    """Return the months between two ISO dates, None if one is unknown."""
    first, last = _day(since), _day(until)
    return None if first is None or last is None else (last - first).days / _MONTH


def _with_age(patient: Patient, where: str) -> Patient:
    born, day = _day(patient.birth_date), _day(patient.date)
    if born is None or day is None:
        return patient
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    if age > _OLDEST:
        raise PatientFileError(
            f"the dates give an age of more than {_OLDEST:g} years",
            where=where,
            remedy="correct the file",
        )
    if patient.age_years is not None and int(patient.age_years) != age:
        raise PatientFileError(
            "age_years is not what birth_date and date give",
            where=where,
            remedy="give one of them, or correct the file",
        )
    return msgspec.structs.replace(patient, age_years=float(age))


MAX_BYTES: Final = 16 * 2**20
PATIENT_SCHEMA: Final = "1.0"
_REMEDY: Final = "see docs/how-to/patient.md for both forms"
_RECORDS: Final = (Patient, Kidney, Liver, Condition, Medicine, Reaction, Outcome)
_FIELDS: Final = frozenset(name for kind in _RECORDS for name in kind.__struct_fields__)


def read_patient(path: Path) -> Patient:
    """Read a patient file.

    Raises
    ------
    PatientFileError
        The file cannot be read, has neither form, or holds impossible values.
    """
    return parse_patient(read_at_most(path, MAX_BYTES, PatientFileError), path.name)


def parse_patient(data: bytes, where: str = "patient") -> Patient:
    """Parse a patient file; ``where`` names it in errors.

    Raises
    ------
    PatientFileError
        Not JSON of either form, a name twice in one object, or impossible values.
    """
    if len(data) > MAX_BYTES:
        raise PatientFileError("larger than 16 MiB", where=where, remedy=_REMEDY)
    try:
        text = data.removeprefix(b"\xef\xbb\xbf")
        tree = msgspec.json.decode(text)
        json.loads(text, object_pairs_hook=_once)  # msgspec keeps the last of duplicate names
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        what = f"no JSON: {shape_problem(error, object)}"
        raise PatientFileError(what, where=where, remedy=_REMEDY) from error
    except ValueError as error:
        raise PatientFileError(str(error), where=where, remedy=_REMEDY) from error
    if not isinstance(tree, dict):
        raise PatientFileError("not one JSON object", where=where, remedy=_REMEDY)
    patient = _from_fhir(tree, where) if "resourceType" in tree else _from_json(tree, where)
    return check_patient(patient, where)


def _once(pairs: list[tuple[str, Any]]) -> None:
    """Reject duplicate names in an object: JSON readers differ in which value they keep.

    Raises
    ------
    ValueError
        A name occurs twice.
    """
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            shown = f"`{name}`" if name in _FIELDS else "a name"  # keys may be names
            raise ValueError(f"{shown} stands twice in one JSON object")
        seen.add(name)


def _from_fhir(tree: dict[str, Any], where: str) -> Patient:
    from pgx.patients.fhir import patient_of_bundle

    return patient_of_bundle(tree, where)


def _from_json(tree: dict[str, Any], where: str) -> Patient:
    version = tree.get("schema_version")
    if version != PATIENT_SCHEMA:
        found = "another schema_version" if version is not None else "no schema_version"
        raise PatientFileError(f"{found}, expected {PATIENT_SCHEMA!r}", where=where, remedy=_REMEDY)
    try:
        return msgspec.convert(tree, Patient)
    except (msgspec.ValidationError, OverflowError) as error:
        what = shape_problem(error, Patient)
        raise PatientFileError(what, where=where, remedy=_REMEDY) from error


# guidelines are about systemic exposure: a cream with the same substance does not trigger them
_LOCAL: Final = re.compile(
    r"\b(?:topical(?:ly)?|cutaneous|cream|ointment|lotion|shampoo|gel|nail (?:lacquer|varnish)"
    r"|eye|ophthalmic|ear|otic|auricular|creme|salbe|augentropfen|augensalbe|ohrentropfen)\b",
    re.IGNORECASE,
)
# words of systemic routes win: "oral gel" or "eye drops and tablets" count as systemic
_SYSTEMIC: Final = re.compile(
    r"\b(?:oral(?:ly)?|oromucosal|buccal|tablets?|tabs?|capsules?|caps?|syrup|injections?"
    r"|injectable|infusion|intravenous(?:ly)?|intramuscular(?:ly)?|subcutaneous(?:ly)?|iv|im|sc|po"
    r"|\w*tabletten?|\w*kapseln?|transdermal|patch(?:es)?|suppository|suppositories|rectal"
    r"|vaginal|by mouth)\b",
    re.IGNORECASE,
)
_LOCAL_ATC: Final = re.compile("D(?!01B|05B|10B|11AH08)|S0[123]|M02A")
"""ATC groups for skin, eye, ear and joints, without the dermatologicals taken by mouth."""


def is_local(*, name: str = "", form: str = "", atc: str = "") -> bool:
    """Whether name, form or ATC code say that a medicine is applied to skin, eye or ear.

    >>> is_local(name="Terbinafine 1% cream"), is_local(name="Terbinafine 250 mg tablet")
    (True, False)
    """
    words = f"{name} {form}"
    if _SYSTEMIC.search(words):
        return False
    return bool(_LOCAL.search(words) or _LOCAL_ATC.match(atc.strip().upper()))


_ORDER = (MedicineUse.CURRENT, MedicineUse.UNKNOWN, MedicineUse.PLANNED, MedicineUse.STOPPED)


def known_medicines(patient: Patient, vocabulary: Vocabulary) -> tuple[KnownMedicine, ...]:
    """Return current, unknown, planned and stopped medicines, in this order.

    An unrecognised medicine keeps its name and has no substance: it is shown as unrecognised,
    never dropped.
    """
    reports = [
        *((r.medicine, reaction_text(r), True) for r in patient.reactions),
        *((o.medicine, f"{o.question}: {o.answer}", False) for o in patient.outcomes),
    ]
    by_substance = [
        (_substance_names(name, vocabulary), text, is_reaction)
        for name, text, is_reaction in reports
    ]
    found = [_known(medicine, vocabulary, by_substance) for medicine in patient.medicines]
    return tuple(sorted(found, key=lambda m: (_ORDER.index(m.use), m.name.casefold())))


def _known(
    medicine: Medicine, vocabulary: Vocabulary, reports: Sequence[tuple[set[str], str, bool]]
) -> KnownMedicine:
    substances, unknown = vocabulary.find(
        name=medicine.name, rxnorm=medicine.rxnorm, atc=medicine.atc
    )
    parts = dict.fromkeys(part for s in substances for part in vocabulary.parts(s))
    names = {name.casefold() for s in substances for name in (s.substance, *s.ingredients)}
    drugs = dict.fromkeys(name for s in substances for name in vocabulary.guided(s))
    named = medicine.name.strip() or next((s.substance for s in substances), "")
    return KnownMedicine(
        name=named or medicine.rxnorm or medicine.atc,
        use=medicine.use,
        substances=tuple(parts),
        unrecognised=unknown,
        drugs=tuple(drugs),
        local=is_local(name=medicine.name, form=medicine.form, atc=medicine.atc),
        since=medicine.since,
        dose=medicine.dose,
        reactions=tuple(text for of, text, is_reaction in reports if is_reaction and names & of),
        outcomes=tuple(text for of, text, is_reaction in reports if not is_reaction and names & of),
    )


def _substance_names(name: str, vocabulary: Vocabulary) -> set[str]:
    """Return the substances and ingredients of a medicine's name, in lower case."""
    found = vocabulary.find(name=name)[0]
    return {part.casefold() for s in found for part in (s.substance, *s.ingredients)}
