"""Allele definitions of a gene as arrays, and the alleles carried by a haplotype."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.errors import InvariantError, SnapshotSchemaError, UnknownAlleleError
from pgx.genotypes.matrix import MISSING, GeneGenotypes
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
    "Floats",
    "HaplotypeMasks",
    "Meanings",
    "carried_causes",
    "causal_allele_bits",
    "compile_gene",
    "contained",
    "core_sites",
    "extra_names",
    "matching_alleles",
    "named_sites",
    "uncertain_positions",
    "without_function",
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
        A names as printed (suballeles by their core allele), without structural alleles.
    masks
        (A, P) uint64: bit k set where the definition allows code k.
    weights
        (A, P) bool: the definition's row includes the position (the reference row: all).
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
        Alleles with known causal variants, by tier, then by number of required variants.
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
    """Return the codes allowed by a definition's cell, as bits."""
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
    """Return the causal variants of each allele that has them in the release.

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
    """Finds the definition of a haplotype name, position by position.

    ``undocumented`` maps the ``g.`` name of an undocumented allele to its position
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
        """Return masks and defined positions of every definition with the name.

        One for a combination; suballeles share the name of their core allele; none for an invalid
        name.
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
        """Return a haplotype's function; for a variant list, that of its most severe variant."""
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
        """Return the function of duplications and tandems; None for other names."""
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
COMMON_FROM: Final = 1e-3
"""Share of chromosomes in some group from which an allele counts as common."""


def core_sites(gene: CompiledGene, frequencies: GeneFrequencies | None) -> npt.NDArray[np.bool_]:
    """(P,) bool: positions of alleles that a test should include, or that are common.

    The first are `named_sites`, the second those of alleles with a frequency of at least
    `COMMON_FROM` in a group, unless their function is the default allele's.
    """
    common = _common(frequencies) if frequencies else set()
    usual = gene.functions[gene.default_index]
    pairs = zip(gene.names, gene.functions, strict=True)
    wanted = np.array([name in common and function != usual for name, function in pairs])
    return np.asarray(gene.needs[wanted].any(axis=0)) | named_sites(gene, frequencies)


def named_sites(gene: CompiledGene, frequencies: GeneFrequencies | None) -> npt.NDArray[np.bool_]:
    """(P,) bool: positions of the alleles that a clinical test should at least detect.

    Those listed in the knowledge base (AMP recommendations, tiers 1 and 2).
    """
    named = frequencies.core if frequencies else ()
    wanted = np.array([name in named for name in gene.names])
    return np.asarray(gene.needs[wanted].any(axis=0))


def causal_allele_bits(gene: CompiledGene) -> npt.NDArray[np.uint64]:
    """(P,) uint64: causal alleles, as bits by code, of core positions that a test should type."""
    place = {v.position: i for i, v in enumerate(gene.gene.variants)}
    found = np.zeros(len(place), np.uint64)
    for core in gene.gene.core_positions:
        if core.tier <= TYPED_TIER:
            site = place[core.position]
            code = gene.gene.variants[site].alleles.index(core.alt)
            found[site] |= np.uint64(1 << code)
    return found


def _common(frequencies: GeneFrequencies) -> set[str]:
    """Return the alleles that are common in some group."""
    totals = np.maximum(np.array(frequencies.totals, np.float64), 1)
    carried: dict[str, np.ndarray] = {}
    for haplotype in frequencies.haplotypes:
        counts = np.array(haplotype.counts, np.float64)
        carried[haplotype.allele] = carried.get(haplotype.allele, 0 * counts) + counts
    common = {name for name, n in carried.items() if (n / totals >= COMMON_FROM).any()}
    return common | {p.allele for p in frequencies.published if p.frequency >= COMMON_FROM}


NO_FUNCTION: Final = "No function"
"""CPIC's term; alleles of scored genes have the activity value 0 instead."""


def carried_causes(
    gene: CompiledGene, codes: npt.NDArray[np.int8], contained: list[int]
) -> list[int]:
    """Return alleles whose causal variants a haplotype carries without fitting their definition.

    Parameters
    ----------
    gene
        Its ``causes`` list the alleles by tier, the simplest of equal ones first.
    codes
        (P,) int8: the haplotype.
    contained
        Alleles all of whose variants the haplotype carries. A causal variant of one of them has
        that allele's function, unless the haplotype is part of a larger definition: SLCO1B1 ``*5``
        with one more variant of ``*47`` is a part of ``*47``.

    Returns
    -------
    list of int
        Indices of alleles with a function other than the default allele's: lowest activity first,
        otherwise by tier. Of alleles with the same causal variants only the first.
    """
    explained = {int(i) for a in contained for i in np.flatnonzero(gene.needs[a])}
    usual = {gene.functions[gene.default_index], gene.gene.uncertain_function or None}
    found: list[int] = []
    for cause in gene.causes:
        carried = all(codes[index] == code for index, code in cause.variants)
        sites = {index for index, _ in cause.variants}
        if not carried or gene.functions[cause.allele] in usual:
            continue
        if not sites <= explained or _is_part(gene, cause.allele, codes):
            found.append(cause.allele)
            explained |= sites
    # The most harmful effect leads: a report must not hide it behind a milder one.
    return sorted(found, key=lambda a: _activity(gene.values[a]))


def without_function(gene: CompiledGene, contained: list[int]) -> int | None:
    """Return the complete no-function allele on a haplotype, None without one.

    A loss of function is not restored by another variant in cis, for example a frameshift. So a
    haplotype without a definition has no function if it contains a no-function allele.
    """
    return next((a for a in contained if _has_none(gene, a)), None)


def _has_none(gene: CompiledGene, allele: int) -> bool:
    return gene.functions[allele] == NO_FUNCTION or _activity(gene.values[allele]) == 0.0


def uncertain_positions(
    gene: CompiledGene, allele: int, codes: npt.NDArray[np.int8]
) -> tuple[int, ...]:
    """Return the causal positions of an allele, and a haplotype's mismatches.

    Genotyping them again shows whether the haplotype is that allele.
    """
    causal = {i for cause in gene.causes if cause.allele == allele for i, _ in cause.variants}
    known = np.flatnonzero(codes != MISSING)
    bits = np.uint64(1) << codes[known].astype(np.uint64)
    others = known[(gene.masks[allele, known] & bits) == 0]
    return tuple(sorted({*causal, *others.tolist()}))


def _is_part(gene: CompiledGene, allele: int, codes: npt.NDArray[np.int8]) -> bool:
    """Whether an allele's definition allows every variant of a haplotype."""
    sites = np.flatnonzero((codes != gene.base) & (codes != MISSING))
    bits = np.uint64(1) << codes[sites].astype(np.uint64)
    return bool((gene.masks[allele, sites] & bits).all())


def _activity(value: str | None) -> float:
    """Return an activity value as a number, infinite if the gene has none."""
    try:
        return float(value or "inf")
    except ValueError:
        return float("inf")


_ANY: Final = np.uint64(2**64 - 1)


def _allowed(masks: npt.NDArray[np.uint64], codes: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """(A, P) bool: whether each definition matches the haplotype; missing data match."""
    bits = np.uint64(1) << np.maximum(codes, 0).astype(np.uint64)
    # All bits set: an unknown position must match every definition that allows anything.
    bits[codes == MISSING] = _ANY  # every definition allows something
    return np.asarray((masks & bits) != 0)


def matching_alleles(gene: CompiledGene, codes: npt.NDArray[np.int8]) -> list[int]:
    """Return alleles whose full definition the haplotype fits, most called positions first."""
    fits = np.flatnonzero(_allowed(gene.masks, codes).all(axis=1))
    weight = (gene.weights & (codes != MISSING)).sum(axis=1)
    return sorted((int(a) for a in fits), key=lambda a: (-int(weight[a]), a))


def contained(
    gene: CompiledGene, codes: npt.NDArray[np.int8], *, missing_fits: bool = False
) -> list[int]:
    """Return alleles all of whose required variants the haplotype carries, largest first.

    An allele is omitted if larger ones explain all its variants. With ``missing_fits`` missing
    positions count as carrying the variant, if at least one is missing.
    """
    need = gene.needs
    known = codes != MISSING
    differs = known & (codes != gene.base)
    lacks = need & (known & ~differs) if missing_fits else need & ~differs
    rows = np.flatnonzero(gene.is_variant & ~lacks.any(axis=1))
    allowed = _allowed(gene.masks[rows], codes)
    good = (~need[rows] | allowed).all(axis=1)
    rows, allowed = rows[good], allowed[good]
    if missing_fits:
        return [a for a in rows.tolist() if (need[a] & ~known).any()]
    carried = dict(zip(rows.tolist(), allowed & differs & gene.weights[rows], strict=True))
    # Largest first: an allele whose variants a larger one explains is not named beside it.
    found = sorted(carried, key=lambda a: (-int(need[a].sum()), a))
    kept: list[int] = []
    explained = np.zeros(len(codes), np.bool_)
    for a in found:
        if (need[a] & ~explained).any():
            kept.append(a)
            explained |= carried[a]
    return kept


def extra_names(
    gene: CompiledGene,
    codes: npt.NDArray[np.int8],
    named: list[int],
    genotypes: GeneGenotypes,
) -> list[tuple[int, str]]:
    """Return (position index, ``g.`` name) of variants not explained by the named alleles."""
    explained = codes == gene.base
    explained |= codes == MISSING
    if named:
        allowed = _allowed(gene.masks[named], codes)
        explained |= (allowed & (gene.needs[named] | gene.weights[named])).any(axis=0)
    names = []
    for index in np.flatnonzero(~explained).tolist():
        names.append((index, _g_name(gene, index, int(codes[index]), genotypes)))
    return names


def _g_name(gene: CompiledGene, index: int, code: int, genotypes: GeneGenotypes) -> str:
    variant = gene.gene.variants[index]
    if code >= len(variant.alleles):
        _, position, change = genotypes.label(index, code).split(":")
        return f"g.{position}{change}"
    before = variant.alleles[int(gene.base[index])]
    return f"g.{variant.position}{before}>{variant.alleles[code]}"


Floats = npt.NDArray[np.float64]
