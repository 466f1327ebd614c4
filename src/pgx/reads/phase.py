"""Read-backed phase: heterozygous positions that the same fragments show together."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import MISSING, GeneGenotypes
from pgx.reads.votes import Votes

__all__ = ["phase_sites"]

FEWEST: Final = 4
"""Fragments that must agree on how two positions lie to each other."""
MOST_AGAINST: Final = 0.1
"""Share of fragments that may say the opposite."""

Ints = npt.NDArray[np.int64]


def phase_sites(genotypes: GeneGenotypes, votes: Votes) -> None:
    """Order the haplotypes of heterozygous positions that fragments link, and number the blocks.

    ``genotypes`` are of one sample. Positions are linked in the order of the gene, each to the
    nearest earlier one with clear evidence. Where fragments show three combinations of alleles
    or more (a third copy that differs), nothing is linked.
    """
    shown = _haplotypes(genotypes, votes)
    sites = sorted(shown)
    block: dict[int, int] = {}
    for index, site in enumerate(sites):
        for earlier in reversed(sites[:index]):
            relation = _relation(shown[earlier], shown[site])
            if relation is None:
                continue
            if relation < 0:
                genotypes.call[site, 0] = genotypes.call[site, 0, ::-1].copy()
                shown[site] = {fragment: -side for fragment, side in shown[site].items()}
            block[site] = block.setdefault(earlier, len(set(block.values())) + 1)
            break
    for site, number in block.items():
        genotypes.phase_block[site, 0] = number


def _haplotypes(genotypes: GeneGenotypes, votes: Votes) -> dict[int, dict[int, int]]:
    """Return by heterozygous position which haplotype each fragment shows: 1 the first, -1."""
    found: dict[int, dict[int, int]] = {}
    for site, (first, second) in enumerate(genotypes.call[:, 0].tolist()):
        n_known = len(genotypes.gene.variants[site].alleles)
        if first == second or MISSING in (first, second) or max(first, second) >= n_known:
            continue
        part = votes.at(site)
        found[site] = {
            int(f): 1 if a == first else -1
            for f, a in zip(votes.fragment[part], votes.allele[part], strict=True)
            if a in (first, second)
        }
    return found


def _relation(one: dict[int, int], other: dict[int, int]) -> int | None:
    """Return 1 where first alleles lie together, -1 where they lie apart, None if unclear."""
    counts = {(a, b): 0 for a in (1, -1) for b in (1, -1)}
    for fragment in one.keys() & other.keys():
        counts[one[fragment], other[fragment]] += 1
    together = counts[1, 1] + counts[-1, -1]
    apart = counts[1, -1] + counts[-1, 1]
    if max(together, apart) < FEWEST:
        return None
    if min(together, apart) > MOST_AGAINST * (together + apart):
        return None
    return 1 if together > apart else -1
