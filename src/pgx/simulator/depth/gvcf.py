"""Diplotypes in, the text of a gVCF with depth out: one sample a file, as GATK writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import CANONICAL
from pgx.base.genes import GeneDefinition
from pgx.simulator.depth.blocks import Stretch, banded
from pgx.simulator.depth.dips import draw_dips
from pgx.simulator.depth.layout import CONTROL, Layout, lay_out
from pgx.simulator.depth.noise import draw_depth, draw_shares
from pgx.simulator.depth.people import GeneCopies, gene_copies
from pgx.simulator.depth.settings import DepthSettings, check_depth, generator
from pgx.simulator.depth.sites import GeneReads, gene_sites
from pgx.simulator.depth.text import block_line, record_line
from pgx.simulator.depth.windows import DepthWindows, Span, cut
from pgx.simulator.header import contig_names, header_lines
from pgx.simulator.sequence import GeneSequence
from pgx.simulator.settings import SimulationSettings, check_settings
from pgx.simulator.vcf import check_samples

__all__ = ["DepthSimulator"]

DEPTH_STREAM = 0
Floats = npt.NDArray[np.float64]
Line = tuple[int, int, str]
"""Number of the contig, position in the file, text."""


class _Depths(NamedTuple):
    """(W,) depth in whole reads, and by gene (C, W') copies of each of its copies that show."""

    reads: npt.NDArray[np.int64]
    shown: dict[str, Floats]


class DepthSimulator:
    """Writes gVCFs with depth; where the windows lie is worked out once for all samples.

    Parameters
    ----------
    genes
        Genes of the knowledge base by name.
    settings
        How files are written; the style is ``gvcf``.
    depth
        Coverage, noise, seed.
    panel
        Windows with their expected depth; those outside all genes are written on GRCh38 only.

    Raises
    ------
    UnknownGeneError, UsageError
        Settings that name unknown sites or contradict each other.
    """

    def __init__(
        self,
        genes: Mapping[str, GeneDefinition],
        settings: SimulationSettings,
        depth: DepthSettings,
        panel: DepthWindows | None = None,
    ) -> None:
        check_depth(depth, settings)
        check_settings(genes, settings)
        self.genes = genes
        # the order of haplotypes is that of copies until reads are drawn
        self.settings = msgspec.structs.replace(settings, phased=True)
        self.depth = depth
        self.panel = panel
        self._names = contig_names(settings.contig_style, settings.assembly)
        self._layouts: dict[frozenset[str], Layout] = {}
        self._sequences: dict[str, GeneSequence] = {}

    def render(self, sample: str, diplotypes: Mapping[str, Sequence[str]]) -> str:
        """Return the gVCF of one sample that carries the given diplotypes.

        ``diplotypes`` are as for `pgx.simulator.vcf.render_vcf`; a gene of which a structure is
        known also has names such as ``*2x2``, ``*36+*10`` and ``*5``. The same arguments give
        the same text.

        Raises
        ------
        UnknownGeneError, UnknownAlleleError, UsageError
            An odd sample name, or a diplotype that cannot be simulated.
        """
        check_samples([sample])
        copies = gene_copies(self.genes, sample, diplotypes, self.settings)
        layout = self._layout(copies)
        random = generator(self.depth.seed, DEPTH_STREAM, sample)
        depths = self._depths(layout, copies, random)
        lines = [
            line
            for gene in sorted(copies)
            for line in self._gene(gene, copies[gene], layout, depths, random)
        ]
        lines += self._controls(layout, depths.reads)
        header = header_lines([sample], self.settings, likelihoods=True)
        end = "\r\n" if self.settings.crlf else "\n"
        return end.join([*header, *(text for *_, text in sorted(lines)), ""])

    def _layout(self, genes: Mapping[str, GeneCopies]) -> Layout:
        names = frozenset(genes)
        if names not in self._layouts:
            for name in names - self._sequences.keys():
                own = GeneSequence(self.genes[name], self.settings.assembly)
                self._sequences[name] = own
            sequences = {name: self._sequences[name] for name in names}
            self._layouts[names] = lay_out(self.genes, sequences, self.panel)
        return self._layouts[names]

    def _depths(
        self, layout: Layout, copies: Mapping[str, GeneCopies], random: np.random.Generator
    ) -> _Depths:
        shown: dict[str, Floats] = {}
        total = np.full(len(layout.windows), 2.0)
        for gene in sorted(copies):
            inside = layout.of_gene(gene)
            shown[gene] = self._shown(gene, copies[gene], layout, random)[:, inside]
            total[inside] = shown[gene].sum(axis=0)
        depth = draw_depth(
            layout.near, total[:, None], self.depth.coverage, self.depth.noise, random
        )
        return _Depths(np.rint(depth[:, 0]).astype(np.int64), shown)

    def _shown(
        self, gene: str, copies: GeneCopies, layout: Layout, random: np.random.Generator
    ) -> Floats:
        """Return (C, W) how much of each copy shows."""
        structure = self.genes[gene].structure
        if structure is None:
            return np.ones((len(copies.units), len(layout.windows)))
        shares = draw_shares(structure, layout.near, random, 1)[:, :, 0]
        return shares[[structure.unit_names.index(unit) for unit in copies.units]]

    def _gene(
        self,
        gene: str,
        copies: GeneCopies,
        layout: Layout,
        depths: _Depths,
        random: np.random.Generator,
    ) -> Iterator[Line]:
        definition, sequence = self.genes[gene], self._sequences[gene]
        inside = layout.of_gene(gene)
        starts, ends = layout.windows.starts[inside], layout.windows.ends[inside]
        reads = GeneReads(starts, depths.reads[inside], depths.shown[gene])
        sites = gene_sites(definition, sequence, copies, reads, self.settings, random)
        contig = CANONICAL.index(definition.contig)
        name = self._names[definition.contig]
        for record, counts, genotype in sites.records:
            text = record_line(name, record, counts, genotype, self.settings)
            yield contig, record.position, text
        stretches = list(sites.stretches)
        if definition.structure is not None:
            dips = self._dips(gene, starts, ends, reads.depth, sites.taken, random)
            stretches += dips
            sites.taken += [(dip.start, dip.end) for dip in dips]
        for span, depth in zip(zip(starts, ends, strict=True), reads.depth, strict=True):
            stretches += [Stretch.plain(a, b, int(depth)) for a, b in cut(span, sites.taken)]
        for block in banded(sorted(stretches)):
            start, end = sequence.to_assembly(block.start), sequence.to_assembly(block.end)
            ref = sequence.base(block.start) or "N"
            yield contig, start, block_line(name, start, end, ref, block, self.settings)

    def _dips(
        self,
        gene: str,
        starts: npt.NDArray[np.int64],
        ends: npt.NDArray[np.int64],
        depth: npt.NDArray[np.int64],
        taken: Sequence[Span],
        random: np.random.Generator,
    ) -> list[Stretch]:
        """Draw dips of the quality where copies are told, but at no site and at no record."""
        spans = [(v.position, v.position + len(v.ref) - 1) for v in self.genes[gene].variants]
        avoid = {p for start, end in [*spans, *taken] for p in range(start, end + 1)}
        return draw_dips(starts, ends, depth, avoid, random)

    def _controls(self, layout: Layout, reads: npt.NDArray[np.int64]) -> Iterator[Line]:
        """Yield the blocks of windows that lie in no gene; their bases are not known."""
        alone = layout.region == CONTROL
        windows = layout.windows
        for contig in np.unique(windows.contigs[alone]).tolist():
            own = alone & (windows.contigs == contig)
            table = (windows.starts[own].tolist(), windows.ends[own].tolist(), reads[own].tolist())
            name, number = self._names[contig], CANONICAL.index(contig)
            for block in banded([Stretch.plain(*row) for row in zip(*table, strict=True)]):
                text = block_line(name, block.start, block.end, "N", block, self.settings)
                yield number, block.start, text
