"""Simulated logs: quiet in control, loud when something happens. More logs: validation.watching."""

from __future__ import annotations

import pytest
from validation.watching import SCENARIOS, statuses

from cases import one_test
from pgx_dosing.monitoring.records import CheckState

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


def alerts(status):
    return {check.id for check in status.checks if check.state is CheckState.ALERT}


@pytest.mark.exhaustive
def test_logs_in_control_raise_no_alert():
    found = list(statuses(SCENARIOS[0], 12))
    assert sum(status.state is CheckState.ALERT for status in found) <= 1  # 5% at most, and chance
    assert sum(status.state is CheckState.OK for status in found) >= 10


@one_test(sample=1)
@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("outcomes +3 mg/week", "residuals.cusum_up"),
        ("outcomes -3 mg/week", "residuals.cusum_down"),
        ("ages of another hospital (70, SD 12)", "drift.psi.age_years"),
        ("weight no longer arrives, from the 400th on", "drift.missing.weight_kg"),
    ],
)
def test_what_happens_is_seen(name, check):
    for status in statuses(BY_NAME[name], 3):
        assert check in alerts(status)


def test_equal_logs_give_equal_statuses():
    assert list(statuses(SCENARIOS[1], 1)) == list(statuses(SCENARIOS[1], 1))
