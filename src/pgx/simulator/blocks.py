"""Reference blocks of a gVCF over everything of a gene that no record tells of."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from pgx.simulator.haplotypes import SimulatedHaplotype
from pgx.simulator.records import Call, GeneScene, Record
from pgx.simulator.sequence import GeneSequence

__all__ = ["as_block", "reference_blocks"]


def reference_blocks(scene: GeneScene, records: Sequence[Record]) -> list[Record]:
    """Return the blocks between a gene's records, from its first to its last known base.

    A block starts at a known base, because its REF shows it, and may run over sequence
    that the knowledge base does not hold (introns). Sites of ``settings.missing`` stay
    uncovered with the whole of their REF span.
    """
    hidden = scene.marked("missing")
    taken = [(record.start, record.end) for record in records]
    taken += [
        (v.position, v.position + len(v.ref) - 1)
        for v in scene.definition.variants
        if v.position in hidden
    ]
    calls = tuple(_call(scene, own) for own in scene.haplotypes.values())
    return [_block(scene, start, end, calls) for start, end in _gaps(scene.sequence, taken)]


def as_block(record: Record, sequence: GeneSequence) -> Record:
    """Return a record without alternatives as a gVCF writes it: one base and ``END``."""
    if record.alts:
        return record
    return msgspec.structs.replace(
        record, ref=record.ref[0], block_end=sequence.to_assembly(record.end)
    )


def _gaps(sequence: GeneSequence, taken: Collection[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the uncovered spans, each starting at a known base."""
    known = sequence.known()
    gaps = []
    at = known[0]
    for start, end in (*sorted(taken), (known[-1] + 1, known[-1] + 1)):
        first = next((p for p in known if at <= p < start), None)
        if first is not None:
            gaps.append((first, start - 1))
        at = max(at, end + 1)
    return gaps


def _call(scene: GeneScene, haplotypes: tuple[SimulatedHaplotype, ...]) -> Call:
    return Call(alleles=tuple(scene.reference_codes(haplotypes)), seen=bool(haplotypes))


def _block(scene: GeneScene, start: int, end: int, calls: tuple[Call, ...]) -> Record:
    return Record(
        contig=scene.definition.contig,
        start=start,
        end=end,
        position=scene.sequence.to_assembly(start),
        rsid=".",
        ref=scene.sequence.text(start, start),
        alts=(),
        calls=calls,
        block_end=scene.sequence.to_assembly(end),
    )
