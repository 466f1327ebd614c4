"""Whether core positions, structural variants and phenoconversion fit the genes they name."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from pgx.records.advice import FaultCode, Finding
from pgx.records.genes import CorePosition, GeneDefinition, core_allele
from pgx.records.patient import ConversionRule
from pgx.records.structures import WHOLE, GeneStructure, PartnerOdds

__all__ = [
    "core_position_findings",
    "inapplicable",
    "place_of",
    "structure_findings",
]

_TIERS: Final = (1, 2, 3)


def core_position_findings(gene: GeneDefinition) -> Iterator[Finding]:
    """Yield causal variants and proxies that definitions lack, and terms out of their range."""
    rows = Counter((c.allele, c.position, c.alt) for c in gene.core_positions)
    for (allele, position, alt), count in rows.items():
        if count > 1:
            what = f"{alt} at {position} stands twice for {allele}"
            yield _finding(FaultCode.TWICE, "core_positions", gene, what)
    variants = {v.position: v.alts for v in gene.variants}
    definitions = {a.name: a.defining for a in gene.alleles}
    for core in gene.core_positions:
        if core.tier not in _TIERS:
            what = f"tier {core.tier} of {core.allele} is not one of 1, 2, 3"
            yield _finding(FaultCode.RANGE, "core_positions", gene, what)
        yield from _undefined(gene, core, variants, definitions)
        yield from _proxies(gene, core, variants)


def _undefined(
    gene: GeneDefinition,
    core: CorePosition,
    variants: dict[int, tuple[str, ...]],
    definitions: dict[str, dict[int, str]],
) -> Iterator[Finding]:
    """Yield a causal variant that its allele's definition does not ask for."""
    if core.allele not in definitions:
        what = f"there is no allele {core.allele}"
        yield _finding(FaultCode.DANGLING, "core_positions", gene, what)
    elif core.alt not in variants.get(core.position, ()):
        what = f"there is no variant {core.alt} at {core.position}"
        yield _finding(FaultCode.DANGLING, "core_positions", gene, what)
    elif definitions[core.allele].get(core.position) != core.alt:
        what = f"{core.allele} is not defined by {core.alt} at {core.position}"
        yield _finding(FaultCode.CONTRADICTION, "core_positions", gene, what)


def _proxies(
    gene: GeneDefinition, core: CorePosition, variants: dict[int, tuple[str, ...]]
) -> Iterator[Finding]:
    for proxy in core.proxies:
        if proxy.position == core.position or proxy.alt not in variants.get(proxy.position, ()):
            what = f"{proxy.alt} at {proxy.position} cannot be a proxy of {core.position}"
            yield _finding(FaultCode.DANGLING, "core_proxies", gene, what)
        if not (0 < proxy.r2 <= 1 and 0 < proxy.sensitivity <= 1 and proxy.carriers > 0):
            what = f"r2, sensitivity or carriers of {proxy.position} are out of range"
            yield _finding(FaultCode.RANGE, "core_proxies", gene, what)


def _finding(code: FaultCode, table: str, gene: GeneDefinition, what: str) -> Finding:
    return Finding(code=code, table=table, where=gene.gene, what=what)


_TOLERANCE: Final = 1e-3  # shares are rounded


def structure_findings(gene: GeneDefinition) -> Iterator[Finding]:
    """Yield units, names, shares and positions that do not fit; none without a structure."""
    if gene.structure is None:
        return
    yield from _names(gene, gene.structure)
    yield from _shares(gene, gene.structure)
    yield from _segments(gene, gene.structure)
    yield from _sites(gene, gene.structure)


def _names(gene: GeneDefinition, structure: GeneStructure) -> Iterator[Finding]:
    """Yield hybrids that show nowhere, and names of alleles that the gene lacks."""
    alleles, shown = {a.name for a in gene.alleles}, set(structure.unit_names)
    for haplotype in structure.haplotypes:
        for unit in sorted(set(haplotype.units) - shown):
            what = f"nothing says how {unit} shows along the gene"
            yield _finding(FaultCode.DANGLING, "structure_segments", gene, what)
        if WHOLE not in haplotype.units and not haplotype.allele:
            what = f"{'+'.join(haplotype.units) or 'a deletion'} has no name"
            yield _finding(FaultCode.DANGLING, "structures", gene, what)
    named = {h.allele for h in structure.haplotypes} | {u for u in shown if u != WHOLE}
    for name in sorted(named - alleles - {""}):
        yield _finding(FaultCode.DANGLING, "structures", gene, f"there is no allele {name}")
    known = {h.units for h in structure.haplotypes}
    for partner in structure.partners:
        if partner.units not in known:
            what = f"there is no haplotype {'+'.join(partner.units)}"
            yield _finding(FaultCode.DANGLING, "structure_partners", gene, what)
        if partner.allele and partner.allele not in alleles:
            what = f"there is no allele {partner.allele}"
            yield _finding(FaultCode.DANGLING, "structure_partners", gene, what)
        if partner.hybrid and core_allele(partner.hybrid) not in alleles:
            what = f"there is no allele {partner.hybrid}"
            yield _finding(FaultCode.DANGLING, "structure_partners", gene, what)
        yield from _groups_and_hybrids(gene, structure, partner)
        if min([partner.odds, *(odds for _, odds in partner.others)]) <= 0:
            what = f"odds of {partner.allele or 'others'} are not above 0"
            yield _finding(FaultCode.RANGE, "structure_partners", gene, what)


def _groups_and_hybrids(
    gene: GeneDefinition, structure: GeneStructure, partner: PartnerOdds
) -> Iterator[Finding]:
    groups = {group for h in structure.haplotypes for group, _ in h.frequencies}
    for group in sorted({group for group, _ in partner.others} - groups):
        what = f"odds of {partner.allele} are of an unknown group {group}"
        yield _finding(FaultCode.DANGLING, "structure_partners", gene, what)
    if partner.hybrid and len(set(partner.units) - {WHOLE}) != 1:
        what = f"{partner.hybrid} is the name of no hybrid, or of several"
        yield _finding(FaultCode.CONTRADICTION, "structure_partners", gene, what)


def _shares(gene: GeneDefinition, structure: GeneStructure) -> Iterator[Finding]:
    """Yield groups that differ between haplotypes, or whose shares are not those of a whole."""
    groups = [tuple(g for g, _ in h.frequencies) for h in structure.haplotypes]
    if len(set(groups)) != 1:
        what = "haplotypes have different population groups"
        yield _finding(FaultCode.CONTRADICTION, "structures", gene, what)
        return
    for place, group in enumerate(groups[0]):
        shares = [h.frequencies[place][1] for h in structure.haplotypes]
        if min(shares) <= 0 or abs(sum(shares) - 1) > _TOLERANCE:
            what = f"the shares of {group} add up to {sum(shares):.4f}, or one is not above 0"
            yield _finding(FaultCode.RANGE, "structures", gene, what)


def _segments(gene: GeneDefinition, structure: GeneStructure) -> Iterator[Finding]:
    """Yield segments of a hybrid that overlap or hold what is no share."""
    for unit in structure.units:
        ordered = sorted(unit.segments, key=lambda s: s.start)
        for one, two in itertools.pairwise(ordered):
            if two.start <= one.end:
                what = f"segments of {unit.name} overlap at {two.start}"
                yield _finding(FaultCode.CONTRADICTION, "structure_segments", gene, what)
        for segment in ordered:
            inside = 0 <= segment.share <= 1 and 0 <= segment.own <= 1 and segment.spread >= 0
            if segment.end < segment.start or not inside:
                what = f"the segment of {unit.name} at {segment.start} is none"
                yield _finding(FaultCode.RANGE, "structure_segments", gene, what)


def _sites(gene: GeneDefinition, structure: GeneStructure) -> Iterator[Finding]:
    """Yield positions at which reads are judged and no variant is defined, where one must be."""
    known = {v.position for v in gene.variants}
    for position in structure.mismapped:
        if gene.variants and not min(known) <= position <= max(known):
            what = f"{position} is outside the gene's defining positions"
            yield _finding(FaultCode.DANGLING, "structure_sites", gene, what)


def place_of(rule: ConversionRule) -> str:
    """Return what tells a rule from the others: gene, strength and effect."""
    return f"{rule.gene} {rule.strength} {rule.effect}"


def inapplicable(rule: ConversionRule, genes: Mapping[str, GeneDefinition]) -> Iterator[Finding]:
    """Yield why a rule cannot be applied; cheap enough for every start."""
    gene = genes.get(rule.gene)
    if gene is None:
        yield _conversions_finding(FaultCode.DANGLING, rule, "there is no such gene")
    elif rule.method == "score_factor" and not gene.scored:
        yield _conversions_finding(
            FaultCode.CONTRADICTION, rule, "a factor of scores that the gene has not"
        )
    elif rule.method == "phenotype_to" and rule.value not in {r.phenotype for r in gene.rules}:
        what = f"{rule.value!r} is no phenotype of the gene"
        yield _conversions_finding(FaultCode.DANGLING, rule, what)


def _conversions_finding(code: FaultCode, rule: ConversionRule, what: str) -> Finding:
    return Finding(code=code, table="conversion_rules", where=place_of(rule), what=what)
