"""Folders of source files in layers: for each gene and row the last dated folder counts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from pgx.errors import InputError, SnapshotSchemaError
from pgx.knowledge.later import EVERYTHING, Until
from pgx.knowledge.medicines import MEDICINE_TABLES
from pgx.knowledge.tables import Row, read_table, read_text

__all__ = [
    "Edition",
    "SourceFolders",
    "known_counts",
    "known_gaps",
    "known_genes",
    "medicine_rows",
    "named_sources",
    "read_columns",
    "release_of",
    "statement_sets",
]

_RELEASED: Final = re.compile(r"(?<!\d)\d{4}(-\d{2})?(?!\d)")
_MONTH: Final = re.compile(r"\d{4}-\d{2}")
_DEFINITIONS: Final = "clinpgx-2025-11"
_DEFINITIONS_OF: Final = {"CYP2D6": "cpic-cyp2d6-2024-08"}
"""Sources of the files of a folder that no month names."""


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """What a source says of a guideline as a whole: its newest paper and its own version.

    ``checked`` is the month (``YYYY-MM``) of the release in which it was read from end to end.
    """

    pmid: str
    year: str
    version: str
    checked: str


class SourceFolders(msgspec.Struct, frozen=True):
    """Folders in the order in which they are laid over each other."""

    folders: tuple[Path, ...]

    @classmethod
    def of(cls, folders: Sequence[Path]) -> SourceFolders:
        """Check that the folders hold together what a release is made of.

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
        """Return the files of all folders that match, those of the last folder last."""
        return [path for folder in self.folders for path in sorted(folder.glob(pattern))]

    def newest(self, pattern: str) -> list[Path]:
        """Return one file of each name, that of the last folder, by name."""
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
        """Return what the newest release says of each guideline, by its identifier."""
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
    """Return the release of a source file, ``YYYY-MM`` or ``YYYY``, as its name or folder says.

    Raises
    ------
    SnapshotSchemaError
        Neither has a year.
    """
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
