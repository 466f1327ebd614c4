"""What a patient adds to the entry of a drug: advice for others folded, medicines counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.records.calls import PatientResult, Recommendation
from pgx.reports.drug_entries import EntryMaker
from pgx.reports.drug_ranks import BUCKETS, NO_CHANGE, bucket, row_order
from pgx.reports.drug_records import AdjustedEntry, DrugEntry, FoldedRow
from pgx.reports.figures import within
from pgx.reports.patient_entries import PatientView, conversion_entry, fit_reason

__all__ = ["PersonalEntries", "placed"]

Words = Mapping[str, Any]
_ESTABLISHED: Final = "established"
_NOBODY: Final = "silent"
_AFTER_REACTION: Final = "care"
"""Group of a drug to which a reaction is recorded, where no source asks for more."""


class PersonalEntries:
    """Adds to drug entries what a result's patient makes of them; without a patient, nothing."""

    def __init__(self, result: PatientResult, maker: EntryMaker, words: Words) -> None:
        self._view = PatientView(result)
        self._maker = maker
        self._words = words
        self._label = words["label"]

    def placed(self, drug: str, rows: Sequence[Recommendation]) -> tuple[list[Recommendation], str]:
        """Return the rows for this patient and the group of the drug, see `placed`."""
        return placed(self._view, drug, rows)

    def entry(self, drug: str, entry: DrugEntry, rows: Sequence[Recommendation]) -> DrugEntry:
        """Return the entry with what the patient adds."""
        if self._view.context is None:
            return entry
        mine, others = self._view.split(drug, sorted(rows, key=row_order))
        folded = tuple(
            FoldedRow(why=fit_reason(fit, self._words), row=self._maker.advice([row])[0])
            for row, fit in others
        )
        adjusted = None if self._says_nothing_new(drug, mine) else self._adjusted(drug)
        brief = entry.brief if mine else ""
        if drug in self._view.reacted:
            told = self._words["patient"]["fit_reacted"]
            brief = "; ".join(filter(None, (brief, told)))
        if adjusted is not None:
            said = within(adjusted.rows[0].headline, self._words)
            own = self._maker.advice(mine[:1])
            known = {brief, within(own[0].headline, self._words) if own else ""}
            if said not in known:  # the overview says nothing twice
                with_medicines = self._label["with_brief"].format(advice=said)
                brief = ", ".join(filter(None, (brief, with_medicines)))
        return msgspec.structs.replace(
            entry,
            rows=entry.rows if mine else (),
            positions=entry.positions if mine else (),
            standing=entry.standing if mine else "",
            brief=brief,
            is_taken=drug in self._view.current,
            folded=folded,
            adjusted=adjusted,
        )

    def _says_nothing_new(self, drug: str, mine: Sequence[Recommendation]) -> bool:
        """Whether there is no advice by the genotype, and none with current medicines either."""
        rows = (*mine, *self._view.adjusted(drug))
        return all(row.action[:1] == ("no_recommendation",) for row in rows)

    def _adjusted(self, drug: str) -> AdjustedEntry | None:
        rows = self._changed(drug)
        if not rows:
            return None
        changes = [conversion_entry(c, self._words) for c in self._view.conversions(rows)]
        return AdjustedEntry(
            medicines=", ".join(dict.fromkeys(c.medicines for c in changes)),
            basis=tuple(f"{c.gene}: {c.predicted} → {c.converted}, {c.evidence}" for c in changes),
            rows=self._maker.advice(rows),
        )

    def _changed(self, drug: str) -> list[Recommendation]:
        """Return the adjusted advice, most serious first; silent sources only where all are."""
        rows = sorted(self._view.adjusted(drug), key=row_order)
        return [row for row in rows if row.action != ("no_recommendation",)] or rows[:1]


def placed(
    view: PatientView, drug: str, rows: Sequence[Recommendation]
) -> tuple[list[Recommendation], str]:
    """Return the rows for this patient, most serious first, and the group of the drug.

    The group is the more serious one of the genotype's advice and of what current medicines
    make of it by an established rule: a drug is not listed as harmless that is not.
    """
    mine, _ = view.split(drug, rows)
    ordered = sorted(mine or rows, key=row_order)
    own = bucket(ordered[0]) if mine else _NOBODY
    if drug in view.reacted and own in NO_CHANGE:
        own = _AFTER_REACTION
    if not mine:
        return ordered, own
    changed = view.adjusted(drug)
    rules = {c.evidence for c in view.conversions(changed)}
    if not changed or rules != {_ESTABLISHED}:
        return ordered, own
    worst = bucket(min(changed, key=row_order))
    return ordered, min(own, worst, key=BUCKETS.index)
