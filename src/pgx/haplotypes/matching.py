"""Diplotypes that fit the definitions, without haplotype frequencies."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import GeneGenotypes
from pgx.haplotypes._kernels import fit_diplotypes
from pgx.haplotypes.definitions import CompiledGene, contained
from pgx.haplotypes.naming import (
    NamedHaplotype,
    Rank,
    has_uncertain_rule,
    in_gene_order,
    listed_allele,
    listed_haplotype,
    listed_variants,
    seriousness,
    star_haplotype,
    star_names,
    variants_on,
)
from pgx.haplotypes.observation import Observation, apply_proxies, phasings, tries_all
from pgx.haplotypes.outcomes import MAX_LISTED, DiplotypeSet, FunctionPair, Haplotype
from pgx.records.genes import format_diplotype, natural_key
from pgx.records.notes import NoteCode

__all__ = [
    "Fit",
    "call_listing",
    "call_star",
    "fit_observation",
    "list_findings",
]


class _Option(NamedTuple):
    """One name of a haplotype: by observed variants, or with one missing variant more."""

    is_seen: bool
    haplotype: Haplotype
    rank: Rank


def call_listing(
    gene: CompiledGene, observation: Observation, genotypes: GeneGenotypes
) -> DiplotypeSet:
    """Return every diplotype that fits, variants listed by haplotype."""
    observation, notes = apply_proxies(gene, observation)
    whole = observation.n_blocks <= 1
    n_haplotypes = 1 if observation.haploid else 2
    pool = _Pool(gene)
    factors: dict[tuple[tuple[str, ...], tuple[str, ...]], None] = {}
    for phasing in phasings(observation, _serious_blocks(gene, observation)):
        options = [
            _listing_options(gene, phasing[s], genotypes, whole=whole) for s in range(n_haplotypes)
        ]
        left, right = pool.add(options[0], options[1] if n_haplotypes == 2 else None)
        factors[left, right] = None
    result = pool.result()
    result.notes = notes
    result.factors = list(factors)
    result.findings = list_findings(gene, observation, genotypes)
    result.is_partial = not tries_all(observation)
    if _has_undocumented(gene, observation):
        _widen(gene, result)
    if len(result.outcomes) > 1:
        _add_open_questions(gene, observation, result)
    return result


def _has_undocumented(gene: CompiledGene, observation: Observation) -> bool:
    known = np.array([len(v.alleles) for v in gene.gene.variants])
    return bool((observation.codes >= known[:, None]).any())


def _widen(gene: CompiledGene, result: DiplotypeSet) -> None:
    """Let a haplotype of uncertain function have any, if there is no rule for uncertain."""
    if has_uncertain_rule(gene):
        return
    uncertain = gene.gene.uncertain_function or None
    seen = {tuple(sorted((o.first or "", o.second or ""))) for o in result.outcomes}
    for outcome in list(result.outcomes):
        choices = [
            (f, *gene.gene.function_order) if f == uncertain else (f,)
            for f in (outcome.first, outcome.second)
        ]
        for first, second in itertools.product(*choices):
            key = tuple(sorted((first or "", second or "")))
            if key not in seen:
                seen.add(key)
                result.outcomes.append(FunctionPair(first, second, outcome.diplotype))


class _Pool:
    """Unique pairs of haplotypes from all phasings, sorted as arrays.

    Order: observed before possible, then the most severe outcome, then names.
    """

    def __init__(self, gene: CompiledGene) -> None:
        self.gene = gene
        self.haploid = False
        self.haplotypes: dict[str, tuple[int, Haplotype, Rank]] = {}
        self.rows: list[npt.NDArray[np.int64]] = []

    def add(
        self, first: list[_Option], second: list[_Option] | None
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Add all pairs of two haplotypes' options; return the options' names."""
        one = self._numbered(first)
        if second is None:
            self.haploid = True
            self.rows.append(np.column_stack([one[:, 0], one[:, 0], one[:, 1]]))
            return tuple(o.haplotype.name for o in first), ()
        two = self._numbered(second)
        i = np.repeat(np.arange(len(one)), len(two))
        j = np.tile(np.arange(len(two)), len(one))
        low = np.minimum(one[i, 0], two[j, 0])
        high = np.maximum(one[i, 0], two[j, 0])
        self.rows.append(np.column_stack([low, high, one[i, 1] + two[j, 1]]))
        return tuple(o.haplotype.name for o in first), tuple(o.haplotype.name for o in second)

    def _numbered(self, options: list[_Option]) -> npt.NDArray[np.int64]:
        """Return (haplotype number, is a guess) for each option."""
        numbers = []
        for option in options:
            known = self.haplotypes.get(option.haplotype.name)
            if known is None:
                known = (len(self.haplotypes), option.haplotype, option.rank)
                self.haplotypes[option.haplotype.name] = known
            numbers.append((known[0], int(not option.is_seen)))
        return np.array(numbers, np.int64).reshape(-1, 2)

    def result(self) -> DiplotypeSet:
        """Return the pairs, each once, best first."""
        haplotypes = [entry[1] for entry in self.haplotypes.values()]
        serious = _places([entry[2] for entry in self.haplotypes.values()])
        default = self.gene.gene.default_allele
        named = _places([(s.name != default, natural_key(s.name)) for s in haplotypes])
        pairs = np.concatenate(self.rows)
        a, b, guesses = pairs[:, 0], pairs[:, 1], pairs[:, 2]
        keys = (named[a], named[b], serious[a], serious[b])
        order = np.lexsort(
            (
                np.maximum(keys[0], keys[1]),
                np.minimum(keys[0], keys[1]),
                np.maximum(keys[2], keys[3]),
                np.minimum(keys[2], keys[3]),
                guesses,
            )
        )
        pairs = pairs[order]
        _, first = np.unique(pairs[:, 0] * len(haplotypes) + pairs[:, 1], return_index=True)
        return self._described(pairs[np.sort(first), :2], haplotypes)

    def _described(self, pairs: npt.NDArray[np.int64], haplotypes: list[Haplotype]) -> DiplotypeSet:
        haploid = self.haploid
        result = DiplotypeSet(n_candidates=len(pairs))
        chosen = [self._pair(haplotypes, pair, haploid) for pair in pairs[:MAX_LISTED].tolist()]
        result.names = [self._name(pair) for pair in chosen]
        result.diplotype, result.best = result.names[0], self._ordered(chosen[0])
        kinds = _places([s.function or "" for s in haplotypes])
        low = np.minimum(kinds[pairs[:, 0]], kinds[pairs[:, 1]])
        high = np.maximum(kinds[pairs[:, 0]], kinds[pairs[:, 1]])
        _, first = np.unique(low * len(haplotypes) + high, return_index=True)
        for index in np.sort(first).tolist():
            pair = self._pair(haplotypes, pairs[index].tolist(), haploid)
            second = None if haploid else pair[1].function
            result.outcomes.append(FunctionPair(pair[0].function, second, self._name(pair)))
        return result

    @staticmethod
    def _pair(haplotypes: list[Haplotype], pair: list[int], haploid: bool) -> tuple[Haplotype, ...]:  # noqa: FBT001
        return (haplotypes[pair[0]],) if haploid else (haplotypes[pair[0]], haplotypes[pair[1]])

    def _name(self, pair: tuple[Haplotype, ...]) -> str:
        return format_diplotype([s.name for s in pair], self.gene.gene.default_allele)

    def _ordered(self, pair: tuple[Haplotype, ...]) -> tuple[Haplotype, ...]:
        default = self.gene.gene.default_allele
        return tuple(sorted(pair, key=lambda s: (s.name != default, natural_key(s.name))))


def _places(keys: list[Any]) -> npt.NDArray[np.int64]:
    """Return each key's place in the order of the distinct keys."""
    place = {key: i for i, key in enumerate(sorted(set(keys)))}
    return np.array([place[key] for key in keys], np.int64)


def _listing_options(
    gene: CompiledGene, codes: npt.NDArray[np.int8], genotypes: GeneGenotypes, *, whole: bool
) -> list[_Option]:
    """Return the names of a haplotype: as observed, then with one missing variant more."""
    seen = sorted(listed_variants(gene, codes, genotypes), key=lambda f: f.rank)
    options = [_Option(True, *listed_haplotype(gene, seen, whole=whole))]  # noqa: FBT003
    for allele in contained(gene, codes, missing_fits=True):
        possible = listed_allele(gene, allele)
        if possible in seen or (seen and not whole and possible.rank[0] > seen[0].rank[0]):
            continue  # the haplotype is named by something more serious
        parts = _parts_of(gene, allele)
        more = sorted([*(f for f in seen if f.name not in parts), possible], key=lambda f: f.rank)
        named = listed_haplotype(gene, more if whole else [possible], whole=whole)
        options.append(_Option(False, *named))  # noqa: FBT003
    return options


def _parts_of(gene: CompiledGene, allele: int) -> set[str]:
    """Return the alleles whose variants are all part of a larger allele."""
    whole = gene.masks[allele]
    inside = (~gene.needs | (gene.masks == whole)).all(axis=1) & gene.needs.any(axis=1)
    return {gene.names[a] for a in np.flatnonzero(inside).tolist() if a != allele}


def _serious_blocks(gene: CompiledGene, observation: Observation) -> list[int]:
    """Return the phase blocks, those with the most severe variants first."""
    worst: dict[int, int] = {}
    need = gene.needs
    for index in np.flatnonzero(observation.block >= 0).tolist():
        block = int(observation.block[index])
        ranks = [seriousness(gene, gene.functions[a]) for a in np.flatnonzero(need[:, index])]
        worst[block] = min([worst.get(block, len(gene.names)), *ranks])
    return sorted(worst, key=lambda block: (worst[block], block))


def list_findings(
    gene: CompiledGene, observation: Observation, genotypes: GeneGenotypes
) -> list[str]:
    """Return every observed variant, regardless of phase, in the order of the definitions."""
    found: dict[str, None] = {}
    for first, second in phasings(observation):
        for codes in (first, second):
            found.update(dict.fromkeys(variants_on(gene, codes, genotypes)))
    return in_gene_order(gene, found)


def _add_open_questions(gene: CompiledGene, observation: Observation, result: DiplotypeSet) -> None:
    """Add the missing positions and phases that could change the outcome."""
    best = {s.function for s in result.best}
    serious = {
        p
        for allele in gene.gene.alleles
        if allele.function not in best or len(best) > 1
        for p in allele.defining
    }
    for index in np.flatnonzero(observation.missing).tolist():
        if gene.gene.variants[index].position in serious:
            result.open_sites.append(index)
    if observation.n_blocks > 1:
        result.open_phase = [int(i) for i in np.flatnonzero(observation.block >= 0)]


@dataclass(frozen=True, slots=True)
class Fit:
    """All pairs of alleles that fit, best first.

    Attributes
    ----------
    pairs
        (K, 2) intp allele indices; for a haploid locus both columns are equal.
    scores
        (K,) int64: called defining positions in the pair's definitions.
    haploid
        Whether a pair represents one allele.
    """

    pairs: npt.NDArray[np.intp]
    scores: npt.NDArray[np.int64]
    haploid: bool


def fit_observation(gene: CompiledGene, observation: Observation) -> Fit:
    """Match one observation with all pairs of definitions.

    The order uses no prior: more called defining positions first, then fewer unobserved variants,
    then natural order of names. This is the field's convention for reporting one pair, not a
    likelihood.
    """
    n = len(gene.names)
    out = np.zeros((n, n), np.uint8)
    scratch = np.zeros((observation.n_blocks + 1, 2, n), np.uint8)
    fit_diplotypes(
        gene.masks, observation.codes, observation.block, observation.n_blocks, scratch, out
    )
    # One haplotype: only pairs of an allele with itself stand for it.
    if observation.haploid:
        out *= np.eye(n, dtype=np.uint8)
    pairs = np.argwhere(out)
    weight = (gene.weights & observation.answered).sum(axis=1)
    scores = weight[pairs].sum(axis=1)
    rank = _natural_ranks(gene)
    low = np.minimum(rank[pairs[:, 0]], rank[pairs[:, 1]])
    high = np.maximum(rank[pairs[:, 0]], rank[pairs[:, 1]])
    unseen = (gene.needs & ~observation.answered).sum(axis=1)[pairs].sum(axis=1)
    order = np.lexsort((high, low, unseen, -scores))
    return Fit(
        pairs=pairs[order], scores=scores[order].astype(np.int64), haploid=observation.haploid
    )


def _natural_ranks(gene: CompiledGene) -> npt.NDArray[np.intp]:
    default = gene.gene.default_allele
    order = sorted(
        range(len(gene.names)), key=lambda a: (gene.names[a] != default, natural_key(gene.names[a]))
    )
    rank = np.empty(len(order), np.intp)
    rank[order] = np.arange(len(order))
    return rank


def call_star(
    gene: CompiledGene, observation: Observation, genotypes: GeneGenotypes
) -> DiplotypeSet:
    """Return every diplotype that fits; combinations and partial alleles if none does."""
    fit = fit_observation(gene, observation)
    if len(fit.pairs):
        return _from_fit(gene, observation, fit)
    return _composite(gene, observation, genotypes)


def _from_fit(gene: CompiledGene, observation: Observation, fit: Fit) -> DiplotypeSet:
    pairs = _one_per_name(gene, fit.pairs)
    result = DiplotypeSet(n_candidates=len(pairs))
    result.names = [_pair_name(gene, pair, fit.haploid) for pair in pairs[:MAX_LISTED].tolist()]
    result.diplotype = result.names[0]
    best = pairs[0].tolist()
    indices = best[:1] if fit.haploid else _named_order(gene, best)
    result.best = tuple(star_haplotype(gene, a) for a in indices)
    result.outcomes = _outcomes(gene, fit.pairs, fit.haploid)
    result.factors = _factors(gene, pairs, fit.haploid)
    if len(result.outcomes) > 1:
        result.open_sites = _open_sites(gene, observation, pairs)
        result.open_phase = _open_phase(observation)
    return result


def _one_per_name(gene: CompiledGene, pairs: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Keep one pair of those that differ only in suballeles."""
    if len(set(gene.names)) == len(gene.names):
        return pairs
    core = np.array([gene.names.index(name) for name in gene.names])
    named = np.sort(core[pairs], axis=1)
    _, first = np.unique(named, axis=0, return_index=True)
    return pairs[np.sort(first)]


def _named_order(gene: CompiledGene, pair: list[int]) -> list[int]:
    default = gene.gene.default_allele
    return sorted(pair, key=lambda a: (gene.names[a] != default, natural_key(gene.names[a])))


def _pair_name(gene: CompiledGene, pair: list[int], haploid: bool) -> str:  # noqa: FBT001
    names = [gene.names[a] for a in (pair[:1] if haploid else pair)]
    return format_diplotype(names, gene.gene.default_allele)


def _outcomes(
    gene: CompiledGene,
    pairs: npt.NDArray[np.intp],
    haploid: bool,  # noqa: FBT001
) -> list[FunctionPair]:
    """Return the distinct function pairs, in the order of their best candidates."""
    kinds = sorted({f or "" for f in gene.functions})
    code = np.array([kinds.index(f or "") for f in gene.functions])
    coded = np.sort(code[pairs], axis=1)
    flat = coded[:, 0] * len(kinds) + coded[:, 1]
    _, first = np.unique(flat, return_index=True)
    found = []
    for index in np.sort(first).tolist():
        a, b = pairs[index].tolist()
        name = _pair_name(gene, [a, b], haploid)
        found.append(FunctionPair(gene.functions[a], None if haploid else gene.functions[b], name))
    return found


def _factors(
    gene: CompiledGene,
    pairs: npt.NDArray[np.intp],
    haploid: bool,  # noqa: FBT001
) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Write the pairs as a union of products: alleles with equal partners share one row."""
    if haploid:
        return [(tuple(gene.names[a] for a in pairs[:, 0]), ())]
    n = len(gene.names)
    partners = np.zeros((n, n), np.bool_)
    partners[pairs[:, 0], pairs[:, 1]] = True
    partners[pairs[:, 1], pairs[:, 0]] = True
    groups: dict[bytes, list[int]] = {}
    for a in np.flatnonzero(partners.any(axis=1)).tolist():
        groups.setdefault(partners[a].tobytes(), []).append(a)
    # Alleles with equal partners make one row: thousands of pairs shrink to a few products.
    covered = np.zeros((n, n), np.bool_)
    factors = []
    for members in groups.values():
        others = np.flatnonzero(partners[members[0]])
        grid = np.ix_(np.array(members), others)
        if covered[grid].all():
            continue
        covered[grid] = True
        covered[np.ix_(others, np.array(members))] = True
        left = tuple(gene.names[a] for a in members)
        factors.append((left, tuple(gene.names[b] for b in others.tolist())))
    return factors


def _open_sites(
    gene: CompiledGene, observation: Observation, pairs: npt.NDArray[np.intp]
) -> list[int]:
    """Return missing positions that discriminate candidates of other functions from the best."""
    kinds = sorted({f or "" for f in gene.functions})
    code = np.array([kinds.index(f or "") for f in gene.functions])
    functions = np.sort(code[pairs], axis=1)
    others = pairs[(functions != functions[0]).any(axis=1)]
    found = []
    for index in np.flatnonzero(observation.missing).tolist():
        masks = gene.masks[:, index]
        first, second = masks[pairs[0, 0]], masks[pairs[0, 1]]
        one, two = masks[others[:, 0]], masks[others[:, 1]]
        forward = ((one & first) != 0) & ((two & second) != 0)
        backward = ((one & second) != 0) & ((two & first) != 0)
        if not (forward | backward).all():
            found.append(index)
    return found


def _open_phase(observation: Observation) -> list[int]:
    if observation.n_blocks < 2:
        return []
    return [int(i) for i in np.flatnonzero(observation.block >= 0)]


def _composite(
    gene: CompiledGene, observation: Observation, genotypes: GeneGenotypes
) -> DiplotypeSet:
    """Name haplotypes without a definition: combinations, then ``g.`` variants."""
    ranked: dict[str, tuple[tuple[int, int], tuple[NamedHaplotype, ...]]] = {}
    for phasing in phasings(observation):
        haplotypes = phasing[:1] if observation.haploid else phasing
        for ways in itertools.product(
            *(star_names(gene, codes, genotypes) for codes in haplotypes)
        ):
            name = format_diplotype([w.haplotype.name for w in ways], gene.gene.default_allele)
            rank = (sum(w.rank[0] for w in ways), sum(w.rank[1] for w in ways))
            if name not in ranked or rank < ranked[name][0]:
                ranked[name] = (rank, ways)
    order = sorted(ranked, key=lambda name: (ranked[name][0], natural_key(name)))
    result = _from_composites(gene, observation, [(name, ranked[name][1]) for name in order])
    # an unanswered position may add to a combination, which is not spelled out
    result.is_partial = bool(observation.missing.any()) or not tries_all(observation)
    return result


def _from_composites(
    gene: CompiledGene,
    observation: Observation,
    found: list[tuple[str, tuple[NamedHaplotype, ...]]],
) -> DiplotypeSet:
    result = DiplotypeSet(n_candidates=len(found))
    if not found:
        return result
    default = gene.gene.default_allele
    result.names = [name for name, _ in found[:MAX_LISTED]]
    result.diplotype, best = found[0]
    result.best = tuple(
        sorted((w.haplotype for w in best), key=lambda s: (s.name != default, natural_key(s.name)))
    )
    seen: set[tuple[str, ...]] = set()
    for name, ways in found:
        for functions in itertools.product(*(w.functions for w in ways)):
            key = tuple(sorted(f or "" for f in functions))
            if key not in seen:
                seen.add(key)
                second = functions[1] if len(functions) == 2 else None
                result.outcomes.append(FunctionPair(functions[0], second, name))
    result.factors = [
        ((w[0].haplotype.name,), (w[1].haplotype.name,) if len(w) == 2 else ())
        for _, w in found[:MAX_LISTED]
    ]
    result.notes.append(NoteCode.COMBINATION_OR_PARTIAL)
    uncertain = {i for haplotype in result.best for i in haplotype.uncertain}
    result.open_sites = sorted({*np.flatnonzero(observation.missing).tolist(), *uncertain})
    result.open_phase = _open_phase(observation) if len(found) > 1 else []
    return result
