"""Rows of tables that a release up to an earlier month has.

Tables of genes and populations are of one state: what came later is taken out by the table of
changes. Tables on medicines rest on each other: they are there if all their sources are old enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pgx.knowledge.later import EVERYTHING, Until
from pgx.knowledge.medicines import MEDICINE_TABLES
from pgx.knowledge.tables import Row, read_table

__all__ = [
    "known_counts",
    "known_gaps",
    "known_genes",
    "medicine_rows",
    "named_sources",
    "statement_sets",
]


def medicine_rows(curated: Path, until: Until) -> dict[str, list[Row]]:
    """Return the tables on medicines and patients, all of them or, where one is later, none.

    Raises
    ------
    SnapshotSchemaError
        One of them, or that of sources, has other columns than its schema.
    """
    there = [name for name in MEDICINE_TABLES if (curated / f"{name}.tsv").exists()]
    tables = {name: read_table(curated, name) for name in there}
    if until == EVERYTHING:
        return tables
    dates = {row["source"]: row["date"] for row in read_table(curated, "sources")}
    named = {s for rows in tables.values() for row in rows for s in row["source"].split(";")}
    return tables if all(until.knows(dates.get(source, "")) for source in named) else {}


def known_genes(tables: Mapping[str, list[Row]], until: Until) -> dict[str, list[Row]]:
    """Return gene tables without later genes and alleles, and without positions of these alone."""
    found = {
        name: [row for row in rows if until.has_gene(row.get("gene", ""))]
        for name, rows in tables.items()
    }
    alleles = found["alleles"]
    found["alleles"] = [row for row in alleles if until.has_allele(row["gene"], row["allele"])]
    gone = _positions(alleles) - _positions(found["alleles"])
    found["variants"] = [
        row for row in found["variants"] if (row["gene"], row["position_grch38"]) not in gone
    ]
    return found


def known_counts(rows: Iterable[Row], variants: Iterable[Row], until: Until) -> list[Row]:
    """Return rows of a population table on genes, alleles and positions that the release has.

    A haplotype that was counted under a name, or at a position, that came later is left out.
    """
    if until == EVERYTHING:
        return list(rows)
    known = {(row["gene"], row["position_grch38"]) for row in variants}
    return [
        row
        for row in rows
        if until.has_allele(row["gene"], row.get("allele", ""))
        and all((row["gene"], p) in known for p in _cells(row.get("haplotype", "")))
    ]


def known_gaps(curated: Path, statements: Iterable[Row], until: Until) -> list[Row]:
    """Return the gaps of sources that a release's statements were read from, and of its genes.

    Raises
    ------
    SnapshotSchemaError
        The table has other columns than its schema.
    """
    read_from = {row["source"] for row in statements}
    return [
        row
        for row in read_table(curated, "known_gaps")
        if row["source"] in read_from and until.has_gene(row["gene"])
    ]


def statement_sets(curated: Path, statements: Iterable[Row]) -> list[Row]:
    """Return the sets of which a release has statements of every guideline.

    Raises
    ------
    SnapshotSchemaError
        The table has other columns than its schema.
    """
    known = {(row["authority"], row["drug"], row["guideline_id"]) for row in statements}
    return [
        row
        for row in read_table(curated, "statement_sets")
        if {(row["authority"], row["drug"], g) for g in row["guidelines"].split(";")} <= known
    ]


def named_sources(tables: Mapping[str, Iterable[Row]]) -> list[Row]:
    """Return the rows of ``sources`` that some other table names."""
    named = {
        source
        for name, rows in tables.items()
        if name != "sources"
        for row in rows
        for column in ("source", "function_source")
        for source in row.get(column, "").split(";")
    }
    return [row for row in tables["sources"] if row["source"] in named]


def _positions(alleles: Iterable[Row]) -> set[tuple[str, str]]:
    return {(row["gene"], p) for row in alleles for p in _cells(row["definition"])}


def _cells(text: str) -> list[str]:
    return [cell.partition("=")[0] for cell in text.split(";") if cell]
