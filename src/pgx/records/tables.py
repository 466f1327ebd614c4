"""The tables of calls and recommendations: columns in order, and what each holds.

Frames, Parquet and JSON have the types of these kinds; TSV has them as text. Fields of
`pgx.records.calls.GeneCall` and `Recommendation` have the columns' names.
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
    "ColumnKind",
]


class ColumnKind(Enum):
    """What a column holds; empty cells are null.

    JOINED is a text whose items are joined by ``;``, TEXTS a list of texts, COUNT an int32,
    NUMBER a float64. CANDIDATES are structs of `pgx.records.calls.Candidate`, ALTERNATIVES of
    `AlternativeAdvice`.
    """

    TEXT = auto()
    JOINED = auto()
    TEXTS = auto()
    COUNT = auto()
    NUMBER = auto()
    CANDIDATES = auto()
    ALTERNATIVES = auto()


# read-only views: frames, TSV, Parquet and schemas are all derived from these two
CALLS: Final[Mapping[str, ColumnKind]] = MappingProxyType(
    {
        "sample": ColumnKind.TEXT,
        "gene": ColumnKind.TEXT,
        "status": ColumnKind.TEXT,
        "diplotype": ColumnKind.TEXT,
        "probability": ColumnKind.NUMBER,
        "candidates": ColumnKind.CANDIDATES,
        "n_candidates": ColumnKind.COUNT,
        "rest": ColumnKind.NUMBER,
        "phenotype": ColumnKind.TEXT,
        "activity_score": ColumnKind.TEXT,  # text: guidelines have scores such as "≥3.0"
        "phenotypes": ColumnKind.TEXTS,
        "phased": ColumnKind.TEXT,
        "n_positions": ColumnKind.COUNT,
        "n_missing": ColumnKind.COUNT,
        "missing": ColumnKind.TEXTS,
        "undocumented": ColumnKind.TEXTS,
        "source": ColumnKind.TEXT,
        "notes": ColumnKind.TEXTS,
    }
)
RECOMMENDATIONS: Final[Mapping[str, ColumnKind]] = MappingProxyType(
    {
        "sample": ColumnKind.TEXT,
        "drug": ColumnKind.TEXT,
        "source": ColumnKind.TEXT,
        "genes": ColumnKind.TEXTS,
        "lookup": ColumnKind.TEXT,
        "population": ColumnKind.TEXT,
        "condition": ColumnKind.TEXT,
        "basis": ColumnKind.TEXT,
        "action": ColumnKind.TEXTS,
        "dose_factor_min": ColumnKind.NUMBER,
        "dose_factor_max": ColumnKind.NUMBER,
        "classification": ColumnKind.TEXT,
        "certainty": ColumnKind.TEXT,
        "residual": ColumnKind.NUMBER,
        "depends_on": ColumnKind.JOINED,
        "alternatives": ColumnKind.ALTERNATIVES,
        "updated": ColumnKind.TEXT,
        "text": ColumnKind.TEXT,
        "implications": ColumnKind.JOINED,
        "guideline_id": ColumnKind.TEXT,
        "pmids": ColumnKind.TEXTS,
    }
)
CALL_COLUMNS: Final = tuple(CALLS)
RECOMMENDATION_COLUMNS: Final = tuple(RECOMMENDATIONS)
EVIDENCE: Final = "evidence"
"""One more column of frames and Parquet files of calls: what advice needs beyond the table."""
