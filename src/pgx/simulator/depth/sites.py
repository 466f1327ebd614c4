"""Reads at the sites of one gene: variants of its copies, and reads of its paralogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.base.genes import GeneDefinition
from pgx.simulator.depth.blocks import Stretch
from pgx.simulator.depth.genotypes import DiploidGenotype, call_genotype, draw_reads
from pgx.simulator.depth.people import GeneCopies
from pgx.simulator.depth.windows import Span
from pgx.simulator.records import Call, GeneScene, Record, gene_records
from pgx.simulator.sequence import GeneSequence
from pgx.simulator.settings import SimulationSettings

__all__ = ["MEAN_MISMAPPED", "GeneReads", "GeneSites", "gene_sites"]

MEAN_MISMAPPED: Final = 0.1
"""Copies of the paralogue whose reads are mismapped to the gene at such a position, on average."""

Floats = npt.NDArray[np.float64]
SAMPLE: Final = "sample"


class GeneReads(NamedTuple):
    """W windows of one gene: where they start, their depth, and (C, W) what of each copy shows."""

    starts: npt.NDArray[np.int64]
    depth: npt.NDArray[np.int64]
    shown: Floats

    def window(self, position: int) -> int:
        """Return the window of a position."""
        return max(int(np.searchsorted(self.starts, position, side="right")) - 1, 0)


class CalledRecord(NamedTuple):
    """A record, reads of REF, each ALT and any other allele, and the genotype they give."""

    record: Record
    reads: list[int]
    genotype: DiploidGenotype


@dataclass(slots=True)
class GeneSites:
    """Records of a gene, single bases of lower quality, and the spans that blocks leave out."""

    records: list[CalledRecord] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    taken: list[Span] = field(default_factory=list)


def gene_sites(
    definition: GeneDefinition,
    sequence: GeneSequence,
    copies: GeneCopies,
    reads: GeneReads,
    settings: SimulationSettings,
    random: np.random.Generator,
) -> GeneSites:
    """Draw the reads at each site and call its genotype.

    A variant whose reads make 0/0 the best genotype has no record: its base lies in a block, of
    the quality that the reads leave.
    """
    scene = GeneScene(
        definition=definition,
        sequence=sequence,
        haplotypes={SAMPLE: copies.haplotypes},
        settings=settings,
    )
    mismapped = dict.fromkeys(definition.structure.mismapped, 0.0) if definition.structure else {}
    mismapped = {position: random.exponential(MEAN_MISMAPPED) for position in mismapped}
    found = GeneSites()
    records = [*gene_records(scene), *_mismapped_records(scene, mismapped)]
    for record in _apart(records):
        _add(found, record, _counts(scene, record, reads, mismapped, random))
    hidden = scene.marked("missing")
    spans = ((v.position, len(v.ref)) for v in definition.variants if v.position in hidden)
    found.taken += [(start, start + length - 1) for start, length in spans]
    return found


def _apart(records: Iterable[Record]) -> list[Record]:
    """Return records in order of position, without those inside another that comes first."""
    kept: list[Record] = []
    for record in sorted(records, key=lambda r: (r.start, -len(r.alts))):
        if not kept or record.start > kept[-1].end or record.alts:
            kept.append(record)
    return kept


def _mismapped_records(scene: GeneScene, mismapped: Iterable[int]) -> list[Record]:
    """Return records without alternatives, or with the documented one, at mismapped positions."""
    hidden = scene.marked("missing")
    variants = {v.position: v for v in scene.definition.variants}
    n_copies = len(scene.haplotypes[SAMPLE])
    records = []
    for position in mismapped:
        variant = variants.get(position)
        base = scene.sequence.base(position)
        if position in hidden or base is None or (variant and len(variant.ref) > 1):
            continue
        if variant and any(s[position] != variant.ref for s in scene.haplotypes[SAMPLE]):
            continue  # it has a record already
        records.append(
            Record(
                contig=scene.definition.contig,
                start=position,
                end=position,
                position=scene.sequence.to_assembly(position),
                rsid=variant.rsid if variant and variant.rsid else ".",
                ref=base,
                alts=variant.alts[:1] if variant else (),
                calls=(Call(alleles=(0,) * n_copies),),
            )
        )
    return records


def _counts(
    scene: GeneScene,
    record: Record,
    reads: GeneReads,
    mismapped: dict[int, float],
    random: np.random.Generator,
) -> list[int]:
    """Return reads of REF, each ALT and any other allele."""
    window = reads.window(record.start)
    shown = np.zeros(len(record.alts) + 2)
    for code, share in zip(record.calls[0].alleles, reads.shown[:, window], strict=False):
        shown[code or 0] += share
    if record.start in mismapped:
        shown[_mismapped_allele(scene, record)] += mismapped[record.start]
    return draw_reads(int(reads.depth[window]), shown, random)


def _mismapped_allele(scene: GeneScene, record: Record) -> int:
    """Return the index of the allele that the paralogue's reads show; the last if unknown."""
    for variant in scene.definition.variants:
        if variant.position == record.start and variant.alts[0] in record.alts:
            return 1 + record.alts.index(variant.alts[0])
    return len(record.alts) + 1


def _add(found: GeneSites, record: Record, reads: list[int]) -> None:
    genotype = call_genotype(reads)
    if record.alts and genotype.alleles != (0, 0) and sum(reads):
        found.records.append(CalledRecord(record, reads, genotype))
        found.taken.append((record.start, record.end))
        return
    depth, other = sum(reads), sum(reads[1:])
    if record.start != record.end or not other:
        return
    two = call_genotype([depth - other, other]).likelihoods
    low = (max(two[1] - two[0], 0), max(two[2] - two[0], 0))
    found.stretches.append(Stretch(record.start, record.start, depth, low))
    found.taken.append((record.start, record.start))
