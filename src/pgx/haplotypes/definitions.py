"""Allele definitions of a gene as arrays over sites; core alleles and site masks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.errors import InvariantError, SnapshotSchemaError, UnknownAlleleError
from pgx.records.genes import (
    DefiningVariant,
    GeneDefinition,
    GeneFrequencies,
    Strategy,
    core_allele,
    parse_bracket,
)

__all__ = [
    "COMMON_FROM",
    "Cause",
    "CompiledGene",
    "HaplotypeMasks",
    "Meanings",
    "causal_alleles",
    "compile_gene",
    "core_sites",
    "named_sites",
    "without_proxy",
]

_IUPAC = {
    "R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC",
    "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT",
}  # fmt: skip


class Cause(NamedTuple):
    """An allele (index) and its causal variants as (site index, allele code)."""

    allele: int
    variants: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class CompiledGene:
    """Definitions as bit masks over allele codes.

    Attributes
    ----------
    names
        A names as printed (suballeles by their core allele), structural alleles left out.
    masks
        (A, P) uint64: bit k set where the definition allows code k.
    weights
        (A, P) bool: the definition's row names the position (the reference row: all).
    functions
        Clinical function of each allele; the gene's uncertain function where it has none.
    values
        Activity value of each allele, None where it has none.
    base
        (P,) int8: the default allele's code at each position.
    needs
        (A, P) bool: positions at which an allele excludes the default allele's base.
    is_variant
        (A,) bool: alleles with such positions, whose rows do not name every position.
    causes
        Alleles with known causal variants, by tier, then those that ask for fewest variants.
    """

    gene: GeneDefinition
    names: tuple[str, ...]
    identifiers: tuple[str, ...]
    masks: npt.NDArray[np.uint64]
    weights: npt.NDArray[np.bool_]
    functions: tuple[str | None, ...]
    values: tuple[str | None, ...]
    base: npt.NDArray[np.int8]
    needs: npt.NDArray[np.bool_]
    is_variant: npt.NDArray[np.bool_]
    causes: tuple[Cause, ...] = ()

    @property
    def default_index(self) -> int:
        """Index of the default allele."""
        return self.names.index(self.gene.default_allele)


def _mask_of(variant: DefiningVariant, allele: str) -> int:
    """Return the codes that a definition's cell allows, as bits."""
    known = variant.alleles
    if allele in known:
        return 1 << known.index(allele)
    bases = _IUPAC.get(allele, "")
    mask = sum(1 << code for code, name in enumerate(known) if name in bases)
    if not mask:
        raise InvariantError(f"definition {allele!r} at {variant.position} matches no known allele")
    return mask


def compile_gene(gene: GeneDefinition) -> CompiledGene:
    """Compile a gene's definitions.

    Raises
    ------
    SnapshotSchemaError
        A causal variant or a proxy of one is in no definition.
    InvariantError
        A definition names an allele that its variant does not have.
    """
    alleles = [a for a in gene.alleles if a.is_reference or a.defining]
    names = tuple(core_allele(a.name) for a in alleles)
    column = {variant.position: i for i, variant in enumerate(gene.variants)}
    masks = np.ones((len(alleles), len(gene.variants)), np.uint64)
    weights = np.zeros(masks.shape, np.bool_)
    weights[[i for i, allele in enumerate(alleles) if allele.is_reference]] = True
    for row, allele in enumerate(alleles):
        for position, cell in allele.defining.items():
            index = column.get(position)
            if index is not None:
                masks[row, index] = _mask_of(gene.variants[index], cell)
                weights[row, index] = True
    default = names.index(gene.default_allele)
    base = np.array([_lowest_bit(int(m)) for m in masks[default]], np.int8)
    needs = np.asarray((masks >> base.astype(np.uint64)[None, :]) & np.uint64(1) == 0)
    identifiers = tuple(a.name for a in alleles)
    return CompiledGene(
        gene=gene,
        names=names,
        identifiers=identifiers,
        masks=masks,
        weights=weights,
        functions=tuple(a.function or gene.uncertain_function or None for a in alleles),
        values=tuple(a.activity_value for a in alleles),
        base=base,
        needs=needs,
        is_variant=np.asarray(needs.any(axis=1) & ~weights.all(axis=1)),
        causes=_causes(gene, identifiers, needs),
    )


def _causes(
    gene: GeneDefinition, identifiers: tuple[str, ...], needs: npt.NDArray[np.bool_]
) -> tuple[Cause, ...]:
    """Return the causal variants of each allele that the release gives them for.

    Raises
    ------
    SnapshotSchemaError
        A causal variant or a proxy is in no definition.
    """
    column = {variant.position: i for i, variant in enumerate(gene.variants)}
    variants: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for core in gene.core_positions:
        try:
            index = column[core.position]
            code = gene.variants[index].alleles.index(core.alt)
            key = core.tier, identifiers.index(core.allele)
            _ = [column[proxy.position] for proxy in core.proxies]
        except (KeyError, ValueError) as error:
            raise SnapshotSchemaError(
                f"{core.alt} at {core.position} of {gene.gene} {core.allele}, or a proxy of it, is"
                " in no definition",
                where="core_positions.tsv, core_proxies.tsv",
                remedy="correct the tables and rebuild",
            ) from error
        variants.setdefault(key, []).append((index, code))
    order = sorted(variants, key=lambda k: (k[0], int(needs[k[1]].sum()), k[1]))
    return tuple(Cause(allele, tuple(variants[tier, allele])) for tier, allele in order)


def _lowest_bit(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


Meanings = Callable[[str], tuple[str | None, str | None]]


class HaplotypeMasks:
    """Finds what a haplotype's name asks for, position by position.

    ``undocumented`` maps the ``g.`` name of an allele that no definition has to its position
    index and code; ``meanings`` gives function and value of copies and tandems, and raises a
    `UnknownAlleleError` for alleles that the gene does not have.
    """

    def __init__(
        self,
        gene: CompiledGene,
        undocumented: dict[str, tuple[int, int]],
        meanings: Meanings | None = None,
    ) -> None:
        self.gene = gene
        self._meanings = meanings
        self._needs = gene.needs
        self._extra = {**_documented(gene), **undocumented}

    def rows(self, name: str) -> list[tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]]]:
        """Return masks and named positions of every definition that has the name.

        One for a combination; suballeles share the name of their core allele; none for a
        name that cannot be read.
        """
        gene = self.gene
        found = [i for i, known in enumerate(gene.names) if known == name]
        if found:
            return [(gene.masks[i], gene.weights[i]) for i in found]
        combined = self._combined(parse_bracket(name))
        return [] if combined is None else [combined]

    def _combined(
        self, parts: Sequence[str]
    ) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]] | None:
        gene = self.gene
        row = gene.masks[gene.default_index].copy()
        named = np.zeros(len(row), np.bool_)
        for part in parts:
            if part in self._extra:
                index, code = self._extra[part]
                row[index], named[index] = np.uint64(1 << code), True
            elif part in gene.names:
                allele = gene.names.index(part)
                needs = self._needs[allele]
                row[needs] = gene.masks[allele][needs]
                named |= needs
            else:
                return None
        return row, named

    def function(self, name: str) -> str | None:
        """Return the function of a haplotype: of a listing its most serious variant's."""
        gene = self.gene
        if name in gene.names:
            return gene.functions[gene.names.index(name)]
        uncertain = gene.gene.uncertain_function or None
        if gene.gene.strategy is not Strategy.VARIANT_LIST:
            return self._of_copies(name) or uncertain
        order = gene.gene.function_order
        found = [
            gene.functions[gene.names.index(part)] if part in gene.names else uncertain
            for part in parse_bracket(name)
            if part != gene.gene.default_allele
        ]
        return min(
            found, key=lambda f: order.index(f) if f in order else len(order), default=uncertain
        )

    def _of_copies(self, name: str) -> str | None:
        """Return the function of copies and tandems; None of what is neither."""
        if self._meanings is None or "[" in name:
            return None
        try:
            return self._meanings(name)[0]
        except UnknownAlleleError:
            return None


def _documented(gene: CompiledGene) -> dict[str, tuple[int, int]]:
    """Map the ``g.`` name of every documented allele to its position index and code."""
    found = {}
    for index, variant in enumerate(gene.gene.variants):
        before = variant.alleles[int(gene.base[index])]
        for code, allele in enumerate(variant.alleles):
            found[f"g.{variant.position}{before}>{allele}"] = (index, code)
    return found


TYPED_TIER: Final = 2
"""Last tier of core positions that a clinical test should type."""
PROXY_FINDS: Final = 0.99
"""Least share of the chromosomes with a causal allele that a proxy has to find."""
COMMON_FROM: Final = 1e-3
"""Share of chromosomes in some group from which an allele counts as common."""


def core_sites(gene: CompiledGene, frequencies: GeneFrequencies | None) -> npt.NDArray[np.bool_]:
    """(P,) bool: positions of alleles that a test should hold, or that are common somewhere.

    The first are `named_sites`, the second those of alleles counted in `COMMON_FROM` of the
    chromosomes of a group or more, unless their function is the default allele's.
    """
    common = _common(frequencies) if frequencies else set()
    usual = gene.functions[gene.default_index]
    pairs = zip(gene.names, gene.functions, strict=True)
    wanted = np.array([name in common and function != usual for name, function in pairs])
    return np.asarray(gene.needs[wanted].any(axis=0)) | named_sites(gene, frequencies)


def named_sites(gene: CompiledGene, frequencies: GeneFrequencies | None) -> npt.NDArray[np.bool_]:
    """(P,) bool: positions of the alleles that a clinical test should at least tell apart.

    Those that the knowledge base names (AMP recommendations, tiers 1 and 2).
    """
    named = frequencies.core if frequencies else ()
    wanted = np.array([name in named for name in gene.names])
    return np.asarray(gene.needs[wanted].any(axis=0))


def causal_alleles(gene: CompiledGene) -> npt.NDArray[np.uint64]:
    """(P,) uint64: causal alleles, as bits by code, of core positions that a test should type."""
    place = {v.position: i for i, v in enumerate(gene.gene.variants)}
    found = np.zeros(len(place), np.uint64)
    for core in gene.gene.core_positions:
        if core.tier <= TYPED_TIER:
            site = place[core.position]
            code = gene.gene.variants[site].alleles.index(core.alt)
            found[site] |= np.uint64(1 << code)
    return found


def without_proxy(
    gene: CompiledGene, sites: npt.NDArray[np.bool_], answered: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """(P,) bool: those of some positions for which no answered proxy stands in.

    A proxy stands in where it is on record with its strength, and misses at most one in a
    hundred chromosomes with the causal allele; the posterior weighs what it leaves open.
    """
    place = {v.position: i for i, v in enumerate(gene.gene.variants)}
    left = sites.copy()
    for core in gene.gene.core_positions:
        strong = [place[p.position] for p in core.proxies if p.sensitivity >= PROXY_FINDS]
        if any(answered[site] for site in strong):
            left[place[core.position]] = False
    return left


def _common(frequencies: GeneFrequencies) -> set[str]:
    """Return the alleles that are common in some group."""
    totals = np.maximum(np.array(frequencies.totals, np.float64), 1)
    carried: dict[str, np.ndarray] = {}
    for haplotype in frequencies.haplotypes:
        counts = np.array(haplotype.counts, np.float64)
        carried[haplotype.allele] = carried.get(haplotype.allele, 0 * counts) + counts
    common = {name for name, n in carried.items() if (n / totals >= COMMON_FROM).any()}
    return common | {p.allele for p in frequencies.published if p.frequency >= COMMON_FROM}
