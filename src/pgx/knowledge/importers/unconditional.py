"""What holds while a condition of advice is open: statements and the codes of conditions enter.

A statement that is advice only under a condition (a dose, a side effect) is no advice to a
person of whom nobody knows whether it holds. What does hold then is written beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from pgx.base.advice import Statement, coded, split_condition
from pgx.base.substances import AdviceCondition
from pgx.knowledge.importers.guidelines import GuidelineTables
from pgx.knowledge.medicines import CONDITIONS, read_conditions
from pgx.knowledge.tables import read_table

__all__ = ["unconditional_action", "with_conditions"]

_STANDARD: Final = "use_as_directed"
_NO_CHANGE: Final = frozenset({"no_action_for", "no_action_up_to_doses_without_risk"})
"""Codes with which a source says that nothing changes where its condition does not hold."""


def with_conditions(guidance: GuidelineTables, curated: Path) -> GuidelineTables:
    """Return tables whose statements say what holds while their conditions are open.

    Raises
    ------
    SnapshotSchemaError
        ``curated/conditions.tsv`` has other columns than its schema, or an unknown term.
    """
    if not (curated / f"{CONDITIONS}.tsv").exists():
        return guidance
    known = {c.condition: c for c in read_conditions(read_table(curated, CONDITIONS))}
    statements = tuple(
        msgspec.structs.replace(s, unconditional=unconditional_action(s, known))
        for s in guidance.statements
    )
    return msgspec.structs.replace(guidance, statements=statements)


def unconditional_action(
    statement: Statement, known: Mapping[str, AdviceCondition]
) -> tuple[str, ...]:
    """Return the action that holds while a statement's conditions are open.

    Empty where that is the statement's own. Else it is the first further action without a
    condition of its own. Standard use is claimed only where the statement says so: a source that
    speaks of one case only says nothing of the others.
    """
    facts = [split_condition(fact) for fact in statement.condition]
    primary = [coded(fact)[0] for action, fact in facts if not action]
    if not any(code in known and known[code].waits for code in primary):
        return ()
    conditional = {action for action, _ in facts}
    further = [action for action in statement.action[1:] if action not in conditional]
    if _STANDARD in further or any(coded(f)[0] in _NO_CHANGE for f in statement.conditions):
        return (_STANDARD,)
    return tuple(further[:1]) or ("no_recommendation",)
