"""Where guidelines draw the line between results: which keys get the same advice.

Two sources may give one result different advice because one counts it with its neighbours on the
one side, the other with those on the other: a CYP2D6 score of 1.0 is an intermediate metabolizer's
for one, and nearly normal for another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import product

from pgx.records.advice import Statement
from pgx.records.calls import Recommendation

__all__ = ["AdviceBins"]

Keys = frozenset[tuple[tuple[str, str], ...]]
_Group = tuple[str, str, str, str]


class AdviceBins:
    """Answers which combinations of keys share a row's advice, in one release."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._statements = tuple(statements)

    @cached_property
    def _groups(self) -> dict[_Group, list[Statement]]:
        found: dict[_Group, list[Statement]] = {}
        for statement in self._statements:
            found.setdefault(_group(statement), []).append(statement)
        return found

    @cached_property
    def _by_id(self) -> dict[str, Statement]:
        return {statement.id: statement for statement in self._statements}

    def differ(self, one: Recommendation, two: Recommendation) -> bool:
        """Whether two sources draw the line elsewhere, of the keys on which both have advice."""
        if one.genes != two.genes:
            return False
        (first, known), (second, also_known) = self._bin(one), self._bin(two)
        common = known & also_known
        return first & common != second & common

    def _bin(self, row: Recommendation) -> tuple[Keys, Keys]:
        """Return the combinations with a row's advice, and all that its guideline answers."""
        own = self._by_id.get(row.facts.statement) if row.facts else None
        if own is None:
            return frozenset(), frozenset()
        same: set[tuple[tuple[str, str], ...]] = set()
        known: set[tuple[tuple[str, str], ...]] = set()
        for statement in self._groups[_group(own)]:
            keys = set(_combinations(statement))
            known |= keys
            same |= keys if _advised(statement) == _advised(own) else set()
        return frozenset(same), frozenset(known)


def _group(statement: Statement) -> _Group:
    return statement.authority, statement.guideline_id, statement.drug, statement.population


def _advised(statement: Statement) -> tuple[object, ...]:
    return statement.action[:1], statement.dose_factor_min, statement.dose_factor_max


def _combinations(statement: Statement) -> Iterator[tuple[tuple[str, str], ...]]:
    for factors in statement.lookup:
        yield from product(*([(gene, key) for key in keys] for gene, keys in factors))
