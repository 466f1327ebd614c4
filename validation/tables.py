"""Counts as Markdown tables, so that what a script prints can stand in the documentation."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence

__all__ = ["counted", "replaced", "show", "table"]


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; a vertical bar within a cell is escaped.

    >>> print(table(["gene", "n"], [["TPMT", 3]]))
    | gene | n |
    | --- | --- |
    | TPMT | 3 |
    """
    lines: list[Sequence[object]] = [header, ["---"] * len(header), *rows]
    cells = ([str(cell).replace("|", "\\|") for cell in line] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def counted(
    first: str, kinds: Sequence[str], counts: Mapping[str, Mapping[str, int]], *, total: bool = True
) -> str:
    """Return one row a name with its count of every kind, and a last row with the sums."""
    rows: list[list[object]] = [
        [name, *(counts[name].get(kind, 0) for kind in kinds)] for name in sorted(counts)
    ]
    if total:
        sums = [sum(row.get(kind, 0) for row in counts.values()) for kind in kinds]
        rows.append(["all", *sums])
    return table([first, *kinds], rows)


def replaced(page: str, name: str, text: str) -> str:
    r"""Return the page with one measurement's part replaced.

    >>> replaced("<!-- a -->old<!-- /a -->", "a", "new")
    '<!-- a -->\n\nnew\n\n<!-- /a -->'
    """
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    pattern = re.escape(start) + ".*?" + re.escape(end)
    changed, count = re.subn(
        pattern, lambda _: f"{start}\n\n{text}\n\n{end}", page, count=1, flags=re.DOTALL
    )
    if not count:
        message = f"the page has no part {name!r}"
        raise ValueError(message)
    return changed


def show(text: str) -> None:
    """Print to standard output."""
    sys.stdout.write(f"{text}\n")
