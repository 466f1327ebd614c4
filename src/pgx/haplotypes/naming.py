"""Names and functions of haplotypes; diplotypes of fully phased samples."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import MISSING, GeneGenotypes
from pgx.haplotypes.definitions import (
    CompiledGene,
    carried_causes,
    contained,
    extra_names,
    matching_alleles,
    uncertain_positions,
    without_function,
)
from pgx.haplotypes.observation import PhasedPair
from pgx.haplotypes.outcomes import DiplotypeSet, FunctionPair, Haplotype, uncertain_sites
from pgx.haplotypes.prior import HaplotypePrior
from pgx.records.genes import Strategy, bracket, format_diplotype, natural_key
from pgx.records.notes import NoteCode

__all__ = [
    "NamedHaplotype",
    "PhasedCaller",
    "Rank",
    "describe_allele",
    "describe_codes",
    "describe_known",
    "has_uncertain_rule",
    "in_gene_order",
    "listed_allele",
    "listed_alleles",
    "listed_haplotype",
    "listed_variants",
    "proxy_contradictions",
    "seriousness",
    "star_alleles",
    "star_haplotype",
    "star_names",
    "variants_on",
]


def proxy_contradictions(gene: CompiledGene, codes: npt.NDArray[np.int8]) -> list[str]:
    """Return notes on a complete haplotype whose proxy contradicts the causal variants."""
    where = {v.position: i for i, v in enumerate(gene.gene.variants)} if gene.gene.proxies else {}
    pairs = ((where[p.decisive], where[p.substitute]) for p in gene.gene.proxies)
    return [
        NoteCode.SUBSTITUTE_SITE_CONFLICT
        for decisive, other in pairs
        if codes[other] > 0 and codes[decisive] == 0
    ]


Rank = tuple[int, int, tuple[bool, tuple[tuple[int, int, str], ...]]]


@dataclass(frozen=True, slots=True)
class ListedVariant:
    """One variant on a haplotype: its name, function, value and place in the order."""

    name: str
    function: str | None
    value: str | None
    rank: Rank


def has_uncertain_rule(gene: CompiledGene) -> bool:
    """Whether there is a rule for a haplotype of uncertain function."""
    uncertain = gene.gene.uncertain_function or None
    return any(uncertain in (r.function_1, r.function_2) for r in gene.gene.rules)


def listed_alleles(
    gene: CompiledGene, codes: npt.NDArray[np.int8], genotypes: GeneGenotypes, *, whole: bool
) -> tuple[Haplotype, tuple[str | None, ...]]:
    """Name a haplotype by all its observed variants, or by the most severe one.

    With it the functions that the haplotype may turn out to have, its own first.
    """
    seen = sorted(listed_variants(gene, codes, genotypes), key=lambda f: f.rank)
    haplotype = listed_haplotype(gene, seen, whole=whole)[0]
    uncertain = gene.gene.uncertain_function or None
    if haplotype.function != uncertain or has_uncertain_rule(gene):
        return haplotype, (haplotype.function,)
    return haplotype, (haplotype.function, *gene.gene.function_order)


def listed_haplotype(
    gene: CompiledGene, found: list[ListedVariant], *, whole: bool
) -> tuple[Haplotype, Rank]:
    """Name a haplotype by all its variants, or by the most severe one."""
    if not found:
        reference = listed_allele(gene, gene.default_index)
        return Haplotype(reference.name, reference.function, reference.value, ()), reference.rank
    listed = found if whole else found[:1]
    parts = sorted((f.name for f in listed), key=natural_key) if whole else [listed[0].name]
    parts = in_gene_order(gene, parts)
    if all(part.startswith("g.") for part in parts):
        parts = [gene.gene.default_allele, *parts]
    worst = found[0]
    return Haplotype(bracket(parts), worst.function, worst.value, tuple(parts)), worst.rank


def in_gene_order(gene: CompiledGene, parts: Iterable[str]) -> list[str]:
    """Order named variants as the definition table does, ``g.`` variants last."""
    place = {name: i for i, name in enumerate(gene.names)}
    return sorted(parts, key=lambda p: (place.get(p, len(place)), p))


def listed_allele(gene: CompiledGene, allele: int) -> ListedVariant:
    """Return a named allele as a variant of a listing."""
    function = gene.functions[allele]
    return ListedVariant(
        gene.names[allele],
        function,
        gene.values[allele],
        (seriousness(gene, function), *_preference(gene, gene.names[allele])),
    )


def seriousness(gene: CompiledGene, function: str | None) -> int:
    """Return the rank of a function in the gene's order, the most severe first."""
    order = gene.gene.function_order
    return order.index(function) if function in order else len(order)


def _preference(
    gene: CompiledGene, name: str
) -> tuple[int, tuple[bool, tuple[tuple[int, int, str], ...]]]:
    preferred = gene.gene.preferred
    place = preferred.index(name) if name in preferred else len(preferred)
    last = name == gene.gene.default_allele
    return place + last, natural_key(name)


def listed_variants(
    gene: CompiledGene, codes: npt.NDArray[np.int8], genotypes: GeneGenotypes
) -> list[ListedVariant]:
    """Return the variants that a haplotype carries: named ones, then ``g.`` ones."""
    named = contained(gene, codes)
    found = [listed_allele(gene, a) for a in named]
    uncertain = gene.gene.uncertain_function or None
    substitutes = {proxy.substitute for proxy in gene.gene.proxies}
    for index, name in extra_names(gene, codes, named, genotypes):
        variant = gene.gene.variants[index]
        if variant.position in substitutes and codes[index] < len(variant.alleles):
            continue  # the decisive site has spoken
        rank = (seriousness(gene, uncertain), *_preference(gene, name))
        found.append(ListedVariant(name, uncertain, None, rank))
    return found


def variants_on(
    gene: CompiledGene, codes: npt.NDArray[np.int8], genotypes: GeneGenotypes
) -> tuple[str, ...]:
    """Return the names of every variant on one haplotype of (P,) codes."""
    return tuple(item.name for item in listed_variants(gene, codes, genotypes))


def star_haplotype(gene: CompiledGene, allele: int) -> Haplotype:
    """Return the haplotype of one star allele (its index)."""
    return Haplotype(
        gene.names[allele], gene.functions[allele], gene.values[allele], (gene.identifiers[allele],)
    )


class NamedHaplotype(NamedTuple):
    """One name of a haplotype; ``functions`` are its possible functions.

    ``rank`` counts unexplained variants, then called defining positions (negative).
    """

    rank: tuple[int, int]
    haplotype: Haplotype
    functions: tuple[str | None, ...]


def star_alleles(
    gene: CompiledGene, codes: npt.NDArray[np.int8], genotypes: GeneGenotypes
) -> tuple[Haplotype, tuple[str | None, ...]]:
    """Return the allele that describes a haplotype best, or its parts.

    With it the functions that the haplotype may turn out to have, its own first.
    """
    way = star_names(gene, codes, genotypes)[0]
    return way.haplotype, way.functions


def star_names(
    gene: CompiledGene, codes: npt.NDArray[np.int8], genotypes: GeneGenotypes
) -> list[NamedHaplotype]:
    """Return the possible names of a haplotype."""
    weight = (gene.weights & (codes != MISSING)).sum(axis=1)
    plain = matching_alleles(gene, codes)
    if plain:
        haplotypes = [(a, star_haplotype(gene, a)) for a in plain]
        return [NamedHaplotype((0, -int(weight[a])), s, (s.function,)) for a, s in haplotypes]
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
    null = without_function(gene, named)
    causes = carried_causes(gene, codes, named)
    # A frameshift or a lost splice site is not repaired by another variant on the same haplotype.
    if null is not None and not causes:
        haplotype = replace(haplotype, function=gene.functions[null], value=gene.values[null])
        functions = {gene.functions[null]: None}
    if causes:  # the variant's own effect is the worse reading, and leads
        first = causes[0]
        haplotype = replace(
            haplotype,
            function=gene.functions[first],
            value=gene.values[first],
            cause=gene.names[first],
            uncertain=uncertain_positions(gene, first, codes),
        )
        functions = dict.fromkeys([*(gene.functions[a] for a in causes), *functions])
    return [NamedHaplotype((len(extras), score), haplotype, tuple(functions))]


def describe_codes(
    gene: CompiledGene,
    codes: npt.NDArray[np.int8],
    genotypes: GeneGenotypes,
    *,
    whole: bool = True,
) -> tuple[Haplotype, tuple[str | None, ...]]:
    """Return the name of a haplotype of (P,) int8 codes, and its possible functions.

    ``whole`` lists all its variants, in variant-list genes; otherwise the haplotype is named by its
    most severe one. ``genotypes`` give the labels of undocumented alleles.
    """
    if gene.gene.strategy is Strategy.VARIANT_LIST:
        return listed_alleles(gene, codes, genotypes, whole=whole)
    return star_alleles(gene, codes, genotypes)


def describe_allele(gene: CompiledGene, allele: int) -> tuple[Haplotype, tuple[str | None, ...]]:
    """Return the haplotype of one named allele (its index)."""
    listing_gene = gene.gene.strategy is Strategy.VARIANT_LIST
    name = gene.names[allele]
    parts: tuple[str, ...] = (name,) if listing_gene else (gene.identifiers[allele],)
    if listing_gene and allele == gene.default_index:
        parts = ()
    function = gene.functions[allele]
    return Haplotype(name, function, gene.values[allele], parts), (function,)


def describe_known(
    gene: CompiledGene,
    allele: int,
    codes: npt.NDArray[np.int8],
    genotypes: GeneGenotypes,
    *,
    whole: bool = True,
) -> tuple[Haplotype, tuple[str | None, ...]]:
    """Return the name of a known haplotype: its only matching allele, if not -1."""
    if allele >= 0:
        return describe_allele(gene, allele)
    return describe_codes(gene, codes, genotypes, whole=whole)


_MAX_REMEMBERED: Final = 20_000


class _NamedHaplotype(NamedTuple):
    """One haplotype: its rank, name, possible functions and variants."""

    place: tuple[int, bytes]
    haplotype: Haplotype
    functions: tuple[str | None, ...]
    variants: tuple[str, ...]
    notes: tuple[str, ...]


class PhasedCaller:
    """Calls fully phased pairs as `InferredCaller` would, without the posterior."""

    def __init__(self, gene: CompiledGene, prior: HaplotypePrior) -> None:
        self._gene, self._prior = gene, prior
        self._is_listing = gene.gene.strategy is Strategy.VARIANT_LIST
        self._haplotypes: dict[tuple[bytes, tuple[str, ...]], _NamedHaplotype] = {}

    def call(self, pair: PhasedPair, genotypes: GeneGenotypes) -> DiplotypeSet:
        """Return the diplotype of a pair; ``genotypes`` are its source."""
        found = [self._haplotype(own, pair.undocumented, genotypes) for own in pair[:2]]
        found.sort(key=lambda whole: whole.place)
        chosen = found[:1] if pair.haploid else found
        default = self._gene.gene.default_allele
        name = format_diplotype([w.haplotype.name for w in chosen], default)
        named = sorted(
            (w.haplotype for w in chosen), key=lambda s: (s.name != default, natural_key(s.name))
        )
        result = DiplotypeSet(best=tuple(named), diplotype=name, n_candidates=1, rest=0.0)
        result.names, result.probabilities = [name], [1.0]
        result.outcomes = self._outcomes(chosen, name)
        result.factors = [_factor(chosen)]
        result.notes = list(dict.fromkeys(note for w in found for note in w.notes))
        if self._is_listing:
            seen = {name for w in found for name in w.variants}
            result.findings = in_gene_order(self._gene, seen)
        return result

    def _outcomes(self, chosen: list[_NamedHaplotype], name: str) -> list[FunctionPair]:
        """Return the pair's outcome, then other possible outcomes of its haplotypes."""
        if not self._gene.gene.rules:
            return [_outcome([w.haplotype.function for w in chosen], name, 1.0)]
        found: dict[tuple[str, ...], FunctionPair] = {}
        for functions in itertools.product(*(w.functions for w in chosen)):
            key = tuple(sorted(f or "" for f in functions))
            if key not in found:
                found[key] = _outcome(functions, name, None if found else 1.0)
        own, *others = found.values()
        discriminating = uncertain_sites(w.haplotype for w in chosen)
        return [own, *(replace(outcome, resolved_by=discriminating) for outcome in others)]

    def _haplotype(
        self, codes: bytes, undocumented: tuple[str, ...], genotypes: GeneGenotypes
    ) -> _NamedHaplotype:
        key = codes, undocumented  # the same code may be another allele in another input
        known = self._haplotypes.get(key)
        if known is None:
            known = self._described(codes, genotypes)
            if len(self._haplotypes) < _MAX_REMEMBERED:
                self._haplotypes[key] = known
        return known

    def _described(self, key: bytes, genotypes: GeneGenotypes) -> _NamedHaplotype:
        gene, codes = self._gene, np.frombuffer(key, np.int8)
        row = self._prior.row_of(key)
        if row is None:
            haplotype, functions = describe_codes(gene, codes, genotypes)
        else:
            allele = int(self._prior.definition[row])
            haplotype, functions = describe_known(gene, allele, codes, genotypes)
        notes = proxy_contradictions(gene, codes)
        if not self._is_listing and haplotype.name not in gene.names:
            notes.append(NoteCode.COMBINATION_OR_PARTIAL)
        variants = variants_on(gene, codes, genotypes) if self._is_listing else ()
        place = (len(self._prior.codes), key) if row is None else (row, b"")
        return _NamedHaplotype(place, haplotype, functions, variants, tuple(notes))


def _outcome(
    functions: tuple[str | None, ...] | list[str | None], name: str, share: float | None
) -> FunctionPair:
    second = functions[1] if len(functions) == 2 else None
    return FunctionPair(functions[0], second, name, share)


def _factor(chosen: list[_NamedHaplotype]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = sorted((w.haplotype.name,) for w in chosen)
    return names[0], names[1] if len(names) == 2 else ()
