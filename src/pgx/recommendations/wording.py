"""Text of recommendations, generated from the facts of statements and messages of rows.

Every phrase comes from a catalogue (`pgx.messages`), so this module contains only the order of
clauses. A code without a phrase is an error: a recommendation must not be printed incompletely.

English is written with the recommendation; other languages by reports, from an `AdviceMessage` and
the statements of the release. Text is never parsed: a saved result may have an older wording than
the current catalogue, and parsing sentences by patterns is error-prone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from pgx.errors import SnapshotSchemaError
from pgx.messages.arguments import in_words, join_names, phrase
from pgx.messages.catalogue import ENGLISH_PHRASES, Phrases
from pgx.recommendations.conditions import REPLACED, is_said, open_conditions, render_condition
from pgx.recommendations.topics import NOT_ASSIGNABLE, with_unassignable
from pgx.records.advice import DOSE_ACTIONS, Statement, coded, split_condition
from pgx.records.calls import AdviceMessage, AlternativeAdvice, Recommendation

__all__ = [
    "AdviceTranslator",
    "missing_lead",
    "no_statement_sentence",
    "provisional_lead",
    "render_implications",
    "render_statement",
    "unassignable_genes",
]

_BY_TITRATION: Final = "by_titration"
_STEADY_STATE: Final = "starting_means_steady_state"
"""A guideline's "starting dose" that is reached over days: no dose for the first day."""
_LEADING: Final = frozenset({"based_on", "not_genotyped", "not_assignable"})


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _before_verb(when: list[str]) -> int:
    """Count the conditions before a verb that comes second: one, or clauses up to their end.

    >>> _before_verb(["andernfalls", "bei Schmerzen"])
    1
    >>> _before_verb(["falls es dennoch erforderlich ist,", "jedoch nicht wirkt,"])
    2
    """
    for count, words in enumerate(when, start=1):
        if not words.endswith(","):
            return count
    return len(when)


def _range(first: str, second: str, unit: str = "") -> str:
    return f"{first}{unit}" if first == second else f"{first}–{second}{unit}"


class _Writer:
    """Clauses of one statement in one language."""

    def __init__(self, statement: Statement, phrases: Phrases) -> None:
        self.it = statement
        self.phrases = phrases
        self.primary = statement.action[0]
        self.drug = in_words(statement.drug, phrases)

    def say(self, table: str, fact: str, **names: str) -> str:
        return phrase(self.phrases, table, fact, drug=self.drug, **names)

    def number(self, value: float) -> str:
        # 1 - 0.8 is 0.19999999999999996.
        return f"{round(value, 4):g}".replace(".", self.phrases["number"]["decimal"])

    def percent(self, low: float, high: float) -> str:
        unit = self.phrases["number"]["percent"]
        return _range(self.number(100 * low), self.number(100 * high), unit)

    def _first(self, table: str, facts: Iterable[str]) -> str:
        known = self.phrases[table]
        return "".join(self.say(table, fact) for fact in facts if coded(fact)[0] in known)

    def sentences(self, table: str, facts: Iterable[str]) -> list[str]:
        return [_capital(self.say(table, fact)) for fact in facts]

    def lead(self) -> list[str]:
        facts = (*self.it.notes, *self.it.conditions)
        return self.sentences("lead", (f for f in facts if coded(f)[0] in _LEADING))

    def _main_key(self) -> str:
        codes = {coded(fact)[0] for fact in self.it.conditions}
        if self.primary == "caution" and self.it.dose_of == "standard":
            return "caution_standard"
        if self.primary != "use_as_directed":
            return self.primary
        if "by_label" in codes:
            return "use_as_directed_label"
        if "by_age_or_weight" in codes:
            return "use_as_directed_age"
        # Such a dose is a target; "use the standard starting dose" would be another one.
        if _STEADY_STATE in self.it.notes:
            return "use_as_directed"
        starting = self.it.dose_of.startswith(("starting", "daily", "standard_of_care"))
        return "use_as_directed_starting" if starting else "use_as_directed"

    def main(self) -> list[str]:
        # Their own clauses say what to do: a sentence in front would say it twice.
        if self.primary in DOSE_ACTIONS or self.primary == "alternative":
            return []
        reason = self.say("reason", self.it.reason) if self.it.reason else ""
        dose = self.it.standard_dose
        qualifier = self._first("qualifier", self.it.conditions)
        if dose and self.primary == "avoid":
            qualifier = self.say("dose", f"standard_qualifier={dose}") + qualifier
        shown = self.say("dose", f"standard={dose}") if dose else ""
        text = self.say("main", self._main_key(), qualifier=qualifier, reason=reason, dose=shown)
        return [_capital(text)]

    def _factor(self) -> str:
        it = self.it
        low, high = it.dose_factor_min, it.dose_factor_max
        of = self.say("dose_of", it.dose_of)
        kind = it.dose_as
        if kind == "half":
            return self.say("dose_as", kind, share=self.say("share_of", it.dose_of))
        if kind == "times" and low is not None and high is not None:
            return self.say(
                "dose_as", kind, of=of, factor=_range(self.number(low), self.number(high))
            )
        if kind == "fold_lower" and low is not None:
            return self.say("dose_as", kind, of=of, fold=self.number(1 / low))
        # A reduction "by 20–50%" is kept as the dose that is left (0.5–0.8), its ends swapped.
        if kind.startswith("reduce") and low is not None and high is not None:
            return self.say("dose_as", kind, of=of, percent=self.percent(1 - high, 1 - low))
        return self._share_or_increase(of)

    def _share_or_increase(self, of: str) -> str:
        low, high, kind = self.it.dose_factor_min, self.it.dose_factor_max, self.it.dose_as
        if kind == "increase_by" and low is not None:
            top = low if high is None else high
            key = kind if high is not None else "increase_by_at_least"
            return self.say("dose_as", key, of=of, percent=self.percent(low - 1, top - 1))
        share = self.say("share_of", self.it.dose_of)
        if high is None:
            raise SnapshotSchemaError(f"statement {self.it.id}: no upper dose factor")
        key = kind if low is not None or kind == "at_most" else "below_percent"
        bottom = high if low is None else low
        return self.say("dose_as", key, share=share, percent=self.percent(bottom, high))

    def _dose_phrases(self) -> list[str]:
        it = self.it
        found = []
        if it.dose_as and it.dose_as != _BY_TITRATION:
            example = self.say("dose", f"example={it.starting_dose}") if it.starting_dose else ""
            found.append(self._factor() + example)
        elif it.starting_dose:
            found.append(self.say("dose", f"starting={it.starting_dose}"))
        elif it.dose_of == "lowest_starting":
            found.append(self.say("dose", "lowest_starting"))
        # The frequency belongs to the last amount that was named.
        if found and it.frequency:
            found[-1] += self.say("dose", f"frequency={it.frequency}")
        known = self.phrases["titration_phrase"]
        found += [self.say("titration_phrase", f) for f in it.titration if coded(f)[0] in known]
        if it.maximum_dose:
            found.append(self.say("dose", f"maximum={it.maximum_dose}"))
        return found

    def dose(self) -> list[str]:
        wanted = self._dose_phrases()
        if not wanted:
            return []
        # "Consider" changes the verb and is no condition.
        when = [self.say("dose_when", fact) for fact in self.it.dose_when if fact != "consider"]
        verb = self.say("dose", "consider" if "consider" in self.it.dose_when else "use")
        style = self.phrases["style"]
        # German puts the verb second: after the first condition, English after all of them.
        before = _before_verb(when) if style["verb"] == "second" else len(when)
        parts = [*when[:before], verb, *when[before:]]
        advice = f"{join_names(wanted, self.say('dose', 'and'))}."
        clause = f"{style['after_when'].join(parts)} {advice}"
        if self.primary in DOSE_ACTIONS:
            clause = _capital(clause) if style["after_colon"] == "capital" else clause
            return [_capital(self.say("dose", "lead") + clause)]
        return [_capital(clause)]

    def titration(self) -> list[str]:
        known = self.phrases["titration_phrase"]
        return self.sentences(
            "titration", (f for f in self.it.titration if coded(f)[0] not in known)
        )

    def _choices(self) -> str:
        """Join alternatives: a code opens a group, names after it are examples."""
        groups: list[tuple[str, list[str]]] = []
        for fact in self.it.alternatives:
            if coded(fact)[0] in self.phrases["alternatives"]:
                groups.append((self.say("alternatives", fact), []))
            elif groups:
                groups[-1][1].append(in_words(fact, self.phrases))
            else:
                groups.append(("", [in_words(fact, self.phrases)]))
        word = self.say("join", "or")
        shown = []
        for head, names in groups:
            listed = join_names(names, word)
            tail = self.say("join", "such_as", names=listed) if head and listed else listed
            shown.append(head + tail)
        return f"{self.phrases['style']['between_groups']}{word}".join(shown)

    def _others_to_avoid(self) -> list[str]:
        coded_too = self.phrases["avoid_also"]
        others = (n for n in self.it.avoid_also if coded(n)[0] not in coded_too)
        return [in_words(name, self.phrases) for name in others if name != self.it.drug]

    def alternatives(self) -> list[str]:
        it = self.it
        others = self._others_to_avoid()
        word = self.say("join", "or")
        sentences = []
        if it.alternatives:
            choices = self._choices()
            if others:
                choices += self.say("join", "not", names=join_names(others, word))
            instead = self.say("join", "instead_of" if self.primary == "alternative" else "instead")
            frame = next(iter(it.alternatives_when), "")
            sentences.append(self.say("alternatives_when", frame, alts=choices, instead=instead))
        elif others:
            names = join_names(others, self.say("join", "and"))
            sentences.append(self.say("join", "avoid_too", names=names))
        return [_capital(text) for text in sentences]

    def avoid_also(self) -> list[str]:
        known = self.phrases["avoid_also"]
        return self.sentences("avoid_also", (f for f in self.it.avoid_also if coded(f)[0] in known))

    def conditions(self) -> list[str]:
        known = set(self.phrases["conditions"]) - (REPLACED if self.it.condition else set())
        return self.sentences("conditions", (f for f in self.it.conditions if coded(f)[0] in known))

    def _under_conditions(self, sentences: list[str]) -> list[str]:
        """Put conditions before the recommendation, and those of further actions after it."""
        parts = [split_condition(f) for f in self.it.condition if not is_said(self.it, f)]
        first = [self.say("condition", fact) for action, fact in parts if not action]
        if first and sentences:
            when = _capital(self.say("join", "and").join(first))
            sentences = [f"{when}: {sentences[0]}", *sentences[1:]]
        further = [(a, self.say("condition", fact)) for a, fact in parts if a]
        return [
            *sentences,
            *(_capital(f"{when}, {self.say('condition_action', a)}.") for a, when in further),
        ]

    def notes(self) -> list[str]:
        return self.sentences("notes", (f for f in self.it.notes if coded(f)[0] not in _LEADING))

    def _opening(self) -> list[str]:
        """Return the recommendation itself, the primary action's clause first."""
        # Another drug first; a dose that follows is for those who keep this one.
        if self.primary == "alternative":
            return [*self.alternatives(), *self.dose(), *self.titration()]
        if self.primary == "avoid":
            return [*self.main(), *self.alternatives(), *self.dose(), *self.titration()]
        return [*self.main(), *self.dose(), *self.titration(), *self.alternatives()]

    def text(self) -> str:
        monitoring = self.sentences("monitoring", self.it.monitoring)
        duration = self.sentences("duration", self.it.duration)
        after = (self.avoid_also(), monitoring, duration, self.conditions(), self.notes())
        opening = self._under_conditions(self._opening())
        own = [*self.lead(), *opening, *(s for part in after for s in part)]
        return " ".join([*own, *self.words()])

    def words(self) -> list[str]:
        """Return the source's own text, marked as such, if the release has it."""
        if not self.it.words:
            return []
        key = f"words_{self.it.authority.lower()}"
        code = key if key in self.phrases["advice"] else "words"
        return [phrase(self.phrases, "advice", code, source=self.it.authority, text=self.it.words)]


def render_statement(statement: Statement, phrases: Phrases = ENGLISH_PHRASES) -> str:
    """Return a statement's recommendation as sentences with all its numbers.

    Raises
    ------
    SnapshotSchemaError
        A code of the statement has no phrase in this language.
    """
    return _Writer(statement, phrases).text()


def render_implications(
    statement: Statement, phrases: Phrases = ENGLISH_PHRASES
) -> tuple[str, ...]:
    """Return the implications of a result for the drug, one phrase each, gene first."""
    shown = []
    for implication in statement.implications:
        gene, _, fact = implication.partition(":")
        shown.append(f"{gene}: {phrase(phrases, 'implications', fact)}")
    return tuple(shown)


_TABLE: Final = "advice"


def provisional_lead(message: AdviceMessage, phrases: Phrases) -> str:
    """Return the lead of a provisional recommendation: what is unresolved. Empty if nothing is."""
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
    """Return the sentence used if there is no statement.

    Raises
    ------
    SnapshotSchemaError
        The language has no such sentence.
    """
    named = join_names(genes, phrases[_TABLE]["and"])
    return phrase(phrases, _TABLE, code, drug=in_words(drug, phrases), genes=named, lookup=lookup)


def unassignable_genes(statement: Statement) -> tuple[str, ...]:
    """Return the genes that a statement lists as not assignable."""
    start = f"{NOT_ASSIGNABLE}="
    return tuple(n.removeprefix(start) for n in statement.notes if n.startswith(start))


class AdviceTranslator:
    """Writes the texts of rows in a language; ``untranslated`` are those without a translation.

    Parameters
    ----------
    statements
        Those of the release of the rows. Without them only sentences without a statement can be
        written.
    phrases
        The language.
    """

    def __init__(self, statements: Iterable[Statement], phrases: Phrases) -> None:
        self._phrases = phrases
        self._statements: Mapping[str, Statement] = {s.id: s for s in statements}
        self.untranslated: set[str] = set()

    def row(self, row: Recommendation) -> Recommendation:
        """Return a row in the language; untranslatable text stays as saved."""
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
        """Return the statement of a message, None if the release has none on this drug.

        A saved file can be edited: an identifier of another drug's statement is not used.
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
        """Return the displayed conditions; untranslatable ones as saved."""
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
