"""Readability and sources of all tables; consistency of populations and medicines with genes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec

from pgx.errors import KnowledgeError
from pgx.knowledge.integrity.genes import inapplicable, place_of
from pgx.knowledge.integrity.guidance import CONDITION_SYSTEMS, code_faults
from pgx.knowledge.medicines import CONDITIONS, MEDICINE_RECORDS, MedicineKnowledge
from pgx.knowledge.release_folder import table_bytes
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.knowledge.tables import read_manifest
from pgx.phenotypes import score_value
from pgx.records.advice import (
    Drug,
    FaultCode,
    Finding,
    Guideline,
    KnownGap,
    Statement,
    StatementSet,
    coded,
    record_from_row,
    split_condition,
)
from pgx.records.genes import GeneCode, GeneDefinition, GeneFrequencies, core_allele
from pgx.records.patient import (
    AdviceCondition,
    ConversionRule,
    Modulator,
    PopulationRule,
    ScoreRange,
    Substance,
    condition_code,
)

__all__ = [
    "damaged_tables",
    "haplotype_findings",
    "lacking_sources",
    "medicine_findings",
    "unreadable",
]


_RECORDS: Final[dict[str, type[msgspec.Struct]]] = {
    "statements": Statement,
    "drugs": Drug,
    "guidelines": Guideline,
    "known_gaps": KnownGap,
    "statement_sets": StatementSet,
    "gene_codes": GeneCode,
    **MEDICINE_RECORDS,
    CONDITIONS: AdviceCondition,
}
_PARTS: Final = ("genes_as_written", "frequencies", "medicines_as_written")
_DATE: Final = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def damaged_tables(folder: Path) -> Iterator[Finding]:
    """Yield the tables of a folder that are missing or changed since the manifest was written.

    Raises
    ------
    SnapshotIntegrityError, SnapshotSchemaError
        The manifest itself cannot be used.
    """
    manifest = read_manifest(folder)
    for name in manifest.tables:
        try:
            table_bytes(folder, manifest, name)
        except KnowledgeError as error:
            yield Finding(
                code=FaultCode.DAMAGED,
                table=name.removesuffix(".tsv"),
                where="",
                what=error.what,
                remedy=error.remedy,
            )


def unreadable(kb: KnowledgeBase) -> Iterator[Finding]:
    """Yield unreadable tables and rows, and errors of their readers."""
    # rows first: most reader errors are caused by a single row
    found = [fault for name in kb.table_names for fault in _rows(kb, name)]
    yield from found
    if found:
        return
    for part in _PARTS:
        try:
            getattr(kb, part)
        except KnowledgeError as error:
            table, _, where = (error.where or part).replace(".tsv", "").partition(" ")
            yield _unreadable(table, where, error.what)


def _rows(kb: KnowledgeBase, table: str) -> Iterator[Finding]:
    try:
        rows = kb.table(table)
    except KnowledgeError as error:
        yield _unreadable(table, error.where.partition(" ")[2], error.what)
        return
    kind = _RECORDS.get(table)
    if kind is None:
        return
    for line, row in enumerate(rows, 2):
        try:
            record_from_row(kind, row)
        except KnowledgeError as error:
            yield _unreadable(table, f"line {line}", error.what)


def _unreadable(table: str, where: str, what: str) -> Finding:
    return Finding(code=FaultCode.UNREADABLE, table=table, where=where, what=what)


def lacking_sources(kb: KnowledgeBase) -> Iterator[Finding]:
    """Yield rows with unknown sources, and sources that occur twice or have no date."""
    seen: set[str] = set()
    for line, row in enumerate(kb.table("sources"), 2):
        if row["source"] in seen:
            yield Finding(
                code=FaultCode.TWICE, table="sources", where=f"line {line}",
                what=f"source {row['source']} stands twice",
            )  # fmt: skip
        seen.add(row["source"])
        if not _DATE.fullmatch(row["date"]):
            yield Finding(
                code=FaultCode.SOURCE, table="sources", where=f"line {line}",
                what=f"{row['date']!r} is no date", remedy="write YYYY, YYYY-MM or YYYY-MM-DD",
            )  # fmt: skip
    for table in kb.table_names:
        for line, row in enumerate(kb.table(table), 2):
            lacking = set(row.get("source", "").split(";")) - seen
            if lacking:
                yield Finding(
                    code=FaultCode.SOURCE, table=table, where=f"line {line}",
                    what=f"source {', '.join(sorted(lacking))!r} is not in sources.tsv",
                    remedy="name a source that is, or add it there",
                )  # fmt: skip


_TOLERANCE: Final = 1.02  # published shares are rounded


def haplotype_findings(kb: KnowledgeBase) -> Iterator[Finding]:
    """Yield alleles, positions and frequencies inconsistent with the genes; none without tables."""
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
    """Yield names of alleles that the gene lacks; brackets contain several alleles or variants."""
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
    """Yield positions that define no allele; their alleles may be undocumented."""
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


_EVIDENCE: Final = ("established", "limited", "none")


def medicine_findings(kb: KnowledgeBase) -> Iterator[Finding]:
    """Yield the faults of the tables on medicines; nothing in a release without them."""
    known = kb.medicines_as_written
    if known.substances:
        yield from _substances(known.substances, {d.drug for d in kb.drugs})
    yield from _modulators(known, kb.genes_as_written)
    yield from _unwanted(known, kb)
    yield from _conversions(known.conversion_rules, kb.genes_as_written)
    yield from _ranges(known.score_ranges, kb.genes_as_written)
    conditions = {code.condition for code in known.condition_codes}
    for rule in known.populations:
        yield from _population(rule, conditions)
    yield from _condition_codes(known, kb.statements)


def _twice(table: str, names: Iterable[str]) -> Iterator[Finding]:
    for name, count in Counter(names).items():
        if count > 1:
            yield _finding(FaultCode.TWICE, table, name, f"stands {count} times")


def _substances(substances: tuple[Substance, ...], drugs: set[str]) -> Iterator[Finding]:
    names = {s.substance for s in substances}
    meant = [
        name
        for s in substances
        for name in {n.casefold() for n in (s.substance, *s.synonyms, *s.brands)}
    ]
    yield from _twice("substances", meant)
    yield from _twice("substances", (f"RxNorm {s.rxnorm}" for s in substances if s.rxnorm))
    yield from _twice("substances", (f"ATC {code}" for s in substances for code in s.atc))
    for substance in substances:
        place = substance.substance
        yield from code_faults("substances", place, substance.rxnorm, substance.atc)
        for name in sorted(set(substance.ingredients) - names):
            what = f"its ingredient {name} is no substance"
            yield _finding(FaultCode.DANGLING, "substances", place, what)
    for drug in sorted(drugs - names):
        what = "the drug is no substance, and no prescription finds it"
        yield _finding(FaultCode.DANGLING, "drugs", drug, what)


def _modulators(known: MedicineKnowledge, genes: Mapping[str, GeneDefinition]) -> Iterator[Finding]:
    modulators = known.modulators
    names = {s.substance for s in known.substances}
    ruled = {(r.gene, r.effect, r.strength) for r in known.conversion_rules}
    yield from _twice("modulators", (f"{m.substance} {m.effect} {m.gene}" for m in modulators))
    for modulator in modulators:
        place = f"{modulator.substance} {modulator.gene}"
        if modulator.substance not in names:
            yield _finding(FaultCode.DANGLING, "modulators", place, "there is no such substance")
        if modulator.gene not in genes:
            yield _finding(FaultCode.DANGLING, "modulators", place, "there is no such gene")
        if _rule_of(modulator) not in ruled:
            what = f"no rule converts by a {modulator.strength} {modulator.effect}"
            yield _finding(FaultCode.DANGLING, "modulators", place, what)


def _unwanted(known: MedicineKnowledge, kb: KnowledgeBase) -> Iterator[Finding]:
    names = {s.substance for s in known.substances}
    drugs = {d.drug for d in kb.drugs}
    for pair in known.unwanted_pairs:
        place = f"{pair.drug} {pair.gene}"
        strange = [s for s in pair.substances if s not in names]
        if strange:
            what = f"there is no substance {', '.join(strange)}"
            yield _finding(FaultCode.DANGLING, "unwanted_pairs", place, what)
        if pair.drug not in drugs or pair.gene not in kb.genes_as_written:
            yield _finding(FaultCode.DANGLING, "unwanted_pairs", place, "no such drug or gene")


def _rule_of(modulator: Modulator) -> tuple[str, str, str]:
    return modulator.gene, modulator.effect, modulator.strength


def _conversions(
    rules: tuple[ConversionRule, ...], genes: Mapping[str, GeneDefinition]
) -> Iterator[Finding]:
    places = [place_of(rule) for rule in rules]
    yield from _twice("conversion_rules", places)
    for rule, place in zip(rules, places, strict=True):
        yield from inapplicable(rule, genes)
        if rule.evidence not in _EVIDENCE or (rule.evidence == "none") != (rule.method == "none"):
            what = f"evidence {rule.evidence!r} does not go with method {rule.method!r}"
            yield _finding(FaultCode.TERM, "conversion_rules", place, what)


def _ranges(
    ranges: tuple[ScoreRange, ...], genes: Mapping[str, GeneDefinition]
) -> Iterator[Finding]:
    by_gene: dict[str, list[ScoreRange]] = {}
    for item in ranges:
        by_gene.setdefault(item.gene, []).append(item)
    for name, own in by_gene.items():
        gene = genes.get(name)
        if gene is None or not gene.scored:
            what = "there is no such gene with scores"
            yield _finding(FaultCode.DANGLING, "score_ranges", name, what)
            continue
        yield from _holes(name, sorted(own, key=lambda r: (r.low, not r.low_included)))
        yield from _meanings(gene, own)


def _holes(gene: str, ranges: list[ScoreRange]) -> Iterator[Finding]:
    """Yield gaps and overlaps between ranges from 0 upwards, lowest first."""
    first, last = ranges[0], ranges[-1]
    if first.low != 0.0 or not first.low_included:
        yield _finding(FaultCode.RANGE, "score_ranges", gene, "the first range does not begin at 0")
    if last.high is not None:
        yield _finding(FaultCode.RANGE, "score_ranges", gene, "the last range has an upper limit")
    for below, above in pairwise(ranges):
        if below.high != above.low or below.high_included == above.low_included:
            what = f"{below.phenotype} and {above.phenotype} overlap, or leave a hole"
            yield _finding(FaultCode.RANGE, "score_ranges", gene, what)


def _meanings(gene: GeneDefinition, ranges: list[ScoreRange]) -> Iterator[Finding]:
    """Yield scores for which the rule and the ranges give different phenotypes."""
    meant = {rule.activity_score: rule.phenotype for rule in gene.rules}
    for score, phenotype in meant.items():
        value = score_value(score)
        if value is None:
            continue
        found = [r.phenotype for r in ranges if r.holds(value)]
        if found != [phenotype]:
            what = f"score {score} is {phenotype} by its rule, {found} by its range"
            yield _finding(FaultCode.CONTRADICTION, "score_ranges", gene.gene, what)


def _population(rule: PopulationRule, conditions: set[str]) -> Iterator[Finding]:
    low, below = rule.age_from, rule.age_below
    if low is not None and below is not None and not 0.0 <= low < below:
        what = f"ages from {low:g} below {below:g}"
        yield _finding(FaultCode.RANGE, "populations", rule.population, what)
    for condition in sorted(set(rule.conditions) - conditions):
        what = f"no code is known for {condition}"
        yield _finding(FaultCode.DANGLING, "populations", rule.population, what)


def _condition_codes(
    known: MedicineKnowledge, statements: Iterable[Statement]
) -> Iterator[Finding]:
    wanted = {condition for rule in known.populations for condition in rule.conditions}
    facts = (fact for statement in statements for fact in statement.condition)
    named = (name for fact in facts for name in coded(split_condition(fact)[1])[1])
    wanted |= {condition_code(name) for name in named}
    yield from _twice("condition_codes", (f"{c.system} {c.code}" for c in known.condition_codes))
    for code in known.condition_codes:
        place = f"{code.system} {code.code}"
        pattern = CONDITION_SYSTEMS.get(code.system)
        if pattern is None or not pattern.fullmatch(code.code):
            yield _finding(FaultCode.TERM, "condition_codes", place, "no code of its system")
        if code.condition not in wanted:
            what = f"no population and no condition asks for {code.condition}"
            yield _finding(FaultCode.DANGLING, "condition_codes", place, what)
