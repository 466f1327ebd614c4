"""Diplotypes by function: probability, and what discriminates one outcome from another."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import MISSING
from pgx.haplotypes.observation import Observation
from pgx.haplotypes.posterior import DECIMALS, LISTED_FROM, Posterior

__all__ = [
    "MAX_LISTED",
    "SEEN_FROM",
    "CriticalSites",
    "DiplotypeSet",
    "DiscriminatingSites",
    "FunctionPair",
    "Groups",
    "Haplotype",
    "MeaningDetails",
    "add_outcome",
    "open_phases",
    "together",
    "uncertain_sites",
]


SEEN_FROM: Final = 1e-9
"""Probability from which a meaning is weighed at all: below it is rounding."""
ANSWER_FROM: Final = 1e-6
"""Probability of a pair from which an answer that would show it is asked for."""
_Numbers = npt.NDArray[np.intp]
_Bools = npt.NDArray[np.bool_]
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class CriticalSites:
    """Positions, (P,) bool each, with stricter requirements.

    At ``failed`` ones every documented alternative counts, however improbable: the input has data
    there that cannot be used. ``core`` ones must be called for a gene to be called, ``named`` ones
    of them with a stricter limit. ``open_core``, (P,) uint64, are the causal alleles, as bits by
    code, of core positions without data: for recommendations on critical drugs every documented
    haplotype with such an allele counts.
    """

    failed: _Bools
    open_core: npt.NDArray[np.uint64]
    core: _Bools
    named: _Bools


class Groups(NamedTuple):
    """Which pair has which meaning.

    ``meaning`` is the (M,) number of each pair's outcome, ``lead`` the row of the best pair,
    ``n_known`` the number of documented haplotypes, ``by_group`` whether probabilities in each
    population group are requested.
    """

    meaning: _Numbers
    lead: int
    n_known: int
    by_group: bool


class MeaningDetails:
    """Probabilities of outcomes by population group, and their discriminating sites.

    Parameters
    ----------
    posterior
        M pairs of haplotypes with their probabilities.
    codes
        (K, P) int8 allele codes of all haplotypes of the pairs.
    observation, critical
        Data of the sample, and positions with stricter requirements.
    groups
        Which pair has which meaning.
    """

    def __init__(
        self,
        posterior: Posterior,
        codes: npt.NDArray[np.int8],
        observation: Observation,
        critical: CriticalSites,
        groups: Groups,
    ) -> None:
        self._posterior, self._codes, self._observation = posterior, codes, observation
        self._groups = groups
        self._missing = np.flatnonzero(observation.missing)
        self._differs = self._compared(self._missing)
        # Undocumented haplotypes would keep every meaning open at any gap.
        documented = (posterior.pairs < groups.n_known).all(axis=1)
        known: _Bools = np.asarray(self._differs & np.asarray(documented)[:, None])
        self._core: _Bools = np.asarray(known & self._causal(critical.open_core))
        failed = known & critical.failed[self._missing]
        self._failed: _Bools = np.asarray(failed | (self._differs & self._contradicted()))
        self._open: _Bools = np.asarray((self._core | self._failed).any(axis=1))
        self._asked = (posterior.probability >= ANSWER_FROM) | self._open
        self._shares = self._by_group()

    def _compared(self, sites: _Numbers) -> _Bools:
        """(M, S) bool: at which of S positions a pair's genotype differs from the best one's."""
        if not len(sites):
            return np.zeros((len(self._posterior.pairs), 0), np.bool_)
        codes = np.ascontiguousarray(self._codes[:, sites])
        one, two = (codes[numbers] for numbers in self._posterior.pairs.T)
        low, high = np.minimum(one, two), np.maximum(one, two)
        lead = self._groups.lead
        differs = (low != low[lead]) & (low != MISSING)
        return np.asarray(differs | ((high != high[lead]) & (high != MISSING)))

    def _contradicted(self) -> _Bools:
        """(S,) bool: missing positions at which reads contradict the written genotype.

        The file states that genotype, whether or not it gives a described haplotype.
        """
        sites = [site.site for site in self._observation.soft if site.contradicted]
        return np.isin(self._missing, sites)

    def _causal(self, alleles: npt.NDArray[np.uint64]) -> _Bools:
        """(M, S) bool: where a pair's number of causal alleles differs from the best one's."""
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
        """Return (G, n) probabilities of outcomes in each group; (0, 0) if not requested."""
        if not self._groups.by_group or len(self._posterior.pairs) < 2:
            return np.zeros((0, 0))
        meaning = self._groups.meaning
        return np.array([np.bincount(meaning, weights=p) for p in self._posterior.by_group])

    def is_open(self, n_meanings: int) -> _Bools:
        """(n,) bool: outcomes of a documented pair through an unresolved position."""
        counts = np.bincount(self._groups.meaning, weights=self._open, minlength=n_meanings)
        return np.asarray(counts > 0)

    def of(self, meaning: int, probability: float) -> FunctionPair:
        """Return the details of one outcome, without its functions and name."""
        theirs = self._groups.meaning == meaning
        ours = self._groups.meaning == self._groups.meaning[self._groups.lead]
        is_best = bool(theirs[self._groups.lead])
        shares = self._shares[:, meaning].tolist() if len(self._shares) else []
        return FunctionPair(
            None,
            None,
            "",
            probability,
            resolved_by=None if is_best else self._discriminating_sites(theirs, ours),
            by_group=tuple(round(share, DECIMALS) for share in shares),
            open_core=self._sites(self._core[theirs]),
            failed=self._sites(self._failed[theirs]),
        )

    def _discriminating_sites(self, theirs: _Bools, ours: _Bools) -> DiscriminatingSites:
        """Return the positions and phases that could show one of these pairs."""
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
        """Return the missing positions marked in any row of (n, S)."""
        return tuple(self._missing[at.any(axis=0)].tolist())


def add_outcome(
    found: dict[_Key, FunctionPair],
    key: _Key,
    functions: tuple[str | None, ...],
    outcome: FunctionPair,
) -> None:
    """Add an outcome, or add its probability and positions to an equal one."""
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
        resolved_by=_union(known.resolved_by, outcome.resolved_by),
        open_core=tuple(dict.fromkeys((*known.open_core, *outcome.open_core))),
        failed=tuple(dict.fromkeys((*known.failed, *outcome.failed))),
    )


def _sum(one: float | None, two: float | None) -> float | None:
    """Return a sum; None if a term is unknown."""
    return None if one is None or two is None else together([one, two])


def _union(
    one: DiscriminatingSites | None, two: DiscriminatingSites | None
) -> DiscriminatingSites | None:
    """Return what shows either of two outcomes; None if one is the best pair's."""
    if one is None or two is None:
        return None
    sites = dict.fromkeys((*one.sites, *two.sites))
    return DiscriminatingSites(tuple(sites), tuple(dict.fromkeys((*one.phases, *two.phases))))


_MAX_PAIRS: Final = 200
_MAX_BLOCKS: Final = 6


class DiscriminatingSites(NamedTuple):
    """Position indices to genotype, and pairs of positions to phase."""

    sites: tuple[int, ...]
    phases: tuple[tuple[int, int], ...]


def open_phases(
    observation: Observation,
    first: npt.NDArray[np.int8],
    second: npt.NDArray[np.int8],
    is_other: npt.NDArray[np.bool_],
) -> tuple[tuple[int, int], ...]:
    """Return the smallest set of phases that discriminates other candidates from one outcome.

    Parameters
    ----------
    observation
        Data of the sample.
    first, second
        (M, P) int8: codes of each candidate's two haplotypes, most probable first.
    is_other
        (M,) bool: the candidates of one outcome; the others have a different one.

    Notes
    -----
    All sets of one and two phases are tried; larger ones are built greedily and reduced to a
    minimal set. Candidates that phase does not discriminate remain.
    """
    features, names = _relative_orientations(observation, first, second)
    if not names:
        return ()
    ours = np.flatnonzero(~is_other)[:_MAX_PAIRS]
    theirs = np.flatnonzero(is_other)[:_MAX_PAIRS]
    mine, other = _distinct(features[ours]), _distinct(features[theirs])
    apart = (mine[:, None, :] != other[None, :, :]).reshape(-1, features.shape[1])
    apart = apart[apart.any(axis=1)]
    return tuple(names[i] for i in _cover(apart[_first_of_each(np.packbits(apart, axis=1))]))


def _relative_orientations(
    observation: Observation, first: npt.NDArray[np.int8], second: npt.NDArray[np.int8]
) -> tuple[npt.NDArray[np.bool_], list[tuple[int, int]]]:
    """Return (M, F) bool: relative orientation of blocks in each candidate, and positions."""
    leads = _leads(observation)[:_MAX_BLOCKS]
    upright = [first[:, p] == observation.codes[p, 0] for p in leads]
    columns: list[npt.NDArray[np.bool_]] = []
    names: list[tuple[int, int]] = []
    for (i, p), (j, q) in itertools.combinations(enumerate(leads), 2):
        columns.append(upright[i] == upright[j])
        names.append((p, q))
    if not columns:
        return np.zeros((len(first), 0), np.bool_), []
    return np.stack(columns, axis=1), names


def _distinct(rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    return rows[_first_of_each(rows)]


def _first_of_each(rows: npt.NDArray[Any]) -> list[int]:
    """Return an index of each distinct row; `numpy.unique` takes seconds for wide rows."""
    return sorted({row.tobytes(): i for i, row in enumerate(rows)}.values())


def _leads(observation: Observation) -> list[int]:
    """Return one fully known position of each phase block."""
    whole = ~observation.missing
    found = [np.flatnonzero((observation.block == b) & whole) for b in range(observation.n_blocks)]
    return [int(sites[0]) for sites in found if len(sites)]


def _cover(apart: npt.NDArray[np.bool_]) -> list[int]:
    """Return few columns that cover all rows."""
    if not len(apart):
        return []
    single = np.flatnonzero(apart.all(axis=0))
    if len(single):
        return [int(single[0])]
    useful = np.flatnonzero(apart.any(axis=0)).tolist()
    # Finding the smallest set is a set-cover problem (NP-hard): beyond two phases it is greedy.
    for i, j in itertools.combinations(useful[:64], 2):
        if (apart[:, i] | apart[:, j]).all():
            return [i, j]
    return _without_redundant(apart, _greedy(apart))


def _greedy(apart: npt.NDArray[np.bool_]) -> list[int]:
    chosen: list[int] = []
    left = apart
    while len(left):
        best = int(left.sum(axis=0).argmax())
        chosen.append(best)
        left = left[~left[:, best]]
    return chosen


def _without_redundant(apart: npt.NDArray[np.bool_], chosen: list[int]) -> list[int]:
    for column in list(chosen):
        others = [c for c in chosen if c != column]
        if apart[:, others].any(axis=1).all():
            chosen = others
    return sorted(chosen)


@dataclass(frozen=True, slots=True)
class Haplotype:
    """One haplotype of a diplotype.

    ``function`` and ``value`` are the clinical function and activity value used for the phenotype:
    for a variant list those of its most severe variant. ``parts`` are the named alleles and ``g.``
    variants on it. ``cause`` names the allele whose causal variant gives the function if no
    definition fits, empty otherwise; ``uncertain`` are then the indices of the causal positions and
    of those at which that allele's definition differs.
    """

    name: str
    function: str | None
    value: str | None
    parts: tuple[str, ...] = ()
    cause: str = ""
    uncertain: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionPair:
    """Functions of a pair (``second`` None for one haplotype), and one pair with them.

    ``resolved_by`` discriminates the pairs that have them from the best pair.

    ``probability`` is that of all candidates with these functions, None without a prior, and if a
    combination of alleles may, but need not, have them: ``at_most`` is then the probability of such
    combinations, None of the best pair's. ``by_group`` is the probability in each population group.
    ``open_core`` and ``failed`` are indices of positions, without data and with data that failed,
    through which a documented haplotype has these functions.
    """

    first: str | None
    second: str | None
    diplotype: str
    probability: float | None = None
    resolved_by: DiscriminatingSites | None = None
    by_copies: bool = False
    at_most: float | None = None
    by_group: tuple[float, ...] = ()
    open_core: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()

    @property
    def is_listed(self) -> bool:
        """Whether the functions are listed among the call's phenotypes.

        Improbable ones are listed if a position is unresolved beyond the posterior.
        """
        # A gap at a critical site is not evidence: the prior may not remove what it could hide.
        is_open = bool(self.open_core or self.failed)
        return is_open or self.probability is None or self.probability >= LISTED_FROM


def together(shares: Iterable[float]) -> float:
    """Return the probability of exclusive events: their sum, limited to 1 after rounding.

    >>> together([0.7, 0.2, 0.100000000001])
    1.0
    """
    return min(round(sum(shares), DECIMALS), 1.0)


def uncertain_sites(haplotypes: Iterable[Haplotype]) -> DiscriminatingSites | None:
    """Return the positions to genotype again if only a causal variant gives a function."""
    sites = {index for haplotype in haplotypes for index in haplotype.uncertain}
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
        Number of diplotypes that fit.
    outcomes
        Distinct function pairs among all candidates, best first.
    factors
        Products of haplotype names whose union is the whole candidate set, unordered.
    open_sites
        Position indices that would discriminate outcomes.
    open_phase
        Position indices whose phase would discriminate outcomes.
    findings
        Every observed named variant, for variant-list genes.
    uses_likelihoods
        Whether genotypes below the thresholds were weighted by their likelihoods.
    unresolved_core
        Indices of core positions resolved neither by the input nor by the prior.
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
    unresolved_core: list[int] = field(default_factory=list)
    is_partial: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def rests_on_cause(self) -> bool:
        """Whether a haplotype of the best diplotype has its function by a causal variant alone."""
        return any(haplotype.cause for haplotype in self.best)

    @property
    def is_single(self) -> bool:
        """Whether only one diplotype explains the observations."""
        return self.n_candidates == 1 and not self.is_partial and not self.uses_likelihoods


MAX_LISTED = 50
"""Candidates that are listed by name; all are counted, and factored in the JSON result."""
