"""FHIR R4's data types: which parts they have, and what a primitive value looks like."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["PARTS", "is_open", "primitive_fault", "type_of_part"]

_DATE = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
_ZONE = r"(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))"
_TEXT = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f]+", re.DOTALL)
_PATTERNS = {
    "string": _TEXT,
    "markdown": _TEXT,
    "code": re.compile(r"[^\s]+(\s[^\s]+)*"),
    "id": re.compile(r"[A-Za-z0-9\-.]{1,64}"),
    "uri": re.compile(r"\S+"),
    "url": re.compile(r"\S+"),
    "canonical": re.compile(r"\S+"),
    "oid": re.compile(r"urn:oid:[0-2](\.(0|[1-9]\d*))+"),
    "uuid": re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    "date": re.compile(_DATE),
    "dateTime": re.compile(rf"{_DATE}(T{_CLOCK}{_ZONE})?"),
    "instant": re.compile(rf"\d{{4}}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T{_CLOCK}{_ZONE}"),
    "time": re.compile(_CLOCK),
    "base64Binary": re.compile(r"[0-9A-Za-z+/=\s]+"),
    "http://hl7.org/fhirpath/System.String": _TEXT,
}
_NUMBERS = {"integer": -(2**31), "unsignedInt": 0, "positiveInt": 1}

_SIMPLE = frozenset({*_PATTERNS, *_NUMBERS, "boolean", "decimal"})

_ELEMENT = "id:string extension:Extension*"
_QUANTITY = "value:decimal comparator:code unit:string system:uri code:code"
PARTS: dict[str, dict[str, str]] = {
    name: dict(part.split(":") for part in f"{_ELEMENT} {text}".split())
    for name, text in {
        "Coding": "system:uri version:string code:code display:string userSelected:boolean",
        "CodeableConcept": "coding:Coding* text:string",
        "Reference": "reference:string type:uri identifier:Identifier display:string",
        "Identifier": "use:code type:CodeableConcept system:uri value:string period:Period "
        "assigner:Reference",
        "Period": "start:dateTime end:dateTime",
        "Quantity": _QUANTITY,
        "SimpleQuantity": _QUANTITY,
        "Range": "low:Quantity high:Quantity",
        "Ratio": "numerator:Quantity denominator:Quantity",
        "Annotation": "authorReference:Reference authorString:string time:dateTime text:markdown",
        "RelatedArtifact": "type:code label:string display:string citation:markdown url:url "
        "document:Attachment resource:canonical",
        "Meta": "versionId:id lastUpdated:instant source:uri profile:canonical* security:Coding* "
        "tag:Coding*",
        "Narrative": "status:code div:string",
    }.items()
}
"""Parts of the types that are looked into; a star stands for a list."""


def is_open(kind: str) -> bool:
    """Whether the parts of a type are not known here, so that any are let through."""
    return kind not in PARTS and kind not in _SIMPLE


def type_of_part(kind: str, name: str) -> tuple[str, bool] | None:
    """Return a part's type and whether it is a list, None where the type has no such part."""
    found = PARTS[kind].get(name)
    return None if found is None else (found.rstrip("*"), found.endswith("*"))


def primitive_fault(kind: str, value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return what is wrong with a primitive value, empty if nothing is."""
    if kind == "boolean":
        return "" if isinstance(value, bool) else "no boolean"
    if kind in _NUMBERS:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return "" if whole and _NUMBERS[kind] <= value < 2**31 else f"no {kind}"
    if kind == "decimal":
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return "" if number else "no decimal"
    pattern = _PATTERNS.get(kind)
    if pattern is None:
        return ""
    if not isinstance(value, str):
        return f"no {kind}: not a string"
    return "" if pattern.fullmatch(value) else f"no {kind}: {value[:40]!r}"
