"""Read inputs into observations: open, decide the assembly, scan, read the sites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from pgx.base.assemblies import CANONICAL, HG19_CHRM_LENGTH, MITOCHONDRION, contig_length
from pgx.base.errors import AbsenceError, InputError
from pgx.base.genes import Assembly, GeneDefinition
from pgx.genotypes.build import ReadingSettings, SiteIndex, build_genotypes, gene_regions
from pgx.genotypes.matrix import Evidence, GeneGenotypes, Unknown
from pgx.genotypes.merge import combine
from pgx.genotypes.reference import AssemblyCheck
from pgx.genotypes.sites import GeneLocus
from pgx.io.header import Platform, VcfHeader
from pgx.io.records import Scan, ScanLimits, ScannedRecord
from pgx.io.source import open_source
from pgx.io.windows import Windows
from pgx.pipeline.assembly import decide_assembly
from pgx.pipeline.copies import Copies, DepthReading, best_evidence
from pgx.pipeline.settings import Absent, RunSettings, SampleInfo
from pgx.structure.evidence import CopyEvidence

if TYPE_CHECKING:
    from pgx.io.source import AnySource

__all__ = [
    "Loci",
    "Observations",
    "ReadInput",
    "View",
    "input_hints",
    "input_notes",
    "opened",
    "read_inputs",
    "reading_settings",
    "says_anything",
]


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
