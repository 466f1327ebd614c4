"""The wallet card: plain data for the typesetter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pgx.messages.catalogue import ENGLISH
from pgx.records.calls import PatientResult
from pgx.reports.content.document import ReportDocument, build_document
from pgx.reports.content.drug_entries import DrugEntry
from pgx.reports.content.drug_groups import DrugGroup
from pgx.reports.content.drug_ranking import ACTIONABLE
from pgx.reports.content.gene_lines import GeneLine
from pgx.reports.content.release_facts import NO_FACTS, ReportFacts, release_text
from pgx.reports.pdf.card_code import CardCode, build_code, code_picture
from pgx.reports.pdf.pdf_entries import marked_name
from pgx.reports.pdf.pdf_report import frame, plain
from pgx.reports.safe_text import shown

__all__ = ["card_data"]

Words = Mapping[str, Any]
_NAMED: Final = 10
"""A card that is read in an emergency names no more drugs; the report names all."""
_LISTED: Final = (8, 4, 2)
"""Names in each list on the back: the most that fit."""
_UNRESOLVED: Final = ("open_maybe", "indeterminate")
_TITLES: Final = {
    "open_change": "card_open",
    "open_maybe": "card_maybe",
    "indeterminate": "card_indeterminate",
}
_NO_RESULT: Final = ("no_call", "not_assessed")


def card_data(
    result: PatientResult, facts: ReportFacts = NO_FACTS, words: Words = ENGLISH
) -> dict[str, Any]:
    """Return the content of the card: the most serious drugs, their genes, and a QR code.

    Raises
    ------
    UsageError
        The extra ``pdf`` is not installed, or SOURCE_DATE_EPOCH is not a valid time.
    """
    document = build_document(result, facts, words)
    label: Mapping[str, str] = words["print"]
    named = [*_most_serious(document.groups)]
    genes = _in_order(document, named)
    code = build_code(result, [gene.gene for gene in genes], facts.knowledge)
    n_drugs = sum(len(g.drugs) for g in document.groups if g.key in (*ACTIONABLE, *_UNRESOLVED))
    data = {
        **frame(document, result, facts, words, label["card_title"]),
        "genes": [
            # the activity score is in the code
            {"gene": g.gene, "result": g.phenotype or g.diplotype, "unsure": g.is_unsure}
            for g in genes
        ],
        "drugs": [
            {
                "kind": group,
                "title": label[_TITLES.get(group, f"card_{group}")],
                "name": marked_name(d, group),
            }
            for group, d in named
        ],
        "n_more_drugs": n_drugs - len(named),
        "none": words["plain"]["none_tested"] if _is_silent(document) else label["none_by_area"],
        "lists": [[*_lists(document, code, label, most)] for most in _LISTED],
        "release": release_text(result, words),
    }
    drawn = code_picture(code.text)
    alt = shown(label["card_code_alt"].format(text=drawn["text"]))
    return plain(data) | {"code": {**drawn, "alt": alt}}


def _most_serious(groups: Sequence[DrugGroup]) -> Iterable[tuple[str, DrugEntry]]:
    """Yield the first drugs of the report's groups, which are ordered by seriousness."""
    left = _NAMED
    for group in groups:
        if group.key in (*ACTIONABLE, *_UNRESOLVED):
            yield from ((group.key, drug) for drug in group.drugs[:left])
            left = max(left - len(group.drugs), 0)


def _in_order(document: ReportDocument, named: Iterable[tuple[str, DrugEntry]]) -> list[GeneLine]:
    """Return the genes of the named drugs in their order, then the findings of other drugs."""
    summary = document.summary
    findings = {line.gene for line in summary.findings}
    usual = {line.gene: line for group in summary.usual for line in group.genes}
    found = {line.gene: line for line in summary.findings} | usual
    first = (basis.gene for _, drug in named for basis in drug.basis)
    later = (b.gene for g in document.groups for d in g.drugs for b in d.basis)
    ordered = dict.fromkeys((*first, *(gene for gene in later if gene in findings)))
    return [found[name] for name in ordered if name in found]


def _lists(
    document: ReportDocument, code: CardCode, label: Mapping[str, str], most: int
) -> Iterable[dict[str, Any]]:
    """Yield the lists of names on the back, each of at most so many names."""
    untested = [gene.gene for gene in document.genes if gene.status in _NO_RESULT]
    decided = dict.fromkeys(held.name for held in document.overrides)
    for key, names in (("left_out", code.left_out), ("untested", untested), ("decided", decided)):
        text = _listed(label[f"card_{key}"], names, most)
        if text:
            yield {"text": text, "is_strong": key == "decided"}


def _is_silent(document: ReportDocument) -> bool:
    """Whether no drug at all could be assessed."""
    return {group.key for group in document.groups} == {"unassessed"}


def _listed(text: str, names: Iterable[str], most: int = _LISTED[0]) -> str:
    """Return a text with the first names and the number of further ones, empty if there are none.

    >>> _listed("Not tested: {names}", ["A", "B"]), _listed("Not tested: {names}", "ABCDEF", 4)
    ('Not tested: A, B', 'Not tested: A, B, C, D, … (+2)')
    """
    found = list(names)
    listed = ", ".join(found[:most])
    if len(found) > most:
        listed += f", … (+{len(found) - most})"
    return text.format(names=listed) if listed else ""
