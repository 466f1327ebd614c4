"""Seriousness of recommendations: group, its sign and color, and the order of rows and drugs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pgx.recommendations.conditions import unconditional_action
from pgx.records.advice import NO_RESULT, UNINFORMATIVE_KEYS
from pgx.records.calls import Certainty, PatientResult, Recommendation
from pgx.records.patient import MedicineUse

__all__ = [
    "ACTIONABLE",
    "AFTER_REACTION",
    "BUCKETS",
    "COLOURS",
    "NO_CHANGE",
    "SIGNS",
    "UNCLEAR",
    "bucket",
    "drug_order",
    "in_order",
    "plain_bucket",
    "row_order",
    "seriousness",
]

# groups, most serious first; a drug belongs to the first group required by any of its rows
BUCKETS: Final = (
    "avoid", "dose", "care", "open_change", "open_maybe", "indeterminate", "open_silent",
    "conditional", "information", "directed", "silent", "unassessed",
)  # fmt: skip
ACTIONABLE: Final = ("avoid", "dose", "care", "open_change")
"""Groups in which the best-fitting result asks for something else than the usual use."""
AFTER_REACTION: Final = "care"
"""Group of a drug to which a reaction is recorded, where no source asks for more."""
_BUCKET_OF: Final = {
    "avoid": "avoid",
    "alternative": "avoid",
    "reduce_dose": "dose",
    "increase_dose": "dose",
    "adjust_initial_dose": "dose",
    "use_algorithm": "dose",
    "test_first": "care",
    "monitor": "care",
    "caution": "care",
    "not_coded": "care",
    "use_as_directed": "directed",
    "no_recommendation": "silent",
}
NO_CHANGE: Final = frozenset({"directed", "conditional", "silent", "information"})
_SERIOUSNESS: Final = {action: rank for rank, action in enumerate(_BUCKET_OF)}
# CPIC's strengths of recommendation; those of other sources follow
_STRENGTHS: Final = {"Strong": 0, "Moderate": 1, "Optional": 2}
_COPY_NUMBER: Final = ":copy_number"
# `NO_RESULT` is a gene that was not tested, which differs from an unknown effect
UNCLEAR: Final = UNINFORMATIVE_KEYS - {NO_RESULT}
"""Keys of results whose effect nobody knows; they settle nothing."""


def plain_bucket(action: Sequence[str]) -> str:
    """Return the group of a definite recommendation with these actions."""
    group = _BUCKET_OF.get(action[0] if action else "", "silent")
    return "conditional" if group == "directed" and len(action) > 1 else group


def bucket(row: Recommendation) -> str:
    """Return the group of a row, one of `BUCKETS`."""
    if row.certainty is Certainty.UNKNOWN:
        return "unassessed"
    settled = _settled(row)
    # a recommendation for everyone, whatever the genotype, is information, not an alert
    if settled not in NO_CHANGE and not row.may_alert:
        settled = "information"
    if settled not in NO_CHANGE:
        return settled if row.certainty is Certainty.CERTAIN else "open_change"
    if row.certainty is not Certainty.CERTAIN and _may_change(row):
        return "open_maybe"
    if _is_indeterminate(row):
        return "indeterminate"
    return settled if row.certainty is Certainty.CERTAIN else "open_silent"


def _is_indeterminate(row: Recommendation) -> bool:
    """Whether a gene's result has no known effect: this does not mean standard dosing."""
    return any(part.partition("=")[2] in UNCLEAR for part in row.lookup.split(";"))


def _settled(row: Recommendation) -> str:
    """Return the group of a row that applies whether or not its conditions are met."""
    held = unconditional_action(row)
    group = plain_bucket(held)
    return "conditional" if held != row.action and group in NO_CHANGE else group


def _may_change(row: Recommendation) -> bool:
    """Whether a possible result, including other copy numbers, requires a change."""
    others = {plain_bucket(a.action) for a in row.alternatives}
    # not all results of another copy number are among the alternatives
    return bool(others - NO_CHANGE) or any(c.endswith(_COPY_NUMBER) for c in row.depends_on)


def row_order(row: Recommendation) -> tuple[int, int, int]:
    """Return the sort key of a drug's rows: most serious first."""
    return (BUCKETS.index(bucket(row)), seriousness(row.action), _strength(row))


def drug_order(rows: Sequence[Recommendation], drug: str) -> tuple[int, int, str]:
    """Return the sort key of a group's drugs; unresolved ones by their most serious possibility."""
    possible = [rows[0].action, *(a.action for r in rows for a in r.alternatives)]
    # an unresolved genotype is ranked by its most serious possibility
    actions = possible if bucket(rows[0]) == "open_maybe" else possible[:1]
    return (min(seriousness(a) for a in actions), _strength(rows[0]), drug)


def seriousness(action: Sequence[str]) -> int:
    """Return the rank of a primary action; 0 is the most serious."""
    return _SERIOUSNESS.get(action[0] if action else "", len(_SERIOUSNESS))


def _strength(row: Recommendation) -> int:
    return _STRENGTHS.get(row.classification or "", len(_STRENGTHS))


SIGNS: Final = {
    "avoid": "✕",
    "dose": "↕",
    "care": "!",
    "open_change": "?!",
    "open_maybe": "?",
    "indeterminate": "¿",
    "open_silent": "·?",
    "conditional": "○",
    "information": "i",
    "directed": "✓",
    "silent": "–",
    "unassessed": "∅",
}
"""By the groups of `pgx.reports.content.drug_ranking.BUCKETS`."""
COLOURS: Final = {
    "avoid": "#d55e00",
    "dose": "#e69f00",
    "care": "#f0e442",
    "open_change": "#cc79a7",
    "open_maybe": "#e6c3d6",
    "indeterminate": "#d9b3cc",
    "open_silent": "#f3e3ec",
    "conditional": "#56b4e9",
    "information": "#cfe6f5",
    "directed": "#009e73",
    "silent": "#e4e4e4",
    "unassessed": "#ffffff",
}
"""Okabe and Ito's colours, which colour-blind people tell apart, and tints of them."""


def _current_drugs(result: PatientResult) -> tuple[str, ...]:
    """Return the patient's current drugs with guidance, A–Z."""
    if result.context is None:
        return ()
    current = (m for m in result.context.medicines if m.use is MedicineUse.CURRENT)
    return tuple(sorted({drug for m in current for drug in m.drugs}, key=str.casefold))


def in_order(result: PatientResult) -> tuple[Recommendation, ...]:
    """Return the rows of recommendations: current medicines first, then drugs A–Z."""
    first = set(_current_drugs(result))
    return tuple(
        sorted(result.recommendations, key=lambda r: (r.drug not in first, r.drug.casefold()))
    )
