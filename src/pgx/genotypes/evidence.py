"""Read one gene's sites from the records that touch them, for all samples at once."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.base.genes import Ploidy
from pgx.genotypes.blocks import BlockReader
from pgx.genotypes.copies import is_structural
from pgx.genotypes.likelihoods import UNSURE, likely_genotypes
from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, Evidence, GeneGenotypes, Unknown
from pgx.genotypes.merge import SampleGenotype, merge, settle_star
from pgx.genotypes.ploidy import read_heteroplasmy
from pgx.genotypes.sites import STAR, GeneLocus, Site, Variation, trim
from pgx.io.records import Scan, ScannedRecord, SiteReason

__all__ = ["SiteReader"]

_ANY_OTHER = ("<NON_REF>", "<*>")

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


def _is_sequence(alt: str) -> bool:
    return set(alt) <= set("ACGTN")


class _Allele(NamedTuple):
    """One sequence alternative: its trimmed change, and its codes or labels by site."""

    variation: Variation
    at: dict[int, int | str]

    def stands_alone(self, site: Site) -> bool:
        """Whether the change is this site's only, so that a ``0`` denies it here."""
        first, last = site.position, site.position + len(site.ref) - 1
        inside = first <= self.variation.start and self.variation.end <= last
        return self.variation.is_pure_indel or inside


class _Spoken(NamedTuple):
    """What one record says at one site.

    ``table`` maps genotype codes to codes of the site; ``answers`` tells whether a 0/0
    answers the site; ``named`` are the codes that the record's ``0`` denies, ``denies_all``
    that it denies any.
    """

    table: npt.NDArray[np.int8]
    answers: bool
    named: frozenset[int]
    denies_all: bool


class SiteReader:
    """Fill a gene's observations from the records of one scan."""

    def __init__(
        self,
        locus: GeneLocus,
        scan: Scan,
        mismatched: AbstractSet[int],
        genotypes: GeneGenotypes,
        indel_limit: int | None,
        *,
        probes_alleles: bool = False,
    ) -> None:
        self.locus = locus
        self.indel_limit = indel_limit
        self.probes_alleles = probes_alleles
        self.scan = scan
        self.mismatched = mismatched
        self.out = genotypes
        self._alleles: dict[int, list[_Allele | None]] = {}
        self._touched: dict[int, list[int]] = {}
        self._named: dict[int, set[int]] = {}
        self._denied: set[int] = set()
        self._deletions: dict[int, set[int]] = {}
        self._row: dict[int, int] = {}
        self._reasons = np.zeros((0, len(scan.samples)), np.uint8)
        self._blocks = BlockReader(self)

    def read(self, touching: dict[int, list[int]]) -> None:
        """Read the sites; ``touching`` maps a site's index to the records over it."""
        for number, records in touching.items():
            for record in records:
                self._touched.setdefault(record, []).append(number)
        self._read_reasons()
        alone = self._blocks.add_alone(touching)
        for index, records in sorted(touching.items()):
            if index in alone:
                continue
            site = self.locus.sites[index]
            for record in records:
                if not self.scan.records[record].block:
                    self._add_record(index, site, record)
            if site.is_indel:
                self._blocks.add_indel_reference(index, site, records)
                continue
            for record in records:
                if self.scan.records[record].block:
                    self._blocks.add(index, site, record, self._named.get(index, set()))
        if alone and self.out.likelihoods:  # as if the sites had been read in their order
            self.out.likelihoods = dict(
                sorted(self.out.likelihoods.items(), key=lambda item: item[0][0])
            )
        settle_star(self.locus, self.out)

    # -- what a record's alleles are at a site -------------------------------------------

    def alleles(self, number: int) -> list[_Allele | None]:
        """Return, for each ALT, its reading at the touched sites; None where it is symbolic."""
        known = self._alleles.get(number)
        if known is None:
            record = self.scan.records[number]
            known = [self._allele(record, alt, self._touched[number]) for alt in record.alts]
            self._alleles[number] = known
        return known

    def _allele(self, record: ScannedRecord, alt: str, touched: list[int]) -> _Allele | None:
        if not _is_sequence(alt):
            return None
        found = self.locus.read(record.position, record.ref, alt, touched)
        return _Allele(trim(record.position, record.ref, alt), found)

    def _lookup(self, index: int, site: Site, number: int) -> _Spoken:
        record = self.scan.records[number]
        table = np.full(len(record.alts) + 3, site.reference_code, np.int8)
        table[-2], table[-1] = ABSENT, MISSING  # what genotype codes -2 and -1 index
        last = _last_base(record)
        inside = record.position <= site.position <= last and not site.is_indel
        answers = denies_all = inside and not record.alts
        named: set[int] = set()
        for k, allele in enumerate(self.alleles(number), 1):
            alt = record.alts[k - 1]
            if allele is None:
                if alt == "*" and site.is_indel and record.position != site.position:
                    continue  # the base lies in this site's own deletion
                table[k] = STAR if alt == "*" else MISSING
                answers |= inside and alt in _ANY_OTHER
                continue
            found = allele.at.get(index)
            # an array or a panel that probes another alternative did not read the base
            answers |= inside and len(alt) == len(record.ref) and not self.probes_alleles
            if found is not None:
                table[k] = self._coded(index, found, allele.variation)
                answers |= isinstance(found, int) and allele.stands_alone(site)
                if allele.stands_alone(site):
                    named.add(int(table[k]))
        return _Spoken(table, answers, frozenset(named), denies_all)

    def _coded(self, index: int, found: int | str, variation: Variation) -> int:
        if isinstance(found, int):
            return found
        code = self.out.code_of_extra(index, found)
        if len(variation.alt) < len(variation.ref) and code != MISSING:
            self._deletions.setdefault(index, set()).add(code)
        return code

    # -- records with alternatives -------------------------------------------------------

    def _add_record(self, index: int, site: Site, number: int) -> None:
        alts = self.scan.records[number].alts
        if alts and all(map(is_structural, alts)):
            return  # says nothing of bases
        spoken = self._lookup(index, site, number)
        genotypes = self.scan.genotypes[number]
        codes = spoken.table[genotypes]
        differs = (codes != site.reference_code) & (codes != ABSENT)
        applies = differs.any(axis=1) | spoken.answers
        reason = self.reasons(number)
        bad = reason != Unknown.NONE
        codes = np.where(bad[:, None] & (codes != ABSENT), MISSING, codes)
        if self.scan.reads is not None and self.locus.gene.ploidy is Ploidy.MITOCHONDRIAL:
            codes, reason = read_heteroplasmy(
                self.out, index, site, spoken.table, self.scan.reads[number], codes, reason
            )
            applies |= (codes != site.reference_code).any(axis=1) & (reason == Unknown.NONE)
        block = np.where(
            self.scan.phased[number], np.maximum(self.scan.phase_set[number], 0), UNPHASED
        )
        fresh = applies & (self.out.evidence[index] == Evidence.NONE)
        self.write(index, fresh, codes, block, reason, number, Evidence.RECORD)
        self.keep_likelihoods(index, fresh, reason, number, spoken.table)
        for sample in np.flatnonzero(applies & ~fresh):
            new = SampleGenotype(int(codes[sample, 0]), int(codes[sample, 1]), int(block[sample]))
            self._merge_one(index, site, int(sample), new, spoken, int(reason[sample]))
        self._named.setdefault(index, set()).update(spoken.named)
        if spoken.denies_all:
            self._denied.add(index)

    def reasons(self, number: int) -> npt.NDArray[np.uint8]:
        """Return why each sample's genotype of a touched record counts as unknown, (N,) uint8."""
        return np.asarray(self._reasons[self._row[number]])

    def _read_reasons(self) -> None:
        """Look at all touched records at once."""
        records, numbers = self.scan.records, sorted(self._touched)
        self._row = {number: row for row, number in enumerate(numbers)}
        reason = _REASON_TABLE[self.scan.reason[numbers]]
        reason[[not records[n].filter_passed for n in numbers]] = _FILTERED
        reason[[n in self.mismatched for n in numbers]] = _REF_MISMATCH
        missing = (self.scan.genotypes[numbers] == MISSING).all(axis=2)
        reason[(reason == _OK) & missing] = _NO_GENOTYPE
        self._reasons = reason

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
        """Write what a record says of a site for the samples of ``mask``."""
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
        """Keep the likelihoods of genotypes too unsure to count, for the samples of ``mask``."""
        if self.scan.likelihoods is None:
            return
        for sample in np.flatnonzero(mask & UNSURE[reason]).tolist():
            self.keep_likelihood(index, sample, number, table)

    def keep_likelihood(
        self, index: int, sample: int, number: int, table: npt.NDArray[np.int8]
    ) -> None:
        """Keep what a record says of one genotype that is too unsure to count."""
        values = self.scan.likelihoods
        if values is not None:
            alts, site = self.scan.records[number].alts, self.locus.sites[index]
            likely = likely_genotypes(site, alts, table, values[number, sample])
            if len(likely) > 1:
                self.out.likelihoods[index, sample] = likely

    def _merge_one(
        self, index: int, site: Site, sample: int, new: SampleGenotype, spoken: _Spoken, reason: int
    ) -> None:
        out = self.out
        first, second = out.call[index, sample].tolist()
        old = SampleGenotype(first, second, int(out.phase_block[index, sample]))
        old, new = self._explained(index, old, new, site.reference_code)
        agree = not self._denial(index, site, old, new, spoken)
        merged = merge(old, new, site.reference_code) if agree else None
        if merged is None:
            self.set_conflict(index, sample)
            return
        out.likelihoods.pop((index, sample), None)  # two records spoke: neither alone counts
        out.call[index, sample] = merged[:2]
        out.phase_block[index, sample] = merged.block
        if reason != Unknown.NONE and out.reason[index, sample] == Unknown.NONE:
            out.reason[index, sample] = reason

    def set_conflict(self, index: int, sample: int) -> None:
        """Make a site unknown of which two records say different things."""
        self.out.call[index, sample] = MISSING
        self.out.likelihoods.pop((index, sample), None)
        self.out.reason[index, sample] = Unknown.CONFLICT
        self.out.add_note(sample, "conflict")

    def _explained(
        self, index: int, old: SampleGenotype, new: SampleGenotype, reference: int
    ) -> tuple[SampleGenotype, SampleGenotype]:
        """Take a ``*`` for the deletion that the other record writes out."""
        deletions = self._deletions.get(index, set())
        if STAR in new[:2] and deletions & set(old[:2]):
            new = _without_star(new, reference)
        elif STAR in old[:2] and deletions & set(new[:2]):
            old = _without_star(old, reference)
        return old, new

    def _denial(
        self, index: int, site: Site, old: SampleGenotype, new: SampleGenotype, spoken: _Spoken
    ) -> bool:
        """Whether one record carries an alternative that the other says is not there."""
        if MISSING in old[:2] or MISSING in new[:2]:
            return False
        said = self._named.get(index, set())
        more, before = new.alternatives(site.reference_code), old.alternatives(site.reference_code)
        if any(c in said and c not in before for c in more):
            return True
        if any(c in spoken.named and c not in more for c in before):
            return True
        own = spoken.named | said
        contradicts_old = spoken.denies_all and any(c in own for c in before)
        return contradicts_old or (index in self._denied and any(c in own for c in more))


def _last_base(record: ScannedRecord) -> int:
    """Last base that a record's genotype speaks of; INFO/END counts without sequence ALTs."""
    if any(_is_sequence(alt) for alt in record.alts):
        return record.position + len(record.ref) - 1
    return record.end


def _without_star(haplotypes: SampleGenotype, reference: int) -> SampleGenotype:
    first, second = (reference if c == STAR else c for c in haplotypes[:2])
    return haplotypes._replace(first=first, second=second)
