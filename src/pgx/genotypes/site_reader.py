"""Read the sites of one gene from records and gVCF blocks, for all samples at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.genotypes.copies import is_structural
from pgx.genotypes.matrix import (
    ABSENT,
    MISSING,
    UNPHASED,
    Evidence,
    GeneGenotypes,
    LikelyGenotype,
    Unknown,
)
from pgx.genotypes.merge import SampleGenotype, apply_spanning_deletion, merge
from pgx.genotypes.observations import UNSURE, SiteWriter
from pgx.genotypes.ploidy import read_heteroplasmy
from pgx.genotypes.sites import STAR, GeneLocus, Site, Variation, is_sequence, trim
from pgx.io.records import Scan, ScannedRecord
from pgx.records.genes import Ploidy

__all__ = [
    "BlockReader",
    "SiteReader",
]

ASSEMBLED: Final = 50
"""Bases up to which HaplotypeCaller's assembly is expected to find an insertion or deletion."""
UNSEEN_PHRED: Final = 10
"""Phred-scaled probability that it misses one beyond its reference model: a careful guess.

Its recall of such indels at 30x is higher in published comparisons; blocks themselves rule
nothing out there.
"""
_NO_EVIDENCE, _BLOCK = int(Evidence.NONE), int(Evidence.REFERENCE_BLOCK)
_Block = tuple[npt.NDArray[np.int8], npt.NDArray[np.uint8], npt.NDArray[np.int32]]


class BlockReader:
    """Adds the evidence of a scan's reference blocks.

    ``indel_limit`` is the largest indel (bases) that they exclude, None if none.
    """

    def __init__(self, writer: SiteWriter, indel_limit: int | None) -> None:
        self._writer, self._indel_limit = writer, indel_limit
        self._out, self._scan = writer.out, writer.scan
        self._blocks: dict[int, _Block] = {}

    def add_alone(self, touching: Mapping[int, Sequence[int]]) -> set[int]:
        """Read the blocks at substitutions' sites that no other record is over, all at once.

        ``touching`` maps sites to the records over them; the result are the sites that are read.
        """
        sites, records = self._writer.locus.sites, self._scan.records
        alone = [
            (index, numbers[0])
            for index, numbers in touching.items()
            if len(numbers) == 1 and records[numbers[0]].block and not sites[index].is_indel
        ]
        inside = [(i, n) for i, n in alone if _is_inside(sites[i], records[n])]
        if inside:
            self._write_alone(*np.array(inside).T)
        return {index for index, _ in alone}

    def _write_alone(self, at: npt.NDArray[np.intp], numbers: npt.NDArray[np.intp]) -> None:
        """Write blocks at sites without other data."""
        writer, scan, out = self._writer, self._scan, self._out
        reason = np.array([writer.reasons(number) for number in numbers.tolist()])
        codes = _codes(scan.genotypes[numbers], reason)
        references = np.array([writer.locus.sites[i].reference_code for i in at.tolist()], np.int8)
        out.call[at] = np.where(codes == 0, references[:, None, None], codes)
        out.phase_block[at] = UNPHASED
        out.reason[at], out.evidence[at] = reason, _BLOCK
        out.gq[at], out.dp[at] = scan.gq[numbers], scan.dp[numbers]
        if scan.likelihoods is None:
            return
        for row, sample in np.argwhere(UNSURE[reason]).tolist():
            table = _table(int(references[row]))
            writer.keep_likelihood(int(at[row]), sample, int(numbers[row]), table)

    def add(self, index: int, site: Site, number: int, named: AbstractSet[int]) -> None:
        """Read a reference block at a substitution's site.

        Records outrank blocks; but a passing block over an alternative that a record of the
        same site carries and names (``named``) contradicts it, and so do two blocks that differ.
        """
        if not _is_inside(site, self._scan.records[number]):
            return
        codes, reason, block = self._block(number)
        if site.reference_code:
            codes = np.where(codes == 0, np.int8(site.reference_code), codes)
        before = self._out.evidence[index].copy()
        fresh = before == _NO_EVIDENCE
        if not fresh.all():
            self._check(index, codes, before, named - {site.reference_code})
        self._writer.write(index, fresh, codes, block, reason, number, Evidence.REFERENCE_BLOCK)
        table = _table(site.reference_code)
        self._writer.keep_likelihoods(index, fresh, reason, number, table)

    def _check(
        self,
        index: int,
        codes: npt.NDArray[np.int8],
        before: npt.NDArray[np.uint8],
        named: AbstractSet[int],
    ) -> None:
        """Set a site to missing where a block contradicts earlier data."""
        call = self._out.call[index]
        differs = (before == Evidence.REFERENCE_BLOCK) & (codes != call).any(axis=1)
        carried = np.isin(call, sorted(named)).any(axis=1)
        contradicted = (before == Evidence.RECORD) & carried & (codes >= 0).any(axis=1)
        for sample in np.flatnonzero(differs | contradicted).tolist():
            self._writer.set_conflict(index, sample)

    def _block(self, number: int) -> _Block:
        """Return a block's codes (0 is reference), reasons and phase; one serves many sites."""
        known = self._blocks.get(number)
        if known is None:
            genotypes = self._scan.genotypes[number]
            reason = self._writer.reasons(number)
            codes = _codes(genotypes, reason)
            known = codes, reason, np.full(len(codes), UNPHASED, np.int32)
            self._blocks[number] = known
        return known

    def add_indel_reference(self, index: int, site: Site, records: Sequence[int]) -> None:
        """Read evidence against an indel: passing ``<NON_REF>`` records over its whole repeat.

        Only up to the indel size of HaplotypeCaller's reference model.
        """
        writer, scan = self._writer, self._scan
        open_samples = self._out.evidence[index] == _NO_EVIDENCE
        usable = [
            r
            for r in sorted(records, key=lambda r: scan.records[r].position)
            if scan.records[r].block == "NON_REF" or "<NON_REF>" in scan.records[r].alts
        ]
        if not usable or not open_samples.any():
            return
        weakest = np.zeros(len(open_samples), np.uint8)
        covered = np.zeros(len(open_samples), np.bool_)
        if self._indel_limit is not None:
            reach, seen = self._reach(site, usable)
            whole = open_samples & (reach > site.high)
            if site.longest_change <= self._indel_limit:
                covered, weakest = whole, seen
            elif site.longest_change <= ASSEMBLED:
                self._keep_unseen(index, site, whole)
        codes = np.full((len(covered), 2), site.reference_code, np.int8)
        codes[(scan.genotypes[usable] == ABSENT).any(axis=(0, 2)), 1] = ABSENT
        unphased = np.full(len(covered), UNPHASED, np.int32)
        reason = np.zeros(len(covered), np.uint8)
        writer.write(index, covered, codes, unphased, reason, usable[-1], Evidence.REFERENCE_BLOCK)
        why = np.where(weakest != 0, weakest, Unknown.INDEL_NOT_EXCLUDED)
        left = open_samples & ~covered
        self._out.reason[index][left] = why[left]

    def _keep_unseen(self, index: int, site: Site, whole: npt.NDArray[np.bool_]) -> None:
        """Keep the likelihood that a long indel was missed in samples with blocks over it."""
        reference = site.reference_code
        others = [c for c in range(len(site.variant.alleles)) if c != reference]
        likely = [LikelyGenotype(reference, reference, 0)]
        for other in others:
            pair = min(reference, other), max(reference, other)
            likely.append(LikelyGenotype(*pair, UNSEEN_PHRED))
            likely.append(LikelyGenotype(other, other, UNSEEN_PHRED))
        for sample in np.flatnonzero(whole).tolist():
            self._out.likelihoods[index, sample] = tuple(sorted(likely))

    def _reach(
        self, site: Site, usable: list[int]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
        """Return, for each sample, the first base without evidence, and a reason for it."""
        n_samples = self._scan.genotypes.shape[1]
        reach = np.full(n_samples, site.low, np.int64)
        weakest = np.zeros(n_samples, np.uint8)
        for number in usable:
            record = self._scan.records[number]
            reason = self._writer.reasons(number)
            good = (reason == Unknown.NONE) & (record.position <= reach) & self._no_indel(number)
            reach = np.where(good, np.maximum(reach, record.end + 1), reach)
            weakest = np.where((weakest == 0) & (reason != 0), reason, weakest)
        return reach, weakest

    def _no_indel(self, number: int) -> npt.NDArray[np.bool_]:
        """Whether a record's called alleles leave the site's repeat at its length."""
        record = self._scan.records[number]
        changes = [is_sequence(alt) and len(alt) == len(record.ref) for alt in record.alts]
        table = np.array([True, *changes, True, False])  # genotype codes -2 and -1
        return np.asarray(table[self._scan.genotypes[number]].all(axis=1))


def _is_inside(site: Site, record: ScannedRecord) -> bool:
    """Whether a block covers all bases of a site."""
    return record.position <= site.position <= record.end - len(site.ref) + 1


def _codes(genotypes: npt.NDArray[np.int8], reason: npt.NDArray[np.uint8]) -> npt.NDArray[np.int8]:
    """Return (..., N, 2) codes of blocks, 0 is the reference, from genotypes and reasons."""
    unsure = (genotypes > 0) | ((reason != 0)[..., None] & (genotypes != ABSENT))
    return np.where(unsure, np.int8(MISSING), genotypes)


def _table(reference_code: int) -> npt.NDArray[np.int8]:
    """Return a site's codes of a block's alleles: REF, any other, no second haplotype, unknown."""
    return np.array([reference_code, MISSING, ABSENT, MISSING], np.int8)


_ANY_OTHER = ("<NON_REF>", "<*>")


class _Allele(NamedTuple):
    """One sequence alternative: its trimmed change, and its codes or labels by site."""

    variation: Variation
    at: dict[int, int | str]

    def stands_alone(self, site: Site) -> bool:
        """Whether the change is this site's only, so that a ``0`` excludes it here."""
        first, last = site.position, site.position + len(site.ref) - 1
        inside = first <= self.variation.start and self.variation.end <= last
        return self.variation.is_pure_indel or inside


class _SiteReading(NamedTuple):
    """Interpretation of one record at one site.

    ``table`` maps genotype codes to codes of the site; ``answers`` states whether a 0/0 is a call
    at the site; ``named`` are the codes that the record's ``0`` excludes, ``excludes_all`` that it
    excludes any.
    """

    table: npt.NDArray[np.int8]
    answers: bool
    named: frozenset[int]
    excludes_all: bool


class SiteReader:
    """Fill a gene's observations from the records of one scan.

    ``touching`` maps a site's index to the records over it.
    """

    def __init__(
        self,
        locus: GeneLocus,
        scan: Scan,
        mismatched: AbstractSet[int],
        genotypes: GeneGenotypes,
        indel_limit: int | None,
        touching: Mapping[int, Sequence[int]],
        *,
        probes_alleles: bool = False,
    ) -> None:
        self.locus, self.scan, self.out = locus, scan, genotypes
        self.probes_alleles = probes_alleles
        self._touching = touching
        self._alleles: dict[int, list[_Allele | None]] = {}
        self._touched: dict[int, list[int]] = {}
        self._named: dict[int, set[int]] = {}
        self._excluded: set[int] = set()
        self._deletions: dict[int, set[int]] = {}
        for number, records in touching.items():
            for record in records:
                self._touched.setdefault(record, []).append(number)
        self._writer = SiteWriter(locus, scan, mismatched, genotypes, sorted(self._touched))
        self._blocks = BlockReader(self._writer, indel_limit)

    def read(self) -> None:
        """Read all sites that a record touches."""
        alone = self._blocks.add_alone(self._touching)
        for index, records in sorted(self._touching.items()):
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
        apply_spanning_deletion(self.locus, self.out)

    # -- what a record's alleles are at a site -------------------------------------------

    def _alternatives(self, number: int) -> list[_Allele | None]:
        """Return, for each ALT, its reading at the touched sites; None where it is symbolic."""
        known = self._alleles.get(number)
        if known is None:
            record = self.scan.records[number]
            known = [self._allele(record, alt, self._touched[number]) for alt in record.alts]
            self._alleles[number] = known
        return known

    def _allele(self, record: ScannedRecord, alt: str, touched: list[int]) -> _Allele | None:
        if not is_sequence(alt):
            return None
        found = self.locus.read(record.position, record.ref, alt, touched)
        return _Allele(trim(record.position, record.ref, alt), found)

    def _lookup(self, index: int, site: Site, number: int) -> _SiteReading:
        record = self.scan.records[number]
        table = np.full(len(record.alts) + 3, site.reference_code, np.int8)
        table[-2], table[-1] = ABSENT, MISSING  # what genotype codes -2 and -1 index
        last = _last_base(record)
        inside = record.position <= site.position <= last and not site.is_indel
        answers = excludes_all = inside and not record.alts
        named: set[int] = set()
        for k, allele in enumerate(self._alternatives(number), 1):
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
        return _SiteReading(table, answers, frozenset(named), excludes_all)

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
        reading = self._lookup(index, site, number)
        genotypes = self.scan.genotypes[number]
        codes = reading.table[genotypes]
        differs = (codes != site.reference_code) & (codes != ABSENT)
        applies = differs.any(axis=1) | reading.answers
        reason = self._writer.reasons(number)
        bad = reason != Unknown.NONE
        codes = np.where(bad[:, None] & (codes != ABSENT), MISSING, codes)
        if self.scan.reads is not None and self.locus.gene.ploidy is Ploidy.MITOCHONDRIAL:
            codes, reason = read_heteroplasmy(
                self.out, index, site, reading.table, self.scan.reads[number], codes, reason
            )
            applies |= (codes != site.reference_code).any(axis=1) & (reason == Unknown.NONE)
        block = np.where(
            self.scan.phased[number], np.maximum(self.scan.phase_set[number], 0), UNPHASED
        )
        fresh = applies & (self.out.evidence[index] == Evidence.NONE)
        self._writer.write(index, fresh, codes, block, reason, number, Evidence.RECORD)
        self._writer.keep_likelihoods(index, fresh, reason, number, reading.table)
        for sample in np.flatnonzero(applies & ~fresh):
            new = SampleGenotype(int(codes[sample, 0]), int(codes[sample, 1]), int(block[sample]))
            self._merge_one(index, site, int(sample), new, reading, int(reason[sample]))
        self._named.setdefault(index, set()).update(reading.named)
        if reading.excludes_all:
            self._excluded.add(index)

    def _merge_one(
        self,
        index: int,
        site: Site,
        sample: int,
        new: SampleGenotype,
        reading: _SiteReading,
        reason: int,
    ) -> None:
        out = self.out
        first, second = out.call[index, sample].tolist()
        old = SampleGenotype(first, second, int(out.phase_block[index, sample]))
        old, new = self._explained(index, old, new, site.reference_code)
        agree = not self._denial(index, site, old, new, reading)
        merged = merge(old, new, site.reference_code) if agree else None
        if merged is None:
            self._writer.set_conflict(index, sample)
            return
        out.likelihoods.pop((index, sample), None)  # two records spoke: neither alone counts
        out.call[index, sample] = merged[:2]
        out.phase_block[index, sample] = merged.block
        if reason != Unknown.NONE and out.reason[index, sample] == Unknown.NONE:
            out.reason[index, sample] = reason

    def _explained(
        self, index: int, old: SampleGenotype, new: SampleGenotype, reference: int
    ) -> tuple[SampleGenotype, SampleGenotype]:
        """Match a ``*`` to the deletion in the other record."""
        deletions = self._deletions.get(index, set())
        if STAR in new[:2] and deletions & set(old[:2]):
            new = _without_star(new, reference)
        elif STAR in old[:2] and deletions & set(new[:2]):
            old = _without_star(old, reference)
        return old, new

    def _denial(
        self,
        index: int,
        site: Site,
        old: SampleGenotype,
        new: SampleGenotype,
        reading: _SiteReading,
    ) -> bool:
        """Whether one record has an alternative that the other excludes."""
        if MISSING in old[:2] or MISSING in new[:2]:
            return False
        said = self._named.get(index, set())
        more, before = new.alternatives(site.reference_code), old.alternatives(site.reference_code)
        if any(c in said and c not in before for c in more):
            return True
        if any(c in reading.named and c not in more for c in before):
            return True
        own = reading.named | said
        contradicts_old = reading.excludes_all and any(c in own for c in before)
        return contradicts_old or (index in self._excluded and any(c in own for c in more))


def _last_base(record: ScannedRecord) -> int:
    """Last base covered by a record's genotype; INFO/END is used without sequence ALTs."""
    if any(is_sequence(alt) for alt in record.alts):
        return record.position + len(record.ref) - 1
    return record.end


def _without_star(haplotypes: SampleGenotype, reference: int) -> SampleGenotype:
    first, second = (reference if c == STAR else c for c in haplotypes[:2])
    return haplotypes._replace(first=first, second=second)
