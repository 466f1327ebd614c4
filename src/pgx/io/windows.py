"""Intervals of interest, and the lines of a large indexed file that overlap them.

A stale or wrong index returns nothing where records exist. It is therefore used only if a
position without a record is unknown anyway and if it is not older than the file; missing records
are never taken for reference. pysam's tabix layer reads; its lines go through the same strict
scanner as all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import CANONICAL, canonical_contig
from pgx.errors import InvariantError, VcfFormatError
from pgx.io import scan_codes
from pgx.io.faults import fault

__all__ = [
    "Interval",
    "Windows",
    "indexed_pieces",
    "usable_index",
]

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


_SUFFIXES: Final = (".tbi", ".csi")
# the empty BGZF block that ends a complete file (SAM specification 4.1.2)
_EOF_BLOCK: Final = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_JOIN_WITHIN: Final = 2_000  # bases: one fetch is cheaper than two seeks to near intervals
_PIECE_LINES: Final = 10_000  # bounds memory of a wide interval


def usable_index(path: Path, min_bytes: int) -> Path | None:
    """Return the index of a file worth reading by index, None to read it whole.

    The file must be BGZF of at least ``min_bytes`` and end in the end-of-file block; the
    index must be there and not older than the file.
    """
    try:
        status = path.stat()
        if status.st_size < min_bytes:
            return None
        for suffix in _SUFFIXES:
            index = path.with_name(path.name + suffix)
            if index.is_file() and index.stat().st_mtime >= status.st_mtime:
                return index if _ends_well(path) else None
    except OSError:
        return None
    return None


def _ends_well(path: Path) -> bool:
    with path.open("rb") as handle:
        handle.seek(-len(_EOF_BLOCK), 2)
        return handle.read() == _EOF_BLOCK


def indexed_pieces(path: Path, index: Path, windows: Windows) -> Iterator[bytes]:
    """Yield lines that overlap windows or regions, in file order within a contig.

    Raises
    ------
    VcfFormatError
        The index or the file cannot be read through it.
    """
    import pysam

    try:
        with pysam.TabixFile(str(path), index=str(index)) as table:
            names = {canonical_contig(name): name for name in table.contigs}
            for contig, start, end in _joined(windows):
                name = names.get(contig)
                if name is not None:
                    yield from _fetched(table, name, start, end)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _fetched(table: object, name: str, start: int, end: int) -> Iterator[bytes]:
    lines: list[str] = []
    for line in table.fetch(name, max(start - 1, 0), end):  # type: ignore[attr-defined]
        lines.append(line)
        if len(lines) == _PIECE_LINES:
            yield _text(lines)
            lines = []
    if lines:
        yield _text(lines)


def _text(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _joined(windows: Windows) -> Iterator[tuple[str, int, int]]:
    """Yield windows merged so that hardly any record overlaps two of them."""
    last: tuple[str, int, int] | None = None
    for contig, start, end in windows.intervals():
        if last and last[0] == contig and start - last[2] <= _JOIN_WITHIN:
            last = (contig, last[1], max(last[2], end))
            continue
        if last:
            yield last
        last = (contig, start, end)
    if last:
        yield last


def _unreadable(path: Path, error: Exception) -> VcfFormatError:
    return fault(scan_codes.FAULT_UNREADABLE, path.name, detail=f"through its index: {error}")
