"""Codes of drugs and of the drugs that advice names instead: one vocabulary for all tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from pgx.base.advice import Drug, Statement, coded, format_fact, record_from_row
from pgx.base.substances import Substance
from pgx.knowledge.importers.dated import medicine_rows
from pgx.knowledge.importers.guidelines import GuidelineTables
from pgx.knowledge.later import EVERYTHING, Until
from pgx.knowledge.tables import read_table
from pgx.knowledge.vocabulary import Vocabulary

__all__ = ["with_codes", "with_critical"]

_CRITICAL = "critical_drugs"


def with_codes(
    guidance: GuidelineTables, curated: Path, until: Until = EVERYTHING
) -> GuidelineTables:
    """Return tables with RxNorm and ATC codes from ``curated/substances.tsv``, if it is there.

    ``until`` says what a release up to an earlier month leaves out.

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
        drugs=tuple(_drug(drug, known) for drug in guidance.drugs),
        statements=tuple(_statement(statement, known) for statement in guidance.statements),
    )


def with_critical(guidance: GuidelineTables, curated: Path) -> GuidelineTables:
    """Return tables whose drugs name their harm as ``curated/critical_drugs.tsv`` does."""
    if not (curated / f"{_CRITICAL}.tsv").exists():
        return guidance
    harms = {row["drug"]: row["reason"] for row in read_table(curated, _CRITICAL)}
    drugs = tuple(
        msgspec.structs.replace(drug, critical=harms.get(drug.drug, "")) for drug in guidance.drugs
    )
    return msgspec.structs.replace(guidance, drugs=drugs)


def _drug(drug: Drug, known: Vocabulary) -> Drug:
    codes = known.code_of(drug.drug)
    atc = codes.get("atc", "")
    return msgspec.structs.replace(
        drug,
        rxnorm=codes.get("rxnorm", drug.rxnorm),
        atc=tuple(atc.split(";")) if atc else drug.atc,
    )


def _statement(statement: Statement, known: Vocabulary) -> Statement:
    named = [*statement.alternatives, *statement.avoid_also]
    return msgspec.structs.replace(statement, drug_codes=tuple(_codes(named, known)))


def _codes(named: Sequence[str], known: Vocabulary) -> list[str]:
    """Return ``name=rxnorm|atc`` of every drug that is named; a class has no code."""
    names = dict.fromkeys(name for fact in named for name in _names(fact))
    found = [(name, known.code_of(name)) for name in names]
    return [
        format_fact(name, codes.get("rxnorm", ""), codes.get("atc", "").partition(";")[0])
        for name, codes in found
        if codes
    ]


def _names(fact: str) -> tuple[str, ...]:
    """Return what may be names of drugs in a fact: itself, or its arguments."""
    code, arguments = coded(fact)
    return arguments or (code,)
