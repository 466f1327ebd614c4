"""What is told of all columns of a gene's genotypes at once, before any of them is called."""

from __future__ import annotations

from typing import NamedTuple

from pgx.alleles.whole import WholePair, whole_pairs
from pgx.genotypes.matrix import GeneGenotypes
from pgx.pipeline.doubts import reason_notes

__all__ = ["Columns", "columns_of"]


class Columns(NamedTuple):
    """Genotypes of N samples, and of each its whole haplotypes, if any, and notes on gaps.

    ``extra`` stands for the labels of undocumented alleles: equal ones have equal codes.
    """

    genotypes: GeneGenotypes
    pairs: list[WholePair | None]
    reasons: list[frozenset[str]]
    extra: bytes


def columns_of(genotypes: GeneGenotypes, *, whole: bool) -> Columns:
    """Look at all columns; where ``whole`` is False none counts as a pair of whole haplotypes."""
    return Columns(
        genotypes,
        whole_pairs(genotypes) if whole else [None] * len(genotypes.samples),
        reason_notes(genotypes),
        repr(genotypes.extra or "").encode(),
    )
