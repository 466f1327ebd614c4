"""Which fragments come from the gene, and which from its paralogue.

A fragment (a pair of reads, or a single one) is judged by its bases at all paralogue sites
that it covers, and by where and how surely the aligner placed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.reads.columns import Reads, bases_at, take_hits
from pgx.reads.locus import ReadLocus

__all__ = ["MIN_BASE_QUALITY", "SURE", "Assignment", "SiteScores", "assign"]

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

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SiteScores:
    """(H,) log odds for the gene of each fragment's base at each paralogue site."""

    fragment: Ints
    site: Ints
    score: Floats


@dataclass(frozen=True, slots=True)
class Assignment:
    """(F,) log odds that a fragment is the gene's own, and what they are made of."""

    log_odds: Floats
    scores: SiteScores

    def without(self, site: int) -> Floats:
        """Return (F,) log odds from all sites but one."""
        chosen = self.scores.site == site
        found = self.log_odds.copy()
        found[self.scores.fragment[chosen]] -= self.scores.score[chosen]
        return found


def assign(reads: Reads, locus: ReadLocus) -> Assignment:
    """Judge every fragment."""
    scores = _site_scores(reads, locus)
    n = reads.n_fragments
    total = np.bincount(scores.fragment, weights=scores.score, minlength=n)
    odds = np.clip(total, -LARGEST, LARGEST) + _by_place(reads, locus)
    return Assignment(odds + _prior(np.asarray(total, np.float64)), scores)


def _prior(total: Floats) -> float:
    """Return log odds of any fragment, by how many of each gene are clear.

    Where the gene is deleted, fragments that nothing tells apart are the paralogue's.
    """
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
    wrong = 10.0 ** (hits.quality.astype(np.float64) / -10.0) / 3 + CONVERTED
    score = np.log((1 - wrong) / wrong) * (is_own.astype(np.float64) - is_other)
    key = reads.fragment[hits.read] * n_sites + site
    pairs, back, count = np.unique(key, return_inverse=True, return_counts=True)
    mean = np.bincount(back, weights=score, minlength=len(pairs)) / np.maximum(count, 1)
    return SiteScores(pairs // n_sites, pairs % n_sites, mean)


def _by_place(reads: Reads, locus: ReadLocus) -> Floats:
    """Return (F,) log odds from where the aligner placed the reads, the surest of a pair."""
    place = _within(reads, locus.gene_span).astype(np.float64)
    place -= _within(reads, locus.paralogue_span)
    known = reads.mapping_quality != NO_MAPPING_QUALITY
    odds = place * known * SURE_MAPPING * np.minimum(reads.mapping_quality, 40) / 40
    found = np.zeros(reads.n_fragments)
    np.maximum.at(found, reads.fragment, odds)
    low = np.zeros(reads.n_fragments)
    np.minimum.at(low, reads.fragment, odds)
    return np.asarray(found + low)


def _within(reads: Reads, span: tuple[int, int]) -> npt.NDArray[np.bool_]:
    return np.asarray((reads.end >= span[0]) & (reads.start <= span[1]))
