"""Strands of all samples in, VCF records of one gene out (text comes later)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from pgx.base.genes import GeneDefinition, Ploidy
from pgx.simulate.sequence import GeneSequence
from pgx.simulate.settings import SimulationSettings, VariantForm, WriteStyle
from pgx.simulate.spelling import Cluster, clusters, shift_right, trim
from pgx.simulate.strands import Strand, deleted_span

__all__ = ["Call", "Record", "gene_records"]

DELETED = "*"
Strands = tuple[Strand, ...]


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One sample's genotype: indices into REF and ALT, None where unknown."""

    alleles: tuple[int | None, ...]
    phased: bool = False
    phase_set: int | None = None
    seen: bool = True  # False: no reads, DP and GQ are 0

    @property
    def is_reference(self) -> bool:
        """Whether every strand is known to carry the reference allele."""
        return all(index == 0 for index in self.alleles)


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One VCF line; ``start`` to ``end`` is REF's span on GRCh38, ``position`` the file's.

    ``block_end`` is set for a reference block: the last position on the file's assembly.
    """

    contig: str
    start: int
    end: int
    position: int
    rsid: str
    ref: str
    alts: tuple[str, ...]
    calls: tuple[Call, ...]
    filter: str = "PASS"
    block_end: int | None = None


def gene_records(
    definition: GeneDefinition,
    sequence: GeneSequence,
    strands: Mapping[str, Strands],
    settings: SimulationSettings,
) -> list[Record]:
    """Return the records of one gene, by GRCh38 start; ``strands`` by sample, in file order.

    A sample without strands (the gene was left out for it) gets ``./.``.
    """
    hidden = {p for gene, p in settings.missing if gene == definition.gene}
    alone = {p for gene, p in _marked(settings) if gene == definition.gene}
    written = [v for v in definition.variants if v.position not in hidden]
    found = []
    for cluster in clusters(written, hidden | alone, sequence, settings.form):
        record = _record(definition, cluster, sequence, strands, settings)
        if _is_wanted(record, cluster, alone, settings.style):
            found.append(record)
    return sorted(found, key=lambda record: record.start)


def _marked(settings: SimulationSettings) -> frozenset[tuple[str, int]]:
    return settings.no_calls | settings.half_calls | settings.filtered | settings.low_quality


def _is_wanted(record: Record, cluster: Cluster, alone: set[int], style: WriteStyle) -> bool:
    if style is WriteStyle.ALL_SITES or any(v.position in alone for v in cluster.members):
        return True
    alternatives = [alt for alt in record.alts if alt != DELETED]
    return bool(alternatives)


def _record(
    definition: GeneDefinition,
    cluster: Cluster,
    sequence: GeneSequence,
    strands: Mapping[str, Strands],
    settings: SimulationSettings,
) -> Record:
    texts = {
        sample: tuple(_text(definition, cluster, sequence, s, settings) for s in own)
        for sample, own in strands.items()
    }
    ref = sequence.text(cluster.start, cluster.end)
    alts = _alternatives(cluster, ref, texts.values(), sequence, settings)
    calls = _calls(definition, cluster, texts, (ref, *alts), settings)
    start, (ref, *rest) = _spelled(definition, cluster, (ref, *alts), sequence, settings)
    return Record(
        contig=definition.contig,
        start=start,
        end=start + len(ref) - 1,
        position=sequence.to_assembly(start),
        rsid=";".join(dict.fromkeys(v.rsid for v in cluster.members if v.rsid)) or ".",
        ref=ref,
        alts=tuple(rest),
        calls=calls,
        filter="LowQual" if _hits(definition, cluster, settings.filtered) else "PASS",
    )


def _hits(definition: GeneDefinition, cluster: Cluster, sites: frozenset[tuple[str, int]]) -> bool:
    return any((definition.gene, variant.position) in sites for variant in cluster.members)


def _text(
    definition: GeneDefinition,
    cluster: Cluster,
    sequence: GeneSequence,
    strand: Strand,
    settings: SimulationSettings,
) -> str:
    """Return a strand's sequence over a cluster, or ``*`` where a deletion takes it away."""
    if settings.star_alleles and _is_deleted(definition, cluster, strand):
        return DELETED
    members = ((variant, strand[variant.position]) for variant in cluster.members)
    return sequence.haplotype(cluster.start, cluster.end, members)


def _is_deleted(definition: GeneDefinition, cluster: Cluster, strand: Strand) -> bool:
    place = cluster.members[0].position
    return any(
        place in deleted_span(variant.position, variant.ref, strand[variant.position])
        for variant in definition.variants
        if variant not in cluster.members
    )


def _alternatives(
    cluster: Cluster,
    ref: str,
    texts: Iterable[tuple[str, ...]],
    sequence: GeneSequence,
    settings: SimulationSettings,
) -> tuple[str, ...]:
    """Return ALT: documented alleles in code order, then others, ``*`` last."""
    seen = {text for own in texts for text in own}
    documented: list[str] = []
    for variant in cluster.members:
        documented += [
            sequence.haplotype(cluster.start, cluster.end, [(variant, allele)])
            for allele in variant.alleles
        ]
    every = settings.style is WriteStyle.ALL_SITES and settings.form is not VariantForm.MNV
    kept = [text for text in dict.fromkeys(documented) if every or text in seen]
    kept += sorted(seen - set(documented) - {DELETED}) + [DELETED] * (DELETED in seen)
    return tuple(text for text in kept if text != ref)


def _calls(
    definition: GeneDefinition,
    cluster: Cluster,
    texts: Mapping[str, tuple[str, ...]],
    alleles: tuple[str, ...],
    settings: SimulationSettings,
) -> tuple[Call, ...]:
    no_call = _hits(definition, cluster, settings.no_calls)
    half_call = _hits(definition, cluster, settings.half_calls)
    seen = not (no_call or _hits(definition, cluster, settings.low_quality))
    calls = []
    for own in texts.values():
        codes: list[int | None] = [alleles.index(text) for text in own] or [None, None]
        if settings.diploid_x and definition.ploidy is Ploidy.X_LINKED and len(codes) == 1:
            codes *= 2
        if no_call or half_call:
            codes[: None if no_call else 1] = [None] * (len(codes) if no_call else 1)
        calls.append(_call(codes, seen=seen, phased=settings.phased))
    return tuple(calls)


def _call(codes: list[int | None], *, seen: bool, phased: bool) -> Call:
    if not phased:
        codes = sorted(codes, key=lambda code: -1 if code is None else code)
    known = any(code is not None for code in codes)
    return Call(alleles=tuple(codes), phased=phased and known and len(codes) > 1, seen=seen)


def _spelled(
    definition: GeneDefinition,
    cluster: Cluster,
    alleles: tuple[str, ...],
    sequence: GeneSequence,
    settings: SimulationSettings,
) -> tuple[int, tuple[str, ...]]:
    """Return start and alleles, trimmed and shifted as the settings ask."""
    real = tuple(allele for allele in alleles if allele != DELETED)
    start = cluster.start
    if settings.form is VariantForm.MNV or len(real) < 2:
        return start, alleles
    if settings.form is VariantForm.RIGHT or settings.style is not WriteStyle.ALL_SITES:
        start, real = trim(start, real)
    if settings.form is VariantForm.RIGHT:
        others = [v.position for v in definition.variants if v not in cluster.members]
        limit = min((p for p in others if p > start), default=None)
        start, real = shift_right(start, real, sequence, limit)
    return start, real + alleles[len(real) :]
