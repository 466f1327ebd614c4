"""From a sample's gene calls to advice: one row a drug, guideline and population.

Every combination of the keys that the candidates leave open is looked up. The row shows the
advice of the best combination, how probable other advice is, and what could change it; where
that is too much (`pgx.recommendations.certainty`) it is provisional and names the other advice.
A gene without a result is looked up by the guideline's own rows for a missing result, and the
advice is certain only if no result of that gene could change it. Nothing is ever left out: no
statement and no result are rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Final, NamedTuple

import msgspec

from pgx.messages.catalogue import ENGLISH_PHRASES, Phrases
from pgx.recommendations.answers import TopicAnswers
from pgx.recommendations.certainty import Advice, Judge
from pgx.recommendations.index import GuidanceIndex
from pgx.recommendations.open_keys import SampleKeys
from pgx.recommendations.topics import Combination, Topic
from pgx.recommendations.views import COPY_NUMBER_NOTE
from pgx.recommendations.wording import join_names, phrase
from pgx.records.advice import NO_RESULT, UNINFORMATIVE_KEYS, DrugStatus, coded
from pgx.records.calls import Certainty, GeneCall, Recommendation

__all__ = ["COPY_NUMBER_NOTE", "recommend", "recommend_on"]

_MEMORY_LIMIT: Final = 200_000
_TOLD: Final = frozenset({"not_genotyped", "not_assignable"})
Keys = tuple[tuple[str, ...], ...]
"""What each gene of a topic leaves open, best first; () where it has no result."""
Genes = tuple[str, ...]
_Place = tuple[str, str, str, Genes, tuple[str, ...]]


class _Question:
    """One topic, one population, and the keys that a sample leaves open."""

    def __init__(self, answers: TopicAnswers, keys: Keys) -> None:
        self.topic = answers.topic
        self.answers = answers
        self.missing = tuple([g for g, own in zip(self.topic.genes, keys, strict=True) if not own])
        self.keys = tuple([own or (NO_RESULT,) for own in keys])
        self.best: Combination = tuple([own[0] for own in self.keys])
        self.possible: list[Combination] = list(product(*self._ranges()))
        if self.missing:
            self.possible = [c for c in self.possible if not self._is_idle(c)]

    def _is_idle(self, combination: Combination) -> bool:
        """Whether a missing gene is imagined to have a result without advice."""
        pairs = zip(self.topic.genes, combination, strict=True)
        imagined = any(gene in self.missing and key != NO_RESULT for gene, key in pairs)
        return imagined and self.answers.answer(combination).is_silent

    def _ranges(self) -> Sequence[tuple[str, ...]]:
        """Return the keys of each gene that may be true.

        Those of a missing gene run over all that the guideline knows; among those, rows without
        advice do not count as a possible truth.
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
        """Return the possible combinations by their advice, those of the best one first."""
        found: dict[object, list[Combination]] = {self._substance(self.best): []}
        for combination in self.possible:
            found.setdefault(self._substance(combination), []).append(combination)
        return [tuple(same) for same in found.values()]

    def _substance(self, combination: Combination) -> object:
        return self.answers.answer(combination).substance

    def decisive(self) -> tuple[tuple[str, ...], ...]:
        """Return, for each gene, the keys that change the advice whatever the others are."""
        found: list[dict[str, None]] = [{} for _ in self.topic.genes]
        possible = set(self.possible)
        for combination in self.possible:
            for place, key in enumerate(combination):
                usual = (*combination[:place], self.best[place], *combination[place + 1 :])
                if key == self.best[place] or usual not in possible:
                    continue
                if self._substance(combination) != self._substance(usual):
                    found[place][key] = None
        return tuple(tuple(keys) for keys in found)

    def advice(self) -> Advice:
        """Return the advice for these keys."""
        answers = self.answers
        if len(self.missing) == len(self.topic.genes):
            text = answers.say("unknown", genes=answers.name(self.topic.genes))
            row = answers.silent(self.best, text)
            return Advice(row=msgspec.structs.replace(row, certainty=Certainty.UNKNOWN))
        if self.topic.drug.status is DrugStatus.PENDING:
            text = answers.say("pending", genes=answers.name(self.topic.genes))
            return Advice(
                row=answers.silent(self.best, text),
                best=self.best,
                same=tuple(self.possible),
                decisive=((),) * len(self.best),
                missing=self.missing,
            )
        return self._found()

    def _lead(self, decisive: tuple[str, ...]) -> str:
        """Name the genes without a result, unless the statement itself does."""
        statement = self.answers.answer(self.best).statement
        notes = [coded(note) for note in statement.notes] if statement else []
        told = {gene for code, genes in notes if code in _TOLD for gene in genes}
        silent = [gene for gene in self.missing if gene not in told]
        if not silent:
            return ""
        matters = any(gene in decisive for gene in silent)
        code = "missing_matters" if matters else "missing"
        return self.answers.say(code, missing=self.answers.name(silent))

    def _found(self) -> Advice:
        row = self.answers.row(self.best)
        same, *others = self.grouped()
        keys = self.decisive() if others else ((),) * len(self.best)
        if self.missing:
            genes = tuple(g for g, own in zip(self.topic.genes, keys, strict=True) if own)
            row = msgspec.structs.replace(row, text=self._lead(genes) + row.text)
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
    """What was advised and said in one language; of one index."""

    def __init__(self, phrases: Phrases) -> None:
        self.phrases = phrases
        self._answers: dict[_Place, tuple[TopicAnswers, ...]] = {}
        self._advice: dict[tuple[_Place, Keys], tuple[Advice, ...]] = {}
        self._provisional: dict[tuple[Genes, Genes], str] = {}

    def advice(self, topic: Topic, keys: Keys) -> tuple[Advice, ...]:
        """Return one advice per population; the same where these keys were seen before."""
        place = _place(topic)
        known = self._advice.get((place, keys))
        if known is None:
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

    def provisional(self, unsettled: Genes, uncounted: Genes) -> str:
        """Return the words that say which genes' keys or copy numbers are open."""
        known = self._provisional.get((unsettled, uncounted))
        if known is None:
            known = _provisional(unsettled, uncounted, self.phrases)
            self._provisional[unsettled, uncounted] = known
        return known


def _provisional(unsettled: Genes, uncounted: Genes, phrases: Phrases) -> str:
    word = phrases["advice"]["and"]
    reasons = [
        phrase(phrases, "advice", code, genes=join_names(genes, word))
        for code, genes in (("unsettled", unsettled), ("uncounted", uncounted))
        if genes
    ]
    if not reasons:
        return ""
    return phrase(phrases, "advice", "provisional", why=join_names(reasons, word))


def _place(topic: Topic) -> _Place:
    """Return what tells a topic from the others of its index."""
    drug = topic.drug
    return drug.authority, drug.drug, topic.guideline_id, topic.genes, topic.alleles


def _memory_of(index: GuidanceIndex, phrases: Phrases) -> _Memory:
    """Return an index's memory of a language; it holds the phrases, so that their id is theirs."""
    known = index.memory.get(id(phrases))
    if not isinstance(known, _Memory):
        known = index.memory[id(phrases)] = _Memory(phrases)
    return known


def _personal(
    advice: Advice, sample: str, topic: Topic, keys: SampleKeys, place: _Asked
) -> Recommendation:
    """Return the row of one sample; what it leaves open leads its text."""
    judge = Judge(topic, advice, keys, place.confidence)
    row = judge.row()
    if row.certainty is Certainty.DEPENDS:
        lead = place.memory.provisional(judge.unsettled(), judge.uncounted())
        row = msgspec.structs.replace(row, text=lead + row.text)
    return row if not sample else msgspec.structs.replace(row, sample=sample)


class _Asked(NamedTuple):
    """What was said before in one language, and how sure certain advice has to be."""

    memory: _Memory
    confidence: float


def recommend(
    index: GuidanceIndex,
    sample: str,
    calls: Iterable[GeneCall],
    drugs: Iterable[str] | None = None,
    phrases: Phrases = ENGLISH_PHRASES,
) -> list[Recommendation]:
    """Return the advice for one sample: drugs A–Z, then authority, guideline, population.

    Parameters
    ----------
    index
        Guidance of the knowledge base, see `build_index`.
    sample
        Name that the rows carry.
    calls
        The sample's gene calls, in any order; a gene that is not there has no result.
        Their ``lookup_keys`` are best first, one per distinct outcome of the candidates;
        tests of single alleles of one gene stand side by side.
    drugs
        Names to advise on; None for every drug of the index.
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
    """Return the advice of one topic, a row a population; ``keys`` are the sample's."""
    memory = _memory_of(index, phrases)
    found = memory.advice(topic, tuple([gene.keys for gene in keys.of(topic)]))
    asked = _Asked(memory, index.confidence)
    return [_personal(advice, sample, topic, keys, asked) for advice in found]
