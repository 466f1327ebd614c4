"""Lines of a gVCF with depth: reference blocks, and records with reads of each allele."""

from __future__ import annotations

from typing import Final

from pgx.simulator.depth.blocks import SimulatedBlock
from pgx.simulator.depth.genotypes import DiploidGenotype
from pgx.simulator.records import Record
from pgx.simulator.settings import SimulationSettings

__all__ = ["block_line", "record_line"]

NON_REF: Final = "<NON_REF>"


def block_line(
    contig: str,
    position: int,
    end: int,
    ref: str,
    block: SimulatedBlock,
    settings: SimulationSettings,
) -> str:
    """Return the line of a block; positions are the file's."""
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
    """Return the line of a variant; ``reads`` are those of REF, every ALT and ``<NON_REF>``."""
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
