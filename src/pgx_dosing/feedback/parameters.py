"""Numbers of the K-PD model, from its data file: each with unit, meaning and how sure it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from pgx.base.errors import MissingCovariateError, ModelFolderError, OutOfDomainError
from pgx.base.shipped import read_data
from pgx_dosing.folders import shipped_folder

__all__ = [
    "AlleleValues",
    "Cautions",
    "Parameters",
    "Range",
    "data_file",
    "read_parameters",
]

FILE: Final = "warfarin-kpd/parameters.json"
Record = TypeVar("Record")


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One number; ``certainty`` is ``checked``, ``secondary`` or ``own``."""

    value: float
    unit: str
    meaning: str
    certainty: str = ""


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a number may be, bounds included."""

    low: float
    high: float
    unit: str

    def check(self, name: str, value: float, where: str = "", remedy: str = "") -> float:
        """Return a value that lies inside.

        Raises
        ------
        OutOfDomainError
            The value is outside, or no number.
        """
        if not self.low <= value <= self.high:  # also refuses what is no number
            unit = "" if self.unit == "1" else f" {self.unit}"
            raise OutOfDomainError(
                f"{name} is outside {self.low:g} to {self.high:g}{unit}",
                where=where,
                remedy=remedy or "check value and unit",
            )
        return value


class AlleleValues(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What each of the two alleles of a gene adds to a parameter."""

    gene: str
    unit: str
    values: Mapping[str, float]
    usual: str
    meaning: str
    certainty: str

    def total(self, counts: Mapping[str, int]) -> float:
        """Return the sum over a person's two alleles.

        Raises
        ------
        MissingCovariateError
            An allele for which the model has no value.
        OutOfDomainError
            The counts are not those of two alleles.
        """
        unknown = sorted(set(counts) - set(self.values))
        if unknown:
            raise MissingCovariateError(
                f"the model has no value for an allele of {self.gene}",
                remedy=f"it knows {', '.join(self.values)}; leave the gene out to say unknown",
            )
        if any(n < 0 for n in counts.values()) or sum(counts.values()) != 2:
            raise OutOfDomainError(
                f"{self.gene} has two alleles, the counts say {sum(counts.values())}",
                remedy="give the number of each allele",
            )
        return math.fsum(self.values[allele] * n for allele, n in counts.items())

    def usual_total(self) -> float:
        """Return the sum for two of the most usual allele."""
        return 2 * self.values[self.usual]


class Cautions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From where on something is said of a result."""

    z_doubtful: float
    share_of_change_to_confirm: float
    share_still_moving: float
    inr_to_act_on: float
    untreated_inr: float


class ParameterCitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A publication."""

    text: str
    pmid: str
    doi: str


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The equations in words, and how sure they are."""

    equations: tuple[str, ...]
    certainty: str
    note: str


class Values(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The numbers that are not per allele."""

    gamma: Value
    transit_hours_1: Value
    transit_hours_2: Value
    volume: Value
    age_slope: Value
    age_reference: Value
    inr_max: Value
    baseline_inr: Value
    share_active: Value
    sd_potency: Value
    sd_speed: Value
    sd_inr: Value
    sd_inr_believed: Value
    residual_turn: Value
    speed_offset_unknown: Value
    hour_of_dose: Value
    hour_of_inr: Value
    days_of_lead_in: Value


class Ranges(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What inputs may be."""

    age_years: Range
    dose_mg: Range
    inr: Range
    baseline_inr: Range
    target_inr: Range
    dose_mg_per_week: Range


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The model of one drug, as in ``data/models/warfarin-kpd/parameters.json``."""

    schema_version: str
    name: str
    title: str
    drug: str
    citation: ParameterCitation
    certainty: Mapping[str, str]
    form: Form
    clearance_per_allele: AlleleValues
    ec50_per_allele: AlleleValues
    values: Values
    ranges: Ranges
    cautions: Cautions

    def clearance(self, counts: Mapping[str, int] | None, age_years: float) -> float:
        """Return the typical clearance in L/h; two usual alleles where counts are None.

        Raises
        ------
        MissingCovariateError, OutOfDomainError
            Alleles without a value, counts that cannot be, an age outside the range.
        """
        self.ranges.age_years.check("the age", age_years)
        alleles = self.clearance_per_allele
        total = alleles.usual_total() if counts is None else alleles.total(counts)
        v = self.values
        return total * (1 + v.age_slope.value * (age_years - v.age_reference.value))

    def speed(self, counts: Mapping[str, int] | None, age_years: float) -> float:
        """Return the typical KDE in 1/h, clearance by volume."""
        return self.clearance(counts, age_years) / self.values.volume.value

    def speed_sd(self, counts: Mapping[str, int] | None) -> float:
        """Return the spread of log KDE between persons, wider where alleles are unknown."""
        v = self.values
        more = v.speed_offset_unknown.value if counts is None else 0.0
        return math.sqrt(v.sd_speed.value**2 + more)


def data_file(name: str) -> Path:
    """Return the path of a shipped data file of models, installed or in a checkout."""
    return shipped_folder() / name


def read_record(name: str, kind: type[Record]) -> Record:
    """Read a shipped JSON file into a record.

    Raises
    ------
    ModelFolderError
        The file is absent or not what it should be.
    """
    try:
        return msgspec.json.decode(read_data(data_file(name)), type=kind)
    except (OSError, msgspec.MsgspecError, UnicodeError) as error:
        raise ModelFolderError(
            "the model's file is absent or damaged", where=name, remedy="reinstall pgx"
        ) from error


@lru_cache(maxsize=1)
def read_parameters() -> Parameters:
    """Return the shipped parameters of warfarin.

    Raises
    ------
    ModelFolderError
        The file is absent or not what it should be.
    """
    return read_record(FILE, Parameters)
