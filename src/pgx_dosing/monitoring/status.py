"""The status of a model in use: all checks on its log, and the worst of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from pgx_dosing.monitoring.coverage import coverage_checks
from pgx_dosing.monitoring.drift import InputShares, drift_checks
from pgx_dosing.monitoring.errors import error_checks
from pgx_dosing.monitoring.gaps import gap_checks
from pgx_dosing.monitoring.joined import Outcomes, WatchedLog, read_watched_log
from pgx_dosing.monitoring.records import (
    STATUS_SCHEMA,
    CheckState,
    LogFinding,
    ModelStatus,
    MonitoringCheck,
    Settings,
    worst,
)
from pgx_dosing.monitoring.reference import ValidationReference, WatchedModel
from pgx_dosing.monitoring.residuals import Chart, residual_checks

__all__ = [
    "Monitoring",
    "alert_lines",
    "monitor",
    "render_status",
]

_DEFAULT = Settings()


class Monitoring(msgspec.Struct, frozen=True):
    """A status with what a page draws beside it."""

    status: ModelStatus
    inputs: tuple[InputShares, ...]
    charts: tuple[Chart, ...]
    outcomes: Outcomes


def monitor(path: Path, watched: WatchedModel, settings: Settings = _DEFAULT) -> Monitoring:
    """Hold a log of predictions against what the validation of its model lets expect.

    Raises
    ------
    PredictionLogError
        The log cannot be read, or holds no prediction of the model.
    """
    log = read_watched_log(path, watched, settings.window)
    reference = watched.reference
    drift, inputs = drift_checks(log.inputs, reference, settings)
    residuals, charts = residual_checks(log.outcomes, reference, settings, watched.unit)
    checks = [
        *drift,
        *residuals,
        *error_checks(log.outcomes, reference, settings),
        *coverage_checks(log.outcomes, reference, settings),
        *gap_checks(log.outcomes, reference, settings),
    ]
    status = _status(log, checks, watched.unit, settings, _unknown_inputs(log, reference))
    return Monitoring(status, tuple(inputs), tuple(charts), log.outcomes)


def _status(
    log: WatchedLog,
    checks: list[MonitoringCheck],
    unit: str,
    settings: Settings,
    findings: tuple[LogFinding, ...],
) -> ModelStatus:
    states = [check.state for check in checks]
    return ModelStatus(
        schema_version=STATUS_SCHEMA,
        state=worst(states),
        model=log.identity,
        unit=unit,
        first_date=log.first_date,
        last_date=log.last_date,
        n_predictions=log.n_predictions,
        n_outcomes=len(log.outcomes),
        n_by_state={state.value: states.count(state) for state in CheckState},
        settings=settings,
        checks=tuple(checks),
        findings=(*log.findings, *findings),
    )


def _unknown_inputs(log: WatchedLog, reference: ValidationReference) -> tuple[LogFinding, ...]:
    names = {name for row in log.inputs for name in row} - set(reference.inputs)
    if not names:
        return ()
    text = f"inputs that the validation gives no distribution of: {', '.join(sorted(names))}"
    return (LogFinding(code="input_without_reference", n=len(names), lines=(), text=text),)


def render_status(status: ModelStatus) -> bytes:
    """Return a status as JSON; equal statuses give equal bytes."""
    return msgspec.json.format(msgspec.json.encode(status), indent=1) + b"\n"


def alert_lines(status: ModelStatus) -> Iterator[str]:
    """Yield one line for each alert: which check, what was found, what to do."""
    for check in status.checks:
        if check.state is CheckState.ALERT:
            yield f"alert: {check.id}: {check.reason}; {check.advice}"
