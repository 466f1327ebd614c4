"""Call genes whose named alleles are single variants, several of which share a strand.

DPYD, RYR1, CACNA1S and MT-RNR1 in the knowledge base. Phased data list all variants of each
strand; unphased data name the two most serious variants, taken to lie in trans (the reading
that is safest for the patient, and CPIC's). The phenotype rests on the most serious variant
of each strand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgx.alleles.definitions import CompiledGene
from pgx.alleles.names import bracket, format_diplotype, natural_key
from pgx.alleles.observation import Observation
from pgx.alleles.outcome import DiplotypeSet, Outcome, Strand
from pgx.alleles.star import MAX_LISTED
from pgx.alleles.strands import contained, extra_names, phasings
from pgx.genotypes.matrix import MISSING, GeneGenotypes

__all__ = ["apply_proxies", "call_listing"]


@dataclass(frozen=True, slots=True)
class _Found:
    """One variant on a strand: its name, function, value and place in the order."""

    name: str
    function: str | None
    value: str | None
    rank: tuple[int, int, tuple[bool, tuple[tuple[int, int, str], ...]]]


def call_listing(
    gene: CompiledGene, observation: Observation, genotypes: GeneGenotypes
) -> DiplotypeSet:
    """Return every diplotype that fits, variants listed by strand."""
    observation, notes = apply_proxies(gene, observation)
    whole = observation.n_blocks <= 1
    ranked: dict[str, tuple[tuple[object, ...], tuple[Strand, ...]]] = {}
    factors: dict[tuple[tuple[str, ...], tuple[str, ...]], None] = {}
    n_strands = 1 if observation.haploid else 2
    for phasing in phasings(observation):
        options = [_options(gene, phasing[s], genotypes, whole=whole) for s in range(n_strands)]
        left = tuple(o[1].name for o in options[0])
        factors[left, tuple(o[1].name for o in options[1]) if n_strands == 2 else ()] = None
        _rank_pairs(gene, options, ranked)
    order = sorted(ranked, key=lambda name: (ranked[name][0], natural_key(name)))
    result = DiplotypeSet(n_candidates=len(order), notes=notes)
    result.names = order[:MAX_LISTED]
    result.diplotype = order[0]
    default = gene.gene.default_allele
    result.best = tuple(
        sorted(ranked[order[0]][1], key=lambda s: (s.name != default, natural_key(s.name)))
    )
    result.factors = list(factors)
    result.findings = _findings(gene, observation, genotypes)
    _add_outcomes(result, [(name, ranked[name][1]) for name in order])
    if len(result.outcomes) > 1:
        _open(gene, observation, result)
    return result


def _rank_pairs(
    gene: CompiledGene,
    options: list[list[tuple[bool, Strand, _Found]]],
    ranked: dict[str, tuple[tuple[object, ...], tuple[Strand, ...]]],
) -> None:
    """Add a phasing's pairs: observed before possible, then the most serious reading."""
    default = gene.gene.default_allele
    for observed_1, one, worst_1 in options[0]:
        for observed_2, two, worst_2 in options[1] if len(options) == 2 else [(True, None, None)]:
            strands = (one,) if two is None else (one, two)
            name = format_diplotype([s.name for s in strands], default)
            guesses = (not observed_1) + (not observed_2)
            ranks = sorted(w.rank for w in (worst_1, worst_2) if w is not None)
            rank = (guesses, tuple(ranks))
            if name not in ranked or rank < ranked[name][0]:
                ranked[name] = (rank, strands)


def _options(
    gene: CompiledGene, codes: npt.NDArray[np.int8], genotypes: GeneGenotypes, *, whole: bool
) -> list[tuple[bool, Strand, _Found]]:
    """Return the ways to name a strand: what is seen, then with one unanswered variant more."""
    seen = sorted(_on_strand(gene, codes, genotypes), key=lambda f: f.rank)
    options = [(True, *_strand(gene, seen, whole=whole))]
    for allele in contained(gene, codes, missing_fits=True):
        possible = _named(gene, allele)
        if seen and (possible.rank[0] > seen[0].rank[0] or possible in seen):
            continue
        more = sorted([*seen, possible], key=lambda f: f.rank)
        strand, worst = _strand(gene, more if whole else [possible], whole=whole)
        options.append((False, strand, worst))
    return options


def _strand(gene: CompiledGene, found: list[_Found], *, whole: bool) -> tuple[Strand, _Found]:
    """Name a strand by all its variants, or by the most serious one."""
    if not found:
        reference = _named(gene, gene.default_index)
        return Strand(reference.name, reference.function, reference.value, ()), reference
    listed = found if whole else found[:1]
    parts = sorted((f.name for f in listed), key=natural_key) if whole else [listed[0].name]
    parts = _in_gene_order(gene, parts)
    worst = found[0]
    return Strand(bracket(parts), worst.function, worst.value, tuple(parts)), worst


def _in_gene_order(gene: CompiledGene, parts: list[str]) -> list[str]:
    """Order named variants as the definition table does, ``g.`` variants last."""
    place = {name: i for i, name in enumerate(gene.names)}
    return sorted(parts, key=lambda p: (place.get(p, len(place)), p))


def _named(gene: CompiledGene, allele: int) -> _Found:
    function = gene.functions[allele]
    return _Found(
        gene.names[allele],
        function,
        gene.values[allele],
        (_seriousness(gene, function), *_preference(gene, gene.names[allele])),
    )


def _seriousness(gene: CompiledGene, function: str | None) -> int:
    order = gene.gene.function_order
    return order.index(function) if function in order else len(order)


def _preference(
    gene: CompiledGene, name: str
) -> tuple[int, tuple[bool, tuple[tuple[int, int, str], ...]]]:
    preferred = gene.gene.preferred
    place = preferred.index(name) if name in preferred else len(preferred)
    last = name == gene.gene.default_allele
    return place + last, natural_key(name)


def _on_strand(
    gene: CompiledGene, codes: npt.NDArray[np.int8], genotypes: GeneGenotypes
) -> list[_Found]:
    named = contained(gene, codes)
    found = [_named(gene, a) for a in named]
    uncertain = gene.gene.uncertain_function or None
    substitutes = {proxy.substitute for proxy in gene.gene.proxies}
    for index, name in extra_names(gene, codes, named, genotypes):
        variant = gene.gene.variants[index]
        if variant.position in substitutes and codes[index] < len(variant.alleles):
            continue  # the decisive site has spoken
        rank = (_seriousness(gene, uncertain), *_preference(gene, name))
        found.append(_Found(name, uncertain, None, rank))
    return found


def _findings(
    gene: CompiledGene, observation: Observation, genotypes: GeneGenotypes
) -> list[str]:
    """Return every variant seen, whatever its phase, in the order of the definitions."""
    found: dict[str, None] = {}
    for first, second in phasings(observation):
        for codes in (first, second):
            for item in _on_strand(gene, codes, genotypes):
                found[item.name] = None
    return _in_gene_order(gene, list(found))


def _add_outcomes(result: DiplotypeSet, found: list[tuple[str, tuple[Strand, ...]]]) -> None:
    seen: set[tuple[str, ...]] = set()
    for name, strands in found:
        functions = tuple(s.function for s in strands)
        key = tuple(sorted(f or "" for f in functions))
        if key not in seen:
            seen.add(key)
            second = functions[1] if len(functions) == 2 else None
            result.outcomes.append(Outcome(functions[0], second, name))


def _open(gene: CompiledGene, observation: Observation, result: DiplotypeSet) -> None:
    """Say which unanswered positions and phases could change the outcome."""
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


def apply_proxies(gene: CompiledGene, observation: Observation) -> tuple[Observation, list[str]]:
    """Let the decisive site of a two-site allele decide, its substitute only where it must.

    DPYD HapB3: the intronic c.1129-5923C>G decides; the exonic c.1236G>A only where the
    intronic site is unanswered (CPIC DPYD guideline, 2024 allele definitions).
    """
    if not gene.gene.proxies:
        return observation, []
    codes, block = observation.codes.copy(), observation.block.copy()
    notes = []
    where = {v.position: i for i, v in enumerate(gene.gene.variants)}
    for proxy in gene.gene.proxies:
        decisive, substitute = where[proxy.decisive], where[proxy.substitute]
        d, s = codes[decisive], codes[substitute]
        if (d == MISSING).all() and (s != MISSING).all():
            codes[decisive] = np.where(s > 0, 1, 0)
            block[decisive] = block[substitute]
            notes.append("substitute_site_used")
        elif (d != MISSING).all() and (s != MISSING).all():
            together = block[decisive] >= 0 and block[substitute] >= 0
            if together and block[decisive] != block[substitute]:
                codes[substitute] = s if d[0] == s[0] else s[::-1]
                block[substitute] = block[decisive]
            if ((codes[substitute] > 0) & (codes[decisive] == 0)).any():
                notes.append("substitute_site_conflict")
    return _renumbered(codes, block, observation), notes


def _renumbered(
    codes: npt.NDArray[np.int8], block: npt.NDArray[np.int32], observation: Observation
) -> Observation:
    block[codes[:, 0] == codes[:, 1]] = -1
    used = sorted(set(block[block >= 0].tolist()))
    numbers = {old: new for new, old in enumerate(used)}
    renumbered = np.array([numbers.get(b, -1) for b in block.tolist()], np.int32)
    return Observation(codes, renumbered, len(used), observation.haploid)
