"""What is to be said of each meaning of a posterior's pairs: probability, open positions.

A meaning is what a pair of haplotypes does, its functions. Its probability is that of all pairs
that have it; what would show it are the unanswered positions at which these pairs differ from
the best one. Where a position has no data, or data that failed, the probability is not all that
counts: there every documented haplotype that fits the rest keeps its meaning open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import MISSING
from pgx.haplotypes.matching import Observation
from pgx.haplotypes.outcome import (
    DECIMALS,
    DiscriminatingSites,
    FunctionPair,
    open_phases,
    together,
)
from pgx.haplotypes.posterior import Posterior

__all__ = [
    "SEEN_FROM",
    "Concern",
    "Groups",
    "MeaningDetails",
    "add_outcome",
]

SEEN_FROM: Final = 1e-9
"""Probability from which a meaning is weighed at all: below it is rounding."""
ANSWER_FROM: Final = 1e-6
"""Probability of a pair from which an answer that would show it is asked for."""

_Numbers = npt.NDArray[np.intp]
_Bools = npt.NDArray[np.bool_]
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Concern:
    """Positions, (P,) bool each, at which more is asked than elsewhere.

    At ``failed`` ones every documented alternative counts, however improbable: the input has
    something there that cannot be used. ``core`` ones have to be answered for a gene to be
    called, ``named`` ones of them beyond doubt. ``open_core``, (P,) uint64, are the causal alleles,
    as bits by code, of core positions without data: for advice that may do serious harm every
    documented haplotype with such an allele counts.
    """

    failed: _Bools
    open_core: npt.NDArray[np.uint64]
    core: _Bools
    named: _Bools


class Groups(NamedTuple):
    """Which pair has which meaning.

    ``meaning`` is the (M,) number of each pair's meaning, ``lead`` the row of the best pair,
    ``n_known`` the number of documented haplotypes, ``by_group`` whether probabilities in each
    population group are wanted.
    """

    meaning: _Numbers
    lead: int
    n_known: int
    by_group: bool


class MeaningDetails:
    """Probabilities of meanings by population group, and what would show them.

    Parameters
    ----------
    posterior
        M pairs of haplotypes with their probabilities.
    codes
        (K, P) int8 allele codes of all haplotypes that the pairs number.
    observation, concern
        What is known, and where more is asked.
    groups
        Which pair has which meaning.
    """

    def __init__(
        self,
        posterior: Posterior,
        codes: npt.NDArray[np.int8],
        observation: Observation,
        concern: Concern,
        groups: Groups,
    ) -> None:
        self._posterior, self._codes, self._observation = posterior, codes, observation
        self._groups = groups
        self._missing = np.flatnonzero(observation.missing)
        self._differs = self._compared(self._missing)
        documented = (posterior.pairs < groups.n_known).all(axis=1)
        known: _Bools = np.asarray(self._differs & np.asarray(documented)[:, None])
        self._core: _Bools = np.asarray(known & self._causal(concern.open_core))
        failed = known & concern.failed[self._missing]
        self._failed: _Bools = np.asarray(failed | (self._differs & self._contradicted()))
        self._open: _Bools = np.asarray((self._core | self._failed).any(axis=1))
        self._asked = (posterior.probability >= ANSWER_FROM) | self._open
        self._shares = self._by_group()

    def _compared(self, sites: _Numbers) -> _Bools:
        """(M, S) bool: at which of S positions a pair has another genotype than the best one."""
        if not len(sites):
            return np.zeros((len(self._posterior.pairs), 0), np.bool_)
        codes = np.ascontiguousarray(self._codes[:, sites])
        one, two = (codes[numbers] for numbers in self._posterior.pairs.T)
        low, high = np.minimum(one, two), np.maximum(one, two)
        lead = self._groups.lead
        differs = (low != low[lead]) & (low != MISSING)
        return np.asarray(differs | ((high != high[lead]) & (high != MISSING)))

    def _contradicted(self) -> _Bools:
        """(S,) bool: unanswered positions at which reads contradict the written genotype.

        Whatever that genotype makes of a haplotype, described or not, the file says that it is
        there.
        """
        sites = [site.site for site in self._observation.soft if site.contradicted]
        return np.isin(self._missing, sites)

    def _causal(self, alleles: npt.NDArray[np.uint64]) -> _Bools:
        """(M, S) bool: where a pair has another number of causal alleles than the best one."""
        wanted = alleles[self._missing]
        if not wanted.any():
            return np.zeros(self._differs.shape, np.bool_)
        codes = self._codes[:, self._missing]
        bits = np.uint64(1) << np.maximum(codes, 0).astype(np.uint64)
        carried = ((bits & wanted) != 0) & (codes != MISSING)
        one, two = (carried[numbers].astype(np.int8) for numbers in self._posterior.pairs.T)
        total = one + two
        return np.asarray(total != total[self._groups.lead])

    def _by_group(self) -> npt.NDArray[np.float64]:
        """Return (G, n) probabilities of meanings in each group; (0, 0) if not wanted."""
        if not self._groups.by_group or len(self._posterior.pairs) < 2:
            return np.zeros((0, 0))
        meaning = self._groups.meaning
        return np.array([np.bincount(meaning, weights=p) for p in self._posterior.by_group])

    def is_open(self, n_meanings: int) -> _Bools:
        """(n,) bool: meanings that a documented pair has through an open position."""
        counts = np.bincount(self._groups.meaning, weights=self._open, minlength=n_meanings)
        return np.asarray(counts > 0)

    def of(self, meaning: int, probability: float) -> FunctionPair:
        """Return what is to be said of one meaning, without its functions and name."""
        theirs = self._groups.meaning == meaning
        ours = self._groups.meaning == self._groups.meaning[self._groups.lead]
        is_best = bool(theirs[self._groups.lead])
        shares = self._shares[:, meaning].tolist() if len(self._shares) else []
        return FunctionPair(
            None,
            None,
            "",
            probability,
            settled_by=None if is_best else self._discriminating_sites(theirs, ours),
            by_group=tuple(round(share, DECIMALS) for share in shares),
            open_core=self._sites(self._core[theirs]),
            failed=self._sites(self._failed[theirs]),
        )

    def _discriminating_sites(self, theirs: _Bools, ours: _Bools) -> DiscriminatingSites:
        """Return the positions and phases whose answer could show one of these pairs."""
        asked = theirs & self._asked
        is_asked = bool(asked.any())
        sites = self._sites(self._differs[asked if is_asked else theirs])
        if self._observation.n_blocks < 2 or (sites and not is_asked):
            return DiscriminatingSites(sites, ())  # phases that hardly matter take most of the time
        asked = asked if is_asked else theirs
        rows = np.flatnonzero(asked | (ours & self._asked))
        first, second = (self._codes[numbers] for numbers in self._posterior.pairs[rows].T)
        return DiscriminatingSites(
            sites, open_phases(self._observation, first, second, theirs[rows])
        )

    def _sites(self, at: _Bools) -> tuple[int, ...]:
        """Return the missing positions that any row of (n, S) names."""
        return tuple(self._missing[at.any(axis=0)].tolist())


def add_outcome(
    found: dict[_Key, FunctionPair],
    key: _Key,
    functions: tuple[str | None, ...],
    outcome: FunctionPair,
) -> None:
    """Add a meaning, or its probability and its open positions to the same one."""
    second = functions[1] if len(functions) == 2 else None
    known = found.get(key)
    if known is None:
        found[key] = replace(outcome, first=functions[0], second=second)
        return
    found[key] = replace(
        known,
        probability=_sum(known.probability, outcome.probability),
        at_most=_sum(known.at_most, outcome.at_most),
        by_group=tuple(a + b for a, b in zip(known.by_group, outcome.by_group, strict=False)),
        settled_by=_union(known.settled_by, outcome.settled_by),
        open_core=tuple(dict.fromkeys((*known.open_core, *outcome.open_core))),
        failed=tuple(dict.fromkeys((*known.failed, *outcome.failed))),
    )


def _sum(one: float | None, two: float | None) -> float | None:
    """Return a sum; of what is not known nothing is."""
    return None if one is None or two is None else together([one, two])


def _union(
    one: DiscriminatingSites | None, two: DiscriminatingSites | None
) -> DiscriminatingSites | None:
    """Return what shows either of two meanings; None where one is the best pair's."""
    if one is None or two is None:
        return None
    sites = dict.fromkeys((*one.sites, *two.sites))
    return DiscriminatingSites(tuple(sites), tuple(dict.fromkeys((*one.phases, *two.phases))))
