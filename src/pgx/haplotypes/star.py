"""Star-allele diplotypes by core-allele rules, with the field's conventions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import MISSING, GeneGenotypes
from pgx.haplotypes.definitions import CompiledGene
from pgx.haplotypes.matching import (
    Fit,
    Observation,
    causal_alleles,
    doubtful_positions,
    fit_observation,
    without_function,
)
from pgx.haplotypes.outcome import (
    DECIMALS,
    LISTED_FROM,
    DiplotypeSet,
    FunctionPair,
    Haplotype,
    together,
)
from pgx.haplotypes.phasing import contained, extra_names, matching_alleles, phasings, tries_all
from pgx.records.genes import bracket, format_diplotype, natural_key

__all__ = [
    "MAX_LISTED",
    "call_star",
    "describe_codes",
    "follow_convention",
]

MAX_LISTED = 50
"""Candidates that are listed by name; all are counted, and factored in the JSON result."""


def call_star(
    gene: CompiledGene, observation: Observation, genotypes: GeneGenotypes
) -> DiplotypeSet:
    """Return every diplotype that fits; combinations and partial alleles where none does."""
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
    result.best = tuple(_haplotype(gene, a) for a in indices)
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


def _haplotype(gene: CompiledGene, allele: int) -> Haplotype:
    return Haplotype(
        gene.names[allele], gene.functions[allele], gene.values[allele], (gene.identifiers[allele],)
    )


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
    """Return unanswered positions that tell a candidate of other functions from the best."""
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


# -- combinations and partial alleles ----------------------------------------------------


def _composite(
    gene: CompiledGene, observation: Observation, genotypes: GeneGenotypes
) -> DiplotypeSet:
    """Name haplotypes that no definition covers: combinations, then ``g.`` variants."""
    ranked: dict[str, tuple[tuple[int, int], tuple[_Way, ...]]] = {}
    for phasing in phasings(observation):
        haplotypes = phasing[:1] if observation.haploid else phasing
        for ways in itertools.product(*(_options(gene, codes, genotypes) for codes in haplotypes)):
            name = format_diplotype([w.haplotype.name for w in ways], gene.gene.default_allele)
            rank = (sum(w.rank[0] for w in ways), sum(w.rank[1] for w in ways))
            if name not in ranked or rank < ranked[name][0]:
                ranked[name] = (rank, ways)
    order = sorted(ranked, key=lambda name: (ranked[name][0], natural_key(name)))
    result = _from_composites(gene, observation, [(name, ranked[name][1]) for name in order])
    # an unanswered position may add to a combination, which is not spelled out
    result.is_partial = bool(observation.missing.any()) or not tries_all(observation)
    return result


class _Way(NamedTuple):
    """One way to name a haplotype; ``functions`` are those that it may turn out to have.

    ``rank`` counts unexplained variants, then answered defining positions (negative).
    """

    rank: tuple[int, int]
    haplotype: Haplotype
    functions: tuple[str | None, ...]


def describe_codes(
    gene: CompiledGene, codes: npt.NDArray[np.int8], genotypes: GeneGenotypes
) -> tuple[Haplotype, tuple[str | None, ...]]:
    """Return the allele that describes a haplotype best, or the parts that it carries.

    With it the functions that the haplotype may turn out to have, its own first.
    """
    way = _options(gene, codes, genotypes)[0]
    return way.haplotype, way.functions


def _options(
    gene: CompiledGene, codes: npt.NDArray[np.int8], genotypes: GeneGenotypes
) -> list[_Way]:
    """Return ways to name a haplotype."""
    weight = (gene.weights & (codes != MISSING)).sum(axis=1)
    plain = matching_alleles(gene, codes)
    if plain:
        haplotypes = [(a, _haplotype(gene, a)) for a in plain]
        return [_Way((0, -int(weight[a])), s, (s.function,)) for a, s in haplotypes]
    named = contained(gene, codes)
    extras = extra_names(gene, codes, named, genotypes)
    parts = sorted((gene.names[a] for a in named), key=natural_key) or [gene.gene.default_allele]
    parts += [name for _, name in extras]
    score = -int(sum(weight[a] for a in named))
    uncertain = gene.gene.uncertain_function or None
    haplotype = Haplotype(bracket(parts), uncertain, None, tuple(parts))
    possible = [gene.names.index(p) for p in parts if p in gene.names]
    possible += contained(gene, codes, missing_fits=True)
    functions = dict.fromkeys([uncertain, *(gene.functions[a] for a in possible)])
    lost = without_function(gene, named)
    causes = causal_alleles(gene, codes, named)
    if lost is not None and not causes:
        haplotype = replace(haplotype, function=gene.functions[lost], value=gene.values[lost])
        functions = {gene.functions[lost]: None}
    if causes:  # the variant's own effect is the worse reading, and leads
        first = causes[0]
        haplotype = replace(
            haplotype,
            function=gene.functions[first],
            value=gene.values[first],
            cause=gene.names[first],
            doubtful=doubtful_positions(gene, first, codes),
        )
        functions = dict.fromkeys([*(gene.functions[a] for a in causes), *functions])
    return [_Way((len(extras), score), haplotype, tuple(functions))]


def _from_composites(
    gene: CompiledGene, observation: Observation, found: list[tuple[str, tuple[_Way, ...]]]
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
    result.notes.append("combination_or_partial")
    doubtful = {i for haplotype in result.best for i in haplotype.doubtful}
    result.open_sites = sorted({*np.flatnonzero(observation.missing).tolist(), *doubtful})
    result.open_phase = _open_phase(observation) if len(found) > 1 else []
    return result


def follow_convention(
    weighed: DiplotypeSet,
    plain: DiplotypeSet,
    candidates: Sequence[tuple[str, float, Haplotypes]],
) -> None:
    """Name candidates alike that mean what the two most serious variants in trans mean.

    Unphased, such a gene is named by its two most serious variants, taken to be in trans
    (CPIC DPYD guideline), even where it is more probable that they are in cis. Which haplotype
    carries the others is left open by the name, so that candidates that differ in nothing else
    are one; those of other functions stay apart.

    Parameters
    ----------
    weighed
        The candidates by probability; changed in place.
    plain
        What the convention says.
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
        replace(o, diplotype=plain.diplotype) if _key(o.first, o.second) == target else o
        for o in weighed.outcomes
    ]
    weighed.outcomes = _best_first(outcomes, _functions(weighed.best))


def _best_first(outcomes: list[FunctionPair], best: tuple[str, ...]) -> list[FunctionPair]:
    """Move the best diplotype's outcome to the front; what settles it settles the one before."""
    place = next((i for i, o in enumerate(outcomes) if _key(o.first, o.second) == best), 0)
    if place == 0:
        return outcomes
    first, before = outcomes[place], outcomes[0]
    others = [o for o in outcomes if o not in (first, before)]
    swapped = replace(before, settled_by=first.settled_by)
    return [replace(first, settled_by=None), swapped, *others]


Haplotypes = tuple[Haplotype, ...]


def _functions(haplotypes: Haplotypes) -> tuple[str, ...]:
    return _key(*(s.function for s in haplotypes))


def _key(*functions: str | None) -> tuple[str, ...]:
    return tuple(sorted(f or "" for f in functions))
