"""SimulatedHaplotypes of all samples in, VCF records of one gene out (text comes later)."""

from __future__ import annotations

import functools
from collections.abc import Callable

import msgspec

from pgx.base.genes import DefiningVariant, GeneDefinition, Ploidy
from pgx.simulator.haplotypes import SimulatedHaplotype, deleted_span
from pgx.simulator.sequence import GeneSequence
from pgx.simulator.settings import SimulationSettings, VariantForm, WriteStyle
from pgx.simulator.spelling import Cluster, clusters, shift_right, trim

__all__ = ["Call", "GeneScene", "Record", "gene_records"]

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
        """Return this gene's positions in sets of the settings, by the sets' names."""
        return {
            position
            for kind in kinds
            for gene, position in getattr(self.settings, kind)
            if gene == self.definition.gene
        }

    def reference_codes(self, haplotypes: SimulatedHaplotypes) -> Codes:
        """Return one code a haplotype: 0, or None for a sample without this gene."""
        haploid = self.definition.ploidy is Ploidy.MITOCHONDRIAL
        codes: Codes = [0] * len(haplotypes) or [None] * (1 if haploid else 2)
        return self.doubled(codes)

    def doubled(self, codes: Codes) -> Codes:
        """Return a male's chrX code twice where the settings ask for diploid genotypes."""
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
    """Return what gives a haplotype's sequence over a cluster, ``*`` where it is deleted.

    SimulatedHaplotypes that are alike there are spelled once.
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
    """Return start and alleles, trimmed and shifted as the settings ask."""
    form = scene.settings.form
    start = cluster.start
    real = tuple(allele for allele in alleles if allele != DELETED)
    if form is VariantForm.MNV or len(real) == 1:
        return start, alleles
    if form is VariantForm.RIGHT or scene.settings.style is not WriteStyle.ALL_SITES:
        start, real = trim(start, real)
    if form is VariantForm.RIGHT:
        others = (v.position for v in scene.definition.variants if v not in cluster.members)
        limit = min((position for position in others if position > start), default=None)
        start, real = shift_right(start, real, scene.sequence, limit)
    return start, real + alleles[len(real) :]
