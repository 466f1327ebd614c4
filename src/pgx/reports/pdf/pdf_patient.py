"""The plain-language page and the wallet card: plain data for the typesetter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pgx.messages.catalogue import ENGLISH
from pgx.records.calls import CallStatus, PatientResult
from pgx.records.notes import NoteCode
from pgx.reports.content.document import ReportDocument, build_document
from pgx.reports.content.drug_entries import DrugEntry
from pgx.reports.content.drug_ranking import ACTIONABLE
from pgx.reports.content.patient_entries import MedicineEntry
from pgx.reports.content.release_facts import NO_FACTS, ReportFacts, release_text
from pgx.reports.content.summary import medicine_name
from pgx.reports.pdf.pdf_entries import is_changed
from pgx.reports.pdf.pdf_report import frame, plain

__all__ = ["card_data", "patient_data"]

Words = Mapping[str, Any]
_MAYBE: Final = ("open_maybe", "indeterminate")
_UNASSESSED: Final = "unassessed"
_CHANGED: Final = "\u00a0†"
_NAMED_ON_CARD: Final = 12
"""So many drugs that are not settled are named on the card; more would make it illegible."""
_CARD_TITLES: Final = {
    "open_change": "card_open",
    "open_maybe": "card_maybe",
    "indeterminate": "card_indeterminate",
}
_UNANSWERED: Final = (CallStatus.NO_CALL, CallStatus.NOT_ASSESSED)


def patient_data(
    result: PatientResult, facts: ReportFacts = NO_FACTS, words: Words = ENGLISH
) -> dict[str, Any]:
    """Return the content of the plain-language page.

    Raises
    ------
    UsageError
        SOURCE_DATE_EPOCH is not a valid time.
    """
    document = build_document(result, facts, words)
    said = words["plain"]
    kinds = {d.drug: (g.key, d.name) for g in document.groups for d in g.drugs}
    taken = {d.drug for g in document.groups for d in g.drugs if d.is_taken}
    lists = [
        {
            "kind": group.key,
            "title": said[group.key],
            "names": [_marked(d, group.key) for d in group.drugs if d.drug not in taken],
        }
        for group in document.groups
        if group.key in (*ACTIONABLE, *_MAYBE)
    ]
    data = {
        **frame(result, facts, words, said["title"]),
        "p": said,
        "has_patient": document.patient is not None,
        "medicines": [
            _plain_medicine(m, kinds, document, said)
            for m in (document.patient.current if document.patient else ())
        ],
        "lists": [held for held in lists if held["names"]],
        "none": said["none_tested" if _is_silent(document) else "none"],
        "decided": _decided(document, said["decided"]),
        "not_tested": _not_tested(result, document, said),
        "made_from": said["made_from"].format(
            sample=result.sample, release=release_text(result, words)
        ),
    }
    return plain(data)


def _plain_medicine(
    medicine: MedicineEntry,
    kinds: Mapping[str, tuple[str, str]],
    document: ReportDocument,
    said: Mapping[str, str],
) -> dict[str, Any]:
    # a drug whose recommendations are all for other patients has no row left
    without = {d.drug for g in document.groups for d in g.drugs if not d.rows}
    lines = [
        {
            "kind": kinds[drug][0],
            "says": said["for_others"] if drug in without else said[f"current_{kinds[drug][0]}"],
        }
        for drug, _ in medicine.drugs
        if drug in kinds
    ]
    # part of a combination may be unknown although its other part has a recommendation
    lost = document.patient is not None and any(
        part in medicine.remark for part in document.patient.unrecognised
    )
    others = {
        "current_unrecognised": lost and not medicine.drugs,
        "current_part": lost and bool(medicine.drugs),
        "current_not_asked": any(drug not in kinds for drug, _ in medicine.drugs),
        "current_none": not lines and not lost and not medicine.drugs,
    }
    lines += [{"kind": "silent", "says": said[key]} for key, holds in others.items() if holds]
    return {"name": medicine_name(medicine), "detail": medicine.detail, "lines": lines}


def _marked(drug: DrugEntry, group: str) -> str:
    """Name a drug; one in its group because of current medicines alone is marked."""
    return f"{drug.name}{_CHANGED}" if is_changed(drug, group) else drug.name


def _is_silent(document: ReportDocument) -> bool:
    """Whether no drug at all could be assessed."""
    return {group.key for group in document.groups} == {_UNASSESSED}


def _decided(document: ReportDocument, said: str) -> str:
    """Name the subjects of the laboratory's decisions, empty if there are none."""
    names = dict.fromkeys(held.name for held in document.overrides)
    return said.format(names=", ".join(names)) if names else ""


def _not_tested(
    result: PatientResult, document: ReportDocument, said: Mapping[str, str]
) -> list[str]:
    count = sum(len(group.drugs) for group in document.groups if group.key == _UNASSESSED)
    calls = sorted(result.calls, key=lambda c: c.gene)
    silent = [c.gene for c in calls if c.status in _UNANSWERED]
    copies = [
        c.gene
        for c in calls
        if NoteCode.COPY_NUMBER_NOT_ASSESSED in c.notes and c.status not in _UNANSWERED
    ]
    return [
        *([said["not_tested_genes"].format(names=", ".join(silent))] if silent else []),
        *([said["not_tested_drugs"].format(count=count)] if count else []),
        *([said["not_tested_copies"].format(names=", ".join(copies))] if copies else []),
        said["not_tested_rest"],
    ]


def card_data(
    result: PatientResult, facts: ReportFacts = NO_FACTS, words: Words = ENGLISH
) -> dict[str, Any]:
    """Return the content of the card: results relevant for a drug, and these drugs.

    Raises
    ------
    UsageError
        SOURCE_DATE_EPOCH is not a valid time.
    """
    document = build_document(result, facts, words)
    said = words["print"]
    acting = [g for g in document.groups if g.key in (*ACTIONABLE, *_MAYBE)]
    named = [g for g in acting if g.key in ACTIONABLE or len(g.drugs) <= _NAMED_ON_CARD]
    genes = {b.gene for g in named for d in g.drugs for b in d.basis}
    # a card has no room for genes without a listed drug
    shown = [g for g in document.genes if g.gene in genes and g.status != "not_assessed"]
    data = {
        **frame(result, facts, words, said["card_title"]),
        "genes": [
            {
                "gene": g.gene,
                "result": ", ".join(filter(None, (g.phenotype, g.score)))
                if g.phenotype not in ("", words["label"]["no_phenotype"])
                else g.diplotype,
                "unsure": g.status != "called" or g.unsure,
            }
            for g in shown
        ],
        "has_more_genes": len(shown) < len(document.genes),
        "lists": [
            {
                "kind": g.key,
                "title": said[_CARD_TITLES.get(g.key, f"card_{g.key}")],
                "names": [_marked(d, g.key) for d in g.drugs]
                if g in named
                else [said["card_count"].format(count=len(g.drugs))],
            }
            for g in acting
        ],
        "none": words["plain"]["none_tested"] if _is_silent(document) else said["none_by_area"],
        "decided": _decided(document, said["card_decided"]),
        "release": release_text(result, words),
    }
    return plain(data)
