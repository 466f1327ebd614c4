"""Votes of reads for alleles at sites, and read-backed phasing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import MISSING, GeneGenotypes
from pgx.reads.columns import AlleleTexts, Reads, allele_texts, bases_at, indel_votes
from pgx.reads.locus import MIN_BASE_QUALITY, NO_SHADOW, SURE, Assignment, ReadLocus
from pgx.records.genes import DefiningVariant

__all__ = [
    "LETTER",
    "Votes",
    "is_single_base",
    "phase_sites",
    "votes_of",
]

LETTER: Final = 256
"""Added to a letter that no definition names: a vote's ``allele`` is a code or such a letter."""

EDGE: Final = 5
"""Bases at either end of a read's alignment that are not believed: a gap may be near."""
LEAST_ERROR: Final = 0.005
INDEL_ERROR: Final = 0.01

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Votes:
    """(V,) allele of a fragment at a defining position, sorted by position.

    Attributes
    ----------
    fragment, site
        Number of the fragment, index of the position.
    allele
        Code of the position's variant, or `LETTER` plus the ASCII code of an undocumented base.
    error
        Sequencing error probability.
    odds
        Log odds that the fragment is from the gene, excluding the position itself.
    """

    fragment: Ints
    site: Ints
    allele: Ints
    error: Floats
    odds: Floats

    def at(self, site: int) -> slice:
        """Return the slice of one position's votes."""
        low, high = np.searchsorted(self.site, [site, site + 1]).tolist()
        return slice(low, high)

    def take_at(self, site: int) -> Votes:
        """Return one position's votes."""
        part = self.at(site)
        return Votes(
            self.fragment[part],
            self.site[part],
            self.allele[part],
            self.error[part],
            self.odds[part],
        )

    def own(self) -> Votes:
        """Return the votes of fragments that are certainly from the gene."""
        return self._take(self.odds >= SURE)

    def _take(self, kept: Flags) -> Votes:
        return Votes(
            self.fragment[kept],
            self.site[kept],
            self.allele[kept],
            self.error[kept],
            self.odds[kept],
        )


def is_single_base(variant: DefiningVariant) -> bool:
    """Whether all alleles of a variant are one base long."""
    return all(len(allele) == 1 for allele in variant.alleles)


def votes_of(reads: Reads, locus: ReadLocus, assignment: Assignment) -> Votes:
    """Return the votes of all fragments over gene and paralogue."""
    parts = [_of_bases(reads, locus)]
    for site, variant in enumerate(locus.gene.variants):
        texts = None if is_single_base(variant) else allele_texts(locus.gene, site)
        if texts is not None:
            parts.append(_of_texts(reads, locus, site, texts))
    fragment, site_of, allele = (
        np.concatenate([part[k] for part in parts]).astype(np.int64) for k in range(3)
    )
    # The base at the position is what is to be found out: it must not decide whose fragment it is.
    error = np.concatenate([part[3] for part in parts])
    odds = _odds(locus, assignment, fragment, site_of)
    return _agreed(Votes(fragment, site_of, allele, error, odds))


_Part = tuple[Ints, Ints, Ints, Floats]


def _of_bases(reads: Reads, locus: ReadLocus) -> _Part:
    """Read single bases in the gene and at the corresponding position of the paralogue."""
    variants = locus.gene.variants
    single = np.array([is_single_base(v) for v in variants])
    known = single & (locus.shadows != NO_SHADOW)
    places = np.concatenate([locus.variants[single], locus.shadows[known]])
    owner = np.concatenate([np.flatnonzero(single), np.flatnonzero(known)])
    # `bases_at` needs sorted positions; stable keeps the gene's own place before a shadow.
    order = np.argsort(places, kind="stable")
    hits = bases_at(reads, places[order])
    site = owner[order][hits.site]
    kept = _off_the_ends(reads, places[order][hits.site], hits.read)
    kept &= (hits.quality >= MIN_BASE_QUALITY) & np.isin(hits.base, np.frombuffer(b"ACGT", "u1"))
    wrong = 10.0 ** (hits.quality.astype(np.float64) / -10.0)
    allele = _codes(variants)[site, hits.base]
    fragment = reads.fragment[hits.read]
    return fragment[kept], site[kept], allele[kept], np.maximum(wrong[kept], LEAST_ERROR)


def _codes(variants: tuple[DefiningVariant, ...]) -> Ints:
    """Return (P, 256) alleles by position and letter."""
    table = np.tile(LETTER + np.arange(256), (len(variants), 1))
    for index, variant in enumerate(variants):
        for code, allele in enumerate(variant.alleles if is_single_base(variant) else ()):
            table[index, ord(allele)] = code
    return table


def _odds(locus: ReadLocus, assignment: Assignment, fragment: Ints, site: Ints) -> Floats:
    """Return log odds for the gene, from all paralogue sites except the position itself."""
    odds = assignment.log_odds[fragment]
    places = {int(p): k for k, p in enumerate(locus.own)}
    for index in np.unique(site).tolist():
        paralogue_site = places.get(int(locus.variants[index]))
        if paralogue_site is not None:
            here = site == index
            odds[here] = assignment.without(paralogue_site)[fragment[here]]
    return odds


def _off_the_ends(reads: Reads, position: Ints, read: Ints) -> Flags:
    near_start = position - reads.start[read] < EDGE
    near_end = reads.end[read] - position < EDGE
    return np.asarray(~(near_start | near_end))


def _of_texts(reads: Reads, locus: ReadLocus, site: int, texts: AlleleTexts) -> _Part:
    """Read an indel by the alleles' sequences, in reads mapped to the gene."""
    place = int(locus.variants[site])
    first, last = reads.start - reads.clipped[:, 0], reads.end + reads.clipped[:, 1]
    chosen = np.flatnonzero((first <= place) & (last >= place))
    codes = indel_votes(reads, chosen, place, texts)
    read = chosen[codes >= 0]
    size = len(read)
    return reads.fragment[read], np.full(size, site), codes[codes >= 0], np.full(size, INDEL_ERROR)


def _agreed(votes: Votes) -> Votes:
    """Return one vote for each fragment and position; discordant mates are dropped."""
    # The mate with the smaller error comes first and gives its base to the vote.
    order = np.lexsort((votes.error, votes.fragment, votes.site))
    fragment, site, allele = votes.fragment[order], votes.site[order], votes.allele[order]
    starts = np.ones(len(site), np.bool_)
    starts[1:] = (site[1:] != site[:-1]) | (fragment[1:] != fragment[:-1])
    group = np.cumsum(starts) - 1
    first = np.flatnonzero(starts)
    split = np.bincount(group, weights=allele != allele[first][group], minlength=len(first)) > 0
    kept = first[~split]
    return Votes(
        fragment[kept], site[kept], allele[kept], votes.error[order][kept], votes.odds[order][kept]
    )


FEWEST: Final = 4
"""Fragments that must agree on how two positions lie to each other."""
MOST_AGAINST: Final = 0.1
"""Share of fragments that may say the opposite."""


def phase_sites(genotypes: GeneGenotypes, votes: Votes) -> None:
    """Phase heterozygous positions linked by fragments, and number the blocks.

    ``genotypes`` are of one sample. Positions are linked in the order of the gene, each to the
    nearest earlier one with clear evidence. If fragments show three or more combinations of alleles
    (a different third copy), positions are not linked.
    """
    shown = _haplotypes(genotypes, votes)
    sites = sorted(shown)
    block: dict[int, int] = {}
    for index, site in enumerate(sites):
        # Fragments are short: the nearest linked site has the most of them.
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
    """Return each fragment's haplotype by heterozygous position: 1 the first, -1 the second."""
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
    """Return 1 if the first alleles are in cis, -1 if in trans, None if unclear."""
    counts = {(a, b): 0 for a in (1, -1) for b in (1, -1)}
    for fragment in one.keys() & other.keys():
        counts[one[fragment], other[fragment]] += 1
    together = counts[1, 1] + counts[-1, -1]
    apart = counts[1, -1] + counts[-1, 1]
    if max(together, apart) < FEWEST:
        return None
    # Two haplotypes give one relation; both in numbers mean a third copy, or reads of two persons.
    if min(together, apart) > MOST_AGAINST * (together + apart):
        return None
    return 1 if together > apart else -1
