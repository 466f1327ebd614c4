"""Lay the alleles that small variants leave on two chromosomes of known structure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.alleles.inferred import DiplotypePosterior
from pgx.alleles.outcome import Haplotype
from pgx.structure.models import Chromosomes

__all__ = ["NEGLIGIBLE", "StructuralDiplotype", "assign_haplotypes", "pairs_of", "singles_of"]

NEGLIGIBLE: Final = 1e-8
"""Share of the best one's weight below which a pair of alleles or structures is left out."""
MAX_PAIRS: Final = 300


class StructuralDiplotype(NamedTuple):
    """Alleles of both chromosomes, rows of codes, and the share of a small-variant weight."""

    first: Haplotype | None
    second: Haplotype | None
    codes: npt.NDArray[np.int8]
    weight: float


def assign_haplotypes(
    way: Chromosomes,
    pairs: Sequence[StructuralDiplotype],
    singles: Sequence[StructuralDiplotype],
    nothing: StructuralDiplotype,
) -> Iterator[StructuralDiplotype]:
    """Yield the alleles that the whole copies of two chromosomes may be.

    A hybrid carries alleles as a whole copy does, it only has no name for them: what small
    variants show has to be explained by it too. Where there is no copy at all what was seen
    comes from elsewhere, and is as improbable as it is of any copies.
    """
    there = [bool(h.units) for h in way[:2]]
    if all(there):
        for pair in pairs:
            yield pair
            yield StructuralDiplotype(pair.second, pair.first, pair.codes[::-1], pair.weight)
    elif any(there):
        for own in singles:
            codes = own.codes if there[0] else own.codes[::-1]
            yield own._replace(codes=codes) if there[0] else _turned(own, codes)
    else:
        yield nothing


def _turned(own: StructuralDiplotype, codes: npt.NDArray[np.int8]) -> StructuralDiplotype:
    return StructuralDiplotype(None, own.first, codes, own.weight)


def pairs_of(weighed: DiplotypePosterior, *, differ: bool) -> Iterator[StructuralDiplotype]:
    """Yield the pairs of alleles with the weight of one of their two orders."""
    for (one, two), share in zip(
        weighed.posterior.pairs[:MAX_PAIRS].tolist(),
        weighed.posterior.probability[:MAX_PAIRS].tolist(),
        strict=True,
    ):
        if share < NEGLIGIBLE:
            return
        # a pair of haplotypes that differ was weighed in one of its two orders
        weight = share * weighed.posterior.mass * (1.0 if differ or one == two else 0.5)
        if one == two:
            weight *= 0.5  # both orders are the same and are yielded twice
        yield StructuralDiplotype(
            weighed.haplotypes[one], weighed.haplotypes[two], weighed.codes[[one, two]], weight
        )


def singles_of(weighed: DiplotypePosterior) -> Iterator[StructuralDiplotype]:
    """Yield the alleles of one chromosome where the other has none."""
    for (one, _), share in zip(
        weighed.posterior.pairs[:MAX_PAIRS].tolist(),
        weighed.posterior.probability[:MAX_PAIRS].tolist(),
        strict=True,
    ):
        if share < NEGLIGIBLE:
            return
        codes = weighed.codes[[one, one]].copy()
        codes[1] = -1
        yield StructuralDiplotype(
            weighed.haplotypes[one], None, codes, share * weighed.posterior.mass
        )
