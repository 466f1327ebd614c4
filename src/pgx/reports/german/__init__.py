"""German wording of reports: sentences for codes, labels for everything else."""

from __future__ import annotations

from typing import Any, Final

from pgx.recommendations.german import PHRASES
from pgx.reports.german import codes, labels, terms
from pgx.reports.german.dose import DOSE
from pgx.reports.german.evidence import EVIDENCE_WORDS, FUNCTIONS
from pgx.reports.german.patient import PATIENT
from pgx.reports.german.pictures import PICTURES
from pgx.reports.german.print import AREAS, PLAIN, PRINT
from pgx.reports.german.structure import STRUCTURE

__all__ = ["GERMAN"]

GERMAN: Final[dict[str, Any]] = {
    "action": labels.ACTIONS,
    "area": AREAS,
    "authority": labels.AUTHORITIES,
    "bucket": labels.BUCKETS,
    "bucket_hint": labels.BUCKET_HINTS,
    "dose": DOSE,
    "effect": terms.EFFECTS,
    "function": terms.FUNCTION_TERMS,
    "functions": FUNCTIONS,
    "language": "de",
    "phenotype": terms.PHENOTYPES,
    "phrases": PHRASES,
    "strength": terms.STRENGTHS,
    "style": {
        "day": "{day}.{month}.{year}",
        "decimal": ",",
        "month": "{month}/{year}",
        "within": "as_is",
    },
    "certainty": labels.CERTAINTY,
    "evidence": codes.EVIDENCE,
    "label": labels.LABELS,
    "limit": labels.LIMITS,
    "limit_of_patient": labels.LIMIT_OF_PATIENT,
    "note": codes.NOTES,
    "patient": PATIENT,
    "phased": labels.PHASED,
    "picture": PICTURES,
    "plain": PLAIN,
    "print": PRINT,
    "population": PHRASES["population"],
    "reason": codes.REASONS,
    "setting": labels.SETTINGS,
    "setting_value": terms.SETTING_VALUES,
    "test_result": {"positive": "positiv", "negative": "negativ"},
    "source": labels.SOURCES,
    "standing": labels.STANDINGS,
    "standing_reason": labels.STANDING_REASONS,
    "status": labels.STATUS,
    "structure": STRUCTURE,
    "why": EVIDENCE_WORDS,
}
