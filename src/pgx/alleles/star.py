"""Call genes whose named alleles describe whole haplotypes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.alleles.definitions import CompiledGene
from pgx.alleles.matching import Fit, fit_observation
from pgx.alleles.names import bracket, format_diplotype, natural_key
from pgx.alleles.observation import Observation
from pgx.alleles.outcome import DiplotypeSet, Outcome, Strand
from pgx.alleles.strands import contained, extra_names, matching_alleles, phasings
from pgx.genotypes.matrix import GeneGenotypes

__all__ = ["MAX_LISTED", "call_star"]

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
    result.best = tuple(_strand(gene, a) for a in indices)
    result.outcomes = _outcomes(gene, pairs, fit.haploid)
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


def _strand(gene: CompiledGene, allele: int) -> Strand:
    return Strand(
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
) -> list[Outcome]:
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
        found.append(Outcome(gene.functions[a], None if haploid else gene.functions[b], name))
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
    """Return unanswered positions at which a candidate of another function pair differs."""
    functions = [f or "" for f in gene.functions]
    best = pairs[0].tolist()
    wanted = sorted(functions[a] for a in best)
    others: set[int] = set()
    for a, b in pairs.tolist():
        if sorted((functions[a], functions[b])) != wanted:
            others.update((a, b))
    others -= set(best)
    found = []
    for index in np.flatnonzero(observation.missing).tolist():
        same = gene.masks[best[0], index] | gene.masks[best[1], index]
        if any(not int(gene.masks[a, index]) & int(same) for a in others):
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
    """Name strands that no definition covers: combinations, then ``g.`` variants."""
    ranked: dict[str, tuple[tuple[int, int, int], tuple[Strand, ...]]] = {}
    for first, second in phasings(observation):
        strands = [_options(gene, first, genotypes)]
        if not observation.haploid:
            strands.append(_options(gene, second, genotypes))
        for one in strands[0]:
            for two in strands[1] if len(strands) == 2 else [None]:
                chosen = [one] if two is None else [one, two]
                name = format_diplotype([c[1].name for c in chosen], gene.gene.default_allele)
                rank = (sum(c[0][0] for c in chosen), sum(c[0][1] for c in chosen), 0)
                if name not in ranked or rank < ranked[name][0]:
                    ranked[name] = (rank, tuple(c[1] for c in chosen))
    order = sorted(ranked, key=lambda name: (ranked[name][0], natural_key(name)))
    return _from_composites(gene, observation, [(name, ranked[name][1]) for name in order])


def _options(
    gene: CompiledGene, codes: npt.NDArray[np.int8], genotypes: GeneGenotypes
) -> list[tuple[tuple[int, int], Strand]]:
    """Return ways to name a strand with (unexplained variants, -defining positions)."""
    answered = codes != -1
    weight = (gene.weights & answered).sum(axis=1)
    plain = matching_alleles(gene, codes)
    if plain:
        return [((0, -int(weight[a])), _strand(gene, a)) for a in plain]
    named = contained(gene, codes)
    extras = extra_names(gene, codes, named, genotypes)
    parts = sorted((gene.names[a] for a in named), key=natural_key) or [gene.gene.default_allele]
    parts += [name for _, name in extras]
    score = -int(sum(weight[a] for a in named))
    uncertain = gene.gene.uncertain_function or None
    return [((len(extras), score), Strand(bracket(parts), uncertain, None, tuple(parts)))]


def _from_composites(
    gene: CompiledGene, observation: Observation, found: list[tuple[str, tuple[Strand, ...]]]
) -> DiplotypeSet:
    result = DiplotypeSet(n_candidates=len(found))
    if not found:
        return result
    result.names = [name for name, _ in found[:MAX_LISTED]]
    result.diplotype, result.best = found[0]
    default = gene.gene.default_allele
    result.best = tuple(sorted(result.best, key=lambda s: (s.name != default, natural_key(s.name))))
    seen: set[tuple[str, ...]] = set()
    for name, strands in found:
        for functions in [tuple(s.function for s in strands), *_as_parts(gene, strands)]:
            key = tuple(sorted(f or "" for f in functions))
            if key not in seen:
                seen.add(key)
                second = functions[1] if len(functions) == 2 else None
                result.outcomes.append(Outcome(functions[0], second, name))
    result.factors = [
        ((s[0].name,), (s[1].name,) if len(s) == 2 else ()) for _, s in found[:MAX_LISTED]
    ]
    result.notes.append("combination_or_partial")
    result.open_sites = [int(i) for i in np.flatnonzero(observation.missing)]
    result.open_phase = _open_phase(observation) if len(found) > 1 else []
    return result


def _as_parts(gene: CompiledGene, strands: tuple[Strand, ...]) -> list[tuple[str | None, ...]]:
    """Return the functions if each composite strand had the function of one of its parts."""
    choices: list[list[str | None]] = []
    for strand in strands:
        known = (
            [gene.functions[gene.names.index(p)] for p in strand.parts if p in gene.names]
            if len(strand.parts) > 1
            else []
        )
        choices.append([*dict.fromkeys([*known, strand.function])])
    if len(choices) == 1:
        return [(one,) for one in choices[0]]
    return [(one, two) for one in choices[0] for two in choices[1]]
