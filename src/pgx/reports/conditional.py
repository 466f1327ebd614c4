"""An action with what must hold for it: rows of advice enter, headlines leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pgx.errors import SnapshotSchemaError
from pgx.recommendations.conditions import condition_phrase, open_conditions
from pgx.records.advice import split_condition
from pgx.records.calls import AlternativeAdvice, Recommendation
from pgx.reports.figures import within

__all__ = ["conditional_headline", "listed_actions"]

Words = Mapping[str, Any]


def conditional_headline(
    row: Recommendation | AlternativeAdvice, said: str, drug: str, words: Words
) -> str:
    """Return the headline of an action with the conditions of the primary action, if any.

    "If more than 40 mg a day is planned: use an alternative". Conditions of further actions
    stand in the text and in the row's own column.
    """
    clauses = [
        _clause(fact, text, drug, words)
        for fact, text in open_conditions(row)
        if not split_condition(fact)[0]
    ]
    if not clauses or not said:
        return said
    both: str = words["phrases"]["join"]["and"]
    condition = both.join(clauses)
    return f"{condition[:1].upper()}{condition[1:]}: {within(said, words)}"


def listed_actions(row: Recommendation, words: Words) -> Iterator[str]:
    """Yield every action of a row, each with what must hold for it."""
    for place, action in enumerate(row.action):
        owner = "" if place == 0 else action
        clauses = [
            _clause(fact, text, row.drug, words)
            for fact, text in open_conditions(row)
            if split_condition(fact)[0] == owner
        ]
        named: str = words["action"].get(action, action)
        yield f"{named} ({', '.join(clauses)})" if clauses else named


def _clause(fact: str, text: str, drug: str, words: Words) -> str:
    """Return a condition in the report's language; one of another release as it was saved."""
    try:
        return condition_phrase(fact, drug, words["phrases"])
    except SnapshotSchemaError:
        return text
