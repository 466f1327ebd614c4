"""Mitochondrial genotypes by their reads: a cell has many mitochondria, and they may differ.

A caller of nuclear genotypes writes ``0`` where a fifth of the mitochondria carry the variant.
Such a person is a carrier: aminoglycosides have caused deafness at low shares of m.1555A>G.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import ABSENT, MISSING, GeneGenotypes, Unknown
from pgx.genotypes.sites import Site

__all__ = ["BELOW", "LEAST_READS", "LEAST_SHARE", "NOTE", "read_heteroplasmy"]

LEAST_SHARE: Final = 0.05
"""Share of reads from which an allele counts as carried.

Nuclear copies of mitochondrial sequence and errors of reads stay below 2-5% at usual depths
(Weissensteiner et al. 2021, contamination and heteroplasmy levels).
"""
LEAST_READS: Final = 3
"""Reads from which an allele counts as carried: two may be one error of an amplified fragment."""
NOTE: Final = "heteroplasmy"
BELOW: Final = "heteroplasmy_below_limit"

Codes = npt.NDArray[np.int8]
Reasons = npt.NDArray[np.uint8]


def read_heteroplasmy(
    found: GeneGenotypes,
    index: int,
    site: Site,
    table: Codes,
    reads: npt.NDArray[np.int32],
    codes: Codes,
    reason: Reasons,
) -> tuple[Codes, Reasons]:
    """Return genotypes and reasons of one record as its reads have them.

    Parameters
    ----------
    found
        Takes the shares and the notes.
    index, site
        The position.
    table
        Codes of the site by the record's allele index.
    reads
        (N, 3) reads of alleles 0, 1 and 2, -1 throughout where they have no say.
    codes, reason
        (N, 2) and (N,): what the record says without them.
    """
    codes, reason = codes.copy(), reason.copy()
    for sample in np.flatnonzero(reads[:, 0] >= 0).tolist():
        own = reads[sample]
        if not set(codes[sample].tolist()) <= {MISSING, ABSENT, *table[: len(own)].tolist()}:
            continue  # an allele beyond those whose reads are known
        total = int(np.maximum(own, 0).sum())
        altered = _altered(site, table, own)
        if altered is None or not total:
            continue
        code, count = altered
        is_seen = _counts(count, total)
        is_reference_seen = _counts(total - count, total)
        if count:
            found.shares[index, sample] = round(count / total, 4)
        if is_seen:
            codes[sample] = code, ABSENT
            reason[sample] = Unknown.NONE
            if is_reference_seen:
                found.add_note(sample, NOTE)
        elif code in codes[sample]:
            codes[sample] = MISSING, ABSENT
            reason[sample] = Unknown.AD_CONTRADICTS
        elif count and reason[sample] == Unknown.NONE:
            found.add_note(sample, BELOW)
    return codes, reason


def _counts(count: int, total: int) -> bool:
    """Whether reads of an allele suffice for it to count as carried."""
    return count >= LEAST_READS and count >= LEAST_SHARE * total


def _altered(site: Site, table: Codes, reads: npt.NDArray[np.int32]) -> tuple[int, int] | None:
    """Return code and reads of the alternative with most reads, documented ones first."""
    n_documented = len(site.variant.alleles)
    best: tuple[bool, int, int] | None = None
    for allele in range(1, min(len(reads), len(table) - 2)):
        code, count = int(table[allele]), int(reads[allele])
        if code in (MISSING, ABSENT, site.reference_code) or count < 0:
            continue
        is_documented = 0 <= code < n_documented
        total = int(np.maximum(reads, 0).sum())
        rank = (is_documented and _counts(count, total), count, code)
        best = rank if best is None else max(best, rank)
    return None if best is None else (best[2], best[1])
