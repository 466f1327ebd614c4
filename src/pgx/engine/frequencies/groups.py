"""Population groups of a cohort's samples: all together, by superpopulation, by population."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.pipeline.settings import SampleInfo

__all__ = ["ALL", "POPULATION", "SUPERPOPULATION", "Grouping", "count_members", "sample_groups"]

ALL: Final = "all"
SUPERPOPULATION: Final = "superpopulation"
POPULATION: Final = "population"
_NOBODY: Final = SampleInfo(sample="")


class Grouping(NamedTuple):
    """One way to group samples: names of its groups, and (N,) int32 the one of each, or -1."""

    name: str
    groups: tuple[str, ...]
    numbers: npt.NDArray[np.int32]

    @property
    def n_samples(self) -> npt.NDArray[np.int64]:
        """(G,) samples in each group."""
        return _counted(self.numbers, len(self.groups))


def _counted(numbers: npt.NDArray[np.int32], n_groups: int) -> npt.NDArray[np.int64]:
    return np.bincount(numbers[numbers >= 0], minlength=n_groups).astype(np.int64)


def count_members(
    levels: Sequence[Grouping],
    samples: npt.NDArray[np.integer],
    columns: npt.NDArray[np.integer],
    n_columns: int,
) -> npt.NDArray[np.int64]:
    """Return (G, C) how many samples of each group have each column.

    Parameters
    ----------
    levels
        Their groups (G) follow one another.
    samples, columns
        (S,) numbers of samples, and the column of each.
    n_columns
        How many columns (C) there are.
    """
    found = [np.zeros((0, n_columns), np.int64)]
    for level in levels:
        numbers = level.numbers[samples].astype(np.int64)
        known = numbers >= 0
        codes = numbers[known] * n_columns + columns[known]
        counts = np.bincount(codes, minlength=len(level.groups) * n_columns)
        found.append(counts.reshape(len(level.groups), n_columns))
    return np.concatenate(found)


def sample_groups(samples: Sequence[str], sample_info: Mapping[str, SampleInfo]) -> list[Grouping]:
    """Return the levels at which a cohort is counted.

    Parameters
    ----------
    samples
        Names in the order of the cohort.
    sample_info
        Populations by sample name, as `pgx.pipeline.side_files.read_sample_info` reads them.

    Returns
    -------
    list of Level
        `ALL` with the one group of that name; then `SUPERPOPULATION` and `POPULATION`, each if
        it is known of any sample; groups A–Z. Samples of which it is unknown are in no group.
    """
    levels = [Grouping(ALL, (ALL,), np.zeros(len(samples), np.int32))]
    people = [sample_info.get(name, _NOBODY) for name in samples] if sample_info else []
    for name in (SUPERPOPULATION, POPULATION):
        own = [getattr(person, name) for person in people]
        groups = tuple(sorted(set(own) - {""}))
        if groups:
            numbers = {group: i for i, group in enumerate(groups)} | {"": -1}
            levels.append(Grouping(name, groups, np.array([numbers[g] for g in own], np.int32)))
    return levels
