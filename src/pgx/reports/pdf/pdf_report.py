"""Content of the printed report: a result converted to plain data for the typesetter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.messages.catalogue import ENGLISH
from pgx.records.calls import CallStatus, PatientResult
from pgx.reports.content.document import ReportDocument, build_document, dose_section, with_doses
from pgx.reports.content.drug_entries import AdviceRow, DrugEntry
from pgx.reports.content.drug_groups import drugs_by_area
from pgx.reports.content.drug_ranking import ACTIONABLE
from pgx.reports.content.laboratory import Laboratory
from pgx.reports.content.patient_entries import MedicineEntry
from pgx.reports.content.phrases import day
from pgx.reports.content.release_facts import NO_FACTS, ReportFacts, issued_on
from pgx.reports.content.summary import medicine_name
from pgx.reports.pdf.pdf_entries import (
    copy_figures,
    drug_data,
    gene_data,
    is_changed,
    listed_name,
    source_of,
    whom,
)
from pgx.reports.safe_text import printed

__all__ = ["frame", "plain", "report_data"]

Words = Mapping[str, Any]
# listed separately on the first page: no change is required yet, and no drug is cleared
_MAYBE: Final = ("open_maybe", "indeterminate")
_UNASSESSED: Final = "unassessed"


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
    drugs = {d.drug: (g.key, d) for g in document.groups for d in g.drugs}
    # current medicines have a section of their own before the areas
    taken = [name for name, (_, drug) in drugs.items() if drug.is_taken]
    decided = _decisions(document, words["label"])
    data = {
        **frame(result, facts, words, words["label"]["title"]),
        "identity": document.identity,
        "person": document.patient.facts if document.patient else (),
        "tested": _tested(result, words["print"]),
        "has_patient": document.patient is not None,
        "medicines": [_medicine(m, drugs, decided, words) for m in _of(document, "current")],
        "other_medicines": [_medicine(m, drugs, decided, words) for m in _of(document, "other")],
        "conversions": document.patient.conversions if document.patient else (),
        "doses": _doses(document, words),
        "dose_words": words["dose"],
        "dose_briefs": {dose.drug: dose.brief for dose in document.doses},
        "areas": drugs_by_area(document.groups, facts, words, skip=taken),
        "maybe": [
            listed_name(d)
            for g in document.groups
            if g.key in _MAYBE
            for d in g.drugs
            if not d.is_taken
        ],
        "changed": [d.name for g in document.groups for d in g.drugs if is_changed(d, g.key)],
        "gaps": (*document.alerts, *document.gaps),
        "overrides": document.overrides,
        "decided": [drug.name for name, (_, drug) in drugs.items() if name in decided],
        "groups": [
            {
                "key": g.key,
                "title": g.title,
                "hint": g.hint,
                "drugs": [{**drug_data(d, words), **decided.get(d.drug, {})} for d in g.drugs],
            }
            for g in document.groups
            if g.key in ACTIONABLE
        ],
        "others": [
            {"key": g.key, "title": g.title, "hint": g.hint, "names": [*map(listed_name, g.drugs)]}
            for g in document.groups
            if g.key not in ACTIONABLE
        ],
        "genes": [
            {**gene_data(gene, words), **decided.get(gene.gene, {})} for gene in document.genes
        ],
        "methods": document.methods,
        "sources": [", ".join(filter(None, pair)) for pair in document.sources],
        "limits": document.limits,
        "certainty": [[w, words["label"][f"mark_{k}"]] for k, w in words["certainty"].items()],
        "bucket": words["bucket"],
    }
    return plain(data) | {"copies": copy_figures(document.genes, document.pictures, words)}


def _doses(document: ReportDocument, words: Words) -> list[dict[str, Any]]:
    section = dose_section() if document.doses else None
    return section.printed(document.doses, words) if section else []


def frame(result: PatientResult, facts: ReportFacts, words: Words, title: str) -> dict[str, Any]:
    """Return the data of every printed page: title, language, date, labels, laboratory."""
    issued = issued_on(result)
    return {
        "title": title,
        "lang": words["language"],
        "day": day(issued.isoformat(), words) if issued else "",
        "date": [issued.year, issued.month, issued.day] if issued else [],
        "sample": result.sample,
        "t": {**words["label"], **words["print"]},
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


def _decisions(document: ReportDocument, label: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the laboratory's decisions by gene or drug, as entries of their report section.

    A drug also has the decisions on its genes.
    """
    said: dict[str, list[str]] = {}
    for held in document.overrides:
        said.setdefault(held.subject, []).append(f"{held.says} ({held.who})")
    resting = {
        drug.drug: [
            f"{b.gene}: {text}"
            for b in drug.basis
            if b.gene != drug.drug
            for text in said.get(b.gene, ())
        ]
        for group in document.groups
        for drug in group.drugs
    }
    for subject, texts in resting.items():
        said[subject] = [*said.get(subject, ()), *texts]
    return {
        subject: {"decision": f"{label['override_of']}: {'; '.join(texts)}"}
        for subject, texts in said.items()
        if texts
    }


def _of(document: ReportDocument, which: str) -> Sequence[MedicineEntry]:
    return getattr(document.patient, which) if document.patient else ()


def _tested(result: PatientResult, label: Mapping[str, str]) -> dict[str, Any]:
    """Return the genes that were called, are unresolved, or have no result."""
    calls = sorted(result.calls, key=lambda c: c.gene)
    counted = [c for c in calls if c.status is not CallStatus.NOT_ASSESSED]
    total = sum(c.n_positions for c in calls)
    # all positions of a gene that was not assessed count as missing
    missing = sum(c.n_missing for c in counted) + sum(
        c.n_positions for c in calls if c.status is CallStatus.NOT_ASSESSED
    )
    by_kind = {
        "tested_list": [c.gene for c in calls if c.status is CallStatus.CALLED],
        "ambiguous_list": [c.gene for c in calls if c.status is CallStatus.AMBIGUOUS],
        "not_answered_list": [
            c.gene for c in calls if c.status in (CallStatus.NO_CALL, CallStatus.NOT_ASSESSED)
        ],
    }
    return {
        "summary": label["tested_genes"].format(
            called=len(by_kind["tested_list"]),
            genes=len(calls),
            answered=total - missing,
            total=total,
        ),
        "lists": [label[k].format(names=", ".join(n)) for k, n in by_kind.items() if n],
    }


def _medicine(
    medicine: MedicineEntry,
    drugs: Mapping[str, tuple[str, DrugEntry]],
    decided: Mapping[str, Mapping[str, str]],
    words: Words,
) -> dict[str, Any]:
    return {
        "name": medicine_name(medicine),
        "detail": medicine.detail,
        "advice": [
            {**_advice(*drugs[name], words), **decided.get(name, {})}
            for name, _ in medicine.drugs
            if name in drugs
        ],
        "remark": "; ".join(filter(None, (_not_asked(medicine, drugs, words), medicine.remark))),
        "notes": [*medicine.acts, *medicine.reported],
    }


def _not_asked(
    medicine: MedicineEntry, drugs: Mapping[str, tuple[str, DrugEntry]], words: Words
) -> str:
    """Name drugs in a medicine that the release covers and this run did not include."""
    names = [name for name, _ in medicine.drugs if name not in drugs]
    return f"{', '.join(names)}: {words['print']['not_asked']}" if names else ""


def _advice(kind: str, drug: DrugEntry, words: Words) -> dict[str, Any]:
    """Return the most serious recommendation on a drug in full, and the effect of medicines."""
    first = drug.rows[0] if drug.rows else None
    adjusted = drug.adjusted
    otherwise = [*_otherwise(first)] if first else []
    return {
        "kind": kind,
        "name": drug.name,
        "headline": _headline(first, words),
        "text": _said(first, otherwise) if first else "",
        "whom": whom(first, words["label"]) if first else "",
        "otherwise": otherwise,
        "sources": _sources(drug),
        "source": source_of(first) if first else "",
        "with": words["label"]["with_medicines"].format(medicines=adjusted.medicines)
        if adjusted
        else "",
        "with_headline": adjusted.rows[0].headline if adjusted else "",
    }


def _sources(drug: DrugEntry) -> str:
    """Return the comparison of sources if they differ, and each position if opposite."""
    said = "; ".join(f"{source}: {headline}" for source, headline, _ in drug.positions)
    return f"{drug.standing}. {said}." if drug.contradicts else ""


def _headline(first: AdviceRow | None, words: Words) -> str:
    """Return the action; if it could not be assessed, that, which differs from no guidance."""
    if first is None:
        return str(words["label"]["not_for_any"])
    return str(words["bucket"][_UNASSESSED]) if first.bucket == _UNASSESSED else first.headline


def _said(first: AdviceRow, otherwise: Sequence[str]) -> str:
    """Return the recommendation's text; the alternatives explain why it is provisional."""
    # the list of alternatives already says that it is provisional
    return first.text[len(first.lead) :] if otherwise else first.text


def _otherwise(first: AdviceRow) -> Iterable[str]:
    """Yield the alternatives of an unresolved recommendation, if their headline differs."""
    for other in first.alternatives:
        # the headline of a provisional row ends with that of its own recommendation
        if not first.headline.casefold().endswith(other.headline.casefold()):
            yield f"{other.headline} {other.when}"
