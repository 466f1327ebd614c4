"""The plain-language page: plain data for the typesetter."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any, Final

from pgx.messages.catalogue import ENGLISH
from pgx.records.calls import CallStatus, PatientResult
from pgx.records.notes import NoteCode
from pgx.records.patient import MedicineUse
from pgx.reports.content.document import ReportDocument, build_document
from pgx.reports.content.drug_lines import medicine_name
from pgx.reports.content.drug_ranking import ACTIONABLE, BUCKETS
from pgx.reports.content.patient_entries import MedicineEntry
from pgx.reports.content.release_facts import NO_FACTS, ReportFacts, release_text
from pgx.reports.pdf.pdf_entries import marked_name
from pgx.reports.pdf.pdf_report import frame, plain

__all__ = ["patient_data"]

Words = Mapping[str, Any]
_MAYBE: Final = ("open_maybe", "indeterminate")
_UNASSESSED: Final = "unassessed"
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
    medicines = _medicines(document)
    taken = {drug for use in medicines.values() for m in use for drug, _ in m.drugs}
    lists = [
        {
            "kind": group.key,
            "title": said[group.key],
            "names": [marked_name(d, group.key) for d in group.drugs if d.drug not in taken],
        }
        for group in document.groups
        if group.key in ACTIONABLE
    ]
    data = {
        **frame(document, result, facts, words, said["title"]),
        "p": said,
        "medicines": [
            {
                "title": said[use],
                "rows": [
                    _plain_medicine(m, kinds, document, said)
                    for m in sorted(listed, key=lambda m: _rank(m, kinds))
                ],
            }
            for use, listed in medicines.items()
        ],
        "lists": [held for held in lists if held["names"]],
        "none": said["none_tested" if _is_silent(document) else "none"],
        "decided": _decided(document, said["decided"]),
        "not_tested": [*_unclear(document, taken, said), *_not_tested(result, document, said)],
        "made_from": said["made_from"].format(
            sample=result.sample, release=release_text(result, words)
        ),
    }
    return plain(data)


def _medicines(document: ReportDocument) -> dict[str, list[MedicineEntry]]:
    """Return current medicines, and planned ones if there are any."""
    patient = document.patient
    if patient is None:
        return {}
    planned = [m for m in patient.other if m.use == MedicineUse.PLANNED]
    return {"current": [*patient.current], **({"planned": planned} if planned else {})}


def _rank(medicine: MedicineEntry, kinds: Mapping[str, tuple[str, str]]) -> int:
    """Return the place of a medicine: that of its most serious drug."""
    ranks = [BUCKETS.index(kinds[drug][0]) for drug, _ in medicine.drugs if drug in kinds]
    return min(ranks, default=len(BUCKETS))


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


def _is_silent(document: ReportDocument) -> bool:
    """Whether no drug at all could be assessed."""
    return {group.key for group in document.groups} == {_UNASSESSED}


def _decided(document: ReportDocument, said: str) -> str:
    """Name the subjects of the laboratory's decisions, empty if there are none."""
    names = dict.fromkeys(held.name for held in document.overrides)
    return said.format(names=", ".join(names)) if names else ""


def _unclear(
    document: ReportDocument, taken: Container[str], said: Mapping[str, str]
) -> Iterable[str]:
    """Yield the medicines whose result is open: no finding, so not among those that matter."""
    for group in document.groups if not _is_silent(document) else ():
        names = [marked_name(d, group.key) for d in group.drugs if d.drug not in taken]
        if group.key in _MAYBE and names:
            yield said[group.key].format(names=", ".join(names))


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
