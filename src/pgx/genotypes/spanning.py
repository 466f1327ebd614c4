"""Deletions over a site that another record writes: ``*`` alleles and structural variants."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pgx.genotypes.matrix import GeneGenotypes
from pgx.genotypes.sites import STAR, GeneLocus

__all__ = ["settle_star"]


def settle_star(locus: GeneLocus, out: GeneGenotypes) -> None:
    """Explain each ``*`` by a defined deletion over the site; else it is undocumented."""
    for index, sample in np.unique(np.argwhere(out.call == STAR)[:, :2], axis=0).tolist():
        site = locus.sites[index]
        strands = np.flatnonzero(out.call[index, sample] == STAR).tolist()
        explained = _n_deletions(locus, out, index, sample)
        if len(strands) <= explained:
            out.call[index, sample, strands] = site.reference_code
            continue
        label = f"{out.gene.contig}:{site.variant.position}:{site.variant.ref}>*"
        out.call[index, sample, strands] = out.code_of_extra(index, label)
        out.add_note(sample, "spanning_deletion")


def _n_deletions(locus: GeneLocus, out: GeneGenotypes, index: int, sample: int) -> int:
    """Return how many strands carry a defined deletion over a site."""
    position = locus.sites[index].position
    return sum(
        _deletes(locus, other, out.call[other, sample].tolist(), position)
        for other, site in enumerate(locus.sites)
        if site.is_indel and site.position < position < site.position + len(site.ref)
    )


def _deletes(locus: GeneLocus, other: int, codes: Sequence[int], position: int) -> int:
    site = locus.sites[other]
    lengths = [len(allele) for allele in site.variant.alleles]
    return sum(0 <= c < len(lengths) and site.position + lengths[c] <= position for c in codes)
