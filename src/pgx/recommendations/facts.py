"""A statement as facts that a program can act on, with codes of the drugs it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pgx.records.advice import LocalStatement, Statement, coded
from pgx.records.calls import AdviceFacts, DrugCode

__all__ = ["advice_facts"]


def advice_facts(statement: Statement) -> AdviceFacts:
    """Return what a statement says, beside action and dose factor, as facts."""
    codes = dict(map(coded, statement.drug_codes))
    local = statement if isinstance(statement, LocalStatement) else None
    return AdviceFacts(
        statement=statement.id,
        condition=statement.condition,
        unconditional=statement.unconditional,
        reason=statement.reason,
        dose_of=statement.dose_of,
        dose_as=statement.dose_as,
        dose_when=statement.dose_when,
        standard_dose=statement.standard_dose,
        starting_dose=statement.starting_dose,
        maximum_dose=statement.maximum_dose,
        frequency=statement.frequency,
        titration=statement.titration,
        instead=_coded(statement.alternatives, codes),
        instead_when=statement.alternatives_when,
        avoid_also=_coded(statement.avoid_also, codes),
        monitoring=statement.monitoring,
        conditions=statement.conditions,
        duration=statement.duration,
        remarks=statement.notes,
        source=local.source if local else "",
        reviewer=local.reviewer if local else "",
        reviewed=local.reviewed if local else "",
    )


def _coded(names: Sequence[str], codes: Mapping[str, Sequence[str]]) -> tuple[DrugCode, ...]:
    """Return names with their codes; a fact with arguments stays whole, its drugs follow it."""
    found = []
    for fact in names:
        code, arguments = coded(fact)
        found.append(_drug(fact, codes.get(code, ()) if not arguments else ()))
        found += [_drug(name, codes[name]) for name in arguments if name in codes]
    return tuple(found)


def _drug(name: str, code: Sequence[str]) -> DrugCode:
    rxnorm, atc = (*code, "", "")[:2]
    return DrugCode(name, rxnorm, atc)
