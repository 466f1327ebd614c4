"""Frozen settings of a run, and the sex and population of a sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final, TypedDict

import msgspec

from pgx.base.assemblies import Assembly
from pgx.errors import UsageError
from pgx.records.advice import CONFIDENCE

__all__ = [
    "MOST",
    "Absent",
    "Limits",
    "Prior",
    "RunSettings",
    "SampleInfo",
    "Untyped",
]

LEAST_CONFIDENCE: Final = 0.5
"""Lowest confidence: below 0.5 the given advice may be less probable than all other advice."""
MOST: Final = 2**31 - 1
"""Largest limit of quality or depth that kernels can represent."""
AVERAGE = "average"
INFERRED = "inferred"
RECORDED = "recorded"
Untyped = str | Path | Iterable[tuple[str, int]] | None


class Absent(StrEnum):
    """Meaning of a defining position without any record or block."""

    NO_CALL = "no-call"
    REFERENCE = "reference"


class Prior(StrEnum):
    """Prior for diplotypes if the data leave several possible."""

    POPULATION = "population"
    NONE = "none"


class RunSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a run reads, calls and advises.

    Empty ``genes``, ``drugs`` and ``samples`` mean all. ``min_gq`` (phred) and ``min_dp``
    (reads) are the limits below which a genotype is unknown. ``untyped`` names positions
    (canonical contig, 1-based on the input's assembly) that the call set could not type.
    ``ancestry`` is a group of the knowledge base's population tables, ``average`` (equal weights),
    ``inferred`` (from the sample's own genotypes) or ``recorded`` (the sample table's
    superpopulation). ``threshold`` (0.5 to 1) is the probability from which a diplotype is called,
    ``confidence`` (0.5 to 1) the posterior probability from which advice counts as certain.
    """

    assembly: Assembly | None = None
    genes: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    absent: Absent = Absent.NO_CALL
    min_gq: int = 20
    min_dp: int = 8
    untyped: frozenset[tuple[str, int]] = frozenset()
    with_sites: bool = True
    prior: Prior = Prior.POPULATION
    ancestry: str = AVERAGE
    threshold: float = 0.95
    confidence: float = CONFIDENCE

    def __post_init__(self) -> None:
        limits = (("confidence", self.confidence, "0.99"), ("threshold", self.threshold, "0.95"))
        for name, value, example in limits:
            if not LEAST_CONFIDENCE <= value <= 1.0:  # written so that nan is refused too
                raise UsageError(
                    f"{name} {value:g} is not between {LEAST_CONFIDENCE:g} and 1",
                    remedy=f"give a probability such as {example}",
                )
        for name, least in (("min_gq", self.min_gq), ("min_dp", self.min_dp)):
            if not 0 <= least <= MOST:
                raise UsageError(f"{name} is not between 0 and {MOST}", remedy="see --help")

    def as_provenance(self) -> dict[str, str]:
        """Return the settings that affect results, as text."""
        return {
            "absent": self.absent.value,
            "genes": ";".join(self.genes) or "all",
            "drugs": ";".join(self.drugs) or "all",
            "confidence": format(self.confidence, "g"),
            "min_dp": str(self.min_dp),
            "min_gq": str(self.min_gq),
            "ancestry": self.ancestry if self.prior is not Prior.NONE else "",
            "prior": self.prior.value,
            "threshold": format(self.threshold, "g"),
            "untyped_sites": str(len(self.untyped)),
        }

    @classmethod
    def from_provenance(cls, made: Mapping[str, str]) -> RunSettings:
        """Return the settings from `as_provenance`, which has only the number of untyped positions.

        Raises
        ------
        KeyError
            A setting is missing.
        ValueError
            The text of a setting is not one of its values.
        """
        return cls(
            genes=_names(made["genes"]),
            drugs=_names(made["drugs"]),
            absent=Absent(made["absent"]),
            min_gq=int(made["min_gq"]),
            min_dp=int(made["min_dp"]),
            prior=Prior(made["prior"]),
            ancestry=made["ancestry"] or AVERAGE,
            threshold=float(made["threshold"]),
            confidence=float(made["confidence"]),
        )


def _names(text: str) -> tuple[str, ...]:
    return () if text == "all" else tuple(text.split(";"))


class Limits(TypedDict, total=False):
    """Rarely changed settings of a run; `RunSettings` has their meaning and defaults.

    ``min_gq`` (phred) and ``min_dp`` (reads) are the limits below which a genotype is unknown;
    ``untyped`` positions, or a file of them, that the call set could not type; ``prior`` is
    ``population`` or ``none``; ``ancestry`` is ``average``, ``inferred``, ``recorded`` or a group
    such as ``EUR``; ``threshold`` is the probability (0.5 to 1) from which a diplotype is called,
    ``confidence`` the one from which advice counts as certain.
    """

    min_gq: int
    min_dp: int
    untyped: Untyped
    prior: Prior | str
    ancestry: str
    threshold: float
    confidence: float


class SampleInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Sex and population of a sample; empty if unknown."""

    sample: str
    sex: str = ""
    population: str = ""
    superpopulation: str = ""
