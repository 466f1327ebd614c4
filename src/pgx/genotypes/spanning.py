"""Deletions over a site that another record writes: ``*`` alleles and structural variants."""

from __future__ import annotations

import numpy as np

from pgx.genotypes.matrix import MISSING, GeneGenotypes
from pgx.genotypes.sites import STAR, GeneLocus, Site

__all__ = ["settle_star"]


def settle_star(locus: GeneLocus, out: GeneGenotypes) -> None:
    """Explain each ``*`` by a defined deletion over the site; else it is undocumented.

    Where it is not known whether the sample carries such a deletion, the haplotype is unknown.
    """
    stars = out.call == STAR
    if not stars.any():
        return
    for index, sample in np.unique(np.argwhere(stars)[:, :2], axis=0).tolist():
        site = locus.sites[index]
        haplotypes = np.flatnonzero(out.call[index, sample] == STAR).tolist()
        deletions = _deletions_over(locus, index)
        if len(haplotypes) <= sum(_n_deleted(locus, out, d, sample, index) for d in deletions):
            out.call[index, sample, haplotypes] = site.reference_code
            continue
        out.add_note(sample, "spanning_deletion")
        if any((out.call[d, sample] == MISSING).any() for d in deletions):
            out.call[index, sample, haplotypes] = MISSING
            continue
        label = f"{out.gene.contig}:{site.variant.position}:{site.variant.ref}>*"
        out.call[index, sample, haplotypes] = out.code_of_extra(index, label)


def _deletions_over(locus: GeneLocus, index: int) -> list[int]:
    """Return the sites of defined deletions over a site."""
    position = locus.sites[index].position
    return [
        other
        for other, site in enumerate(locus.sites)
        if site.position < position < site.position + len(site.ref)
        and any(_ends_before(site, allele, position) for allele in site.variant.alleles)
    ]


def _ends_before(site: Site, allele: str, position: int) -> bool:
    return site.position + len(allele) <= position


def _n_deleted(locus: GeneLocus, out: GeneGenotypes, other: int, sample: int, index: int) -> int:
    """Return how many haplotypes carry a site's deletion of another site."""
    site, position = locus.sites[other], locus.sites[index].position
    alleles = site.variant.alleles
    codes = out.call[other, sample].tolist()
    return sum(0 <= c < len(alleles) and _ends_before(site, alleles[c], position) for c in codes)
