"""Whether a group fares worse against the others than it did in the validation.

A group may have a larger error because its doses are larger: what counts is not that there is a
gap, but that it is wider than the one that was known when the model was approved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx_dosing.monitoring.chance import normal_quantile
from pgx_dosing.monitoring.coverage import Mask, members
from pgx_dosing.monitoring.joined import Outcomes
from pgx_dosing.monitoring.records import (
    CheckState,
    Family,
    MonitoringCheck,
    Settings,
    check_id,
    not_assessed,
    number_words,
)
from pgx_dosing.monitoring.reference import GroupReference, ValidationReference

__all__ = ["gap_checks"]

Floats = npt.NDArray[np.float64]
_ADVICE: Final = (
    "look at this group's patients and outcomes with those who treat them; until the cause is"
    " known, say at each prediction for the group that it is less sure"
)


class _Kind(msgspec.Struct, frozen=True):
    """What is compared: one value an outcome, whose mean is worse where ``sign`` times it is up."""

    name: str
    word: str
    sign: float
    values: Callable[[Outcomes], Floats]
    validated: Callable[[GroupReference], float | None]


def _covered(outcomes: Outcomes) -> Floats:
    """Return 1 for an outcome within its interval, 0 outside it, NaN without one; shape (n,)."""
    held = (outcomes.lower <= outcomes.observed) & (outcomes.observed <= outcomes.upper)
    return np.where(np.isnan(outcomes.lower), np.nan, held)


_KINDS: Final = (
    _Kind("mae", "mean absolute error", 1.0, lambda o: np.abs(o.residuals), lambda g: g.mae),
    _Kind("coverage", "coverage", -1.0, _covered, lambda g: g.coverage),
)


def gap_checks(
    outcomes: Outcomes, reference: ValidationReference, settings: Settings
) -> list[MonitoringCheck]:
    """Return for each group how its error and coverage stand against those of all others.

    The family's ``alpha`` is divided among the gaps that are assessed (Bonferroni).
    """
    newest = outcomes.last(settings.window)
    found = []
    for kind in _KINDS:
        values = kind.values(newest)
        is_known = ~np.isnan(values)
        for subject, mask in members(newest, reference):
            found.append(
                (
                    kind,
                    subject,
                    values[mask & is_known],
                    values[_rest(subject, newest, mask) & is_known],
                )
            )
    least = settings.min_group
    n_assessed = sum(min(len(own), len(others)) >= least for *_, own, others in found)
    alpha = settings.gap_alpha / max(n_assessed, 1)
    return [_check(*one, reference, alpha, least) for one in found]


def _rest(subject: str, newest: Outcomes, mask: Mask) -> Mask:
    """Return who is known to be in another group of the same name."""
    name = subject.partition("=")[0]
    is_told = np.array([row.get(name) is not None for row in newest.groups], np.bool_)
    return is_told & ~mask


def _check(
    kind: _Kind,
    subject: str,
    own: Floats,
    rest: Floats,
    reference: ValidationReference,
    alpha: float,
    least: int,
) -> MonitoringCheck:
    n = len(own)
    if min(n, len(rest)) < least:
        reason = f"{n} outcomes in the group and {len(rest)} outside, at least {least} are needed"
        return not_assessed(Family.GAPS, kind.name, subject, n, reason)
    n_own, n_rest, expected = _validated(kind, subject, reference)
    value = float(own.mean() - rest.mean())
    half = _half_width(own, rest, n_own, n_rest, alpha)
    worse = kind.sign * (value - (expected or 0.0)) - half
    is_wider = worse > 0
    state = CheckState.OK
    if is_wider:
        state = CheckState.WATCH if expected is None else CheckState.ALERT
    before = "not validated" if expected is None else f"{number_words(expected)} in the validation"
    return MonitoringCheck(
        id=check_id(Family.GAPS, kind.name, subject),
        family=Family.GAPS,
        kind=kind.name,
        subject=subject,
        state=state,
        n=n,
        value=value,
        lower=value - half,
        upper=value + half,
        expected=expected,
        threshold=(expected or 0.0) + kind.sign * half,
        reason=f"{kind.word} differs by {number_words(value)} from that of the others, {before}",
        advice=_ADVICE if is_wider else "",
    )


def _validated(
    kind: _Kind, subject: str, reference: ValidationReference
) -> tuple[float, float, float | None]:
    """Return the numbers in and outside the group, and the gap, of the validation."""
    name, _, value = subject.partition("=")
    groups = reference.groups.get(name, {})
    known = {v: (g.n, e) for v, g in groups.items() if (e := kind.validated(g)) is not None}
    others = [known[v] for v in known if v != value]
    if value not in known or not others:
        return np.inf, np.inf, None
    n_rest = float(sum(n for n, _ in others))
    rest = sum(n * error for n, error in others) / n_rest
    return float(known[value][0]), n_rest, known[value][1] - rest


def _half_width(own: Floats, rest: Floats, n_own: float, n_rest: float, alpha: float) -> float:
    """Return half the interval of the gap beyond the validation's, itself from a sample.

    Variances of shares are those of Agresti and Caffo (one more on either side), so that a group
    in which all or none is covered has an interval too.
    """
    spread = _variance(own) * (1 / len(own) + 1 / n_own)
    spread += _variance(rest) * (1 / len(rest) + 1 / n_rest)
    return normal_quantile(1 - alpha / 2) * float(np.sqrt(spread))


def _variance(values: Floats) -> float:
    if np.isin(values, (0.0, 1.0)).all():
        share = (values.sum() + 1) / (len(values) + 2)
        return float(share * (1 - share))
    return float(values.var(ddof=1))
