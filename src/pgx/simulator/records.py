"""Build VCF records and reference blocks of one gene from the haplotypes of all samples."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet

import msgspec

from pgx.records.genes import DefiningVariant, GeneDefinition, Ploidy
from pgx.simulator.haplotypes import GeneSequence, SimulatedHaplotype, deleted_span
from pgx.simulator.settings import SimulationSettings, VariantForm, WriteStyle

__all__ = [
    "Call",
    "Cluster",
    "GeneScene",
    "Record",
    "as_block",
    "clusters",
    "gene_records",
    "reference_blocks",
    "shift_right",
    "trim",
]


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """Defining variants that share one record; ``start`` to ``end`` on GRCh38."""

    start: int
    end: int
    members: tuple[DefiningVariant, ...]

    @property
    def places(self) -> set[int]:
        """Defining positions of this record."""
        return {variant.position for variant in self.members}


def clusters(
    variants: Iterable[DefiningVariant],
    apart: AbstractSet[int],
    sequence: GeneSequence,
    form: VariantForm,
) -> list[Cluster]:
    """Group variants into records, by position.

    One record a variant, except in the ``mnv`` form: there each is padded by the base
    before and after, and overlapping ones are joined. Variants at positions ``apart`` are
    never padded, joined or covered by another's padding.
    """
    single = [_single(variant) for variant in sorted(variants, key=lambda v: v.position)]
    if form is not VariantForm.MNV:
        return single
    lone = [cluster for cluster in single if cluster.start in apart]
    padded = [_padded(c, apart, sequence) for c in single if c.start not in apart]
    return sorted(lone + _joined(padded), key=lambda cluster: cluster.start)


def _single(variant: DefiningVariant) -> Cluster:
    end = variant.position + len(variant.ref) - 1
    return Cluster(start=variant.position, end=end, members=(variant,))


def _padded(cluster: Cluster, apart: AbstractSet[int], sequence: GeneSequence) -> Cluster:
    start, end = cluster.start - 1, cluster.end + 1
    # padding must not cover a site with a record of its own, nor unknown sequence
    if start in apart or sequence.base(start) is None:
        start += 1
    if end in apart or sequence.base(end) is None:
        end -= 1
    return Cluster(start=start, end=end, members=cluster.members)


def _joined(padded: list[Cluster]) -> list[Cluster]:
    joined: list[Cluster] = []
    for cluster in padded:
        if joined and cluster.start <= joined[-1].end:
            joined.append(_union(joined.pop(), cluster))
        else:
            joined.append(cluster)
    return joined


def _union(first: Cluster, second: Cluster) -> Cluster:
    members = first.members + second.members
    return Cluster(start=first.start, end=max(first.end, second.end), members=members)


def trim(start: int, alleles: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    """Drop bases that all alleles share, first at the end, then at the start; keep one."""
    while min(map(len, alleles)) > 1 and len({allele[-1] for allele in alleles}) == 1:
        alleles = tuple(allele[:-1] for allele in alleles)
    while min(map(len, alleles)) > 1 and len({allele[0] for allele in alleles}) == 1:
        alleles = tuple(allele[1:] for allele in alleles)
        start += 1
    return start, alleles


def shift_right(
    start: int, alleles: tuple[str, ...], sequence: GeneSequence, limit: int | None
) -> tuple[int, tuple[str, ...]]:
    """Move an indel to its rightmost position, REF first in ``alleles``.

    REF stays left of ``limit``, where the next variant begins, and inside the known
    sequence. Substitutions stay where they are.
    """
    if len({allele[0] for allele in alleles}) > 1 or len(set(map(len, alleles))) == 1:
        return start, alleles
    while True:
        after = start + len(alleles[0])
        base = sequence.base(after)
        if base is None or (limit is not None and after >= limit):
            return start, alleles
        moved = tuple(allele[1:] + base for allele in alleles)
        if len({allele[0] for allele in moved}) > 1:
            return start, alleles
        start, alleles = start + 1, moved


DELETED = "*"
SimulatedHaplotypes = tuple[SimulatedHaplotype, ...]
Codes = list[int | None]


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One sample's genotype: indices into REF and ALT, None where unknown."""

    alleles: tuple[int | None, ...]
    phased: bool = False
    phase_set: int | None = None
    seen: bool = True  # False: no reads, DP and GQ are 0

    @property
    def is_reference(self) -> bool:
        """Whether every haplotype is known to carry the reference allele."""
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


class GeneScene(msgspec.Struct, frozen=True, kw_only=True):
    """One gene of a simulated file: its reference, and every sample's haplotypes, in file order."""

    definition: GeneDefinition
    sequence: GeneSequence
    haplotypes: dict[str, SimulatedHaplotypes]
    settings: SimulationSettings

    def marked(self, *kinds: str) -> set[int]:
        """Return this gene's positions in the named sets of the settings."""
        return {
            position
            for kind in kinds
            for gene, position in getattr(self.settings, kind)
            if gene == self.definition.gene
        }

    def reference_codes(self, haplotypes: SimulatedHaplotypes) -> Codes:
        """Return one code per haplotype: 0, or None for a sample without this gene."""
        haploid = self.definition.ploidy is Ploidy.MITOCHONDRIAL
        codes: Codes = [0] * len(haplotypes) or [None] * (1 if haploid else 2)
        return self.doubled(codes)

    def doubled(self, codes: Codes) -> Codes:
        """Duplicate a male's chrX code if the settings require diploid genotypes."""
        twice = self.settings.diploid_x and self.definition.ploidy is Ploidy.X_LINKED
        return codes * 2 if twice and len(codes) == 1 else codes


def gene_records(scene: GeneScene) -> list[Record]:
    """Return the records of one gene, by GRCh38 start.

    A sample without haplotypes (the gene was left out for it) gets ``./.``.
    """
    hidden = scene.marked("missing")
    alone = scene.marked("no_calls", "half_calls", "filtered", "low_quality")
    written = [v for v in scene.definition.variants if v.position not in hidden]
    found = []
    for cluster in clusters(written, hidden | alone, scene.sequence, scene.settings.form):
        record = _record(scene, cluster)
        if not alone.isdisjoint(cluster.places) or _is_wanted(record, scene.settings.style):
            found.append(record)
    return sorted(found, key=lambda record: record.start)


def _is_wanted(record: Record, style: WriteStyle) -> bool:
    return style is WriteStyle.ALL_SITES or any(alt != DELETED for alt in record.alts)


def _record(scene: GeneScene, cluster: Cluster) -> Record:
    text_of = _texts(scene, cluster)
    texts = [tuple(map(text_of, own)) for own in scene.haplotypes.values()]
    unknown = not scene.marked("no_calls").isdisjoint(cluster.places)
    seen = set() if unknown else {text for own in texts for text in own}
    alleles = _alleles(scene, cluster, seen)
    call_of = {own: _call(scene, cluster, own, alleles) for own in set(texts)}
    start, (ref, *alts) = _spelled(scene, cluster, alleles)
    failed = not scene.marked("filtered").isdisjoint(cluster.places)
    return Record(
        contig=scene.definition.contig,
        start=start,
        end=start + len(ref) - 1,
        position=scene.sequence.to_assembly(start),
        rsid=";".join(dict.fromkeys(v.rsid for v in cluster.members if v.rsid)) or ".",
        ref=ref,
        alts=tuple(alts),
        calls=tuple(call_of[own] for own in texts),
        filter="LowQual" if failed else "PASS",
    )


def _texts(scene: GeneScene, cluster: Cluster) -> Callable[[SimulatedHaplotype], str]:
    """Return a function from haplotype to sequence over a cluster, ``*`` where it is deleted.

    Haplotypes that are equal over the cluster are written once.
    """
    place = cluster.members[0].position
    deleting = _reaching(scene.definition, cluster) if scene.settings.star_alleles else []

    @functools.cache
    def spelled(*alleles: str) -> str:
        members = zip(cluster.members, alleles, strict=True)
        return scene.sequence.haplotype(cluster.start, cluster.end, members)

    def text_of(haplotype: SimulatedHaplotype) -> str:
        if any(place in deleted_span(v.position, v.ref, haplotype[v.position]) for v in deleting):
            return DELETED
        return spelled(*(haplotype[variant.position] for variant in cluster.members))

    return text_of


def _reaching(definition: GeneDefinition, cluster: Cluster) -> list[DefiningVariant]:
    """List the variants outside a cluster whose REF covers its first position."""
    place = cluster.members[0].position
    return [
        variant
        for variant in definition.variants
        if variant.position <= place < variant.position + len(variant.ref)
        and variant.position not in cluster.places
    ]


def _alleles(scene: GeneScene, cluster: Cluster, seen: set[str]) -> tuple[str, ...]:
    """Return REF and ALT: documented alleles in code order, then others, ``*`` last."""
    ref = scene.sequence.text(cluster.start, cluster.end)
    documented = [
        scene.sequence.haplotype(cluster.start, cluster.end, [(variant, allele)])
        for variant in cluster.members
        for allele in variant.alleles
    ]
    style, form = scene.settings.style, scene.settings.form
    every = style is WriteStyle.ALL_SITES and form is not VariantForm.MNV
    kept = [text for text in dict.fromkeys(documented) if every or text in seen]
    kept += sorted(seen - set(documented) - {DELETED}) + [DELETED] * (DELETED in seen)
    return (ref, *(text for text in kept if text != ref))


def _call(
    scene: GeneScene, cluster: Cluster, texts: tuple[str, ...], alleles: tuple[str, ...]
) -> Call:
    unknown = not scene.marked("no_calls").isdisjoint(cluster.places)
    codes: Codes = [None if unknown else alleles.index(text) for text in texts]
    codes = scene.doubled(codes) if texts else scene.reference_codes(())
    if not scene.marked("half_calls").isdisjoint(cluster.places):
        codes[0] = None
    if not scene.settings.phased:
        codes.sort(key=lambda code: -1 if code is None else code)
    known = any(code is not None for code in codes)
    unseen = unknown or not scene.marked("low_quality").isdisjoint(cluster.places)
    return Call(
        alleles=tuple(codes),
        phased=scene.settings.phased and known and len(codes) > 1,
        seen=bool(texts) and not unseen,
    )


def _spelled(
    scene: GeneScene, cluster: Cluster, alleles: tuple[str, ...]
) -> tuple[int, tuple[str, ...]]:
    """Return start and alleles, trimmed and shifted according to the settings."""
    form = scene.settings.form
    start = cluster.start
    real = tuple(allele for allele in alleles if allele != DELETED)
    if form is VariantForm.MNV or len(real) == 1:
        return start, alleles
    if form is VariantForm.RIGHT or scene.settings.style is not WriteStyle.ALL_SITES:
        start, real = trim(start, real)
    if form is VariantForm.RIGHT:
        others = (v.position for v in scene.definition.variants if v not in cluster.members)
        # an indel must not be moved across the next variant
        limit = min((position for position in others if position > start), default=None)
        start, real = shift_right(start, real, scene.sequence, limit)
    return start, real + alleles[len(real) :]


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
    calls = tuple(_blocks_call(scene, own) for own in scene.haplotypes.values())
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


def _blocks_call(scene: GeneScene, haplotypes: tuple[SimulatedHaplotype, ...]) -> Call:
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
