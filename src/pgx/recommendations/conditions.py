"""Conditions of advice in words, and the action that holds while they are open.

A condition is a coded fact of a statement (`pgx.records.advice.split_condition`). A row shows it as
``fact: text``, several joined by ``; ``. Its sentence is put before the advice, unless the
statement's own clause says it already.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Final

from pgx.errors import SnapshotSchemaError
from pgx.messages.arguments import in_words
from pgx.messages.catalogue import ENGLISH_PHRASES, Phrases
from pgx.recommendations.wording import phrase
from pgx.records.advice import split_condition
from pgx.records.calls import AlternativeAdvice, Recommendation

__all__ = [
    "condition_phrase",
    "open_conditions",
    "render_condition",
    "reworded_condition",
    "unconditional_action",
]

_BETWEEN: Final = "; "
_AFTER_FACT: Final = ": "


def condition_phrase(fact: str, drug: str, phrases: Phrases) -> str:
    """Return one condition in words, such as "if more than 40 mg a day is planned"."""
    _, plain = split_condition(fact)
    return phrase(phrases, "condition", plain, drug=in_words(drug, phrases))


def render_condition(
    facts: Sequence[str], drug: str, phrases: Phrases, unmet: Container[str] = ()
) -> str | None:
    """Return the conditions of advice on a drug as a row shows them, None without any.

    ``unmet`` are those that a patient file shows not to hold; they stay, and say so.
    """
    parts = []
    for fact in facts:
        action, _ = split_condition(fact)
        text = condition_phrase(fact, drug, phrases)
        if action:
            text = f"{text}, {phrase(phrases, 'condition_action', action)}"
        if fact in unmet:
            text += phrase(phrases, "condition_action", "unmet")
        parts.append(f"{fact}{_AFTER_FACT}{text}")
    return _BETWEEN.join(parts) or None


def open_conditions(row: Recommendation | AlternativeAdvice) -> tuple[tuple[str, str], ...]:
    """Return the facts and texts of a row's conditions; none where nothing more must hold."""
    if row.condition is None:
        return ()
    parts = (part.partition(_AFTER_FACT) for part in row.condition.split(_BETWEEN))
    return tuple((fact, text) for fact, _, text in parts)


def reworded_condition(
    row: Recommendation | AlternativeAdvice, drug: str, phrases: Phrases
) -> str | None:
    """Return a row's conditions in another language; those of another release as they were."""
    unmet_end = phrase(ENGLISH_PHRASES, "condition_action", "unmet")
    parts = open_conditions(row)
    unmet = {fact for fact, text in parts if text.endswith(unmet_end)}
    try:
        return render_condition([fact for fact, _ in parts], drug, phrases, unmet)
    except SnapshotSchemaError:
        return row.condition


def unconditional_action(row: Recommendation) -> tuple[str, ...]:
    """Return the action that holds for everybody with this result: the one to rank a row by."""
    primary = any(not split_condition(fact)[0] for fact, _ in open_conditions(row))
    if primary and row.facts is not None and row.facts.unconditional:
        return row.facts.unconditional
    return row.action
