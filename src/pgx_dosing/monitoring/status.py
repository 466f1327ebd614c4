"""The status of a model in use, all checks on its log, and the JSON Schema of it.

``python -m pgx_dosing.monitoring.status`` writes ``docs/schema/pgx-model-status-1.0.json``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from pgx_dosing.monitoring.charts import Chart, residual_checks
from pgx_dosing.monitoring.drift import InputShares, drift_checks
from pgx_dosing.monitoring.errors import coverage_checks, error_checks, gap_checks
from pgx_dosing.monitoring.joined import Outcomes, WatchedLog, read_watched_log
from pgx_dosing.monitoring.records import (
    STATUS_SCHEMA,
    CheckState,
    LogFinding,
    ModelStatus,
    MonitoringCheck,
    Settings,
    ValidationReference,
    WatchedModel,
    worst,
)

__all__ = [
    "STATUS_ID",
    "Monitoring",
    "alert_lines",
    "monitor",
    "render_status",
    "render_status_schema",
    "status_schema",
]

_DEFAULT = Settings()
STATUS_ID: Final = f"urn:pgx-therapy:schema:pgx-model-status:{STATUS_SCHEMA}"
_TEXTS: Final[dict[str, dict[str, str]]] = {
    "ModelStatus": {
        "": "What a log of predictions says of a model in use",
        "schema_version": "version of this format",
        "state": "the worst state of all checks",
        "model": "which model is watched",
        "unit": "unit of predictions, outcomes and errors",
        "first_date": "day of the first prediction, YYYY-MM-DD",
        "last_date": "day of the last prediction, YYYY-MM-DD",
        "n_predictions": "predictions of the model in the log",
        "n_outcomes": "predictions whose outcome is known",
        "n_by_state": "number of checks by state",
        "settings": "how closely was watched",
        "checks": "each figure beside what the validation lets expect",
        "findings": "what is odd in the log and no reason to refuse it",
    },
    "ModelIdentity": {
        "": "Which model made the predictions",
        "model": "name",
        "version": "version",
        "digest": "digest of the model's files, as the log names it",
    },
    "Settings": {
        "": "How closely is watched",
        "window": "newest predictions and outcomes that are looked at; charts look at all outcomes",
        "min_n": "fewer than these are not assessed",
        "min_group": "fewer outcomes in a group are not assessed",
        "drift_alpha": "chance that any check of drift departs from ok without cause",
        "error_alpha": "the same of the checks of error",
        "coverage_alpha": "the same of the checks of coverage",
        "gap_alpha": "the same of the gaps between groups",
        "in_control_run": "outcomes until one chart signals without cause, on average",
        "shift_sd": "shift for which cumulative sums are fastest, in standard deviations",
        "ewma_weight": "weight of the newest outcome in the moving average",
    },
    "MonitoringCheck": {
        "": "One figure held against what the validation lets expect",
        "id": "stable name: family, kind and subject joined by dots",
        "family": "what is watched",
        "kind": "which figure",
        "subject": "input, or group as NAME=VALUE; empty for all",
        "state": "ok, watch, alert or not_assessed",
        "n": "predictions or outcomes that it rests on",
        "reason": "what was found, or why nothing can be said",
        "value": "the figure",
        "lower": "lower end of its interval",
        "upper": "upper end of its interval",
        "expected": "the same figure in the validation",
        "threshold": "from where the figure is beyond chance at this n",
        "material": "from where, beyond chance, it is an alert",
        "since": "day on which a chart first signalled",
        "started": "day on which the shift is likely to have begun",
        "advice": "what to do; empty where nothing is to be done",
    },
    "LogFinding": {
        "": "Something odd in the log",
        "code": "stable code",
        "n": "how often",
        "lines": "the first lines of the log where it was seen",
        "text": "what it is",
    },
}


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


def status_schema() -> dict[str, Any]:
    """Return the schema of what `pgx_dosing.monitoring.status.render_status` writes."""
    (_,), parts = msgspec.json.schema_components([ModelStatus], ref_template="#/$defs/{name}")
    for name, part in parts.items():
        if "properties" in part:
            _describe(part, _TEXTS[name])
    root = parts.pop("ModelStatus")
    root["properties"]["schema_version"]["const"] = STATUS_SCHEMA
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": STATUS_ID,
        **root,
        "$defs": dict(sorted(parts.items())),
    }


def _describe(part: dict[str, Any], texts: dict[str, str]) -> None:
    """Say what each field is; all are always written."""
    for field, own in part["properties"].items():
        own.pop("default", None)
        own["description"] = texts[field]
    part["description"] = texts[""]
    part["required"] = list(part["properties"])
    part["additionalProperties"] = False


def render_status_schema() -> str:
    """Return the schema as the text of its file in ``docs/schema``."""
    return json.dumps(status_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render_status_schema())
