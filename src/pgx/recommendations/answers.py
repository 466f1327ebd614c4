"""What one topic says: keys enter, a statement with its words leaves; nothing is said twice.

Samples of a cohort differ in what they leave open, much less in what that may turn out to be.
So the answer to one key per gene is made once, and its sentences once for each statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeVar

import msgspec

from pgx.messages.arguments import in_words
from pgx.messages.catalogue import Phrases
from pgx.recommendations.alerting import may_alert
from pgx.recommendations.conditions import render_condition
from pgx.recommendations.facts import advice_facts
from pgx.recommendations.topics import Combination, Topic
from pgx.recommendations.wording import join_names, phrase, render_implications, render_statement
from pgx.records.advice import NOT_CODED, Statement
from pgx.records.calls import AlternativeAdvice, Recommendation

__all__ = ["NO_ADVICE", "KeyAnswer", "TopicAnswers"]

K = TypeVar("K")
V = TypeVar("V")
NO_ADVICE: Final = ("no_recommendation",)
PARTIAL: Final = "partial_lookups"
_LIMIT: Final = 4096
"""Combinations of keys that are remembered of one topic and population."""


class KeyAnswer(NamedTuple):
    """What one key per gene leads to.

    ``substance`` is what counts when advice is compared; ``is_silent`` that there is none.
    """

    statement: Statement | None
    substance: object
    is_silent: bool


class TopicAnswers:
    """Answers of one topic to one population in one language.

    Parameters
    ----------
    topic, population
        Whose statements are found.
    phrases
        Language of the sentences.
    """

    def __init__(self, topic: Topic, population: str, phrases: Phrases) -> None:
        self.topic, self.population, self._phrases = topic, population, phrases
        self._drug = in_words(topic.drug.drug, phrases)
        self._answers: dict[Combination, KeyAnswer] = {}
        self._rows: dict[Combination, Recommendation] = {}
        self._by_statement: dict[tuple[str, tuple[str, ...]], Recommendation] = {}
        self._silent = Recommendation(
            sample="",
            drug=topic.drug.drug,
            source=topic.drug.authority,
            genes=topic.genes,
            lookup="",
            population=population,
            action=NO_ADVICE,
            guideline_id=topic.guideline_id,
            updated=topic.updated or None,
        )

    def say(self, code: str, **names: str) -> str:
        """Return a phrase about the topic's drug."""
        return phrase(self._phrases, "advice", code, drug=self._drug, **names)

    def name(self, genes: Sequence[str]) -> str:
        """Return genes in a row, as words."""
        return join_names(genes, self._phrases["advice"]["and"])

    def answer(self, combination: Combination) -> KeyAnswer:
        """Return what one key per gene leads to."""
        found = self._answers.get(combination)
        if found is None:
            found = _bounded(self._answers)[combination] = self._find(combination)
        return found

    def _find(self, combination: Combination) -> KeyAnswer:
        statement = self.topic.find(self.population, combination)
        if statement is None:  # what nobody has read is never equal
            unread = self.topic.drug.reason == PARTIAL
            return KeyAnswer(None, combination if unread else NO_ADVICE, is_silent=True)
        is_silent = statement.action[0] == NO_ADVICE[0]
        return KeyAnswer(statement, NO_ADVICE if is_silent else _substance(statement), is_silent)

    def row(self, combination: Combination) -> Recommendation:
        """Return the row of keys that are certain, of no sample."""
        found = self._rows.get(combination)
        if found is None:
            found = _bounded(self._rows)[combination] = self._row(combination)
        return found

    def alternative(self, combination: Combination) -> AlternativeAdvice:
        """Return the advice for keys beside others."""
        row = self.row(combination)
        return AlternativeAdvice(
            lookup=row.lookup, action=row.action, text=row.text, condition=row.condition
        )

    def silent(self, combination: Combination, text: str) -> Recommendation:
        """Return a row without advice, and what it says instead."""
        lookup = _lookup_text(self.topic, combination)
        return msgspec.structs.replace(self._silent, lookup=lookup, text=text)

    def _row(self, combination: Combination) -> Recommendation:
        statement = self.answer(combination).statement
        if statement is None:
            return self.silent(combination, self._no_statement(combination))
        key = statement.id, statement.notes  # a statement found by the other genes has other notes
        same = self._by_statement.get(key)
        if same is None:
            same = _with_statement(self._silent, statement, self._phrases)
            _bounded(self._by_statement)[key] = same
        return msgspec.structs.replace(
            same,
            lookup=_lookup_text(self.topic, combination),
            may_alert=may_alert(self.topic, self.population, combination, statement),
        )

    def _no_statement(self, combination: Combination) -> str:
        code = "not_read" if self.topic.drug.reason == PARTIAL else "no_statement"
        own = f"{code}_{self.topic.drug.authority.lower()}"
        code = own if own in self._phrases["advice"] else code
        return self.say(code, lookup=_lookup_text(self.topic, combination))


def _substance(statement: Statement) -> tuple[object, ...]:
    """Return what makes a statement other advice: actions, doses, conditions."""
    return (
        statement.action,
        statement.dose_factor_min,
        statement.dose_factor_max,
        statement.starting_dose,
        statement.maximum_dose,
        statement.frequency,
        statement.condition,
        statement.reading if statement.action[:1] == (NOT_CODED,) else "",
    )


def _bounded(memory: dict[K, V]) -> dict[K, V]:
    """Return a memory that has room for one more."""
    if len(memory) >= _LIMIT:
        memory.clear()
    return memory


def _lookup_text(topic: Topic, combination: Combination) -> str:
    return ";".join([f"{g}={k}" for g, k in zip(topic.genes, combination, strict=True)])


def _with_statement(row: Recommendation, statement: Statement, phrases: Phrases) -> Recommendation:
    return msgspec.structs.replace(
        row,
        guideline_id=statement.guideline_id,
        condition=render_condition(statement.condition, statement.drug, phrases),
        action=statement.action,
        dose_factor_min=statement.dose_factor_min,
        dose_factor_max=statement.dose_factor_max,
        classification=statement.classification or None,
        text=render_statement(statement, phrases),
        implications=render_implications(statement, phrases),
        pmids=statement.pmids,
        facts=advice_facts(statement),
    )
