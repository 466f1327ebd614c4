"""Open an input: its assembly, the loci of its genes, and the notes on the whole file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from pgx.base.assemblies import CANONICAL, HG19_CHRM_LENGTH, MITOCHONDRION, Assembly, contig_length
from pgx.errors import AbsenceError, AssemblyMismatchError, UndeclaredAssemblyError
from pgx.genotypes.build import ReadingSettings, SiteIndex, gene_regions
from pgx.genotypes.reference import AssemblyCheck
from pgx.genotypes.sites import GeneLocus
from pgx.inputs.settings import Absent, RunSettings
from pgx.io.header import Platform, VcfHeader
from pgx.io.records import Scan, ScanLimits, ScannedRecord
from pgx.io.source import open_source
from pgx.io.windows import Windows
from pgx.records.genes import GeneDefinition
from pgx.records.notes import NoteCode

if TYPE_CHECKING:
    from pgx.io.source import AnySource

__all__ = [
    "Loci",
    "View",
    "decide_assembly",
    "input_hints",
    "input_notes",
    "merged_hints",
    "opened",
    "reading_settings",
]


def decide_assembly(header: VcfHeader, asked: Assembly | None, where: str) -> Assembly:
    """Return the input's assembly.

    Raises
    ------
    AssemblyMismatchError
        The header declares another assembly than the requested one.
    UndeclaredAssemblyError
        Neither the header nor the user declares an assembly.
    """
    declared = _declared(header, where)
    if declared is None and asked is None:
        raise UndeclaredAssemblyError(
            "the header does not say which assembly the positions are on",
            where=where,
            remedy="give --assembly GRCh37 or --assembly GRCh38",
        )
    if declared is not None and asked is not None and declared is not asked:
        signal = next((text for text, a in header.assembly_signals if a is declared), "header")
        raise AssemblyMismatchError(
            f"the header declares {declared} ({signal}), --assembly says {asked}",
            where=where,
            remedy="leave --assembly out, or give the file that belongs to it",
        )
    return declared or asked  # type: ignore[return-value]


def _declared(header: VcfHeader, where: str) -> Assembly | None:
    try:
        return header.declared_assembly
    except AssemblyMismatchError as error:
        raise AssemblyMismatchError(error.what, where=where, remedy=error.remedy) from error


_KIND: Final = {Platform.ARRAY: "array", Platform.IMPUTED: "imputed"}


def opened(path: str | Path, settings: RunSettings) -> AnySource:
    """Open an input with the quality limits of a run; see `open_source`.

    Raises
    ------
    AbsenceError
        Absent positions are set to mean reference, but the input is from an array or imputed.
    """
    source = open_source(path, limits=ScanLimits(min_gq=settings.min_gq, min_dp=settings.min_dp))
    origin = source.header.origin
    # an array or imputation panel tests selected alleles only: absence is not evidence
    if settings.absent is Absent.REFERENCE and origin.probes_alleles:
        source.close()
        raise AbsenceError(
            f"{_KIND[origin.platform]} genotypes (header: {origin.sign}): a position without a"
            " record was not typed, so it cannot be read as the reference",
            where=source.path,
            remedy="leave out --absent reference",
        )
    return source


def reading_settings(settings: RunSettings) -> ReadingSettings:
    """Return how a run interprets absent positions and low quality."""
    return ReadingSettings(
        absent_is_reference=settings.absent is Absent.REFERENCE,
        untyped=settings.untyped,
        min_copy_quality=settings.min_gq,
    )


def input_notes(scan: Scan) -> tuple[str, ...]:
    """Return the codes of notes that apply to all calls of an input."""
    return () if scan.has_depth else (NoteCode.NO_DEPTH,)


def input_hints(source: AnySource, scan: Scan, settings: RunSettings) -> list[str]:
    """Return hints on an input for the user."""
    hints = []
    name, origin = source.path, source.header.origin
    if scan.hg19_chrm:
        hints.append(f"{name}: chrM is hg19's own sequence, or does not say which; it is not read.")
    if origin.probes_alleles:
        hints.append(
            f"{name}: {_KIND[origin.platform]} genotypes (header: {origin.sign}); a position counts"
            " as typed only for the alternative alleles of its own records."
        )
    elif scan.sites_only and settings.absent is Absent.NO_CALL:
        hints.append(
            f"{name}: only variant sites are listed, and positions without a record count as not"
            " called: calls rest on haplotype frequencies there, and recommendations depend on"
            " them. If the whole genome was called, give --absent reference; if not (exome, panel,"
            " array), leave it, and see in pgx check what is missing."
        )
    return hints


def merged_hints(hints: Iterable[str]) -> list[str]:
    """Return hints on inputs, those that say the same of several as one."""
    files: dict[str, list[str]] = {}
    for hint in hints:
        name, _, text = hint.partition(": ")
        files.setdefault(text, []).append(name)
    return [
        f"{names[0]}{f' and {len(names) - 1} more' if names[1:] else ''}: {text}"
        for text, names in files.items()
    ]


def _may_be_hg19_chrm(header: VcfHeader) -> bool:
    """Whether a GRCh37 header has UCSC names but no length of the mitochondrial genome."""
    return header.mitochondrion_length is None and any(n.startswith("chr") for n in header.contigs)


class View(NamedTuple):
    """How one input is read: its assembly, the gene loci on it, and the windows to scan.

    ``by_index`` is true if an index may be used; an index is never trusted for absence.
    """

    assembly: Assembly
    loci: list[GeneLocus]
    windows: Windows
    site_index: SiteIndex
    lengths: dict[str, int]
    by_index: bool


class Loci:
    """Loci of genes on every assembly: genes to read, and genes that identify the assembly."""

    def __init__(self, genes: Sequence[GeneDefinition], known: Sequence[GeneDefinition]) -> None:
        self.genes = tuple(genes)
        names = {gene.gene for gene in genes}
        self.known = {a: [GeneLocus(g, a) for g in known if g.variants] for a in Assembly}
        self.read = {a: [x for x in own if x.gene.gene in names] for a, own in self.known.items()}
        self._check = AssemblyCheck(self.known)
        self._windows: dict[Assembly, Windows] = {}
        self._indices: dict[Assembly, SiteIndex] = {}

    def view(self, source: AnySource, settings: RunSettings) -> View:
        """Return the view of a source.

        Raises
        ------
        UndeclaredAssemblyError, AssemblyMismatchError
            See `decide_assembly`.
        """
        assembly = decide_assembly(source.header, settings.assembly, source.path)
        lengths = {name: contig_length(name, assembly) for name in CANONICAL}
        if assembly is Assembly.GRCH37 and _may_be_hg19_chrm(source.header):
            # hg19's chrM has 16,571 bases, the rCRS 16,569: accept positions up to the longer one
            lengths[MITOCHONDRION] = HG19_CHRM_LENGTH
        # records hidden by a wrong index would otherwise be read as reference
        by_index = settings.absent is Absent.NO_CALL
        here = self.read[assembly]
        index = self._indices.get(assembly)
        if index is None:
            index = self._indices[assembly] = SiteIndex(here)
        return View(assembly, here, self._wanted(assembly), index, lengths, by_index)

    def check(self, assembly: Assembly, records: Sequence[ScannedRecord], where: str) -> None:
        """Refuse records that match another assembly better; see `AssemblyCheck`."""
        self._check.check(assembly, records, where)

    def _wanted(self, assembly: Assembly) -> Windows:
        found = self._windows.get(assembly)
        if found is None:
            here = self.read[assembly]
            intervals = [(x.gene.contig, a, b) for x in here for a, b in _wanted(x)]
            # sites on every assembly show which assembly the reference bases match
            intervals += [i for known in self.known.values() for x in known for i in _sites(x)]
            found = self._windows[assembly] = Windows.build(intervals, gene_regions(here))
        return found


def _sites(locus: GeneLocus) -> list[tuple[str, int, int]]:
    return [(locus.gene.contig, site.position, site.position) for site in locus.sites]


def _wanted(locus: GeneLocus) -> list[tuple[int, int]]:
    """Return segments of known reference, and the sites outside of them."""
    low, high = locus.span()
    spans = locus.reference.spans()
    return [*spans, (low, low), (high, high)]
