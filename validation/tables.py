"""Counts as Markdown tables, so that what a script prints can be pasted into the documentation.

Shares carry 95% Wilson intervals; `Score` counts agreement by gene, `Difference` keeps each answer
that differs with its reason.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Self

__all__ = [
    "Difference",
    "Score",
    "counted",
    "counts_table",
    "differences_table",
    "replaced",
    "score_table",
    "share",
    "show",
    "table",
    "wilson",
]


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


def counts_table(
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


Z = 1.959963984540054
"""Two-sided 95% point of the normal distribution."""


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return the 95% Wilson score interval of ``hits`` of ``n`` as fractions; (0, 1) for none.

    Most shares here are near 0 or 1, where the normal approximation leaves the unit interval.

    >>> [round(x, 4) for x in wilson(9, 10)]
    [0.5958, 0.9821]
    >>> [round(x, 4) for x in wilson(991, 991)]
    [0.9961, 1.0]

    References
    ----------
    Wilson EB 1927, J Am Stat Assoc 22:209.
    """
    if not n:
        return 0.0, 1.0
    p, z2 = hits / n, Z * Z / n
    middle = (p + z2 / 2) / (1 + z2)
    half = Z * sqrt(p * (1 - p) / n + z2 / (4 * n)) / (1 + z2)
    low = 0.0 if hits == 0 else middle - half  # exact where rounding would leave a trace
    return low, 1.0 if hits == n else middle + half


def share(hits: int, n: int) -> str:
    """Return a share in per cent with its interval, a dash where there is nothing to count.

    >>> share(9, 10), share(0, 0)
    ('90.0% (59.6–98.2)', '–')
    """
    if not n:
        return "–"
    low, high = wilson(hits, n)
    return f"{_per_cent(hits / n)}% ({_per_cent(low)}–{_per_cent(high)})"


def counted(hits: int, n: int) -> str:
    """Return a count with its share and interval.

    >>> counted(9, 10)
    '9: 90.0% (59.6–98.2)'
    """
    return f"{hits}: {share(hits, n)}" if n else "0"


def _per_cent(fraction: float) -> str:
    """Return per cent with one digit; what is not all is never written as 100.0.

    >>> _per_cent(0.99996), _per_cent(1.0), _per_cent(0.00001)
    ('99.9', '100', '0.1')
    """
    value = round(100 * fraction, 1)
    if fraction in (0.0, 1.0):
        return f"{value:.0f}"
    return f"{min(max(value, 0.1), 99.9):.1f}"


@dataclass(slots=True)
class Score:
    """How many answers agree, differ, or were not given.

    ``beyond`` counts answers where the other side has none to compare with, or none that says
    as much.
    """

    concordant: int = 0
    discordant: int = 0
    no_call: int = 0
    beyond: int = 0

    @property
    def n(self) -> int:
        """Number of comparisons."""
        return self.concordant + self.discordant + self.no_call + self.beyond

    def __iadd__(self, other: Score) -> Self:
        """Add the counts of another score."""
        self.concordant += other.concordant
        self.discordant += other.discordant
        self.no_call += other.no_call
        self.beyond += other.beyond
        return self


@dataclass(frozen=True, slots=True)
class Difference:
    """One answer that differs from what it is held against."""

    gene: str
    sample: str
    wanted: str
    ours: str
    reason: str


def score_table(
    rows: Mapping[str, Score], *, first: str = "gene", beyond: str = "", total: str = "all"
) -> str:
    """Return one row a name: n, concordant, discordant, no call, each with its interval.

    ``beyond`` is the heading of that column, "" leaves it out (it must then be zero).

    >>> print(score_table({"TPMT": Score(9, 1)}, total=""))
    | gene | n | concordant | discordant | no call |
    | --- | --- | --- | --- | --- |
    | TPMT | 10 | 9: 90.0% (59.6–98.2) | 1: 10.0% (1.8–40.4) | 0: 0% (0–27.8) |
    """
    named = {name: rows[name] for name in sorted(rows)}
    if total:
        named[total] = Score()
        for score in rows.values():
            named[total] += score
    header = [first, "n", "concordant", "discordant", "no call", *([beyond] if beyond else [])]
    lines: list[list[object]] = []
    for name, s in named.items():
        counts = [s.concordant, s.discordant, s.no_call, *([s.beyond] if beyond else [])]
        lines.append([name, s.n, *(counted(count, s.n) for count in counts)])
    return table(header, lines)


def differences_table(
    found: Iterable[Difference], *, wanted: str = "theirs", ours: str = "ours"
) -> str:
    """Return every difference, samples with the same one in one row; a sentence if none."""
    groups: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for item in found:
        groups[item.gene, item.wanted, item.ours, item.reason].append(item.sample)
    if not groups:
        return "No discordant sample."
    return table(
        ["gene", wanted, ours, "reason", "n", "samples"],
        [[*key, len(names), ", ".join(sorted(names))] for key, names in sorted(groups.items())],
    )
