"""Regions of a gene and its paralogue, and assignment of reads to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import Assembly
from pgx.errors import InvariantError
from pgx.reads.columns import Reads, bases_at, take_hits
from pgx.reads.source import Region
from pgx.records.genes import GeneDefinition
from pgx.records.structures import GeneStructure, ParalogueSite

__all__ = [
    "MIN_BASE_QUALITY",
    "NO_SHADOW",
    "SURE",
    "Assignment",
    "ReadLocus",
    "SiteScores",
    "assign",
    "read_locus",
]

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
        (P,) int64: defining positions, and the corresponding ones in the paralogue or `NO_SHADOW`.
    gene_span, paralogue_span
        First and last position of the gene and of its paralogue.
    gene_shift, paralogue_shift
        Offset relative to a position on GRCh38.
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
        """Regions below the gene and above its paralogue without structural variation."""
        low, high = self.gene_span[0] - BELOW, self.paralogue_span[1] + ABOVE - UPSTREAM
        contig = self.gene.contig
        return (contig, low - FLANK, low), (contig, high, high + 2 * FLANK)


def read_locus(gene: GeneDefinition, assembly: Assembly) -> ReadLocus:
    """Return a gene's coordinates on an assembly.

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
    """Return positions in the paralogue between two sites with equal distance in both."""
    before = np.searchsorted(own, variants, side="right") - 1
    after = np.searchsorted(own, variants, side="left")
    inside = (before >= 0) & (after < len(own))
    distance = other - own
    low = distance[np.clip(before, 0, None)]
    high = distance[np.clip(after, None, len(own) - 1)]
    return np.where(inside & (low == high), variants + low, NO_SHADOW)


MIN_BASE_QUALITY: Final = 13
SURE: Final = 2.2
"""Log odds (natural) from which a fragment counts as the gene's own: nine to one."""

CONVERTED: Final = 0.05
"""Share of sites at which a copy carries the other's base."""
SURE_MAPPING: Final = 3.0
"""Log odds that the place of a read with a mapping quality of 40 or more is right."""
NO_MAPPING_QUALITY: Final = 255
LARGEST: Final = 12.0
LARGEST_PRIOR: Final = 4.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SiteScores:
    """(H,) log odds for the gene of each fragment's base at each paralogue site."""

    fragment: Ints
    site: Ints
    score: Floats


@dataclass(frozen=True, slots=True)
class Assignment:
    """(F,) log odds that a fragment is from the gene, and their components."""

    log_odds: Floats
    scores: SiteScores

    def without(self, site: int) -> Floats:
        """Return (F,) log odds from all sites but one."""
        chosen = self.scores.site == site
        found = self.log_odds.copy()
        found[self.scores.fragment[chosen]] -= self.scores.score[chosen]
        return found


def assign(reads: Reads, locus: ReadLocus) -> Assignment:
    """Assign every fragment to the gene or its paralogue."""
    scores = _site_scores(reads, locus)
    n = reads.n_fragments
    total = np.bincount(scores.fragment, weights=scores.score, minlength=n)
    # Sites of one fragment are not independent: their sum would be surer than it can be.
    odds = np.clip(total, -LARGEST, LARGEST) + _by_place(reads, locus)
    return Assignment(odds + _prior(np.asarray(total, np.float64)), scores)


def _prior(total: Floats) -> float:
    """Return prior log odds of a fragment, from the clear fragments of each gene.

    If the gene is deleted, uninformative fragments are the paralogue's.
    """
    # One is added to both so that a deleted gene does not give infinite odds.
    own, other = (total >= SURE).sum() + 1, (total <= -SURE).sum() + 1
    return float(np.clip(np.log(own / other), -LARGEST_PRIOR, LARGEST_PRIOR))


def _site_scores(reads: Reads, locus: ReadLocus) -> SiteScores:
    """Return one score for each fragment and site; mates over one site are averaged."""
    n_sites = len(locus.own)
    order = np.argsort(np.concatenate([locus.own, locus.other]), kind="stable")
    hits = bases_at(reads, np.concatenate([locus.own, locus.other])[order])
    hits = take_hits(hits, hits.quality >= MIN_BASE_QUALITY)
    site = order[hits.site] % n_sites
    is_own, is_other = hits.base == locus.own_base[site], hits.base == locus.other_base[site]
    # Three wrong bases are as likely; one of them is the paralogue's. A conversion carries the
    # other gene's base in truth, which no base quality shows.
    wrong = 10.0 ** (hits.quality.astype(np.float64) / -10.0) / 3 + CONVERTED
    score = np.log((1 - wrong) / wrong) * (is_own.astype(np.float64) - is_other)
    key = reads.fragment[hits.read] * n_sites + site
    pairs, back, count = np.unique(key, return_inverse=True, return_counts=True)
    mean = np.bincount(back, weights=score, minlength=len(pairs)) / np.maximum(count, 1)
    return SiteScores(pairs // n_sites, pairs % n_sites, mean)


def _by_place(reads: Reads, locus: ReadLocus) -> Floats:
    """Return (F,) log odds from the mapping positions, using the better mapped mate."""
    place = _within(reads, locus.gene_span).astype(np.float64)
    place -= _within(reads, locus.paralogue_span)
    # 255 means that the aligner gave none (SAM specification), not that it was sure.
    known = reads.mapping_quality != NO_MAPPING_QUALITY
    odds = place * known * SURE_MAPPING * np.minimum(reads.mapping_quality, 40) / 40
    found = np.zeros(reads.n_fragments)
    np.maximum.at(found, reads.fragment, odds)
    low = np.zeros(reads.n_fragments)
    np.minimum.at(low, reads.fragment, odds)
    return np.asarray(found + low)


def _within(reads: Reads, span: tuple[int, int]) -> npt.NDArray[np.bool_]:
    return np.asarray((reads.end >= span[0]) & (reads.start <= span[1]))
