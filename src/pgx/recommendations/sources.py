"""Comparison of several sources on one drug, with possible reasons for differences.

Input: the rows of one drug and one sample. Output: agreement of the sources. They are shown side by
side and never merged.

`AdviceBins` explains one kind of difference: two sources may differ because they group a result
with different neighboring results. A CYP2D6 score of 1.0 is an intermediate metabolizer in one
source, and nearly normal in another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from itertools import combinations, product
from typing import ClassVar, Final

import msgspec

from pgx.recommendations.conditions import unconditional_action
from pgx.records.advice import Statement
from pgx.records.calls import Certainty, Recommendation

__all__ = ["AdviceBins", "Comparison", "Direction", "Standing", "compare_sources", "direction_of"]

_YEARS_APART: Final = 3


class Direction(StrEnum):
    """Direction of a recommendation, from its primary action."""

    STOP = "stop"
    LESS = "less"
    MORE = "more"
    OTHER_DOSE = "other_dose"
    WATCH = "watch"
    USUAL = "usual"
    SILENT = "silent"


_DIRECTION: Final = {
    "avoid": Direction.STOP,
    "alternative": Direction.STOP,
    "reduce_dose": Direction.LESS,
    "increase_dose": Direction.MORE,
    "adjust_initial_dose": Direction.OTHER_DOSE,
    "use_algorithm": Direction.OTHER_DOSE,
    "monitor": Direction.WATCH,
    "caution": Direction.WATCH,
    "test_first": Direction.WATCH,
    "not_coded": Direction.WATCH,
    "use_as_directed": Direction.USUAL,
    "no_recommendation": Direction.SILENT,
}
_CHANGES: Final = frozenset({Direction.STOP, Direction.LESS, Direction.MORE})
_SERIOUS: Final = tuple(Direction)


class Standing(StrEnum):
    """Agreement of sources."""

    ALONE = "alone"
    AGREE = "agree"
    DEGREE = "degree"
    CONTRADICT = "contradict"


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The sources of one drug.

    ``speaking`` are sources with a recommendation for this result, each with its most serious row;
    ``silent`` those without. ``reasons`` are codes of possible reasons for a difference:
    ``population``, ``genes``, ``bins`` (results are grouped differently), ``version``.
    """

    standing: Standing
    speaking: tuple[Recommendation, ...] = ()
    silent: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def direction_of(row: Recommendation) -> Direction:
    """Return the direction of a row's recommendation.

    A recommendation that waits for a condition means monitoring for it: it contradicts neither
    standard use nor a source that recommends the change unconditionally.
    """
    if row.certainty is Certainty.UNKNOWN or not row.action:
        return Direction.SILENT
    held = unconditional_action(row)
    found = _DIRECTION.get(held[0], Direction.SILENT)
    return found if held == row.action else min(found, Direction.WATCH, key=_SERIOUS.index)


def compare_sources(
    rows: Sequence[Recommendation],
    years: Mapping[str, int] | None = None,
    bins: AdviceBins | None = None,
) -> Comparison:
    """Compare the sources of one drug.

    Parameters
    ----------
    rows
        All rows of one drug and one sample.
    years
        Newest year of a guideline, by its identifier.
    bins
        Grouping of results by recommendation, in the release of the rows.
    """
    by_source: dict[str, list[Recommendation]] = {}
    for row in rows:
        by_source.setdefault(row.source, []).append(row)
    leading = [
        min(own, key=lambda r: _SERIOUS.index(direction_of(r))) for own in by_source.values()
    ]
    speaking = [row for row in leading if direction_of(row) is not Direction.SILENT]
    silent = [row.source for row in leading if direction_of(row) is Direction.SILENT]
    pairs = [_pair(a, b) for a, b in combinations(speaking, 2)]
    standing = max(pairs, key=list(Standing).index, default=Standing.ALONE)
    differ = standing in (Standing.DEGREE, Standing.CONTRADICT)
    return Comparison(
        standing=standing,
        speaking=tuple(speaking),
        silent=tuple(silent),
        reasons=_reasons(speaking, years or {}, bins) if differ else (),
    )


def _pair(one: Recommendation, two: Recommendation) -> Standing:
    first, second = direction_of(one), direction_of(two)
    if first is second:
        return Standing.AGREE if _overlap(one, two) else Standing.DEGREE
    # Standard use beside a change, or less beside more, cannot both be followed.
    both = {first, second}
    if Direction.USUAL in both and both & _CHANGES:
        return Standing.CONTRADICT
    return Standing.CONTRADICT if both == {Direction.LESS, Direction.MORE} else Standing.DEGREE


def _overlap(one: Recommendation, two: Recommendation) -> bool:
    """Whether two dose factors overlap; a missing one matches any."""
    if one.dose_factor_max is None or two.dose_factor_max is None:
        return True
    # "At most half" has no lower factor, so that 0 stands for it.
    low = max(one.dose_factor_min or 0.0, two.dose_factor_min or 0.0)
    return low <= min(one.dose_factor_max, two.dose_factor_max)


def _reasons(
    rows: Sequence[Recommendation], years: Mapping[str, int], bins: AdviceBins | None
) -> tuple[str, ...]:
    dated = [years[row.guideline_id] for row in rows if row.guideline_id in years]
    found = {
        "population": len({row.population for row in rows}) > 1,
        "genes": len({row.genes for row in rows}) > 1,
        "bins": bins is not None and any(bins.differ(a, b) for a, b in combinations(rows, 2)),
        "version": bool(dated) and max(dated) - min(dated) >= _YEARS_APART,
    }
    return tuple(code for code, holds in found.items() if holds)


Keys = frozenset[tuple[tuple[str, str], ...]]
_Group = tuple[str, str, str, str]


class AdviceBins:
    """Finds the combinations of keys that share a row's recommendation, in one release."""

    _kept: ClassVar[AdviceBins | None] = None

    def __init__(self, statements: Iterable[Statement]) -> None:
        self.statements = tuple(statements)
        self._found: dict[str, tuple[Keys, Keys]] = {}

    @classmethod
    def of(cls, statements: tuple[Statement, ...]) -> AdviceBins:
        """Return the bins of a release; those of the last one are kept for its next report."""
        kept = cls._kept
        # equal statements are not compared: it takes longer than to group them anew
        if kept is None or kept.statements is not statements:
            kept = cls._kept = cls(statements)
        return kept

    @cached_property
    def _groups(self) -> dict[_Group, list[Statement]]:
        found: dict[_Group, list[Statement]] = {}
        for statement in self.statements:
            found.setdefault(_group(statement), []).append(statement)
        return found

    @cached_property
    def _by_id(self) -> dict[str, Statement]:
        return {statement.id: statement for statement in self.statements}

    def differ(self, one: Recommendation, two: Recommendation) -> bool:
        """Whether two sources group the keys differently that both cover."""
        if one.genes != two.genes:
            return False
        (first, known), (second, also_known) = self._bin(one), self._bin(two)
        # A key that one source does not know draws no line.
        common = known & also_known
        return first & common != second & common

    def _bin(self, row: Recommendation) -> tuple[Keys, Keys]:
        """Return the combinations with a row's recommendation, and all covered by its guideline."""
        own = self._by_id.get(row.facts.statement) if row.facts else None
        if own is None:
            return frozenset(), frozenset()
        if own.id not in self._found:
            self._found[own.id] = self._keys(own)
        return self._found[own.id]

    def _keys(self, own: Statement) -> tuple[Keys, Keys]:
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
