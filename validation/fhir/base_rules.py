"""What FHIR R4 itself demands: data types, forms of codes, rules between elements.

Of the rules between elements: `obs-6`, `obs-7`, `inv-1`, `dom-…`, and that nothing is empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

__all__ = [
    "PARTS",
    "check_digit",
    "coding_fault",
    "empty_values",
    "invariant_faults",
    "is_open",
    "primitive_fault",
    "type_of_part",
]

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


_FORMS = {
    "http://www.genenames.org": re.compile(r"HGNC:[1-9]\d*"),
    "http://www.nlm.nih.gov/research/umls/rxnorm": re.compile(r"[1-9]\d{0,7}"),
    "http://www.whocc.no/atc": re.compile(r"[A-V](\d\d([A-Z]([A-Z](\d\d)?)?)?)?"),
    "https://www.clinpgx.org": re.compile(r"PA\d+"),
}
_LOINC = re.compile(r"(\d+)-(\d)")
_ANSWER = re.compile(r"L[AP]\d+-\d")


def check_digit(number: str) -> int:
    """Return LOINC's check digit (modulus 10) of a number.

    >>> check_digit("84413"), check_digit("51969")
    (4, 4)
    """
    doubled = str(int("".join(reversed(number))[::2]) * 2)
    total = sum(map(int, doubled)) + sum(map(int, "".join(reversed(number))[1::2]))
    return -total % 10


def coding_fault(coding: dict[str, Any]) -> str:
    """Return what is wrong with a code as such, empty if nothing can be seen."""
    system, code = coding.get("system", ""), coding.get("code", "")
    if not isinstance(system, str) or not isinstance(code, str):
        return ""
    if system == "http://loinc.org":
        found = _LOINC.fullmatch(code)
        right = found and check_digit(found[1]) == int(found[2])
        if not right and not _ANSWER.fullmatch(code):
            return f"{code!r} is no code of LOINC"
    form = _FORMS.get(system)
    if form and not form.fullmatch(code):
        return f"{code!r} is no code of {system}"
    return ""


Tree = dict[str, Any]


def invariant_faults(resource: Tree) -> Iterator[str]:
    """Yield the rules that a resource breaks."""
    values = [key for key in resource if key.startswith("value")]
    kind = resource.get("resourceType")
    if kind == "Observation" and values and "dataAbsentReason" in resource:
        yield "Observation: obs-6, a value and a reason why there is none"
    if kind == "Observation" and values:
        mine = _codes(resource)
        if any(mine & _codes(part) for part in resource.get("component", ())):
            yield "Observation: obs-7, a component of the observation's own code beside a value"
    written = resource.get("authoredOn", "")
    if kind == "Task" and written and resource.get("lastModified", written) < written:
        yield "Task: inv-1, modified before it was written"
    for inner in resource.get("contained", ()):
        if "contained" in inner or {"versionId", "lastUpdated"} & inner.get("meta", {}).keys():
            yield f"{kind}: dom-2 or dom-4, a contained resource that contains or has versions"


def _codes(part: Tree) -> set[tuple[str, str]]:
    coding = part.get("code", {}).get("coding", ()) if isinstance(part.get("code"), dict) else ()
    return {(c.get("system", ""), c.get("code", "")) for c in coding}


def empty_values(value: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Yield what is null or empty: FHIR leaves it out."""
    if value is None or value in ("", {}, []):
        yield f"{path}: is empty"
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from empty_values(part, f"{path}.{key}")
    elif isinstance(value, list):
        for item in value:
            if item is not None:  # a primitive list may have holes beside its extensions
                yield from empty_values(item, path)
