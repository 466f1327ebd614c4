"""Named diplotypes with their posterior probability."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import MISSING, GeneGenotypes
from pgx.haplotypes.definitions import CompiledGene, Floats
from pgx.haplotypes.matching import call_listing, list_findings
from pgx.haplotypes.naming import describe_codes, describe_known
from pgx.haplotypes.observation import Observation, apply_proxies
from pgx.haplotypes.outcomes import (
    MAX_LISTED,
    SEEN_FROM,
    CriticalSites,
    DiplotypeSet,
    FunctionPair,
    Groups,
    Haplotype,
    MeaningDetails,
    add_outcome,
    together,
    uncertain_sites,
)
from pgx.haplotypes.posterior import DECIMALS, LISTED_FROM, Posterior, infer
from pgx.haplotypes.prior import HaplotypePrior
from pgx.records.genes import Strategy, format_diplotype, natural_key
from pgx.records.notes import NoteCode

__all__ = [
    "DiplotypePosterior",
    "InferredCaller",
    "follow_convention",
]


NAMED_FROM: Final = 1e-2
"""Probability from which a pair of known haplotypes precedes a more probable undefined one.

With every position typed the known ones have at least half of the probability. Only positions
without an answer can leave them less, and a genotype that they make improbable names nobody.
"""
RESOLVED_BELOW: Final = 1e-2
"""Probability of another genotype at a core position below which the prior answers it.

A tenth of it at positions that the knowledge base names as core.
"""
_MAX_REMEMBERED: Final = 20_000
_Pairs = npt.NDArray[np.intp]
_Numbers = npt.NDArray[np.intp]
_Meaning = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """A named haplotype with its possible functions."""

    haplotype: Haplotype
    functions: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class DiplotypePosterior:
    """Diplotypes of one sample, and the pairs of haplotypes behind them.

    ``haplotypes`` are the names of haplotypes by number, ``codes`` (K + novel, P) int8 their
    alleles.
    """

    result: DiplotypeSet
    posterior: Posterior
    haplotypes: dict[int, Haplotype]
    codes: npt.NDArray[np.int8]


class InferredCaller:
    """Calls one gene with one prior; names of its haplotypes are computed once."""

    def __init__(self, gene: CompiledGene, prior: HaplotypePrior) -> None:
        self.gene = gene
        self.prior = prior
        self._names: dict[tuple[int, bool], _Known] = {}
        self._novel_names: dict[tuple[bytes, bool], _Known] = {}
        self._n_alleles = np.array([len(v.alts) + 1 for v in gene.gene.variants])

    def call(
        self,
        observation: Observation,
        genotypes: GeneGenotypes,
        groups: Floats,
        critical: CriticalSites,
    ) -> DiplotypeSet:
        """Return every diplotype that fits, with its probability.

        Parameters
        ----------
        observation, genotypes
            Data of one sample.
        groups
            (G,) weights of the prior's groups.
        critical
            Positions with stricter requirements.
        """
        return self.weigh(observation, genotypes, groups, critical).result

    def weigh(
        self,
        observation: Observation,
        genotypes: GeneGenotypes,
        groups: Floats,
        critical: CriticalSites,
    ) -> DiplotypePosterior:
        """Return the result of `call` and the underlying pairs of haplotypes."""
        observation, notes = apply_proxies(self.gene, observation)
        alert = tuple(np.flatnonzero(critical.failed).tolist())
        posterior = infer(self.prior, observation, groups, alert)
        whole = observation.n_blocks <= 1
        table = self._table(posterior, genotypes, whole=whole)
        naming = _Naming(self, posterior, table, observation, critical)
        naming.by_group = len(groups) > 1 and bool((groups == groups[0]).all())
        is_listing = self.gene.gene.strategy is Strategy.VARIANT_LIST
        convention = None
        if is_listing and not whole and not observation.missing.any():
            convention = call_listing(self.gene, observation, genotypes)
        result = naming.result(convention)
        result.notes = [*notes, *result.notes]
        if is_listing:
            result.findings = list_findings(self.gene, observation, genotypes)
        if convention is not None:
            follow_convention(result, convention, naming.candidates())
        result.is_partial = not posterior.is_whole
        result.uses_likelihoods = bool(observation.soft)
        haplotypes = {number: known.haplotype for number, known in table.items()}
        return DiplotypePosterior(result, posterior, haplotypes, naming.codes)

    def _table(
        self, posterior: Posterior, genotypes: GeneGenotypes, *, whole: bool
    ) -> dict[int, _Known]:
        """Return the names of the haplotypes of a posterior."""
        size = len(self.prior.codes)
        table = {}
        for number in np.unique(posterior.pairs).tolist():
            if number >= size:
                table[number] = self._novel(posterior.novel[number - size], genotypes, whole=whole)
                continue
            if (number, whole) not in self._names:
                self._names[number, whole] = self._known(number, genotypes, whole=whole)
            table[number] = self._names[number, whole]
        return table

    def _novel(
        self, codes: npt.NDArray[np.int8], genotypes: GeneGenotypes, *, whole: bool
    ) -> _Known:
        """Return a haplotype's name; one of documented alleles is the same in every input."""
        key = codes.tobytes(), whole
        found = self._novel_names.get(key)
        if found is None:
            found = _Known(*describe_codes(self.gene, codes, genotypes, whole=whole))
            if len(self._novel_names) < _MAX_REMEMBERED and (codes < self._n_alleles).all():
                self._novel_names[key] = found
        return found

    def _known(self, number: int, genotypes: GeneGenotypes, *, whole: bool) -> _Known:
        allele, codes = int(self.prior.definition[number]), self.prior.codes[number]
        return _Known(*describe_known(self.gene, allele, codes, genotypes, whole=whole))


class _Naming:
    """Sums pairs of haplotypes by name and by function."""

    def __init__(
        self,
        caller: InferredCaller,
        posterior: Posterior,
        table: dict[int, _Known],
        observation: Observation,
        critical: CriticalSites,
    ) -> None:
        self.gene, self.prior = caller.gene, caller.prior
        self.posterior, self.table = posterior, table
        self.observation, self.critical = observation, critical
        self.haploid = observation.haploid
        rows = np.array(posterior.novel, np.int8).reshape(-1, self.prior.codes.shape[1])
        self.codes = np.concatenate([self.prior.codes, rows])
        self._ranked: tuple[_Pairs, Floats] = (posterior.pairs, posterior.probability)
        self.by_group = False  # whether probabilities in each group are wanted, too
        self.lead = 0  # row of the pair that gives the best diplotype its name

    def result(self, convention: DiplotypeSet | None = None) -> DiplotypeSet:
        """Return the reported diplotype, the others by decreasing probability, and the outcomes.

        ``convention`` is the naming of a variant-list gene with unknown phase.
        """
        names = sorted({k.haplotype.name for k in self.table.values()}, key=self._key)
        place = {name: i for i, name in enumerate(names)}
        first, inverse, probability = self._grouped(
            {n: place[k.haplotype.name] for n, k in self.table.items()}
        )
        by_probability = np.argsort(-probability, kind="stable")
        chosen, self.lead = self._named(by_probability, inverse, probability, convention)
        first[chosen] = self.lead
        order = np.concatenate([[chosen], by_probability[by_probability != chosen]])
        pairs, ranked = self.posterior.pairs[first[order]], probability[order]
        self._ranked = (pairs, ranked)
        n_listed = max(1, int((ranked[:MAX_LISTED] >= LISTED_FROM).sum()))
        result = DiplotypeSet(n_candidates=len(pairs))
        result.names = [self._diplotype(pair) for pair in pairs[:n_listed]]
        result.probabilities = ranked[:n_listed].tolist()
        left = 1.0 - sum(result.probabilities) if n_listed < len(pairs) else 0.0
        result.rest = round(max(left, 0.0), DECIMALS)
        result.diplotype = result.names[0]
        result.best = self._ordered(pairs[0])
        result.outcomes = self._outcomes(result)
        result.factors = self._factors()
        result.unresolved_core = self._unresolved_core()
        if any(self._is_composite(n) for n in pairs[0].tolist()):
            result.notes.append(NoteCode.COMBINATION_OR_PARTIAL)
        return result

    def _named(
        self,
        order: _Numbers,
        inverse: _Numbers,
        probability: Floats,
        convention: DiplotypeSet | None,
    ) -> tuple[int, int]:
        """Return the group of pairs that is reported, and the row of its first pair.

        A pair of known haplotypes (defined, or counted in the reference panel) precedes any with an
        undefined one, and fewer undefined ones precede more; then the probability decides. With a
        convention it is the most probable group with its functions.

        Parameters
        ----------
        order
            Groups, most probable first.
        inverse
            (M,) group of each pair of the posterior.
        probability
            Probability of each group.
        convention
            Naming of the gene with unknown phase, if it has a convention.
        """
        rows = np.flatnonzero(inverse == order[0])
        if convention is not None:
            wanted = _functions_key([s.function for s in convention.best])
            for group in order.tolist():
                own = np.flatnonzero(inverse == group)
                haplotypes = self._haplotypes(self.posterior.pairs[own[0]])
                if _functions_key([s.function for s in haplotypes]) == wanted:
                    return group, int(own[0])
            return int(order[0]), int(rows[0])
        undefined = self.posterior.undefined[self.posterior.pairs].sum(axis=1)
        if not undefined[rows].min():
            return int(order[0]), int(rows[undefined[rows] == 0][0])
        # Reads that weigh genotypes take precedence over the naming rule: only pairs of the same
        # genotype may be renamed.
        likely = (probability >= NAMED_FROM)[inverse] & self._reads_alike(int(rows[0]))
        likely[rows] = True
        least = np.flatnonzero(likely & (undefined == undefined[likely].min()))
        best = int(least[np.argmax(probability[inverse[least]])])
        return int(inverse[best]), best

    def _reads_alike(self, row: int) -> npt.NDArray[np.bool_]:
        """(M,) bool: pairs with the genotype of one of them where reads weigh genotypes."""
        sites = [site.site for site in self.observation.soft]
        genotypes = np.sort(self.codes[:, sites][self.posterior.pairs], axis=1)
        return np.asarray((genotypes == genotypes[row]).all(axis=(1, 2)))

    def candidates(self) -> list[tuple[str, float, tuple[Haplotype, ...]]]:
        """Return every candidate's name, probability and haplotypes, the reported one first."""
        return [
            (self._diplotype(pair), share, self._ordered(pair))
            for pair, share in zip(self._ranked[0], self._ranked[1].tolist(), strict=True)
        ]

    def _grouped(
        self, label: dict[int, int]
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats]:
        """Sum pairs whose haplotypes have the same labels, in either order.

        Returns the first pair's row, the group of each pair, and the groups' probabilities;
        groups are ordered by their labels.
        """
        lookup = np.zeros(max(label) + 1, np.intp)
        lookup[list(label)] = list(label.values())
        one, two = lookup[self.posterior.pairs].T
        keys = np.minimum(one, two) * (lookup.max() + 1) + np.maximum(one, two)
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        total = np.bincount(inverse, weights=self.posterior.probability)
        return first, inverse, np.minimum(np.round(total, DECIMALS), 1.0)

    def _key(self, name: str) -> tuple[bool, tuple[bool, tuple[tuple[int, int, str], ...]]]:
        return name != self.gene.gene.default_allele, natural_key(name)

    def _is_composite(self, number: int) -> bool:
        name = self.table[number].haplotype.name
        listing = self.gene.gene.strategy is Strategy.VARIANT_LIST
        return not listing and name not in self.gene.names

    def _haplotypes(self, pair: _Numbers) -> list[Haplotype]:
        return [self.table[n].haplotype for n in (pair[:1] if self.haploid else pair).tolist()]

    def _diplotype(self, pair: _Numbers) -> str:
        names = [s.name for s in self._haplotypes(pair)]
        return format_diplotype(names, self.gene.gene.default_allele)

    def _ordered(self, pair: _Numbers) -> tuple[Haplotype, ...]:
        return tuple(sorted(self._haplotypes(pair), key=lambda s: self._key(s.name)))

    def _unresolved_core(self) -> list[int]:
        """Return core positions at which genotypes other than the best pair's are too probable."""
        found = []
        sites = np.flatnonzero(self.critical.core & self.observation.missing)
        codes = np.ascontiguousarray(self.codes[:, sites].T)
        one, two = self.posterior.pairs.T
        for own, site in zip(codes, sites.tolist(), strict=True):
            low, high = np.minimum(own[one], own[two]), np.maximum(own[one], own[two])
            differs = (low != low[self.lead]) & (low != MISSING)
            differs |= (high != high[self.lead]) & (high != MISSING)
            # The core alleles of the AMP recommendations are those that no test should miss.
            limit = RESOLVED_BELOW / 10 if self.critical.named[site] else RESOLVED_BELOW
            if self.posterior.probability[differs].sum() > limit:
                found.append(site)
        return found

    def _outcomes(self, result: DiplotypeSet) -> list[FunctionPair]:
        """Return the distinct outcomes of all pairs, the best one's first.

        The outcome of a pair is its functions, in genes without rules its name. A combination of
        alleles has uncertain function; outcomes of its parts follow, without a probability.
        """
        meanings = {n: self._meaning(k) for n, k in self.table.items()}
        ways = list(dict.fromkeys(meanings.values()))
        first, inverse, probability = self._grouped({n: ways.index(m) for n, m in meanings.items()})
        details = self._details(inverse)
        seen = (probability >= SEEN_FROM) | details.is_open(len(first))
        seen[inverse[self.lead]] = True
        order = np.argsort(-probability, kind="stable")
        found: dict[_Meaning, FunctionPair] = {}
        possible: dict[_Meaning, FunctionPair] = {}
        for group in order[seen[order]].tolist():
            outcome = details.of(group, float(probability[group]))
            pair = self.posterior.pairs[first[group]]
            name = self._diplotype(pair)
            own, *others = self._readings(pair)
            add_outcome(found, *own, replace(outcome, diplotype=name))
            is_lead = group == inverse[self.lead]
            at_most = None if is_lead else outcome.probability
            reading = replace(outcome, diplotype=name, probability=None, at_most=at_most)
            if is_lead:
                discriminating = uncertain_sites(self._haplotypes(pair)) or reading.resolved_by
                reading = replace(reading, resolved_by=discriminating)
            for key, functions in others:
                add_outcome(possible, key, functions, replace(reading, by_group=()))
        best = self._readings(self.posterior.pairs[self.lead])[0][0]
        found[best] = replace(found[best], diplotype=result.names[0])
        ranked = sorted(found, key=lambda key: (key != best, -(found[key].probability or 0)))
        return [found[k] for k in ranked] + [o for k, o in possible.items() if k not in found]

    def _details(self, inverse: _Numbers) -> MeaningDetails:
        """Return details of outcomes in addition to their functions."""
        return MeaningDetails(
            self.posterior,
            self.codes,
            self.observation,
            self.critical,
            Groups(inverse, self.lead, len(self.prior.codes), by_group=self.by_group),
        )

    def _meaning(self, known: _Known) -> _Meaning:
        return known.functions if self.gene.gene.rules else (known.haplotype.name,)

    def _readings(self, pair: _Numbers) -> list[tuple[_Meaning, tuple[str | None, ...]]]:
        """Return a pair's possible outcomes and their functions, its own first."""
        chosen = [self.table[n] for n in (pair[:1] if self.haploid else pair).tolist()]
        if not self.gene.gene.rules:
            return [((self._diplotype(pair),), tuple(k.haplotype.function for k in chosen))]
        ways = itertools.product(*(k.functions for k in chosen))
        return [(_functions_key(functions), functions) for functions in ways]

    def _factors(self) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Return products of haplotype names whose union is all candidates."""
        factors: dict[tuple[tuple[str, ...], tuple[str, ...]], None] = {}
        for one, two in self.posterior.factors:
            left, right = self._names_of(one), self._names_of(two)
            if left and (right or self.haploid):
                pair = (left, right) if self.haploid else tuple(sorted((left, right)))
                factors[pair[0], pair[1]] = None
        return sorted(factors)

    def _names_of(self, numbers: _Numbers) -> tuple[str, ...]:
        table = self.table
        found = {table[n].haplotype.name for n in numbers.tolist() if n in table}
        return tuple(sorted(found, key=self._key))


def _functions_key(functions: Sequence[str | None]) -> _Meaning:
    return tuple(sorted(f or "" for f in functions))


def follow_convention(
    weighed: DiplotypeSet,
    plain: DiplotypeSet,
    candidates: Sequence[tuple[str, float, Haplotypes]],
) -> None:
    """Merge candidates with the outcome of the two most severe variants in trans.

    Unphased, such a gene is reported by its two most severe variants, assumed in trans (CPIC DPYD
    guideline), even if cis is more probable. The name does not assign the other variants to a
    haplotype, so candidates that differ only in these are merged; those with other functions stay
    separate.

    Parameters
    ----------
    weighed
        The candidates by probability; changed in place.
    plain
        The diplotypes by the convention.
    candidates
        Name, probability and haplotypes of every candidate, most probable first.
    """
    target = _functions(plain.best)
    same = [c for c in candidates if _functions(c[2]) == target]
    if not same or plain.diplotype is None:
        return
    others = [c for c in candidates if _functions(c[2]) != target]
    share = together(c[1] for c in same)
    named = [(plain.diplotype, share, plain.best), *sorted(others, key=lambda c: -c[1])]
    listed = [named[0], *(c for c in named[1:MAX_LISTED] if c[1] >= LISTED_FROM)]
    weighed.names = [c[0] for c in listed]
    weighed.probabilities = [c[1] for c in listed]
    weighed.rest = 0.0
    if len(listed) < len(named):
        weighed.rest = round(max(0.0, 1 - sum(weighed.probabilities)), DECIMALS)
    weighed.diplotype, _, weighed.best = named[0]
    weighed.n_candidates = len(named)
    outcomes = [
        replace(o, diplotype=plain.diplotype)
        if _sorted_functions(o.first, o.second) == target
        else o
        for o in weighed.outcomes
    ]
    weighed.outcomes = _best_first(outcomes, _functions(weighed.best))


def _best_first(outcomes: list[FunctionPair], best: tuple[str, ...]) -> list[FunctionPair]:
    """Move the best diplotype's outcome to the front.

    The sites that discriminate it from the one before discriminate the one before from it.
    """
    place = next(
        (i for i, o in enumerate(outcomes) if _sorted_functions(o.first, o.second) == best), 0
    )
    if place == 0:
        return outcomes
    first, before = outcomes[place], outcomes[0]
    others = [o for o in outcomes if o not in (first, before)]
    swapped = replace(before, resolved_by=first.resolved_by)
    return [replace(first, resolved_by=None), swapped, *others]


Haplotypes = tuple[Haplotype, ...]


def _functions(haplotypes: Haplotypes) -> tuple[str, ...]:
    return _sorted_functions(*(s.function for s in haplotypes))


def _sorted_functions(*functions: str | None) -> tuple[str, ...]:
    return tuple(sorted(f or "" for f in functions))
