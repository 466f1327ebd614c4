"""Plain twins of the matching kernel: slow, obvious, independent of numpy tricks."""

from __future__ import annotations

import itertools
from collections.abc import Sequence


def allows(mask: int, code: int) -> bool:
    """Whether a definition's bit mask allows an observed code; unknown codes fit anything."""
    return code < 0 or bool(mask >> code & 1)


def pair_fits(
    one: Sequence[int],
    two: Sequence[int],
    codes: Sequence[tuple[int, int]],
    block: Sequence[int],
    n_blocks: int,
) -> bool:
    """Try every orientation of every phase block."""
    for flips in itertools.product((False, True), repeat=n_blocks):
        good = True
        for a, b, (first, second), number in zip(one, two, codes, block, strict=True):
            if number >= 0 and flips[number]:
                first, second = second, first
            good = good and allows(a, first) and allows(b, second)
        if good:
            return True
    return False


def fit_diplotypes(
    masks: Sequence[Sequence[int]],
    codes: Sequence[tuple[int, int]],
    block: Sequence[int],
    n_blocks: int,
) -> set[tuple[int, int]]:
    """Return all pairs (i <= j) of alleles that explain the genotypes."""
    return {
        (i, j)
        for i in range(len(masks))
        for j in range(i, len(masks))
        if pair_fits(masks[i], masks[j], codes, block, n_blocks)
    }


def mismatches(known: Sequence[int], observed: Sequence[int]) -> list[int]:
    """Return the positions at which a known haplotype contradicts an observed one; -1 fits."""
    pairs = enumerate(zip(known, observed, strict=True))
    return [p for p, (own, seen) in pairs if seen not in (-1, own)]


def find_mismatches(
    haplotypes: Sequence[Sequence[int]], observed: Sequence[int]
) -> tuple[list[tuple[int, int, int]], int]:
    """Return first, second and last contradiction of each haplotype (-1: none), and how many
    haplotypes have none.
    """
    found = [mismatches(h, observed) for h in haplotypes]
    where = [
        (at[0] if at else -1, at[1] if len(at) > 1 else -1, at[-1] if at else -1) for at in found
    ]
    return where, sum(not at for at in found)
