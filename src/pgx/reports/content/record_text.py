"""Plain text of a report for a medical record: one paragraph for each drug."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pgx.records.calls import PatientResult
from pgx.records.laboratory import Laboratory
from pgx.reports.content.drug_entries import AdviceRow, DrugEntry
from pgx.reports.content.header import research_use_brief, validated_genes
from pgx.reports.content.phrases import day
from pgx.reports.content.release_facts import issued_on
from pgx.reports.content.summary import ReportSummary

__all__ = ["record_texts"]

Words = Mapping[str, Any]


def record_texts(
    result: PatientResult,
    drugs: Iterable[DrugEntry],
    summary: ReportSummary,
    words: Words,
    *,
    laboratory: Laboratory | None = None,
) -> dict[str, str]:
    """Return a paragraph by drug: those to change or avoid, and the patient's medicines.

    The paragraph of the whole report has the key "": results of genes, the patient's medicines,
    drugs to avoid, what is unresolved or was not tested.

    Action with dose and condition, genes, sources with strength, release and date, and the
    research use unless the laboratory has validated every gene of the drug. That of the whole
    report names the genes which are validated, or those which are not.

    Raises
    ------
    UsageError
        SOURCE_DATE_EPOCH is not a valid time.
    """
    listed = [drug for line in summary.by_class for drug in line.drugs]
    lines = {line.drug: line for line in (*listed, *summary.own)}
    validated = {gene.gene for gene in validated_genes(result, laboratory)}
    use = research_use_brief(result, laboratory, words)
    origin = _origin(result, words)
    found = {"": _sentences((*_whole(summary, words), origin, use))}
    for entry in drugs:
        if line := lines.get(entry.drug):
            is_validated = {basis.gene for basis in entry.basis} <= validated
            research = "" if is_validated else str(words["answer"]["research_use"])
            said = (line.name + ": " + line.action, _genes(entry), _sources(entry, words), origin)
            found[entry.drug] = _sentences((*said, research))
    return found


def _sentences(parts: Iterable[str]) -> str:
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def _whole(summary: ReportSummary, words: Words) -> Iterable[str]:
    said: Words = words["answer"]
    usual = [gene for same in summary.usual for gene in same.genes]
    genes = [
        " ".join(filter(None, (gene.gene, gene.diplotype, gene.phenotype, gene.score)))
        for gene in (*summary.findings, *usual)
    ]
    own = [f"{drug.name}: {drug.action}" for drug in summary.own]
    avoid = [f"{drug.name} ({drug.word})" for line in summary.avoid for drug in line.drugs]
    yield _titled(said["genes"], "; ".join(genes))
    yield _titled(said["medicines"], "; ".join(own))
    yield _titled(said["avoid_others"] if own else said["avoid"], ", ".join(avoid))
    yield _titled(said["unresolved_title"], summary.unresolved)
    yield _titled(said["provisional_title"], summary.provisional)
    yield _titled(said["not_tested_title"], summary.not_tested)


def _titled(title: str, text: str) -> str:
    return f"{title}: {text}" if text else ""


def _genes(entry: DrugEntry) -> str:
    return "; ".join(f"{basis.gene} {basis.result}".strip() for basis in entry.basis)


def _sources(entry: DrugEntry, words: Words) -> str:
    with_brief: str = words["label"]["with_brief"]
    adjusted = entry.adjusted.rows if entry.adjusted else ()
    changed = (with_brief.format(advice=_source(row)) for row in adjusted)
    return "; ".join(dict.fromkeys((*map(_source, entry.rows), *changed)))


def _source(row: AdviceRow) -> str:
    # of the links only papers have names that say enough without their address
    papers = [name for name, _ in row.links if name.startswith("PMID ")]
    parts = (row.headline, ", ".join(row.populations), row.strength, *papers)
    return f"{row.source}: {', '.join(filter(None, parts))}"


def _origin(result: PatientResult, words: Words) -> str:
    made, issued = result.provenance, issued_on(result)
    release = f"{words['label']['knowledge']} {made.knowledge_release}"
    date = day(issued.isoformat(), words) if issued else ""
    return ", ".join(filter(None, (release, f"{made.tool} {made.version}", date)))
