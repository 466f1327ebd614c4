"""Whether intervals hold what they promise, over all and in each group, by exact intervals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx_dosing.monitoring.chance import binomial_interval
from pgx_dosing.monitoring.joined import Outcomes
from pgx_dosing.monitoring.records import (
    CheckState,
    Family,
    MonitoringCheck,
    Settings,
    check_id,
    not_assessed,
)
from pgx_dosing.monitoring.reference import ValidationReference

__all__ = ["coverage_checks", "members", "subjects"]

Mask = npt.NDArray[np.bool_]
_ADVICE: Final = (
    "do not rely on the interval here; make it anew from local residuals, and look at who falls out"
)


def coverage_checks(
    outcomes: Outcomes, reference: ValidationReference, settings: Settings
) -> list[MonitoringCheck]:
    """Return the coverage of the newest intervals against their level and the validation's.

    An alert is coverage below that of the validation, too little for chance; to watch is coverage
    below the level only, or above it. The family's ``alpha`` is divided among all that is assessed.
    """
    newest = outcomes.last(settings.window)
    has_interval = ~np.isnan(newest.lower)
    levels = newest.level[has_interval]
    if not len(levels):
        return [not_assessed(Family.COVERAGE, "coverage", "", 0, "no outcome with an interval")]
    level = float(levels[-1])
    masks = {"": has_interval & (newest.level == level)}
    for subject, mask in members(newest, reference):
        masks[subject] = masks[""] & mask
    least = {s: settings.min_group if s else settings.min_n for s in masks}
    n_assessed = sum(int(mask.sum()) >= least[s] for s, mask in masks.items())
    alpha = settings.coverage_alpha / max(n_assessed, 1)
    known = subjects(reference)
    return [
        _check(subject, newest, mask, level, known.get(subject), alpha, least[subject])
        for subject, mask in masks.items()
    ]


def subjects(reference: ValidationReference) -> dict[str, float | None]:
    """Return the validated coverage over all ("") and of each group (``race=Asian``)."""
    found = {"": reference.coverage}
    for name, values in reference.groups.items():
        found |= {f"{name}={value}": own.coverage for value, own in values.items()}
    return found


def members(outcomes: Outcomes, reference: ValidationReference) -> Iterator[tuple[str, Mask]]:
    """Yield each group of the log and of the validation, and who is in it (n,)."""
    seen = {(k, v) for row in outcomes.groups for k, v in row.items() if v is not None}
    seen |= {(k, v) for k, values in reference.groups.items() for v in values}
    for name, value in sorted(seen):
        mask = np.array([row.get(name) == value for row in outcomes.groups], np.bool_)
        yield f"{name}={value}", mask


def _check(
    subject: str,
    newest: Outcomes,
    mask: Mask,
    level: float,
    validated: float | None,
    alpha: float,
    least: int,
) -> MonitoringCheck:
    n = int(mask.sum())
    if n < least:
        reason = f"{n} outcomes with an interval, at least {least} are needed"
        return not_assessed(Family.COVERAGE, "coverage", subject, n, reason)
    held = (newest.lower <= newest.observed) & (newest.observed <= newest.upper)
    value = float(held[mask].mean())
    low, high = binomial_interval(int(held[mask].sum()), n, alpha)
    expected = level if validated is None else min(level, validated)
    state = CheckState.OK
    if high < expected:
        state = CheckState.ALERT
    elif high < level or low > level:
        state = CheckState.WATCH
    return MonitoringCheck(
        id=check_id(Family.COVERAGE, "coverage", subject),
        family=Family.COVERAGE,
        kind="coverage",
        subject=subject,
        state=state,
        n=n,
        value=value,
        lower=low,
        upper=high,
        expected=validated,
        threshold=level,
        material=expected,
        reason=f"{value:.1%} of outcomes lie in their {level:.0%} interval"
        + ("" if validated is None else f", {validated:.1%} in the validation"),
        advice="" if state is CheckState.OK else _advice(low, level),
    )


def _advice(low: float, level: float) -> str:
    return "intervals are wider than they need be; recalibrate them" if low > level else _ADVICE
