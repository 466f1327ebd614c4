"""Dated changes of published knowledge, and the content that an earlier release omits.

``curated/changes.tsv`` lists changes by authorities since the oldest data in use: date, content,
and whether it is in the tables. New content is named (``brought``), so that an earlier release can
be built from the same sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

import msgspec

from pgx.errors import SnapshotSchemaError, UsageError
from pgx.knowledge.tables import Row
from pgx.records.genes import core_allele

__all__ = [
    "CHANGES",
    "EVERYTHING",
    "ChangeState",
    "LaterChange",
    "Until",
    "is_by",
    "read_changes",
    "until_month",
]

CHANGES: Final = "changes"
"""Name of the table."""
_FILE: Final = f"{CHANGES}.tsv"
_MONTH: Final = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")
_KINDS: Final = {"gene": 1, "allele": 2, "drug": 2}
"""Kinds of new items of a change, with the number of words of each."""
_COMBINED: Final = re.compile(r"[\[\]]| \+ ")


class ChangeState(StrEnum):
    """Whether and how far a change is in the tables."""

    APPLIED = "applied"
    PARTLY = "partly"
    PENDING = "pending"


class LaterChange(msgspec.Struct, frozen=True, kw_only=True):
    """One change that an authority made.

    ``date`` is ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``, as far as known. ``facts`` names the
    source file of the new content, or describes content that is in no file. ``brought`` lists the
    new items: ``gene G``, ``allele G NAME``, ``drug AUTHORITY NAME``.
    """

    date: str
    authority: str
    genes: tuple[str, ...]
    drugs: tuple[str, ...]
    what: str
    state: ChangeState
    facts: str
    brought: tuple[str, ...]
    source: str


class Until(msgspec.Struct, frozen=True, kw_only=True):
    """The content that a release up to ``month`` (``YYYY-MM``, empty: no limit) omits."""

    month: str = ""
    genes: frozenset[str] = frozenset()
    alleles: frozenset[tuple[str, str]] = frozenset()
    drugs: frozenset[tuple[str, str]] = frozenset()

    def knows(self, date: str) -> bool:
        """Whether an item with this date belongs to the release."""
        return is_by(date, self.month)

    def has_gene(self, gene: str) -> bool:
        """Whether the release has a gene."""
        return gene not in self.genes

    def has_allele(self, gene: str, name: str) -> bool:
        """Whether the release has an allele: a name, a suballele, or ``[several + of them]``."""
        # `[*2 + *40]` came later if one of its parts did
        parts = {part.strip() for part in _COMBINED.split(name)} | {name}
        named = parts | {core_allele(part) for part in parts}
        return gene not in self.genes and not any((gene, part) in self.alleles for part in named)


EVERYTHING: Final = Until()
"""No limit."""


def is_by(date: str, month: str) -> bool:
    """Whether a date is in or before a month; a year alone counts as its last day.

    >>> is_by("2024-05-31", "2024-05"), is_by("2024", "2024-05"), is_by("2025-01-02", "")
    (True, False, True)
    """
    # a year alone may mean its last day: no item is included too early
    return not month or (date if len(date) > 4 else f"{date}-12")[:7] <= month


def read_changes(rows: Iterable[Mapping[str, str]]) -> tuple[LaterChange, ...]:
    """Return the records of the table.

    Raises
    ------
    SnapshotSchemaError
        A state is unknown, or a date or a ``brought`` item cannot be read.
    """
    return tuple(_change(row) for row in rows)


def _change(row: Mapping[str, str]) -> LaterChange:
    brought = tuple(filter(None, row["brought"].split(";")))
    for thing in brought:
        kind, *words = thing.split(" ", 2)
        if _KINDS.get(kind) != len(words):
            raise SnapshotSchemaError(f"{thing!r} is nothing that comes", where=_FILE)
    if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", row["date"]):
        raise SnapshotSchemaError(f"{row['date']!r} is no date", where=_FILE)
    if row["state"] not in list(ChangeState):
        raise SnapshotSchemaError(f"state {row['state']!r} is unknown", where=_FILE)
    return LaterChange(
        date=row["date"],
        authority=row["authority"],
        genes=tuple(filter(None, row["genes"].split(";"))),
        drugs=tuple(filter(None, row["drugs"].split(";"))),
        what=row["what"],
        state=ChangeState(row["state"]),
        facts=row["facts"],
        brought=brought,
        source=row["source"],
    )


def until_month(month: str, rows: Iterable[Row]) -> Until:
    """Return the content that a release up to a month omits, from the table of changes.

    Raises
    ------
    UsageError
        The month is not ``YYYY-MM``.
    SnapshotSchemaError
        A row cannot be read.
    """
    if not month:
        return EVERYTHING
    if not _MONTH.fullmatch(month):
        raise UsageError(f"--until is a month, YYYY-MM, not {month!r}", remedy="e.g. 2024-05")
    later = [c for c in read_changes(rows) if not is_by(c.date, month)]
    things = [thing.split(" ", 2) for change in later for thing in change.brought]
    return Until(
        month=month,
        genes=frozenset(t[1] for t in things if t[0] == "gene"),
        alleles=frozenset((t[1], t[2]) for t in things if t[0] == "allele"),
        drugs=frozenset((t[1], t[2]) for t in things if t[0] == "drug"),
    )
