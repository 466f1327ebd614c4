"""Which phases would tell alternative diplotypes apart."""

from __future__ import annotations

import itertools
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.alleles.observation import Observation

__all__ = ["DiscriminatingSites", "open_phases"]

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
