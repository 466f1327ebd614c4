"""Genotypes at positions to which reads of the paralogue are aligned, judged by their reads.

A caller takes mismapped reads of the paralogue for a heterozygote. How many are mismapped differs
between samples and aligners, so that every amount up to a limit counts alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, GeneGenotypes, LikelyGenotype, Unknown
from pgx.structure.balance import carried_log_likelihood
from pgx.structure.evidence import SiteReads

__all__ = ["MISMAPPED_COPIES", "MismappedSite", "judge_mismapping"]

MISMAPPED_COPIES: Final = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8)
"""Copies that the mismapped reads of the paralogue may look like."""
SURE: Final = 1e-4
"""Likelihood by that of the best genotype below which another one does not count."""
NOTE: Final = "paralogue_reads"


class MismappedSite(NamedTuple):
    """A position, 1-based on GRCh38, at which reads may be the paralogue's.

    ``copies`` have the gene's own sequence there; ``mismapped_copies`` are the numbers of copies
    that mismapped reads may look like, each as likely.
    """

    position: int
    copies: int = 2
    mismapped_copies: tuple[float, ...] = MISMAPPED_COPIES


def judge_mismapping(
    genotypes: GeneGenotypes,
    sample: int,
    reads: Sequence[SiteReads],
    sites: Sequence[MismappedSite],
) -> GeneGenotypes:
    """Return one sample's genotypes, as the reads let them be at some positions.

    Parameters
    ----------
    genotypes, sample
        Observations, and the column of the sample.
    reads
        Allelic depths of the sample.
    sites
        Where reads may be mismapped; only substitutions with a record are judged, and at least
        one copy is assumed.
    """
    known = {site.position: site for site in reads}
    wanted = {site.position: site for site in sites}
    found = genotypes.take(np.array([sample]), (genotypes.samples[sample],))
    for index, variant in enumerate(genotypes.gene.variants):
        site = known.get(variant.position)
        if variant.position not in wanted or site is None or variant.is_indel:
            continue
        if found.call[index, 0, 1] == ABSENT or not _is_documented(site, variant.alleles):
            continue
        _judge(found, index, site, wanted[variant.position])
    return found


def _is_documented(site: SiteReads, alleles: Sequence[str]) -> bool:
    """Whether the record names two alleles, both of them the definition's."""
    return len(site.alleles) == 2 and set(site.alleles) <= set(alleles) and sum(site.reads) > 0


def _judge(found: GeneGenotypes, index: int, site: SiteReads, site_: MismappedSite) -> None:
    """Replace a genotype by the one that the reads allow, or by the likelihoods of several."""
    ref, alt = (found.gene.variants[index].alleles.index(a) for a in site.alleles)
    likelihood = _genotype_likelihoods(site.reads, max(site_.copies, 1), site_.mismapped_copies)
    sure = likelihood >= SURE * likelihood.max()
    pairs = ((ref, ref), (ref, alt), (alt, alt))
    before = sorted(found.call[index, 0].tolist())
    if sure.sum() == 1:
        pair = sorted(pairs[int(sure.argmax())])
        if pair != before:
            found.call[index, 0] = pair
            found.phase_block[index, 0] = UNPHASED
            found.reason[index, 0] = Unknown.NONE
            found.add_note(0, NOTE)
        found.likelihoods.pop((index, 0), None)
        return
    found.call[index, 0] = MISSING
    found.phase_block[index, 0] = UNPHASED
    found.reason[index, 0] = Unknown.PARALOGUE
    found.likelihoods[index, 0] = tuple(
        LikelyGenotype(min(pair), max(pair), round(-10 * float(np.log10(value))))
        for pair, value in zip(pairs, likelihood / likelihood.max(), strict=True)
        if value >= SURE
    )
    found.add_note(0, NOTE)


def _genotype_likelihoods(
    reads: Sequence[int], copies: int, amounts: Sequence[float]
) -> npt.NDArray[np.float64]:
    """Return (3,) likelihoods of no, some and all copies carrying the alternative."""
    total = sum(reads)
    mismapped_copies = np.array(amounts)
    by_carriers = []
    for carriers in range(copies + 1):
        share = (carriers + mismapped_copies) / (copies + mismapped_copies)
        by_carriers.append(np.exp(carried_log_likelihood(reads[1], total, share)).mean())
    some = np.mean(by_carriers[1:-1]) if copies > 1 else 0.0
    return np.array([by_carriers[0], some, by_carriers[-1]])
