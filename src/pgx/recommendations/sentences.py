"""The text of advice from its codes: an `AdviceMessage` enters, sentences of a language leave.

English is written when advice is made; any other language by reports, from the codes and the
statements of the release. No text is ever read back: a saved result may have other words than
today's catalogue, and a sentence taken apart by a pattern can be put together wrongly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from pgx.base.advice import Statement
from pgx.base.calls import AdviceMessage, AlternativeAdvice, Recommendation
from pgx.base.errors import SnapshotSchemaError
from pgx.messages.arguments import in_words
from pgx.messages.catalogue import Phrases
from pgx.recommendations.conditions import open_conditions, render_condition
from pgx.recommendations.topics import NOT_ASSIGNABLE, with_unassignable
from pgx.recommendations.wording import (
    join_names,
    phrase,
    render_implications,
    render_statement,
)

__all__ = [
    "AdviceTranslator",
    "missing_lead",
    "no_statement_sentence",
    "provisional_lead",
    "unassignable_genes",
]

_TABLE: Final = "advice"


def provisional_lead(message: AdviceMessage, phrases: Phrases) -> str:
    """Return the words before provisional advice: what is unresolved. Empty where nothing is."""
    word = phrases[_TABLE]["and"]
    reasons = [
        phrase(phrases, _TABLE, code, genes=join_names(genes, word))
        for code, genes in (("unsettled", message.unresolved), ("uncounted", message.copy_number))
        if genes
    ]
    if not reasons:
        return ""
    return phrase(phrases, _TABLE, "provisional", why=join_names(reasons, word))


def missing_lead(message: AdviceMessage, phrases: Phrases) -> str:
    """Return the sentence on genes without a result, empty where there are none."""
    if not message.missing:
        return ""
    code = "missing_matters" if message.decisive else "missing"
    return phrase(
        phrases, _TABLE, code, missing=join_names(message.missing, phrases[_TABLE]["and"])
    )


def no_statement_sentence(
    code: str, drug: str, genes: Sequence[str], lookup: str, phrases: Phrases
) -> str:
    """Return what is said where no statement answers.

    Raises
    ------
    SnapshotSchemaError
        The language has no such sentence.
    """
    named = join_names(genes, phrases[_TABLE]["and"])
    return phrase(phrases, _TABLE, code, drug=in_words(drug, phrases), genes=named, lookup=lookup)


def unassignable_genes(statement: Statement) -> tuple[str, ...]:
    """Return the genes that a statement names as not assignable."""
    start = f"{NOT_ASSIGNABLE}="
    return tuple(n.removeprefix(start) for n in statement.notes if n.startswith(start))


class AdviceTranslator:
    """Writes the texts of rows in a language; ``untranslated`` are those that it could not.

    Parameters
    ----------
    statements
        Those of the release that made the rows. Without them only sentences that rest on no
        statement can be written.
    phrases
        The language.
    """

    def __init__(self, statements: Iterable[Statement], phrases: Phrases) -> None:
        self._phrases = phrases
        self._statements: Mapping[str, Statement] = {s.id: s for s in statements}
        self.untranslated: set[str] = set()

    def row(self, row: Recommendation) -> Recommendation:
        """Return a row in the language; what cannot be written stays as it was saved."""
        statement = self._statement(row.message, row.drug)
        return msgspec.structs.replace(
            row,
            condition=self._condition(row, row.drug),
            text=self._text(row.message, row, row.lookup, row.text),
            implications=self._implications(row, statement),
            alternatives=tuple(self._alternative(row, other) for other in row.alternatives),
        )

    def _alternative(self, row: Recommendation, other: AlternativeAdvice) -> AlternativeAdvice:
        return msgspec.structs.replace(
            other,
            condition=self._condition(other, row.drug),
            text=self._text(other.message, row, other.lookup, other.text),
        )

    def _statement(self, message: AdviceMessage | None, drug: str) -> Statement | None:
        """Return the statement of a message, None where the release has none on this drug.

        A saved file can be edited: an identifier of another drug's advice is not followed.
        """
        found = self._statements.get(message.statement) if message else None
        if message is None or found is None or found.drug != drug:
            return None
        return with_unassignable(found, message.not_assignable)

    def _text(
        self, message: AdviceMessage | None, row: Recommendation, lookup: str, text: str
    ) -> str:
        if message is None:
            return self._left(text)
        try:
            advice = self._advice(message, row, lookup)
            leads = provisional_lead(message, self._phrases) + missing_lead(message, self._phrases)
        except SnapshotSchemaError:
            return self._left(text)
        return self._left(text) if advice is None else leads + advice

    def _advice(self, message: AdviceMessage, row: Recommendation, lookup: str) -> str | None:
        if message.no_statement:
            return no_statement_sentence(
                message.no_statement, row.drug, row.genes, lookup, self._phrases
            )
        statement = self._statement(message, row.drug)
        return None if statement is None else render_statement(statement, self._phrases)

    def _implications(self, row: Recommendation, own: Statement | None) -> tuple[str, ...]:
        if own is None:
            self.untranslated.update(row.implications)
            return row.implications
        return render_implications(own, self._phrases)

    def _condition(self, row: Recommendation | AlternativeAdvice, drug: str) -> str | None:
        """Return the conditions that are shown; those that the language lacks as they were."""
        if row.message is None:
            return row.condition
        facts = [fact for fact, _ in open_conditions(row)]
        try:
            return render_condition(facts, drug, self._phrases, row.message.unmet)
        except SnapshotSchemaError:
            return row.condition

    def _left(self, text: str) -> str:
        if text:
            self.untranslated.add(text)
        return text
