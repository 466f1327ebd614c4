"""English phrases for coded facts, one table per field of a statement; no logic, no names.

``{drug}`` is the drug, ``{0}``, ``{1}`` … are the arguments of a coded fact. Gene, allele
and drug names are arguments and stand in the knowledge base only. Another language is
another package with the same tables and codes.
"""

from __future__ import annotations

from typing import Final

from pgx.recommendations.english import doing, implications, minding

__all__ = ["PHRASES"]

PHRASES: Final[dict[str, dict[str, str]]] = {
    "main": doing.MAIN,
    "qualifier": doing.QUALIFIER,
    "reason": doing.REASON,
    "dose_of": doing.DOSE_OF,
    "share_of": doing.SHARE_OF,
    "dose_as": doing.DOSE_AS,
    "dose": doing.DOSE,
    "dose_when": doing.DOSE_WHEN,
    "titration_phrase": doing.TITRATION_PHRASE,
    "titration": doing.TITRATION,
    "alternatives": doing.ALTERNATIVES,
    "alternatives_when": doing.ALTERNATIVES_WHEN,
    "join": doing.JOIN,
    "avoid_also": doing.AVOID_ALSO,
    "monitoring": minding.MONITORING,
    "conditions": minding.CONDITIONS,
    "duration": minding.DURATION,
    "lead": minding.LEAD,
    "notes": minding.NOTES,
    "advice": minding.ADVICE,
    "population": minding.POPULATION,
    "implications": implications.IMPLICATIONS,
}
