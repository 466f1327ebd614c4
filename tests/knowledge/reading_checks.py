"""Checks of readings: conditions that a sentence may have, and marks of its source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pgx.errors import SnapshotSchemaError
from pgx.knowledge.importers.readings import _read_rows, normalise_sentence
from pgx.records.advice import DOSE_ACTIONS

__all__ = [
    "CHECKED_COLUMNS",
    "CHECKED_WHY",
    "flag_gaps",
    "load_checked",
    "may_limit",
]


CHECKED_COLUMNS: Final = ("digest", "why", "note")

CHECKED_WHY: Final = frozenset(
    {
        "lookup", "monitoring", "name", "population", "remark", "secondary", "strength", "timing",
        "titration",
    }
)  # fmt: skip
"""Why a sentence with "if", "only" or the like has no condition of an action."""

_MAY_LIMIT: Final = re.compile(
    r"\b(if|when|unless|only|after|except|in patients who|should[^.]*considered)\b", re.IGNORECASE
)


def may_limit(sentence: str | None) -> bool:
    """Whether a sentence has a word with which a guideline limits its advice.

    >>> may_limit("Use 50% if side effects occur."), may_limit("Use 50% of the dose.")
    (True, False)
    """
    return _MAY_LIMIT.search(normalise_sentence(sentence)) is not None


def load_checked(folder: Path) -> dict[str, str]:
    """Return why each sentence without a condition has none, by its digest.

    Raises
    ------
    SnapshotSchemaError
        Other columns, a reason that is not one of `CHECKED_WHY`, or a digest twice.
    """
    rows = _read_rows(folder / "conditions_checked.tsv", CHECKED_COLUMNS)
    found = {row["digest"]: row["why"] for row in rows}
    wrong = set(found.values()) - CHECKED_WHY
    if wrong or len(found) < len(rows):
        raise SnapshotSchemaError(
            f"reason {min(wrong)!r} is not known" if wrong else "a digest stands twice",
            where="conditions_checked.tsv",
        )
    return found


def flag_gaps(flags: set[str], row: Mapping[str, str]) -> set[str]:
    """Return the source's marks that a reading does not bear out, or the other way round.

    A dose mark needs a dose action, a dose or a titration (advice to let drug levels guide
    the dose counts); an alternative mark needs ``avoid`` or ``alternative``; the mark for
    other guidance needs something beside the plain dose, but its absence proves nothing.
    """
    actions = set(row["action"].split(";"))
    dosed = bool(actions & DOSE_ACTIONS)
    guided = bool(row["titration"]) or "levels" in row["monitoring"]
    replaced = bool(actions & {"avoid", "alternative"})
    beside = actions & {"monitor", "caution", "test_first"} or row["notes"] or row["avoid_also"]
    gaps = set()
    if ("dosing_information" in flags) != dosed and not (guided and not dosed):
        gaps.add("dosing_information")
    if ("alternate_drug" in flags) != replaced:
        gaps.add("alternate_drug")
    if "other_guidance" in flags and not beside:
        gaps.add("other_guidance")
    return gaps
