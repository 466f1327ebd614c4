"""Read a patient file: JSON by our schema, or a FHIR R4 Bundle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import msgspec

from pgx.base.decoding import shape_problem
from pgx.base.errors import PatientFileError
from pgx.base.files import read_at_most
from pgx.base.patient import Condition, Kidney, Liver, Medicine, Outcome, Patient, Reaction
from pgx.patients.plausible import check_patient

__all__ = ["MAX_BYTES", "PATIENT_SCHEMA", "parse_patient", "read_patient"]

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
        The file cannot be read, is of neither form, or says what cannot be.
    """
    return parse_patient(read_at_most(path, MAX_BYTES, PatientFileError), path.name)


def parse_patient(data: bytes, where: str = "patient") -> Patient:
    """Parse a patient file; ``where`` names it in errors.

    Raises
    ------
    PatientFileError
        No JSON of either form, a name twice in one object, or values that cannot be.
    """
    if len(data) > MAX_BYTES:
        raise PatientFileError("larger than 16 MiB", where=where, remedy=_REMEDY)
    try:
        text = data.removeprefix(b"\xef\xbb\xbf")
        tree = msgspec.json.decode(text)
        json.loads(text, object_pairs_hook=_once)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        what = f"no JSON: {shape_problem(error, object)}"
        raise PatientFileError(what, where=where, remedy=_REMEDY) from error
    except ValueError as error:
        raise PatientFileError(str(error), where=where, remedy=_REMEDY) from error
    if not isinstance(tree, dict):
        raise PatientFileError("not one JSON object", where=where, remedy=_REMEDY)
    patient = _from_fhir(tree, where) if "resourceType" in tree else _own(tree, where)
    return check_patient(patient, where)


def _once(pairs: list[tuple[str, Any]]) -> None:
    """Refuse an object that says one thing twice: readers differ in which they believe.

    Raises
    ------
    ValueError
        A name stands twice.
    """
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            shown = f"`{name}`" if name in _FIELDS else "a name"  # the file's own may be a person's
            raise ValueError(f"{shown} stands twice in one JSON object")
        seen.add(name)


def _from_fhir(tree: dict[str, Any], where: str) -> Patient:
    from pgx.patients.fhir import patient_of_bundle

    return patient_of_bundle(tree, where)


def _own(tree: dict[str, Any], where: str) -> Patient:
    version = tree.get("schema_version")
    if version != PATIENT_SCHEMA:
        said = "another schema_version" if version is not None else "no schema_version"
        raise PatientFileError(f"{said}, expected {PATIENT_SCHEMA!r}", where=where, remedy=_REMEDY)
    try:
        return msgspec.convert(tree, Patient)
    except (msgspec.ValidationError, OverflowError) as error:
        what = shape_problem(error, Patient)
        raise PatientFileError(what, where=where, remedy=_REMEDY) from error
