"""How sure advice is: the probability of other advice, and what the posterior cannot see.

Advice is certain where the posterior probability of other advice (another action, dose or
condition) is at most one minus the confidence, and nothing is open that the posterior cannot see:
for a critical drug a core position without data, for every drug a position whose data failed, and
the number of gene copies. A tenth of the probability is allowed for a critical drug, in the
population group where it is largest.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from pgx.alleles.outcome import LISTED_FROM
from pgx.base.calls import AlternativeAdvice, Certainty, GeneCall, KeyEvidence, Recommendation
from pgx.recommendations.index import DIPLOTYPES, Combination, Topic
from pgx.recommendations.views import OPEN_COPIES

__all__ = ["Advice", "Judge", "evidence_of"]

STRICTER: Final = 10.0
"""How many times less other advice may be probable for a critical drug."""
OUTSIDE: Final = "outside"
"""Source of a call that another tool made."""
ROUNDING: Final = 1e-8
"""Probability of other advice that is rounding: probabilities are kept to 12 places."""


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """Advice for one set of keys, without the sample: what can be remembered.

    ``same`` are the combinations of keys with the advice of ``best``; ``others`` those with
    other advice, a group for each of the row's ``alternatives``. ``decisive`` are, for each gene,
    the keys that change the advice; ``missing`` genes without a result.
    """

    row: Recommendation
    best: Combination = ()
    same: tuple[Combination, ...] = ()
    others: tuple[tuple[Combination, ...], ...] = ()
    alternatives: tuple[AlternativeAdvice, ...] = ()
    decisive: tuple[tuple[str, ...], ...] = ()
    missing: tuple[str, ...] = ()


class Judge:
    """Judges the advice of one topic for one sample.

    Parameters
    ----------
    topic, advice
        What is advised.
    calls
        The sample's calls by gene.
    confidence
        Least posterior probability of certain advice, 0.5 to 1.
    """

    def __init__(
        self, topic: Topic, advice: Advice, calls: Mapping[str, GeneCall], confidence: float
    ) -> None:
        self._topic, self._advice, self._calls = topic, advice, calls
        self._critical = bool(topic.drug.critical)
        self._limit = (1.0 - confidence) / (STRICTER if self._critical else 1.0)
        self._evidence = [evidence_of(topic, i, calls.get(g)) for i, g in enumerate(topic.genes)]

    def row(self) -> Recommendation:
        """Return the row of advice with its certainty, residual, and what could change it."""
        if self._advice.row.certainty is Certainty.UNKNOWN:
            return self._advice.row
        residual = self.residual()
        certain = not self.open_genes() and not self._is_unweighed(residual)
        certain = certain and (residual or 0.0) <= self._limit + ROUNDING
        return msgspec.structs.replace(
            self._advice.row,
            certainty=Certainty.CERTAIN if certain else Certainty.DEPENDS,
            residual=residual,
            depends_on=self.depends_on(),
            alternatives=() if certain else self.alternatives(),
        )

    def _is_unweighed(self, residual: float | None) -> bool:
        """Whether other advice is possible and nothing says how probable it is."""
        return residual is None and bool(self._advice.others)

    # -- probability of other advice -----------------------------------------------------

    def residual(self) -> float | None:
        """Return the posterior probability of other advice, None where genes are not weighed."""
        if any(self._decisive(gene) for gene in self._advice.missing):
            return None
        if not all(self._is_weighed(i) for i in self._present()):
            return None
        overall = self._left([_shares(own) for own in self._evidence])
        if not self._critical:
            return overall
        return max([overall, *self._by_group()])

    def _decisive(self, gene: str) -> tuple[str, ...]:
        """Return the keys of a gene that change the advice."""
        place = self._topic.genes.index(gene)
        return self._advice.decisive[place] if self._advice.decisive else ()

    def _present(self) -> list[int]:
        return [i for i, g in enumerate(self._topic.genes) if g not in self._advice.missing]

    def _is_weighed(self, place: int) -> bool:
        """Whether a prior, or another tool that is taken at its word, weighs a gene's keys."""
        call = self._calls[self._topic.genes[place]]
        best = self._evidence[place].get(self._advice.best[place])
        named = call.source == OUTSIDE or call.rest is not None or bool(call.key_evidence)
        return named and best is not None and best.probability is not None

    def _by_group(self) -> Iterator[float]:
        """Yield the probability of other advice in each population group."""
        weighed = [self._evidence[i] for i in self._present()]
        sizes = {len(e.by_group) for own in weighed for e in own.values() if e.by_group}
        if len(sizes) != 1:
            return
        for group in range(sizes.pop()):
            yield self._left([_shares(own, group) for own in self._evidence])

    def _left(self, shares: Sequence[Mapping[str, float]]) -> float:
        """Return what the combinations with the same advice leave of all probability.

        Genes are independent. A reading that a combination of alleles may have counts with the
        probability of such combinations.
        """
        present = self._present()
        same = {tuple(c[i] for i in present) for c in self._advice.same}
        kept = sum(
            math.prod(shares[i].get(key, 0.0) for i, key in zip(present, c, strict=True))
            for c in same
        )
        left = 1.0 - kept + sum(self._readings())
        return 0.0 if left < ROUNDING else min(round(left, 12), 1.0)

    def _readings(self) -> Iterator[float]:
        """Yield the probability of combinations that may have, but need not have, other keys."""
        for evidence in self._decisive_evidence():
            if evidence.probability is None and evidence.at_most is not None:
                yield evidence.at_most

    def _decisive_evidence(self) -> Iterator[KeyEvidence]:
        for known, keys in zip(self._evidence, self._advice.decisive, strict=True):
            yield from (known[key] for key in keys if key in known)

    # -- what the posterior cannot see ---------------------------------------------------

    def open_genes(self) -> tuple[str, ...]:
        """Return the genes with something open that could change the advice."""
        places = range(len(self._topic.genes)) if self._advice.decisive else ()
        return tuple(
            gene
            for gene, place in zip(self._topic.genes, places, strict=False)
            if gene in self.uncounted() or any(self._is_open(place))
        )

    def _is_open(self, place: int) -> Iterator[bool]:
        """Yield whether each key that changes the advice is open whatever its probability."""
        known, best = self._evidence[place], self._advice.best[place]
        for key in self._advice.decisive[place]:
            evidence = known.get(key)
            if evidence is not None:
                yield bool(evidence.failed or (self._critical and evidence.open_core))
                is_reading = evidence.probability is None and evidence.at_most is None
                yield is_reading and best in known and known[best].probability is not None

    def uncounted(self) -> tuple[str, ...]:
        """Return the genes whose number of copies nobody knows, and could change the advice."""
        found = []
        for place, gene in enumerate(self._topic.genes):
            call = self._calls.get(gene)
            if call is None or OPEN_COPIES.isdisjoint(call.notes):
                continue
            keys = self._topic.own_keys(place, call.copy_keys)
            if not call.copy_keys or set(keys) & set(self._decisive(gene)):
                found.append(gene)
        return tuple(found)

    def unsettled(self) -> tuple[str, ...]:
        """Return the genes with a result of which the advice depends on more than copies."""
        pairs = zip(self._topic.genes, self._advice.decisive, self._evidence, strict=False)
        return tuple(
            gene
            for gene, keys, known in pairs
            if gene not in self._advice.missing and not self._copies_alone(gene, keys, known)
        )

    def _copies_alone(
        self, gene: str, keys: Iterable[str], known: Mapping[str, KeyEvidence]
    ) -> bool:
        """Whether nothing but another number of copies gives keys that change the advice."""
        copies = self._calls[gene].copy_keys
        return all(key in copies and key not in known for key in keys)

    # -- what could change it ------------------------------------------------------------

    def depends_on(self) -> tuple[str, ...]:
        """Return the positions, phases, copy numbers and genes that could change the advice."""
        wanted: dict[str, None] = {}
        for place, gene in enumerate(self._topic.genes):
            keys = self._decisive(gene)
            if gene in self._advice.missing:
                wanted.update({f"{gene}:genotype": None} if keys else {})
            elif keys:
                wanted.update(dict.fromkeys(self._settling(place, keys)))
        wanted.update(dict.fromkeys(f"{gene}:copy_number" for gene in self.uncounted()))
        return tuple(wanted)

    def _settling(self, place: int, keys: Iterable[str]) -> Sequence[str]:
        """Return what could show one of a gene's keys; without a prior all that is open."""
        known, call = self._evidence[place], self._calls[self._topic.genes[place]]
        found = [code for key in keys if key in known for code in _sites(known[key])]
        if found or set(keys) <= set(call.copy_keys):
            return found
        return call.depends_on or call.missing or (f"{call.gene}:genotype",)

    def alternatives(self) -> tuple[AlternativeAdvice, ...]:
        """Return the other advice with its probability, null where no data speak of it."""
        found = []
        for alternative, group in zip(self._advice.alternatives, self._advice.others, strict=True):
            share = self._share(group)
            if share is None or share >= LISTED_FROM or self._has_open(group):
                found.append(msgspec.structs.replace(alternative, probability=share))
        return tuple(sorted(found, key=lambda a: -(a.probability or 0.0)))

    def _has_open(self, group: Iterable[Combination]) -> bool:
        """Whether a combination rests on a position that is open."""
        evidence = (
            known[key]
            for combination in group
            for known, key in zip(self._evidence, combination, strict=True)
            if key in known
        )
        return any(e.failed or (self._critical and e.open_core) for e in evidence)

    def _share(self, group: Iterable[Combination]) -> float | None:
        """Return the probability of combinations, None where one has none."""
        total = 0.0
        for combination in group:
            share = self._probability(combination)
            if share is None:
                return None
            total += share
        return min(1.0, total)

    def _probability(self, combination: Combination) -> float | None:
        share = 1.0
        for place, key in enumerate(combination):
            evidence = self._evidence[place].get(key)
            if evidence is None or evidence.probability is None or self._by_copies(place, key):
                return None
            share *= evidence.probability
        return share

    def _by_copies(self, place: int, key: str) -> bool:
        """Whether another number of copies, which nobody counted, would give a key."""
        call = self._calls.get(self._topic.genes[place])
        is_open = call is not None and not OPEN_COPIES.isdisjoint(call.notes)
        return is_open and call is not None and key in call.copy_keys


def _shares(known: Mapping[str, KeyEvidence], group: int | None = None) -> dict[str, float]:
    """Return probabilities by key, in all groups or in one; a key of no group has its own."""
    return {
        key: e.by_group[group] if group is not None and e.by_group else e.probability or 0.0
        for key, e in known.items()
    }


def _sites(evidence: KeyEvidence) -> tuple[str, ...]:
    return (*evidence.settled_by, *evidence.open_core, *evidence.failed)


def evidence_of(topic: Topic, place: int, call: GeneCall | None) -> Mapping[str, KeyEvidence]:
    """Return what is known of the keys of one gene of a topic."""
    if call is None:
        return {}
    if topic.alleles[place] == DIPLOTYPES:
        return topic.pair_evidence(place, call)
    own = topic.own_keys(place, call.lookup_keys)
    if not call.key_evidence:
        single = own if len(own) == 1 else ()
        return {key: KeyEvidence(lookup_key=key, probability=1.0) for key in single}
    found: dict[str, KeyEvidence] = {}
    for item in call.key_evidence:
        for key in topic.own_keys(place, (item.lookup_key,)):
            found.setdefault(key, item)
    return found
