"""``SAMPLE.fhir.json``: a result as one bundle; equal results give equal bytes.

Nothing of a patient file goes in, nor a clock time: a bundle names the sample, and no person.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from pgx.errors import InvariantError
from pgx.records.calls import PatientResult
from pgx.reports.facts import ReportFacts
from pgx.reports.fhir.codes import CATEGORIES, OWN, Tree, code_of, profile
from pgx.reports.fhir.extensions import own, text_of
from pgx.reports.fhir.genotype import add_call
from pgx.reports.fhir.implication import add_advice
from pgx.reports.fhir.resources import UNVERIFIED, Names, Sheet
from pgx.reports.order import in_order
from pgx.reports.text import escape_json

__all__ = ["OVERRIDE_FIELDS", "PROVENANCE_FIELDS", "fhir_bundle", "render_fhir"]

PROVENANCE_FIELDS: Final = (
    "tool", "version", "knowledge_release", "knowledge_digest", "data_digest", "code_digest",
    "knowledge_date", "assembly", "overlay",
)  # fmt: skip
OVERRIDE_FIELDS: Final = ("gene", "drug", "says", "by", "date", "reason")
_ACTION: Final = "recommended-action"
_UNSIGNED: Final = "Computed by a program from variants; nobody has verified it."
_MEDICINES: Final = (
    "A patient file was given: recommendations of basis phenoconverted are for the phenotypes that"
    " current medicines leave."
)


def render_fhir(result: PatientResult, facts: ReportFacts) -> bytes:
    r"""Return the bundle as JSON text; hidden characters are written as ``\uXXXX``.

    Raises
    ------
    InvariantError
        A string is no Unicode text (a lone surrogate).
    """
    try:
        data = msgspec.json.encode(fhir_bundle(result, facts))
        text = msgspec.json.format(data, indent=1).decode("utf-8")
    except (UnicodeError, TypeError) as error:
        raise InvariantError("a result holds a string that JSON cannot") from error
    return (escape_json(text) + "\n").encode("utf-8")


def fhir_bundle(result: PatientResult, facts: ReportFacts) -> Tree:
    """Return the bundle: the report first, genes A–Z, advice as in the tables."""
    sheet = Sheet(result, Names(facts))
    genotypes: dict[str, Tree] = {}
    results: list[Tree] = []
    for call in sorted(result.calls, key=lambda call: call.gene):
        genotypes[call.gene], made = add_call(sheet, call)
        results += made
    tasks = []
    for number, row in enumerate(in_order(result), 1):
        implication, task = add_advice(sheet, number, row, genotypes)
        results.append(implication)
        tasks += [{**task, "display": text_of(row.drug)}] if task else []
    sheet.add(_report(sheet, result, results, tasks))
    *others, report = sheet.entries
    return {
        "resourceType": "Bundle",
        "identifier": {"system": f"{OWN}:bundle", "value": report["resource"]["id"]},
        "type": "collection",
        "entry": [report, *others],
    }


def _report(sheet: Sheet, result: PatientResult, results: list[Tree], tasks: list[Tree]) -> Tree:
    _, (system, genetics) = CATEGORIES
    said = [own("override", {n: getattr(o, n) for n in OVERRIDE_FIELDS}) for o in result.overrides]
    recommended = [{"url": profile(_ACTION), "valueReference": task} for task in tasks]
    words = [_UNSIGNED, *([_MEDICINES] if result.context else [])]
    if result.overrides:
        words.append("A laboratory decided otherwise on some genes or drugs: see its overrides.")
    report = {
        "resourceType": "DiagnosticReport",
        "meta": {"profile": [profile("genomic-report")]},
        "extension": [*recommended, *_provenance(result), *(e for o in said for e in o)],
        "status": UNVERIFIED,
        "category": [{"coding": [{"system": system, "code": genetics}]}],
        "code": code_of("report"),
        "subject": sheet.subject,
        "result": results,
        "conclusion": " ".join(words),
    }
    return {name: part for name, part in report.items() if part}


def _provenance(result: PatientResult) -> list[Tree]:
    """Return what made the result; FHIR's own Provenance asks for a clock time."""
    made = result.provenance
    values: dict[str, object] = {name: getattr(made, name) for name in PROVENANCE_FIELDS}
    values["input"] = tuple(_file(entry) for entry in made.input)
    values["setting"] = tuple(_Setting(n, v) for n, v in sorted(made.settings.items()))
    return own("provenance", values)


def _file(entry: Mapping[str, str]) -> _NamedFile:
    return _NamedFile(entry.get("name", ""), entry.get("sha256", ""), entry.get("role", ""))


class _NamedFile(msgspec.Struct, frozen=True):
    name: str
    sha256: str
    role: str


class _Setting(msgspec.Struct, frozen=True):
    name: str
    value: str
