"""Read one gene's sites from the records that touch them, for all samples at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.genotypes.blocks import BlockReader
from pgx.genotypes.copies import is_structural
from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, Evidence, GeneGenotypes, Unknown
from pgx.genotypes.merge import SampleGenotype, apply_spanning_deletion, merge
from pgx.genotypes.observations import SiteWriter
from pgx.genotypes.ploidy import read_heteroplasmy
from pgx.genotypes.sites import STAR, GeneLocus, Site, Variation, is_sequence, trim
from pgx.io.records import Scan, ScannedRecord
from pgx.records.genes import Ploidy

__all__ = ["SiteReader"]

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
