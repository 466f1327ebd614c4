"""One input, read once: a column of genotypes for each group of samples that it says alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pgx.base.genes import Assembly, GeneDefinition, Ploidy
from pgx.genotypes.build import GeneReading, build_gene, build_genotypes, covers, touching
from pgx.genotypes.grouping import GeneColumns, SampleGrouper, number_groups
from pgx.genotypes.matrix import GeneGenotypes
from pgx.genotypes.reference import check_reference
from pgx.genotypes.sites import GeneLocus
from pgx.io.records import Scan
from pgx.pipeline.copies import Copies, DepthReading
from pgx.pipeline.read import (
    Loci,
    View,
    input_hints,
    input_notes,
    opened,
    reading_settings,
    says_anything,
)
from pgx.pipeline.settings import RECORDED, Absent, RunSettings, SampleInfo
from pgx.structure.evidence import CopyEvidence

if TYPE_CHECKING:
    from pgx.io.depth import DepthListener
    from pgx.io.source import AnySource

__all__ = ["CohortReader", "GroupedGene", "GroupedInput"]

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
