"""Which rules there are for a drug, and one way to ask each of them."""

from __future__ import annotations

from collections.abc import Iterable

from pgx_dosing.rules.equations import compute
from pgx_dosing.rules.possible import PossibleValues
from pgx_dosing.rules.reading import AnyRule, shipped_rules
from pgx_dosing.rules.results import RuleResult
from pgx_dosing.rules.scores import add_up
from pgx_dosing.rules.specification import EquationRule, ScoreRule, TableRule
from pgx_dosing.rules.tables import decide

__all__ = ["answer", "rules_for"]


def rules_for(drug: str, jurisdiction: str = "") -> tuple[AnyRule, ...]:
    """Return the shipped rules of a drug, by name; those of one jurisdiction where it is given.

    A rule without borders (``international``) is one of every jurisdiction.

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
    """Answer a table, a score or an equation for one person.

    Flows and loading regimens need a dose of another model: `pgx_dosing.rules.steps.follow` and
    `pgx_dosing.rules.starting.load`.

    Raises
    ------
    OutOfDomainError
        A value that its input does not allow.
    MissingCovariateError
        A required input is not known.
    """
    if isinstance(rule, TableRule):
        return decide(rule, observations)
    if isinstance(rule, ScoreRule):
        return add_up(rule, observations)
    return compute(rule, observations)
