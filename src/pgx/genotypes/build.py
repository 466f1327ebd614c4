"""From a scan's records to observations at defining positions, gene by gene."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.genes import Ploidy
from pgx.genotypes.evidence import SiteReader, is_structural
from pgx.genotypes.matrix import Evidence, GeneGenotypes, Unknown
from pgx.genotypes.ploidy import settle_ploidy
from pgx.genotypes.reference import check_reference
from pgx.genotypes.sites import GeneLocus
from pgx.vcf.records import Scan

__all__ = ["ReadingSettings", "build_genotypes", "gene_regions"]

REGION_FLANK = 25_000
"""Bases on each side of a gene's defining span that count as its region."""

STRUCTURAL_FLANK = 10_000
"""Bases beside a gene's defining span within which a structural variant may reach the gene."""


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
