"""How variants are spelled: which share a record, and where an indel is placed."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

import msgspec

from pgx.base.genes import DefiningVariant
from pgx.simulator.sequence import GeneSequence
from pgx.simulator.settings import VariantForm

__all__ = ["Cluster", "clusters", "shift_right", "trim"]


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
    """Move an indel to its rightmost place, REF first in ``alleles``.

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
