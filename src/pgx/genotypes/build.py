"""From a scan's records to observations at defining positions, gene by gene."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.errors import AssemblyMismatchError
from pgx.base.genes import Ploidy
from pgx.genotypes.evidence import SiteReader, is_structural
from pgx.genotypes.matrix import Evidence, GeneGenotypes, Unknown
from pgx.genotypes.ploidy import settle_ploidy
from pgx.genotypes.sites import GeneLocus
from pgx.vcf.records import Scan, ScannedRecord

__all__ = ["ReadingSettings", "build_genotypes", "check_reference", "gene_regions"]

REGION_FLANK = 25_000
"""Bases on each side of a gene's defining span that count as its region."""

STRUCTURAL_FLANK = 10_000
"""Bases beside a gene's defining span within which a structural variant may reach the gene."""

_MAX_MISMATCHES = 2
_MAX_MISMATCH_SHARE = 0.01
_MIN_AROUND = 3
_MAX_AROUND_SHARE = 0.2


class ReadingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How absence is read.

    ``absent_is_reference`` reads a position without any record as the base of the input's
    assembly, where the input covers the gene's region. ``untyped`` names positions
    (canonical contig, 1-based on the input's assembly) that the call set could not type.
    """

    absent_is_reference: bool = False
    untyped: frozenset[tuple[str, int]] = frozenset()


@dataclass(slots=True)
class _SiteIndex:
    """Sites of all loci on one contig, ordered by their first base."""

    lows: list[int]
    highs: list[int]
    where: list[tuple[int, int]]
    longest: int

    def touching(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return (locus, site) pairs whose bases overlap start..end, 1-based inclusive."""
        index = bisect_left(self.lows, start - self.longest)
        found = []
        while index < len(self.lows) and self.lows[index] <= end:
            if self.highs[index] >= start:
                found.append(self.where[index])
            index += 1
        return found


def gene_regions(loci: Sequence[GeneLocus]) -> list[tuple[str, int, int]]:
    """Return each gene's region (contig, start, end), 1-based on the input's assembly."""
    regions = []
    for locus in loci:
        low, high = locus.span()
        regions.append((locus.gene.contig, max(1, low - REGION_FLANK), high + REGION_FLANK))
    return regions


def _index_sites(loci: Sequence[GeneLocus]) -> dict[str, _SiteIndex]:
    by_contig: dict[str, list[tuple[int, int, int, int]]] = {}
    for number, locus in enumerate(loci):
        entries = by_contig.setdefault(locus.gene.contig, [])
        entries += [(s.low, s.high, number, i) for i, s in enumerate(locus.sites)]
    index = {}
    for contig, entries in by_contig.items():
        entries.sort()
        index[contig] = _SiteIndex(
            lows=[e[0] for e in entries],
            highs=[e[1] for e in entries],
            where=[(e[2], e[3]) for e in entries],
            longest=max(e[1] - e[0] for e in entries),
        )
    return index


def check_reference(
    loci: Sequence[GeneLocus], records: Sequence[ScannedRecord], where: str
) -> set[int]:
    """Compare REF with the known bases at and around defining positions.

    The bases between the sites come from RefSeqGene records, which differ from the assembly
    at a few common variants, so a single disagreement there says nothing.

    Returns
    -------
    set of int
        Indices of records whose REF disagrees at a defining position; their sites are unknown.

    Raises
    ------
    AssemblyMismatchError
        At defining positions two records or more, or over 1%, disagree, or around them over
        a fifth of three or more: another assembly, strand or species.
    """
    tally = _ReferenceTally()
    by_contig: dict[str, list[tuple[GeneLocus, set[int]]]] = {}
    for locus in loci:
        positions = {p + k for p, n in _site_bases(locus) for k in range(n)}
        by_contig.setdefault(locus.gene.contig, []).append((locus, positions))
    for index, record in enumerate(records):
        for locus, positions in by_contig.get(record.contig, ()):
            tally.add(index, record, locus, positions)
    if tally.says_other_assembly():
        bad = tally.at_sites or tally.around
        first = records[min(bad)]
        raise AssemblyMismatchError(
            f"REF differs from the assembly's base in {len(tally.at_sites | tally.around)} of"
            f" {tally.compared} records near defining positions, first at"
            f" {first.contig}:{first.position}",
            where=f"{where} line {first.line}",
            remedy="check the assembly (--assembly), the strand and the species of this file",
        )
    return tally.at_sites


def _site_bases(locus: GeneLocus) -> list[tuple[int, int]]:
    return [(site.position, len(site.ref)) for site in locus.sites]


class _ReferenceTally:
    """Counts of records whose REF was compared with known bases."""

    def __init__(self) -> None:
        self.compared = 0
        self.compared_at_sites = 0
        self.at_sites: set[int] = set()
        self.around: set[int] = set()

    def add(self, index: int, record: ScannedRecord, locus: GeneLocus, positions: set[int]) -> None:
        if locus.reference.base(record.position) is None:
            return
        last = record.position + len(record.ref)
        self.compared += 1
        self.compared_at_sites += any(p in positions for p in range(record.position, last))
        wrong = locus.reference.disagreements(record.position, record.ref)
        if any(p in positions for p in wrong):
            self.at_sites.add(index)
        elif wrong:
            self.around.add(index)

    def says_other_assembly(self) -> bool:
        n = len(self.at_sites)
        if n >= _MAX_MISMATCHES or n > _MAX_MISMATCH_SHARE * self.compared_at_sites:
            return True
        around = len(self.around)
        return around >= _MIN_AROUND and around > _MAX_AROUND_SHARE * self.compared


def build_genotypes(
    loci: Sequence[GeneLocus],
    scan: Scan,
    settings: ReadingSettings,
    sexes: Mapping[str, str],
    *,
    where: str = "",
    indel_limit: int | None = None,
) -> list[GeneGenotypes]:
    """Read every gene's defining positions from one scan.

    Parameters
    ----------
    loci
        Genes on the scan's assembly; the scan's regions must be `gene_regions` of the same.
    scan
        Records and genotypes near the defining positions.
    settings
        How absence is read.
    sexes
        Sample name → ``male`` or ``female`` where known.
    where
        File name for messages.
    indel_limit
        Largest indel (bases) that the input's reference blocks rule out, None if none.

    Returns
    -------
    list of GeneGenotypes
        One a locus, in order; samples as in the scan.

    Raises
    ------
    AssemblyMismatchError
        See `check_reference`.
    """
    mismatched = check_reference(loci, scan.records, where)
    index = _index_sites(loci)
    touching: list[dict[int, list[int]]] = [{} for _ in loci]
    for number, record in enumerate(scan.records):
        sites = index.get(record.contig)
        if sites is not None:
            for locus_number, site in sites.touching(record.position, record.end):
                touching[locus_number].setdefault(site, []).append(number)
    results = []
    for number, locus in enumerate(loci):
        genotypes = GeneGenotypes.empty(locus.gene, tuple(scan.samples))
        _mark_structural(locus, scan, genotypes)
        if touching[number]:
            SiteReader(locus, scan, mismatched, genotypes, indel_limit).read(touching[number])
        covered = _covers(locus, int(scan.region_first[number]), int(scan.region_last[number]))
        _settle_absence(locus, genotypes, settings, covered=covered)
        sex = [sexes.get(name) for name in scan.samples]
        settle_ploidy(genotypes, sex if locus.gene.ploidy is Ploidy.X_LINKED else [])
        results.append(genotypes)
    return results


def _mark_structural(locus: GeneLocus, scan: Scan, genotypes: GeneGenotypes) -> None:
    """Mark samples that carry a symbolic structural variant over or beside the gene."""
    low, high = locus.span()
    for number, record in enumerate(scan.records):
        if record.contig != locus.gene.contig:
            continue
        if record.position > high + STRUCTURAL_FLANK or record.end < low - STRUCTURAL_FLANK:
            continue
        symbolic = [k for k, alt in enumerate(record.alts, 1) if is_structural(alt)]
        if symbolic:
            genotypes.structural |= np.isin(scan.genotypes[number], symbolic).any(axis=1)


def _covers(locus: GeneLocus, first: int, last: int) -> bool:
    """Whether the gene's defining span lies between the region's first and last record."""
    low = min(site.position for site in locus.sites)
    high = max(site.position for site in locus.sites)
    return 0 < first <= low and high <= last


def _settle_absence(
    locus: GeneLocus, genotypes: GeneGenotypes, settings: ReadingSettings, *, covered: bool
) -> None:
    contig = locus.gene.contig
    for index, site in enumerate(locus.sites):
        absent = genotypes.reason[index] == Unknown.NO_RECORD
        if (contig, site.position) in settings.untyped:
            absent |= genotypes.evidence[index] == Evidence.NONE
            genotypes.reason[index][absent] = Unknown.UNTYPED
        elif settings.absent_is_reference and covered:
            _assume(genotypes, index, absent, site.reference_code)


def _assume(genotypes: GeneGenotypes, index: int, absent: npt.NDArray[np.bool_], code: int) -> None:
    genotypes.call[index][absent] = code
    genotypes.evidence[index][absent] = Evidence.ASSUMED_REFERENCE
    genotypes.reason[index][absent] = Unknown.NONE
