"""What a genome's own reads say at the positions of published alleles."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np

from pgx.genotypes.matrix import MISSING, GeneGenotypes, Unknown
from pgx.haplotypes.definitions import CompiledGene, compile_gene
from pgx.knowledge.snapshot import KnowledgeBase
from validation.data import genes
from validation.published import Pair

__all__ = [
    "all_core_answered",
    "copies_at",
    "copies_seen",
    "core_positions",
    "excluding_sites",
    "functions_of",
    "has_functions",
    "names_defined",
    "site_text",
    "sites_below_limits",
]


@functools.cache
def _compiled(gene: str) -> CompiledGene:
    return compile_gene(genes()[gene])


@functools.cache
def core_positions(gene: str) -> frozenset[int]:
    """Return the positions of the alleles that a clinical test should tell apart.

    All defining positions where the knowledge base names no such alleles for the gene.
    """
    knowledge = KnowledgeBase()
    rows = knowledge.table("core_alleles") if _has_core(knowledge) else []
    names = {row["allele"] for row in rows if row["gene"] == gene}
    definition = genes()[gene]
    core = {p for allele in definition.alleles if allele.name in names for p in allele.defining}
    return frozenset(core or {variant.position for variant in definition.variants})


def _has_core(knowledge: KnowledgeBase) -> bool:
    return "core_alleles.tsv" in knowledge.manifest.tables


def all_core_answered(genotypes: GeneGenotypes) -> bool:
    """Say whether every core position of the first sample has data on both haplotypes."""
    core = core_positions(genotypes.gene.gene)
    where = [i for i, v in enumerate(genotypes.gene.variants) if v.position in core]
    return not bool((genotypes.call[where, 0] == MISSING).any())


def has_functions(gene: str) -> bool:
    """Say whether any allele of the gene has a function."""
    return any(allele.function for allele in genes()[gene].alleles)


def copies_at(gene: str, pair: Pair, rsid: str) -> int | None:
    """Return how many of two alleles have a variant at a site, None where one is not defined."""
    definition = genes()[gene]
    site = next(v.position for v in definition.variants if v.rsid == rsid)
    defining = {a.name: a.defining for a in definition.alleles}
    if not defining.keys() >= {*pair}:
        return None
    return sum(site in defining[name] for name in pair)


@functools.cache
def functions_of(gene: str, pair: Pair) -> tuple[str, ...] | None:
    """Return the sorted functions of two alleles, None where one is not defined.

    An allele without a function row is of uncertain function.
    """
    definition = genes()[gene]
    known = {a.name: a.function or definition.uncertain_function for a in definition.alleles}
    if not known.keys() >= {*pair}:
        return None
    return tuple(sorted(known[name] or "" for name in pair))


def copies_seen(genotypes: GeneGenotypes) -> Mapping[str, int]:
    """Return how many copies of each one-variant allele the sites show."""
    compiled = _compiled(genotypes.gene.gene)
    found = {}
    for allele, name in enumerate(compiled.names):
        sites = np.flatnonzero(compiled.weights[allele])
        if len(sites) == 1:
            mask = int(compiled.masks[allele, sites[0]])
            codes = genotypes.call[sites[0], 0].tolist()
            found[name] = sum(1 for code in codes if code > 0 and mask >> code & 1)
    return {name: copies for name, copies in found.items() if copies}


def names_defined(gene: str) -> set[str]:
    """Return the names of the alleles that can be called from small variants."""
    return {*_compiled(gene).names}


def excluding_sites(genotypes: GeneGenotypes, wanted: frozenset[Pair]) -> list[int]:
    """Return answered sites (indices) whose alleles no wanted diplotype allows.

    Of several wanted ones, those of the one with the fewest such sites.
    """
    compiled = _compiled(genotypes.gene.gene)
    excluded = []
    for a, b in sorted(wanted):
        if a not in compiled.names or b not in compiled.names:
            continue
        masks = compiled.masks[compiled.names.index(a)], compiled.masks[compiled.names.index(b)]
        excluded.append(
            {i for i in range(len(masks[0])) if _excludes(genotypes, i, masks[0][i], masks[1][i])}
        )
    fewest: set[int] = min(excluded, key=lambda sites: len(sites), default=set())
    return sorted(fewest)


def sites_below_limits(genotypes: GeneGenotypes, wanted: Pair, ours: Pair) -> list[int]:
    """Return sites that tell two diplotypes apart and have reads, but too few to be answered."""
    compiled = _compiled(genotypes.gene.gene)
    if not {*wanted, *ours} <= {*compiled.names}:
        return []
    masks = [
        np.sort(compiled.masks[[compiled.names.index(name) for name in pair]], axis=0)
        for pair in (wanted, ours)
    ]
    differs = (masks[0] != masks[1]).any(axis=0)
    weak = np.isin(genotypes.reason[:, 0], (Unknown.LOW_GQ, Unknown.LOW_DP))
    return [int(site) for site in np.flatnonzero(differs & weak)]


def _excludes(genotypes: GeneGenotypes, site: int, one: np.integer, two: np.integer) -> bool:
    codes = genotypes.call[site, 0].tolist()
    if MISSING in codes or min(codes) < 0:
        return False
    return not any(int(one) >> x & 1 and int(two) >> y & 1 for x, y in (codes, codes[::-1]))


def site_text(genotypes: GeneGenotypes, site: int) -> str:
    """Return a site's name and the first sample's alleles there."""
    variant = genotypes.gene.variants[site]
    alleles = "/".join(genotypes.label(site, c) for c in genotypes.call[site, 0].tolist())
    return f"{variant.rsid or variant.position} {alleles}"
