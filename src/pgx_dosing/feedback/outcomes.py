"""What patients report, as observations with a likelihood of their own.

No open data say how a person's reports depend on dose and response. The models here have
the form that such data would be fitted with; their numbers are assumed, their file says so,
and whatever uses them is marked as simulated.

A binary outcome is a logistic regression on a driver (log INR, or log exposure, relative to a
reference), an ordinal one a proportional-odds model with rising cuts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.errors import MissingCovariateError, ModelStateError, OutOfDomainError
from pgx_dosing.feedback.parameters import Value, read_record

__all__ = ["OutcomeModel", "OutcomeModels", "Sensitivity", "read_outcomes", "update_sensitivity"]

Array = npt.NDArray[np.float64]
FILE: Final = "outcomes-simulated/outcomes.json"
_POINTS: Final = 401
_REACH: Final = 5.0


class OutcomeModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How probable a report is, given what drives it.

    Attributes
    ----------
    driver
        ``log_inr`` or ``log_exposure``, relative to the log of ``reference``.
    slope, cuts
        Rise of the log odds with the driver; log odds are slope x driver - cut.
    levels
        Levels of an ordinal outcome, from least to most.
    """

    drug: str
    driver: Literal["log_inr", "log_exposure"]
    reference: float
    reference_unit: str
    kind: Literal["binary", "ordinal"]
    slope: float
    cuts: tuple[float, ...]
    meaning: str
    levels: tuple[str, ...] = ()

    def level(self, value: bool | str, name: str) -> int:  # noqa: FBT001 - a report is yes or no
        """Return the place of a reported value among the levels.

        Raises
        ------
        OutOfDomainError
            The outcome has no such value.
        """
        if self.kind == "binary" and isinstance(value, bool):
            return int(value)
        if self.kind == "ordinal" and value in self.levels:
            return self.levels.index(str(value))
        known = ", ".join(self.levels) if self.levels else "true, false"
        raise OutOfDomainError(f"{name} is none of its values", remedy=f"one of {known}")

    def probabilities(self, driver: npt.ArrayLike) -> Array:
        """Return the probability of each level, (..., L), for drivers (...)."""
        x = self.slope * np.asarray(driver, np.float64)[..., None] - np.asarray(self.cuts)
        reached = 1 / (1 + np.exp(-x))
        whole = np.ones((*x.shape[:-1], 1))
        found: Array = -np.diff(np.concatenate([whole, reached, 0 * whole], axis=-1), axis=-1)
        return found

    def log_likelihood(self, driver: npt.ArrayLike, level: int) -> Array:
        """Return the log probability of a level for drivers (...)."""
        # rounding may leave nothing of a level that is far away
        found: Array = np.log(np.maximum(self.probabilities(driver)[..., level], 1e-300))
        return found


class OutcomeModels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shipped outcomes; ``simulated`` is true while their numbers are assumed."""

    schema_version: str
    name: str
    title: str
    simulated: bool
    note: str
    outcomes: Mapping[str, OutcomeModel]
    sensitivity_sd: Value

    def of(self, kind: str, drug: str, where: str = "") -> OutcomeModel:
        """Return the model of a report about a drug.

        Raises
        ------
        MissingCovariateError
            There is none.
        """
        known = [name for name, model in self.outcomes.items() if model.drug == drug]
        if kind not in known:
            raise MissingCovariateError(
                f"no model of this report for {drug}",
                where=where,
                remedy=f"known are {', '.join(known) or 'none'}",
            )
        return self.outcomes[kind]


class Sensitivity(msgspec.Struct, frozen=True):
    """How strongly a person answers to a drug, relative to the usual one (1).

    Attributes
    ----------
    median, lower, upper
        Of the posterior.
    level
        Probability of the interval.
    probabilities
        Of the posterior's mean, by outcome and level, at the dose asked about.
    simulated
        Whether the numbers behind it were only assumed.
    """

    drug: str
    median: float
    lower: float
    upper: float
    level: float
    dose: float
    probabilities: Mapping[str, tuple[float, ...]]
    simulated: bool


@lru_cache(maxsize=1)
def read_outcomes() -> OutcomeModels:
    """Return the shipped outcomes.

    Raises
    ------
    ModelFolderError
        The file is absent or damaged.
    """
    return read_record(FILE, OutcomeModels)


def update_sensitivity(
    drug: str,
    reports: Sequence[tuple[float, str, bool | str]],
    *,
    dose: float,
    level: float = 0.9,
    allow_simulated: bool = False,
    models: OutcomeModels | None = None,
) -> Sensitivity:
    """Update a person's sensitivity to a drug by reports.

    Parameters
    ----------
    drug
        Name of the drug in the outcomes' file.
    reports
        (daily dose at the time, outcome, value) each.
    dose
        Daily dose for which probabilities of outcomes are asked.
    level
        Probability of the interval.
    allow_simulated
        Must be true while the outcomes' numbers are assumed.
    models
        Outcomes; the shipped ones if not given.

    Raises
    ------
    ModelStateError
        Numbers are assumed and that was not allowed.
    MissingCovariateError, OutOfDomainError
        An outcome that is not the drug's or not driven by exposure, a value or dose that
        cannot be.
    """
    known = models or read_outcomes()
    if known.simulated and not allow_simulated:
        raise ModelStateError(
            "the outcomes' numbers are assumed, none was estimated",
            remedy="allow simulated numbers, for teaching and tests only",
        )
    sd = known.sensitivity_sd.value
    u = np.linspace(-_REACH, _REACH, _POINTS)
    log_density = -0.5 * u**2
    for daily, kind, value in reports:
        model = known.of(kind, drug)
        driver = _exposure(model, daily) + sd * u
        log_density = log_density + model.log_likelihood(driver, model.level(value, kind))
    share = np.exp(log_density - log_density.max())
    share /= share.sum()
    middle, low, high = _quantiles(sd * u, share, (0.5, (1 - level) / 2, (1 + level) / 2))
    found = {
        name: tuple(map(float, share @ model.probabilities(_exposure(model, dose) + sd * u)))
        for name, model in known.outcomes.items()
        if model.drug == drug and model.driver == "log_exposure"
    }
    return Sensitivity(drug, middle, low, high, level, dose, found, known.simulated)


def _exposure(model: OutcomeModel, daily: float) -> float:
    if model.driver != "log_exposure" or not 0 < daily < math.inf:
        raise OutOfDomainError(
            "the daily dose cannot be weighed here",
            remedy="give a daily dose above 0; outcomes driven by INR belong to a course",
        )
    return math.log(daily / model.reference)


def _quantiles(x: Array, share: Array, levels: tuple[float, ...]) -> tuple[float, ...]:
    reached = np.cumsum(share) - share / 2
    return tuple(float(np.exp(np.interp(level, reached, x))) for level in levels)
