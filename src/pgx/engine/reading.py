"""Read inputs once: the evidence for each gene, samples with equal evidence in one column.

One reader serves every command. A run that reports the observations at each position keeps one
column per sample, since samples with equal alleles differ in genotype quality and depth. A run
that writes only calls shares a column between samples with equal evidence, so the time of calling
grows with the number of distinct genotypes, not of samples.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import Assembly
from pgx.copynumber.depth import DepthReading, best_evidence
from pgx.copynumber.evidence import CopyEvidence
from pgx.engine.opening import (
    Loci,
    View,
    input_hints,
    input_notes,
    merged_hints,
    opened,
    reading_settings,
)
from pgx.errors import InputError
from pgx.genotypes.build import GeneReading, build_gene, build_genotypes, covers, touching
from pgx.genotypes.grouping import GeneColumns, SampleGrouper, number_groups
from pgx.genotypes.matrix import Evidence, GeneGenotypes, Unknown
from pgx.genotypes.merge import combine
from pgx.genotypes.reference import check_reference
from pgx.genotypes.sites import GeneLocus
from pgx.inputs.settings import RECORDED, Absent, RunSettings, SampleInfo
from pgx.io.records import Scan
from pgx.records.genes import GeneDefinition, Ploidy

if TYPE_CHECKING:
    from pgx.io.depth import DepthListener
    from pgx.io.source import AnySource

__all__ = [
    "GroupedGene",
    "InputReader",
    "Inputs",
    "Observations",
    "Piece",
    "ReadInput",
    "pieces_of",
    "read_inputs",
    "read_of",
    "says_anything",
]

_NOBODY = SampleInfo(sample="")


@dataclass(slots=True)
class GroupedGene:
    """One gene of one input: ``genotypes`` has a column per group, ``groups`` (N,) int32 its index.

    Samples of a group are equal in everything that a call depends on: their genotypes, and their
    sex and population if relevant. ``copies`` is the copy-number evidence of each sample, empty
    without any.
    """

    genotypes: GeneGenotypes
    groups: npt.NDArray[np.int32]
    copies: tuple[CopyEvidence, ...] = ()

    def of_samples(self, samples: tuple[str, ...]) -> GeneGenotypes:
        """Return genotypes with one column for each of the input's samples."""
        if self.genotypes.samples == samples:
            return self.genotypes
        return self.genotypes.take(self.groups.astype(np.intp), samples)


@dataclass(slots=True)
class ReadInput:
    """One input as read; genes without any information are left out."""

    name: str
    sha256: str
    assembly: Assembly
    samples: tuple[str, ...]
    notes: tuple[str, ...]
    hints: list[str]
    genes: dict[str, GroupedGene]
    role: str = ""

    @property
    def description(self) -> dict[str, str]:
        """Return the provenance of the input; variant files have no role."""
        named = {"name": self.name, "sha256": self.sha256}
        return named | {"role": self.role} if self.role else named


Inputs = Sequence[ReadInput | InputError]
"""Inputs in order: as read, or the error with which they were refused."""


def read_of(inputs: Inputs) -> list[ReadInput]:
    """Return the inputs that were not refused."""
    return [item for item in inputs if not isinstance(item, InputError)]


@dataclass(slots=True)
class Observations:
    """All inputs together, samples in input order; ``refused`` holds one error per bad input."""

    inputs: list[ReadInput] = field(default_factory=list)
    refused: list[InputError] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)

    @property
    def samples(self) -> tuple[str, ...]:
        """Sample names in input order, each once."""
        return tuple(dict.fromkeys(name for item in self.inputs for name in item.samples))

    def combined(self, gene: GeneDefinition) -> GeneGenotypes:
        """Join one gene's observations of all inputs by sample name, one column per sample.

        Raises
        ------
        InputConflictError
            Two inputs disagree about one site of one sample.
        """
        own = [i for i in self.inputs if gene.gene in i.genes]
        if not own:
            return GeneGenotypes.empty(gene, self.samples)
        parts = [i.genes[gene.gene].of_samples(i.samples) for i in own]
        return combine(parts, gene, self.samples, [i.name for i in own])

    def copies_of(self, gene: str, sample: str) -> CopyEvidence | None:
        """Return a sample's copy-number evidence for a gene: from the first input that has any."""
        held = [
            own.copies[item.samples.index(sample)]
            for item in self.inputs
            if (own := item.genes.get(gene)) and own.copies and sample in item.samples
        ]
        return best_evidence(held)


def read_inputs(
    paths: Sequence[str | Path],
    genes: Sequence[GeneDefinition],
    settings: RunSettings,
    sample_info: Mapping[str, SampleInfo],
    *,
    known: Sequence[GeneDefinition] = (),
    patient_sex: str = "",
) -> Observations:
    """Read every input, one column per sample; refused inputs are returned separately.

    ``known`` are all genes that help to identify the assembly, ``genes`` those that are read.
    ``patient_sex`` applies to samples that are not in ``sample_info``.
    """
    reader = InputReader(
        genes, known or genes, settings, sample_info, is_grouped=False, patient_sex=patient_sex
    )
    found = reader.read_all(paths)
    read = read_of(found)
    return Observations(
        inputs=read,
        refused=[item for item in found if isinstance(item, InputError)],
        hints=merged_hints(hint for item in read for hint in item.hints),
    )


class InputReader:
    """Reads inputs one by one.

    Parameters
    ----------
    genes, known
        The genes to read, and all genes that help to identify the assembly.
    settings
        Settings of the run.
    sample_info
        Sex and population by sample name.
    is_grouped
        Whether samples with equal evidence share a column, without qualities and depths.
    ahead
        Whether a second thread may decompress ahead of the one that scans.
    patient_sex
        Sex of samples that are not in ``sample_info``; empty if unknown.
    """

    def __init__(
        self,
        genes: Sequence[GeneDefinition],
        known: Sequence[GeneDefinition],
        settings: RunSettings,
        sample_info: Mapping[str, SampleInfo],
        *,
        is_grouped: bool = True,
        ahead: bool = False,
        patient_sex: str = "",
    ) -> None:
        self._is_grouped, self._ahead = is_grouped, ahead
        self._loci = Loci(genes, known)
        self._settings, self._info = settings, sample_info
        self._patient_sex = patient_sex
        self._sexes = {name: info.sex for name, info in sample_info.items() if info.sex}

    def read_all(self, paths: Iterable[str | Path]) -> list[ReadInput | InputError]:
        """Read some inputs; a refused input does not affect the others."""
        found: list[ReadInput | InputError] = []
        for path in paths:
            try:
                found.append(self.read(path))
            except InputError as error:
                found.append(error)
        return found

    def read(self, path: str | Path) -> ReadInput:
        """Read one input.

        Raises
        ------
        InputError
            The input is refused as a whole.
        """
        with opened(path, self._settings) as source:
            view = self._loci.view(source, self._settings)
            # grouping hashes the cells of every record, which does not pay for a single sample
            is_grouped = self._is_grouped and len(source.header.samples) != 1
            read = self._read_grouped if is_grouped else self._read_columns
            depth = DepthReading(self._loci.genes, source, view.assembly)
            scan, genes = read(source, view, depth.listener)
            copies = depth.copies()
            for own in genes:
                own.copies = copies.get(own.genotypes.gene.gene, ())
            return ReadInput(
                name=source.path,
                sha256=source.sha256(),
                assembly=view.assembly,
                samples=tuple(scan.samples),
                notes=input_notes(scan),
                hints=input_hints(source, scan, self._settings),
                genes={
                    g.genotypes.gene.gene: g
                    for g in genes
                    if g.copies or says_anything(g.genotypes)
                },
            )

    def _scan(
        self,
        source: AnySource,
        view: View,
        listener: DepthListener | None,
        sink: SampleGrouper | None = None,
    ) -> Scan:
        """Scan the windows of all genes and refuse records of another assembly."""
        scan = source.scan(
            view.windows,
            contig_lengths=view.lengths,
            by_index=view.by_index,
            sink=sink,
            ahead=self._ahead,
            listener=listener,
        )
        self._loci.check(view.assembly, scan.records, source.path)
        return scan

    def _read_columns(
        self, source: AnySource, view: View, listener: DepthListener | None
    ) -> tuple[Scan, list[GroupedGene]]:
        """Read one column per sample."""
        scan = self._scan(source, view, listener)
        others = dict.fromkeys(scan.samples, self._patient_sex) if self._patient_sex else {}
        genotypes = build_genotypes(
            view.loci,
            scan,
            reading_settings(self._settings),
            {**others, **self._sexes},
            where=source.path,
            indel_limit=source.header.gatk_indel_limit,
            probes_alleles=source.header.origin.probes_alleles,
            index=view.site_index,
        )
        each = np.arange(len(scan.samples), dtype=np.int32)
        return scan, [GroupedGene(own, each) for own in genotypes]

    def _read_grouped(
        self, source: AnySource, view: View, listener: DepthListener | None
    ) -> tuple[Scan, list[GroupedGene]]:
        """Read one column per group of samples with equal evidence."""
        keys = self._keys(view.loci, source.header.samples)
        grouper = SampleGrouper(view.loci, keys, view.site_index)
        scan = self._scan(source, view, listener, grouper)
        return scan, list(self._grouped_genes(view, source, grouper, scan))

    def _keys(
        self, loci: Sequence[GeneLocus], samples: Sequence[str]
    ) -> list[npt.NDArray[np.int32]]:
        """Return the keys that separate samples before any genotype is read."""
        by_group = self._settings.ancestry == RECORDED
        alike = np.zeros(len(samples), np.int32)
        people = [self._info.get(name, _NOBODY) for name in samples] if self._info else []
        # the recorded population changes the prior, and so the call, with ancestry `recorded` only
        groups = number_groups([p.superpopulation for p in people]) if by_group else alike
        both = number_groups([(p.sex, p.superpopulation if by_group else "") for p in people])
        # the copy number of chrX depends on sex: samples of different sex cannot share a column
        x_linked = both if people else alike
        return [
            x_linked if x.gene.ploidy is Ploidy.X_LINKED else groups if people else alike
            for x in loci
        ]

    def _grouped_genes(
        self, view: View, source: AnySource, grouper: SampleGrouper, scan: Scan
    ) -> Iterator[GroupedGene]:
        mismatched = check_reference(view.loci, scan.records, source.path)
        for number, locus in enumerate(view.loci):
            first, last = int(scan.region_first[number]), int(scan.region_last[number])
            is_covered = covers(locus, first, last)
            if grouper.is_touched(number) or self._speaks(locus, covered=is_covered):
                columns = grouper.columns(number, scan)
                yield self._built(locus, columns, mismatched, source, covered=is_covered)

    def _speaks(self, locus: GeneLocus, *, covered: bool) -> bool:
        """Whether the absence of all records is informative for a gene."""
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


def says_anything(genotypes: GeneGenotypes) -> bool:
    """Whether any position is answered, or has a reason for being missing."""
    answered = (genotypes.evidence != Evidence.NONE).any() or genotypes.structural.any()
    answered = answered or bool(genotypes.copies)
    return bool(answered or (genotypes.reason != Unknown.NO_RECORD).any())


class Piece(NamedTuple):
    """Samples (N,) by their index in the run, and the genotype column of each.

    ``copies`` is the copy-number evidence of each sample, empty if no sample has any.
    """

    genotypes: GeneGenotypes
    samples: npt.NDArray[np.intp]
    columns: npt.NDArray[np.int32]
    copies: tuple[CopyEvidence | None, ...] = ()

    def chunk(self, first: int, last: int) -> Piece:
        """Return samples first..last (half-open), numbered from 0; ``samples`` must ascend."""
        start, end = np.searchsorted(self.samples, [first, last]).tolist()
        own = slice(start, end)
        return Piece(self.genotypes, self.samples[own] - first, self.columns[own], self.copies[own])


def pieces_of(
    gene: GeneDefinition, inputs: Sequence[ReadInput], samples: Sequence[str]
) -> list[Piece]:
    """Return one gene's genotypes of all inputs; every sample is in exactly one piece.

    Samples of several inputs are joined as `combine` does, equal ones once.

    Raises
    ------
    InputConflictError
        Two inputs disagree about one site of one sample.
    """
    parts = [i for i in inputs if gene.gene in i.genes]
    # the usual case: a single input with all samples needs no join
    if len(parts) == 1 and parts[0].samples == tuple(samples):
        own = parts[0].genes[gene.gene]
        return [Piece(own.genotypes, np.arange(len(samples)), own.groups, own.copies)]
    number = {name: i for i, name in enumerate(samples)}
    holders: list[list[tuple[int, int]]] = [[] for _ in samples]
    copies: list[list[CopyEvidence]] = [[] for _ in samples]
    for i, part in enumerate(parts):
        here = part.genes[gene.gene]
        known = here.copies or itertools.repeat(None)
        for name, group, found in zip(part.samples, here.groups.tolist(), known, strict=False):
            if name in number:
                holders[number[name]].append((i, group))
                copies[number[name]] += [found] if found is not None else []
    by_inputs: dict[tuple[int, ...], list[int]] = {}
    for sample, held in enumerate(holders):
        by_inputs.setdefault(tuple(i for i, _ in held), []).append(sample)
    best = [best_evidence(held) for held in copies]
    return [_piece(gene, parts, own, holders, best) for own in by_inputs.values()]


def _piece(
    gene: GeneDefinition,
    parts: Sequence[ReadInput],
    own: Sequence[int],
    holders: Sequence[Sequence[tuple[int, int]]],
    copies: Sequence[CopyEvidence | None],
) -> Piece:
    """Join samples that occur in the same inputs."""
    # samples with the same group in every input are joined once and share a column
    held = [tuple(holders[sample]) for sample in own]
    columns = number_groups(held)
    distinct = list(dict.fromkeys(held))
    names = tuple(map(str, range(len(distinct))))
    taken = []
    for place, (i, _) in enumerate(distinct[0]):
        groups = np.array([d[place][1] for d in distinct])
        taken.append(parts[i].genes[gene.gene].genotypes.take(groups, names))
    inputs = [parts[i].name for i, _ in distinct[0]]
    whole = combine(taken, gene, names, inputs) if taken else GeneGenotypes.empty(gene, names)
    known = tuple(copies[sample] for sample in own)
    return Piece(whole, np.array(own), columns, known if any(known) else ())
