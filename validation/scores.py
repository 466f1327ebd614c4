"""What every check counts: agreement by gene with intervals, each difference with its reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from validation.intervals import counted
from validation.tables import table

__all__ = ["Difference", "Score", "differences_table", "score_table"]


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
