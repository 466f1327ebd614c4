"""Codes of the Genomics Reporting guide (STU3): systems, profiles, and terms that have a code.

A term without an entry is written as text alone: a code is known, or it is not there.
"""

from __future__ import annotations

from typing import Any, Final

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
    "TBD",
    "Tree",
    "code_of",
    "concept",
    "own_concept",
    "profile",
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
TBD: Final = "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs"
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
    "conclusion-string": (TBD, "conclusion-string"),
    "therapeutic-implication": (TBD, "therapeutic-implication"),
    "molecular-consequence": (TBD, "molecular-consequence"),
    "functional-effect": (TBD, "functional-effect"),
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
    """Return the address of one of the guide's profiles."""
    return _PROFILES + name


def code_of(name: str) -> Tree:
    """Return the concept of an observation or a component of the guide.

    Raises
    ------
    KeyError
        The guide has none of that name.
    """
    system, code = _COMPONENTS[name]
    return {"coding": [{"system": system, "code": code}]}


def own_concept(code: str, display: str) -> Tree:
    """Return a concept that only this project has."""
    return {"coding": [{"system": OWN, "code": code, "display": display}]}


def concept(text: str, *codes: tuple[str, str, str]) -> Tree:
    """Return a concept: its codes as system, code and display, those without a code left out.

    >>> concept("codeine", (RXNORM, "", ""))
    {'text': 'codeine'}
    """
    coding = [
        {"system": system, "code": code, **({"display": display} if display else {})}
        for system, code, display in codes
        if code
    ]
    return {"coding": coding, "text": text} if coding else {"text": text}
