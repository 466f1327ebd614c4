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
from pgx_dosing.monitoring.joined import MonitoredLog, Outcomes, read_monitored_log
from pgx_dosing.monitoring.records import (
    STATUS_SCHEMA,
    CheckState,
    LogFinding,
    ModelStatus,
    MonitoredModel,
    MonitoringCheck,
    Settings,
    ValidationReference,
    worst,
)

__all__ = [
    "STATUS_ID",
    "Monitoring",
    "alert_lines",
    "monitor",
    "render_status_schema",
    "status_schema",
]

_DEFAULT = Settings()
STATUS_ID: Final = f"urn:pgx-therapy:schema:pgx-model-status:{STATUS_SCHEMA}"


class Monitoring(msgspec.Struct, frozen=True):
    """A status and the data for its charts."""

    status: ModelStatus
    inputs: tuple[InputShares, ...]
    charts: tuple[Chart, ...]
    outcomes: Outcomes


def monitor(path: Path, monitored: MonitoredModel, settings: Settings = _DEFAULT) -> Monitoring:
    """Compare a log of predictions with the validation of its model.

    Raises
    ------
    PredictionLogError
        The log cannot be read, or contains no prediction of the model.
    """
    log = read_monitored_log(path, monitored, settings.window)
    reference = monitored.reference
    drift, inputs = drift_checks(log.inputs, reference, settings)
    residuals, charts = residual_checks(log.outcomes, reference, settings, monitored.unit)
    checks = [
        *drift,
        *residuals,
        *error_checks(log.outcomes, reference, settings),
        *coverage_checks(log.outcomes, reference, settings),
        *gap_checks(log.outcomes, reference, settings),
    ]
    status = _status(log, checks, monitored.unit, settings, _unknown_inputs(log, reference))
    return Monitoring(status, tuple(inputs), tuple(charts), log.outcomes)


def _status(
    log: MonitoredLog,
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


def _unknown_inputs(log: MonitoredLog, reference: ValidationReference) -> tuple[LogFinding, ...]:
    names = {name for row in log.inputs for name in row} - set(reference.inputs)
    if not names:
        return ()
    text = f"inputs that the validation gives no distribution of: {', '.join(sorted(names))}"
    return (LogFinding(code="input_without_reference", n=len(names), lines=(), text=text),)


def alert_lines(status: ModelStatus) -> Iterator[str]:
    """Yield one line per alert: the check, the finding, the action."""
    for check in status.checks:
        if check.state is CheckState.ALERT:
            yield f"alert: {check.id}: {check.reason}; {check.advice}"


def status_schema() -> dict[str, Any]:
    """Return the schema of a status."""
    (_,), parts = msgspec.json.schema_components([ModelStatus], ref_template="#/$defs/{name}")
    for part in parts.values():
        if "properties" in part:
            _complete(part)
    root = parts.pop("ModelStatus")
    root["properties"]["schema_version"]["const"] = STATUS_SCHEMA
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": STATUS_ID,
        **root,
        "$defs": dict(sorted(parts.items())),
    }


def _complete(part: dict[str, Any]) -> None:
    """Mark each field of a record as required: all are always written."""
    for own in part["properties"].values():
        own.pop("default", None)
        own["description"] = own.pop("description")  # after the type, the usual order
    part["description"] = part["description"].splitlines()[0].rstrip(".")
    part["required"] = list(part["properties"])
    part["additionalProperties"] = False


def render_status_schema() -> str:
    """Return the schema as the text of its file in ``docs/schema``."""
    return json.dumps(status_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render_status_schema())
