"""A laboratory's own folder: its manifest and its tables, read and checked row by row.

The tables are those of a release (`pgx.knowledge.tables`), with two more columns in
``statements.tsv``: ``reviewer`` and ``reviewed``. A column that is left out is empty in every row;
an empty cell with a usual value has that value (`_USUAL`, `_LIKE`).
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from pgx.base.files import read_whole
from pgx.base.texts import has_hidden
from pgx.errors import OverlayError
from pgx.knowledge.tables import TABLES, Row
from pgx.records.advice import LOCAL, Drug, Guideline, LocalStatement
from pgx.records.calls import OverlayInfo, iso_day

__all__ = ["OVERLAY_FILE", "Overlay", "PlacedRow", "read_overlay"]

OVERLAY_FILE: Final = "overlay.toml"
_MAX_BYTES: Final = 16 * 2**20
_MAX_CELL: Final = 2_000
_MAX_SEQUENCE: Final = 1_000_000
_NUMBERS: Final = ("position_grch38", "position_grch37", "start")
_MAX_DIGITS: Final = 9
_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "sources": TABLES["sources"],
    "genes": TABLES["genes"],
    "variants": TABLES["variants"],
    "alleles": TABLES["alleles"],
    "segments": TABLES["segments"],
    "phenotype_rules": TABLES["phenotype_rules"],
    "drugs": Drug.__struct_fields__,
    "guidelines": Guideline.__struct_fields__,
    "statements": LocalStatement.__struct_fields__,
}
_NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "sources": ("source", "name"),
    "genes": ("gene", "contig", "strategy", "ploidy", "source"),
    "variants": ("gene", "position_grch38", "position_grch37", "ref_grch38", "alts", "source"),
    "alleles": ("gene", "allele", "source"),
    "segments": ("gene", "start", "sequence", "source"),
    "phenotype_rules": ("gene", "function_1", "phenotype", "source"),
    "drugs": ("drug", "authority", "source"),
    "guidelines": ("guideline_id", "authority", "source"),
    "statements": (
        "id", "authority", "drug", "genes", "lookup", "action", "source", "reviewer", "reviewed",
    ),
}  # fmt: skip
_USUAL: Final[dict[str, dict[str, str]]] = {
    "genes": {"scored": "no", "uncertain_function": "Uncertain function"},
    "variants": {"required": "no"},
    "alleles": {"reference": "no", "structural": "no"},
    "drugs": {"status": "covered"},
    "statements": {"population": "general"},
}
_LIKE: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "variants": {"ref_grch37": ("ref_grch38",)},
    "alleles": {"function_source": ("source",)},
    "phenotype_rules": {"lookup_key": ("activity_score", "phenotype")},
}
"""Columns that are like the first of others that is given, where they are empty."""
_TERMS: Final = {
    "scored": {"yes", "no"},
    "required": {"yes", "no"},
    "reference": {"yes", "no"},
    "structural": {"yes", "no"},
    "authority": {LOCAL},
    "status": {"covered"},
}
_REMEDY: Final = "correct the line, see docs/how-to/local-rules.md"


class PlacedRow(msgspec.Struct, frozen=True):
    """A row of a table, and its location (file and line) for messages."""

    cells: Row
    where: str


class Overlay(msgspec.Struct, frozen=True, kw_only=True):
    """A laboratory's folder: ``tables`` holds the rows of its tables."""

    info: OverlayInfo
    tables: dict[str, tuple[PlacedRow, ...]]

    def rows(self, table: str) -> tuple[PlacedRow, ...]:
        """Return a table's rows, empty if the folder does not have it."""
        return self.tables.get(table, ())

    @property
    def genes(self) -> frozenset[str]:
        """Genes that the folder defines or extends."""
        tables = ("genes", "variants", "alleles", "segments", "phenotype_rules")
        return frozenset(row.cells["gene"] for name in tables for row in self.rows(name))


def read_overlay(folder: Path) -> Overlay:
    """Read a laboratory's folder.

    Raises
    ------
    OverlayError
        No ``overlay.toml``, an unknown table, an unknown column or term, an empty cell that must
        not be empty, a source missing from ``sources.tsv``, or a statement without source,
        reviewer and date of review.
    """
    data = _files(folder)
    listed = "\n".join(f"{n} {hashlib.sha256(d).hexdigest()}" for n, d in sorted(data.items()))
    manifest = _manifest(data.pop(OVERLAY_FILE))
    info = OverlayInfo(**manifest, digest=hashlib.sha256(listed.encode()).hexdigest())
    tables = {
        name.removesuffix(".tsv"): _table(name.removesuffix(".tsv"), text, name)
        for name, text in sorted(data.items())
    }
    found = Overlay(info=info, tables=tables)
    if not any(tables.values()):
        raise OverlayError(
            "the folder has no rules", where=folder.name, remedy="add statements.tsv or genes.tsv"
        )
    _check_sources(found)
    _check_reviews(found)
    return found


def _files(folder: Path) -> dict[str, bytes]:
    """Return the bytes of the manifest and of every table; other files are ignored."""
    try:
        names = sorted(p.name for p in folder.iterdir() if p.name.casefold().endswith(".tsv"))
        # a misspelt table would be ignored silently otherwise
        strange = [n for n in names if n.removesuffix(".tsv") not in _COLUMNS]
        if strange:
            raise OverlayError(
                f"{strange[0]} is no table of an overlay",
                where=folder.name,
                remedy=f"name tables {', '.join(f'{n}.tsv' for n in _COLUMNS)}",
            )
        data = {name: read_whole(folder / name, _MAX_BYTES) for name in [OVERLAY_FILE, *names]}
    except FileNotFoundError as error:
        raise OverlayError(
            f"no folder with {OVERLAY_FILE}",
            where=folder.name or str(folder),
            remedy="write laboratory, version and date into it, see docs/how-to/local-rules.md",
        ) from error
    except OSError as error:
        raise OverlayError(
            f"cannot be read: {error.strerror}", where=folder.name, remedy="check the path"
        ) from error
    return data


def _manifest(data: bytes) -> dict[str, str]:
    """Return laboratory, version and date."""
    try:
        tree = tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise OverlayError(f"no TOML: {error}", where=OVERLAY_FILE, remedy=_REMEDY) from error
    names = ("laboratory", "version", "date")
    values = {name: str(tree.get(name, "")).strip() for name in names}
    problems = [f"no {name}" for name, value in values.items() if not value]
    problems += [f"unknown key {name!r}" for name in tree if name not in names]
    problems += [f"{name} cannot be shown" for name, v in values.items() if not _is_shown(v)]
    if not problems and iso_day(values["date"]) is None:
        problems = ["date is no day like 2025-10-01"]
    if problems:
        raise OverlayError(
            problems[0], where=OVERLAY_FILE, remedy="give laboratory, version and date, no more"
        )
    return values


def _is_shown(text: str) -> bool:
    return len(text) <= _MAX_CELL and not has_hidden(text)


def _table(table: str, data: bytes, where: str) -> tuple[PlacedRow, ...]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OverlayError("not UTF-8 text", where=where, remedy="save it as UTF-8") from error
    lines = [(n, line.removesuffix("\r")) for n, line in enumerate(text.split("\n"), 1)]
    filled = [(n, line) for n, line in lines if line.strip()]
    if not filled:
        raise OverlayError("the table is empty", where=where, remedy="write a header line")
    # spreadsheets add byte-order marks, CR line ends and spaces around cells
    header = tuple(name.strip() for name in filled[0][1].split("\t"))
    _check_columns(table, header, where)
    return tuple(_row(table, header, line, f"{where} line {n}") for n, line in filled[1:])


def _check_columns(table: str, header: tuple[str, ...], where: str) -> None:
    unknown = [name for name in header if name not in _COLUMNS[table]]
    lacking = [name for name in _NEEDED[table] if name not in header]
    problem = ""
    if unknown:
        problem = f"column {unknown[0]!r} is none of this table"
    elif len(set(header)) < len(header):
        problem = "a column stands twice"
    elif lacking:
        problem = f"column {lacking[0]} is missing"
    if problem:
        raise OverlayError(
            problem, where=f"{where} line 1", remedy=f"needed are {', '.join(_NEEDED[table])}"
        )


def _row(table: str, header: tuple[str, ...], line: str, where: str) -> PlacedRow:
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) != len(header):
        raise OverlayError(
            f"{len(cells)} columns, the header has {len(header)}", where=where, remedy=_REMEDY
        )
    row = dict.fromkeys(_COLUMNS[table], "") | dict(zip(header, cells, strict=True))
    _check_cells(table, row, where)
    for name, usual in _USUAL.get(table, {}).items():
        row[name] = row[name] or usual
    for name, others in _LIKE.get(table, {}).items():
        row[name] = next((row[n] for n in (name, *others) if row[n]), "")
    for name, terms in _TERMS.items():
        if row.get(name) is not None and row[name] not in terms:
            raise OverlayError(
                f"{name} is {row[name]!r}, not {' or '.join(sorted(terms))}",
                where=where,
                remedy=_REMEDY,
            )
    return PlacedRow(row, where)


def _check_cells(table: str, row: Mapping[str, str], where: str) -> None:
    for name, cell in row.items():
        limit = _MAX_SEQUENCE if name == "sequence" else _MAX_CELL
        # cells are shown in reports: a very long one would break pages, a hidden character deceive
        if len(cell) > limit:
            raise OverlayError(
                f"{name} is longer than {limit} characters", where=where, remedy=_REMEDY
            )
        if has_hidden(cell):
            raise OverlayError(
                f"{name} holds a character that cannot be seen", where=where, remedy=_REMEDY
            )
    for name in _NUMBERS:
        cell = row.get(name, "1")
        if not (cell.isascii() and cell.isdigit() and 0 < len(cell) <= _MAX_DIGITS):
            raise OverlayError(f"{name} {cell!r} is no position", where=where, remedy=_REMEDY)
    for name in _NEEDED[table]:
        if not row[name]:
            raise OverlayError(f"no {name}", where=where, remedy=_REMEDY)


def _check_sources(found: Overlay) -> None:
    """A laboratory must list its own sources: it is responsible for its reading of them."""
    known = {row.cells["source"] for row in found.rows("sources")}
    if len(known) < len(found.rows("sources")):
        raise OverlayError("a source stands twice", where="sources.tsv", remedy="keep one")
    for name, rows in found.tables.items():
        # a laboratory is responsible for its sources, even if the release has them too
        for row in rows:
            strange = sorted(set(row.cells["source"].split(";")) - known)
            if strange and name != "sources":
                raise OverlayError(
                    f"source {strange[0]!r} is not in sources.tsv of the folder",
                    where=row.where,
                    remedy="add it there",
                )


def _check_reviews(found: Overlay) -> None:
    for row in found.rows("statements"):
        reviewed = iso_day(row.cells["reviewed"])
        if reviewed is None:
            raise OverlayError(
                "reviewed is no day like 2025-10-01", where=row.where, remedy=_REMEDY
            )
        # the folder's date is the day on which it was complete
        if reviewed.isoformat() > found.info.date:
            raise OverlayError(
                f"reviewed after the day of the folder ({found.info.date})",
                where=row.where,
                remedy=f"correct it, or the date in {OVERLAY_FILE}",
            )
