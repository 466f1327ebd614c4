"""The commonest way to carry each allele whose definition leaves bases open."""

from __future__ import annotations

from collections.abc import Mapping

from pgx.base.frequencies import GeneFrequencies, HaplotypeCount
from pgx.base.genes import AlleleDefinition, GeneDefinition
from pgx.simulator.settings import IUPAC, Spellings

__all__ = ["common_spellings"]


def common_spellings(
    genes: Mapping[str, GeneDefinition], frequencies: Mapping[str, GeneFrequencies]
) -> Spellings:
    """Return, by gene and allele, the alleles at every defining position that most carry.

    Only for alleles that leave bases open and that were counted in populations.
    """
    found: Spellings = {}
    for name, counted in frequencies.items():
        gene = genes.get(name)
        open_alleles = [a for a in gene.alleles if _is_open(a)] if gene else []
        for allele in open_alleles:
            commonest = max(
                (h for h in counted.haplotypes if _carries(h, allele)),
                key=lambda h: sum(h.counts),
                default=None,
            )
            if commonest is not None:
                found.setdefault(name, {})[allele.name] = commonest.differences
    return found


def _is_open(allele: AlleleDefinition) -> bool:
    return any(text in IUPAC for text in allele.defining.values())


def _carries(haplotype: HaplotypeCount, allele: AlleleDefinition) -> bool:
    """Whether a haplotype has what an allele's definition names, and nothing else."""
    seen = haplotype.differences
    if any(position not in allele.defining for position in seen):
        return False
    named = allele.defining.items()
    return all(p in seen or text in IUPAC for p, text in named) and all(
        base in IUPAC.get(allele.defining[p], allele.defining[p]) for p, base in seen.items()
    )
