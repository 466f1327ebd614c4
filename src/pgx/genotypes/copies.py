"""Structural records over a gene: known alleles and their copy number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from pgx.base.assemblies import Assembly
from pgx.genotypes.matrix import GeneGenotypes, SeenCopies
from pgx.genotypes.sites import GeneLocus
from pgx.io.records import NONE, UNREADABLE, Scan, ScannedRecord, SiteReason, SymbolicRecord
from pgx.records.genes import Ploidy
from pgx.records.structures import AlleleSpan, StructuralAllele

__all__ = ["allele_copies", "assign_copies", "is_structural", "reaches"]

STRUCTURAL_FLANK: Final = 10_000
"""Bases beside a gene's defining span within which a structural variant may reach the gene."""
USUAL: Final = 2
"""Copies of a gene on an autosome."""

# gVCF writers add these symbols to every record; they name no structural variant.
_ANY_OTHER: Final = ("<NON_REF>", "<*>")
_NUMBERED: Final = re.compile(r"<CN(\d{1,3})>")
_DELETED: Final = re.compile(r"<DEL(:.*)?>")
_DOUBLED: Final = ("<DUP>", "<DUP:TANDEM>")
_ANY_COPIES: Final = "<CNV>"
_UNKNOWN: Final = -1  # an allele whose copies its name does not tell
_STRANGE: Final = -2  # an allele that is more than a number of copies
_COUNTED: Final = (SiteReason.NO_GENOTYPE, SiteReason.NO_CALL)  # CN may stand without GT
_MOST_COPIES: Final = 12


def is_structural(alt: str) -> bool:
    """Whether an alternative is a symbolic structural variant or a breakend."""
    return alt not in ("*", ".", *_ANY_OTHER) and any(mark in alt for mark in "<[].")


def reaches(locus: GeneLocus, record: ScannedRecord) -> bool:
    """Whether a record with a symbolic structural variant lies over or beside the gene."""
    low, high = locus.span()
    return (
        record.contig == locus.gene.contig
        and record.position <= high + STRUCTURAL_FLANK
        and record.end >= low - STRUCTURAL_FLANK
        and any(map(is_structural, record.alts))
    )


def allele_copies(alt: str) -> int:
    """Return the copy number of a chromosome with an allele.

    -1 if the allele does not determine it (``<CNV>``), -2 if it is not a copy-number change.

    >>> [allele_copies(alt) for alt in ("A", "<DEL>", "<CN0>", "<CN2>", "<DUP:TANDEM>", "<CNV>")]
    [1, 0, 0, 2, 2, -1]
    """
    if not is_structural(alt):
        return 1 if set(alt) <= set("ACGTN") else _STRANGE
    text = alt.upper()
    if numbered := _NUMBERED.fullmatch(text):
        return int(numbered.group(1))
    if _DELETED.fullmatch(text):
        return 0
    if text in _DOUBLED:
        return 2
    return _UNKNOWN if text == _ANY_COPIES else _STRANGE


def assign_copies(
    locus: GeneLocus,
    scan: Scan,
    numbers: Sequence[int],
    out: GeneGenotypes,
    *,
    min_quality: int,
) -> None:
    """Read the structural records over a gene into ``out``.

    Samples with exactly one record that is certainly a known allele get their copies in
    ``out.copies``; all other carriers are marked in ``out.structural``.

    Parameters
    ----------
    locus
        The gene on the scan's assembly.
    scan
        Records and their cells.
    numbers
        Indices of the scan's records that have a structural allele.
    out
        Observations of the gene.
    min_quality
        Minimum phred-scaled quality of CN.
    """
    own = [n for n in numbers if reaches(locus, scan.records[n])]
    carriers: dict[int, list[int]] = {}
    for number in own:
        for sample in _carriers(locus, scan, number):
            carriers.setdefault(sample, []).append(number)
    for sample, carried in carriers.items():
        reading = _Reading(locus, scan, carried[0], min_quality)
        seen = reading.seen(sample) if len(carried) == 1 else None
        if seen is None:
            out.structural[sample] = True
        else:
            out.copies[sample] = seen
    if locus.gene.structural_alleles:
        _add_usual(locus, scan, own, out, min_quality)


def _carriers(locus: GeneLocus, scan: Scan, number: int) -> list[int]:
    """Return samples that have other than two complete copies according to a record."""
    record = scan.records[number]
    symbolic = [k for k, alt in enumerate(record.alts, 1) if is_structural(alt)]
    carries = np.isin(scan.genotypes[number], symbolic).any(axis=1)
    counted = None if record.symbolic is None else record.symbolic.copies
    if counted is not None and locus.gene.ploidy is Ploidy.AUTOSOME:
        carries |= (counted != NONE) & (counted != USUAL)
    return [int(sample) for sample in np.flatnonzero(carries)]


def _add_usual(
    locus: GeneLocus,
    scan: Scan,
    numbers: Sequence[int],
    out: GeneGenotypes,
    min_quality: int,
) -> None:
    """Keep a count of two copies, in genes where it is informative.

    A record that counts two contradicts one that counts another number.
    """
    keeps = locus.gene.structure is not None
    for number in numbers:
        record = scan.records[number].symbolic
        if record is None or record.copies is None:
            continue
        reading = _Reading(locus, scan, number, min_quality)
        for sample in np.flatnonzero(record.copies == USUAL).tolist():
            if out.structural[sample] or not reading.counts_usual(sample):
                continue
            usual = SeenCopies("", "", USUAL, (), reading.quality(sample))
            if out.copies.get(sample, usual).copies != USUAL:
                out.structural[sample] = True
            elif keeps:
                out.copies[sample] = usual


class _Cell(NamedTuple):
    """Copies of the GT alleles, and CN (-1 if absent)."""

    haplotypes: list[int]
    is_whole: bool  # both haplotypes are named
    counted: int


class _Reading:
    """One structural record over one gene."""

    def __init__(self, locus: GeneLocus, scan: Scan, number: int, min_quality: int) -> None:
        self.locus, self.scan, self.number = locus, scan, number
        self.record = scan.records[number]
        self.min_quality = min_quality

    def seen(self, sample: int) -> SeenCopies | None:
        """Return a sample's copies; None if the record is uncertain or not a known allele."""
        symbolic = self.record.symbolic
        if symbolic is None or not self._is_sure(sample, symbolic):
            return None
        copies = self._copies(sample, symbolic)
        if copies is None or copies == USUAL or not self._can_be_named(copies):
            return None
        kind = "deletion" if copies < USUAL else "duplication"
        known = self.locus.gene.structural_alleles
        fits = [a for a in known if a.kind == kind and self._fits(a, symbolic)]
        if len(fits) != 1:
            return None
        return SeenCopies(fits[0].allele, kind, copies, self._sites(symbolic), self.quality(sample))

    def counts_usual(self, sample: int) -> bool:
        """Whether the record certainly counts two copies of the whole gene."""
        symbolic = self.record.symbolic
        if symbolic is None or not self._is_sure(sample, symbolic):
            return False
        known = self.locus.gene.structural_alleles
        whole = [a for a in known if a.kind == "duplication"]
        return any(self._fits(allele, symbolic) for allele in whole)

    def quality(self, sample: int) -> int | None:
        """Return the quality of CN, None without one."""
        symbolic = self.record.symbolic
        known = None if symbolic is None else symbolic.quality
        return None if known is None or known[sample] == NONE else int(known[sample])

    def _is_sure(self, sample: int, symbolic: SymbolicRecord) -> bool:
        """Whether the record and its sample field pass the filters."""
        if not self.record.filter_passed or self.locus.gene.ploidy is not Ploidy.AUTOSOME:
            return False
        reason = int(self.scan.reason[self.number, sample])
        has_count = symbolic.copies is not None and symbolic.copies[sample] != NONE
        if reason != SiteReason.OK and not (has_count and reason in _COUNTED):
            return False
        if has_count and symbolic.copies is not None and symbolic.copies[sample] == UNREADABLE:
            return False
        quality = NONE if symbolic.quality is None else int(symbolic.quality[sample])
        return quality == NONE or quality >= self.min_quality

    def _cell(self, sample: int, symbolic: SymbolicRecord) -> _Cell:
        codes = self.scan.genotypes[self.number, sample].tolist()
        alleles = (self.record.ref, *self.record.alts)
        haplotypes = [1 if c == 0 else allele_copies(alleles[c]) for c in codes if c >= 0]
        counted = NONE if symbolic.copies is None else int(symbolic.copies[sample])
        return _Cell(haplotypes, len(haplotypes) == len(codes), counted)

    def _copies(self, sample: int, symbolic: SymbolicRecord) -> int | None:
        """Return the copies of both chromosomes; None if GT and CN do not determine them."""
        cell = self._cell(sample, symbolic)
        haplotypes = cell.haplotypes
        if _STRANGE in haplotypes or (0 in haplotypes and max(haplotypes) > 1):
            return None  # a loss on one chromosome and a gain on the other cannot be distinguished
        is_known = cell.is_whole and _UNKNOWN not in haplotypes
        if cell.counted == NONE:
            return sum(haplotypes) if is_known else None
        return cell.counted if _agree(cell, is_known=is_known) else None

    def _can_be_named(self, copies: int) -> bool:
        """Whether the copy number determines the copies of each chromosome."""
        most = USUAL + 1 if self.locus.gene.structure is None else _MOST_COPIES
        return copies <= most

    def _fits(self, allele: StructuralAllele, symbolic: SymbolicRecord) -> bool:
        """Whether the record certainly covers an allele's deletion, and no more than permitted."""
        if symbolic.start is None or symbolic.end is None:
            return False
        span = self._span(allele)
        takes = (
            symbolic.start[1] <= span.start + allele.tolerance
            and symbolic.end[0] >= span.end - allele.tolerance
        )
        return (
            takes
            and (not span.first or symbolic.start[0] >= span.first)
            and (not span.last or symbolic.end[1] <= span.last)
        )

    def _span(self, allele: StructuralAllele) -> AlleleSpan:
        return allele.grch38 if self.locus.assembly is Assembly.GRCH38 else allele.grch37

    def _sites(self, symbolic: SymbolicRecord) -> tuple[int, ...]:
        """Return the indices of the sites that are certainly within the record."""
        first, last = (symbolic.start or (0, 0))[1], (symbolic.end or (0, 0))[0]
        return tuple(i for i, s in enumerate(self.locus.sites) if first <= s.low and s.high <= last)


def _agree(cell: _Cell, *, is_known: bool) -> bool:
    """Whether GT and CN agree, if GT is informative."""
    known = [n for n in cell.haplotypes if n != _UNKNOWN]
    if is_known and max(known) <= 1:
        return cell.counted == sum(known)
    if 0 in known:
        return cell.counted < USUAL
    if known and max(known) > 1:
        return cell.counted > USUAL
    return not is_known or cell.counted == sum(known)
