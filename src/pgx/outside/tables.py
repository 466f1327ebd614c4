"""Tab-separated text with a header: text enters, cells by column leave."""

from __future__ import annotations

from typing import Final

from pgx.base.errors import InputError, OutsideCallError
from pgx.base.texts import has_hidden

__all__ = ["MAX_CELL", "parse_rows"]

MAX_CELL: Final = 1_000


def parse_rows(
    text: str,
    name: str,
    required: tuple[str, ...],
    kind: type[InputError] = OutsideCallError,
    *,
    max_cell: int = MAX_CELL,
) -> list[tuple[int, dict[str, str]]]:
    """Return (line number, cells by column in lower case) of the lines below the header.

    ``name`` is the file's, for messages. Columns beyond the required ones may be of any name.

    Raises
    ------
    InputError
        Of ``kind``: no line, a required column missing, a column twice, a line longer than the
        header, a cell longer than ``max_cell``, or a character that nobody sees.
    """
    lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise kind("the file is empty", where=name)
    _refuse_hidden(lines, name, kind)
    number, first = lines[0]
    header = _header(first, f"{name} line {number}", required, kind)
    return [
        (number, _row(line, header, f"{name} line {number}", kind, max_cell))
        for number, line in lines[1:]
    ]


def _header(line: str, where: str, required: tuple[str, ...], kind: type[InputError]) -> list[str]:
    header = [name.strip().lower().lstrip("#") for name in line.split("\t")]
    lacking = [name for name in required if name not in header]
    if lacking:
        raise kind(
            f"column {lacking[0]} is missing",
            where=where,
            remedy=f"write a header line with {', '.join(required)}, separated by tabs",
        )
    if len(set(header)) < len(header):
        raise kind("a column stands twice", where=where, remedy="keep one")
    return header


def _row(
    line: str, header: list[str], where: str, kind: type[InputError], max_cell: int
) -> dict[str, str]:
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) > len(header):
        raise kind(
            f"{len(cells)} columns, the header has {len(header)}",
            where=where,
            remedy="separate columns by single tabs",
        )
    if max(map(len, cells)) > max_cell:
        raise kind(
            f"a cell is longer than {max_cell} characters",
            where=where,
            remedy="correct the line or remove it",
        )
    cells += [""] * (len(header) - len(cells))
    return dict(zip(header, cells, strict=True))


def _refuse_hidden(lines: list[tuple[int, str]], name: str, kind: type[InputError]) -> None:
    """Refuse what nobody sees: other readers take some of it for the end of a line."""
    for number, line in lines:
        if has_hidden(line, "\t"):
            raise kind(
                "the line holds a character that cannot be seen",
                where=f"{name} line {number}",
                remedy="write the line again by hand",
            )
