"""Text of a simulated gVCF with depth in GATK's format, one sample per file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import CANONICAL, Assembly
from pgx.records.genes import GeneDefinition
from pgx.simulator.depth.noise import (
    DepthSettings,
    DepthWindows,
    Neighbours,
    Span,
    check_depth,
    cut,
    draw_depth,
    draw_shares,
    gene_span,
    generator,
    tiled,
)
from pgx.simulator.depth.people import GeneCopies, gene_copies
from pgx.simulator.depth.sites import (
    DiploidGenotype,
    GeneReads,
    SimulatedBlock,
    Stretch,
    banded,
    draw_dips,
    gene_sites,
)
from pgx.simulator.haplotypes import GeneSequence
from pgx.simulator.records import Record
from pgx.simulator.settings import SimulationSettings, check_settings
from pgx.simulator.vcf import check_samples, contig_names, header_lines

__all__ = [
    "DepthSimulator",
    "Layout",
    "Region",
    "block_line",
    "lay_out",
    "record_line",
]

NON_REF: Final = "<NON_REF>"


def block_line(
    contig: str,
    position: int,
    end: int,
    ref: str,
    block: SimulatedBlock,
    settings: SimulationSettings,
) -> str:
    """Return the line of a block; positions are on the file's assembly."""
    het, other = block.likelihoods
    shown = ref.lower() if settings.lower_case else ref
    return (
        f"{contig}\t{position}\t.\t{shown}\t{NON_REF}\t.\tPASS\tEND={end}\tGT:DP:GQ:MIN_DP:PL\t"
        f"0/0:{block.depth}:{block.quality}:{block.lowest}:0,{het},{other}"
    )


def record_line(
    contig: str,
    record: Record,
    reads: list[int],
    genotype: DiploidGenotype,
    settings: SimulationSettings,
) -> str:
    """Return the line of a variant; ``reads`` are for REF, every ALT and ``<NON_REF>``."""
    ref, alts = record.ref, record.alts
    if settings.lower_case:
        ref, alts = ref.lower(), tuple(alt.lower() for alt in alts)
    cell = ":".join(
        [
            "/".join(map(str, genotype.alleles)),
            ",".join(map(str, reads)),
            str(sum(reads)),
            str(genotype.quality),
            ",".join(map(str, genotype.likelihoods)),
        ]
    )
    columns = [contig, record.position, record.rsid, ref, ",".join([*alts, NON_REF])]
    rest = [".", record.filter, ".", "GT:AD:DP:GQ:PL", cell]
    return "\t".join(map(str, [*columns, *rest]))


CONTROL: Final = -1
"""Region index of a window outside all genes."""
GC_LOADING: Final = 0.5
"""Change of the log depth from GC content 0 to 1, at a sample factor of 1."""
GC_FLANK: Final = 60


class Region(NamedTuple):
    """A region of one gene with depth throughout."""

    gene: str
    contig: str
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Windows of a file, and the region index of each, (W,) int64, `CONTROL` outside genes."""

    regions: tuple[Region, ...]
    windows: DepthWindows
    region: npt.NDArray[np.int64]
    near: Neighbours

    def of_gene(self, gene: str) -> npt.NDArray[np.bool_]:
        """(W,) whether each window belongs to a gene."""
        own = [i for i, region in enumerate(self.regions) if region.gene == gene]
        return np.isin(self.region, own)


def lay_out(
    genes: Mapping[str, GeneDefinition],
    sequences: Mapping[str, GeneSequence],
    panel: DepthWindows | None = None,
) -> Layout:
    """Lay out the windows of genes and, on GRCh38, of a panel.

    Panel windows keep their position, expected depth and loading; the rest of each gene is
    tiled. The expected depth of a window outside the panel is the sample's coverage; its loading
    follows the GC content of the surrounding sequence, as far as known.
    """
    regions = tuple(r for gene in sorted(sequences) for r in _regions(genes[gene]))
    # the panel has GRCh38 positions only
    whole = all(own.assembly is Assembly.GRCH38 for own in sequences.values())
    kept = _kept(panel, regions, whole=whole) if panel else ([], [], [], [])
    contigs, spans, values, region = kept
    taken: dict[str, list[Span]] = {}
    for contig, span in zip(contigs, spans, strict=True):
        taken.setdefault(contig, []).append(span)
    for number, own in enumerate(regions):
        for piece in cut(own.span, taken.get(own.contig, [])):
            for window in tiled(piece):
                contigs.append(own.contig)
                spans.append(window)
                values.append((0.0, _loading(sequences[own.gene], window)))
                region.append(number)
    return _sorted(regions, contigs, spans, values, region)


def _sorted(
    regions: tuple[Region, ...],
    contigs: list[str],
    spans: list[Span],
    values: list[tuple[float, float]],
    region: list[int],
) -> Layout:
    starts, ends = np.array(spans, np.int64).reshape(-1, 2).T
    expected, loading = np.array(values, np.float64).reshape(-1, 2).T
    names = np.array(contigs, np.str_)
    order = np.lexsort((starts, names))
    windows = DepthWindows(
        names[order], starts[order], ends[order], expected[order], loading[order]
    )
    return Layout(regions, windows, np.array(region, np.int64)[order], Neighbours(windows))


def _regions(definition: GeneDefinition) -> list[Region]:
    spans = [(s.start, s.end) for s in definition.segments]
    if definition.structure is not None:
        spans.append(gene_span(definition.structure))
    return [Region(definition.gene, definition.contig, span) for span in _joined(spans)]


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def _kept(
    panel: DepthWindows, regions: tuple[Region, ...], *, whole: bool
) -> tuple[list[str], list[Span], list[tuple[float, float]], list[int]]:
    """Return the panel's windows: those in a region, and on GRCh38 all others."""
    region = np.full(len(panel), CONTROL)
    for number, own in enumerate(regions):
        region[panel.within(own.contig, own.span)] = number
    used = np.flatnonzero((region != CONTROL) | whole)
    spans = list(zip(panel.starts[used].tolist(), panel.ends[used].tolist(), strict=True))
    pairs = zip(panel.log_expected[used].tolist(), panel.loading[used].tolist(), strict=True)
    return panel.contigs[used].tolist(), spans, list(pairs), region[used].tolist()


def _loading(sequence: GeneSequence, window: Span) -> float:
    around = range(window[0] - GC_FLANK, window[1] + GC_FLANK + 1)
    bases = [base for base in map(sequence.base, around) if base is not None]
    if not bases:
        return 0.0
    return GC_LOADING * (sum(base in "GC" for base in bases) / len(bases) - 0.5)


DEPTH_STREAM = 0
Floats = npt.NDArray[np.float64]
Line = tuple[int, int, str]
"""Index of the contig, position in the file, text."""


class _Depths(NamedTuple):
    """(W,) depth in whole reads, and by gene (C, W') the visible fraction of each copy."""

    reads: npt.NDArray[np.int64]
    shown: dict[str, Floats]


class DepthSimulator:
    """Writes gVCFs with depth; the windows are laid out once for all samples.

    Parameters
    ----------
    genes
        Genes of the knowledge base by name.
    settings
        Output settings; the style is ``gvcf``.
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
        # haplotypes are in the order of copies until reads are drawn
        self.settings = msgspec.structs.replace(settings, phased=True)
        self.depth = depth
        self.panel = panel
        self._names = contig_names(settings.contig_style, settings.assembly)
        self._layouts: dict[frozenset[str], Layout] = {}
        self._sequences: dict[str, GeneSequence] = {}

    def render(self, sample: str, diplotypes: Mapping[str, Sequence[str]]) -> str:
        """Return the gVCF of one sample that carries the given diplotypes.

        ``diplotypes`` are as in `pgx.simulator.vcf.render_vcf`; a gene with known structures also
        accepts names such as ``*2x2``, ``*36+*10`` and ``*5``. The same arguments give the same
        text.

        Raises
        ------
        UnknownGeneError, UnknownAlleleError, UsageError
            An invalid sample name, or a diplotype that cannot be simulated.
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
        # control windows have two copies
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
        """Return (C, W) the visible fraction of each copy."""
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
        # dips matter where depth is evaluated, in genes with structural variants
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
        """Draw quality dips outside of defining sites and records."""
        spans = [(v.position, v.position + len(v.ref) - 1) for v in self.genes[gene].variants]
        avoid = {p for start, end in [*spans, *taken] for p in range(start, end + 1)}
        return draw_dips(starts, ends, depth, avoid, random)

    def _controls(self, layout: Layout, reads: npt.NDArray[np.int64]) -> Iterator[Line]:
        """Yield the blocks of windows outside all genes; their bases are unknown."""
        alone = layout.region == CONTROL
        windows = layout.windows
        for contig in np.unique(windows.contigs[alone]).tolist():
            own = alone & (windows.contigs == contig)
            table = (windows.starts[own].tolist(), windows.ends[own].tolist(), reads[own].tolist())
            name, number = self._names[contig], CANONICAL.index(contig)
            for block in banded([Stretch.plain(*row) for row in zip(*table, strict=True)]):
                text = block_line(name, block.start, block.end, "N", block, self.settings)
                yield number, block.start, text
