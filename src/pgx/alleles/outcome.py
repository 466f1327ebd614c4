"""What a caller says of one gene in one sample, before phenotypes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from pgx.alleles.discriminating import DiscriminatingSites

__all__ = [
    "DECIMALS",
    "LISTED_FROM",
    "DiplotypeSet",
    "FunctionPair",
    "Haplotype",
    "doubtful_sites",
    "together",
]

LISTED_FROM: Final = 1e-4
"""Probability from which a candidate is listed, and its advice counts."""
DECIMALS: Final = 12
"""Places of a printed probability: what is left is rounding, which may not decide an order."""


@dataclass(frozen=True, slots=True)
class Haplotype:
    """One haplotype of a diplotype.

    ``function`` and ``value`` are the clinical function and activity value that count for
    the phenotype: of a listed haplotype those of its most serious variant. ``parts`` are the
    named alleles and ``g.`` variants on it. ``cause`` names the allele whose causal variant
    gives the function where no definition fits, empty otherwise; ``doubtful`` are then the
    indices of the causal positions and of those at which that allele's definition differs.
    """

    name: str
    function: str | None
    value: str | None
    parts: tuple[str, ...] = ()
    cause: str = ""
    doubtful: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionPair:
    """Functions of a pair (``second`` None for one haplotype), and one pair that has them.

    ``settled_by`` would tell the pairs that have them from the best pair.

    ``probability`` is that of all candidates with these functions, None without a prior, and
    where a combination of alleles may, but need not, have them: ``at_most`` is then the
    probability of such combinations, None of the best pair's. ``by_group`` is the probability
    in each population group. ``open_core`` and ``failed`` are indices of positions, without
    data and with data that failed, through which a documented haplotype has these functions.
    """

    first: str | None
    second: str | None
    diplotype: str
    probability: float | None = None
    settled_by: DiscriminatingSites | None = None
    by_copies: bool = False
    at_most: float | None = None
    by_group: tuple[float, ...] = ()
    open_core: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()

    @property
    def is_listed(self) -> bool:
        """Whether the functions count among the call's own phenotypes.

        Improbable ones count where a position is open that the posterior cannot see.
        """
        is_open = bool(self.open_core or self.failed)
        return is_open or self.probability is None or self.probability >= LISTED_FROM


def together(shares: Iterable[float]) -> float:
    """Return the probability of exclusive things: their sum, which rounding leaves at most 1.

    >>> together([0.7, 0.2, 0.100000000001])
    1.0
    """
    return min(round(sum(shares), DECIMALS), 1.0)


def doubtful_sites(haplotypes: Iterable[Haplotype]) -> DiscriminatingSites | None:
    """Return the positions to genotype again where a causal variant alone gives a function."""
    sites = {index for haplotype in haplotypes for index in haplotype.doubtful}
    return DiscriminatingSites(tuple(sorted(sites)), ()) if sites else None


@dataclass(slots=True)
class DiplotypeSet:
    """Every diplotype that fits.

    Attributes
    ----------
    best
        Haplotypes of the best-supported diplotype, one or two; empty if nothing fits.
    diplotype
        Its name.
    names
        Names of candidates, best first, at most 50.
    probabilities
        Of the candidates in ``names``, empty without a prior.
    rest
        Probability of the candidates that are not listed, None without a prior.
    n_candidates
        How many diplotypes fit in all.
    outcomes
        Distinct function pairs among all candidates, best first.
    factors
        Products of haplotype names whose union is the whole candidate set, unordered.
    open_sites
        Position indices whose answer would tell outcomes apart.
    open_phase
        Position indices whose phase would tell outcomes apart.
    findings
        Every named variant seen, of genes that list variants.
    uses_likelihoods
        Whether genotypes too unsure to count were weighed by their likelihoods.
    unsettled
        Indices of core positions that neither the input nor the prior answers.
    is_partial
        Whether more diplotypes fit than were counted.
    """

    best: tuple[Haplotype, ...] = ()
    diplotype: str | None = None
    names: list[str] = field(default_factory=list)
    probabilities: list[float] = field(default_factory=list)
    rest: float | None = None
    n_candidates: int = 0
    outcomes: list[FunctionPair] = field(default_factory=list)
    factors: list[tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)
    open_sites: list[int] = field(default_factory=list)
    open_phase: list[int] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    uses_likelihoods: bool = False
    unsettled: list[int] = field(default_factory=list)
    is_partial: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def rests_on_cause(self) -> bool:
        """Whether a haplotype of the best diplotype has its function by a causal variant alone."""
        return any(haplotype.cause for haplotype in self.best)

    @property
    def is_single(self) -> bool:
        """Whether one diplotype alone explains what was observed."""
        return self.n_candidates == 1 and not self.is_partial and not self.uses_likelihoods
