"""Observations from a saved result: what an input showed, without the input.

A saved call holds every observed genotype at the gene's defining positions. Positions that
today's definitions have and the saved call has not are without a record; alleles that had no
definition then and have one now are read as documented.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from pgx.base.calls import GeneCall, SiteObservation
from pgx.base.errors import ResultFileError
from pgx.base.genes import DefiningVariant, GeneDefinition
from pgx.genotypes.matrix import (
    ABSENT,
    MISSING,
    UNPHASED,
    Evidence,
    GeneGenotypes,
    LikelyGenotype,
    SeenCopies,
    Unknown,
)

__all__ = ["INPUT_NOTES", "saved_genotypes"]

INPUT_NOTES: Final = frozenset(
    {
        "conflict", "haploid_in_female", "haploid_on_autosome", "heteroplasmy",
        "heteroplasmy_below_limit", "male_heterozygous",
        "mixed_ploidy", "no_depth", "sex_unknown", "spanning_deletion",
    }
)  # fmt: skip
"""Notes that speak of the input, and hold whatever the definitions are."""
_UNKNOWN_ALLELE: Final = "."


def saved_genotypes(call: GeneCall, gene: GeneDefinition) -> GeneGenotypes:
    """Return one sample's observations at a gene's positions as today's release has them.

    Raises
    ------
    ResultFileError
        A position has a word that `pgx` does not write, or a number too large.
    """
    found = GeneGenotypes.empty(gene, (call.sample,))
    sites = {site.position: site for site in call.sites}
    for index, variant in enumerate(gene.variants):
        site = sites.get(f"{gene.contig}:{variant.position}")
        if site is None:
            continue
        try:
            _put(found, index, variant, site)
        except (KeyError, OverflowError) as error:
            raise ResultFileError(
                "a saved position has a word or a number that pgx does not write",
                where=f"{call.gene} {site.position}",
                remedy="run pgx annotate again",
            ) from error
    _put_copies(found, call)
    found.notes[0] = set(call.notes) & INPUT_NOTES
    return found


def _put_copies(found: GeneGenotypes, call: GeneCall) -> None:
    """Put back what structural records say of copies, and whether one is no known allele."""
    records = () if call.structure is None else call.structure.records
    place = {variant.position: site for site, variant in enumerate(found.gene.variants)}
    for record in records:
        sites = tuple(place[p] for p in record.positions if p in place)
        found.copies[0] = SeenCopies(
            record.allele, record.kind, record.copies, sites, record.quality
        )
    found.structural[0] = "structural_variant" in call.notes and not records


def _put(found: GeneGenotypes, index: int, variant: DefiningVariant, site: SiteObservation) -> None:
    codes = [_code(found, index, variant, allele) for allele in site.alleles]
    found.call[index, 0] = np.array([*codes, ABSENT][:2], np.int8)
    block = site.phase_block if site.phased else None
    found.phase_block[index, 0] = UNPHASED if block is None else block
    found.evidence[index, 0] = Evidence[site.evidence.upper()]
    found.reason[index, 0] = Unknown[site.reason.upper()] if site.reason else Unknown.NONE
    found.gq[index, 0] = -1 if site.gq is None else site.gq
    found.dp[index, 0] = -1 if site.dp is None else site.dp
    if site.heteroplasmy is not None:
        found.shares[index, 0] = site.heteroplasmy
    if site.likelihoods:
        found.likelihoods[index, 0] = tuple(_likely(found, index, variant, site.likelihoods))


def _likely(
    found: GeneGenotypes,
    index: int,
    variant: DefiningVariant,
    saved: Iterable[tuple[str, str, int]],
) -> Iterable[LikelyGenotype]:
    for one, two, phred in saved:
        first, second = (_code(found, index, variant, allele) for allele in (one, two))
        yield LikelyGenotype(first, second, phred)


def _code(found: GeneGenotypes, index: int, variant: DefiningVariant, allele: str) -> int:
    """Return the code of a saved allele: a string of the definitions, or a label."""
    if allele == _UNKNOWN_ALLELE:
        return MISSING
    place = f"{found.gene.contig}:{variant.position}:{variant.ref}>"
    known = allele.removeprefix(place)  # undocumented then, perhaps documented now
    if known in variant.alleles:
        return variant.alleles.index(known)
    return found.code_of_extra(index, allele if ":" in allele else place + allele)
