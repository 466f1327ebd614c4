"""Read and write the plain text tables of the knowledge base."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from pgx.base.errors import SnapshotSchemaError
from pgx.base.files import read_whole
from pgx.knowledge.schema import TABLES, check_header

__all__ = [
    "MAX_TABLE_BYTES",
    "READING_DIGITS",
    "TEXTS",
    "format_table",
    "parse_table",
    "read_table",
    "read_text",
]

TEXTS: Final = "texts"
"""Table of the sources' own texts, by digest; only in releases made of published files."""
READING_DIGITS: Final = 12
"""Digits of a text's digest that a statement names."""
MAX_TABLE_BYTES: Final = 1 << 26
"""The largest table of a release has 1% of that."""

Row = dict[str, str]


def parse_table(table: str, text: str, where: str = "") -> list[Row]:
    """Parse a table's text into rows.

    Raises
    ------
    SnapshotSchemaError
        Wrong columns, or a row of another width.
    """
    lines = text.split("\n")
    if lines[-1] != "":
        raise SnapshotSchemaError("the last line has no line end", where=where or table)
    header = tuple(lines[0].split("\t"))
    check_header(table, header, where or table)
    rows = []
    width = len(header)
    for number, line in enumerate(lines[1:-1], 2):
        cells = line.split("\t")
        if len(cells) != width:
            raise SnapshotSchemaError(
                f"{len(cells)} columns, expected {width}", where=f"{where or table} line {number}"
            )
        rows.append(dict(zip(header, cells, strict=True)))
    return rows


def read_table(folder: Path, table: str) -> list[Row]:
    """Read ``folder/table.tsv``; see `parse_table` for what is refused, and `read_text`."""
    path = folder / f"{table}.tsv"
    return parse_table(table, read_text(path), path.name)


def read_text(path: Path, most: int = MAX_TABLE_BYTES) -> str:
    """Return the text of a file that a release is made of, up to ``most`` bytes.

    Raises
    ------
    SnapshotSchemaError
        It cannot be read, is larger, or is not UTF-8.
    """
    try:
        return read_whole(path, most).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise SnapshotSchemaError(f"cannot be read: {why}", where=path.name) from error


def format_table(table: str, rows: Iterable[Row], columns: Sequence[str] | None = None) -> str:
    """Return a table's text; every cell must be free of tabs and line ends.

    Raises
    ------
    SnapshotSchemaError
        A cell holds a tab or a line end.
    """
    names = tuple(columns or TABLES[table])
    lines = ["\t".join(names)]
    for row in rows:
        cells = [row[name] for name in names]
        if any(c in cell for cell in cells for c in "\t\r\n"):
            raise SnapshotSchemaError(
                f"a cell of {table} holds a tab or line end", where=str(cells)
            )
        lines.append("\t".join(cells))
    return "\n".join(lines) + "\n"
