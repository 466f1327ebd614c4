"""What watching a model finds: checks with their states, findings in the log, the whole status."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

__all__ = [
    "STATUS_SCHEMA",
    "CheckState",
    "Family",
    "LogFinding",
    "ModelIdentity",
    "ModelStatus",
    "MonitoringCheck",
    "Settings",
    "check_id",
    "not_assessed",
    "number_words",
    "worst",
]

STATUS_SCHEMA: Final = "1.0"
"""Version of the format of a status; its schema is ``docs/schema/pgx-model-status-1.0.json``."""


class CheckState(StrEnum):
    """What a check says: nothing to see, look at it, act, or not enough to say."""

    OK = "ok"
    WATCH = "watch"
    ALERT = "alert"
    NOT_ASSESSED = "not_assessed"


class Family(StrEnum):
    """What is watched."""

    DRIFT = "drift"
    RESIDUALS = "residuals"
    ERROR = "error"
    COVERAGE = "coverage"
    GAPS = "gaps"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How closely is watched.

    Each ``*_alpha`` is the chance that any check of that family departs from ``ok`` in one window
    of patients like those of the validation; they are divided among the checks of the family.
    ``in_control_run`` is the mean number of outcomes until one of the three charts signals without
    cause; ``shift_sd`` the shift, in standard deviations of the residuals, for which the
    cumulative sums are fastest; ``ewma_weight`` the weight of the newest outcome in the moving
    average.
    """

    window: int = 500
    min_n: int = 50
    min_group: int = 30
    drift_alpha: float = 0.02
    error_alpha: float = 0.005
    coverage_alpha: float = 0.005
    gap_alpha: float = 0.005
    in_control_run: float = 100_000.0
    shift_sd: float = 0.25
    ewma_weight: float = 0.05


class MonitoringCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One figure held against what the validation of the model lets expect.

    ``value`` is what was found, ``lower`` and ``upper`` its interval; ``expected`` what the
    validation found; ``threshold`` from where the value is beyond chance at this ``n``, and
    ``material`` from where it is an alert rather than something to watch. ``since`` and
    ``started`` (dates) are when a chart signalled, and when the shift is likely to have begun.
    """

    id: str
    family: Family
    kind: str
    subject: str
    state: CheckState
    n: int
    reason: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    expected: float | None = None
    threshold: float | None = None
    material: float | None = None
    since: str | None = None
    started: str | None = None
    advice: str = ""


class LogFinding(msgspec.Struct, frozen=True, kw_only=True):
    """Something about the log that is no reason to refuse it; ``lines`` are the first few."""

    code: str
    n: int
    lines: tuple[int, ...]
    text: str


class ModelIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Which model made a prediction."""

    model: str
    version: str
    digest: str


class ModelStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be said of a model in use; equal logs and models give equal records."""

    schema_version: str
    state: CheckState
    model: ModelIdentity
    unit: str
    first_date: str
    last_date: str
    n_predictions: int
    n_outcomes: int
    n_by_state: dict[str, int]
    settings: Settings
    checks: tuple[MonitoringCheck, ...]
    findings: tuple[LogFinding, ...]


def worst(states: Iterable[CheckState]) -> CheckState:
    """Return the state of a whole: its worst part, ``not_assessed`` where no part was assessed."""
    found = set(states)
    order = (CheckState.ALERT, CheckState.WATCH, CheckState.OK)
    return next((state for state in order if state in found), CheckState.NOT_ASSESSED)


def not_assessed(
    family: Family, kind: str, subject: str, n: int, reason: str, advice: str = ""
) -> MonitoringCheck:
    """Return a check that says why it says nothing."""
    return MonitoringCheck(
        id=check_id(family, kind, subject),
        family=family,
        kind=kind,
        subject=subject,
        state=CheckState.NOT_ASSESSED,
        n=n,
        reason=reason,
        advice=advice,
    )


def check_id(family: Family, kind: str, subject: str) -> str:
    """Return the stable name of a check.

    >>> check_id(Family.DRIFT, "psi", "age_years")
    'drift.psi.age_years'
    """
    return f"{family}.{kind}.{subject}" if subject else f"{family}.{kind}"


def number_words(value: float) -> str:
    """Return a figure as it stands in a sentence.

    >>> number_words(0.12345), number_words(8.0), number_words(123.456)
    ('0.123', '8', '123')
    """
    return f"{value:.3g}"
