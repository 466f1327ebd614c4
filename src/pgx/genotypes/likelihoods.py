"""Genotypes that are too unsure to count as called, and what their likelihoods say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import ABSENT, MISSING, LikelyGenotype, Unknown
from pgx.genotypes.sites import STAR, Site

__all__ = ["UNSURE", "likely_genotypes"]

UNSURE: Final = np.zeros(256, np.bool_)
"""Whether a reason, an `Unknown`, leaves a genotype to its likelihoods: unsure or contradicted."""
UNSURE[[Unknown.LOW_GQ, Unknown.LOW_DP, Unknown.AD_CONTRADICTS]] = True

_SLOTS: Final = ((0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2))
"""Allele indices of the six likelihoods of a scan, in the order of VCF."""


def likely_genotypes(
    site: Site, alts: Sequence[str], table: npt.NDArray[np.int8], phred: npt.NDArray[np.int16]
) -> tuple[LikelyGenotype, ...]:
    """Return the genotypes of one site with their phred-scaled likelihoods.

    Parameters
    ----------
    site
        The site, whose codes count.
    alts
        The record's alternatives.
    table
        Codes of the site by the record's allele index, as `SiteReader` reads them.
    phred
        (6,) int16: likelihoods as a scan has them, -1 where there is none.

    Notes
    -----
    ``<NON_REF>`` and ``<*>`` of a reference block stand for every documented alternative; a
    record that names alternatives leaves the others out. A record with ``*`` says nothing: what
    the haplotype carries there stands in another record.
    """
    if STAR in table[1 : len(alts) + 1]:
        return ()
    choices = [_codes(site, alts, table, allele) for allele in range(3)]
    found: dict[tuple[int, int], int] = {}
    for (one, two), value in zip(_SLOTS, phred.tolist(), strict=True):
        if value < 0:
            continue
        for first in choices[one]:
            for second in choices[two]:
                if one == two and first != second:
                    continue
                pair = min(first, second), max(first, second)
                found[pair] = min(value, found.get(pair, value))
    return tuple(LikelyGenotype(*pair, value) for pair, value in sorted(found.items()))


def _codes(
    site: Site, alts: Sequence[str], table: npt.NDArray[np.int8], allele: int
) -> tuple[int, ...]:
    """Return the codes of the site that an allele of the record may be."""
    if allele > len(alts):
        return ()
    code = int(table[allele])
    if code not in (MISSING, ABSENT):
        return (code,)
    if len(alts) > 1 or site.is_indel:
        return ()
    reference = int(table[0])
    return tuple(c for c in range(len(site.variant.alleles)) if c != reference)
