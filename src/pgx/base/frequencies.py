"""Records of population data: how often haplotypes were counted, and what was published.

Groups are those of the counted samples, in the installed release the superpopulations of the
1000 Genomes Project (AFR, AMR, EAS, EUR, SAS).
"""

from __future__ import annotations

import msgspec

__all__ = ["GeneFrequencies", "HaplotypeCount", "PublishedFrequency"]


class HaplotypeCount(msgspec.Struct, frozen=True, kw_only=True):
    """One haplotype over a gene's defining positions, and how often each group carries it.

    ``differences`` maps a 1-based GRCh38 position to the allele there, where it is not the
    assembly's; positions of `GeneFrequencies.untyped` are open. ``allele`` is its name as a
    caller prints it. ``counts`` are chromosomes, in the order of the groups.
    """

    differences: dict[int, str]
    allele: str
    counts: tuple[int, ...]


class PublishedFrequency(msgspec.Struct, frozen=True, kw_only=True):
    """A published share (0–1) of chromosomes that carry a named allele, in one group."""

    allele: str
    group: str
    frequency: float


class GeneFrequencies(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one gene's haplotypes in populations.

    ``untyped`` are defining positions (1-based, GRCh38) that the counted call set could not
    type; ``published`` fills them in. ``core`` names the alleles that a clinical test should
    at least tell apart.
    """

    gene: str
    groups: tuple[str, ...]
    haplotypes: tuple[HaplotypeCount, ...] = ()
    untyped: tuple[int, ...] = ()
    published: tuple[PublishedFrequency, ...] = ()
    core: tuple[str, ...] = ()

    @property
    def totals(self) -> tuple[int, ...]:
        """Chromosomes counted in each group."""
        return tuple(sum(h.counts[i] for h in self.haplotypes) for i in range(len(self.groups)))
