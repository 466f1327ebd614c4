"""The order in which advice is shown: current medicines first, then drugs A–Z."""

from __future__ import annotations

from pgx.records.calls import PatientResult, Recommendation
from pgx.records.patient import MedicineUse

__all__ = ["current_drugs", "in_order"]


def current_drugs(result: PatientResult) -> tuple[str, ...]:
    """Return the drugs with guidance that the patient takes now, A–Z."""
    if result.context is None:
        return ()
    current = (m for m in result.context.medicines if m.use is MedicineUse.CURRENT)
    return tuple(sorted({drug for m in current for drug in m.drugs}, key=str.casefold))


def in_order(result: PatientResult) -> tuple[Recommendation, ...]:
    """Return the rows of advice, those on current medicines first, else drugs A–Z."""
    first = set(current_drugs(result))
    return tuple(
        sorted(result.recommendations, key=lambda r: (r.drug not in first, r.drug.casefold()))
    )
