"""Where to look: intervals of interest in, sorted arrays for the kernel out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import CANONICAL
from pgx.base.errors import InvariantError

__all__ = ["Interval", "Windows"]

Interval = tuple[str, int, int]
Ints = npt.NDArray[np.int64]


class Windows:
    """Wanted intervals and regions, 1-based inclusive, in the input's assembly.

    ``windows`` is (W, 2) int64, sorted and disjoint within each contig, ``offsets``
    (C + 1,) int64 its rows by index into ``CANONICAL``; ``regions`` (G, 2) likewise in
    the order of ``region_order``, an index into the regions as given.
    """

    def __init__(self, intervals: Sequence[Interval], regions: Sequence[Interval]) -> None:
        self.windows, self.offsets = _by_contig(_merged(intervals))
        self.n_regions = len(regions)
        ranks = [_rank(contig) for contig, _, _ in regions]
        order = sorted(range(len(regions)), key=lambda i: (ranks[i], i))
        self.region_order: Ints = np.array(order, dtype=np.int64)
        grouped = [(ranks[i], regions[i][1], regions[i][2]) for i in order]
        self.regions, self.region_offsets = _by_contig(grouped)

    @classmethod
    def build(cls, intervals: Iterable[Interval], regions: Iterable[Interval] = ()) -> Windows:
        """Return windows of ``(canonical contig, start, end)``; intervals may overlap.

        Raises
        ------
        InvariantError
            A contig is not canonical, or an interval ends before it starts.
        """
        return cls(list(intervals), list(regions))

    def joined(self, others: Sequence[Interval]) -> Windows:
        """Return windows of these intervals and regions together with others."""
        return Windows.build([*self.intervals(), *others])

    def intervals(self) -> Iterator[Interval]:
        """Yield windows and regions, ordered by contig and start; they may overlap."""
        for rank, contig in enumerate(CANONICAL):
            rows = self.windows[self.offsets[rank] : self.offsets[rank + 1]].tolist()
            first, last = self.region_offsets[rank : rank + 2]
            rows += self.regions[first:last].tolist()
            for start, end in sorted(rows):
                yield contig, start, end


def _rank(contig: str) -> int:
    if contig not in CANONICAL:
        raise InvariantError(f"window on unknown contig {contig!r}")
    return CANONICAL.index(contig)


def _merged(intervals: Sequence[Interval]) -> list[tuple[int, int, int]]:
    merged: list[tuple[int, int, int]] = []
    for rank, start, end in sorted((_rank(c), start, end) for c, start, end in intervals):
        if end < start:
            raise InvariantError(f"window ends before it starts: {start}-{end}")
        if merged and merged[-1][0] == rank and start <= merged[-1][2] + 1:
            merged[-1] = (rank, merged[-1][1], max(end, merged[-1][2]))
        else:
            merged.append((rank, start, end))
    return merged


def _by_contig(rows: Sequence[tuple[int, int, int]]) -> tuple[Ints, Ints]:
    table = np.array([row[1:] for row in rows], dtype=np.int64).reshape(-1, 2)
    counts = np.bincount([row[0] for row in rows], minlength=len(CANONICAL))
    offsets = np.zeros(len(CANONICAL) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    return table, offsets
