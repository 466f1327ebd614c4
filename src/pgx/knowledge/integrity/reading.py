"""Whether every table can be read, has a known source, and names alleles that genes have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from pgx.errors import KnowledgeError
from pgx.knowledge.release_folder import table_bytes
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.knowledge.tables import read_manifest
from pgx.records.advice import (
    Drug,
    FaultCode,
    Finding,
    Guideline,
    KnownGap,
    Statement,
    StatementSet,
    record_from_row,
)
from pgx.records.genes import GeneCode, GeneDefinition, GeneFrequencies, core_allele
from pgx.records.patient import (
    AdviceCondition,
    ConditionCode,
    ConversionRule,
    Modulator,
    PopulationRule,
    ScoreRange,
    Substance,
    UnwantedPair,
)

__all__ = [
    "damaged_tables",
    "haplotype_findings",
    "lacking_sources",
    "unreadable",
]

_RECORDS: Final[dict[str, type[msgspec.Struct]]] = {
    "statements": Statement,
    "drugs": Drug,
    "guidelines": Guideline,
    "known_gaps": KnownGap,
    "statement_sets": StatementSet,
    "gene_codes": GeneCode,
    "substances": Substance,
    "modulators": Modulator,
    "unwanted_pairs": UnwantedPair,
    "conversion_rules": ConversionRule,
    "score_ranges": ScoreRange,
    "populations": PopulationRule,
    "conditions": AdviceCondition,
    "condition_codes": ConditionCode,
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
    """Yield tables and rows that cannot be read, and what their readers refuse."""
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
    """Yield rows whose source is unknown, and sources that stand twice or have no date."""
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
