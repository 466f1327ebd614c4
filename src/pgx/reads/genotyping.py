"""Genotypes at a gene's defining positions from the votes of fragments."""

from __future__ import annotations

import itertools
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.copynumber.evidence import SiteReads
from pgx.genotypes.matrix import MISSING, Evidence, GeneGenotypes, LikelyGenotype, Unknown
from pgx.reads.locus import ReadLocus
from pgx.reads.votes import LETTER, Votes, phase_sites

__all__ = ["ReadLimits", "genotype", "likelihoods", "site_reads", "unreadable"]

FRACTIONS: Final = ((1 / 2, 0.7), (1 / 3, 0.12), (2 / 3, 0.12), (1 / 4, 0.03), (3 / 4, 0.03))
"""Share of an allele at a heterozygous site and its prior: the other copy may be there twice."""
FEWEST_STRANGE: Final = 3
STRANGE_SHARE: Final = 0.15
"""Votes and share of votes from which a base that no definition names is an allele."""
MOST_PHRED: Final = 99
SINGLE_COPY: Final = 30
"""What two alleles cost (phred) where there is one copy of the gene."""
UNSURE: Final = 0.01
"""Least probability that a fragment is of the other gene."""
OTHER_PARALOGUE: Final = 0.1
"""Probability that the paralogue carries, on one copy or all, another allele than usual."""
_LOG_TO_PHRED: Final = 10 / np.log(10)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class ReadLimits(NamedTuple):
    """Genotype quality (phred) and fragments below which a genotype is missing."""

    min_gq: int = 20
    min_dp: int = 8


def genotype(
    locus: ReadLocus, votes: Votes, sample: str, limits: ReadLimits, *, single: bool = False
) -> GeneGenotypes:
    """Return the genotypes of one sample, with read-backed phasing.

    A position with too few fragments, or with two about equally likely genotypes, is `MISSING`; it
    keeps its likelihoods. ``single`` means one copy of the gene: two alleles are then far less
    likely.
    """
    found = GeneGenotypes.empty(locus.gene, (sample,))
    paralogue = _paralogue_codes(locus)
    for site in range(len(locus.gene.variants)):
        _genotype_site(found, site, votes.take_at(site), paralogue[site], limits, single)
    phase_sites(found, votes.own())
    return found


def _genotype_site(
    found: GeneGenotypes,
    site: int,
    votes: Votes,
    paralogue: int,
    limits: ReadLimits,
    single: bool,  # noqa: FBT001
) -> None:
    """Write one position: call, quality, depth, and the reason if missing."""
    # Fragments count by their probability of being the gene's own, not as whole numbers.
    depth = int(np.rint(_shares(votes.odds).sum()))
    found.dp[site, 0] = depth
    if not depth:
        return
    found.evidence[site, 0] = Evidence.RECORD
    codes = _alleles(found, site, votes)
    pairs, phred = likelihoods(votes, codes, paralogue)
    if single:
        phred = phred + np.array([SINGLE_COPY * (a != b) for a, b in pairs])
        phred -= phred.min()
    quality = min(int(np.sort(phred)[1]), MOST_PHRED)
    found.gq[site, 0] = quality
    # With one copy half as many fragments are expected.
    least = (limits.min_dp + 1) // 2 if single else limits.min_dp
    if depth < least or quality < limits.min_gq:
        low = Unknown.LOW_DP if depth < least else Unknown.LOW_GQ
        found.reason[site, 0] = low
        found.likelihoods[site, 0] = tuple(
            LikelyGenotype(a, b, int(p))
            for (a, b), p in zip(pairs, phred.tolist(), strict=True)
            if max(a, b) < LETTER
        )
        return
    found.reason[site, 0] = Unknown.NONE
    best = pairs[int(phred.argmin())]
    found.call[site, 0] = [_coded(found, site, code) for code in best]


def _shares(odds: Floats) -> Floats:
    """Return the probability that each vote is from the gene, never 0 or 1."""
    return np.clip(1 / (1 + np.exp(-odds)), UNSURE, 1 - UNSURE)


def _paralogue_codes(locus: ReadLocus) -> list[int]:
    """Return for each position the allele that the paralogue usually carries."""
    bases = {s.position: s.paralogue_base for s in locus.structure.sites}
    found = []
    for variant in locus.gene.variants:
        base = bases.get(variant.position, variant.ref)
        known = base in variant.alleles
        found.append(variant.alleles.index(base) if known else LETTER + ord(base[0]))
    return found


def unreadable(locus: ReadLocus, sample: str, reason: Unknown) -> GeneGenotypes:
    """Return entirely missing genotypes, with the reason."""
    found = GeneGenotypes.empty(locus.gene, (sample,))
    found.reason[:] = reason
    return found


def _alleles(found: GeneGenotypes, site: int, votes: Votes) -> list[int]:
    """Return the documented alleles, and undocumented ones frequent in the gene's fragments."""
    strange = votes.own().allele
    seen, count = np.unique(strange[strange >= LETTER], return_counts=True)
    least = max(FEWEST_STRANGE, STRANGE_SHARE * len(strange))
    kept = [int(a) for a, n in zip(seen, count, strict=True) if n >= least]
    return [*range(len(found.gene.variants[site].alleles)), *kept]


def likelihoods(
    votes: Votes, codes: list[int], paralogue: int
) -> tuple[list[tuple[int, int]], Floats]:
    """Return unordered genotypes of a position and their phred-scaled likelihoods.

    The best has 0. A fragment is from the gene or the paralogue, by its odds; the allele of the
    paralogue is most likely ``paralogue``, else any, and is marginalized.
    """
    own = _shares(votes.odds)
    alleles = [*codes, *([paralogue] if paralogue not in codes else [])]
    chance = {
        code: np.where(votes.allele == code, 1 - votes.error, votes.error / 3) for code in alleles
    }
    behind = _paralogue_states(chance, alleles, paralogue)
    pairs = list(itertools.combinations_with_replacement(codes, 2))
    logs = np.array([_log_likelihood(own, chance[a], chance[b], behind, a == b) for a, b in pairs])
    phred = np.rint((logs.max() - logs) * _LOG_TO_PHRED)
    return pairs, phred


_States = list[tuple[float, Floats]]


def _paralogue_states(chance: dict[int, Floats], alleles: list[int], paralogue: int) -> _States:
    """Return log prior and (V,) probability of each vote, by allele of the paralogue."""
    others = [code for code in alleles if code != paralogue]
    rare = np.log(OTHER_PARALOGUE / 2 / max(len(others), 1))
    usual = chance[paralogue]
    found = [(float(np.log1p(-OTHER_PARALOGUE)), usual)]
    for code in others:
        found += [(float(rare), chance[code]), (float(rare), (chance[code] + usual) / 2)]
    return found


def _log_likelihood(
    own: Floats,
    first: Floats,
    second: Floats,
    behind: _States,
    same: bool,  # noqa: FBT001
) -> float:
    """Marginalize over the fraction of the first allele and the paralogue's allele."""
    terms = [
        np.log(weight)
        + prior
        + float(np.log(own * (share * first + (1 - share) * second) + (1 - own) * other).sum())
        for share, weight in ((1.0, 1.0),) * same or FRACTIONS
        for prior, other in behind
    ]
    return float(np.logaddexp.reduce(terms))


def _coded(found: GeneGenotypes, site: int, code: int) -> int:
    if code < LETTER:
        return code
    variant = found.gene.variants[site]
    label = f"{found.gene.contig}:{variant.position}:{variant.ref}>{chr(code - LETTER)}"
    return found.code_of_extra(site, label)


def site_reads(genotypes: GeneGenotypes, votes: Votes) -> tuple[SiteReads, ...]:
    """Return the gene's fragments of two alleles, at sites with a called alternative.

    These are the called ones, or the reference and the called one. Positions with paralogue
    mis-mapping are omitted: the genotype there uses all bases of each fragment, which allelic
    depths do not include.
    """
    own, found = votes.own(), []
    structure = genotypes.gene.structure
    mismapped = structure.mismapped if structure else ()
    for site, variant in enumerate(genotypes.gene.variants):
        first, second = sorted(genotypes.call[site, 0].tolist())
        known = first != MISSING and 0 < second < len(variant.alleles)
        if not known or variant.position in mismapped:
            continue
        allele = own.allele[own.at(site)]
        pair = (first if first != second else 0, second)
        reads = tuple(int((allele == code).sum()) for code in pair)
        found.append(SiteReads(variant.position, tuple(variant.alleles[c] for c in pair), reads))
    return tuple(found)
