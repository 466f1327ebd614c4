"""Advice of a result in another language, written anew from the statements of its release.

A result holds its advice in English. English text of this program is one of its own phrases or
a statement of the release put into words, so that it can be found again; what cannot be found,
as with another release, stays as it is and is named.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from pgx.messages.arguments import in_words
from pgx.messages.catalogue import ENGLISH_PHRASES as ENGLISH
from pgx.recommendations.conditions import reworded_condition
from pgx.recommendations.wording import render_implications, render_statement
from pgx.records.advice import Statement
from pgx.records.calls import AlternativeAdvice, PatientResult, Recommendation
from pgx.reports.facts import ReportFacts

__all__ = ["reworded"]

Words = Mapping[str, Any]
_WITH_GENES: Final = ("genes", "missing")
_LEADS: Final = ("missing_matters", "missing")
_SENTENCES: Final = (
    "unknown", "no_statement", "no_statement_local", "no_statement_fda_label",
    "no_statement_fda_table", "not_read", "pending",
)  # fmt: skip
_FIELD: Final = re.compile(r"\\\{(\w+)\\\}")
_LONGEST: Final = 20_000  # a saved result may be hostile: no search in endless text


def reworded(
    result: PatientResult, facts: ReportFacts, words: Words
) -> tuple[PatientResult, frozenset[str]]:
    """Return a result with its advice in the language of ``words``, and the texts left English.

    ``facts`` are those of the release that made the result; without its statements only what
    rests on no statement is written anew.
    """
    if words["language"] == "en":
        return result, frozenset()
    writer = _Rewriter(facts, words["phrases"])
    changed = msgspec.structs.replace(result, recommendations=writer.rows(result.recommendations))
    return changed, frozenset(writer.left)


class _SameStatements:
    """A release's statements, equal only to themselves: comparing all of them costs time."""

    def __init__(self, statements: tuple[Statement, ...]) -> None:
        self.statements = statements

    def __hash__(self) -> int:
        return id(self.statements)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameStatements) and other.statements is self.statements


@functools.lru_cache(maxsize=2)
def _spelled(same: _SameStatements) -> dict[tuple[str, str], Statement]:
    """Return statements by drug and English text."""
    return {(s.drug, render_statement(s)): s for s in same.statements}


class _Rewriter:
    """Writes rows in another language; ``left`` are the texts that it could not."""

    def __init__(self, facts: ReportFacts, phrases: Mapping[str, Mapping[str, str]]) -> None:
        self.phrases = phrases
        self.left: set[str] = set()
        self._by_id = {s.id: s for s in facts.statements}
        self._by_text = _spelled(_SameStatements(facts.statements))

    def rows(self, rows: Iterable[Recommendation]) -> tuple[Recommendation, ...]:
        return tuple(map(self._row, rows))

    def _row(self, row: Recommendation) -> Recommendation:
        own = self._by_id.get(row.facts.statement) if row.facts else None
        text, statement = self._text(row.drug, row.text, own)
        return msgspec.structs.replace(
            row,
            condition=reworded_condition(row, row.drug, self.phrases),
            text=text,
            implications=self._implications(row, own or statement),
            alternatives=tuple(self._alternative(row.drug, a) for a in row.alternatives),
        )

    def _alternative(self, drug: str, other: AlternativeAdvice) -> AlternativeAdvice:
        return msgspec.structs.replace(
            other,
            condition=reworded_condition(other, drug, self.phrases),
            text=self._text(drug, other.text)[0],
        )

    def _implications(self, row: Recommendation, own: Statement | None) -> tuple[str, ...]:
        if own is None or row.implications != render_implications(own):
            self.left.update(row.implications)
            return row.implications
        return render_implications(own, self.phrases)

    def _text(
        self, drug: str, text: str, own: Statement | None = None
    ) -> tuple[str, Statement | None]:
        """Return a text in the other language, and the statement that it puts into words.

        That is ``own`` if it says the same: two statements may share their English words.
        """
        if len(text) > _LONGEST:
            self.left.add(text)
            return text, None
        rest, leads = self._provisional(text)
        for code in _LEADS:
            found = _pattern(code).match(rest)
            if found:
                leads += self._say(code, drug, found)
                rest = rest[found.end() :]
                break
        said_by_own = own is not None and render_statement(own) == rest
        statement = own if said_by_own else self._by_text.get((drug, rest))
        if statement is not None:
            return leads + render_statement(statement, self.phrases), statement
        for code in _SENTENCES:
            found = _pattern(code).fullmatch(rest)
            if found and found.groupdict().get("drug", drug) == drug:
                return leads + self._say(code, drug, found), None
        if text:
            self.left.add(text)
        return text, None

    def _provisional(self, text: str) -> tuple[str, str]:
        """Return what follows the words that advice is provisional, and those words anew."""
        found = _pattern("provisional").match(text)
        if not found:
            return text, ""
        for codes in (("unsettled", "uncounted"), ("unsettled",), ("uncounted",)):
            reasons = _reasons(codes).fullmatch(found["why"])
            if reasons:
                told = (
                    self.phrases["advice"][code].format(genes=self._genes(reasons[code]))
                    for code in codes
                )
                why = self.phrases["advice"]["and"].join(told)
                return text[found.end() :], self.phrases["advice"]["provisional"].format(why=why)
        return text, ""

    def _genes(self, names: str) -> str:
        return names.replace(ENGLISH["advice"]["and"], self.phrases["advice"]["and"])

    def _say(self, code: str, drug: str, found: re.Match[str]) -> str:
        names = found.groupdict()
        names |= {key: self._genes(names[key]) for key in _WITH_GENES if key in names}
        names["drug"] = in_words(drug, self.phrases)
        return self.phrases["advice"][code].format(**names)


@functools.cache
def _pattern(code: str) -> re.Pattern[str]:
    """Return what an English phrase of advice looks like."""
    return re.compile(_FIELD.sub(r"(?P<\1>.+?)", re.escape(ENGLISH["advice"][code])))


@functools.cache
def _reasons(codes: tuple[str, ...]) -> re.Pattern[str]:
    """Return what several reasons for provisional advice look like, each named by its code."""
    parts = (
        re.escape(ENGLISH["advice"][code]).replace(r"\{genes\}", f"(?P<{code}>.+?)")
        for code in codes
    )
    return re.compile(re.escape(ENGLISH["advice"]["and"]).join(parts))
