"""Tables on medicines and patients: rows to records.

Substances with their codes, what they do to enzymes, how that changes a prediction, and whom a
guideline means by its populations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from pgx.base.advice import record_from_row
from pgx.base.errors import SnapshotSchemaError
from pgx.base.substances import (
    ConditionCode,
    ConversionRule,
    Modulator,
    PopulationRule,
    ScoreRange,
    Substance,
)
from pgx.knowledge.tables import Row

__all__ = ["MEDICINE_TABLES", "MedicineKnowledge", "read_medicines"]

MEDICINE_TABLES: Final = (
    "substances",
    "modulators",
    "conversion_rules",
    "score_ranges",
    "populations",
    "condition_codes",
)


class MedicineKnowledge(msgspec.Struct, frozen=True, kw_only=True):
    """What a release knows of medicines and of guidelines' populations."""

    substances: tuple[Substance, ...] = ()
    modulators: tuple[Modulator, ...] = ()
    conversion_rules: tuple[ConversionRule, ...] = ()
    score_ranges: tuple[ScoreRange, ...] = ()
    populations: tuple[PopulationRule, ...] = ()
    condition_codes: tuple[ConditionCode, ...] = ()


def read_medicines(tables: Mapping[str, Sequence[Row]]) -> MedicineKnowledge:
    """Return the records of `MEDICINE_TABLES`; a table that is not there is empty.

    Raises
    ------
    SnapshotSchemaError
        A column is missing, a number is no number, or a substance stands twice.
    """
    rows = {name: tables.get(name, ()) for name in MEDICINE_TABLES}
    found = MedicineKnowledge(
        substances=tuple(record_from_row(Substance, r) for r in rows["substances"]),
        modulators=tuple(record_from_row(Modulator, r) for r in rows["modulators"]),
        conversion_rules=tuple(
            record_from_row(ConversionRule, r) for r in rows["conversion_rules"]
        ),
        score_ranges=tuple(record_from_row(ScoreRange, r) for r in rows["score_ranges"]),
        populations=tuple(record_from_row(PopulationRule, r) for r in rows["populations"]),
        condition_codes=tuple(record_from_row(ConditionCode, r) for r in rows["condition_codes"]),
    )
    names = [s.substance.casefold() for s in found.substances]
    if len(set(names)) < len(names):
        raise SnapshotSchemaError("a substance stands twice", where="substances.tsv")
    return found
