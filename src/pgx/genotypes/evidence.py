"""Read one gene's sites from the records that touch them, for all samples at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, Evidence, GeneGenotypes, Unknown
from pgx.genotypes.merge import Strands, merge
from pgx.genotypes.sites import STAR, GeneLocus, Site
from pgx.vcf.reasons import SiteReason
from pgx.vcf.records import Scan, ScannedRecord

__all__ = ["SiteReader", "is_structural"]

_NO_READING = -9  # the record does not answer this site
_SYMBOLIC = -8  # a symbolic structural allele

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
}
_REASON_TABLE = np.zeros(256, np.uint8)
for _key, _value in _REASONS.items():
    _REASON_TABLE[_key] = _value


_ANY_ALLELE = ("<NON_REF>", "<*>", ".", "*")
_NO_EVIDENCE = int(Evidence.NONE)
_Block = tuple[npt.NDArray[np.int8], npt.NDArray[np.uint8], npt.NDArray[np.int32]]


def is_structural(alt: str) -> bool:
    """Whether an ALT is symbolic or a breakend, other than a stand-in for any allele."""
    return alt not in _ANY_ALLELE and (alt[0] == "<" or "[" in alt or "]" in alt)


class SiteReader:
    """Fill a gene's observations from the records of one scan."""

    def __init__(
        self,
        locus: GeneLocus,
        scan: Scan,
        mismatched: set[int],
        genotypes: GeneGenotypes,
        indel_limit: int | None,
    ) -> None:
        self.locus = locus
        self.indel_limit = indel_limit
        self.scan = scan
        self.mismatched = mismatched
        self.out = genotypes
        self._readings: dict[int, list[dict[int, int | str] | None]] = {}
        self._touched: dict[int, list[int]] = {}
        self._blocks: dict[int, _Block] = {}

    def read(self, touching: dict[int, list[int]]) -> None:
        """Read the sites; ``touching`` maps a site's index to the records over it."""
        for number, records in touching.items():
            for record in records:
                self._touched.setdefault(record, []).append(number)
        for index, records in sorted(touching.items()):
            site = self.locus.sites[index]
            variant_records = [r for r in records if not self.scan.records[r].block]
            for record in variant_records:
                self._add_record(index, site, record)
            if site.is_indel:
                self._add_indel_reference(index, site, records)
            else:
                for record in records:
                    if self.scan.records[record].block:
                        self._add_block(index, site, record)
        self._settle_star()

    # -- records with alternatives -----------------------------------------------------

    def _alleles(self, number: int) -> list[dict[int, int | str] | None]:
        """Return, for each ALT, its reading at the touched sites; None where it is symbolic."""
        known = self._readings.get(number)
        if known is None:
            record = self.scan.records[number]
            touched = self._touched[number]
            known = [
                self.locus.read(record.position, record.ref, alt, touched)
                if alt[0] in "ACGT" and set(alt) <= set("ACGTN")
                else None
                for alt in record.alts
            ]
            self._readings[number] = known
        return known

    def _lookup(self, index: int, site: Site, number: int) -> tuple[npt.NDArray[np.int8], bool]:
        """Return ALT index → code at a site, and whether a 0/0 here answers the site."""
        record = self.scan.records[number]
        table = np.full(len(record.alts) + 3, site.reference_code, np.int8)
        table[-2], table[-1] = ABSENT, MISSING  # what genotype codes -2 and -1 index
        inside = record.position <= site.position <= record.end
        answers = inside and not site.is_indel and not record.alts
        for k, reading in enumerate(self._alleles(number), 1):
            alt = record.alts[k - 1]
            if reading is None:
                if alt == "*" and site.is_indel and record.position != site.position:
                    continue  # the base lies in this site's own deletion
                table[k] = self._symbol(alt)
                answers |= inside and not site.is_indel and alt in ("<NON_REF>", "<*>")
                continue
            found = reading.get(index)
            if found is not None:
                table[k] = self._coded(index, found)
                answers = True
            elif inside and not site.is_indel and len(alt) == len(record.ref):
                answers = True
        return table, answers

    @staticmethod
    def _symbol(alt: str) -> int:
        if alt == "*":
            return STAR
        return MISSING if alt in ("<NON_REF>", "<*>", ".") else _SYMBOLIC

    def _coded(self, index: int, found: int | str) -> int:
        return found if isinstance(found, int) else self.out.code_of_extra(index, found)

    def _add_record(self, index: int, site: Site, number: int) -> None:
        record = self.scan.records[number]
        table, answers = self._lookup(index, site, number)
        genotypes = self.scan.genotypes[number]
        codes = table[genotypes]
        symbolic = (codes == _SYMBOLIC).any(axis=1)  # says nothing of the bases themselves
        self.out.structural |= symbolic
        applies = ((codes != site.reference_code).any(axis=1) | answers) & ~symbolic
        reason = self._reasons(record, number)
        bad = reason != Unknown.NONE
        codes = np.where(bad[:, None] & (codes != ABSENT), MISSING, codes)
        block = np.where(
            self.scan.phased[number], np.maximum(self.scan.phase_set[number], 0), UNPHASED
        )
        fresh = applies & (self.out.evidence[index] == Evidence.NONE)
        self._write(index, fresh, codes, block, reason, number, Evidence.RECORD)
        for sample in np.flatnonzero(applies & ~fresh):
            self._merge_one(index, site, int(sample), codes, block, reason)

    def _reasons(self, record: ScannedRecord, number: int) -> npt.NDArray[np.uint8]:
        reason = _REASON_TABLE[self.scan.reason[number]]
        if not record.filter_passed:
            reason = np.full_like(reason, Unknown.FILTERED)
        if number in self.mismatched:
            reason = np.full_like(reason, Unknown.REF_MISMATCH)
        missing = (self.scan.genotypes[number] == MISSING).all(axis=1)
        return np.where((reason == Unknown.NONE) & missing, Unknown.NO_GENOTYPE, reason).astype(
            np.uint8
        )

    def _write(
        self,
        index: int,
        mask: npt.NDArray[np.bool_],
        codes: npt.NDArray[np.int8],
        block: npt.NDArray[np.int32],
        reason: npt.NDArray[np.uint8],
        number: int,
        evidence: Evidence,
    ) -> None:
        if not mask.any():
            return
        out = self.out
        out.call[index][mask] = codes[mask]
        out.phase_block[index][mask] = block[mask]
        out.reason[index][mask] = reason[mask]
        out.evidence[index][mask] = evidence
        out.gq[index][mask] = self.scan.gq[number][mask]
        out.dp[index][mask] = self.scan.dp[number][mask]

    def _merge_one(
        self,
        index: int,
        site: Site,
        sample: int,
        codes: npt.NDArray[np.int8],
        block: npt.NDArray[np.int32],
        reason: npt.NDArray[np.uint8],
    ) -> None:
        out = self.out
        old = Strands(
            int(out.call[index, sample, 0]),
            int(out.call[index, sample, 1]),
            int(out.phase_block[index, sample]),
        )
        new = Strands(int(codes[sample, 0]), int(codes[sample, 1]), int(block[sample]))
        merged = merge(old, new, site.reference_code)
        if merged is None:
            out.call[index, sample] = MISSING
            out.reason[index, sample] = Unknown.CONFLICT
            out.add_note(sample, "conflict")
            return
        out.call[index, sample] = merged[:2]
        out.phase_block[index, sample] = merged.block
        if reason[sample] != Unknown.NONE and out.reason[index, sample] == Unknown.NONE:
            out.reason[index, sample] = reason[sample]

    # -- reference evidence of blocks ---------------------------------------------------

    def _add_block(self, index: int, site: Site, number: int) -> None:
        record = self.scan.records[number]
        if not record.position <= site.position <= record.end - len(site.ref) + 1:
            return
        mask = self.out.evidence[index] == _NO_EVIDENCE
        if not mask.any():
            return
        codes, reason, block = self._block(record, number)
        if site.reference_code:
            codes = np.where(codes == 0, np.int8(site.reference_code), codes)
        self._write(index, mask, codes, block, reason, number, Evidence.REFERENCE_BLOCK)

    def _block(self, record: ScannedRecord, number: int) -> _Block:
        """Return a block's codes (0 is reference), reasons and phase; one serves many sites."""
        known = self._blocks.get(number)
        if known is None:
            genotypes = self.scan.genotypes[number]
            reason = self._reasons(record, number)
            unsure = (genotypes > 0) | ((reason != 0)[:, None] & (genotypes != ABSENT))
            codes = np.where(unsure, np.int8(MISSING), genotypes)
            known = codes, reason, np.full(len(codes), UNPHASED, np.int32)
            self._blocks[number] = known
        return known

    def _add_indel_reference(self, index: int, site: Site, records: list[int]) -> None:
        """Hom-ref evidence for an indel: passing ``<NON_REF>`` records over its whole repeat.

        Only up to the indel size that HaplotypeCaller says its reference model looks at.
        """
        open_samples = self.out.evidence[index] == Evidence.NONE
        if not open_samples.any():
            return
        limit = self.indel_limit
        scan = self.scan
        usable = [
            r
            for r in records
            if scan.records[r].block == "NON_REF" or "<NON_REF>" in scan.records[r].alts
        ]
        reach = np.full(len(open_samples), site.low, np.int64)
        weakest = np.zeros(len(open_samples), np.uint8)
        last = -1
        if limit is not None and site.longest_change <= limit:
            for number in sorted(usable, key=lambda r: scan.records[r].position):
                record = scan.records[number]
                reason = self._reasons(record, number)
                good = (reason == Unknown.NONE) & (record.position <= reach)
                good &= self._no_indel(index, number)
                reach = np.where(good, np.maximum(reach, record.end + 1), reach)
                weakest = np.where((weakest == 0) & (reason != 0), reason, weakest)
                last = number
        covered = open_samples & (reach > site.high)
        if covered.any() and last >= 0:
            codes = np.full((len(covered), 2), site.reference_code, np.int8)
            codes[scan.genotypes[last] == ABSENT] = ABSENT
            block = np.full(len(covered), UNPHASED, np.int32)
            reason = np.zeros(len(covered), np.uint8)
            self._write(index, covered, codes, block, reason, last, Evidence.REFERENCE_BLOCK)
        if usable or any(not scan.records[r].block for r in records):
            left = open_samples & ~covered & bool(usable)
            why = np.where(weakest != 0, weakest, Unknown.INDEL_NOT_EXCLUDED)
            self.out.reason[index][left] = why[left]

    def _no_indel(self, index: int, number: int) -> npt.NDArray[np.bool_]:
        """Whether a record's called alleles leave the site's repeat at its length."""
        record = self.scan.records[number]
        genotypes = self.scan.genotypes[number]
        if record.block:
            return np.asarray((genotypes <= 0).all(axis=1) & (genotypes[:, 0] == 0))
        changes = [True]
        for alt, reading in zip(record.alts, self._alleles(number), strict=True):
            changes.append(reading is not None and len(alt) == len(record.ref))
        table = np.array([*changes, True, False])  # genotype codes -2 and -1
        return np.asarray(table[genotypes].all(axis=1))

    # -- spanning deletions -------------------------------------------------------------

    def _settle_star(self) -> None:
        """A ``*`` is explained by a defined deletion over the site, else undocumented."""
        out = self.out
        stars = np.argwhere(out.call == STAR)
        for index, sample, strand in stars.tolist():
            site = self.locus.sites[index]
            if self._deletion_over(index, sample):
                out.call[index, sample, strand] = site.reference_code
                continue
            label = f"{out.gene.contig}:{site.variant.position}:{site.variant.ref}>*"
            out.call[index, sample, strand] = out.code_of_extra(index, label)
            out.add_note(sample, "spanning_deletion")

    def _deletion_over(self, index: int, sample: int) -> bool:
        position = self.locus.sites[index].position
        for other, site in enumerate(self.locus.sites):
            if site.is_indel and site.position < position <= site.high:
                codes = self.out.call[other, sample]
                known = len(site.variant.alleles)
                if any(c not in (site.reference_code,) and 0 <= c < known for c in codes.tolist()):
                    return True
        return False
