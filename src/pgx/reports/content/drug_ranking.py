"""How serious advice is: its group, the group's sign and color, and the order of rows and drugs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pgx.recommendations.conditions import unconditional_action
from pgx.records.advice import NO_RESULT, UNINFORMATIVE_KEYS
from pgx.records.calls import Certainty, PatientResult, Recommendation
from pgx.records.patient import MedicineUse

__all__ = [
    "ACTIONABLE",
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

# Groups from the most serious to the least; a drug stands in the first that one row asks for.
BUCKETS: Final = (
    "avoid", "dose", "care", "open_change", "open_maybe", "indeterminate", "open_silent",
    "conditional", "information", "directed", "silent", "unassessed",
)  # fmt: skip
ACTIONABLE: Final = ("avoid", "dose", "care", "open_change")
"""Groups in which the best-fitting result asks for something else than the usual use."""
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
# CPIC's classes of a recommendation; other sources' come after them
_STRENGTHS: Final = {"Strong": 0, "Moderate": 1, "Optional": 2}
_COPY_NUMBER: Final = ":copy_number"
# `NO_RESULT` is a gene that was not tested, which is another thing than an unknown effect
UNCLEAR: Final = UNINFORMATIVE_KEYS - {NO_RESULT}
"""Keys of results whose effect nobody knows; they settle nothing."""


def plain_bucket(action: Sequence[str]) -> str:
    """Return the group of settled advice with these actions."""
    group = _BUCKET_OF.get(action[0] if action else "", "silent")
    return "conditional" if group == "directed" and len(action) > 1 else group


def bucket(row: Recommendation) -> str:
    """Return the group that a row asks for, one of `BUCKETS`."""
    if row.certainty is Certainty.UNKNOWN:
        return "unassessed"
    settled = _settled(row)
    # advice for everybody, whatever the genotype, is information and no alert
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
    """Whether a gene's result has no known effect: no advice on it is no clearance."""
    return any(part.partition("=")[2] in UNCLEAR for part in row.lookup.split(";"))


def _settled(row: Recommendation) -> str:
    """Return the group of a row by what holds whatever its conditions turn out to be."""
    held = unconditional_action(row)
    group = plain_bucket(held)
    return "conditional" if held != row.action and group in NO_CHANGE else group


def _may_change(row: Recommendation) -> bool:
    """Whether a possible result asks for a change; that of another copy number may."""
    others = {plain_bucket(a.action) for a in row.alternatives}
    # results of another copy number are not all among the alternatives
    return bool(others - NO_CHANGE) or any(c.endswith(_COPY_NUMBER) for c in row.depends_on)


def row_order(row: Recommendation) -> tuple[int, int, int]:
    """Return a sort key of the rows of one drug: most serious first."""
    return (BUCKETS.index(bucket(row)), seriousness(row.action), _strength(row))


def drug_order(rows: Sequence[Recommendation], drug: str) -> tuple[int, int, str]:
    """Order drugs of one group; of unsettled ones by the most serious thing possible."""
    possible = [rows[0].action, *(a.action for r in rows for a in r.alternatives)]
    # an unresolved genotype is ranked by the worst that it may turn out to be
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
    """Return the drugs with guidance that the patient takes now, A–Z."""
    if result.context is None:
        return ()
    current = (m for m in result.context.medicines if m.use is MedicineUse.CURRENT)
    return tuple(sorted({drug for m in current for drug in m.drugs}, key=str.casefold))


def in_order(result: PatientResult) -> tuple[Recommendation, ...]:
    """Return the rows of advice, those on current medicines first, else drugs A–Z."""
    first = set(_current_drugs(result))
    return tuple(
        sorted(result.recommendations, key=lambda r: (r.drug not in first, r.drug.casefold()))
    )
