"""Certainty of a recommendation: probability of a different one, and unresolved sites.

A recommendation is certain if the posterior probability of a different one (another action, dose or
condition) is at most one minus the confidence, and nothing is unresolved beyond the posterior: for
a critical drug a missing core position, for every drug a position with failed data, and copy
number. For a critical drug a tenth of the probability is permitted, in the population group where
it is largest.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from pgx.haplotypes.posterior import LISTED_FROM
from pgx.recommendations.topics import Combination, OpenGene, SampleKeys, Topic
from pgx.records.calls import AlternativeAdvice, Certainty, KeyEvidence, Recommendation

__all__ = ["Advice", "Judge"]

STRICTER: Final = 10.0
"""How many times less other advice may be probable for a critical drug."""
ROUNDING: Final = 1e-8
"""Probability of other advice that is rounding: probabilities are kept to 12 places."""


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """Recommendation for one set of keys, without the sample, so that it can be cached.

    ``same`` are the combinations of keys with the recommendation of ``best``; ``others`` those with
    a different one, a group for each of the row's ``alternatives``. ``decisive`` are, for each
    gene, the keys that change the recommendation; ``missing`` genes without a result.
    """

    row: Recommendation
    best: Combination = ()
    same: tuple[Combination, ...] = ()
    others: tuple[tuple[Combination, ...], ...] = ()
    alternatives: tuple[AlternativeAdvice, ...] = ()
    decisive: tuple[tuple[str, ...], ...] = ()
    missing: tuple[str, ...] = ()


class Judge:
    """Determines the certainty of one topic's recommendation for one sample.

    Parameters
    ----------
    topic, advice
        Guideline on one drug, and its recommendation.
    sample
        The sample's keys.
    confidence
        Minimum posterior probability of a certain recommendation, 0.5 to 1.
    """

    def __init__(self, topic: Topic, advice: Advice, sample: SampleKeys, confidence: float) -> None:
        self._topic, self._advice, self._calls = topic, advice, sample.calls
        self._critical = bool(topic.drug.critical)
        self._limit = (1.0 - confidence) / (STRICTER if self._critical else 1.0)
        self._genes = sample.of(topic)
        self._places = [i for i, g in enumerate(topic.genes) if g not in advice.missing]

    def row(self) -> Recommendation:
        """Return the row with its certainty, residual, and what could change it."""
        if self._advice.row.certainty is Certainty.UNKNOWN:
            return self._advice.row
        residual = self.residual()
        is_open = bool(self.open_genes()) or (residual is None and bool(self._advice.others))
        certain = not is_open and (residual or 0.0) <= self._limit + ROUNDING
        if certain and not residual and self._advice.row.certainty is Certainty.CERTAIN:
            return msgspec.structs.replace(self._advice.row, residual=residual)
        return msgspec.structs.replace(
            self._advice.row,
            certainty=Certainty.CERTAIN if certain else Certainty.DEPENDS,
            residual=residual,
            depends_on=self.depends_on(),
            alternatives=() if certain else self.alternatives(),
        )

    # -- probability of other advice -----------------------------------------------------

    def residual(self) -> float | None:
        """Return the posterior probability of a different recommendation, None without a prior."""
        if any(self._decisive(gene) for gene in self._advice.missing):
            return None
        genes = [self._genes[place] for place in self._places]
        if not all(gene.is_weighed for gene in genes):
            return None
        # Unlisted candidates may have any key: only what is listed is known to agree.
        if not self._advice.others:  # all that is listed says the same
            return _rounded(1.0 - math.prod(gene.listed for gene in genes))
        same = {tuple([c[i] for i in self._places]) for c in self._advice.same}
        readings = sum(self._readings())
        overall = _rounded(1.0 - _joint([g.shares for g in genes], same) + readings)
        if not self._critical:
            return overall
        # A person's population is not known for sure: a critical drug is judged by the group where
        # other advice is most probable.
        groups = (1.0 - _joint(shares, same) + readings for shares in _in_groups(genes))
        return max([overall, *map(_rounded, groups)])

    def _decisive(self, gene: str) -> tuple[str, ...]:
        """Return the keys of a gene that change the recommendation."""
        place = self._topic.genes.index(gene)
        return self._advice.decisive[place] if self._advice.decisive else ()

    def _readings(self) -> Iterator[float]:
        """Yield the probability of combinations that may have, but need not have, other keys."""
        for gene, keys in zip(self._genes, self._advice.decisive, strict=True):
            for evidence in (gene.evidence[key] for key in keys if key in gene.evidence):
                if evidence.probability is None and evidence.at_most is not None:
                    yield evidence.at_most

    # -- what the posterior cannot see ---------------------------------------------------

    def open_genes(self) -> tuple[str, ...]:
        """Return the genes with unresolved data that could change the recommendation."""
        places = range(len(self._topic.genes)) if self._advice.decisive else ()
        return tuple(
            gene
            for gene, place in zip(self._topic.genes, places, strict=False)
            if gene in self.uncounted() or any(self._is_open(place))
        )

    def _is_open(self, place: int) -> Iterator[bool]:
        """Yield whether each decisive key is unresolved regardless of its probability."""
        known, is_weighed = self._genes[place].evidence, self._genes[place].is_weighed
        for key in self._advice.decisive[place]:
            evidence = known.get(key)
            if evidence is not None:
                yield bool(evidence.failed or (self._critical and evidence.open_core))
                is_reading = evidence.probability is None and evidence.at_most is None
                yield is_reading and is_weighed

    def uncounted(self) -> tuple[str, ...]:
        """Return the genes with unknown copy number that could change the recommendation."""
        found = []
        for gene, own in zip(self._topic.genes, self._genes, strict=True):
            if own.copies is None:
                continue
            # Where nobody knows what other copy numbers would mean, any could change the advice.
            is_listed = bool(self._calls[gene].copy_keys)
            if not is_listed or not set(own.copies).isdisjoint(self._decisive(gene)):
                found.append(gene)
        return tuple(found)

    def unsettled(self) -> tuple[str, ...]:
        """Return the genes with a result on which it depends by more than copy number."""
        pairs = zip(self._topic.genes, self._advice.decisive, self._genes, strict=False)
        return tuple(
            gene
            for gene, keys, own in pairs
            if gene not in self._advice.missing
            and (self._is_unlisted(own) or not self._copies_alone(gene, keys, own.evidence))
        )

    def _is_unlisted(self, gene: OpenGene) -> bool:
        """Whether unlisted results of a gene are too probable for certainty."""
        return gene.is_weighed and 1.0 - gene.listed > self._limit + ROUNDING

    def _copies_alone(
        self, gene: str, keys: Iterable[str], known: Mapping[str, KeyEvidence]
    ) -> bool:
        """Whether only another copy number gives keys that change the recommendation."""
        copies = self._calls[gene].copy_keys
        return all(key in copies and key not in known for key in keys)

    # -- what could change it ------------------------------------------------------------

    def depends_on(self) -> tuple[str, ...]:
        """Return the positions, phases, copy numbers and genes that could change it."""
        wanted: dict[str, None] = {}
        for place, gene in enumerate(self._topic.genes):
            keys = self._decisive(gene)
            if gene in self._advice.missing:
                wanted.update({f"{gene}:genotype": None} if keys else {})
            elif keys:
                wanted.update(dict.fromkeys(self._settling(place, keys)))
            elif self._is_unlisted(self._genes[place]):
                open_sites = self._calls[gene].depends_on or (f"{gene}:genotype",)
                wanted.update(dict.fromkeys(open_sites))
        wanted.update(dict.fromkeys(f"{gene}:copy_number" for gene in self.uncounted()))
        return tuple(wanted)

    def _settling(self, place: int, keys: Iterable[str]) -> Sequence[str]:
        """Return what could show one of a gene's keys; without a prior all unresolved sites."""
        known, call = self._genes[place].evidence, self._calls[self._topic.genes[place]]
        found = [code for key in keys if key in known for code in _sites(known[key])]
        if found or set(keys) <= set(call.copy_keys):
            return found
        return call.depends_on or call.missing or (f"{call.gene}:genotype",)

    def alternatives(self) -> tuple[AlternativeAdvice, ...]:
        """Return different recommendations with their probability, null without data."""
        found = []
        for alternative, group in zip(self._advice.alternatives, self._advice.others, strict=True):
            share = self._share(group)
            # Improbable alternatives are left out, unless a position without data hides how
            # probable they are.
            if share is None or share >= LISTED_FROM or self._has_open(group):
                found.append(msgspec.structs.replace(alternative, probability=share))
        return tuple(sorted(found, key=lambda a: -(a.probability or 0.0)))

    def _has_open(self, group: Iterable[Combination]) -> bool:
        """Whether a combination depends on an unresolved position."""
        evidence = (
            own.evidence[key]
            for combination in group
            for own, key in zip(self._genes, combination, strict=True)
            if key in own.evidence
        )
        return any(e.failed or (self._critical and e.open_core) for e in evidence)

    def _share(self, group: Iterable[Combination]) -> float | None:
        """Return the probability of combinations, None if one has none."""
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
            evidence = self._genes[place].evidence.get(key)
            if evidence is None or evidence.probability is None or self._by_copies(place, key):
                return None
            share *= evidence.probability
        return share

    def _by_copies(self, place: int, key: str) -> bool:
        """Whether another copy number, if not assessed, would give a key."""
        return key in (self._genes[place].copies or ())


def _joint(shares: Sequence[Mapping[str, float]], same: Iterable[Combination]) -> float:
    """Return the probability of combinations of keys, assuming independent genes."""
    if len(shares) == 1:
        return sum(shares[0].get(key, 0.0) for (key,) in same)
    return sum(
        math.prod(own.get(key, 0.0) for own, key in zip(shares, c, strict=True)) for c in same
    )


def _in_groups(genes: Sequence[OpenGene]) -> Iterator[list[Mapping[str, float]]]:
    """Yield probabilities by key, of each gene, in each population group."""
    sizes = {len(gene.by_group) for gene in genes if gene.by_group}
    if len(sizes) == 1:
        for group in range(sizes.pop()):
            yield [gene.by_group[group] if gene.by_group else gene.shares for gene in genes]


def _rounded(left: float) -> float:
    return 0.0 if left < ROUNDING else min(round(left, 12), 1.0)


def _sites(evidence: KeyEvidence) -> tuple[str, ...]:
    return (*evidence.settled_by, *evidence.open_core, *evidence.failed)
