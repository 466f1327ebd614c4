"""German phrases for coded facts, one table per field of a statement; no logic.

Tables and codes are those of `pgx.recommendations.english`. Phrases address the reader as
„Sie“. ``{0:dat}`` asks for the dative of an argument; arguments are translated by ``terms``.
"""

from __future__ import annotations

from typing import Final

from pgx.recommendations.german import (
    action_conditions,
    actions,
    amounts,
    condition_terms,
    conditions,
    doses,
    drugs,
    effects,
    levels,
    monitoring,
    notes,
    replacing,
    risks,
    terms,
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
    "number": {"decimal": ",", "percent": "\u00a0%"},
    "style": {"after_colon": "capital", "after_when": " ", "between_groups": ",", "verb": "second"},
    "terms": {**drugs.DRUGS, **terms.TERMS, **condition_terms.CONDITION_TERMS},
    "datives": {**terms.DATIVES, **condition_terms.CONDITION_DATIVES},
    "patterns": amounts.PATTERNS,
    "dative_patterns": amounts.DATIVE_PATTERNS,
    "implications": {**levels.LEVELS, **risks.RISKS, **effects.EFFECTS},
}
