"""``SAMPLE.fhir.json``: a result as one bundle; equal results give equal bytes.

The default bundle holds results and actionable recommendations, the full one everything.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from pgx.errors import InvariantError
from pgx.messages.catalogue import ENGLISH
from pgx.recommendations.conditions import open_conditions
from pgx.records.advice import NO_RESULT, split_condition
from pgx.records.calls import Certainty, PatientResult, Recommendation
from pgx.reports.content.drug_ranking import in_order
from pgx.reports.content.release_facts import ReportFacts
from pgx.reports.fhir.bundle_scope import BundleScope
from pgx.reports.fhir.conclusion import conclude
from pgx.reports.fhir.genotype import add_call
from pgx.reports.fhir.identity import add_identity, patient_parts, statements, status_of
from pgx.reports.fhir.resources import Names, Sheet, component, text_component
from pgx.reports.fhir.vocabulary import (
    CATEGORIES,
    LOINC,
    OWN,
    SUGGESTIONS,
    Tree,
    code_of,
    concept,
    own,
    own_url,
    parts,
    profile,
    text_of,
)
from pgx.reports.safe_text import escape_json

__all__ = [
    "ADVICE_FIELDS",
    "ARTIFACT",
    "CONTENTS",
    "OVERRIDE_FIELDS",
    "PROVENANCE_FIELDS",
    "fhir_bundle",
    "render_fhir",
]

ARTIFACT: Final = "http://hl7.org/fhir/StructureDefinition/workflow-relatedArtifact"
ADVICE_FIELDS: Final = (
    "source", "genes", "lookup", "condition", "basis", "action", "dose_factor_min",
    "dose_factor_max", "certainty", "residual", "depends_on", "alternatives", "updated",
    "implications", "may_alert", "facts", "message",
)  # fmt: skip
"""Fields of a row that stand in its extension; drug, text and the others have places."""
_EVERYBODY: Final = "general"
_PUBMED: Final = "https://pubmed.ncbi.nlm.nih.gov/"


def _add_implication(
    sheet: Sheet, number: int, row: Recommendation, genotypes: Mapping[str, Tree]
) -> Tree:
    """Add a row's implication and return a reference; ``number`` is its index among all rows."""
    return sheet.observe(
        "therapeutic-implication",
        f"advice/{number}",
        extension=[
            *own("advice", {name: getattr(row, name) for name in ADVICE_FIELDS}),
            *_artifacts(sheet, row),
        ],
        note=sheet.remarks.on_advice(row),
        derivedFrom=[genotypes.get(gene) or _not_called(gene) for gene in row.genes]
        or [_not_called("no gene")],
        component=list(_components(sheet, row)),
    )


def _not_called(gene: str) -> Tree:
    return {"display": text_of(f"{gene} was not among the genes of this run")}


def _components(sheet: Sheet, row: Recommendation) -> Iterator[Tree]:
    yield component("medication-assessed", valueCodeableConcept=sheet.names.drug(row.drug))
    for gene, key in _keys(row.lookup):
        term = sheet.names.phenotype(key, f"{gene} {key}")
        yield component("therapeutic-implication", valueCodeableConcept=term)
    if row.population:
        context = concept(text_of(row.population))
        yield component("phenotypic-treatment-context", valueCodeableConcept=context)
    if row.classification:
        level = concept(text_of(row.classification))
        yield component("evidence-level", valueCodeableConcept=level)
    yield from text_component(row.text)


def _keys(lookup: str) -> Iterator[tuple[str, str]]:
    """Yield gene and key of a lookup, without empty ones."""
    for part in lookup.split(";"):
        gene, _, key = part.partition("=")
        if key and key != NO_RESULT:
            yield gene, key


def _artifacts(sheet: Sheet, row: Recommendation) -> Iterator[Tree]:
    if row.guideline_id:
        page = sheet.names.pages.get(row.guideline_id, "")
        yield _artifact("documentation", row.guideline_id, page)
    for pmid in row.pmids:
        # an address is built from digits only
        page = _PUBMED + pmid if pmid.isascii() and pmid.isdigit() else ""
        yield _artifact("citation", pmid, page)


def _artifact(kind: str, label: str, url: str) -> Tree:
    artifact = {"type": kind, "label": text_of(label), **({"url": url} if _is_url(url) else {})}
    return {"url": ARTIFACT, "valueRelatedArtifact": artifact}


@functools.lru_cache(maxsize=1024)
def _is_url(text: str) -> bool:
    """Whether a text is a valid FHIR URL: a laboratory enters its own guidelines' pages."""
    return bool(text) and text_of(text) == text and not any(c.isspace() for c in text)


def _provisional(row: Recommendation) -> Tree:
    """Return that a recommendation is provisional, and what would resolve it."""
    if row.certainty is Certainty.CERTAIN:
        return {}
    settled = ", ".join(row.depends_on) or "other candidates"
    return {"businessStatus": {"text": text_of(f"Provisional: depends on {settled}")}}


def _whose(row: Recommendation) -> Iterator[Tree]:
    """Yield source, population and date: a task may be read without its implication."""
    whom = f", for this population alone: {row.population}" if _is_limited(row) else ""
    yield {"text": text_of(f"Advice of {row.source}{whom}")}
    clauses = [clause for fact, clause in open_conditions(row) if not split_condition(fact)[0]]
    if clauses:
        yield {"text": text_of(f"Condition: {' and '.join(clauses)}")}


def _is_limited(row: Recommendation) -> bool:
    return row.population not in ("", _EVERYBODY)


def _add_task(
    sheet: Sheet, number: int, row: Recommendation, implication: Tree, *, is_unresolved: bool
) -> Tree:
    """Add a row's task and return a reference to it."""
    code, display = SUGGESTIONS.get(row.action[0], ("", ""))
    coded = {"code": concept(display, (LOINC, code, display))} if code else {}
    text = text_of(row.text or f"{row.drug}: {', '.join(row.action)}")
    notes = [*sheet.remarks.on_advice(row), *_whose(row)]
    if is_unresolved:
        notes.append({"text": ENGLISH["bucket"]["open_maybe"]})
    return sheet.add(
        {
            "resourceType": "Task",
            "meta": {"profile": [profile("medication-recommendation")]},
            "extension": list(parts(own_url("action"), row.action)),
            "identifier": [{"system": own_url("recommendation"), "value": f"advice/{number}"}],
            "status": "requested",
            **_provisional(row),
            "intent": "proposal",
            **coded,
            "description": text,
            "for": sheet.subject,
            "reasonReference": {**implication, "display": text_of(row.drug)},
            **({"note": notes} if notes else {}),
        }
    )


PROVENANCE_FIELDS: Final = (
    "tool", "version", "knowledge_release", "knowledge_digest", "data_digest", "code_digest",
    "knowledge_date", "assembly", "overlay", "intended_use", "validated_genes",
)  # fmt: skip
OVERRIDE_FIELDS: Final = ("gene", "drug", "says", "by", "date", "reason")
_ACTION: Final = "recommended-action"
CONTENTS: Final = {False: "actionable", True: "full"}
"""Codes of the extension ``content``, by whether a bundle is full."""


def render_fhir(result: PatientResult, facts: ReportFacts, *, is_full: bool = False) -> bytes:
    r"""Return the bundle as JSON text, one line for each resource.

    Hidden characters are written as ``\uXXXX``. ``is_full`` as in `fhir_bundle`.

    Raises
    ------
    InvariantError
        A string is not valid Unicode text (a lone surrogate).
    """
    try:
        bundle = fhir_bundle(result, facts, is_full=is_full)
        entries = bundle.pop("entry")
        lines = ",\n".join(msgspec.json.encode(entry).decode("utf-8") for entry in entries)
        head = msgspec.json.encode(bundle).decode("utf-8").removesuffix("}")
    except (UnicodeError, TypeError) as error:
        raise InvariantError("a result holds a string that JSON cannot") from error
    return (escape_json(f'{head},"entry":[\n{lines}\n]}}') + "\n").encode("utf-8")


def fhir_bundle(result: PatientResult, facts: ReportFacts, *, is_full: bool = False) -> Tree:
    """Return the bundle: the report first, genes A–Z, recommendations as in the tables.

    Parameters
    ----------
    result
        The result of one sample.
    facts
        Codes of genes, alleles and drugs, and pages of guidelines.
    is_full
        Whether to add what the default bundle omits: haplotypes with their function, variants,
        and recommendations that ask for no change.
    """
    order = facts.orders.get(result.sample)
    sheet = Sheet(result, Names(facts), status=status_of(facts), patient=patient_parts(order))
    scope = BundleScope(result, is_full=is_full)
    genotypes: dict[str, Tree] = {}
    results: list[Tree] = []
    for call in sorted(result.calls, key=lambda call: call.gene):
        genotypes[call.gene], made = add_call(sheet, call, is_full=is_full)
        results += made
    tasks = []
    for number, row in enumerate(in_order(result), 1):
        if not scope.holds(row):
            continue
        implication = _add_implication(sheet, number, row, genotypes)
        results.append(implication)
        if scope.proposes(row):
            is_unresolved = scope.is_unresolved(row)
            task = _add_task(sheet, number, row, implication, is_unresolved=is_unresolved)
            tasks.append({**task, "display": text_of(row.drug)})
    sheet.add(_report(sheet, result, results, tasks, facts, is_full=is_full))
    # the report refers to all other resources, so it is built last and placed first
    *others, report = sheet.entries
    return {
        "resourceType": "Bundle",
        "identifier": {"system": f"{OWN}:bundle", "value": report["resource"]["id"]},
        "type": "collection",
        "entry": [report, *others],
    }


def _report(
    sheet: Sheet,
    result: PatientResult,
    results: list[Tree],
    tasks: list[Tree],
    facts: ReportFacts,
    *,
    is_full: bool,
) -> Tree:
    _, (system, genetics) = CATEGORIES
    said = [own("override", {n: getattr(o, n) for n in OVERRIDE_FIELDS}) for o in result.overrides]
    recommended = [{"url": profile(_ACTION), "valueReference": task} for task in tasks]
    content = {"url": own_url("content"), "valueCode": CONTENTS[is_full]}
    more, sentences = statements(result, facts)
    conclusion = " ".join([conclude(result, facts, is_full=is_full), *sentences])
    report = {
        "resourceType": "DiagnosticReport",
        "meta": {"profile": [profile("genomic-report")]},
        "extension": [
            *recommended,
            content,
            *_provenance(result),
            *(e for o in said for e in o),
            *more,
        ],
        "status": sheet.status,
        "category": [{"coding": [{"system": system, "code": genetics}]}],
        "code": code_of("report"),
        "subject": sheet.subject,
        **add_identity(sheet, result, facts),
        "result": results,
        "conclusion": text_of(conclusion),
    }
    return {name: part for name, part in report.items() if part}


def _provenance(result: PatientResult) -> list[Tree]:
    """Return the provenance as data; FHIR's own Provenance requires a clock time."""
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
