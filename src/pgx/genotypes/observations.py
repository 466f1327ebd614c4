"""Observations of one gene's sites, written for all samples: codes, reasons, likelihoods."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import ABSENT, MISSING, Evidence, GeneGenotypes, LikelyGenotype, Unknown
from pgx.genotypes.sites import STAR, GeneLocus, Site
from pgx.io.records import Scan, SiteReason
from pgx.records.notes import NoteCode

__all__ = ["UNSURE", "SiteWriter", "likely_genotypes"]

UNSURE: Final = np.zeros(256, np.bool_)
"""Whether a reason, an `Unknown`, leaves a genotype to its likelihoods: unsure or contradicted."""
# These genotypes were made from usable reads. A failed filter or a broken field leaves nothing that
# a likelihood could be taken from.
UNSURE[[Unknown.LOW_GQ, Unknown.LOW_DP, Unknown.AD_CONTRADICTS]] = True

_SLOTS: Final = ((0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2))
"""Allele indices of the six likelihoods of a scan, in the order of VCF."""

_REASONS = {
    SiteReason.LOW_GQ: Unknown.LOW_GQ,
    SiteReason.LOW_DP: Unknown.LOW_DP,
    SiteReason.AD_CONTRADICTS: Unknown.AD_CONTRADICTS,
    SiteReason.FILTERED: Unknown.FILTERED,
    SiteReason.POLYPLOID: Unknown.PLOIDY,
    SiteReason.TOO_MANY_ALLELES: Unknown.PLOIDY,
    SiteReason.AMBIGUOUS_BASE: Unknown.AMBIGUOUS_BASE,
    SiteReason.NO_GENOTYPE: Unknown.NO_GENOTYPE,
    SiteReason.NO_CALL: Unknown.NO_GENOTYPE,
    SiteReason.UNREADABLE: Unknown.UNREADABLE,
    SiteReason.LOW_GP: Unknown.LOW_GP,
}
_OK, _FILTERED = int(Unknown.NONE), int(Unknown.FILTERED)
_REF_MISMATCH, _NO_GENOTYPE = int(Unknown.REF_MISMATCH), int(Unknown.NO_GENOTYPE)
_REASON_TABLE = np.full(256, Unknown.UNREADABLE, np.uint8)
_REASON_TABLE[SiteReason.OK] = Unknown.NONE
for _key, _value in _REASONS.items():
    _REASON_TABLE[_key] = _value


class SiteWriter:
    """Writes the genotypes of one scan's records at a gene's sites.

    ``numbers`` are the indices of all records that touch a site, in order; ``mismatched`` those
    of records whose REF is not the assembly's base.
    """

    def __init__(
        self,
        locus: GeneLocus,
        scan: Scan,
        mismatched: AbstractSet[int],
        out: GeneGenotypes,
        numbers: Sequence[int],
    ) -> None:
        self.locus, self.scan, self.out = locus, scan, out
        records = scan.records
        self._row = {number: row for row, number in enumerate(numbers)}
        reason = _REASON_TABLE[scan.reason[numbers]]
        reason[[not records[n].filter_passed for n in numbers]] = _FILTERED
        reason[[n in mismatched for n in numbers]] = _REF_MISMATCH
        missing = (scan.genotypes[numbers] == MISSING).all(axis=2)
        # Only where nothing else is wrong: a failed filter is the more useful reason.
        reason[(reason == _OK) & missing] = _NO_GENOTYPE
        self._reasons = reason

    def reasons(self, number: int) -> npt.NDArray[np.uint8]:
        """Return the reason why each sample's genotype is missing, (N,) uint8."""
        return np.asarray(self._reasons[self._row[number]])

    def write(
        self,
        index: int,
        mask: npt.NDArray[np.bool_],
        codes: npt.NDArray[np.int8],
        block: npt.NDArray[np.int32],
        reason: npt.NDArray[np.uint8],
        number: int,
        evidence: Evidence,
    ) -> None:
        """Write a record's genotypes at a site for the samples of ``mask``."""
        if not mask.any():
            return
        out = self.out
        out.call[index][mask] = codes[mask]
        out.phase_block[index][mask] = block[mask]
        out.reason[index][mask] = reason[mask]
        out.evidence[index][mask] = evidence
        out.gq[index][mask] = self.scan.gq[number][mask]
        out.dp[index][mask] = self.scan.dp[number][mask]

    def keep_likelihoods(
        self,
        index: int,
        mask: npt.NDArray[np.bool_],
        reason: npt.NDArray[np.uint8],
        number: int,
        table: npt.NDArray[np.int8],
    ) -> None:
        """Keep likelihoods of genotypes below the thresholds, for the samples of ``mask``."""
        if self.scan.likelihoods is None:
            return
        for sample in np.flatnonzero(mask & UNSURE[reason]).tolist():
            self.keep_likelihood(index, sample, number, table)

    def keep_likelihood(
        self, index: int, sample: int, number: int, table: npt.NDArray[np.int8]
    ) -> None:
        """Keep the likelihoods of one genotype below the thresholds."""
        values = self.scan.likelihoods
        if values is not None:
            alts, site = self.scan.records[number].alts, self.locus.sites[index]
            likely = likely_genotypes(site, alts, table, values[number, sample])
            if len(likely) > 1:
                self.out.likelihoods[index, sample] = likely

    def set_conflict(self, index: int, sample: int) -> None:
        """Set a site with contradictory records to missing."""
        self.out.call[index, sample] = MISSING
        self.out.likelihoods.pop((index, sample), None)
        self.out.reason[index, sample] = Unknown.CONFLICT
        self.out.add_note(sample, NoteCode.CONFLICT)


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

    Notes ----- ``<NON_REF>`` and ``<*>`` of a reference block stand for every documented
    alternative; a record that names alternatives leaves the others out. A record with ``*`` is not
    informative: the haplotype's allele is in another record.
    """
    # A genotype with ``*`` is that of an allele which another record describes.
    if STAR in table[1 : len(alts) + 1]:
        return ()
    choices = [_codes(site, alts, table, allele) for allele in range(3)]
    found: dict[tuple[int, int], int] = {}
    for (one, two), value in zip(_SLOTS, phred.tolist(), strict=True):
        if value < 0:
            continue
        for first in choices[one]:
            for second in choices[two]:
                # A homozygous slot of <NON_REF> stands for one alternative twice, never for two
                # different ones.
                if one == two and first != second:
                    continue
                pair = min(first, second), max(first, second)
                found[pair] = min(value, found.get(pair, value))
    return tuple(LikelyGenotype(*pair, value) for pair, value in sorted(found.items()))


def _codes(
    site: Site, alts: Sequence[str], table: npt.NDArray[np.int8], allele: int
) -> tuple[int, ...]:
    """Return the site codes compatible with an allele of the record."""
    if allele > len(alts):
        return ()
    code = int(table[allele])
    if code not in (MISSING, ABSENT):
        return (code,)
    if len(alts) > 1 or site.is_indel:
        return ()
    reference = int(table[0])
    return tuple(c for c in range(len(site.variant.alleles)) if c != reference)
