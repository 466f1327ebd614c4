"""One sample at a glance: each drug's most serious advice, and what was not assessed."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from pgx.records.calls import CallStatus, Certainty, PatientResult, Recommendation
from pgx.records.notes import NoteCode
from pgx.reports.drug_ranks import row_order
from pgx.reports.patient_entries import PatientView
from pgx.reports.personal_entries import placed

__all__ = ["ACTIONABLE", "DrugOverview", "Overview", "build_overview"]

ACTIONABLE = ("avoid", "dose", "care", "open_change")
"""Groups of drugs whose best-fitting result asks for something else than the usual use."""


class DrugOverview(msgspec.Struct, frozen=True, kw_only=True):
    """A drug: its group, as in the report, and the row of advice that put it there.

    ``row`` is None where no advice is for this patient; ``adjusted`` is the most serious advice
    for what current medicines leave of a phenotype, None without. ``unknown`` says that some
    row, ``unassessed`` that every row could not be assessed.
    """

    drug: str
    group: str
    row: Recommendation | None
    adjusted: Recommendation | None
    unknown: bool
    unassessed: bool


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Drugs A–Z; genes A–Z by status; positions counted over all genes."""

    drugs: tuple[DrugOverview, ...]
    genes: dict[CallStatus, tuple[str, ...]]
    copies_open: tuple[str, ...]
    n_positions: int
    n_missing: int

    def drugs_in(self, *groups: str) -> tuple[str, ...]:
        """Return the drugs of some groups, A–Z."""
        return tuple(d.drug for d in self.drugs if d.group in groups)


def build_overview(result: PatientResult) -> Overview:
    """Return one sample at a glance."""
    calls = sorted(result.calls, key=lambda call: call.gene)
    return Overview(
        drugs=tuple(_drugs(result)),
        genes={s: tuple(c.gene for c in calls if c.status is s) for s in CallStatus},
        copies_open=tuple(
            c.gene
            for c in calls
            if NoteCode.COPY_NUMBER_NOT_ASSESSED in c.notes
            and c.status is not CallStatus.NOT_ASSESSED
        ),
        n_positions=sum(call.n_positions for call in calls),
        n_missing=sum(call.n_missing for call in calls),
    )


def _drugs(result: PatientResult) -> Iterable[DrugOverview]:
    view = PatientView(result)
    rows_of: dict[str, list[Recommendation]] = {}
    for row in result.by_genotype:
        rows_of.setdefault(row.drug, []).append(row)
    for drug in sorted(rows_of, key=lambda name: (name.casefold(), name)):
        rows = rows_of[drug]
        mine, _ = view.split(drug, rows)
        ordered, group = placed(view, drug, rows)
        open_rows = [row.certainty is Certainty.UNKNOWN for row in rows]
        yield DrugOverview(
            drug=drug,
            group=group,
            row=ordered[0] if mine else None,
            adjusted=min(view.adjusted(drug), key=row_order, default=None),
            unknown=any(open_rows),
            unassessed=all(open_rows),
        )
