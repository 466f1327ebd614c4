"""Read inputs once: open, decide the assembly, scan, and build each gene's genotypes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import CANONICAL, HG19_CHRM_LENGTH, MITOCHONDRION, Assembly, contig_length
from pgx.copynumber.depth import Copies, DepthReading, best_evidence
from pgx.copynumber.evidence import CopyEvidence
from pgx.errors import AbsenceError, AssemblyMismatchError, InputError, UndeclaredAssemblyError
from pgx.genotypes.build import (
    GeneReading,
    ReadingSettings,
    SiteIndex,
    build_gene,
    build_genotypes,
    covers,
    gene_regions,
    touching,
)
from pgx.genotypes.grouping import GeneColumns, SampleGrouper, number_groups
from pgx.genotypes.matrix import Evidence, GeneGenotypes, Unknown
from pgx.genotypes.merge import combine
from pgx.genotypes.reference import AssemblyCheck, check_reference
from pgx.genotypes.sites import GeneLocus
from pgx.inputs.settings import RECORDED, Absent, RunSettings, SampleInfo
from pgx.io.header import Platform, VcfHeader
from pgx.io.records import Scan, ScanLimits, ScannedRecord
from pgx.io.source import open_source
from pgx.io.windows import Windows
from pgx.records.genes import GeneDefinition, Ploidy

if TYPE_CHECKING:
    from pgx.io.depth import DepthListener
    from pgx.io.source import AnySource

__all__ = [
    "CohortReader",
    "GroupedGene",
    "GroupedInput",
    "Loci",
    "Observations",
    "ReadInput",
    "View",
    "decide_assembly",
    "input_hints",
    "input_notes",
    "opened",
    "read_inputs",
    "reading_settings",
    "says_anything",
]


def decide_assembly(header: VcfHeader, asked: Assembly | None, where: str) -> Assembly:
    """Return the input's assembly.

    Raises
    ------
    AssemblyMismatchError
        The header declares another assembly than asked for.
    UndeclaredAssemblyError
        Neither the header nor the user says which.
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


@dataclass(slots=True)
class ReadInput:
    """One input as read: its samples, observations and what holds for the whole file."""

    name: str
    sha256: str
    assembly: Assembly
    samples: tuple[str, ...]
    genotypes: dict[str, GeneGenotypes]
    notes: tuple[str, ...]
    copies: Copies = field(default_factory=dict)
    role: str = ""

    @property
    def description(self) -> dict[str, str]:
        """What provenance tells of it; variants need no role."""
        named = {"name": self.name, "sha256": self.sha256}
        return named | {"role": self.role} if self.role else named


@dataclass(slots=True)
class Observations:
    """All inputs together, samples in input order; ``refused`` holds one error a bad input."""

    inputs: list[ReadInput] = field(default_factory=list)
    refused: list[InputError] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)

    @property
    def samples(self) -> tuple[str, ...]:
        """Sample names in the order of the inputs, each once."""
        return tuple(dict.fromkeys(name for item in self.inputs for name in item.samples))

    def combined(self, gene: GeneDefinition) -> GeneGenotypes:
        """Join one gene's observations of all inputs by sample name.

        Raises
        ------
        InputConflictError
            Two inputs disagree about one site of one sample.
        """
        own = [i for i in self.inputs if gene.gene in i.genotypes]
        if not own:
            return GeneGenotypes.empty(gene, self.samples)
        parts = [i.genotypes[gene.gene] for i in own]
        return combine(parts, gene, self.samples, [i.name for i in own])

    def copies_of(self, gene: str, sample: str) -> CopyEvidence | None:
        """Return what is known of a sample's copies of a gene: the first that was assessed."""
        held = [
            i.copies[gene][i.samples.index(sample)]
            for i in self.inputs
            if gene in i.copies and sample in i.samples
        ]
        return best_evidence(held)

    def notes_of(self, sample: str) -> tuple[str, ...]:
        """Return note codes of the inputs that hold a sample."""
        codes = [note for i in self.inputs if sample in i.samples for note in i.notes]
        return tuple(dict.fromkeys(codes))


def read_inputs(
    paths: Sequence[str | Path],
    genes: Sequence[GeneDefinition],
    settings: RunSettings,
    sample_info: Mapping[str, SampleInfo],
    *,
    known: Sequence[GeneDefinition] = (),
    patient_sex: str = "",
) -> Observations:
    """Read every input; one that is refused is kept apart and the others go on.

    ``known`` are all genes that help to tell the assembly, ``genes`` those that are read.
    ``patient_sex`` holds for samples of which ``sample_info`` says nothing.
    """
    found = Observations()
    loci = Loci(genes, known or genes)
    sexes = {name: info.sex for name, info in sample_info.items() if info.sex}
    for path in paths:
        try:
            found.inputs.append(_read_one(path, settings, sexes, loci, found.hints, patient_sex))
        except InputError as error:
            found.refused.append(error)
    return found


def _read_one(
    path: str | Path,
    settings: RunSettings,
    sexes: Mapping[str, str],
    loci: Loci,
    hints: list[str],
    patient_sex: str,
) -> ReadInput:
    with opened(path, settings) as source:
        view = loci.view(source, settings)
        depth = DepthReading(loci.genes, source, view.assembly)
        scan = source.scan(
            view.windows,
            contig_lengths=view.lengths,
            by_index=view.by_index,
            listener=depth.listener,
        )
        loci.check(view.assembly, scan.records, source.path)
        others_sex = dict.fromkeys(scan.samples, patient_sex) if patient_sex else {}
        genotypes = build_genotypes(
            view.loci,
            scan,
            reading_settings(settings),
            {**others_sex, **sexes},
            where=source.path,
            indel_limit=source.header.gatk_indel_limit,
            probes_alleles=source.header.origin.probes_alleles,
            index=view.site_index,
        )
        hints += input_hints(source, scan, settings)
        return ReadInput(
            name=source.path,
            sha256=source.sha256(),
            assembly=view.assembly,
            samples=tuple(scan.samples),
            genotypes={g.gene.gene: g for g in genotypes if says_anything(g)},
            notes=input_notes(scan),
            copies=depth.copies(),
        )


def opened(path: str | Path, settings: RunSettings) -> AnySource:
    """Open an input with a run's limits of quality; see `open_source`.

    Raises
    ------
    AbsenceError
        The run reads absent positions as the reference, and the input is of an array or imputed.
    """
    source = open_source(path, limits=ScanLimits(min_gq=settings.min_gq, min_dp=settings.min_dp))
    origin = source.header.origin
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
    """Return how a run reads absence."""
    return ReadingSettings(
        absent_is_reference=settings.absent is Absent.REFERENCE,
        untyped=settings.untyped,
        min_copy_quality=settings.min_gq,
    )


def input_notes(scan: Scan) -> tuple[str, ...]:
    """Return the codes of what holds for all calls of an input."""
    return () if scan.has_depth else ("no_depth",)


def input_hints(source: AnySource, scan: Scan, settings: RunSettings) -> list[str]:
    """Return what the user may want to know of an input."""
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
            f"{name}: lists variant sites only; positions without a record stay unknown."
            " If the whole genome was called, --absent reference reads them as the reference."
        )
    return hints


def _may_be_hg19_chrm(header: VcfHeader) -> bool:
    """Whether a GRCh37 header has UCSC names and does not say how long the mitochondrion is."""
    return header.mitochondrion_length is None and any(n.startswith("chr") for n in header.contigs)


class View(NamedTuple):
    """How one input is read: on which assembly, at which genes, and where.

    ``by_index`` says whether an index may be used: it is never trusted for absence.
    """

    assembly: Assembly
    loci: list[GeneLocus]
    windows: Windows
    site_index: SiteIndex
    lengths: dict[str, int]
    by_index: bool


class Loci:
    """Genes on every assembly: those that are read, and all that tell the assembly."""

    def __init__(self, genes: Sequence[GeneDefinition], known: Sequence[GeneDefinition]) -> None:
        self.genes = tuple(genes)
        names = {gene.gene for gene in genes}
        self.known = {a: [GeneLocus(g, a) for g in known if g.variants] for a in Assembly}
        self.read = {a: [x for x in own if x.gene.gene in names] for a, own in self.known.items()}
        self._check = AssemblyCheck(self.known)
        self._windows: dict[Assembly, Windows] = {}
        self._indices: dict[Assembly, SiteIndex] = {}

    def view(self, source: AnySource, settings: RunSettings) -> View:
        """Return how a source is read.

        Raises
        ------
        UndeclaredAssemblyError, AssemblyMismatchError
            See `decide_assembly`.
        """
        assembly = decide_assembly(source.header, settings.assembly, source.path)
        lengths = {name: contig_length(name, assembly) for name in CANONICAL}
        if assembly is Assembly.GRCH37 and _may_be_hg19_chrm(source.header):
            lengths[MITOCHONDRION] = HG19_CHRM_LENGTH
        by_index = settings.absent is Absent.NO_CALL
        here = self.read[assembly]
        index = self._indices.get(assembly)
        if index is None:
            index = self._indices[assembly] = SiteIndex(here)
        return View(assembly, here, self._wanted(assembly), index, lengths, by_index)

    def check(self, assembly: Assembly, records: Sequence[ScannedRecord], where: str) -> None:
        """Refuse records that fit another assembly better; see `AssemblyCheck`."""
        self._check.check(assembly, records, where)

    def _wanted(self, assembly: Assembly) -> Windows:
        found = self._windows.get(assembly)
        if found is None:
            here = self.read[assembly]
            intervals = [(x.gene.contig, a, b) for x in here for a, b in _wanted(x)]
            intervals += [i for known in self.known.values() for x in known for i in _sites(x)]
            found = self._windows[assembly] = Windows.build(intervals, gene_regions(here))
        return found


def _sites(locus: GeneLocus) -> list[tuple[str, int, int]]:
    return [(locus.gene.contig, site.position, site.position) for site in locus.sites]


def _wanted(locus: GeneLocus) -> list[tuple[int, int]]:
    """Segments of known reference, and the sites that stand outside of them."""
    low, high = locus.span()
    spans = locus.reference.spans()
    return [*spans, (low, low), (high, high)]


def says_anything(genotypes: GeneGenotypes) -> bool:
    """Whether anything is answered, or a reason to be told why nothing is."""
    answered = (genotypes.evidence != Evidence.NONE).any() or genotypes.structural.any()
    answered = answered or bool(genotypes.copies)
    return bool(answered or (genotypes.reason != Unknown.NO_RECORD).any())


_NOBODY = SampleInfo(sample="")


@dataclass(slots=True)
class GroupedGene:
    """One gene of one input: ``genotypes`` has a column a group, ``groups`` (N,) int32 which one.

    Samples of a group are alike in all that a call rests on: their cells, and the sex and
    population where these count. ``copies`` is what is known of the gene's copies in each
    sample, empty where nothing is.
    """

    genotypes: GeneGenotypes
    groups: npt.NDArray[np.int32]
    copies: tuple[CopyEvidence, ...] = ()


@dataclass(slots=True)
class GroupedInput:
    """One input as read; genes of which it says nothing are left out."""

    name: str
    sha256: str
    assembly: Assembly
    samples: tuple[str, ...]
    notes: tuple[str, ...]
    hints: list[str]
    genes: dict[str, GroupedGene]


def _with_copies(gene: GroupedGene, copies: Copies) -> GroupedGene:
    own = copies.get(gene.genotypes.gene.gene, ())
    return GroupedGene(gene.genotypes, gene.groups, own)


class CohortReader:
    """Reads inputs one by one.

    Parameters
    ----------
    genes, known
        The genes that are read, and all that help to tell the assembly.
    settings
        How to read.
    sample_info
        Sex and population by sample name.
    ahead
        Whether a second thread may decompress ahead of the one that scans.
    """

    def __init__(
        self,
        genes: Sequence[GeneDefinition],
        known: Sequence[GeneDefinition],
        settings: RunSettings,
        sample_info: Mapping[str, SampleInfo],
        *,
        ahead: bool = False,
    ) -> None:
        self._ahead = ahead
        self._genes_read = tuple(genes)
        self._loci = Loci(genes, known)
        self._settings, self._info = settings, sample_info
        self._sexes = {name: info.sex for name, info in sample_info.items() if info.sex}

    def read(self, path: str | Path) -> GroupedInput:
        """Read one input.

        Raises
        ------
        InputError
            It is refused; nothing of it is returned.
        """
        with opened(path, self._settings) as source:
            view = self._loci.view(source, self._settings)
            read = self._read_one if len(source.header.samples) == 1 else self._read_many
            depth = DepthReading(self._genes_read, source, view.assembly)
            scan, genes = read(source, view, depth.listener)
            copies = depth.copies()
            return GroupedInput(
                name=source.path,
                sha256=source.sha256(),
                assembly=view.assembly,
                samples=tuple(scan.samples),
                notes=input_notes(scan),
                hints=input_hints(source, scan, self._settings),
                genes={
                    g.genotypes.gene.gene: _with_copies(g, copies)
                    for g in genes
                    if says_anything(g.genotypes)
                },
            )

    def _read_one(
        self, source: AnySource, view: View, listener: DepthListener | None
    ) -> tuple[Scan, Iterable[GroupedGene]]:
        """Read a file of one sample, which needs no grouping."""
        scan = source.scan(
            view.windows,
            contig_lengths=view.lengths,
            by_index=view.by_index,
            ahead=self._ahead,
            listener=listener,
        )
        self._loci.check(view.assembly, scan.records, source.path)
        genotypes = build_genotypes(
            view.loci,
            scan,
            reading_settings(self._settings),
            self._sexes,
            where=source.path,
            indel_limit=source.header.gatk_indel_limit,
            probes_alleles=source.header.origin.probes_alleles,
            index=view.site_index,
        )
        return scan, (GroupedGene(own, np.zeros(1, np.int32)) for own in genotypes)

    def _read_many(
        self, source: AnySource, view: View, listener: DepthListener | None
    ) -> tuple[Scan, Iterable[GroupedGene]]:
        keys = self._keys(view.loci, source.header.samples)
        grouper = SampleGrouper(view.loci, keys, view.site_index)
        scan = source.scan(
            view.windows,
            contig_lengths=view.lengths,
            by_index=view.by_index,
            sink=grouper,
            ahead=self._ahead,
            listener=listener,
        )
        self._loci.check(view.assembly, scan.records, source.path)
        return scan, self._genes(view, source, grouper, scan)

    def _keys(
        self, loci: Sequence[GeneLocus], samples: Sequence[str]
    ) -> list[npt.NDArray[np.int32]]:
        """Return what tells samples apart before anything is read of them."""
        by_group = self._settings.ancestry == RECORDED
        alike = np.zeros(len(samples), np.int32)
        people = [self._info.get(name, _NOBODY) for name in samples] if self._info else []
        groups = number_groups([p.superpopulation for p in people]) if by_group else alike
        both = number_groups([(p.sex, p.superpopulation if by_group else "") for p in people])
        x_linked = both if people else alike
        return [
            x_linked if x.gene.ploidy is Ploidy.X_LINKED else groups if people else alike
            for x in loci
        ]

    def _genes(
        self, view: View, source: AnySource, grouper: SampleGrouper, scan: Scan
    ) -> Iterator[GroupedGene]:
        mismatched = check_reference(view.loci, scan.records, source.path)
        for number, locus in enumerate(view.loci):
            first, last = int(scan.region_first[number]), int(scan.region_last[number])
            is_covered = covers(locus, first, last)
            if grouper.is_concerned(number) or self._speaks(locus, covered=is_covered):
                columns = grouper.columns(number, scan)
                yield self._built(locus, columns, mismatched, source, covered=is_covered)

    def _speaks(self, locus: GeneLocus, *, covered: bool) -> bool:
        """Whether absence of all records says something of a gene."""
        if self._settings.absent is Absent.REFERENCE and covered:
            return True
        untyped, contig = self._settings.untyped, locus.gene.contig
        return bool(untyped) and any((contig, s.position) in untyped for s in locus.sites)

    def _built(
        self,
        locus: GeneLocus,
        columns: GeneColumns,
        mismatched: set[int],
        source: AnySource,
        *,
        covered: bool,
    ) -> GroupedGene:
        own = {i for i, number in enumerate(columns.numbers) if number in mismatched}
        header, settings = source.header, reading_settings(self._settings)
        probes = header.origin.probes_alleles
        reading = GeneReading(settings, own, header.gatk_indel_limit, covered, probes)
        touched = touching([locus], columns.scan.records)[0]
        genotypes = build_gene(locus, columns.scan, touched, reading, self._sexes)
        return GroupedGene(genotypes, columns.groups)
