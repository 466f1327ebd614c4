"""Structural models of a gene: which units two chromosomes may carry, and how each shows."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.base.structures import WHOLE, GeneStructure, StructuralHaplotype, UnitSegment

__all__ = ["Chromosomes", "Expected", "StructuralModels", "structural_models"]

UNKNOWN: Final = 0.01
"""Share of persons whose model is any, all alike: rare frequencies come from few chromosomes."""
_LEAST: Final = 1e-300

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


class Chromosomes(NamedTuple):
    """Structural haplotypes of both chromosomes, and the index of the model that they make."""

    first: StructuralHaplotype
    second: StructuralHaplotype
    model: int
    log_prior: float


class Expected(NamedTuple):
    """(M, W) copies that show in each window, (M, U) counts of units, (U, W) spread of one."""

    copies: Floats
    counts: Floats
    spread: Floats


class StructuralModels:
    """The M distinct counts of units that two chromosomes of a gene may carry.

    Attributes
    ----------
    structure
        What the knowledge base says of the gene.
    units
        Names of the U units, the whole copy first.
    counts
        (M, U) int64 copies of each unit.
    groups
        Names of the G population groups of frequencies.
    chromosomes
        Pairs of structural haplotypes, each unordered pair once; all groups alike.
    frequency
        (M,) share of persons with each model; all groups alike.
    log_prior
        (M,) log prior of each model; all groups alike.
    """

    def __init__(self, structure: GeneStructure) -> None:
        self.structure = structure
        self.units = structure.unit_names
        pairs = list(itertools.combinations_with_replacement(structure.haplotypes, 2))
        rows = [self._count(a) + self._count(b) for a, b in pairs]
        self.counts, model = np.unique(np.array(rows, np.int64), axis=0, return_inverse=True)
        self._model = model.ravel()
        self._pairs = pairs
        self.groups = tuple(group for group, _ in structure.haplotypes[0].frequencies)
        self._weights = np.array([self._pair_weights(a, b) for a, b in pairs])
        alike = np.ones(len(self.groups))
        self.frequency = np.bincount(self._model, weights=self._weigh(alike))
        self.log_prior, self.chromosomes = self.prior(alike)

    def _pair_weights(self, one: StructuralHaplotype, two: StructuralHaplotype) -> Floats:
        """Return (G,) shares of people with two structural haplotypes."""
        times = np.array(
            [f * g for (_, f), (_, g) in zip(one.frequencies, two.frequencies, strict=True)]
        )
        return times * (1 if one == two else 2)

    def prior(self, groups: Floats) -> tuple[Floats, tuple[Chromosomes, ...]]:
        """Return (M,) log prior of models, and pairs of haplotypes with theirs.

        ``groups`` are (G,) weights of the population groups in ``groups``. Models are as frequent
        as the knowledge base says but in `UNKNOWN` of all persons.
        """
        weight = self._weigh(groups)
        frequency = np.bincount(self._model, weights=weight)
        by_model = (1 - UNKNOWN) * frequency + UNKNOWN / len(frequency)
        weight = weight * (by_model / np.maximum(frequency, _LEAST))[self._model]
        ways = tuple(
            Chromosomes(a, b, int(m), float(w))
            for (a, b), m, w in zip(self._pairs, self._model, np.log(weight), strict=True)
        )
        return np.log(by_model), ways

    def _weigh(self, groups: Floats) -> Floats:
        """Return the share of persons with each pair of haplotypes."""
        weight = self._weights @ (groups / groups.sum())
        return np.asarray(weight / weight.sum())

    def _count(self, haplotype: StructuralHaplotype) -> Counts:
        return np.array([haplotype.units.count(unit) for unit in self.units], np.int64)

    @property
    def copies(self) -> Counts:
        """(M,) units of each model: whole copies and hybrids together."""
        return np.asarray(self.counts.sum(axis=1))

    @property
    def usual(self) -> int:
        """Index of the model of two whole copies."""
        plain = [2, *[0] * (len(self.units) - 1)]
        return int(np.flatnonzero((self.counts == plain).all(axis=1))[0])

    def name(self, model: int) -> str:
        """Return a model's name: ``2 gene + 1 *36``; of none ``0 gene``."""
        counts = self.counts[model].tolist()
        parts = [f"{n} {u}" for u, n in zip(self.units, counts, strict=True) if n]
        return " + ".join(parts) or f"0 {WHOLE}"

    def expected(self, starts: Sequence[int], ends: Sequence[int]) -> Expected:
        """Return the copies that show in windows, by where reads of hybrids are aligned.

        ``starts`` and ``ends`` are (W,) 1-based inclusive; a window is judged by its middle.
        """
        share = self._of_units(starts, ends, "share")
        spread = self._of_units(starts, ends, "spread")
        spread[0] = 0.0
        return Expected(self.counts @ share, self.counts.astype(np.float64), spread)

    def own(self, positions: Sequence[int]) -> Floats:
        """Return (M, W) copies that have the gene's own sequence at 1-based positions."""
        return np.asarray(self.counts @ self._of_units(positions, positions, "own"))

    def shares(self, positions: Sequence[int]) -> Floats:
        """Return (U, W) copies of each unit that show at 1-based positions."""
        return self._of_units(positions, positions, "share")

    def mismapped_copies(self, positions: Sequence[int], spreads: float = 0.0) -> Floats:
        """Return (M, W) copies with the paralogue's sequence that show at 1-based positions.

        ``spreads`` are standard deviations by which more of a hybrid may show than its share.
        """
        shown = self._of_units(positions, positions, "share")
        shown += spreads * self._of_units(positions, positions, "spread")
        foreign = 1 - self._of_units(positions, positions, "own")
        return np.asarray(self.counts @ (shown * foreign))

    def _of_units(self, starts: Sequence[int], ends: Sequence[int], what: str) -> Floats:
        """Return (U, W) a segment's value for each unit; 1 (spread 0) outside all segments."""
        middle = (np.asarray(starts, np.float64) + np.asarray(ends, np.float64)) / 2
        outside = 0.0 if what == "spread" else 1.0
        found = np.full((len(self.units), len(middle)), outside)
        for row, unit in enumerate(self.structure.units, 1):
            for segment in unit.segments:
                found[row, _inside(segment, middle)] = getattr(segment, what)
        return found


def _inside(segment: UnitSegment, middle: Floats) -> npt.NDArray[np.bool_]:
    return np.asarray((segment.start <= middle) & (middle <= segment.end))


@functools.lru_cache(maxsize=64)
def structural_models(structure: GeneStructure) -> StructuralModels:
    """Return the models of a gene's structure; made once."""
    return StructuralModels(structure)
