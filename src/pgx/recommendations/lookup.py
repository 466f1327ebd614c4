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

from pgx.base.advice import NO_RESULT, UNINFORMATIVE_KEYS, DrugStatus, Statement, coded
from pgx.base.calls import (
    AlternativeAdvice,
    CallStatus,
    Certainty,
    GeneCall,
    Recommendation,
)
from pgx.recommendations.facts import advice_facts
from pgx.recommendations.index import Combination, GuidanceIndex, Topic
from pgx.recommendations.terms import in_words
from pgx.recommendations.uncertainty import Advice, settled_by, weighed
from pgx.recommendations.views import COPY_NUMBER_NOTE, OPEN_COPIES
from pgx.recommendations.wording import (
    ENGLISH,
    Phrases,
    join_names,
    phrase,
    render_implications,
    render_statement,
)

__all__ = ["COPY_NUMBER_NOTE", "recommend", "recommend_on"]

_MEMORY_LIMIT: Final = 200_000
PARTIAL: Final = "partial_lookups"
_NO_ADVICE: Final = "no_recommendation"
_TOLD: Final = frozenset({"not_genotyped", "not_assignable"})


def _lookup_text(topic: Topic, combination: Combination) -> str:
    return ";".join(f"{g}={k}" for g, k in zip(topic.genes, combination, strict=True))


def _sample_keys(topic: Topic, calls: Mapping[str, GeneCall]) -> tuple[tuple[str, ...], ...]:
    """Return the keys that each gene leaves open; () for a gene without a result."""
    keys = []
    for position, gene in enumerate(topic.genes):
        call = calls.get(gene)
        answered = call is not None and call.status is not CallStatus.NOT_ASSESSED
        keys.append(topic.keys_of(position, call) if call and answered else ())
    return tuple(keys)


def _silent(statement: Statement | None) -> bool:
    return statement is None or statement.action[0] == _NO_ADVICE


class _Question:
    """One topic, one population, and the keys that a sample leaves open."""

    def __init__(
        self, topic: Topic, population: str, keys: tuple[tuple[str, ...], ...], phrases: Phrases
    ) -> None:
        self.topic = topic
        self.population = population
        self.phrases = phrases
        self.missing = tuple(g for g, own in zip(topic.genes, keys, strict=True) if not own)
        self.keys = tuple(own or (NO_RESULT,) for own in keys)
        self.best: Combination = tuple(own[0] for own in self.keys)

    def say(self, code: str, **names: str) -> str:
        drug = in_words(self.topic.drug.drug, self.phrases)
        return phrase(self.phrases, "advice", code, drug=drug, **names)

    def name(self, genes: Sequence[str]) -> str:
        return join_names(genes, self.phrases["advice"]["and"])

    def _text(self, statement: Statement | None, combination: Combination) -> str:
        if statement is not None:
            return render_statement(statement, self.phrases)
        code = "not_read" if self.topic.drug.reason == PARTIAL else "no_statement"
        own = f"{code}_{self.topic.drug.authority.lower()}"
        code = own if own in self.phrases["advice"] else code
        return self.say(code, lookup=_lookup_text(self.topic, combination))

    def find(self, combination: Combination) -> Statement | None:
        return self.topic.find(self.population, combination)

    def _substance(self, combination: Combination) -> object:
        """Return what counts when advice is compared; what nobody has read is never equal."""
        statement = self.find(combination)
        if statement is None:
            return combination if self.topic.drug.reason == PARTIAL else None
        return self.topic.kinds[statement.id]

    def others(self) -> list[list[Combination]]:
        """Return the combinations with advice other than the best one's, grouped by advice.

        Keys of a missing gene run over all that the guideline knows; among those, rows
        without advice do not count as a possible truth.
        """
        found: dict[object, list[Combination]] = {self._substance(self.best): []}
        for combination in self._possible():
            if not (self._imagined(combination) and _silent(self.find(combination))):
                found.setdefault(self._substance(combination), []).append(combination)
        return list(found.values())[1:]

    def _ranges(self) -> list[tuple[str, ...]]:
        ranges = []
        for gene, own, known in zip(self.topic.genes, self.keys, self.topic.keys, strict=True):
            imagined = gene in self.missing and gene not in self.topic.anything
            truths = (key for key in known if key not in UNINFORMATIVE_KEYS)
            ranges.append((*own, *truths) if imagined else own)
        return ranges

    def _possible(self) -> Iterable[Combination]:
        return product(*self._ranges())

    def _imagined(self, combination: Combination) -> bool:
        pairs = zip(self.topic.genes, combination, strict=True)
        return any(gene in self.missing and key != NO_RESULT for gene, key in pairs)

    def open_genes(self) -> tuple[str, ...]:
        """Return the genes whose keys make a difference, whatever the others are."""
        decisive = []
        for position, gene in enumerate(self.topic.genes):
            advice: dict[Combination, set[object]] = {}
            for combination in self._possible():
                statement = self.find(combination)
                if self._imagined(combination) and _silent(statement):
                    continue
                rest = combination[:position] + combination[position + 1 :]
                advice.setdefault(rest, set()).add(self._substance(combination))
            if any(len(own) > 1 for own in advice.values()):
                decisive.append(gene)
        return tuple(decisive)

    def _base(self) -> Recommendation:
        return Recommendation(
            sample="",
            drug=self.topic.drug.drug,
            source=self.topic.drug.authority,
            genes=self.topic.genes,
            lookup=_lookup_text(self.topic, self.best),
            population=self.population,
            action=(_NO_ADVICE,),
            guideline_id=self.topic.guideline_id,
        )

    def answer(self) -> Advice:
        """Return the advice for these keys."""
        if len(self.missing) == len(self.topic.genes):
            text = self.say("unknown", genes=self.name(self.topic.genes))
            row = msgspec.structs.replace(self._base(), certainty=Certainty.UNKNOWN, text=text)
            return Advice(row=row)
        if self.topic.drug.status is DrugStatus.PENDING:
            text = self.say("pending", genes=self.name(self.topic.genes))
            return Advice(row=msgspec.structs.replace(self._base(), text=text))
        return self._found()

    def _lead(self, statement: Statement | None, decisive: tuple[str, ...]) -> str:
        """Name the genes without a result, unless the statement itself does."""
        notes = [coded(note) for note in statement.notes] if statement else []
        told = {gene for code, genes in notes if code in _TOLD for gene in genes}
        silent = [gene for gene in self.missing if gene not in told]
        if not silent:
            return ""
        matters = any(gene in decisive for gene in silent)
        return self.say("missing_matters" if matters else "missing", missing=self.name(silent))

    def _found(self) -> Advice:
        statement = self.find(self.best)
        others = self.others()
        decisive = self.open_genes() if others else ()
        lead = self._lead(statement, decisive)
        row = msgspec.structs.replace(
            _with_facts(self._base(), statement, self.phrases),
            certainty=Certainty.DEPENDS if others else Certainty.CERTAIN,
            text=lead + self._text(statement, self.best),
            alternatives=tuple(self._alternative(same[0]) for same in others),
        )
        unsettled = tuple(gene for gene in decisive if gene not in self.missing)
        return Advice(
            row=row,
            open_genes=decisive,
            unsettled=unsettled,
            best=self.best,
            others=tuple(tuple(same) for same in others),
        )

    def _alternative(self, combination: Combination) -> AlternativeAdvice:
        statement = self.find(combination)
        return AlternativeAdvice(
            lookup=_lookup_text(self.topic, combination),
            action=statement.action if statement else (_NO_ADVICE,),
            text=self._text(statement, combination),
        )


def _with_facts(
    row: Recommendation, statement: Statement | None, phrases: Phrases
) -> Recommendation:
    if statement is None:
        return row
    return msgspec.structs.replace(
        row,
        action=statement.action,
        dose_factor_min=statement.dose_factor_min,
        dose_factor_max=statement.dose_factor_max,
        classification=statement.classification or None,
        implications=render_implications(statement, phrases),
        pmids=statement.pmids,
        facts=advice_facts(statement),
    )


def _uncounted(topic: Topic, calls: Mapping[str, GeneCall], advice: Advice) -> tuple[str, ...]:
    """Return the genes whose copy number nobody determined."""
    if advice.row.certainty is Certainty.UNKNOWN:
        return ()
    return tuple(g for g in topic.genes if g in calls and OPEN_COPIES & set(calls[g].notes))


def _provisional(advice: Advice, uncounted: Sequence[str], phrases: Phrases) -> str:
    """Return the words that say why advice is provisional, "" where nothing is open."""
    word = phrases["advice"]["and"]
    reasons = [
        phrase(phrases, "advice", code, genes=join_names(genes, word))
        for code, genes in (("unsettled", advice.unsettled), ("uncounted", uncounted))
        if genes
    ]
    if not reasons:
        return ""
    return phrase(phrases, "advice", "provisional", why=join_names(reasons, word))


def _personal(
    advice: Advice, sample: str, topic: Topic, calls: Mapping[str, GeneCall], phrases: Phrases
) -> Recommendation:
    uncounted = _uncounted(topic, calls, advice)
    if not advice.open_genes and not uncounted:
        return msgspec.structs.replace(advice.row, sample=sample)
    copies = (f"{gene}:copy_number" for gene in uncounted)
    return msgspec.structs.replace(
        advice.row,
        sample=sample,
        certainty=Certainty.DEPENDS,
        depends_on=tuple(dict.fromkeys((*settled_by(topic, advice, calls), *copies))),
        alternatives=weighed(topic, advice, calls),
        text=_provisional(advice, uncounted, phrases) + advice.row.text,
    )


def _advise(
    index: GuidanceIndex, topic: Topic, keys: tuple[tuple[str, ...], ...], phrases: Phrases
) -> tuple[Advice, ...]:
    """Return one advice per population, from memory where these keys were seen before."""
    place = (
        topic.drug.authority,
        topic.drug.drug,
        topic.guideline_id,
        topic.genes,
        topic.alleles,
        keys,
        id(phrases),
    )
    known = index.memory.get(place)
    if isinstance(known, tuple):
        return known
    advice = tuple(_Question(topic, p, keys, phrases).answer() for p in topic.populations)
    if len(index.memory) >= _MEMORY_LIMIT:
        index.memory.clear()
    index.memory[place] = advice
    return advice


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
    found = _advise(index, topic, keys, phrases)
    return [_personal(advice, sample, topic, calls, phrases) for advice in found]
