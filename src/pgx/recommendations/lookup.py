"""From a sample's gene calls to advice: one row a drug, guideline and population.

Every combination of the keys that the candidates leave open is looked up. Where all give
the same advice it is certain; otherwise the row shows the advice of the best combination,
the other advice, and what would settle it. A gene without a result is looked up by the
guideline's own rows for a missing result, and the advice is certain only if no result of
that gene could change it. Nothing is ever left out: no statement and no result are rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Final

import msgspec

from pgx.base.advice import NO_RESULT, UNINFORMATIVE_KEYS, DrugStatus, coded
from pgx.base.calls import CallStatus, Certainty, GeneCall, Recommendation
from pgx.recommendations.answers import TopicAnswers
from pgx.recommendations.index import Combination, GuidanceIndex, Topic
from pgx.recommendations.uncertainty import Advice, settled_by, weighed
from pgx.recommendations.views import COPY_NUMBER_NOTE, OPEN_COPIES
from pgx.recommendations.wording import ENGLISH, Phrases, join_names, phrase

__all__ = ["COPY_NUMBER_NOTE", "recommend", "recommend_on"]

_MEMORY_LIMIT: Final = 200_000
_TOLD: Final = frozenset({"not_genotyped", "not_assignable"})
Keys = tuple[tuple[str, ...], ...]
"""What each gene of a topic leaves open, best first; () where it has no result."""
Genes = tuple[str, ...]
_Place = tuple[str, str, str, Genes, tuple[str, ...]]


def _sample_keys(topic: Topic, calls: Mapping[str, GeneCall]) -> Keys:
    """Return the keys that each gene leaves open; () for a gene without a result."""
    keys = []
    for position, gene in enumerate(topic.genes):
        call = calls.get(gene)
        answered = call is not None and call.status is not CallStatus.NOT_ASSESSED
        keys.append(topic.keys_of(position, call) if call and answered else ())
    return tuple(keys)


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

    def others(self) -> list[list[Combination]]:
        """Return the combinations with advice other than the best one's, grouped by advice."""
        if len(self.possible) == 1:
            return []
        found: dict[object, list[Combination]] = {self._substance(self.best): []}
        for combination in self.possible:
            found.setdefault(self._substance(combination), []).append(combination)
        return list(found.values())[1:]

    def _substance(self, combination: Combination) -> object:
        return self.answers.answer(combination).substance

    def open_genes(self) -> tuple[str, ...]:
        """Return the genes whose keys make a difference, whatever the others are."""
        decisive = []
        for position, gene in enumerate(self.topic.genes):
            advice: dict[Combination, set[object]] = {}
            for combination in self.possible:
                rest = combination[:position] + combination[position + 1 :]
                advice.setdefault(rest, set()).add(self._substance(combination))
            if any(len(own) > 1 for own in advice.values()):
                decisive.append(gene)
        return tuple(decisive)

    def advice(self) -> Advice:
        """Return the advice for these keys."""
        answers = self.answers
        if len(self.missing) == len(self.topic.genes):
            text = answers.say("unknown", genes=answers.name(self.topic.genes))
            row = answers.silent(self.best, text)
            return Advice(row=msgspec.structs.replace(row, certainty=Certainty.UNKNOWN))
        if self.topic.drug.status is DrugStatus.PENDING:
            text = answers.say("pending", genes=answers.name(self.topic.genes))
            return Advice(row=answers.silent(self.best, text))
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
        others = self.others()
        decisive = self.open_genes() if others else ()
        if self.missing:
            row = msgspec.structs.replace(row, text=self._lead(decisive) + row.text)
        if not others:
            return Advice(row=row, best=self.best)
        return Advice(
            row=msgspec.structs.replace(
                row,
                certainty=Certainty.DEPENDS,
                alternatives=tuple(self.answers.alternative(same[0]) for same in others),
            ),
            open_genes=decisive,
            unsettled=tuple(gene for gene in decisive if gene not in self.missing),
            best=self.best,
            others=tuple(tuple(same) for same in others),
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


def _uncounted(topic: Topic, calls: Mapping[str, GeneCall], advice: Advice) -> Genes:
    """Return the genes whose copy number nobody determined."""
    if advice.row.certainty is Certainty.UNKNOWN:
        return ()
    return tuple(
        [g for g in topic.genes if g in calls and not OPEN_COPIES.isdisjoint(calls[g].notes)]
    )


def _personal(
    advice: Advice, sample: str, topic: Topic, calls: Mapping[str, GeneCall], memory: _Memory
) -> Recommendation:
    uncounted = _uncounted(topic, calls, advice)
    if not advice.open_genes and not uncounted:
        return advice.row if not sample else msgspec.structs.replace(advice.row, sample=sample)
    copies = (f"{gene}:copy_number" for gene in uncounted)
    return msgspec.structs.replace(
        advice.row,
        sample=sample,
        certainty=Certainty.DEPENDS,
        depends_on=tuple(dict.fromkeys((*settled_by(topic, advice, calls), *copies))),
        alternatives=weighed(topic, advice, calls),
        text=memory.provisional(advice.unsettled, uncounted) + advice.row.text,
    )


def recommend(
    index: GuidanceIndex,
    sample: str,
    calls: Iterable[GeneCall],
    drugs: Iterable[str] | None = None,
    phrases: Phrases = ENGLISH,
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
    by_gene = {call.gene: call for call in calls}
    topics = index.select(drugs)
    return [r for topic in topics for r in recommend_on(index, topic, sample, by_gene, phrases)]


def recommend_on(
    index: GuidanceIndex,
    topic: Topic,
    sample: str,
    calls: Mapping[str, GeneCall],
    phrases: Phrases = ENGLISH,
) -> list[Recommendation]:
    """Return the advice of one topic, a row a population; ``calls`` by gene."""
    keys = _sample_keys(topic, calls)
    memory = _memory_of(index, phrases)
    found = memory.advice(topic, keys)
    return [_personal(advice, sample, topic, calls, memory) for advice in found]
