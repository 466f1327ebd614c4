"""A gene from reads: whose they are, what they are normalised by, and what they replace."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from pgx.base.assemblies import Assembly
from pgx.engine.calling import SOURCE_READS
from pgx.engine.reading import GroupedGene, ReadInput
from pgx.errors import InputConflictError, UsageError
from pgx.inputs.settings import RunSettings
from pgx.records.genes import GeneDefinition, Ploidy

if TYPE_CHECKING:
    from pgx.reads.sample import ReadsEvidence, ReadsInput
    from pgx.reads.source import Region

__all__ = ["add_reads", "control_regions"]

# a control is the read length of common sequencers around a defining position: its depth is
# that of reads which cover the position
_REACH: Final = 100
_MOST_OF_A_GENE: Final = 4


def add_reads(
    inputs: list[ReadInput],
    source: ReadsInput,
    genes: Sequence[GeneDefinition],
    settings: RunSettings,
    *,
    known: Sequence[GeneDefinition],
) -> frozenset[str]:
    """Read what a file of reads answers, and put it in the place of what variants say of it.

    ``genes`` are those of the run, ``known`` all of the knowledge base, which reads on other
    chromosomes are normalised by. Returns the genes that were read; empty where none of the
    run's is.

    Raises
    ------
    ReadsFileError, AssemblyMismatchError
        The file of reads cannot be used.
    InputConflictError
        The reads are not of the sample of the other inputs, or these have several samples.
    UsageError
        No gene of the run can be read.
    """
    from pgx.reads.genotyping import ReadLimits
    from pgx.reads.sample import can_be_read, read_gene

    wanted = [gene for gene in genes if can_be_read(gene)]
    if not wanted:
        names = ", ".join(g.gene for g in known if can_be_read(g))
        raise UsageError("no gene asked for is called from reads", remedy=f"those are: {names}")
    limits = ReadLimits(settings.min_gq, settings.min_dp)
    for gene in wanted:
        controls = {a: control_regions(known, a, but=gene) for a in Assembly}
        own = read_gene(source, gene, limits, controls=controls, assembly=settings.assembly)
        sample = _sample(inputs, own, Path(source.path))
        _replace(inputs, gene.gene, sample, own)
    return frozenset(gene.gene for gene in wanted)


def _sample(inputs: Sequence[ReadInput], own: ReadsEvidence, place: Path) -> str:
    """Return whose the reads are: the other inputs' one sample, else the file's own name for it."""
    others = tuple(s for i in inputs if i.name != own.name for s in i.samples)
    names = dict.fromkeys(others)
    if not names:
        return own.sample or place.name.removesuffix(place.suffix)
    if len(names) > 1:
        raise InputConflictError(
            f"reads of one sample, and variants of {len(names)}",
            where=own.name,
            remedy="give the VCF file of that sample alone",
        )
    (name,) = names
    if own.sample and own.sample != name:
        raise InputConflictError(
            "the sample of the reads (SM of the read groups) is not that of the variants",
            where=own.name,
            remedy="if both are of the same person, give the reads its name: samtools"
            " addreplacerg, or samtools reheader",
        )
    return name


def _replace(inputs: list[ReadInput], gene: str, sample: str, own: ReadsEvidence) -> None:
    """Take a gene out of the other inputs, and add the reads as an input of their own."""
    for item in inputs:
        item.genes.pop(gene, None)
    own.genotypes.samples = (sample,)
    inputs.append(
        ReadInput(
            name=own.name,
            sha256=own.digest,
            assembly=own.assembly,
            samples=(sample,),
            notes=(),
            hints=[],
            genes={gene: GroupedGene(own.genotypes, np.zeros(1, np.int32), (own.copies,))},
            role=SOURCE_READS,
        )
    )


def control_regions(
    known: Sequence[GeneDefinition], assembly: Assembly, *, but: GeneDefinition
) -> list[Region]:
    """Return regions around defining positions of other genes, on other autosomes.

    Of each gene at most four count, spread over it, so that no gene outweighs the others.
    """
    found: list[Region] = []
    for gene in known:
        elsewhere = gene.contig != but.contig and gene.ploidy is Ploidy.AUTOSOME
        if not elsewhere or gene.structure is not None or not gene.variants:
            continue
        old = assembly is Assembly.GRCH37
        places = sorted(v.position_grch37 if old else v.position for v in gene.variants)
        step = max(len(places) // _MOST_OF_A_GENE, 1)
        chosen = places[step // 2 :: step][:_MOST_OF_A_GENE]
        found += [(gene.contig, p - _REACH, p + _REACH) for p in chosen]
    return found
