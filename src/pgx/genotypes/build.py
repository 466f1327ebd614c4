"""From a scan's records to observations at defining positions, gene by gene."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.genotypes.copies import assign_copies, is_structural, reaches
from pgx.genotypes.matrix import Evidence, GeneGenotypes, Unknown
from pgx.genotypes.ploidy import apply_ploidy
from pgx.genotypes.reference import check_reference
from pgx.genotypes.site_reader import SiteReader
from pgx.genotypes.sites import GeneLocus
from pgx.io.records import Scan, ScannedRecord
from pgx.records.genes import Ploidy

__all__ = [
    "GeneReading",
    "ReadingSettings",
    "SiteIndex",
    "build_gene",
    "build_genotypes",
    "covers",
    "gene_regions",
    "reaches",
    "structural_records",
    "touching",
]

REGION_FLANK = 25_000
"""Bases on each side of a gene's defining span that count as its region."""


class ReadingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Interpretation of missing records, and the quality threshold of copy numbers.

    ``absent_is_reference`` reads a position without any record as the reference base of the input's
    assembly, where the input covers the gene's region. ``untyped`` names positions
    (canonical contig, 1-based on the input's assembly) that the call set could not type.
    ``min_copy_quality`` is phred-scaled.
    """

    absent_is_reference: bool = False
    untyped: frozenset[tuple[str, int]] = frozenset()
    min_copy_quality: int = 20


class SiteIndex:
    """Sites of all loci, ordered by contig and first base."""

    def __init__(self, loci: Sequence[GeneLocus]) -> None:
        by_contig: dict[str, list[tuple[int, int, int, int]]] = {}
        for number, locus in enumerate(loci):
            entries = by_contig.setdefault(locus.gene.contig, [])
            entries += [(s.low, s.high, number, i) for i, s in enumerate(locus.sites)]
        self._entries = {contig: sorted(entries) for contig, entries in by_contig.items()}
        self._lows = {
            contig: np.array([low for low, *_ in entries], np.int64)
            for contig, entries in self._entries.items()
        }
        self._longest = {
            contig: max(high - low for low, high, _, _ in entries)
            for contig, entries in by_contig.items()
        }

    def near(self, records: Sequence[ScannedRecord]) -> list[int]:
        """Return the indices of the records that may overlap a site, all others left out."""
        by_contig: dict[str, list[tuple[int, int, int]]] = {c: [] for c in self._entries}
        for number, record in enumerate(records):
            rows = by_contig.get(record.contig)
            if rows is not None:
                rows.append((number, record.position, record.end))
        found: list[int] = []
        for contig, rows in by_contig.items():
            numbers, first, last = np.array(rows, np.int64).reshape(-1, 3).T
            lows = self._lows[contig]
            begin = np.searchsorted(lows, first - self._longest[contig])
            found += numbers[np.searchsorted(lows, last, side="right") > begin].tolist()
        return sorted(found)

    def touching(self, record: ScannedRecord) -> list[tuple[int, int]]:
        """Return (locus, site) pairs whose bases a record overlaps."""
        entries = self._entries.get(record.contig)
        if entries is None:
            return []
        # Entries are sorted by first base alone, so a long site may begin this far before the
        # record.
        start = record.position - self._longest[record.contig]
        index = bisect_left(entries, (start,))
        found = []
        while index < len(entries) and entries[index][0] <= record.end:
            if entries[index][1] >= record.position:
                found.append(entries[index][2:])
            index += 1
        return found


def gene_regions(loci: Sequence[GeneLocus]) -> list[tuple[str, int, int]]:
    """Return each gene's region (contig, start, end), 1-based on the input's assembly."""
    regions = []
    for locus in loci:
        low, high = locus.span()
        regions.append((locus.gene.contig, max(1, low - REGION_FLANK), high + REGION_FLANK))
    return regions


def build_genotypes(
    loci: Sequence[GeneLocus],
    scan: Scan,
    settings: ReadingSettings,
    sexes: Mapping[str, str],
    *,
    where: str = "",
    indel_limit: int | None = None,
    probes_alleles: bool = False,
    index: SiteIndex | None = None,
) -> list[GeneGenotypes]:
    """Read every gene's defining positions from one scan.

    Parameters
    ----------
    loci
        Genes on the scan's assembly; the scan's regions must be `gene_regions` of the same.
    scan
        Records and genotypes near the defining positions.
    settings
        Interpretation of missing records.
    sexes
        Sample name → ``male`` or ``female`` where known.
    where
        File name for messages.
    indel_limit
        Largest indel (bases) that the input's reference blocks exclude, None if none.
    probes_alleles
        Whether a record tests only its own ALT alleles, as in array and imputed files.
    index
        Index of the loci's sites, if available.

    Returns
    -------
    list of GeneGenotypes
        One per locus, in order; samples as in the scan.

    Raises
    ------
    AssemblyMismatchError
        See `check_reference`.
    """
    mismatched = check_reference(loci, scan.records, where)
    structural = structural_records(scan.records)
    results = []
    by_locus = touching(loci, scan.records, index)
    for number, (locus, touched) in enumerate(zip(loci, by_locus, strict=True)):
        seen = int(scan.region_first[number]), int(scan.region_last[number])
        reading = GeneReading(
            settings, mismatched, indel_limit, covers(locus, *seen), probes_alleles
        )
        results.append(build_gene(locus, scan, touched, reading, sexes, structural))
    return results


class GeneReading(NamedTuple):
    """Records over one gene, and their interpretation.

    ``mismatched`` are records (indices) whose REF is not the assembly's base; ``covered`` says
    that the input's records reach over the gene's whole span; ``probes_alleles`` that a record
    speaks of its own alternatives only.
    """

    settings: ReadingSettings
    mismatched: AbstractSet[int]
    indel_limit: int | None
    covered: bool
    probes_alleles: bool = False


def touching(
    loci: Sequence[GeneLocus], records: Sequence[ScannedRecord], index: SiteIndex | None = None
) -> list[dict[int, list[int]]]:
    """Return, for each locus, the indices of the records over each of its sites (by index)."""
    found: list[dict[int, list[int]]] = [{} for _ in loci]
    index = index or SiteIndex(loci)
    for number in index.near(records):
        for locus, site in index.touching(records[number]):
            found[locus].setdefault(site, []).append(number)
    return found


def build_gene(
    locus: GeneLocus,
    scan: Scan,
    touched: dict[int, list[int]],
    reading: GeneReading,
    sexes: Mapping[str, str],
    structural: Sequence[int] | None = None,
) -> GeneGenotypes:
    """Read one gene's defining positions from a scan.

    ``touched`` is as `touching` gives it, ``structural`` as `structural_records` does.
    """
    genotypes = GeneGenotypes.empty(locus.gene, tuple(scan.samples))
    if structural is None:
        structural = structural_records(scan.records)
    assign_copies(locus, scan, structural, genotypes, min_quality=reading.settings.min_copy_quality)
    if touched:
        SiteReader(
            locus,
            scan,
            reading.mismatched,
            genotypes,
            reading.indel_limit,
            touched,
            probes_alleles=reading.probes_alleles,
        ).read()
    _mark_absent(locus, genotypes, reading.settings, covered=reading.covered)
    sex = [sexes.get(name) for name in scan.samples]
    apply_ploidy(genotypes, sex if locus.gene.ploidy is Ploidy.X_LINKED else [])
    return genotypes


def structural_records(records: Sequence[ScannedRecord]) -> list[int]:
    """Return the indices of records with a symbolic structural variant or a breakend."""
    known: dict[tuple[str, ...], bool] = {}
    found = []
    for number, record in enumerate(records):
        alts = record.alts
        is_one = known.get(alts)
        if is_one is None:
            is_one = known[alts] = any(map(is_structural, alts))
        if is_one:
            found.append(number)
    return found


def covers(locus: GeneLocus, first: int, last: int) -> bool:
    """Whether a gene's defining span lies between its region's first and last record.

    ``first`` and ``last`` are their positions, 0 where there is none.
    """
    return 0 < first <= locus.first and locus.last <= last


def _mark_absent(
    locus: GeneLocus, genotypes: GeneGenotypes, settings: ReadingSettings, *, covered: bool
) -> None:
    absent = genotypes.reason == Unknown.NO_RECORD
    for index, site in enumerate(locus.sites) if settings.untyped else ():
        if (locus.gene.contig, site.position) in settings.untyped:
            untyped = absent[index] | (genotypes.evidence[index] == Evidence.NONE)
            genotypes.reason[index][untyped] = Unknown.UNTYPED
            absent[index] = False
    if settings.absent_is_reference and covered:
        _assume_reference(locus, genotypes, absent)


def _assume_reference(
    locus: GeneLocus, genotypes: GeneGenotypes, absent: npt.NDArray[np.bool_]
) -> None:
    """Read every position of ``absent``, (P, N), as the base of the input's assembly."""
    codes = np.array([site.reference_code for site in locus.sites], np.int8)
    genotypes.call[absent] = codes[np.nonzero(absent)[0], None]
    genotypes.evidence[absent] = Evidence.ASSUMED_REFERENCE
    genotypes.reason[absent] = Unknown.NONE
