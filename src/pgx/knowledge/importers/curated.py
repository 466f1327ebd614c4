"""Curated additions to guidelines: codes, critical drugs, conditions, medicines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from pgx.knowledge.importers.guidelines import GuidelineTables
from pgx.knowledge.later import EVERYTHING, Until
from pgx.knowledge.medicines import CONDITIONS, MEDICINE_TABLES, Vocabulary, read_conditions
from pgx.knowledge.tables import Row, read_table
from pgx.records.advice import (
    Drug,
    Statement,
    coded,
    format_fact,
    record_from_row,
    split_condition,
)
from pgx.records.patient import AdviceCondition, Substance

__all__ = [
    "medicine_rows",
    "unconditional_action",
    "with_codes",
    "with_conditions",
    "with_critical",
]


_CRITICAL = "critical_drugs"


def with_codes(
    guidance: GuidelineTables, curated: Path, until: Until = EVERYTHING
) -> GuidelineTables:
    """Return tables with RxNorm and ATC codes from ``curated/substances.tsv``, if it is there.

    ``until`` defines what a release up to an earlier month omits.

    Raises
    ------
    SnapshotSchemaError
        The table has other columns than its schema.
    """
    if not (curated / "substances.tsv").exists():
        return guidance
    rows = medicine_rows(curated, until).get("substances", [])
    known = Vocabulary([record_from_row(Substance, row) for row in rows], ())
    return msgspec.structs.replace(
        guidance,
        drugs=tuple(_with_own_codes(drug, known) for drug in guidance.drugs),
        statements=tuple(_with_drug_codes(statement, known) for statement in guidance.statements),
    )


def with_critical(guidance: GuidelineTables, curated: Path) -> GuidelineTables:
    """Return tables with the harm of drugs from ``curated/critical_drugs.tsv``."""
    if not (curated / f"{_CRITICAL}.tsv").exists():
        return guidance
    harms = {row["drug"]: row["reason"] for row in read_table(curated, _CRITICAL)}
    drugs = tuple(
        msgspec.structs.replace(drug, critical=harms.get(drug.drug, "")) for drug in guidance.drugs
    )
    return msgspec.structs.replace(guidance, drugs=drugs)


def _with_own_codes(drug: Drug, known: Vocabulary) -> Drug:
    codes = known.code_of(drug.drug)
    atc = codes.get("atc", "")
    return msgspec.structs.replace(
        drug,
        rxnorm=codes.get("rxnorm", drug.rxnorm),
        atc=tuple(atc.split(";")) if atc else drug.atc,
    )


def _with_drug_codes(statement: Statement, known: Vocabulary) -> Statement:
    named = [*statement.alternatives, *statement.avoid_also]
    return msgspec.structs.replace(statement, drug_codes=tuple(_codes(named, known)))


def _codes(named: Sequence[str], known: Vocabulary) -> list[str]:
    """Return ``name=rxnorm|atc`` of every named drug; a class has no code."""
    names = dict.fromkeys(name for fact in named for name in _names(fact))
    found = [(name, known.code_of(name)) for name in names]
    return [
        format_fact(name, codes.get("rxnorm", ""), codes.get("atc", "").partition(";")[0])
        for name, codes in found
        if codes
    ]


def _names(fact: str) -> tuple[str, ...]:
    """Return the possible drug names in a fact: the fact itself, or its arguments."""
    code, arguments = coded(fact)
    return arguments or (code,)


_STANDARD: Final = "use_as_directed"
_NO_CHANGE: Final = frozenset({"no_action_for", "no_action_up_to_doses_without_risk"})
"""Codes by which a source states that nothing changes unless its condition applies."""


def with_conditions(guidance: GuidelineTables, curated: Path) -> GuidelineTables:
    """Return tables whose statements include the action while their conditions are unknown.

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
    """Return the action that applies while a statement's conditions are unknown.

    Empty if that is the statement's own action. Otherwise it is the first further action without
    a condition. Standard use is only given if the statement says so: a source that describes only
    one case says nothing about the others.
    """
    facts = [split_condition(fact) for fact in statement.condition]
    primary = [coded(fact)[0] for action, fact in facts if not action]
    if not any(code in known and known[code].waits for code in primary):
        return ()
    conditional = {action for action, _ in facts}
    further = [action for action in statement.action[1:] if action not in conditional]
    # only if the source says so: a wrong "use as directed" is the costly mistake
    if _STANDARD in further or any(coded(f)[0] in _NO_CHANGE for f in statement.conditions):
        return (_STANDARD,)
    # silence of the source does not mean that nothing changes
    return tuple(further[:1]) or ("no_recommendation",)


def medicine_rows(curated: Path, until: Until) -> dict[str, list[Row]]:
    """Return the tables on medicines and patients: all of them, or none if one is later.

    Raises
    ------
    SnapshotSchemaError
        One of them, or that of sources, has other columns than its schema.
    """
    there = [name for name in MEDICINE_TABLES if (curated / f"{name}.tsv").exists()]
    # all or none: medicines refer to each other, and half of them would dangle
    tables = {name: read_table(curated, name) for name in there}
    if until == EVERYTHING:
        return tables
    dates = {row["source"]: row["date"] for row in read_table(curated, "sources")}
    named = {s for rows in tables.values() for row in rows for s in row["source"].split(";")}
    return tables if all(until.knows(dates.get(source, "")) for source in named) else {}
