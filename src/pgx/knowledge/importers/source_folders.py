"""Folders of source files in our own layout, overlaid in order: the latest date wins."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from pgx.errors import InputError, SnapshotSchemaError
from pgx.knowledge.importers.guideline_rows import (
    FLAGS,
    Authority,
    KeyWords,
    SourceRow,
    listed_rows,
)
from pgx.knowledge.importers.guidelines import Edition
from pgx.knowledge.later import EVERYTHING, Until
from pgx.knowledge.tables import Row, read_table, read_text

__all__ = [
    "SourceFolders",
    "files_of",
    "known_counts",
    "known_gaps",
    "known_genes",
    "named_sources",
    "read_columns",
    "release_of",
    "source_id",
    "source_rows",
    "statement_sets",
]


_RELEASED: Final = re.compile(r"(?<!\d)\d{4}(-\d{2})?(?!\d)")
_MONTH: Final = re.compile(r"\d{4}-\d{2}")
_DEFINITIONS: Final = "clinpgx-2025-11"
_DEFINITIONS_OF: Final = {"CYP2D6": "cpic-cyp2d6-2024-08"}
"""Sources of files in folders without a month in the name."""


class SourceFolders(msgspec.Struct, frozen=True):
    """Folders in the order in which they are overlaid."""

    folders: tuple[Path, ...]

    @classmethod
    def of(cls, folders: Sequence[Path]) -> SourceFolders:
        """Check that the folders together contain the sources of a release.

        Raises
        ------
        InputError
            Definitions, guideline rows or CPIC's levels are in none of them.
        """
        found = cls(tuple(folders))
        if not (found.files("guidelines_*.jsonl") and found.files("cpic_levels_*.csv")) or not (
            found.files("alleles/*.json")
        ):
            raise InputError(
                "not a folder of source files: alleles/, phenotypes/, guidelines_*.jsonl and"
                " cpic_levels_*.csv are needed",
                where=", ".join(folder.name for folder in folders),
                remedy="see docs/how-to/build-the-knowledge-base.md",
            )
        return found

    def files(self, pattern: str) -> list[Path]:
        """Return the matching files of all folders, those of the last folder last."""
        return [path for folder in self.folders for path in sorted(folder.glob(pattern))]

    def newest(self, pattern: str) -> list[Path]:
        """Return one file per name, the one in the last folder, by name."""
        # a gene's definitions are one file: two states of one gene cannot be mixed row by row
        by_name = {path.name: path for path in self.files(pattern)}
        return [by_name[name] for name in sorted(by_name)]

    def rows(self, pattern: str) -> list[Row]:
        """Return the rows of the tables that match, in the order of `files`."""
        return [row for path in self.files(pattern) for row in read_columns(path)]

    def definition_source(self, path: Path, gene: str) -> str:
        """Return the source of a file of definitions, functions or rules."""
        folder = next(f for f in reversed(self.folders) if path.is_relative_to(f))
        if _MONTH.fullmatch(folder.name):
            return f"clinpgx-{folder.name}"
        return _DEFINITIONS_OF.get(gene, _DEFINITIONS)

    def editions(self) -> dict[str, Edition]:
        """Return the newest release's data on each guideline, by its identifier."""
        found = {}
        for path in self.files("guidance/seen_*.tsv"):
            for row in _delimited(path):
                edition = Edition(
                    pmid=row["newest_pmid"],
                    year=row["newest_year"],
                    version=row["version"] if row["version"].isdigit() else "",
                    checked=release_of(path),
                )
                found[row["guideline_id"]] = edition
        return found


def release_of(path: Path) -> str:
    """Return the release of a source file, ``YYYY-MM`` or ``YYYY``, from its name or folder.

    Raises
    ------
    SnapshotSchemaError
        Neither has a year.
    """
    # `guidance/changed_part1.jsonl` has its month in the parent folder
    names = (path.name, *(parent.name for parent in list(path.parents)[:2]))
    for name in names:
        found = _RELEASED.search(name)
        if found:
            return found[0]
    raise SnapshotSchemaError("the file name has no release year", where=path.name)


def read_columns(path: Path) -> list[Row]:
    """Read a tab-separated table of any columns, by the names in its first line.

    Raises
    ------
    SnapshotSchemaError
        It cannot be read, or a row has another width than the first line.
    """
    # a final newline is optional here, unlike in the tables of a release
    lines = read_text(path).rstrip("\n").split("\n")
    header = lines[0].split("\t")
    try:
        return [dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:]]
    except ValueError as error:
        raise SnapshotSchemaError("a row has too few or too many cells", where=path.name) from error


def _delimited(path: Path) -> Iterable[Row]:
    """Read a tab-separated table in which cells may be quoted."""
    with io.StringIO(read_text(path), newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t")


def known_genes(tables: Mapping[str, list[Row]], until: Until) -> dict[str, list[Row]]:
    """Return gene tables without later genes and alleles, or positions used only by these."""
    found = {
        name: [row for row in rows if until.has_gene(row.get("gene", ""))]
        for name, rows in tables.items()
    }
    alleles = found["alleles"]
    found["alleles"] = [row for row in alleles if until.has_allele(row["gene"], row["allele"])]
    # a position is kept if any remaining allele needs it
    gone = _positions(alleles) - _positions(found["alleles"])
    found["variants"] = [
        row for row in found["variants"] if (row["gene"], row["position_grch38"]) not in gone
    ]
    return found


def known_counts(rows: Iterable[Row], variants: Iterable[Row], until: Until) -> list[Row]:
    """Return rows of a population table for genes, alleles and positions in the release.

    A haplotype counted under a later name, or with a later position, is left out.
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
    """Return the known gaps of a release's sources and genes.

    Raises
    ------
    SnapshotSchemaError
        The table has other columns than its schema.
    """
    # a gap of a source that is not in the release would be a finding by itself
    read_from = {row["source"] for row in statements}
    return [
        row
        for row in read_table(curated, "known_gaps")
        if row["source"] in read_from and until.has_gene(row["gene"])
    ]


def statement_sets(curated: Path, statements: Iterable[Row]) -> list[Row]:
    """Return the statement sets for which the release has statements of every guideline.

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
    """Return the rows of ``sources`` that are named in another table."""
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


_SHORT_FLAGS: Final = ("dosing", "alternate", "other")


def files_of(authority: Authority, sources: SourceFolders) -> list[Path]:
    """Return an authority's source files in folders, oldest first."""
    found = [path for pattern in authority.files for path in sources.files(pattern)]
    return sorted(found, key=lambda path: (release_of(path), path.name))


def source_id(path: Path, authority: Authority) -> str:
    """Return the name of a release, ``cpic-YYYY-MM`` or ``fda-label-YYYY``; see `release_of`.

    Raises
    ------
    SnapshotSchemaError
        Neither the name nor its folder has a year.
    """
    return f"{authority.slug}-{release_of(path)}"


def _own_rows(path: Path, authority: Authority) -> list[dict[str, Any]]:
    try:
        lines = read_text(path).split("\n")
        rows = [json.loads(line) for line in lines if line]
        return [_named(row) for row in rows if str(row["source"]).startswith(authority.rows)]
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotSchemaError("not JSON lines of guideline rows", where=path.name) from error


def _named(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with the column names of guideline rows."""
    if "text" in row:
        return row
    citations = [{"pmid": pmid, "year": ""} for pmid in row["pmids"]]
    said = row["implication"]
    return {
        "guideline_id": row["guideline_id"],
        "drugs": row["drug"],
        "population": row["population"],
        "lookup_keys": row["lookup"],
        "text": row["action"],
        "implications": [said] if said and not said.startswith("no implication") else [],
        "classification": row["classification"],
        "citations": citations,
        "version": row["version_or_date"] or "",
        **{flag: row[short] for flag, short in zip(FLAGS, _SHORT_FLAGS, strict=True)},
    }


def source_rows(
    paths: Sequence[Path], authority: Authority, words: KeyWords | None = None
) -> list[SourceRow]:
    """Read the releases of one authority, one row per drug and lookup; files in the order given.

    A row that lists several keys of one gene describes one person: only the keys that the
    guideline uses elsewhere are kept; a gene without a key means any result. Pairs of alleles
    become diplotypes. ``words`` gives our keys for those of the source.
    """
    own = [(source_id(path, authority), _own_rows(path, authority)) for path in paths]
    return listed_rows(own, words)
