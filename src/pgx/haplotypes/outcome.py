"""What a call of one sample holds before its record is written."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.haplotypes.matching import Observation
from pgx.records.genes import format_diplotype, natural_key

__all__ = [
    "DECIMALS",
    "LISTED_FROM",
    "DiplotypeSet",
    "DiscriminatingSites",
    "FunctionPair",
    "Haplotype",
    "both_lost",
    "doubtful_sites",
    "open_phases",
    "together",
    "with_lost",
    "with_one_more",
]

_MAX_PAIRS: Final = 200
_MAX_BLOCKS: Final = 6


class DiscriminatingSites(NamedTuple):
    """Position indices to genotype, and pairs of positions whose phase is wanted."""

    sites: tuple[int, ...]
    phases: tuple[tuple[int, int], ...]


def open_phases(
    observation: Observation,
    first: npt.NDArray[np.int8],
    second: npt.NDArray[np.int8],
    is_other: npt.NDArray[np.bool_],
) -> tuple[tuple[int, int], ...]:
    """Return the smallest set of phases that tells other candidates from those of one meaning.

    Parameters
    ----------
    observation
        What is known.
    first, second
        (M, P) int8: codes of each candidate's two haplotypes, most probable first.
    is_other
        (M,) bool: the candidates on one side; those on the other mean something else.

    Notes
    -----
    Sets of one and two phases are tried all; larger ones are put together greedily and
    thinned, so that none can be left out. What phase does not tell apart is left.
    """
    features, names = _orientations(observation, first, second)
    if not names:
        return ()
    ours = np.flatnonzero(~is_other)[:_MAX_PAIRS]
    theirs = np.flatnonzero(is_other)[:_MAX_PAIRS]
    mine, other = _distinct(features[ours]), _distinct(features[theirs])
    apart = (mine[:, None, :] != other[None, :, :]).reshape(-1, features.shape[1])
    apart = apart[apart.any(axis=1)]
    return tuple(names[i] for i in _cover(apart[_first_of_each(np.packbits(apart, axis=1))]))


def _orientations(
    observation: Observation, first: npt.NDArray[np.int8], second: npt.NDArray[np.int8]
) -> tuple[npt.NDArray[np.bool_], list[tuple[int, int]]]:
    """Return (M, F) bool: which blocks lie alike in each candidate, and pairs of positions."""
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
    """Return one position of each phase block, of which both haplotypes are known."""
    whole = ~observation.missing
    found = [np.flatnonzero((observation.block == b) & whole) for b in range(observation.n_blocks)]
    return [int(sites[0]) for sites in found if len(sites)]


def _cover(apart: npt.NDArray[np.bool_]) -> list[int]:
    """Return columns of which each row has one, as few as can be found."""
    if not len(apart):
        return []
    single = np.flatnonzero(apart.all(axis=0))
    if len(single):
        return [int(single[0])]
    useful = np.flatnonzero(apart.any(axis=0)).tolist()
    for i, j in itertools.combinations(useful[:64], 2):
        if (apart[:, i] | apart[:, j]).all():
            return [i, j]
    return _thinned(apart, _greedy(apart))


def _greedy(apart: npt.NDArray[np.bool_]) -> list[int]:
    chosen: list[int] = []
    left = apart
    while len(left):
        best = int(left.sum(axis=0).argmax())
        chosen.append(best)
        left = left[~left[:, best]]
    return chosen


def _thinned(apart: npt.NDArray[np.bool_], chosen: list[int]) -> list[int]:
    for column in list(chosen):
        others = [c for c in chosen if c != column]
        if apart[:, others].any(axis=1).all():
            chosen = others
    return sorted(chosen)


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


def both_lost(lost: Haplotype, default_allele: str, *, weighed: bool) -> DiplotypeSet:
    """Return the only diplotype of two chromosomes that carry the same deletion."""
    name = format_diplotype([lost.name, lost.name], default_allele)
    return DiplotypeSet(
        best=(lost, lost),
        diplotype=name,
        names=[name],
        probabilities=[1.0] if weighed else [],
        rest=0.0 if weighed else None,
        n_candidates=1,
        outcomes=[FunctionPair(lost.function, lost.function, name, 1.0 if weighed else None)],
        factors=[((lost.name,), (lost.name,))],
    )


def with_lost(found: DiplotypeSet, lost: Haplotype, default_allele: str) -> DiplotypeSet:
    """Put a deletion beside what fits the other chromosome.

    ``found`` holds single haplotypes; its names, outcomes and factors are paired with ``lost``.
    """

    def paired(name: str) -> str:
        return format_diplotype([name, lost.name], default_allele)

    return replace(
        found,
        best=_ordered((*found.best[:1], lost), default_allele),
        diplotype=None if found.diplotype is None else paired(found.diplotype),
        names=[paired(name) for name in found.names],
        outcomes=[
            replace(o, second=lost.function, diplotype=paired(o.diplotype)) for o in found.outcomes
        ],
        factors=[(names, (lost.name,)) for names, _ in found.factors],
    )


def with_one_more(found: DiplotypeSet, uncertain: str, default_allele: str) -> DiplotypeSet:
    """Return what fits where one chromosome has a second copy of its allele.

    Either allele may be the one that is there twice. What two copies do is uncertain.
    """
    names: list[str] = []
    probabilities: list[float] = []
    for place, name in enumerate(found.names):
        ways = _doubled(name, default_allele)
        names += ways
        if found.probabilities:
            share = round(found.probabilities[place] / len(ways), DECIMALS)
            probabilities += [share] * len(ways)
    unlisted = found.n_candidates - len(found.names)
    best = _best(found.best, uncertain, default_allele)
    return replace(
        found,
        best=best,
        diplotype=names[0] if names else None,
        names=names,
        probabilities=probabilities,
        n_candidates=len(names) + 2 * unlisted,
        outcomes=_outcomes(found.outcomes, uncertain, default_allele),
        factors=[_factor(*factor) for factor in found.factors],
    )


def _twice(name: str) -> str:
    return f"{name}x2"


def _doubled(diplotype: str, default_allele: str) -> list[str]:
    """Return a diplotype's names with one more copy of either allele, once if they are alike."""
    first, second = diplotype.split("/")
    ways = ([_twice(first), second], [first, _twice(second)])
    return list(dict.fromkeys(format_diplotype(way, default_allele) for way in ways))


def _best(
    best: tuple[Haplotype, ...], uncertain: str, default_allele: str
) -> tuple[Haplotype, ...]:
    """Return the haplotypes of the first of `_doubled`'s names."""
    first, second = best
    name = _twice(first.name)
    return _ordered((Haplotype(name, uncertain, None, (name,)), second), default_allele)


def _ordered(haplotypes: Iterable[Haplotype], default_allele: str) -> tuple[Haplotype, ...]:
    return tuple(sorted(haplotypes, key=lambda s: (s.name != default_allele, natural_key(s.name))))


def _outcomes(
    outcomes: list[FunctionPair], uncertain: str, default_allele: str
) -> list[FunctionPair]:
    found: dict[tuple[str, str], FunctionPair] = {}
    for outcome in outcomes:
        alleles = (outcome.first or uncertain, outcome.second or uncertain)
        name = _doubled(outcome.diplotype, default_allele)[0]
        share = None if outcome.probability is None else outcome.probability / len(alleles)
        for kept in alleles:
            key = (uncertain, kept)
            known = found.get(key)
            if known is None:
                found[key] = replace(
                    outcome, first=uncertain, second=kept, diplotype=name, probability=share
                )
            elif known.probability is not None and share is not None:
                total = together([known.probability, share])
                found[key] = replace(known, probability=total)
    return list(found.values())


def _factor(
    left: tuple[str, ...], right: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return alleles of both chromosomes, either of which may be there twice."""
    return (*left, *map(_twice, left)), (*right, *map(_twice, right))
