"""Content of the printed report: a result converted to plain data for the typesetter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.messages.catalogue import ENGLISH
from pgx.records.calls import CallStatus, PatientResult
from pgx.records.laboratory import Laboratory
from pgx.reports.content.alleles_tested import AllelesTested, alleles_text
from pgx.reports.content.document import ReportDocument, build_document, with_doses
from pgx.reports.content.gene_entries import GeneEntry
from pgx.reports.content.phrases import day
from pgx.reports.content.release_facts import NO_FACTS, ReportFacts, issued_on
from pgx.reports.pdf.pdf_advice import advice_data
from pgx.reports.pdf.pdf_annex import annex_data, annex_figures
from pgx.reports.pdf.pdf_answer import answer_data, decisions
from pgx.reports.pdf.pdf_entries import lines_of
from pgx.reports.pdf.pdf_identity import identity_data, identity_lines
from pgx.reports.safe_text import printed

__all__ = ["frame", "plain", "report_data"]

Words = Mapping[str, Any]
_OWNER: Final = 4
"""Pairs of the header's identity: name, day of birth, sex, record number."""
_ROOM: Final = 510
"""Lines of text of three pages of two columns, less what paragraphs at their ends leave empty."""
_BANNER: Final = 130
"""Characters of a line of the banner."""
_PAIRED: Final = 36
"""Characters of the second column of a list of pairs."""
_SECTIONS: Final = 12
"""Lines of the headings of methods and limits, and of the block to sign."""
_NAMED_ALLELES: Final = 100
"""Alleles of a gene are listed by name up to this number; star alleles, which are short, always."""


def report_data(
    result: PatientResult, facts: ReportFacts = NO_FACTS, words: Words = ENGLISH
) -> dict[str, Any]:
    """Return the content of the report as plain data; equal results give equal data.

    Raises
    ------
    UsageError
        SOURCE_DATE_EPOCH is not a valid time.
    """
    document = with_doses(build_document(result, facts, words), result, facts, words)
    decided = decisions(document, words["label"])
    alleles = {tested.gene: tested for tested in document.alleles}
    genes = [_gene(gene, alleles.get(gene.gene), words) for gene in document.genes]
    shared = frame(document, result, facts, words, words["label"]["title"])
    identity = identity_data(document, shared["day"], words)
    data = {
        **shared,
        "a": words["answer"],
        "bucket": words["bucket"],
        "status": words["status"],
        "identity": identity,
        "made_by": document.identity[-1][1],
        "issued": document.header,
        "h": words["header"],
        "has_patient": document.patient is not None,
        "answer": answer_data(document, words, decided, identity_lines(identity)),
        "advice": advice_data(document, words, decided, _room(document, genes, words)),
        "dose_words": words["dose"],
        "overrides": document.overrides,
        "conversions": document.patient.conversions if document.patient else (),
        "tested": _tested(result, words["print"]),
        "genes": genes,
        "gaps": document.gaps,
        "methods": (*_full_use(document, words), *document.methods),
        "limits": document.limits,
        "certainty": [[w, words["label"][f"mark_{k}"]] for k, w in words["certainty"].items()],
        "annex": annex_data(document, words, decided) if facts.annex else {},
    }
    figures = annex_figures(document, words) if facts.annex else []
    return plain(data) | {"copies": figures}


def _room(document: ReportDocument, genes: Sequence[Mapping[str, str]], words: Words) -> float:
    """Return the lines left for recommendations on the pages after the first."""
    label = words["label"]
    conversions = document.patient.conversions if document.patient else ()
    header = document.header
    pairs = [*_full_use(document, words), *header.laboratory, *document.methods]
    pairs += [(w, label[f"mark_{k}"]) for k, w in words["certainty"].items()]
    used = (
        _SECTIONS
        # a banner of several lines shortens each of the six columns
        + 6 * (lines_of(document.header.research_use_brief, _BANNER) - 1)
        + lines_of([f"{label['method']}", document.gaps, document.limits])
        + sum(max(lines_of(pair[1], _PAIRED), 1) for pair in pairs)
        + sum(lines_of(" ".join(gene.values())) for gene in genes)
        # an override or conversion is a line of four parts, a stopped medicine one of its own
        + lines_of(msgspec.to_builtins((header.amendment, header.comment, header.signatures)))
        + 3 * (len(document.overrides) + len(conversions) + len(document.summary.stopped))
    )
    return float(_ROOM - used)


def _full_use(document: ReportDocument, words: Words) -> Sequence[tuple[str, str]]:
    """Return the intended use with all genes, if the sentence on every page does not name them."""
    header = document.header
    is_brief = header.research_use != header.research_use_brief
    return [(words["header"]["use"], header.research_use)] if is_brief else []


def frame(
    document: ReportDocument, result: PatientResult, facts: ReportFacts, words: Words, title: str
) -> dict[str, Any]:
    """Return the data of every printed page: title, language, date, labels, laboratory."""
    issued = issued_on(result)
    return {
        "title": title,
        "lang": words["language"],
        "day": day(issued.isoformat(), words) if issued else "",
        "date": [issued.year, issued.month, issued.day] if issued else [],
        "sample": result.sample,
        "t": {**words["label"], **words["print"]},
        "research_use": document.header.research_use_brief,
        # the identity of every page; the rest is on the first
        "owner": [value for _, value in document.header.identity[:_OWNER]],
        "laboratory": _laboratory(facts.laboratory),
    }


def plain(data: dict[str, Any]) -> dict[str, Any]:
    """Return builtins with printable strings; the logo is unchanged."""
    # image bytes are not text to be escaped
    logo = data["laboratory"].pop("logo", None) if data["laboratory"] else None
    made: dict[str, Any] = printed(msgspec.to_builtins(data))
    if logo is not None:
        made["laboratory"]["logo"] = logo
    return made


def _laboratory(laboratory: Laboratory | None) -> dict[str, Any]:
    if laboratory is None:
        return {}
    return {
        "name": laboratory.name,
        "address": laboratory.address,
        "director": laboratory.director,
        "accreditation": laboratory.accreditation,
        "footer": laboratory.footer,
        "logo": list(laboratory.logo),
        "logo_kind": laboratory.logo_kind,
    }


def _tested(result: PatientResult, label: Mapping[str, str]) -> str:
    """Return how many genes were called, and how many positions had data."""
    calls = result.calls
    total = sum(c.n_positions for c in calls)
    # all positions of a gene that was not assessed count as missing
    missing = sum(
        c.n_positions if c.status is CallStatus.NOT_ASSESSED else c.n_missing for c in calls
    )
    called = sum(c.status is CallStatus.CALLED for c in calls)
    return label["tested_genes"].format(
        called=called, genes=len(calls), answered=total - missing, total=total
    )


def _gene(gene: GeneEntry, alleles: AllelesTested | None, words: Words) -> dict[str, Any]:
    """Return a gene's source and the alleles tested: by name, or counted if they are many."""
    is_listed = alleles is not None and _is_listed(alleles)
    return {
        "gene": gene.gene,
        "status": "ambiguous" if gene.status == "called" and gene.unsure else gene.status,
        "summary": _alleles_summary(gene, alleles),
        "alleles": alleles_text(alleles, words) if alleles and is_listed else "",
    }


def _alleles_summary(gene: GeneEntry, alleles: AllelesTested | None) -> str:
    """Return status, source and number of alleles, without what follows from the others."""
    if gene.status == CallStatus.NOT_ASSESSED:
        return gene.status_word
    if alleles and not alleles.tested and not alleles.not_tested:
        # the sentence on another method names the status too
        is_called = gene.status == CallStatus.CALLED
        return alleles.summary if is_called else f"{gene.status_word}. {alleles.summary}"
    parts = (gene.status_word, gene.origin, alleles.summary if alleles else "")
    return ", ".join(filter(None, parts))


def _is_listed(alleles: AllelesTested) -> bool:
    names = [entry.name for entry in (*alleles.tested, *alleles.not_tested)]
    return len(names) <= _NAMED_ALLELES or all(name.startswith("*") for name in names)
