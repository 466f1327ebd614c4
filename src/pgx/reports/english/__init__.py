"""English wording of reports: sentences for codes, labels for everything else."""

from __future__ import annotations

from typing import Any, Final

from pgx.recommendations.english import PHRASES
from pgx.reports.english import codes, labels
from pgx.reports.english.dose import DOSE
from pgx.reports.english.evidence import EVIDENCE_WORDS, FUNCTIONS
from pgx.reports.english.patient import PATIENT
from pgx.reports.english.pictures import PICTURES
from pgx.reports.english.print import AREAS, PLAIN, PRINT
from pgx.reports.english.structure import STRUCTURE

__all__ = ["ENGLISH"]

ENGLISH: Final[dict[str, Any]] = {
    "action": labels.ACTIONS,
    "area": AREAS,
    "authority": labels.AUTHORITIES,
    "bucket": labels.BUCKETS,
    "bucket_hint": labels.BUCKET_HINTS,
    "dose": DOSE,
    "effect": {},
    "function": {},
    "functions": FUNCTIONS,
    "language": "en",
    "phenotype": {},
    "phrases": PHRASES,
    "strength": {},
    "style": {
        "day": "{year}-{month}-{day}",
        "decimal": ".",
        "month": "{year}-{month}",
        "within": "small",
    },
    "certainty": labels.CERTAINTY,
    "evidence": codes.EVIDENCE,
    "label": labels.LABELS,
    "limit": labels.LIMITS,
    "limit_of_patient": labels.LIMIT_OF_PATIENT,
    "note": codes.NOTES,
    "patient": PATIENT,
    "phased": labels.PHASED,
    "plain": PLAIN,
    "picture": PICTURES,
    "population": PHRASES["population"],
    "print": PRINT,
    "reason": codes.REASONS,
    "setting": labels.SETTINGS,
    "setting_value": {},
    "test_result": {},
    "source": labels.SOURCES,
    "standing": labels.STANDINGS,
    "standing_reason": labels.STANDING_REASONS,
    "status": labels.STATUS,
    "structure": STRUCTURE,
    "why": EVIDENCE_WORDS,
}
