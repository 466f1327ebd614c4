"""Codes of the Genomics Reporting guide (STU3), and our extensions for data it does not cover."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeVar

import msgspec

from pgx.records.calls import DrugCode
from pgx.reports.safe_text import visible

__all__ = [
    "ASSEMBLIES",
    "ATC",
    "CATEGORIES",
    "CLINPGX",
    "DBSNP",
    "HGNC",
    "LOINC",
    "OWN",
    "PHENOTYPES",
    "REFSEQ",
    "RXNORM",
    "STATES",
    "SUGGESTIONS",
    "Tree",
    "code_of",
    "concept",
    "fields_of",
    "own",
    "own_concept",
    "own_url",
    "parts",
    "profile",
    "record_of",
    "text_of",
]

Tree = dict[str, Any]
"""A JSON object."""

LOINC: Final = "http://loinc.org"
RXNORM: Final = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC: Final = "http://www.whocc.no/atc"
HGNC: Final = "http://www.genenames.org"
REFSEQ: Final = "http://www.ncbi.nlm.nih.gov/refseq"
DBSNP: Final = "http://www.ncbi.nlm.nih.gov/projects/SNP"
CLINPGX: Final = "https://www.clinpgx.org"
_TBD: Final = "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs"
"""Codes that the guide coined until a terminology has them."""
OWN: Final = "urn:pgx-therapy:fhir"
"""What the guide has no place for; see ``docs/reference/fhir-extensions.md``."""

_PROFILES: Final = "http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition/"

CATEGORIES: Final = (
    ("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory"),
    ("http://terminology.hl7.org/CodeSystem/v2-0074", "GE"),
)
"""Laboratory, genetics."""

PHENOTYPES: Final = {
    "Ultrarapid Metabolizer": ("LA10315-2", "Ultrarapid metabolizer"),
    "Rapid Metabolizer": ("LA25390-8", "Rapid metabolizer"),
    "Normal Metabolizer": ("LA25391-6", "Normal metabolizer"),
    "Intermediate Metabolizer": ("LA10317-8", "Intermediate metabolizer"),
    "Poor Metabolizer": ("LA9657-3", "Poor metabolizer"),
    "Increased Function": ("LA25392-4", "Increased function"),
    "Normal Function": ("LA25393-2", "Normal function"),
    "Decreased Function": ("LA25395-7", "Decreased function"),
    "Poor Function": ("LA25394-0", "Poor function"),
}
"""CPIC's terms that LOINC's answers have, word by word."""

SUGGESTIONS: Final = {
    "avoid": ("LA26421-0", "Consider alternative medication"),
    "alternative": ("LA26421-0", "Consider alternative medication"),
    "reduce_dose": ("LA26422-8", "Decrease dose"),
    "increase_dose": ("LA26423-6", "Increase dose"),
}
"""LOINC's answers to what to do, by primary action."""

ASSEMBLIES: Final = {"GRCh38": "LA26806-2"}
STATES: Final = {
    "heterozygous": ("LA6706-1", "Heterozygous"),
    "homozygous": ("LA6705-3", "Homozygous"),
}

_COMPONENTS: Final = {
    "gene-studied": (LOINC, "48018-6"),
    "conclusion-string": (_TBD, "conclusion-string"),
    "therapeutic-implication": (_TBD, "therapeutic-implication"),
    "molecular-consequence": (_TBD, "molecular-consequence"),
    "functional-effect": (_TBD, "functional-effect"),
    "medication-assessed": (LOINC, "51963-7"),
    "evidence-level": (LOINC, "93044-6"),
    "phenotypic-treatment-context": (LOINC, "81259-4"),
    "reference-sequence-assembly": (LOINC, "62374-4"),
    "genomic-ref-seq": (LOINC, "48013-7"),
    "ref-allele": (LOINC, "69547-8"),
    "alt-allele": (LOINC, "69551-0"),
    "exact-start-end": (LOINC, "81254-5"),
    "coordinate-system": (LOINC, "92822-6"),
    "allelic-state": (LOINC, "53034-5"),
    "allelic-read-depth": (LOINC, "82121-5"),
    "variation-code": (LOINC, "81252-9"),
    "report": (LOINC, "51969-4"),
    "genotype": (LOINC, "84413-4"),
    "haplotype": (LOINC, "84414-2"),
    "variant": (LOINC, "69548-6"),
}


def profile(name: str) -> str:
    """Return the URL of one of the guide's profiles."""
    return _PROFILES + name


def code_of(name: str) -> Tree:
    """Return the guide's concept of an observation or a component.

    Raises
    ------
    KeyError
        The guide has no concept of that name.
    """
    system, code = _COMPONENTS[name]
    return {"coding": [{"system": system, "code": code}]}


def own_concept(code: str, display: str) -> Tree:
    """Return a concept defined by this project."""
    return {"coding": [{"system": OWN, "code": code, "display": display}]}


def concept(text: str, *codes: tuple[str, str, str]) -> Tree:
    """Return a concept with its codes (system, code, display); empty codes are omitted.

    >>> concept("codeine", (RXNORM, "", ""))
    {'text': 'codeine'}
    """
    coding = [
        {"system": system, "code": code, **({"display": display} if display else {})}
        for system, code, display in codes
        if code
    ]
    return {"coding": coding, "text": text} if coding else {"text": text}


T = TypeVar("T", bound=msgspec.Struct)
# FHIR's string: no control characters except tab, carriage return and line feed
_ALLOWED: Final = "\t\r\n"


def own_url(name: str) -> str:
    """Return the URL of an extension of this project."""
    return f"{OWN}:{name}"


def text_of(text: str) -> str:
    r"""Return text valid in FHIR: control characters other than breaks are escaped.

    >>> text_of("a\tb\x00")
    'a\tb⟨U+0000⟩'
    """
    if text.isprintable():
        return text
    return "".join(visible(c) if c < " " and c not in _ALLOWED else c for c in text)


def own(name: str, values: Mapping[str, object]) -> list[Tree]:
    """Return one extension with a part for each non-empty value; an empty list if all are empty."""
    found = [part for key, value in values.items() for part in parts(key, value)]
    return [{"url": own_url(name), "extension": found}] if found else []


def parts(name: str, value: object) -> Iterator[Tree]:
    """Yield a value as parts of an extension; each list item is one part."""
    if isinstance(value, tuple):
        for item in value:
            yield from parts(name, item)
    elif isinstance(value, DrugCode):
        yield {"url": name, "valueCodeableConcept": _drug(value)}
    elif isinstance(value, msgspec.Struct):
        inner = [p for n in value.__struct_fields__ for p in parts(n, getattr(value, n))]
        if inner:
            yield {"url": name, "extension": inner}
    # FHIR forbids empty values
    elif value is not None and value != "":
        yield {"url": name, **_simple(value)}


def _simple(value: object) -> Tree:
    if isinstance(value, StrEnum):
        return {"valueCode": value.value}
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, int):
        return {"valueInteger": value}
    if isinstance(value, float):
        return {"valueDecimal": value}
    return {"valueString": text_of(str(value))}


def _drug(drug: DrugCode) -> Tree:
    return concept(text_of(drug.name), (RXNORM, drug.rxnorm, ""), (ATC, drug.atc, ""))


def fields_of(extension: Tree) -> dict[str, list[Any]]:
    """Return the values of an extension's parts, by name; nested ones unchanged."""
    found: dict[str, list[Any]] = {}
    for part in extension.get("extension", ()):
        values = [v for k, v in part.items() if k.startswith("value")]
        found.setdefault(part["url"], []).append(values[0] if values else part)
    return found


def record_of(kind: type[T], values: Mapping[str, Iterable[Any]]) -> T:
    """Return a record from parts by name.

    Raises
    ------
    msgspec.ValidationError
        A part is missing, or of another type than the record's.
    """
    tree: Tree = {}
    for name, hint in _hints(kind).items():
        found = list(values.get(name, ()))
        item, many = _item_of(hint)
        read = [_value(item, value) for value in found]
        if many:
            tree[name] = read
        elif read:
            tree[name] = read[0]
    return msgspec.convert(tree, kind, strict=True)


@cache
def _hints(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _item_of(hint: Any) -> tuple[Any, bool]:  # noqa: ANN401 - any annotation
    """Return the type of one part, and whether the field is a list."""
    if typing.get_origin(hint) is tuple:
        return typing.get_args(hint)[0], True
    if isinstance(hint, types.UnionType):
        return next(a for a in typing.get_args(hint) if a is not types.NoneType), False
    return hint, False


def _value(kind: Any, value: Any) -> Any:  # noqa: ANN401 - any annotation and any JSON
    if kind is DrugCode:
        codes = {c["system"]: c["code"] for c in value.get("coding", ())}
        return {"name": value["text"], "rxnorm": codes.get(RXNORM, ""), "atc": codes.get(ATC, "")}
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return msgspec.to_builtins(record_of(kind, fields_of(value)))
    # a decimal without a fraction becomes an integer when read from JSON
    return float(value) if kind is float else value
