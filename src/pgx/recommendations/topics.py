"""One guideline on one drug: a sample's lookup keys and the matching statement.

One guideline gives one recommendation. If it has statements on diplotypes and on phenotypes, both
are one topic and the more specific statement is used. One gene may have several tests of single
alleles ("*57:01 positive"); a topic uses one of them, or several if the knowledge base defines
their precedence (`pgx.records.advice.StatementSet`).

`SampleKeys` are the possible keys of one sample for each gene, with probabilities. `may_alert`
determines whether a result may raise an alert: some guidelines apply to everybody (caution with
volatile anesthetics without a pathogenic variant, the label's starting dose for normal
metabolizers), and recommendations for the reference genotype are information. An alert needs a
different recommendation, or a dose other than the standard one. The reference genotype is data of
the knowledge base: this module is not specific to any gene or drug.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import msgspec

from pgx.recommendations.result_keys import (
    DIPLOTYPES,
    OPEN_COPIES,
    WHOLE_GENE,
    PhenotypeKeys,
    allele_of_key,
    mixed_evidence,
    pair_evidence,
    ranked_keys,
)
from pgx.records.advice import ANY_KEY, DOSE_ACTIONS, NO_RESULT, UNINFORMATIVE_KEYS, Drug, Statement
from pgx.records.calls import CallStatus, GeneCall, KeyEvidence

__all__ = [
    "NOT_ASSIGNABLE",
    "Combination",
    "Languages",
    "OpenGene",
    "SampleKeys",
    "Topic",
    "may_alert",
    "with_unassignable",
]

NOT_ASSIGNABLE: Final = "not_assignable"
"""Note of a statement that answers without a gene: it was tested, and its result says nothing."""
_NOT_GENOTYPED: Final = "not_genotyped"

Combination = tuple[str, ...]
"""One key per gene."""
Languages = tuple[str, ...]
"""What keys of one gene are about, see `allele_of_key`; the first that has a statement answers."""


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """Guidance of one guideline on one drug.

    ``languages`` are, per gene, the types of key, the most specific first, and ``alleles``
    the first of them: the allele that the keys test, `DIPLOTYPES`, or "" for phenotypes.
    ``anything`` are genes for which any result matches. ``keys`` are, per gene, the keys that
    statements use. ``kinds`` numbers the distinct recommendations of statements, by statement id.
    ``phenotypes`` are, per gene, the phenotypes of diplotypes, if statements are on both.
    ``references`` are, per gene, the keys of its reference genotype, empty if it is not known.
    ``updated`` is the date of a guideline update that is not in the release, empty without.
    A topic without populations is pending guidance.
    """

    drug: Drug
    guideline_id: str
    genes: tuple[str, ...]
    languages: tuple[Languages, ...]
    anything: frozenset[str]
    keys: tuple[tuple[str, ...], ...]
    statements: dict[str, dict[Combination, Statement]]
    kinds: dict[str, int] = {}
    phenotypes: tuple[PhenotypeKeys | None, ...] = ()
    references: tuple[tuple[str, ...], ...] = ()
    updated: str = ""

    @property
    def alleles(self) -> tuple[str, ...]:
        """Type of each gene's keys; the most specific of several."""
        return tuple([languages[0] for languages in self.languages])

    @property
    def populations(self) -> tuple[str, ...]:
        """Codes of the populations with statements, A–Z."""
        return tuple(sorted(self.statements)) or ("general",)

    def keys_of(self, position: int, call: GeneCall) -> tuple[str, ...]:
        """Return the keys of a call that this topic uses, best first."""
        if self.languages[position][0] == DIPLOTYPES:
            return tuple(self.pair_evidence(position, call))
        return self.own_keys(position, call.lookup_keys)

    def own_keys(self, position: int, keys: Sequence[str]) -> tuple[str, ...]:
        """Return the keys of a gene that this topic uses, in their order."""
        languages = self.languages[position]
        if len(languages) > 1 and DIPLOTYPES not in languages:
            return ranked_keys(keys, languages, self.keys[position])
        return tuple([key for key in keys if allele_of_key(key) in languages and key != NO_RESULT])

    def pair_evidence(self, position: int, call: GeneCall) -> dict[str, KeyEvidence]:
        """Return a call's keys if the topic uses diplotypes, best first."""
        phenotypes = self.phenotypes[position] if self.phenotypes else None
        if phenotypes is not None and WHOLE_GENE in self.languages[position]:
            return mixed_evidence(call, self.keys[position], phenotypes)
        return pair_evidence(call, phenotypes)

    def find(self, population: str, combination: Combination) -> Statement | None:
        """Return the statement for one key per gene, None if the guideline has none.

        A diplotype without a statement for this population is looked up by its phenotype. An
        uninformative result of one of several genes (`UNINFORMATIVE_KEYS`), without a statement,
        counts as no result: the recommendation for the other genes is kept.
        """
        if self.anything:
            pairs = zip(self.genes, combination, strict=True)
            combination = tuple(ANY_KEY if g in self.anything else key for g, key in pairs)
        known = self.statements.get(population, {})
        for asked in self._more_general(combination):
            # The most specific first: a diplotype's own row before that of its phenotype.
            found = known.get(asked) or _by_the_others(known, self.genes, asked)
            if found is not None:
                return found
        return None

    def _more_general(self, combination: Combination) -> Iterator[Combination]:
        """Yield a combination, then those with phenotypes instead of diplotypes."""
        yield combination
        if not any(len(languages) > 1 for languages in self.languages):
            return
        choices = []
        places = zip(combination, self.phenotypes, self.languages, strict=True)
        for key, phenotypes, languages in places:
            is_pair = WHOLE_GENE in languages and allele_of_key(key) == DIPLOTYPES
            general = phenotypes.of(key) if phenotypes is not None and is_pair else None
            choices.append((key,) if general is None else (key, general))
        yield from list(product(*choices))[1:]


def _by_the_others(
    known: Mapping[Combination, Statement], genes: Sequence[str], combination: Combination
) -> Statement | None:
    """Return the statement without the genes with an uninformative result."""
    # An indeterminate result of one gene must not lose the advice that the other gene gives: the
    # guideline's row for an untested gene holds as well for one that was tested in vain.
    mute = {g for g, key in zip(genes, combination, strict=True) if key in UNINFORMATIVE_KEYS}
    if not 0 < len(mute) < len(genes):
        return None
    pairs = zip(genes, combination, strict=True)
    found = known.get(tuple(NO_RESULT if gene in mute else key for gene, key in pairs))
    return None if found is None else with_unassignable(found, mute)


def with_unassignable(statement: Statement, genes: Iterable[str]) -> Statement:
    """Return a statement for untested genes as one for genes with uninformative results."""
    absent = {f"{_NOT_GENOTYPED}={g}": f"{NOT_ASSIGNABLE}={g}" for g in genes}
    if absent.keys().isdisjoint(statement.notes):
        return statement
    notes = tuple(absent.get(note, note) for note in statement.notes)
    return msgspec.structs.replace(statement, notes=notes)


_OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class OpenGene:
    """One gene of a sample, with the key type of a topic.

    Attributes
    ----------
    keys
        Possible keys, the best one first; () without a result.
    evidence
        What is known of them.
    shares, by_group
        Probabilities by key, in all population groups together and in each.
    is_weighed
        Whether the keys have probabilities from a prior or a trusted tool.
    copies
        Keys of other copy numbers, None if copy number is known.
    """

    keys: tuple[str, ...]
    evidence: Mapping[str, KeyEvidence]
    shares: Mapping[str, float]
    by_group: tuple[Mapping[str, float], ...]
    is_weighed: bool
    copies: tuple[str, ...] | None

    @property
    def listed(self) -> float:
        """Probability of all keys together."""
        return sum(self.shares.values())


_NO_RESULT = OpenGene((), {}, {}, (), is_weighed=False, copies=None)


class SampleKeys:
    """The keys of one sample; ``calls`` by gene."""

    def __init__(self, calls: Mapping[str, GeneCall]) -> None:
        self.calls = calls
        self._known: dict[object, OpenGene] = {}
        self._asked: Topic | None = None
        self._answer: list[OpenGene] = []

    def of(self, topic: Topic) -> list[OpenGene]:
        """Return the open genes of a topic; the last topic is cached."""
        if topic is not self._asked:
            genes = enumerate(topic.genes)
            self._asked = topic
            self._answer = [self._gene(topic, place, gene) for place, gene in genes]
        return self._answer

    def _gene(self, topic: Topic, place: int, gene: str) -> OpenGene:
        languages = topic.languages[place]
        # Most topics ask for phenotypes: their answer is shared by all of them.
        alike = languages == (WHOLE_GENE,)  # then the topic makes no difference
        key = gene if alike else (gene, languages, topic.keys[place])
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._opened(topic, place, self.calls.get(gene))
        return found

    def _opened(self, topic: Topic, place: int, call: GeneCall | None) -> OpenGene:
        if call is None:
            return _NO_RESULT
        evidence = _evidence(topic, place, call)
        named = topic.keys_of(place, call) if call.status is not CallStatus.NOT_ASSESSED else ()
        copies = topic.own_keys(place, call.copy_keys)
        # in an order that does not depend on the sample: equal keys are looked up once
        rest = {*named, *evidence, *copies} - {*named[:1]}
        best = evidence.get(named[0]) if named else None
        is_named = call.source == _OUTSIDE or call.rest is not None or bool(call.key_evidence)
        return OpenGene(
            keys=(*named[:1], *sorted(rest)) if named else (),
            evidence=evidence,
            shares={key: e.probability or 0.0 for key, e in evidence.items()},
            by_group=_by_group(evidence),
            is_weighed=is_named and best is not None and best.probability is not None,
            copies=None if OPEN_COPIES.isdisjoint(call.notes) else copies,
        )


def _by_group(evidence: Mapping[str, KeyEvidence]) -> tuple[Mapping[str, float], ...]:
    """Return probabilities by key in each group; a key without groups has its own."""
    # Groups have no names here: their places match only if all keys have equally many.
    sizes = {len(e.by_group) for e in evidence.values() if e.by_group}
    if len(sizes) != 1:
        return ()
    return tuple(
        {
            key: e.by_group[group] if e.by_group else e.probability or 0.0
            for key, e in evidence.items()
        }
        for group in range(sizes.pop())
    )


def _evidence(topic: Topic, place: int, call: GeneCall) -> Mapping[str, KeyEvidence]:
    """Return the evidence on the keys of one gene of a topic."""
    if DIPLOTYPES in topic.languages[place]:
        return topic.pair_evidence(place, call)
    if not call.key_evidence:
        own = topic.own_keys(place, call.lookup_keys)
        single = own if len(own) == 1 else ()
        return {key: KeyEvidence(lookup_key=key, probability=1.0) for key in single}
    found: dict[str, KeyEvidence] = {}
    for item in call.key_evidence:
        for key in topic.own_keys(place, (item.lookup_key,)):
            found.setdefault(key, item)
    return found


_BY_RESULT: Final = frozenset({"use_algorithm"})
"""Actions whose dose depends on the result though their words are the same for all results."""
_CHANGES: Final = DOSE_ACTIONS - {"adjust_initial_dose"}
"""Dose actions that say that the dose is another one; a starting dose may be the label's own."""


def may_alert(
    topic: Topic, population: str, combination: Combination, statement: Statement
) -> bool:
    """Return whether a statement may raise an alert for one key per gene.

    It may if it changes the dose, or if the recommendation for the reference genotype differs. An
    algorithm gives every result except the reference a different dose. A topic with unknown
    reference always may.
    """
    if statement.action[0] in _CHANGES or _is_scaled(statement):
        return True
    # After the dose: a reference genotype whose dose is changed still alerts.
    if _is_reference(topic, combination):
        return False
    if statement.action[0] in _BY_RESULT:
        return True
    return topic.kinds[statement.id] not in set(_reference_kinds(topic, population, combination))


def _is_scaled(statement: Statement) -> bool:
    """Whether the dose of the primary action is a multiple of the standard dose other than 1."""
    factors = {statement.dose_factor_min, statement.dose_factor_max} - {None}
    return statement.action[0] in DOSE_ACTIONS and bool(factors - {1.0})


def _is_reference(topic: Topic, combination: Combination) -> bool:
    """Whether each gene with a result has that of its reference genotype."""
    pairs = [
        (key, known)
        for key, known in zip(combination, topic.references, strict=True)
        if key != NO_RESULT
    ]
    return bool(pairs) and all(key in known for key, known in pairs)


def _reference_kinds(topic: Topic, population: str, combination: Combination) -> Iterator[int]:
    """Yield the recommendations for the reference genotype, of genes with a result and of all."""
    tested = [
        (NO_RESULT,) if key == NO_RESULT else known
        for key, known in zip(combination, topic.references, strict=True)
    ]
    for keys in {*product(*tested), *product(*topic.references)}:
        statement = topic.find(population, keys)
        if statement is not None:
            yield topic.kinds[statement.id]
