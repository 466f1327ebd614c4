"""Merge what two records say of one site of one sample, by allele and haplotype.

A record's ``0`` means "none of my alternatives": two records of one site add up as long as
they fit on the haplotypes of the sample. More alternative copies than haplotypes, or the same
alternative with two genotypes, is a conflict. Half calls keep the allele that they name.
"""

from __future__ import annotations

from typing import NamedTuple

from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED

__all__ = ["SampleGenotype", "merge"]

_CLASH = -99  # two alternatives on one haplotype


class SampleGenotype(NamedTuple):
    """Allele codes of two haplotypes and the phase block they are written in."""

    first: int
    second: int
    block: int

    def alternatives(self, reference: int) -> list[int]:
        """Return the known codes that are not the reference."""
        return [c for c in self[:2] if c not in (reference, ABSENT, MISSING)]

    @property
    def is_unknown(self) -> bool:
        """Whether no haplotype is known."""
        return all(c in (MISSING, ABSENT) for c in self[:2])

    @property
    def is_haploid(self) -> bool:
        """Whether there is one haplotype."""
        return ABSENT in self[:2]


def merge(one: SampleGenotype, two: SampleGenotype, reference: int) -> SampleGenotype | None:
    """Return both together, None where they contradict each other.

    Parameters
    ----------
    one, two
        What each record says; codes as in `pgx.genotypes.matrix`.
    reference
        Code of the input assembly's reference allele.
    """
    if one.is_unknown or two.is_unknown:
        haploid = one.is_haploid or two.is_haploid
        return SampleGenotype(MISSING, ABSENT if haploid else MISSING, UNPHASED)
    if one.is_haploid != two.is_haploid:
        return None
    if sorted(one[:2]) == sorted(two[:2]):
        return _agreed(one, two)
    if MISSING in one[:2] or MISSING in two[:2]:
        return _merge_half(one, two, reference)
    a, b = one.alternatives(reference), two.alternatives(reference)
    if not a or not b:
        return one if a else two
    if set(a) & set(b) or len(a) + len(b) > 2 - one.is_haploid:
        return None
    return _place(one, two, reference)


def _agreed(one: SampleGenotype, two: SampleGenotype) -> SampleGenotype:
    """Return equal alleles with the phase that neither record contradicts."""
    if one.block == UNPHASED:
        return two
    swapped = one[:2] != two[:2] and one.block == two.block
    return one._replace(block=UNPHASED) if swapped else one


def _same_block(one: SampleGenotype, two: SampleGenotype) -> bool:
    return one.block == two.block != UNPHASED


def _merge_half(one: SampleGenotype, two: SampleGenotype, reference: int) -> SampleGenotype | None:
    """Keep every allele that is named; a haplotype that either record leaves open stays open."""
    a, b = one.alternatives(reference), two.alternatives(reference)
    both = set(a) & set(b)
    haplotypes = list(zip(one[:2], two[:2], strict=True))
    moved = any(reference in pair and both & set(pair) for pair in haplotypes)
    if _same_block(one, two) and not moved:
        joined = [_join(x, y, reference) for x, y in haplotypes]
        return None if _CLASH in joined else SampleGenotype(joined[0], joined[1], one.block)
    found = [c for c in sorted(both) for _ in range(min(a.count(c), b.count(c)))]
    found += [c for c in a + b if c not in both]
    if len(found) > 2:
        return None
    if not found:
        return SampleGenotype(MISSING, reference, UNPHASED)
    return SampleGenotype(found[0], found[1] if len(found) == 2 else MISSING, UNPHASED)


def _join(x: int, y: int, reference: int) -> int:
    """Return what two records say of one haplotype."""
    if x == y or y == reference:
        return x
    if x in (reference, MISSING):
        return y
    return x if y == MISSING else _CLASH


def _place(one: SampleGenotype, two: SampleGenotype, reference: int) -> SampleGenotype | None:
    """Put one alternative of each record on its haplotype."""
    if _same_block(one, two):
        first = _join(one.first, two.first, reference)
        second = _join(one.second, two.second, reference)
        return None if _CLASH in (first, second) else SampleGenotype(first, second, one.block)
    anchor, other = (one, two) if one.block != UNPHASED else (two, one)
    alternative = other.alternatives(reference)[0]
    if anchor.first == reference:
        return SampleGenotype(alternative, anchor.second, anchor.block)
    return SampleGenotype(anchor.first, alternative, anchor.block)
