"""Consistency of gene tables: names, bases, functions, rules, structures, core positions."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pgx.base.assemblies import CANONICAL
from pgx.errors import SnapshotSchemaError
from pgx.knowledge.tables import check_allele_name
from pgx.phenotypes import NO_SCORE, activity_score, score_value
from pgx.records.advice import FaultCode, Finding
from pgx.records.genes import (
    CorePosition,
    DefiningVariant,
    GeneDefinition,
    ReferenceSegment,
    Strategy,
    core_allele,
)
from pgx.records.notes import NoteCode
from pgx.records.patient import ConversionRule
from pgx.records.structures import WHOLE, GeneStructure, PartnerOdds

__all__ = [
    "core_position_findings",
    "gene_findings",
    "inapplicable",
    "place_of",
    "structure_findings",
    "unusable",
]


_TIERS: Final = (1, 2, 3)


def core_position_findings(gene: GeneDefinition) -> Iterator[Finding]:
    """Yield causal variants and proxies missing from definitions, and terms out of range."""
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
    """Yield a causal variant that its allele's definition does not require."""
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


_TOLERANCE: Final = 1e-3  # shares are rounded


def structure_findings(gene: GeneDefinition) -> Iterator[Finding]:
    """Yield invalid units, names, shares and positions; none without a structure."""
    if gene.structure is None:
        return
    yield from _structure_names(gene, gene.structure)
    yield from _shares(gene, gene.structure)
    yield from _segments(gene, gene.structure)
    yield from _sites(gene, gene.structure)


def _structure_names(gene: GeneDefinition, structure: GeneStructure) -> Iterator[Finding]:
    """Yield hybrids without any effect on depth, and names of alleles that the gene lacks."""
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
    """Yield groups that differ between haplotypes, or whose frequencies do not add up to 1."""
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
    """Yield segments of a hybrid that overlap or have a share out of range."""
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
    """Yield mismapped positions without a defined variant, where one is required."""
    known = {v.position for v in gene.variants}
    for position in structure.mismapped:
        if gene.variants and not min(known) <= position <= max(known):
            what = f"{position} is outside the gene's defining positions"
            yield _finding(FaultCode.DANGLING, "structure_sites", gene, what)


def place_of(rule: ConversionRule) -> str:
    """Return the identifier of a rule: gene, strength and effect."""
    return f"{rule.gene} {rule.strength} {rule.effect}"


def inapplicable(rule: ConversionRule, genes: Mapping[str, GeneDefinition]) -> Iterator[Finding]:
    """Yield why a rule cannot be applied; fast enough for every start."""
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


_IUPAC: Final = frozenset("RYSWKMBDHVN")


def gene_findings(gene: GeneDefinition) -> Iterator[Finding]:
    """Yield the faults of one gene."""
    yield from unusable(gene)
    yield from _alleles(gene)
    yield from _functions(gene)
    yield from _rules(gene)
    yield from _other_names(gene)
    yield from _notes(gene)
    yield from structure_findings(gene)
    yield from core_position_findings(gene)


def unusable(gene: GeneDefinition) -> Iterator[Finding]:
    """Yield faults that prevent calling; fast enough for every start."""
    if gene.contig not in CANONICAL:
        yield _finding(FaultCode.TERM, "genes", gene, f"there is no contig {gene.contig!r}")
    yield from _definitions(gene)
    yield from _variants(gene)
    yield from _names(gene)
    for rule in gene.rules if gene.scored else ():
        if rule.lookup_key != NO_SCORE and score_value(rule.lookup_key) is None:
            what = f"key {rule.lookup_key!r} is no score"
            yield _finding(FaultCode.TERM, "phenotype_rules", gene, what)


def _twice(values: Iterable[object]) -> list[object]:
    return [value for value, count in Counter(values).items() if count > 1]


def _alleles(gene: GeneDefinition) -> Iterator[Finding]:
    for allele in gene.alleles:
        try:
            check_allele_name(gene.gene, allele.name)
        except SnapshotSchemaError as error:
            yield Finding(
                code=FaultCode.TERM, table="alleles", where=gene.gene,
                what=error.what, remedy=error.remedy,
            )  # fmt: skip
    for name in _twice(a.name for a in gene.alleles):
        yield _finding(FaultCode.TWICE, "alleles", gene, f"allele {name} stands twice")
    # an unmatched haplotype is named by its difference from the only reference
    references = sum(a.is_reference for a in gene.alleles)
    if gene.variants and references != 1:
        what = f"{references} reference alleles, expected one"
        yield _finding(FaultCode.CONTRADICTION, "alleles", gene, what)


def _other_names(gene: GeneDefinition) -> Iterator[Finding]:
    known = {name for a in gene.alleles for name in (a.name, core_allele(a.name))}
    # a hybrid may have a name without a definition by small variants
    partners = gene.structure.partners if gene.structure else ()
    named = known | {p.hybrid for p in partners if p.hybrid}
    for name in _twice((n.name, n.meaning) for n in gene.names):
        yield _finding(FaultCode.TWICE, "allele_names", gene, f"{name} stands twice")
    for entry in gene.names:
        if entry.meaning not in ("same_as", "hybrid"):
            what = f"there is no meaning {entry.meaning!r}"
            yield _finding(FaultCode.TERM, "allele_names", gene, what)
        elif (entry.allele or entry.name) not in named:
            what = f"there is no allele {entry.allele or entry.name!r}"
            yield _finding(FaultCode.DANGLING, "allele_names", gene, what)
        elif entry.meaning == "same_as" and entry.name in known:
            what = f"{entry.name} is an allele of its own"
            yield _finding(FaultCode.CONTRADICTION, "allele_names", gene, what)


def _notes(gene: GeneDefinition) -> Iterator[Finding]:
    """Yield note codes without a text in reports."""
    for note in sorted(set(gene.notes).difference(NoteCode)):
        yield _finding(FaultCode.TERM, "genes", gene, f"there is no note code {note!r}")


def _definitions(gene: GeneDefinition) -> Iterator[Finding]:
    variants = {v.position: {*v.alleles, *_IUPAC} for v in gene.variants}
    for allele in gene.alleles:
        for position, cell in allele.defining.items():
            if cell not in variants.get(position, ()):
                what = (
                    f"allele {allele.name} is defined by {cell} at {position},"
                    " which is no allele of the gene's variants"
                )
                yield _finding(FaultCode.DANGLING, "alleles", gene, what)


def _variants(gene: GeneDefinition) -> Iterator[Finding]:
    for position in _twice(v.position for v in gene.variants):
        yield _finding(FaultCode.TWICE, "variants", gene, f"position {position} stands twice")
    segments = sorted(gene.segments, key=_start)
    for variant in gene.variants:
        if variant.ref != _bases(segments, variant):
            what = f"{variant.position} {variant.ref} is not the base of its segment"
            yield _finding(FaultCode.BASES, "variants", gene, what)
        alleles = variant.alleles
        if variant.ref_grch37 not in alleles:
            what = f"{variant.position}: the GRCh37 base is no allele"
            yield _finding(FaultCode.BASES, "variants", gene, what)
        if len(set(alleles)) < len(alleles):
            what = f"{variant.position}: an allele stands twice"
            yield _finding(FaultCode.TWICE, "variants", gene, what)
    # calls on GRCh37 use one offset per gene
    if len({v.position_grch37 - v.position for v in gene.variants}) > 1:
        what = "more than one offset between GRCh38 and GRCh37"
        yield _finding(FaultCode.BASES, "variants", gene, what)


def _start(segment: ReferenceSegment) -> int:
    return segment.start


def _bases(segments: list[ReferenceSegment], variant: DefiningVariant) -> str:
    """Return the bases of the segments, first to last, at a variant's reference bases."""
    place = bisect_right(segments, variant.position, key=_start) - 1
    if place < 0:
        return ""
    offset = variant.position - segments[place].start
    return segments[place].sequence[offset : offset + len(variant.ref)]


def _names(gene: GeneDefinition) -> Iterator[Finding]:
    """Yield names in the gene's own row that are missing from its other tables."""
    names = {a.name for a in gene.alleles}
    wanted = {*gene.preferred, *([gene.default_allele] if gene.variants else [])}
    for name in sorted(wanted - names):
        yield _finding(FaultCode.DANGLING, "genes", gene, f"there is no allele {name or '(empty)'}")
    positions = {v.position for v in gene.variants}
    for proxy in gene.proxies:
        for position in sorted({proxy.decisive, proxy.substitute} - positions):
            what = f"there is no variant at {position}, which decides or substitutes"
            yield _finding(FaultCode.DANGLING, "genes", gene, what)
    if (gene.strategy is Strategy.OUTSIDE) != (not gene.variants):
        what = f"{len(gene.variants)} variants do not fit the strategy {gene.strategy}"
        yield _finding(FaultCode.CONTRADICTION, "genes", gene, what)


def _functions(gene: GeneDefinition) -> Iterator[Finding]:
    """Yield functions without rules or alleles, and alleles without functions.

    A function without a rule would give an indeterminate phenotype, whatever its meaning.
    """
    if not gene.rules:
        return
    known = {f for rule in gene.rules for f in (rule.function_1, rule.function_2)}
    known.add(gene.uncertain_function)
    for allele in gene.alleles:
        if allele.function is not None and allele.function not in known:
            what = f"no rule knows {allele.function!r}, the function of {allele.name}"
            yield _finding(FaultCode.DANGLING, "alleles", gene, what)
        elif allele.function is None and not gene.uncertain_function:
            what = f"{allele.name} has no function, and the gene no uncertain one"
            yield _finding(FaultCode.DANGLING, "alleles", gene, what)
    used = {a.function for a in gene.alleles} | {gene.uncertain_function, ""}
    for function in sorted(known - used):
        what = f"no allele has {function!r}, a function of its rules"
        yield _finding(FaultCode.DANGLING, "phenotype_rules", gene, what)
    ordered = set(gene.function_order)
    lacking = (used - {"", None}) - ordered if gene.strategy is Strategy.VARIANT_LIST else set()
    for function in sorted(map(str, lacking)):
        what = f"{function!r} has no place in the order of functions"
        yield _finding(FaultCode.DANGLING, "genes", gene, what)


def _rules(gene: GeneDefinition) -> Iterator[Finding]:
    pairs = (tuple(sorted((r.function_1, r.function_2))) for r in gene.rules)
    for pair in _twice(pairs):
        yield _finding(FaultCode.TWICE, "phenotype_rules", gene, f"two rules answer {pair}")
    meant: dict[str, str] = {}
    for rule in gene.rules:
        if not rule.phenotype or not rule.lookup_key:
            what = f"the rule of {rule.function_1}, {rule.function_2} has no phenotype or key"
            yield _finding(FaultCode.TERM, "phenotype_rules", gene, what)
        if meant.setdefault(rule.lookup_key, rule.phenotype) != rule.phenotype:
            what = f"key {rule.lookup_key} means two phenotypes"
            yield _finding(FaultCode.CONTRADICTION, "phenotype_rules", gene, what)
        # a rule's score is recomputed: an error here would give another phenotype's advice
        if gene.scored:
            total = activity_score([rule.function_1, rule.function_2]) or NO_SCORE
            if not total == rule.activity_score == rule.lookup_key:
                what = f"{rule.function_1} and {rule.function_2} add up to {total}"
                yield _finding(FaultCode.CONTRADICTION, "phenotype_rules", gene, what)


def _finding(code: FaultCode, table: str, gene: GeneDefinition, what: str) -> Finding:
    return Finding(code=code, table=table, where=gene.gene, what=what)
