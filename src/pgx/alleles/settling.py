"""Which unanswered positions, or which phase, would tell rival diplotypes apart."""

from __future__ import annotations

import itertools
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.alleles.observation import Observation

__all__ = ["Settling", "smallest_set"]

_MAX_PAIRS: Final = 200
_MAX_BLOCKS: Final = 6


class Settling(NamedTuple):
    """Position indices to genotype, and pairs of positions whose phase is wanted."""

    sites: tuple[int, ...]
    phases: tuple[tuple[int, int], ...]


def smallest_set(
    observation: Observation,
    first: npt.NDArray[np.int8],
    second: npt.NDArray[np.int8],
    is_rival: npt.NDArray[np.bool_],
) -> Settling:
    """Return the smallest set of answers that tells every rival from every other candidate.

    Parameters
    ----------
    observation
        What is known.
    first, second
        (M, P) int8: codes of each candidate's two haplotypes, most probable first.
    is_rival
        (M,) bool: the candidates on one side; those on the other mean something else.

    Notes
    -----
    Sets of one and two answers are tried all; larger ones are put together greedily and
    thinned, so that none can be left out.
    """
    features, names = _features(observation, first, second)
    ours = np.flatnonzero(~is_rival)[:_MAX_PAIRS]
    theirs = np.flatnonzero(is_rival)[:_MAX_PAIRS]
    mine, other = _distinct(features[ours]), _distinct(features[theirs])
    apart = (mine[:, None, :] != other[None, :, :]).reshape(-1, features.shape[1])
    apart = apart[apart.any(axis=1)]  # what no answer tells apart is left
    chosen = _cover(apart[_first_of_each(np.packbits(apart, axis=1))])
    sites = [names[i] for i in chosen]
    return Settling(
        tuple(s for s in sites if isinstance(s, int)),
        tuple(s for s in sites if isinstance(s, tuple)),
    )


def _features(
    observation: Observation, first: npt.NDArray[np.int8], second: npt.NDArray[np.int8]
) -> tuple[npt.NDArray[np.int16], list[int | tuple[int, int]]]:
    """Return (M, F) what each answer would be of each candidate, and the answers' names."""
    missing = np.flatnonzero(observation.missing)
    low = np.minimum(first[:, missing], second[:, missing]).astype(np.int16)
    high = np.maximum(first[:, missing], second[:, missing]).astype(np.int16)
    columns = [low * 128 + high]
    names: list[int | tuple[int, int]] = [*missing.tolist()]
    leads = _leads(observation)[:_MAX_BLOCKS]
    upright = [first[:, p] == observation.codes[p, 0] for p in leads]
    for (i, p), (j, q) in itertools.combinations(enumerate(leads), 2):
        columns.append((upright[i] == upright[j]).astype(np.int16)[:, None])
        names.append((p, q))
    return np.concatenate(columns, axis=1), names


def _distinct(rows: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    return rows[_first_of_each(rows)]


def _first_of_each(rows: npt.NDArray[Any]) -> list[int]:
    """Return an index of each distinct row; `numpy.unique` takes seconds for wide rows."""
    return sorted({row.tobytes(): i for i, row in enumerate(rows)}.values())


def _leads(observation: Observation) -> list[int]:
    """Return one position of each phase block, of which both strands are known."""
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
