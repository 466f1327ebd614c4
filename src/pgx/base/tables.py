"""The tables of calls and recommendations: columns in order, and what each holds.

Frames, Parquet and JSON have the types of these kinds; TSV has them as text. Fields of
`pgx.base.calls.GeneCall` and `Recommendation` have the columns' names.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

__all__ = [
    "CALLS",
    "CALL_COLUMNS",
    "EVIDENCE",
    "RECOMMENDATIONS",
    "RECOMMENDATION_COLUMNS",
    "Kind",
]


class Kind(Enum):
    """What a column holds; empty cells are null.

    JOINED is a text whose items are joined by ``;``, TEXTS a list of texts, COUNT an int32,
    NUMBER a float64. CANDIDATES are structs of `pgx.base.calls.Candidate`, ALTERNATIVES of
    `AlternativeAdvice`.
    """

    TEXT = auto()
    JOINED = auto()
    TEXTS = auto()
    COUNT = auto()
    NUMBER = auto()
    CANDIDATES = auto()
    ALTERNATIVES = auto()


CALLS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "sample": Kind.TEXT,
        "gene": Kind.TEXT,
        "status": Kind.TEXT,
        "diplotype": Kind.TEXT,
        "probability": Kind.NUMBER,
        "candidates": Kind.CANDIDATES,
        "n_candidates": Kind.COUNT,
        "rest": Kind.NUMBER,
        "phenotype": Kind.TEXT,
        "activity_score": Kind.TEXT,
        "phenotypes": Kind.TEXTS,
        "phased": Kind.TEXT,
        "n_positions": Kind.COUNT,
        "n_missing": Kind.COUNT,
        "missing": Kind.TEXTS,
        "undocumented": Kind.TEXTS,
        "source": Kind.TEXT,
        "notes": Kind.TEXTS,
    }
)
RECOMMENDATIONS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "sample": Kind.TEXT,
        "drug": Kind.TEXT,
        "source": Kind.TEXT,
        "genes": Kind.TEXTS,
        "lookup": Kind.TEXT,
        "population": Kind.TEXT,
        "condition": Kind.TEXT,
        "basis": Kind.TEXT,
        "action": Kind.TEXTS,
        "dose_factor_min": Kind.NUMBER,
        "dose_factor_max": Kind.NUMBER,
        "classification": Kind.TEXT,
        "certainty": Kind.TEXT,
        "residual": Kind.NUMBER,
        "depends_on": Kind.JOINED,
        "alternatives": Kind.ALTERNATIVES,
        "updated": Kind.TEXT,
        "text": Kind.TEXT,
        "implications": Kind.JOINED,
        "guideline_id": Kind.TEXT,
        "pmids": Kind.TEXTS,
    }
)
CALL_COLUMNS: Final = tuple(CALLS)
RECOMMENDATION_COLUMNS: Final = tuple(RECOMMENDATIONS)
EVIDENCE: Final = "evidence"
"""One more column of frames and Parquet files of calls: what advice needs beyond the table."""
