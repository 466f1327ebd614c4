"""What a bundle holds: everything, or results and the recommendations that ask for a change."""

from __future__ import annotations

from typing import Final

from pgx.records.calls import PHENOCONVERTED, Certainty, PatientResult, Recommendation
from pgx.reports.content.drug_ranking import ACTIONABLE, NO_CHANGE, bucket, plain_bucket
from pgx.reports.content.patient_entries import PatientView

__all__ = ["BundleScope"]

# no task is written for these: no action is needed
_NOTHING_TO_DO: Final = frozenset({"use_as_directed", "no_recommendation"})
_MAY_CHANGE: Final = "open_maybe"
_CONDITIONAL: Final = "conditional"


class BundleScope:
    """Decides which recommendations of a result are in its bundle, and which of them are tasks.

    ``is_full`` is a bundle of everything. Otherwise a recommendation is in the bundle if it may
    apply to the patient and asks for another use than the standard one: for this genotype, under
    a condition, or for another genotype that the input leaves open.
    """

    def __init__(self, result: PatientResult, *, is_full: bool) -> None:
        self.is_full = is_full
        self._view = PatientView(result)
        self._asking = {_pair(row) for row in result.by_genotype if self._asks_for_change(row)}
        # the laboratory's decision is a note of the recommendations that it is about
        self._decided = {o.drug for o in result.overrides if o.drug}

    def holds(self, row: Recommendation) -> bool:
        """Whether the bundle has this recommendation."""
        if self.is_full or row.drug in self._decided or row.drug in self._view.reacted:
            return True
        # a change by genotype that current medicines make unnecessary: both, or one misleads
        is_adjusted = row.basis == PHENOCONVERTED and _pair(row) in self._asking
        return is_adjusted or self._asks_for_change(row)

    def proposes(self, row: Recommendation) -> bool:
        """Whether a recommendation is also a task; a task proposes an action for this patient."""
        row = self._view.judged(row)
        if bucket(row) == _MAY_CHANGE:
            return True
        if row.certainty is Certainty.UNKNOWN or not set(row.action) - _NOTHING_TO_DO:
            return False
        is_usual = plain_bucket(row.action) in NO_CHANGE
        return self.is_full if is_usual else row.may_alert

    def is_unresolved(self, row: Recommendation) -> bool:
        """Whether only a genotype other than the most likely one asks for a change."""
        return bucket(self._view.judged(row)) == _MAY_CHANGE

    def _asks_for_change(self, row: Recommendation) -> bool:
        mine, _ = self._view.split(row.drug, [row])
        for judged in mine:
            group = bucket(judged)
            if group in (*ACTIONABLE, _MAY_CHANGE):
                return True
            # a condition may ask for a change that the reference genotype does not need
            return group == _CONDITIONAL and judged.may_alert
        return False


def _pair(row: Recommendation) -> tuple[str, str, str]:
    """Return what a recommendation by genotype has in common with its phenoconverted one."""
    return row.drug, row.source, row.population
