"""Drift of inputs against the validation: distributions and missing values.

Distributions are compared by the population stability index (PSI), for numbers also by the
Kolmogorov-Smirnov distance at the edges of the reference, for levels by Pearson's chi-square.
Critical values are simulated for the number of patients at hand: PSI increases as the sample
shrinks, which the textbook thresholds 0.1 and 0.2 ignore.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx_dosing.monitoring.charts import binomial_interval
from pgx_dosing.monitoring.records import (
    CheckState,
    Family,
    LevelReference,
    MonitoringCheck,
    NumberReference,
    Settings,
    ValidationReference,
    check_of,
    level_name,
    not_assessed,
    number_words,
)
from pgx_dosing.specification import InputValue

__all__ = ["MATERIAL", "InputShares", "chi_square", "drift_checks", "ks", "psi"]

Floats = npt.NDArray[np.float64]
Statistic = Callable[[Floats, Floats], Floats]

MATERIAL: Final = {"psi": 0.2, "ks": 0.18, "chi_square": 0.0, "missing": 0.05, "unseen": 0.05}
"""From where drift is an alert: PSI by the textbook; a shift of a normal variable with that PSI
(0.45 standard deviations) has a largest distance of 0.18. Chi-square is never an alert alone."""

# with 30 checks alpha is 0.02 / 30: about a dozen samples exceed such a quantile
_SIMULATIONS: Final = 20_000
_FLOOR: Final = 1e-4  # smallest share whose logarithm is taken
_NAMES: Final = {
    "psi": "population stability index",
    "ks": "largest distance of the cumulative shares",
    "chi_square": "chi-square per patient",
}
_ADVICE: Final = (
    "compare who is treated now with the table of the training patients; if this is a new kind of"
    " patients, validate the model on them before it is used further"
)
_MISSING_ADVICE: Final = "find out where the value is lost: interface, form, laboratory, unit"
_UNKNOWN_SHARE: Final = 0.01  # upper bound of a rare share in a reference of unknown size


class InputShares(msgspec.Struct, frozen=True):
    """The distribution of an input in the reference and in the log; for the dashboard.

    ``labels`` name ranges or levels; ``missing`` are the shares without a value, in the same order.
    """

    name: str
    labels: tuple[str, ...]
    expected: tuple[float, ...]
    found: tuple[float, ...]
    missing: tuple[float, float]
    n: int


def psi(found: Floats, expected: Floats) -> Floats:
    """Return the population stability index of shares, over the last axis.

    Shares below 0.0001 are set to that value, so that an empty bin does not give an infinite index.
    """
    a, b = np.maximum(found, _FLOOR), np.maximum(expected, _FLOOR)
    return np.asarray(((a - b) * np.log(a / b)).sum(axis=-1))


def ks(found: Floats, expected: Floats) -> Floats:
    """Return the largest distance of the cumulative shares at the edges, over the last axis."""
    gaps = np.cumsum(found - expected, axis=-1)
    return np.asarray(np.abs(gaps).max(axis=-1))


def chi_square(found: Floats, expected: Floats) -> Floats:
    """Return Pearson's chi-square divided by the number of patients, over the last axis."""
    b = np.maximum(expected, _FLOOR)
    return np.asarray(((found - b) ** 2 / b).sum(axis=-1))


_OF_NUMBERS: Final[dict[str, Statistic]] = {"psi": psi, "ks": ks}
_OF_LEVELS: Final[dict[str, Statistic]] = {"psi": psi, "chi_square": chi_square}


def drift_checks(
    inputs: Sequence[Mapping[str, InputValue]], reference: ValidationReference, settings: Settings
) -> tuple[list[MonitoringCheck], list[InputShares]]:
    """Return the checks of each input, and its distribution.

    The probability that any check departs from ``ok`` without drift is at most
    ``settings.drift_alpha`` (Bonferroni correction, valid for correlated inputs).
    """
    n_checks = sum(_n_checks(own) for own in reference.inputs.values())
    alpha = settings.drift_alpha / max(n_checks, 1)
    checks: list[MonitoringCheck] = []
    shares: list[InputShares] = []
    for name, own in sorted(reference.inputs.items()):
        of_input = _Input(name, own, [row.get(name) for row in inputs], reference.n, alpha)
        checks += of_input.checks(settings.min_n)
        shares.append(of_input.shares())
    return checks, shares


def _n_checks(own: NumberReference | LevelReference) -> int:
    return 3 if isinstance(own, NumberReference) else 4


class _Input:
    """One input: its values in the log and its reference."""

    def __init__(
        self,
        name: str,
        own: NumberReference | LevelReference,
        values: Sequence[InputValue],
        n_reference: int | None,
        alpha: float,
    ) -> None:
        self.name, self.own, self.alpha = name, own, alpha
        self.n_reference = n_reference
        self.n_all = len(values)
        present = [value for value in values if value is not None]
        self.n_missing = self.n_all - len(present)
        self.unseen: dict[str, int] = {}
        if isinstance(own, NumberReference):
            self.statistics = _OF_NUMBERS
            self.labels = _ranges(own.inner_edges())
            self.expected = _whole(own.shares)
            self.counts = _binned(present, own)
        else:
            self.statistics = _OF_LEVELS
            self.labels = tuple(own.shares)
            self.expected = _whole(tuple(own.shares.values()))
            self.counts = self._by_level(present, own)
        self.n = int(self.counts.sum())

    def _by_level(self, present: Sequence[float | str], own: LevelReference) -> Floats:
        counts = dict.fromkeys(own.shares, 0)
        for value in present:
            name = level_name(value, own.shares)
            kept = counts if name in counts else self.unseen
            kept[name] = kept.get(name, 0) + 1
        return np.array(list(counts.values()), np.float64)

    def checks(self, min_n: int) -> list[MonitoringCheck]:
        found = [self._missing(min_n)]
        if isinstance(self.own, LevelReference):
            found.append(self._unseen(min_n))
        if self.n < min_n:
            reason = f"{self.n} values, at least {min_n} are needed"
            return found + [
                not_assessed(Family.DRIFT, kind, self.name, self.n, reason)
                for kind in self.statistics
            ]
        limits = _chance_limits(
            self.statistics, self.expected, self.n, self.n_reference, self.alpha
        )
        return found + [self._distribution(kind, limit) for kind, limit in limits.items()]

    def shares(self) -> InputShares:
        """Return the shares of the reference and of the log."""
        found = self.counts / max(self.n, 1)
        share = self.n_missing / max(self.n_all, 1)
        return InputShares(
            self.name, self.labels, tuple(self.expected.tolist()), tuple(found.tolist()),
            (self.own.missing, share), self.n,
        )  # fmt: skip

    def _distribution(self, kind: str, limit: float) -> MonitoringCheck:
        value = float(self.statistics[kind](self.counts / self.n, self.expected))
        material = MATERIAL[kind] or None
        is_beyond = value > limit
        state = _state(is_beyond=is_beyond, is_material=bool(material and value >= material))
        said = "beyond" if is_beyond else "within"
        reason = (
            f"{_NAMES[kind]} {number_words(value)}, {said} what chance gives at this n"
            f" ({number_words(limit)})"
        )
        figures = {"value": value, "threshold": limit, "material": material}
        return self._check(kind, state, self.n, reason, _ADVICE, **figures)

    def _missing(self, min_n: int) -> MonitoringCheck:
        """Compare the share of missing values, by the exact interval of the current share."""
        if self.n_all < min_n:
            reason = f"{self.n_all} predictions, at least {min_n} are needed"
            return not_assessed(Family.DRIFT, "missing", self.name, self.n_all, reason)
        expected, share = self.own.missing, self.n_missing / self.n_all
        low, high = binomial_interval(self.n_missing, self.n_all, self.alpha)
        least, most = self._expected_missing()
        is_beyond = low > most or high < least
        is_material = share - expected >= MATERIAL["missing"]  # fewer missing values are harmless
        state = _state(is_beyond=is_beyond, is_material=is_material)
        reason = f"{share:.1%} without a value, {expected:.1%} in the validation"
        limit = most if share >= expected else least
        return self._check(
            "missing", state, self.n_all, reason, _missing_advice(share, expected), value=share,
            lower=low, upper=high, expected=expected, threshold=limit,
            material=MATERIAL["missing"],
        )  # fmt: skip

    def _expected_missing(self) -> tuple[float, float]:
        """Return bounds of the true share in the reference, which is itself a sample."""
        if self.n_reference is None:
            return self.own.missing, max(self.own.missing, _UNKNOWN_SHARE)
        count = round(self.own.missing * self.n_reference)
        return binomial_interval(count, self.n_reference, 0.05)

    def _unseen(self, min_n: int) -> MonitoringCheck:
        n, n_unseen = self.n_all - self.n_missing, sum(self.unseen.values())
        if n < min_n and not n_unseen:
            reason = f"{n} values, at least {min_n} are needed"
            return not_assessed(Family.DRIFT, "unseen", self.name, n, reason)
        low, high = binomial_interval(n_unseen, n, self.alpha)
        limit = 3 / self.n_reference if self.n_reference else _UNKNOWN_SHARE
        share = n_unseen / n
        state = _state(is_beyond=low > limit, is_material=share >= MATERIAL["unseen"])
        named = ", ".join(f"{name} ({count})" for name, count in sorted(self.unseen.items())[:10])
        reason = f"not in the validation: {named}" if named else "all levels were in the validation"
        return self._check(
            "unseen", state, n, reason, _ADVICE, value=share, lower=low, upper=high,
            threshold=limit, material=MATERIAL["unseen"],
        )  # fmt: skip

    def _check(
        self,
        kind: str,
        state: CheckState,
        n: int,
        reason: str,
        advice: str,
        **figures: float | None,
    ) -> MonitoringCheck:
        said = "" if state is CheckState.OK else advice
        return check_of(Family.DRIFT, kind, self.name, state, n, reason, said, **figures)


def _state(*, is_beyond: bool, is_material: bool) -> CheckState:
    """Return the state of drift: a significant but immaterial difference does not alert."""
    if not is_beyond:
        return CheckState.OK
    return CheckState.ALERT if is_material else CheckState.WATCH


def _missing_advice(share: float, expected: float) -> str:
    if share > expected:
        return _MISSING_ADVICE
    return "judge the model on patients whose values are known, as they are here"


def _whole(shares: Sequence[float]) -> Floats:
    found: Floats = np.array(shares, np.float64)
    return np.asarray(found / found.sum(), np.float64)


def _binned(present: Sequence[float | str], own: NumberReference) -> Floats:
    """Return counts between edges, each bin with its lower edge; text is excluded."""
    numbers = np.array([float(v) for v in present if not isinstance(v, str)], np.float64)
    bins = np.searchsorted(np.array(own.inner_edges()), numbers, side="right")
    return np.bincount(bins, minlength=len(own.shares)).astype(np.float64)


def _ranges(edges: Sequence[float]) -> tuple[str, ...]:
    if not edges:
        return ("all",)
    middle = [f"{low:g}–{high:g}" for low, high in itertools.pairwise(edges)]
    return (f"below {edges[0]:g}", *middle, f"from {edges[-1]:g}")


def _chance_limits(
    statistics: Mapping[str, Statistic],
    expected: Floats,
    n: int,
    n_reference: int | None,
    alpha: float,
) -> dict[str, float]:
    """Return the critical value of each statistic at probability ``alpha`` without drift.

    Simulated from the reference: the log is a sample of ``n``, and the reference is a sample too.
    """
    random = np.random.default_rng(0)
    found = random.multinomial(n, expected, _SIMULATIONS) / n
    against: Floats = expected
    if n_reference:
        against = random.multinomial(n_reference, expected, _SIMULATIONS) / n_reference
    return {
        kind: float(np.quantile(how(found, against), 1 - alpha)) for kind, how in statistics.items()
    }
