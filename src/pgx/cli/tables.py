"""Print rows of cells: as wide as the terminal, or 100 columns where there is none."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from pgx.cli.console import console, is_terminal
from pgx.errors import printable

__all__ = ["print_table", "shown", "width"]

_WIDTH = 100


def width() -> int:
    """Return the columns that a line may have."""
    return shutil.get_terminal_size((_WIDTH, 0)).columns if sys.stdout.isatty() else _WIDTH


def shown(cell: str) -> str:
    r"""Return a cell whose own line breaks stay and which hides nothing.

    >>> shown("a\nb\x1b")
    'a\nb\\x1b'
    """
    return "\n".join(map(printable, cell.split("\n")))


def print_table(rows: Sequence[dict[str, str]]) -> None:
    """Print rows under the names of their cells; cells are folded, nothing is cut."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for name in rows[0] if rows else ():
        is_number = all(row[name][:1].isdigit() or not row[name] for row in rows)
        table.add_column(name, overflow="fold", justify="right" if is_number else "left")
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row.values()))
    if is_terminal():
        console().print(table)
        return
    plain = console(width=_WIDTH)
    with plain.capture() as captured:
        plain.print(table)
    sys.stdout.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())
