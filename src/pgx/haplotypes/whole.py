"""Names of haplotypes, and the quick path for samples without missing sites."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, GeneGenotypes
from pgx.haplotypes import listing, star
from pgx.haplotypes.definitions import CompiledGene
from pgx.haplotypes.listing import contradicted, in_gene_order, variants_on
from pgx.haplotypes.outcome import DiplotypeSet, FunctionPair, Haplotype, doubtful_sites
from pgx.haplotypes.prior import HaplotypePrior
from pgx.records.genes import Strategy, format_diplotype, natural_key

__all__ = [
    "WholeCaller",
    "WholePair",
    "describe_allele",
    "describe_codes",
    "describe_known",
    "whole_pairs",
]


def describe_codes(
    gene: CompiledGene,
    codes: npt.NDArray[np.int8],
    genotypes: GeneGenotypes,
    *,
    whole: bool = True,
) -> tuple[Haplotype, tuple[str | None, ...]]:
    """Return a haplotype of (P,) int8 codes by name, and the functions it may turn out to have.

    ``whole`` lists all its variants, in genes that list variants; otherwise the haplotype goes
    by its most serious one. ``genotypes`` give the labels of undocumented alleles.
    """
    if gene.gene.strategy is Strategy.VARIANT_LIST:
        return listing.describe_codes(gene, codes, genotypes, whole=whole)
    return star.describe_codes(gene, codes, genotypes)


def describe_allele(gene: CompiledGene, allele: int) -> tuple[Haplotype, tuple[str | None, ...]]:
    """Return the haplotype that carries one named allele (its index) and nothing else."""
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
    """Return a known haplotype by name: of the allele that alone describes it, if not -1."""
    if allele >= 0:
        return describe_allele(gene, allele)
    return describe_codes(gene, codes, genotypes, whole=whole)


_MAX_REMEMBERED: Final = 20_000


class WholePair(NamedTuple):
    """Two haplotypes as the bytes of their (P,) int8 codes, in the order of these.

    Both are the same where there is one haplotype only. ``undocumented`` are the labels of the
    alleles that no definition names, by position.
    """

    first: bytes
    second: bytes
    haploid: bool
    undocumented: tuple[str, ...] = ()


def whole_pairs(genotypes: GeneGenotypes) -> list[WholePair | None]:
    """Return the haplotypes of each column, None where anything is open.

    Open are positions without an answer, and phase; and which of two alleles that no definition
    names comes first, where one position has both.
    """
    calls = genotypes.call
    if not len(calls):
        return [None] * calls.shape[1]
    found: list[WholePair | None] = [None] * calls.shape[1]
    whole = ((calls[:, :, 0] >= 0) & (calls[:, :, 1] != MISSING)).all(axis=0)
    if not whole.any():
        return found
    n_known = np.array([len(v.alts) + 1 for v in genotypes.gene.variants])[:, None]
    haploid = (calls[:, :, 1] == ABSENT).any(axis=0)
    strange = (calls >= n_known[:, :, None]).sum(axis=2)
    whole &= ((strange < 2) | (calls[:, :, 0] == calls[:, :, 1])).all(axis=0)
    whole &= haploid | _in_one_block(genotypes)
    haplotypes = np.ascontiguousarray(calls.transpose(1, 2, 0))
    is_strange = strange.any(axis=0).tolist()
    for column in np.flatnonzero(whole).tolist():
        pair = _pair(haplotypes[column], bool(haploid[column]))
        if is_strange[column]:
            pair = pair._replace(undocumented=_labels(genotypes, column, n_known))
        found[column] = pair
    return found


def _pair(haplotypes: npt.NDArray[np.int8], haploid: bool) -> WholePair:  # noqa: FBT001
    one = haplotypes[0].tobytes()
    two = one if haploid else haplotypes[1].tobytes()
    return WholePair(one, two, haploid) if one <= two else WholePair(two, one, haploid)


def _labels(
    genotypes: GeneGenotypes, column: int, n_known: npt.NDArray[np.int64]
) -> tuple[str, ...]:
    """Return the labels of the alleles of one column that no definition names."""
    calls = genotypes.call[:, column]
    codes = calls[:, 0] if (calls[:, 1] == ABSENT).any() else calls.max(axis=1)
    return tuple(
        genotypes.label(index, int(codes[index]))
        for index in np.flatnonzero(codes >= n_known[:, 0]).tolist()
    )


def _in_one_block(genotypes: GeneGenotypes) -> npt.NDArray[np.bool_]:
    """(N,) bool: columns whose haplotypes differ in one phase block, or at one position."""
    differs = genotypes.call[:, :, 0] != genotypes.call[:, :, 1]
    block = genotypes.phase_block
    highest = np.where(differs, block, UNPHASED).max(axis=0)
    alike = (~differs | (block == highest)).all(axis=0) & (highest != UNPHASED)
    return np.asarray(alike | (differs.sum(axis=0) <= 1))


class _Whole(NamedTuple):
    """One haplotype: its place among the others, its name and possible functions, its variants."""

    place: tuple[int, bytes]
    haplotype: Haplotype
    functions: tuple[str | None, ...]
    variants: tuple[str, ...]
    notes: tuple[str, ...]


class WholeCaller:
    """Says of pairs of whole haplotypes what `InferredCaller` says of them."""

    def __init__(self, gene: CompiledGene, prior: HaplotypePrior) -> None:
        self._gene, self._prior = gene, prior
        self._is_listing = gene.gene.strategy is Strategy.VARIANT_LIST
        self._haplotypes: dict[tuple[bytes, tuple[str, ...]], _Whole] = {}

    def call(self, pair: WholePair, genotypes: GeneGenotypes) -> DiplotypeSet:
        """Return the one diplotype that a pair is; ``genotypes`` are those that it is of."""
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

    def _outcomes(self, chosen: list[_Whole], name: str) -> list[FunctionPair]:
        """Return what the pair means, then what its haplotypes may mean as well."""
        if not self._gene.gene.rules:
            return [_outcome([w.haplotype.function for w in chosen], name, 1.0)]
        found: dict[tuple[str, ...], FunctionPair] = {}
        for functions in itertools.product(*(w.functions for w in chosen)):
            key = tuple(sorted(f or "" for f in functions))
            if key not in found:
                found[key] = _outcome(functions, name, None if found else 1.0)
        own, *others = found.values()
        discriminating = doubtful_sites(w.haplotype for w in chosen)
        return [own, *(replace(outcome, settled_by=discriminating) for outcome in others)]

    def _haplotype(
        self, codes: bytes, undocumented: tuple[str, ...], genotypes: GeneGenotypes
    ) -> _Whole:
        key = codes, undocumented  # the same code may be another allele in another input
        known = self._haplotypes.get(key)
        if known is None:
            known = self._described(codes, genotypes)
            if len(self._haplotypes) < _MAX_REMEMBERED:
                self._haplotypes[key] = known
        return known

    def _described(self, key: bytes, genotypes: GeneGenotypes) -> _Whole:
        gene, codes = self._gene, np.frombuffer(key, np.int8)
        row = self._prior.row_of(key)
        if row is None:
            haplotype, functions = describe_codes(gene, codes, genotypes)
        else:
            allele = int(self._prior.definition[row])
            haplotype, functions = describe_known(gene, allele, codes, genotypes)
        notes = contradicted(gene, codes)
        if not self._is_listing and haplotype.name not in gene.names:
            notes.append("combination_or_partial")
        variants = variants_on(gene, codes, genotypes) if self._is_listing else ()
        place = (len(self._prior.codes), key) if row is None else (row, b"")
        return _Whole(place, haplotype, functions, variants, tuple(notes))


def _outcome(
    functions: tuple[str | None, ...] | list[str | None], name: str, share: float | None
) -> FunctionPair:
    second = functions[1] if len(functions) == 2 else None
    return FunctionPair(functions[0], second, name, share)


def _factor(chosen: list[_Whole]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = sorted((w.haplotype.name,) for w in chosen)
    return names[0], names[1] if len(names) == 2 else ()
