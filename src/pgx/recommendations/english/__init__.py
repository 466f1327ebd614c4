"""English phrases for coded facts, one table per field of a statement; no logic, no names.

``{drug}`` is the drug, ``{0}``, ``{1}`` … are the arguments of a coded fact. Gene, allele
and drug names are arguments and stand in the knowledge base only. Another language is
another package with the same tables and codes.
"""

from __future__ import annotations

from typing import Final

from pgx.recommendations.english import (
    action_conditions,
    actions,
    conditions,
    doses,
    effects,
    levels,
    monitoring,
    notes,
    replacing,
    risks,
    titration,
)

__all__ = ["PHRASES"]

PHRASES: Final[dict[str, dict[str, str]]] = {
    "main": actions.MAIN,
    "qualifier": actions.QUALIFIER,
    "reason": actions.REASON,
    "dose_of": doses.DOSE_OF,
    "share_of": doses.SHARE_OF,
    "dose_as": doses.DOSE_AS,
    "dose": doses.DOSE,
    "dose_when": doses.DOSE_WHEN,
    "titration_phrase": titration.TITRATION_PHRASE,
    "titration": titration.TITRATION,
    "alternatives": replacing.ALTERNATIVES,
    "alternatives_when": replacing.ALTERNATIVES_WHEN,
    "join": replacing.JOIN,
    "avoid_also": replacing.AVOID_ALSO,
    "monitoring": monitoring.MONITORING,
    "conditions": conditions.CONDITIONS,
    "condition": action_conditions.ACTION_CONDITIONS,
    "condition_action": action_conditions.CONDITION_ACTIONS,
    "duration": monitoring.DURATION,
    "lead": conditions.LEAD,
    "notes": notes.NOTES,
    "advice": conditions.ADVICE,
    "population": conditions.POPULATION,
    "number": {"decimal": ".", "percent": "%"},
    "style": {"after_colon": "small", "after_when": ", ", "between_groups": ",", "verb": "last"},
    "implications": {**levels.LEVELS, **risks.RISKS, **effects.EFFECTS},
}
