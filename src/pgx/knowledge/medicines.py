"""Tables on medicines and patients: rows to records.

Substances with their codes, what they do to enzymes, how that changes a prediction, and whom a
guideline means by its populations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from pgx.base.advice import record_from_row
from pgx.base.errors import SnapshotSchemaError
from pgx.base.substances import (
    DECIDED_BY,
    JUDGEMENTS,
    AdviceCondition,
    ConditionCode,
    ConversionRule,
    Modulator,
    PopulationRule,
    ScoreRange,
    Substance,
    UnwantedPair,
)
from pgx.knowledge.tables import Row

__all__ = [
    "CONDITIONS",
    "EFFECTS",
    "MEDICINE_TABLES",
    "STRENGTHS",
    "MedicineKnowledge",
    "read_conditions",
    "read_medicines",
]

MEDICINE_TABLES: Final = (
    "substances",
    "modulators",
    "unwanted_pairs",
    "conversion_rules",
    "score_ranges",
    "populations",
    "condition_codes",
)
CONDITIONS: Final = "conditions"
"""Table of the codes of conditions; statements of every release use it, unlike medicines."""

EFFECTS: Final = ("inhibitor", "inducer")
STRENGTHS: Final = ("strong", "moderate", "weak")
_NOTHING: Final = re.compile(r"(?!)")
_VALUES: Final = {
    "score_factor": re.compile(r"\d+(\.\d+)?"),
    "phenotype_to": re.compile(r".+"),
    "phenotype_steps": re.compile(r"-?[1-4]"),
    "none": re.compile(r""),
}
"""What each method's value has to look like."""
_COUNT: Final = re.compile(r"\d\+?")
_EXPOSURE: Final = re.compile(r"|never|over_months=\d+(\.\d+)?")


class MedicineKnowledge(msgspec.Struct, frozen=True, kw_only=True):
    """What a release knows of medicines and of guidelines' populations."""

    substances: tuple[Substance, ...] = ()
    modulators: tuple[Modulator, ...] = ()
    unwanted_pairs: tuple[UnwantedPair, ...] = ()
    conversion_rules: tuple[ConversionRule, ...] = ()
    score_ranges: tuple[ScoreRange, ...] = ()
    populations: tuple[PopulationRule, ...] = ()
    condition_codes: tuple[ConditionCode, ...] = ()
    conditions: tuple[AdviceCondition, ...] = ()


def read_medicines(tables: Mapping[str, Sequence[Row]]) -> MedicineKnowledge:
    """Return the records of `MEDICINE_TABLES`; a table that is not there is empty.

    Raises
    ------
    SnapshotSchemaError
        A column is missing, a number is no number, a term is unknown, or a substance stands
        twice.
    """
    rows = {name: tables.get(name, ()) for name in MEDICINE_TABLES}
    found = MedicineKnowledge(
        substances=tuple(record_from_row(Substance, r) for r in rows["substances"]),
        modulators=tuple(record_from_row(Modulator, r) for r in rows["modulators"]),
        unwanted_pairs=tuple(record_from_row(UnwantedPair, r) for r in rows["unwanted_pairs"]),
        conversion_rules=tuple(
            record_from_row(ConversionRule, r) for r in rows["conversion_rules"]
        ),
        score_ranges=tuple(record_from_row(ScoreRange, r) for r in rows["score_ranges"]),
        populations=tuple(record_from_row(PopulationRule, r) for r in rows["populations"]),
        condition_codes=tuple(record_from_row(ConditionCode, r) for r in rows["condition_codes"]),
        conditions=read_conditions(tables.get(CONDITIONS, ())),
    )
    names = [s.substance.casefold() for s in found.substances]
    if len(set(names)) < len(names):
        raise SnapshotSchemaError("a substance stands twice", where="substances.tsv")
    for modulator in found.modulators:
        _check_terms(modulator, "modulators.tsv")
    for rule in found.conversion_rules:
        _check_terms(rule, "conversion_rules.tsv")
        if not _VALUES.get(rule.method, _NOTHING).fullmatch(rule.value):
            raise SnapshotSchemaError(
                f"method {rule.method!r} with value {rule.value!r} of {rule.gene}",
                where="conversion_rules.tsv",
            )
    for population in found.populations:
        known = population.judgement in ("", *JUDGEMENTS)
        if not known or not _EXPOSURE.fullmatch(population.exposure):
            raise SnapshotSchemaError(
                f"exposure {population.exposure!r} or judgement {population.judgement!r} of"
                f" {population.population} cannot be read",
                where="populations.tsv",
            )
    return found


def read_conditions(rows: Sequence[Row]) -> tuple[AdviceCondition, ...]:
    """Return the codes of conditions.

    Raises
    ------
    SnapshotSchemaError
        A column is missing, a term is unknown, or a code stands twice.
    """
    found = tuple(record_from_row(AdviceCondition, row) for row in rows)
    if len({c.condition for c in found}) < len(found):
        raise SnapshotSchemaError("a condition stands twice", where=f"{CONDITIONS}.tsv")
    for condition in found:
        decided = condition.decided_by in ("", *DECIDED_BY)
        waits = condition.while_unknown in ("holds", "waits")
        if not (decided and waits and _COUNT.fullmatch(condition.arguments)):
            raise SnapshotSchemaError(
                f"arguments, decided_by or while_unknown of {condition.condition} cannot be read",
                where=f"{CONDITIONS}.tsv",
            )
    return found


def _check_terms(acting: Modulator | ConversionRule, where: str) -> None:
    if acting.effect not in EFFECTS or acting.strength not in STRENGTHS:
        raise SnapshotSchemaError(
            f"{acting.gene}: {acting.strength!r} {acting.effect!r} is no effect on an enzyme",
            where=where,
        )
