"""Read rule files and refuse inconsistent ones."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from pgx.base.shipped import data_files, read_data
from pgx.errors import ModelFolderError
from pgx_dosing.json_records import decode
from pgx_dosing.rules.specification import (
    SCHEMA_VERSION,
    EquationRule,
    FlowRule,
    LoadingRule,
    RuleCondition,
    RuleInput,
    ScoreRule,
    Span,
    TableRule,
)

__all__ = [
    "RULES_FILE",
    "AnyRule",
    "parse_rule",
    "read_rule",
    "shipped_rules",
]

RULES_FILE: Final = "rules.json"
_LARGEST: Final = 1 << 20

AnyRule = TableRule | ScoreRule | FlowRule | LoadingRule | EquationRule


@functools.cache
def shipped_rules() -> dict[str, AnyRule]:
    """Return the shipped rules by name, A to Z.

    Raises
    ------
    SnapshotIntegrityError
        A rule file differs from the released one.
    ModelFolderError
        A rule file is inconsistent.
    """
    folders = [path.parent for path in data_files(f"models/*/{RULES_FILE}")]
    return {folder.name: read_rule(folder) for folder in folders}


def read_rule(folder: Path) -> AnyRule:
    """Return the rule in a folder.

    Raises
    ------
    ModelFolderError
        The rule file is absent, too large or inconsistent.
    """
    path = folder / RULES_FILE
    try:
        data = read_data(path, _LARGEST)
    except OSError as error:
        raise ModelFolderError(
            "the rule file cannot be read", where=str(path), remedy="give a folder with one"
        ) from error
    rule = parse_rule(data, str(path))
    if rule.name != folder.name:
        raise ModelFolderError("the rule has another name than its folder", where=str(path))
    return rule


def parse_rule(data: bytes, where: str) -> AnyRule:
    """Return the rule defined by the content of a rule file.

    Raises
    ------
    ModelFolderError
        The content is not a rule, has another schema version, or is inconsistent.
    """
    if len(data) > _LARGEST:
        raise ModelFolderError("the rule file is larger than 1 MiB", where=where)
    rule: AnyRule = decode(data, AnyRule, "not a valid rule", where)
    for problem in _problems(rule):
        raise ModelFolderError(problem, where=where, remedy="correct the file")
    return rule


def _problems(rule: AnyRule) -> Iterator[str]:
    """Yield the faults of a rule, one sentence each."""
    if rule.schema_version != SCHEMA_VERSION:
        yield f"schema version {rule.schema_version} is not {SCHEMA_VERSION}"
    if not (rule.source and rule.population and rule.citations):
        yield "source, population and citations have to be given"
    names = [item.name for item in rule.inputs]
    if len(set(names)) != len(names):
        yield "an input occurs twice"
    for item in rule.inputs:
        yield from _input_problems(item)
    inputs = {item.name: item for item in rule.inputs}
    for condition in _conditions(rule):
        yield from _condition_problems(condition, inputs, states=isinstance(rule, FlowRule))
    yield from _kind_problems(rule, inputs)


def _input_problems(item: RuleInput) -> Iterator[str]:
    if item.kind == "level":
        if len(item.levels) < 2 or len(set(item.levels)) != len(item.levels):
            yield f"{item.name}: levels have to be two or more, each once"
        return
    low, high = item.low, item.high
    # unknown numbers are replaced by their range, which must therefore be finite
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        yield f"{item.name}: a number has two finite limits"
    elif low > high:
        yield f"{item.name}: the limits are the wrong way round"
    if not item.limits:
        yield f"{item.name}: whose the limits are has to be said"


def _conditions(rule: AnyRule) -> Iterator[RuleCondition]:
    rows: list[tuple[RuleCondition, ...]] = []
    if isinstance(rule, TableRule):
        rows = [row.when for row in rule.rows]
    elif isinstance(rule, ScoreRule):
        rows = [case.when for item in rule.items for case in item.cases]
    elif isinstance(rule, FlowRule):
        rows = [b.when for b in rule.bases]
        rows += [a.when for a in rule.adjustments] + [a.when for a in rule.alerts]
    for row in rows:
        yield from row


def _condition_problems(
    condition: RuleCondition, inputs: dict[str, RuleInput], *, states: bool
) -> Iterator[str]:
    name = condition.input
    bounds = (condition.above, condition.at_least, condition.below, condition.at_most)
    by_value = bool(condition.among) or any(b is not None for b in bounds)
    if name not in inputs:
        yield f"a condition asks for {name}, which is no input"
        return
    item = inputs[name]
    if by_value == bool(condition.state):
        yield f"{name}: a condition is on the value or on what is known"
    if condition.state and not states:
        yield f"{name}: only a flow may ask what is known"
    if item.kind == "level" and any(b is not None for b in bounds):
        yield f"{name}: a level has no bounds"
    if item.kind == "level" and not set(condition.among) <= set(item.levels):
        yield f"{name}: a condition names a level that the input does not have"


def _kind_problems(rule: AnyRule, inputs: dict[str, RuleInput]) -> Iterator[str]:
    if isinstance(rule, TableRule):
        yield from (f"{m.input} is no input" for m in rule.meanwhile if m.input not in inputs)
    elif isinstance(rule, ScoreRule):
        yield from _score_problems(rule)
    elif isinstance(rule, FlowRule):
        yield from _flow_problems(rule, inputs)
    elif isinstance(rule, LoadingRule):
        yield from _loading_problems(rule, inputs)
    else:
        yield from _equation_problems(rule, inputs)


def _score_problems(rule: ScoreRule) -> Iterator[str]:
    asked = [item.input for item in rule.items]
    if len(set(asked)) != len(asked):
        yield "an input gives points in two items"
    if any(c.input != item.input for item in rule.items for case in item.cases for c in case.when):
        yield "an item asks for another input than its own"
    # an item without a matching case gives 0 points, so 0 is part of each minimum
    least = sum(min((0, *(case.points for case in item.cases))) for item in rule.items)
    if not rule.bands or min(band.at_least for band in rule.bands) > least:
        yield "the bands do not hold every score"


def _flow_problems(rule: FlowRule, inputs: dict[str, RuleInput]) -> Iterator[str]:
    # the last equation is the fallback, so that every person has one
    if not rule.bases or rule.bases[-1].when:
        yield "the last equation of a flow has no condition"
    for adjustment in rule.adjustments:
        item = inputs.get(adjustment.input)
        if item is None or item.kind != "count" or item.low != 0:
            yield f"{adjustment.name}: an adjustment goes by a count from 0 on"
        elif len(adjustment.factors) != int(item.high or 0) + 1:
            yield f"{adjustment.name}: there is one span of factors for each count"
        yield from _span_problems(adjustment.name, adjustment.factors)


def _span_problems(name: str, spans: Iterable[Span]) -> Iterator[str]:
    # positive factors keep a product of ranges a range
    if any(not 0 < span.low <= span.high < math.inf for span in spans):
        yield f"{name}: factors are positive, the lower one first"


def _loading_problems(rule: LoadingRule, inputs: dict[str, RuleInput]) -> Iterator[str]:
    item = inputs.get(rule.input_name)
    if item is None or item.kind != "level" or not set(rule.rates) <= set(item.levels):
        yield "elimination rates go by the levels of an input"
    if rule.doses < 1 or any(not 0 < rate < math.inf for rate in rule.rates.values()):
        yield "there is a loading dose at least, and rates are positive"


def _equation_problems(rule: EquationRule, inputs: dict[str, RuleInput]) -> Iterator[str]:
    for term in rule.terms:
        item = inputs.get(term.input)
        if item is None:
            yield f"a term asks for {term.input}, which is no input"
        elif (item.kind == "level") != bool(term.level):
            yield f"{term.input}: a term of a level names it, one of a number does not"
        elif term.level and term.level not in item.levels:
            yield f"{term.input}: a term names a level that the input does not have"
        elif term.transform == "ln" and not (item.low or 0) > 0:
            yield f"{term.input}: only positive numbers have a logarithm"
