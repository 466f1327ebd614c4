"""Where the gene, its paralogue and their sites lie on a file's assembly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.base.errors import InvariantError
from pgx.base.genes import Assembly, GeneDefinition
from pgx.base.structures import GeneStructure, ParalogueSite
from pgx.reads.source import Region

__all__ = ["NO_SHADOW", "ReadLocus", "read_locus"]

NO_SHADOW: Final = -1
"""Where a defining position has no known place in the paralogue."""

UPSTREAM: Final = 1_100
"""Bases before exon 1 that are counted with the gene, in its own direction."""
BELOW: Final = 3_700
"""Bases between the gene and the flank below it: a repeat, and what differs by structure."""
ABOVE: Final = 4_000
"""Bases between the paralogue and the flank above it."""
FLANK: Final = 10_000

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ReadLocus:
    """S paralogue sites and P defining positions of a gene on one assembly, 1-based.

    Attributes
    ----------
    own, other
        (S,) int64: the site in the gene and in its paralogue.
    own_base, other_base
        (S,) uint8: their letters.
    segment
        (S,) int64: index of the site's segment in ``segments``.
    middles
        Middle of each segment's sites on GRCh38.
    variants, shadows
        (P,) int64: defining positions, and where they lie in the paralogue or `NO_SHADOW`.
    gene_span, paralogue_span
        First and last position that count as the gene and as its paralogue.
    gene_shift, paralogue_shift
        What to add to a position on GRCh38.
    """

    gene: GeneDefinition
    structure: GeneStructure
    assembly: Assembly
    own: Ints
    other: Ints
    own_base: Bytes
    other_base: Bytes
    segment: Ints
    segments: tuple[str, ...]
    middles: tuple[int, ...]
    variants: Ints
    shadows: Ints
    gene_span: tuple[int, int]
    paralogue_span: tuple[int, int]
    gene_shift: int
    paralogue_shift: int

    @property
    def region(self) -> Region:
        """Region of gene and paralogue with both flanks; one fetch reads it all."""
        low, high = self.flanks
        return self.gene.contig, low[1], high[2]

    @property
    def flanks(self) -> tuple[Region, Region]:
        """Regions below the gene and above its paralogue that nobody's structure changes."""
        low, high = self.gene_span[0] - BELOW, self.paralogue_span[1] + ABOVE - UPSTREAM
        contig = self.gene.contig
        return (contig, low - FLANK, low), (contig, high, high + 2 * FLANK)


def read_locus(gene: GeneDefinition, assembly: Assembly) -> ReadLocus:
    """Return a gene's places on an assembly.

    Raises
    ------
    InvariantError
        The knowledge base has no paralogue sites of the gene.
    """
    structure = gene.structure
    if structure is None or not structure.sites:
        raise InvariantError("the gene has no paralogue sites", where=gene.gene)
    old = assembly is Assembly.GRCH37
    sites = sorted(structure.sites, key=lambda s: s.position)
    own = np.array([s.position_grch37 if old else s.position for s in sites], np.int64)
    other = np.array([s.paralogue_grch37 if old else s.paralogue_position for s in sites], np.int64)
    segments = tuple(dict.fromkeys(s.segment for s in sites))
    variants = np.array([v.position_grch37 if old else v.position for v in gene.variants], np.int64)
    shifts = int(own[-1]) - sites[-1].position, int(other[-1]) - sites[-1].paralogue_position
    return ReadLocus(
        gene=gene,
        structure=structure,
        assembly=assembly,
        own=own,
        other=other,
        own_base=_letters(s.base for s in sites),
        other_base=_letters(s.paralogue_base for s in sites),
        segment=np.array([segments.index(s.segment) for s in sites], np.int64),
        segments=segments,
        middles=tuple(_middle(sites, name) for name in segments),
        variants=variants,
        shadows=_shadows(variants, own, other),
        gene_span=_span(structure, gene.gene, shifts[0]),
        paralogue_span=_span(structure, structure.paralogue, shifts[1]),
        gene_shift=shifts[0],
        paralogue_shift=shifts[1],
    )


def _letters(bases: Iterable[str]) -> Bytes:
    return np.frombuffer("".join(bases).encode("ascii"), np.uint8)


def _middle(sites: list[ParalogueSite], segment: str) -> int:
    return int(np.median([s.position for s in sites if s.segment == segment]))


def _span(structure: GeneStructure, gene: str, shift: int) -> tuple[int, int]:
    exons = [e for e in structure.exons if e.gene == gene]
    return min(e.start for e in exons) + shift, max(e.end for e in exons) + UPSTREAM + shift


def _shadows(variants: Ints, own: Ints, other: Ints) -> Ints:
    """Return places in the paralogue between two sites that are as far apart in both."""
    before = np.searchsorted(own, variants, side="right") - 1
    after = np.searchsorted(own, variants, side="left")
    inside = (before >= 0) & (after < len(own))
    distance = other - own
    low = distance[np.clip(before, 0, None)]
    high = distance[np.clip(after, None, len(own) - 1)]
    return np.where(inside & (low == high), variants + low, NO_SHADOW)
