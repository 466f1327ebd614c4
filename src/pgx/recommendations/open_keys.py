"""What one sample leaves open of each gene: its keys, and how probable each is.

Topics ask the same of the same genes: what they are told of a call is made once for a sample.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pgx.recommendations.result_keys import DIPLOTYPES, WHOLE_GENE
from pgx.recommendations.topics import Topic
from pgx.recommendations.views import OPEN_COPIES
from pgx.records.calls import CallStatus, GeneCall, KeyEvidence

__all__ = ["OpenGene", "SampleKeys"]

_OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class OpenGene:
    """One gene of a sample, in the language of a topic.

    Attributes
    ----------
    keys
        Keys that may be true, the best one first; () without a result.
    evidence
        What is known of them.
    shares, by_group
        Probabilities by key, in all population groups together and in each.
    is_weighed
        Whether a prior, or another tool that is taken at its word, weighs the keys.
    copies
        Keys that another number of copies would give, None where the number is known.
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
        """Return what each gene of a topic leaves open; the last topic is asked again and again."""
        if topic is not self._asked:
            genes = enumerate(topic.genes)
            self._asked = topic
            self._answer = [self._gene(topic, place, gene) for place, gene in genes]
        return self._answer

    def _gene(self, topic: Topic, place: int, gene: str) -> OpenGene:
        languages = topic.languages[place]
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
    """Return probabilities by key in each group; a key of no group has its own."""
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
    """Return what is known of the keys of one gene of a topic."""
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
