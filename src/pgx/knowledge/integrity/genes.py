"""Whether the gene tables agree with each other: names, definitions, bases, functions, rules."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from pgx.base.assemblies import CANONICAL
from pgx.errors import SnapshotSchemaError
from pgx.knowledge.integrity.applicable import core_position_findings, structure_findings
from pgx.knowledge.tables import check_allele_name
from pgx.phenotypes.translate import NO_SCORE, activity_score, score_value
from pgx.records.advice import FaultCode, Finding
from pgx.records.genes import (
    DefiningVariant,
    GeneDefinition,
    ReferenceSegment,
    Strategy,
    core_allele,
)

__all__ = ["gene_findings", "unusable"]

_IUPAC: Final = frozenset("RYSWKMBDHVN")


def gene_findings(gene: GeneDefinition) -> Iterator[Finding]:
    """Yield what is wrong with one gene."""
    yield from unusable(gene)
    yield from _alleles(gene)
    yield from _functions(gene)
    yield from _rules(gene)
    yield from _other_names(gene)
    yield from structure_findings(gene)
    yield from core_position_findings(gene)


def unusable(gene: GeneDefinition) -> Iterator[Finding]:
    """Yield what no caller could work with; cheap enough for every start."""
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
    references = sum(a.is_reference for a in gene.alleles)
    if gene.variants and references != 1:
        what = f"{references} reference alleles, expected one"
        yield _finding(FaultCode.CONTRADICTION, "alleles", gene, what)


def _other_names(gene: GeneDefinition) -> Iterator[Finding]:
    known = {name for a in gene.alleles for name in (a.name, core_allele(a.name))}
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
    if len({v.position_grch37 - v.position for v in gene.variants}) > 1:
        what = "more than one offset between GRCh38 and GRCh37"
        yield _finding(FaultCode.BASES, "variants", gene, what)


def _start(segment: ReferenceSegment) -> int:
    return segment.start


def _bases(segments: list[ReferenceSegment], variant: DefiningVariant) -> str:
    """Return what the segments, first to last, hold at a variant's reference bases."""
    place = bisect_right(segments, variant.position, key=_start) - 1
    if place < 0:
        return ""
    offset = variant.position - segments[place].start
    return segments[place].sequence[offset : offset + len(variant.ref)]


def _names(gene: GeneDefinition) -> Iterator[Finding]:
    """Yield names in the gene's own row that its other tables do not have."""
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
    """Yield functions that rules do not know or alleles do not have, and alleles without any.

    A function that no rule knows would be indeterminate, whatever it says.
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
        if gene.scored:
            total = activity_score([rule.function_1, rule.function_2]) or NO_SCORE
            if not total == rule.activity_score == rule.lookup_key:
                what = f"{rule.function_1} and {rule.function_2} add up to {total}"
                yield _finding(FaultCode.CONTRADICTION, "phenotype_rules", gene, what)


def _finding(code: FaultCode, table: str, gene: GeneDefinition, what: str) -> Finding:
    return Finding(code=code, table=table, where=gene.gene, what=what)
