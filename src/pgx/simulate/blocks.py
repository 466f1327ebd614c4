"""Reference blocks of a gVCF over everything of a gene that no record tells of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from pgx.base.genes import GeneDefinition, Ploidy
from pgx.simulate.records import Call, Record
from pgx.simulate.sequence import GeneSequence
from pgx.simulate.settings import SimulationSettings
from pgx.simulate.strands import Strand

__all__ = ["as_block", "reference_blocks"]


def reference_blocks(
    definition: GeneDefinition,
    sequence: GeneSequence,
    strands: Mapping[str, tuple[Strand, ...]],
    records: Sequence[Record],
    settings: SimulationSettings,
) -> list[Record]:
    """Return the blocks between a gene's records, from its first to its last known base.

    A block starts at a known base, because its REF shows it, and may run over sequence
    that the knowledge base does not hold (introns). Sites of ``settings.missing`` stay
    uncovered with the whole of their REF span.
    """
    taken = [(record.start, record.end) for record in records]
    taken += [
        (v.position, v.position + len(v.ref) - 1)
        for v in definition.variants
        if (definition.gene, v.position) in settings.missing
    ]
    calls = tuple(_call(definition, own, settings) for own in strands.values())
    return [
        _block(definition, sequence, start, end, calls) for start, end in _gaps(sequence, taken)
    ]


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


def _call(
    definition: GeneDefinition, strands: tuple[Strand, ...], settings: SimulationSettings
) -> Call:
    if not strands:
        return Call(alleles=(None, None), seen=False)
    doubled = settings.diploid_x and definition.ploidy is Ploidy.X_LINKED
    return Call(alleles=(0,) * (2 if doubled else len(strands)))


def _block(
    definition: GeneDefinition,
    sequence: GeneSequence,
    start: int,
    end: int,
    calls: tuple[Call, ...],
) -> Record:
    return Record(
        contig=definition.contig,
        start=start,
        end=end,
        position=sequence.to_assembly(start),
        rsid=".",
        ref=sequence.text(start, start),
        alts=(),
        calls=calls,
        block_end=sequence.to_assembly(end),
    )
