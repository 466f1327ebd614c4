"""Annex of the printed report: every drug, the evidence of every gene, tested positions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pgx.reports.content.alleles_tested import alleles_text
from pgx.reports.content.document import ReportDocument, dose_section
from pgx.reports.content.drug_ranking import ACTIONABLE
from pgx.reports.pdf.pdf_answer import Decisions
from pgx.reports.pdf.pdf_entries import (
    copy_figures,
    drug_data,
    gene_data,
    listed_name,
)

__all__ = ["annex_data", "annex_figures"]

Words = Mapping[str, Any]


def annex_data(document: ReportDocument, words: Words, decided: Decisions) -> dict[str, Any]:
    """Return doses, recommendations in full, other drugs, genes, positions and sources."""
    tested = {alleles.gene: alleles_text(alleles, words) for alleles in document.alleles}
    briefs = {dose.drug: dose.brief for dose in document.doses}
    return {
        "doses": _doses(document, words),
        "groups": [
            {
                "key": group.key,
                "title": group.title,
                "hint": group.hint,
                "drugs": [
                    {
                        **drug_data(drug, words),
                        "dose": briefs.get(drug.drug, ""),
                        "decision": decided.get(drug.drug, ""),
                    }
                    for drug in group.drugs
                ],
            }
            for group in document.groups
            if group.key in ACTIONABLE
        ],
        "others": [
            {"key": g.key, "title": g.title, "hint": g.hint, "names": [*map(listed_name, g.drugs)]}
            for g in document.groups
            if g.key not in ACTIONABLE
        ],
        "genes": [
            {
                **gene_data(gene, words),
                "tested": tested.get(gene.gene, ""),
                "decision": decided.get(gene.gene, ""),
            }
            for gene in document.genes
        ],
        "sources": [", ".join(filter(None, pair)) for pair in document.sources],
    }


def annex_figures(document: ReportDocument, words: Words) -> list[dict[str, Any]]:
    """Return the copy-number figures, drawn: they need no escaping."""
    return copy_figures(document.genes, document.pictures, words)


def _doses(document: ReportDocument, words: Words) -> list[dict[str, Any]]:
    section = dose_section() if document.doses else None
    return section.printed(document.doses, words) if section else []
