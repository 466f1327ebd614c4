"""Decision tables: the first row that holds answers, whichever value an unknown input has.

Enters: a table and what was observed. Leaves: its answer, if every possible value gives that
one; else all answers that are possible, and the inputs that would settle it. The table is walked as
a tree that splits on an open input only where a row asks for it; a branch whose ends are
all alike is no branch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from pgx.base.errors import ModelError
from pgx_dosing.rules.possible import Possible, PossibleValues, checked, holds, options, shown
from pgx_dosing.rules.results import (
    Contribution,
    PossibleResult,
    RuleResult,
    certainty_of,
    missing_of,
    result_of,
)
from pgx_dosing.rules.specification import RuleAnswer, RuleCondition, TableRule, Value

__all__ = ["decide"]

_MOST: Final = 20_000
_WAYS: Final = 12


class _Branch(msgspec.Struct, frozen=True):
    input: str
    ways: tuple[tuple[Possible, _Tree], ...]


_Tree = _Branch | RuleAnswer


def decide(rule: TableRule, observations: Iterable[PossibleValues]) -> RuleResult:
    """Answer a decision table for one person.

    Raises
    ------
    OutOfDomainError
        A value that its input does not allow.
    MissingCovariateError
        A required input is not known.
    ModelError
        More combinations than can be walked; no shipped table has so many.
    """
    known = checked(rule.inputs, observations)
    tree = _Walk(rule, known).tree()
    settled_by = tuple(dict.fromkeys(_inputs(tree)))
    ordered = tuple(i.name for i in rule.inputs if i.name in settled_by)
    answer = tree if isinstance(tree, RuleAnswer) else None
    return result_of(
        rule,
        certainty_of(ordered, known),
        answer,
        alternatives=() if answer else _alternatives(tree),
        settled_by=ordered,
        meanwhile=tuple(m.answer for m in rule.meanwhile if m.input in ordered),
        contributions=_contributions(rule, known) if answer else (),
        missing=missing_of(rule, known, ordered),
    )


class _Walk:
    """Walks a table; counts its steps, so that no rule file can keep it busy for ever."""

    def __init__(self, rule: TableRule, known: Mapping[str, PossibleValues]) -> None:
        conditions = [c for row in rule.rows for c in row.when]
        self._rule = rule
        self._options = {i.name: options(i, known[i.name], conditions) for i in rule.inputs}
        self._steps = 0

    def tree(self) -> _Tree:
        fixed = {name: ways[0].value for name, ways in self._options.items() if len(ways) == 1}
        return self._from(fixed)

    def _from(self, fixed: Mapping[str, Value]) -> _Tree:
        self._steps += 1
        if self._steps > _MOST:
            raise ModelError("the table has too many combinations", where=self._rule.name)
        for row in self._rule.rows:
            verdict = _verdict(row.when, fixed)
            if verdict is True:
                return row.answer
            if isinstance(verdict, str):
                return self._split(verdict, fixed)
        return self._rule.default

    def _split(self, name: str, fixed: Mapping[str, Value]) -> _Tree:
        ways = tuple((p, self._from({**fixed, name: p.value})) for p in self._options[name])
        first = ways[0][1]
        return first if all(tree == first for _, tree in ways) else _Branch(name, ways)


def _verdict(when: tuple[RuleCondition, ...], fixed: Mapping[str, Value]) -> bool | str:
    """Whether a row's conditions hold, or the first input on which that depends."""
    open_input = ""
    for condition in when:
        if condition.input not in fixed:
            open_input = open_input or condition.input
        elif not holds(condition, fixed[condition.input]):
            return False
    return open_input or True


def _inputs(tree: _Tree) -> Iterator[str]:
    if isinstance(tree, _Branch):
        yield tree.input
        for _, below in tree.ways:
            yield from _inputs(below)


def _leaves(
    tree: _Tree, way: tuple[str, ...] = (), share: float | None = 1.0
) -> Iterator[tuple[RuleAnswer, tuple[str, ...], float | None]]:
    """Yield each end with the way to it and the product of the probabilities on that way."""
    if not isinstance(tree, _Branch):
        yield tree, way, share
        return
    for alike in _alike(tree):
        weight = _total(possible.probability for possible, _ in alike)
        product = None if share is None or weight is None else share * weight
        named = " or ".join(possible.text or shown(possible.value) for possible, _ in alike)
        yield from _leaves(alike[0][1], (*way, f"{tree.input} = {named}"), product)


def _alike(branch: _Branch) -> list[list[tuple[Possible, _Tree]]]:
    """Return the ways out of a branch, those together that go on in the same way."""
    groups: list[list[tuple[Possible, _Tree]]] = []
    for way in branch.ways:
        for group in groups:
            if group[0][1] == way[1]:
                group.append(way)
                break
        else:
            groups.append([way])
    return groups


def _alternatives(tree: _Tree) -> tuple[PossibleResult, ...]:
    """Return the possible answers, likeliest first, those without a weight in the order met."""
    ways: dict[bytes, tuple[RuleAnswer, list[tuple[str, ...]], list[float | None]]] = {}
    for answer, way, share in _leaves(tree):
        key = msgspec.json.encode(answer)
        _, found, shares = ways.setdefault(key, (answer, [], []))
        found.append(way)
        shares.append(share)
    listed = [
        PossibleResult(answer=answer, when=tuple(found[:_WAYS]), probability=_total(shares))
        for answer, found, shares in ways.values()
    ]
    return tuple(sorted(listed, key=lambda a: -(a.probability or 0.0)))


def _total(shares: Iterable[float | None]) -> float | None:
    total = 0.0
    for share in shares:
        if share is None:
            return None
        total += share
    return min(1.0, total)


def _contributions(
    rule: TableRule, known: Mapping[str, PossibleValues]
) -> tuple[Contribution, ...]:
    """Return the settled inputs that the answering row, or one that was passed over, asks for.

    Inputs that are open do not matter here: the answer is the same for all their values.
    """
    fixed = {name: o.values[0].value for name, o in known.items() if o.settled}
    asked: dict[str, None] = {}
    for row in rule.rows:
        verdict = _verdict(row.when, fixed)
        if verdict is True:
            asked = dict.fromkeys([c.input for c in row.when])
            break
        refuted = [c.input for c in row.when if c.input in fixed and not _met(c, fixed)]
        asked.update(dict.fromkeys(refuted[:1]))
    return tuple(
        Contribution(input=name, value=shown(fixed[name]), effect="decides")
        for name in asked
        if name in fixed
    )


def _met(condition: RuleCondition, fixed: Mapping[str, Value]) -> bool:
    return holds(condition, fixed[condition.input])
