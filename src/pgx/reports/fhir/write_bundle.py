"""``SAMPLE.fhir.json``: a result as one bundle; equal results give equal bytes."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from pgx.errors import InvariantError
from pgx.recommendations.conditions import open_conditions
from pgx.records.advice import NO_RESULT, split_condition
from pgx.records.calls import Certainty, PatientResult, Recommendation
from pgx.reports.content.drug_ranking import in_order
from pgx.reports.content.release_facts import ReportFacts
from pgx.reports.fhir.genotype import add_call
from pgx.reports.fhir.resources import UNVERIFIED, Names, Sheet, component, text_component
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
# no task is written for these: no action is needed
_NOTHING_TO_DO: Final = frozenset({"use_as_directed", "no_recommendation"})
_EVERYBODY: Final = "general"
_PUBMED: Final = "https://pubmed.ncbi.nlm.nih.gov/"


def _add_advice(
    sheet: Sheet, number: int, row: Recommendation, genotypes: Mapping[str, Tree]
) -> tuple[Tree, Tree | None]:
    """Add a row's resources; return references to implication and recommendation.

    ``number`` is the row's index among all. There is no recommendation if no action is needed,
    the result is unknown, or the genotype is the reference and does not require one.
    """
    implication = sheet.observe(
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
    is_known = row.certainty is not Certainty.UNKNOWN
    acts = set(row.action) - _NOTHING_TO_DO and is_known and sheet.remarks.is_alert(row)
    return implication, _recommendation(sheet, number, row, implication) if acts else None


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


def _recommendation(sheet: Sheet, number: int, row: Recommendation, implication: Tree) -> Tree:
    code, display = SUGGESTIONS.get(row.action[0], ("", ""))
    coded = {"code": concept(display, (LOINC, code, display))} if code else {}
    text = text_of(row.text or f"{row.drug}: {', '.join(row.action)}")
    notes = [*sheet.remarks.on_advice(row), *_whose(row)]
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
        A string is not valid Unicode text (a lone surrogate).
    """
    try:
        data = msgspec.json.encode(fhir_bundle(result, facts))
        text = msgspec.json.format(data, indent=1).decode("utf-8")
    except (UnicodeError, TypeError) as error:
        raise InvariantError("a result holds a string that JSON cannot") from error
    return (escape_json(text) + "\n").encode("utf-8")


def fhir_bundle(result: PatientResult, facts: ReportFacts) -> Tree:
    """Return the bundle: the report first, genes A–Z, recommendations as in the tables."""
    sheet = Sheet(result, Names(facts))
    genotypes: dict[str, Tree] = {}
    results: list[Tree] = []
    for call in sorted(result.calls, key=lambda call: call.gene):
        genotypes[call.gene], made = add_call(sheet, call)
        results += made
    tasks = []
    for number, row in enumerate(in_order(result), 1):
        implication, task = _add_advice(sheet, number, row, genotypes)
        results.append(implication)
        tasks += [{**task, "display": text_of(row.drug)}] if task else []
    sheet.add(_report(sheet, result, results, tasks))
    # the report refers to all other resources, so it is built last and placed first
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
