"""What a refinement says: records only."""

from __future__ import annotations

from enum import StrEnum

import msgspec

__all__ = ["Caution", "DoseInterval", "ObservationFit", "Refinement", "ReportFit", "Severity"]


class Severity(StrEnum):
    """How much a caution takes from a result."""

    NOTE = "note"
    DOUBT = "doubt"


class Caution(msgspec.Struct, frozen=True):
    """Something to know before a result is used."""

    code: str
    severity: Severity
    text: str


class DoseInterval(msgspec.Struct, frozen=True):
    """A dose in mg/week with the bounds of its interval."""

    dose: float
    lower: float
    upper: float


class ObservationFit(msgspec.Struct, frozen=True):
    """One INR: what was expected before it, how it fits afterwards, what it did to the dose.

    Attributes
    ----------
    hours
        Hours from midnight of the course's first day.
    observed, expected, z_expected
        The INR; its median given the prior and the INRs before; distance in spreads (log).
    fitted, z
        Median given all INRs; distance in spreads of the residual (log).
    dose_before, dose_after
        Median dose in mg/week without this INR and the later ones, and with it.
    """

    date: str
    hours: float
    observed: float
    expected: float
    z_expected: float
    fitted: float
    z: float
    dose_before: float
    dose_after: float

    @property
    def moved(self) -> float:
        """How far this INR moved the dose, mg/week."""
        return self.dose_after - self.dose_before


class ReportFit(msgspec.Struct, frozen=True):
    """One report of the patient: whether it was used, and how probable it was."""

    date: str
    kind: str
    value: str
    used: bool
    probability: float | None


class Refinement(msgspec.Struct, frozen=True):
    """A maintenance dose refined by what happened.

    Attributes
    ----------
    model, pmid
        The model by which INRs were read.
    refined, prior
        Dose for the target in mg/week, after and before.
    level
        Probability that the intervals are meant to hold.
    target, aimed
        Range of INR, and the INR that the dose is for.
    model_dose
        Dose that the model alone would give for the genotype, mg/week; None where unknown.
    current
        Mean of the last seven days' doses, mg/week; None where fewer are known.
    inr_at_current
        INR that the current dose leads to, where it is kept: median and interval; or None.
    observations, reports
        Each INR and each report in order.
    prior_model
        Name of the regression that gave the prior; empty where it was not told.
    cautions
        What to know first; doubts before notes.
    simulated
        Whether numbers that were only assumed had a part in it.
    """

    model: str
    pmid: str
    refined: DoseInterval
    prior: DoseInterval
    level: float
    target: tuple[float, float]
    aimed: float
    model_dose: float | None
    current: float | None
    inr_at_current: tuple[float, float, float] | None
    observations: tuple[ObservationFit, ...]
    reports: tuple[ReportFit, ...]
    cautions: tuple[Caution, ...]
    prior_model: str = ""
    simulated: bool = False

    @property
    def is_doubtful(self) -> bool:
        """Whether something speaks against using the dose as it stands."""
        return any(c.severity is Severity.DOUBT for c in self.cautions)
