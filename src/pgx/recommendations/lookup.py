"""From a sample's gene calls to recommendations: one row per drug, guideline and population.

Every combination of the candidates' lookup keys is looked up. The row has the recommendation of the
best combination, the probability of a different one, and what could change it; if that is too much
(`pgx.recommendations.certainty`) it is provisional and lists the alternatives. A gene without a
result is looked up by the guideline's own rows for a missing result, and the recommendation is
certain only if no result of that gene could change it. Nothing is omitted: a missing statement or
result is also a row.

Samples of a cohort differ in their unresolved data, but share most lookup keys. So the lookup of
one key per gene is computed once, and its sentences once for each statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Final, NamedTuple, TypeVar

import msgspec

from pgx.messages.catalogue import ENGLISH_PHRASES, Phrases
from pgx.recommendations.certainty import Advice, Judge
from pgx.recommendations.conditions import render_condition
from pgx.recommendations.index import GuidanceIndex
from pgx.recommendations.topics import Combination, SampleKeys, Topic, may_alert
from pgx.recommendations.wording import (
    missing_lead,
    no_statement_sentence,
    provisional_lead,
    render_implications,
    render_statement,
    unassignable_genes,
)
from pgx.records.advice import (
    NO_RESULT,
    NOT_CODED,
    UNINFORMATIVE_KEYS,
    DrugStatus,
    LocalStatement,
    Statement,
    coded,
)
from pgx.records.calls import (
    AdviceFacts,
    AdviceMessage,
    AlternativeAdvice,
    Certainty,
    DrugCode,
    GeneCall,
    Recommendation,
)

__all__ = [
    "NO_ADVICE",
    "KeyAnswer",
    "TopicAnswers",
    "advice_facts",
    "recommend",
    "recommend_on",
]


def advice_facts(statement: Statement) -> AdviceFacts:
    """Return the facts of a statement other than action and dose factor."""
    codes = dict(map(coded, statement.drug_codes))
    local = statement if isinstance(statement, LocalStatement) else None
    return AdviceFacts(
        statement=statement.id,
        condition=statement.condition,
        unconditional=statement.unconditional,
        reason=statement.reason,
        dose_of=statement.dose_of,
        dose_as=statement.dose_as,
        dose_when=statement.dose_when,
        standard_dose=statement.standard_dose,
        starting_dose=statement.starting_dose,
        maximum_dose=statement.maximum_dose,
        frequency=statement.frequency,
        titration=statement.titration,
        instead=_coded(statement.alternatives, codes),
        instead_when=statement.alternatives_when,
        avoid_also=_coded(statement.avoid_also, codes),
        monitoring=statement.monitoring,
        conditions=statement.conditions,
        duration=statement.duration,
        remarks=statement.notes,
        source=local.source if local else "",
        reviewer=local.reviewer if local else "",
        reviewed=local.reviewed if local else "",
    )


def _coded(names: Sequence[str], codes: Mapping[str, Sequence[str]]) -> tuple[DrugCode, ...]:
    """Return names with their codes; a fact with arguments stays whole, its drugs follow it."""
    found = []
    for fact in names:
        code, arguments = coded(fact)
        found.append(_drug(fact, codes.get(code, ()) if not arguments else ()))
        found += [_drug(name, codes[name]) for name in arguments if name in codes]
    return tuple(found)


def _drug(name: str, code: Sequence[str]) -> DrugCode:
    rxnorm, atc = (*code, "", "")[:2]
    return DrugCode(name, rxnorm, atc)


K = TypeVar("K")
V = TypeVar("V")
NO_ADVICE: Final = ("no_recommendation",)
PARTIAL: Final = "partial_lookups"
_LIMIT: Final = 4096
"""Combinations of keys that are remembered of one topic and population."""


class KeyAnswer(NamedTuple):
    """Result of the lookup of one key per gene.

    ``substance`` is compared between recommendations; ``is_silent`` means that there is none.
    """

    statement: Statement | None
    substance: object
    is_silent: bool


class TopicAnswers:
    """Recommendations of one topic for one population in one language.

    Parameters
    ----------
    topic, population
        Guideline on one drug, and population of the statements.
    phrases
        Language of the sentences.
    """

    def __init__(self, topic: Topic, population: str, phrases: Phrases) -> None:
        self.topic, self.population, self.phrases = topic, population, phrases
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

    def answer(self, combination: Combination) -> KeyAnswer:
        """Return the result of one key per gene."""
        found = self._answers.get(combination)
        if found is None:
            found = _bounded(self._answers)[combination] = self._find(combination)
        return found

    def _find(self, combination: Combination) -> KeyAnswer:
        statement = self.topic.find(self.population, combination)
        # A drug of which only some rows were read may have advice for just this result.
        if statement is None:  # what nobody has read is never equal
            unread = self.topic.drug.reason == PARTIAL
            return KeyAnswer(None, combination if unread else NO_ADVICE, is_silent=True)
        is_silent = statement.action[0] == NO_ADVICE[0]
        return KeyAnswer(statement, NO_ADVICE if is_silent else _substance(statement), is_silent)

    def row(self, combination: Combination) -> Recommendation:
        """Return the row of certain keys, without a sample."""
        found = self._rows.get(combination)
        if found is None:
            found = _bounded(self._rows)[combination] = self._row(combination)
        return found

    def alternative(self, combination: Combination) -> AlternativeAdvice:
        """Return the recommendation for alternative keys."""
        row = self.row(combination)
        return AlternativeAdvice(
            lookup=row.lookup,
            action=row.action,
            text=row.text,
            condition=row.condition,
            message=row.message,
        )

    def silent(self, combination: Combination, code: str) -> Recommendation:
        """Return a row without a recommendation; ``code`` is its sentence."""
        topic, lookup = self.topic, _lookup_text(self.topic, combination)
        return msgspec.structs.replace(
            self._silent,
            lookup=lookup,
            text=no_statement_sentence(code, topic.drug.drug, topic.genes, lookup, self.phrases),
            message=AdviceMessage(no_statement=code),
        )

    def _row(self, combination: Combination) -> Recommendation:
        statement = self.answer(combination).statement
        if statement is None:
            return self.silent(combination, self._no_statement())
        key = statement.id, statement.notes  # a statement found by the other genes has other notes
        # Sentences cost most of the time, and depend on the statement alone.
        same = self._by_statement.get(key)
        if same is None:
            same = _with_statement(self._silent, statement, self.phrases)
            _bounded(self._by_statement)[key] = same
        return msgspec.structs.replace(
            same,
            lookup=_lookup_text(self.topic, combination),
            may_alert=may_alert(self.topic, self.population, combination, statement),
        )

    def _no_statement(self) -> str:
        """Return the code of the sentence: an authority may have one of its own."""
        code = "not_read" if self.topic.drug.reason == PARTIAL else "no_statement"
        own = f"{code}_{self.topic.drug.authority.lower()}"
        return own if own in self.phrases["advice"] else code


def _substance(statement: Statement) -> tuple[object, ...]:
    """Return the actions, doses and conditions by which recommendations differ."""
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
    """Return a cache with room for one more entry."""
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
        message=AdviceMessage(statement=statement.id, not_assignable=unassignable_genes(statement)),
    )


_MEMORY_LIMIT: Final = 200_000
_TOLD: Final = frozenset({"not_genotyped", "not_assignable"})
Keys = tuple[tuple[str, ...], ...]
"""What each gene of a topic leaves open, best first; () where it has no result."""
Genes = tuple[str, ...]
_Place = tuple[str, str, str, Genes, tuple[str, ...]]


class _Question:
    """One topic, one population, and a sample's possible keys."""

    def __init__(self, answers: TopicAnswers, keys: Keys) -> None:
        self.topic = answers.topic
        self.answers = answers
        self.missing = tuple([g for g, own in zip(self.topic.genes, keys, strict=True) if not own])
        self.keys = tuple([own or (NO_RESULT,) for own in keys])
        self.best: Combination = tuple([own[0] for own in self.keys])
        self.possible: list[Combination] = list(product(*self._ranges()))
        # The guideline's silence on an untested gene is no reason to call advice provisional.
        if self.missing:
            self.possible = [c for c in self.possible if not self._is_idle(c)]

    def _is_idle(self, combination: Combination) -> bool:
        """Whether a missing gene is assumed to have a result without a recommendation."""
        pairs = zip(self.topic.genes, combination, strict=True)
        imagined = any(gene in self.missing and key != NO_RESULT for gene, key in pairs)
        return imagined and self.answers.answer(combination).is_silent

    def _ranges(self) -> Sequence[tuple[str, ...]]:
        """Return the possible keys of each gene.

        For a missing gene these are all keys of the guideline; rows without a recommendation are
        not considered.
        """
        if not self.missing:
            return self.keys
        ranges = []
        for gene, own, known in zip(self.topic.genes, self.keys, self.topic.keys, strict=True):
            imagined = gene in self.missing and gene not in self.topic.anything
            truths = (key for key in known if key not in UNINFORMATIVE_KEYS)
            ranges.append((*own, *truths) if imagined else own)
        return ranges

    def grouped(self) -> list[tuple[Combination, ...]]:
        """Return the possible combinations by recommendation, those of the best one first."""
        found: dict[object, list[Combination]] = {self._substance(self.best): []}
        for combination in self.possible:
            found.setdefault(self._substance(combination), []).append(combination)
        return [tuple(same) for same in found.values()]

    def _substance(self, combination: Combination) -> object:
        return self.answers.answer(combination).substance

    def decisive(self) -> tuple[tuple[str, ...], ...]:
        """Return, for each gene, the keys that change the recommendation regardless of others."""
        found: list[dict[str, None]] = [{} for _ in self.topic.genes]
        possible = set(self.possible)
        for combination in self.possible:
            for place, key in enumerate(combination):
                # One gene is changed at a time, so that a key counts only for what it does itself.
                usual = (*combination[:place], self.best[place], *combination[place + 1 :])
                if key == self.best[place] or usual not in possible:
                    continue
                if self._substance(combination) != self._substance(usual):
                    found[place][key] = None
        return tuple(tuple(keys) for keys in found)

    def advice(self) -> Advice:
        """Return the recommendation for these keys."""
        answers = self.answers
        if len(self.missing) == len(self.topic.genes):
            row = answers.silent(self.best, "unknown")
            return Advice(row=msgspec.structs.replace(row, certainty=Certainty.UNKNOWN))
        if self.topic.drug.status is DrugStatus.PENDING:
            return Advice(
                row=answers.silent(self.best, "pending"),
                best=self.best,
                same=tuple(self.possible),
                decisive=((),) * len(self.best),
                missing=self.missing,
            )
        return self._found()

    def _with_missing(self, row: Recommendation, decisive: tuple[str, ...]) -> Recommendation:
        """Return a row that lists the genes without a result, unless its statement does."""
        statement = self.answers.answer(self.best).statement
        notes = [coded(note) for note in statement.notes] if statement else []
        told = {gene for code, genes in notes if code in _TOLD for gene in genes}
        silent = [gene for gene in self.missing if gene not in told]
        message = msgspec.structs.replace(
            row.message or AdviceMessage(),
            missing=tuple(silent),
            decisive=tuple([gene for gene in silent if gene in decisive]),
        )
        text = missing_lead(message, self.answers.phrases) + row.text
        return msgspec.structs.replace(row, text=text, message=message)

    def _found(self) -> Advice:
        row = self.answers.row(self.best)
        same, *others = self.grouped()
        keys = self.decisive() if others else ((),) * len(self.best)
        if self.missing:
            genes = tuple(g for g, own in zip(self.topic.genes, keys, strict=True) if own)
            row = self._with_missing(row, genes)
        return Advice(
            row=row,
            best=self.best,
            same=same,
            others=tuple(others),
            alternatives=tuple(self.answers.alternative(own[0]) for own in others),
            decisive=keys,
            missing=self.missing,
        )


class _Memory:
    """Cache of recommendations and texts of one index in one language."""

    def __init__(self, phrases: Phrases) -> None:
        self.phrases = phrases
        self._answers: dict[_Place, tuple[TopicAnswers, ...]] = {}
        self._advice: dict[tuple[_Place, Keys], tuple[Advice, ...]] = {}

    def advice(self, topic: Topic, keys: Keys) -> tuple[Advice, ...]:
        """Return one recommendation per population, cached by keys."""
        place = _place(topic)
        known = self._advice.get((place, keys))
        if known is None:
            # Bounds a cohort's memory; what is needed again is made again.
            if len(self._advice) >= _MEMORY_LIMIT:
                self._advice.clear()
            known = tuple(_Question(own, keys).advice() for own in self._answers_of(topic, place))
            self._advice[place, keys] = known
        return known

    def _answers_of(self, topic: Topic, place: _Place) -> tuple[TopicAnswers, ...]:
        found = self._answers.get(place)
        if found is None:
            found = tuple(TopicAnswers(topic, p, self.phrases) for p in topic.populations)
            self._answers[place] = found
        return found


def _place(topic: Topic) -> _Place:
    """Return the identity of a topic within its index."""
    drug = topic.drug
    return drug.authority, drug.drug, topic.guideline_id, topic.genes, topic.alleles


def _memory_of(index: GuidanceIndex, phrases: Phrases) -> _Memory:
    """Return an index's cache of a language; it keeps the phrases, so their id stays unique."""
    # Tables of phrases cannot be hashed. `_Memory` keeps them, so that no other gets their id.
    known = index.memory.get(id(phrases))
    if not isinstance(known, _Memory):
        known = index.memory[id(phrases)] = _Memory(phrases)
    return known


def _personal(
    advice: Advice, sample: str, topic: Topic, keys: SampleKeys, place: _Asked
) -> Recommendation:
    """Return the row of one sample; its text begins with what is unresolved."""
    judge = Judge(topic, advice, keys, place.confidence)
    row = judge.row()
    if row.certainty is Certainty.DEPENDS:
        message = msgspec.structs.replace(
            row.message or AdviceMessage(),
            unresolved=judge.unsettled(),
            copy_number=judge.uncounted(),
        )
        lead = provisional_lead(message, place.memory.phrases)
        row = msgspec.structs.replace(row, text=lead + row.text, message=message)
    return row if not sample else msgspec.structs.replace(row, sample=sample)


class _Asked(NamedTuple):
    """Cache in one language, and the confidence of certain recommendations."""

    memory: _Memory
    confidence: float


def recommend(
    index: GuidanceIndex,
    sample: str,
    calls: Iterable[GeneCall],
    drugs: Iterable[str] | None = None,
    phrases: Phrases = ENGLISH_PHRASES,
) -> list[Recommendation]:
    """Return a sample's recommendations: drugs A–Z, then authority, guideline, population.

    Parameters
    ----------
    index
        Guidance of the knowledge base, see `build_index`.
    sample
        Sample name of the rows.
    calls
        The sample's gene calls, in any order; an absent gene has no result. Their ``lookup_keys``
        are best first, one per distinct outcome of the candidates; tests of single alleles of one
        gene are separate keys.
    drugs
        Drug names; None for every drug of the index.
    phrases
        Language of the sentences.

    Raises
    ------
    UnknownDrugError
        The index has no such drug.
    """
    keys = SampleKeys({call.gene: call for call in calls})
    topics = index.select(drugs)
    return [r for topic in topics for r in recommend_on(index, topic, sample, keys, phrases)]


def recommend_on(
    index: GuidanceIndex,
    topic: Topic,
    sample: str,
    keys: SampleKeys,
    phrases: Phrases = ENGLISH_PHRASES,
) -> list[Recommendation]:
    """Return the recommendations of one topic, one row per population; ``keys`` of the sample."""
    memory = _memory_of(index, phrases)
    found = memory.advice(topic, tuple([gene.keys for gene in keys.of(topic)]))
    asked = _Asked(memory, index.confidence)
    return [_personal(advice, sample, topic, keys, asked) for advice in found]
