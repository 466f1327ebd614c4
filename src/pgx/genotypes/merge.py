"""Merge what two records say of one site of one sample, by allele and strand.

A record's ``0`` means "none of my alternatives": two records of one site add up as long as
they fit on the strands there are. More alternative copies than strands, or the same
alternative with two genotypes, is a conflict.
"""

from __future__ import annotations

from typing import NamedTuple

from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED

__all__ = ["Strands", "merge"]


class Strands(NamedTuple):
    """Allele codes of two strands and the phase block they are written in."""

    first: int
    second: int
    block: int


def merge(one: Strands, two: Strands, reference: int) -> Strands | None:
    """Return both together, None where they contradict each other.

    Parameters
    ----------
    one, two
        What each record says; codes as in `pgx.genotypes.matrix`.
    reference
        Code of the input assembly's reference allele.
    """
    if MISSING in one[:2] or MISSING in two[:2]:
        return _merge_unknown(one, two)
    a = [c for c in one[:2] if c not in (reference, ABSENT)]
    b = [c for c in two[:2] if c not in (reference, ABSENT)]
    if not b:
        return one
    if not a:
        return two
    if set(a) & set(b):
        return one if sorted(one[:2]) == sorted(two[:2]) else None
    ploidy = 1 if ABSENT in one[:2] else 2
    if len(a) + len(b) > ploidy:
        return None
    return _place(one, two, reference)


def _merge_unknown(one: Strands, two: Strands) -> Strands:
    """Keep only what neither record leaves open."""
    if sorted(one[:2]) == sorted(two[:2]):
        return one
    return Strands(MISSING, ABSENT if ABSENT in one[:2] else MISSING, UNPHASED)


def _place(one: Strands, two: Strands, reference: int) -> Strands | None:
    """Put one alternative of each record on its strand."""
    both_phased = UNPHASED not in (one.block, two.block)
    if both_phased and one.block == two.block:
        first = one.first if one.first != reference else two.first
        second = one.second if one.second != reference else two.second
        clash = (one.first != reference and two.first != reference) or (
            one.second != reference and two.second != reference
        )
        return None if clash else Strands(first, second, one.block)
    anchor, other = (one, two) if one.block != UNPHASED else (two, one)
    alternative = other.first if other.first != reference else other.second
    if anchor.first == reference:
        return Strands(alternative, anchor.second, anchor.block)
    return Strands(anchor.first, alternative, anchor.block)
