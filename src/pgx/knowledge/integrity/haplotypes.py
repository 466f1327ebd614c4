"""Whether what was counted and published in populations is about alleles that genes have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pgx.base.allele_names import core_allele
from pgx.base.findings import FaultCode, Finding
from pgx.base.frequencies import GeneFrequencies
from pgx.base.genes import GeneDefinition
from pgx.knowledge.snapshot import KnowledgeBase

__all__ = ["haplotype_findings"]

_TOLERANCE: Final = 1.02  # published shares are rounded


def haplotype_findings(kb: KnowledgeBase) -> Iterator[Finding]:
    """Yield alleles, positions and shares that do not fit the genes; none without tables."""
    for name, found in kb.frequencies.items():
        gene = kb.genes_as_written.get(name)
        if gene is None:
            what = "there is no such gene"
            yield _finding(FaultCode.DANGLING, "haplotype_counts", name, what)
        else:
            yield from _names(gene, found)
            yield from _positions(gene, found)
            yield from _shares(found)


def _names(gene: GeneDefinition, found: GeneFrequencies) -> Iterator[Finding]:
    """Yield names of alleles that the gene lacks; brackets hold several, or more variants."""
    known = {n for a in gene.alleles for n in (a.name, core_allele(a.name))}
    named = {
        "haplotype_counts": {h.allele for h in found.haplotypes if not h.allele.startswith("[")},
        "published_frequencies": {p.allele for p in found.published},
        "core_alleles": set(found.core),
    }
    for table, names in named.items():
        for name in sorted(names - known):
            yield _finding(FaultCode.DANGLING, table, gene.gene, f"there is no allele {name}")


def _positions(gene: GeneDefinition, found: GeneFrequencies) -> Iterator[Finding]:
    """Yield positions that define nothing; alleles there may be ones that nobody has described."""
    variants = {v.position for v in gene.variants}
    counted = {position for h in found.haplotypes for position in h.differences}
    for table, positions in (("haplotype_counts", counted), ("untyped_sites", found.untyped)):
        for position in sorted(set(positions) - variants):
            what = f"there is no variant at {position}"
            yield _finding(FaultCode.DANGLING, table, gene.gene, what)


def _shares(found: GeneFrequencies) -> Iterator[Finding]:
    totals: dict[str, float] = {}
    for published in found.published:
        totals[published.group] = totals.get(published.group, 0.0) + published.frequency
    for group, total in totals.items():
        if total > _TOLERANCE:
            what = f"the shares of {group} add up to {total:.3f}"
            yield _finding(FaultCode.RANGE, "published_frequencies", found.gene, what)


def _finding(code: FaultCode, table: str, where: str, what: str) -> Finding:
    return Finding(code=code, table=table, where=where, what=what)
