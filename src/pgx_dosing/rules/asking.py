"""Evaluate the rules of a drug: decision tables, scores and equations of a label.

Input: a table and observations. Output: its answer if every possible value gives the same one;
else all possible answers, and the inputs that would resolve them. The table is traversed as a tree
that splits on an unresolved input only where a row uses it; a branch with equal subtrees is
collapsed.

Terms are additive on the logarithmic scale and multiplicative on the dose scale. An input with
several possible values contributes a range, and so the dose is a range: no value is imputed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec

from pgx.errors import ModelError
from pgx_dosing.rules.reading import AnyRule, shipped_rules
from pgx_dosing.rules.results import (
    Contribution,
    Possible,
    PossibleResult,
    PossibleValues,
    RuleResult,
    add_weight,
    checked,
    holds,
    options,
    product,
    result_of,
    shown,
    total,
)
from pgx_dosing.rules.specification import (
    Band,
    EquationRule,
    RuleAnswer,
    RuleCondition,
    RuleInput,
    RuleTerm,
    ScoreItem,
    ScoreRule,
    TableRule,
    Value,
)

__all__ = ["add_up", "answer", "compute", "decide", "rules_for"]

# limits the work that a rule file can cause
_MOST: Final = 20_000
# conditions listed per answer
_WAYS: Final = 12
# possible points, each with its probability (None: unknown)
_Points = dict[int, float | None]


class _Branch(msgspec.Struct, frozen=True):
    input: str
    ways: tuple[tuple[Possible, _Tree], ...]


_Tree = _Branch | RuleAnswer


def decide(rule: TableRule, observations: Iterable[PossibleValues]) -> RuleResult:
    """Evaluate a decision table for one person.

    Raises
    ------
    OutOfDomainError
        A value not allowed for its input.
    MissingCovariateError
        A required input is unknown.
    ModelError
        Too many combinations to traverse; no shipped table has that many.
    """
    known = checked(rule.inputs, observations)
    tree = _Walk(rule, known).tree()
    settled_by = tuple(dict.fromkeys(_inputs(tree)))
    ordered = tuple(i.name for i in rule.inputs if i.name in settled_by)
    answer = tree if isinstance(tree, RuleAnswer) else None
    return result_of(
        RuleResult,
        rule,
        known,
        ordered,
        answer=answer,
        alternatives=() if answer else _alternatives(tree),
        meanwhile=tuple(m.answer for m in rule.meanwhile if m.input in ordered),
        contributions=_table_contributions(rule, known) if answer else (),
    )


class _Walk:
    """Traverses a table; counts its steps, so that no rule file can keep it busy forever."""

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
        # rows are tried in order: the first one whose conditions all hold gives the answer
        for row in self._rule.rows:
            verdict = _verdict(row.when, fixed)
            if verdict is True:
                return row.answer
            if isinstance(verdict, str):
                return self._split(verdict, fixed)
        return self._rule.default

    def _split(self, name: str, fixed: Mapping[str, Value]) -> _Tree:
        ways = tuple((p, self._from({**fixed, name: p.value})) for p in self._options[name])
        # equal subtrees: the input is irrelevant here
        first = ways[0][1]
        return first if all(tree == first for _, tree in ways) else _Branch(name, ways)


def _verdict(when: tuple[RuleCondition, ...], fixed: Mapping[str, Value]) -> bool | str:
    """Whether a row's conditions hold, or the first unresolved input it depends on."""
    open_input = ""
    for condition in when:
        # a later condition that fails decides the row even if this input is unresolved
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
    """Yield each leaf with its path and the product of the probabilities along the path."""
    if not isinstance(tree, _Branch):
        yield tree, way, share
        return
    for alike in _alike(tree):
        weight = product((share, total(possible.probability for possible, _ in alike)))
        named = " or ".join(str(possible) for possible, _ in alike)
        yield from _leaves(alike[0][1], (*way, f"{tree.input} = {named}"), weight)


def _alike(branch: _Branch) -> list[list[tuple[Possible, _Tree]]]:
    """Return the ways out of a branch, grouped by equal subtrees."""
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
    """Return the possible answers, most likely first, those without probability in order found."""
    ways: dict[bytes, tuple[RuleAnswer, list[tuple[str, ...]], list[float | None]]] = {}
    for answer, way, share in _leaves(tree):
        key = msgspec.json.encode(answer)
        _, found, shares = ways.setdefault(key, (answer, [], []))
        found.append(way)
        shares.append(share)
    listed = [
        PossibleResult(answer=answer, when=tuple(found[:_WAYS]), probability=total(shares))
        for answer, found, shares in ways.values()
    ]
    return tuple(sorted(listed, key=lambda a: -(a.probability or 0.0)))


def _table_contributions(
    rule: TableRule, known: Mapping[str, PossibleValues]
) -> tuple[Contribution, ...]:
    """Return the determined inputs used by the answering row or by a row that was skipped.

    Unresolved inputs are irrelevant here: the answer is the same for all their values.
    """
    fixed = {name: o.values[0].value for name, o in known.items() if o.is_determined}
    asked: dict[str, None] = {}
    for row in rule.rows:
        verdict = _verdict(row.when, fixed)
        if verdict is True:
            asked = dict.fromkeys([c.input for c in row.when])
            break
        refuted = [c.input for c in row.when if c.input in fixed and not holds(c, fixed[c.input])]
        # one failing condition suffices to skip a row, so only the first one is listed
        asked.update(dict.fromkeys(refuted[:1]))
    return tuple(
        Contribution(input=name, value=shown(fixed[name]), effect="decides")
        for name in asked
        if name in fixed
    )


def add_up(rule: ScoreRule, observations: Iterable[PossibleValues]) -> RuleResult:
    """Evaluate a score for one person.

    ``answer`` is set if every possible score is in the same band; its ``amount`` is the score,
    or its ``low`` and ``high`` bound it.

    Raises
    ------
    OutOfDomainError
        A value not allowed for its input.
    MissingCovariateError
        A required input is unknown.
    """
    known = checked(rule.inputs, observations)
    points = {item.input: _points(rule, item, known) for item in rule.items}
    totals = _totals(points.values())
    by_band = _by_band(rule.bands, totals)
    open_inputs = tuple(name for name, each in points.items() if len(each) > 1)
    settled_by = open_inputs if len(by_band) > 1 else ()
    listed = tuple(
        PossibleResult(answer=_scored(band.answer, found), probability=total(found.values()))
        for band, found in by_band
    )
    return result_of(
        RuleResult,
        rule,
        known,
        settled_by,
        open_inputs=open_inputs,
        answer=listed[0].answer if len(listed) == 1 else None,
        alternatives=() if len(listed) == 1 else listed,
        contributions=tuple(
            _effect(name, known, "points", (float(min(each)), float(max(each))), "points")
            for name, each in points.items()
        ),
    )


def _points(rule: ScoreRule, item: ScoreItem, known: Mapping[str, PossibleValues]) -> _Points:
    conditions = [c for case in item.cases for c in case.when]
    found: _Points = {}
    for possible in options(rule.input(item.input), known[item.input], conditions):
        add_weight(found, _points_of(item, possible), possible.probability)
    # all values give the same points, so these are certain even without probabilities
    return {next(iter(found)): 1.0} if len(found) == 1 else found


def _points_of(item: ScoreItem, possible: Possible) -> int:
    for case in item.cases:
        if all(holds(condition, possible.value) for condition in case.when):
            return case.points
    return 0


def _totals(each: Iterable[_Points]) -> _Points:
    """Return the possible sums, assuming independent inputs."""
    totals: _Points = {0: 1.0}
    for points in each:
        new: _Points = {}
        for points_so_far, share in totals.items():
            for more, weight in points.items():
                add_weight(new, points_so_far + more, product((share, weight)))
        totals = new
    return totals


def _by_band(bands: Sequence[Band], totals: _Points) -> list[tuple[Band, _Points]]:
    """Return the possible bands, highest first, each with its scores."""
    ordered = sorted(bands, key=lambda band: -band.at_least)
    found: dict[int, tuple[Band, _Points]] = {}
    for score, share in sorted(totals.items()):
        place = next(i for i, band in enumerate(ordered) if score >= band.at_least)
        found.setdefault(place, (ordered[place], {}))[1][score] = share
    return [found[place] for place in sorted(found)]


def _scored(answer: RuleAnswer, scores: _Points) -> RuleAnswer:
    low, high = min(scores), max(scores)
    return msgspec.structs.replace(
        answer, amount=float(low) if low == high else None, low=float(low), high=float(high)
    )


def _effect(
    name: str,
    known: Mapping[str, PossibleValues],
    effect: Literal["points", "factor"],
    ends: tuple[float, float],
    unit: str,
    term: tuple[float, float] | None = None,
) -> Contribution:
    """Return the contribution of an input, from the smallest to the largest possible value."""
    value = " or ".join(map(str, known[name].values)) or "unknown"
    low, high = ends
    return Contribution(
        input=name, value=value, effect=effect, low=low, high=high, unit=unit, term=term
    )


def compute(rule: EquationRule, observations: Iterable[PossibleValues]) -> RuleResult:
    """Return the dose of an equation for one person.

    ``answer.amount`` is the dose if all inputs are determined; otherwise the answer is an
    alternative with the bounds ``low`` and ``high`` over all possible values.

    Raises
    ------
    OutOfDomainError
        A value not allowed for its input.
    MissingCovariateError
        A required input is unknown.
    """
    known = checked(rule.inputs, observations)
    shares = {
        item.name: _log_share(rule, item.name, _ways(item, known[item.name]))
        for item in rule.inputs
    }
    settled_by = tuple(name for name, (low, high) in shares.items() if low != high)
    dose = _dose(rule, shares)
    return result_of(
        RuleResult,
        rule,
        known,
        settled_by,
        answer=None if settled_by else dose,
        alternatives=(PossibleResult(answer=dose),) if settled_by else (),
        contributions=_equation_contributions(rule, known, shares),
    )


def _ways(item: RuleInput, found: PossibleValues) -> tuple[Possible, ...]:
    """Return the values that bound an input's contribution; both limits of an unknown number."""
    if item.kind == "number" and not found.values and item.low is not None:
        # each term is monotonic in a number, so the limits bound it
        ends = (item.low, item.low if item.high is None else item.high)
        return tuple(Possible(end) for end in ends)
    return options(item, found, ())


def _log_share(rule: EquationRule, name: str, ways: Iterable[Possible]) -> tuple[float, float]:
    """Return the smallest and the largest sum of an input's terms."""
    terms = [term for term in rule.terms if term.input == name]
    sums = [math.fsum(_term(term, p) for term in terms) for p in ways]
    return min(sums), max(sums)


def _term(term: RuleTerm, possible: Possible) -> float:
    value = possible.value
    if isinstance(value, str):
        return term.coefficient if value == term.level else 0.0
    return term.coefficient * (math.log(value) if term.transform == "ln" else value)


def _dose(rule: EquationRule, shares: Mapping[str, tuple[float, float]]) -> RuleAnswer:
    low, high = (
        # the equation gives the natural logarithm of the dose
        math.exp(math.fsum([rule.intercept, *(share[end] for share in shares.values())]))
        for end in (0, 1)
    )
    return RuleAnswer(
        code="dose",
        what="maintenance",
        text=f"{rule.title}: dose in {rule.unit}",
        amount=low if low == high else None,
        unit=rule.unit,
        low=low,
        high=high,
        interval="over all possible values of what is not known" if low != high else "",
        notes=(rule.error,) if rule.error else (),
    )


def _equation_contributions(
    rule: EquationRule,
    known: Mapping[str, PossibleValues],
    shares: Mapping[str, tuple[float, float]],
) -> tuple[Contribution, ...]:
    start = Contribution(
        input="intercept",
        value="",
        effect="amount",
        low=math.exp(rule.intercept),
        high=math.exp(rule.intercept),
        unit=rule.unit,
        term=(rule.intercept, rule.intercept),
    )
    used = {term.input for term in rule.terms}
    factors = (
        _effect(
            name, known, "factor", (math.exp(low), math.exp(high)), "times the dose", (low, high)
        )
        for name, (low, high) in shares.items()
        if name in used
    )
    return (start, *factors)


def rules_for(drug: str, jurisdiction: str = "") -> tuple[AnyRule, ...]:
    """Return the shipped rules of a drug, by name; of one jurisdiction if given.

    An ``international`` rule applies in every jurisdiction.

    Raises
    ------
    ModelFolderError
        A shipped rule file is damaged.
    """
    wanted = ("", jurisdiction, "international") if jurisdiction else ()
    return tuple(
        rule
        for rule in shipped_rules().values()
        if rule.drug == drug.casefold() and (not wanted or rule.jurisdiction in wanted)
    )


def answer(
    rule: TableRule | ScoreRule | EquationRule, observations: Iterable[PossibleValues]
) -> RuleResult:
    """Evaluate a table, a score or an equation for one person.

    Flows and loading regimens need a predicted dose: `pgx_dosing.rules.flows.follow` and
    `pgx_dosing.rules.flows.load`.

    Raises
    ------
    OutOfDomainError
        A value not allowed for its input.
    MissingCovariateError
        A required input is unknown.
    """
    if isinstance(rule, TableRule):
        return decide(rule, observations)
    if isinstance(rule, ScoreRule):
        return add_up(rule, observations)
    return compute(rule, observations)
