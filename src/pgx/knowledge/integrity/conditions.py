"""Whether conditions of statements are codes of the release, with the arguments they need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pgx.base.advice import Statement, coded, split_condition
from pgx.base.findings import FaultCode, Finding
from pgx.base.substances import AdviceCondition
from pgx.knowledge.snapshot import KnowledgeBase

__all__ = ["condition_findings"]

_RESERVED = ("; ", ": ")
"""They part the conditions of a row, and a condition's code from its text."""


def condition_findings(kb: KnowledgeBase) -> Iterator[Finding]:
    """Yield conditions that cannot be read, and statements that say nothing of an open one."""
    known = {c.condition: c for c in kb.medicines_as_written.conditions}
    if not known:
        return  # a release that is made without the table holds no codes to compare
    for statement in kb.statements:
        for fact in statement.condition:
            what = _fault(fact, statement, known)
            if what:
                yield Finding(
                    code=FaultCode.TERM, table="statements", where=statement.id, what=what
                )
        if statement.unconditional and not _waits(statement, known):
            yield Finding(
                code=FaultCode.CONTRADICTION, table="statements", where=statement.id,
                what="says what holds without a condition, and has none that waits",
            )  # fmt: skip


def _fault(fact: str, statement: Statement, known: Mapping[str, AdviceCondition]) -> str:
    action, plain = split_condition(fact)
    code, arguments = coded(plain)
    rule = known.get(code)
    if rule is None:
        return f"condition {code!r} is not in conditions.tsv"
    if not rule.takes(len(arguments)):
        return f"condition {code!r} has {len(arguments)} arguments, not {rule.arguments}"
    if action and action == statement.action[0]:
        return f"condition {fact!r} names the primary action"
    if any(mark in fact for mark in _RESERVED):
        return f"condition {fact!r} holds a mark that parts conditions"
    return ""


def _waits(statement: Statement, known: Mapping[str, AdviceCondition]) -> bool:
    facts = (split_condition(fact) for fact in statement.condition)
    codes = (coded(fact)[0] for action, fact in facts if not action)
    return any(code in known and known[code].waits for code in codes)
