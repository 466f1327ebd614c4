"""Where the variants of a store lie: positions in pieces, against windows and regions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import CANONICAL, canonical_contig
from pgx.vcf import layout as lay
from pgx.vcf import zarr_faults as faults
from pgx.vcf.header import VcfHeader
from pgx.vcf.windows import Windows
from pgx.vcf.zarr_faults import variant_fault
from pgx.vcf.zarr_store import INTEGER, TEXT, OpenedStore, StoredArray
from pgx.vcf.zarr_values import FILL, MISSING, numbers, texts

__all__ = ["FixedArrays", "Places", "sizes_of"]

Ints = npt.NDArray[np.int64]
Array = npt.NDArray[Any]
_PIECE: Final = 1 << 20
_UNBOUNDED: Final = 2**31 - 2
_MAX_ALLELES: Final = 4_096
_DIGITS: Final = re.compile(r"\d+", re.ASCII)


class FixedArrays:
    """The arrays of a store that say where its variants are and what they are."""

    def __init__(self, store: OpenedStore, filters: tuple[str, ...]) -> None:
        self.position = store.need("variant_position", kinds=INTEGER, shape=(None,))
        self.n_variants = self.position.shape[0]
        of_variants = (self.n_variants,)
        self.contig = store.need("variant_contig", kinds=INTEGER, shape=of_variants)
        self.allele = store.need("variant_allele", kinds=TEXT, shape=(*of_variants, None))
        if self.allele.shape[1] > _MAX_ALLELES:
            raise self.allele.refusal(faults.TOO_LARGE)
        self.length = store.array("variant_length", kinds=INTEGER, shape=of_variants)
        kinds = INTEGER + "f" + TEXT
        self.end = store.array("variant_END", kinds=kinds, shape=of_variants)
        self.span = store.array("variant_SVLEN", kinds=kinds, shape=of_variants, several=True)
        qualities = (
            store.array(f"variant_{key}", kinds=kinds, shape=of_variants, several=True)
            for key in ("R2", "DR2")
        )
        self.quality = [array for array in qualities if array is not None]
        self.index = store.array("region_index", kinds=INTEGER, shape=(None, 6))
        self.filter_names = filters
        self.filter_chunks: set[int] = set()
        shape = (*of_variants, len(filters))
        self.filter = store.array("variant_filter", kinds="b", shape=shape)


class Places:
    """Positions of all variants, in pieces, against windows and regions."""

    def __init__(
        self,
        fixed: FixedArrays,
        header: VcfHeader,
        windows: Windows,
        path: str,
        lengths: Mapping[str, int],
    ) -> None:
        self._fixed, self._path = fixed, path
        self.names = list(header.contigs)
        canonical = [canonical_contig(name) for name in self.names]
        declared = [header.contigs[name] for name in self.names]
        known = [
            lengths.get(c) if n is None and c is not None else n
            for n, c in zip(declared, canonical, strict=True)
        ]
        self._longest = np.array([_UNBOUNDED if n is None else n for n in known], np.int64)
        self._is_known = np.array([c is not None for c in canonical], np.bool_)
        merged = _merged(windows)
        nothing = np.empty((0, 2), np.int64)
        self._intervals = [merged.get(c or "", nothing) for c in canonical]
        self._windows = [_of_contig(windows.windows, windows.offsets, c) for c in canonical]
        regions = windows.regions, windows.region_offsets
        self._regions = [_of_contig(*regions, c) for c in canonical]
        self._extremes: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self.known = False
        self.sure = np.empty(0, np.int64)

    def candidates(self) -> Ints:
        """Return the rows of all variants that may overlap a window or a region.

        ``sure`` then has those that may overlap a window, and the first and last of each
        region; others are wanted only if they have a symbolic allele.
        """
        found = [np.empty(0, np.int64)]
        sure = [np.empty(0, np.int64)]
        for start, stop in self._fixed.position.pieces(_PIECE):
            position = self._fixed.position.span(start, stop).astype(np.int64)
            self._fixed.position.check_density(stop)
            contig = self._contigs(start, stop)
            self._check(start, position, contig)
            self.known = self.known or bool(self._is_known[contig].any())
            ends = self._ends(start, stop, position)
            for rank in np.unique(contig).tolist():
                if len(self._intervals[rank]):
                    mine = np.flatnonzero(contig == rank)
                    mine = mine[_overlap(self._intervals[rank], position[mine], ends[mine])]
                    found.append(mine + start)
                    in_window = _overlap(self._windows[rank], position[mine], ends[mine])
                    sure.append(mine[in_window] + start)
                    self._note_extremes(rank, position[mine], mine + start)
        extremes = [row for pair in self._extremes.values() for _, row in pair]
        self.sure = np.unique(np.concatenate([*sure, np.array(extremes, np.int64)]))
        return np.sort(np.concatenate(found))

    def _note_extremes(self, rank: int, position: Ints, rows: Ints) -> None:
        """Keep the rows with the first and the last position in each region of a contig."""
        for k, (first, last) in enumerate(self._regions[rank].tolist()):
            inside = np.flatnonzero((position >= first) & (position <= last))
            if len(inside):
                at = [inside[position[inside].argmin()], inside[position[inside].argmax()]]
                seen = [(int(position[i]), int(rows[i])) for i in at]
                seen += self._extremes.get((rank, k), [])
                self._extremes[rank, k] = [min(seen), max(seen)]

    def _contigs(self, start: int, stop: int) -> Ints:
        array = self._fixed.contig
        contig = array.span(start, stop).astype(np.int64)
        if len(contig) and not (contig.min() >= 0 and contig.max() < len(self.names)):
            raise array.refusal(faults.CONTIG)
        if array.absent_chunks and len(self.names) > 1:
            self._vouch(array)
        return contig

    def _vouch(self, array: StoredArray) -> None:
        """Refuse a lost chunk, which reads as the first contig, unless the index says so too."""
        index = self._fixed.index
        table = np.empty((0, 2), np.int64) if index is None else index.span(0, index.shape[0])
        is_first = {int(chunk) for chunk, contig in table[:, :2].tolist() if contig == 0}
        is_other = {int(chunk) for chunk, contig in table[:, :2].tolist() if contig != 0}
        if not array.absent_chunks <= is_first - is_other:
            raise array.refusal(faults.ABSENT)

    def _check(self, start: int, position: Ints, contig: Ints) -> None:
        array = self._fixed.position.name
        for number, bad in (
            (lay.FAULT_POS, position < 0),
            (lay.FAULT_BEYOND, position > self._longest[contig] + 1),
        ):
            if bad.any():
                at = start + int(bad.argmax()) + 1
                raise variant_fault(number, self._path, at, array)
        changes = np.flatnonzero((np.diff(position) != 0) | (np.diff(contig) != 0))
        edges = np.concatenate(([-1], changes, [len(position) - 1]))
        runs = np.diff(edges)
        if len(runs) and runs.max() > lay.MAX_REPEATS:
            at = start + int(edges[runs.argmax() + 1]) + 1
            raise variant_fault(lay.FAULT_ONE_PLACE, self._path, at, array)

    def _ends(self, start: int, stop: int, position: Ints) -> Ints:
        """Return the last base that each variant may cover; far off where nothing tells."""
        fixed = self._fixed
        if fixed.length is None:
            return np.full(len(position), 1 << 40, np.int64)
        ends = position + fixed.length.span(start, stop).astype(np.int64) - 1
        if fixed.end is not None:
            ends = np.maximum(ends, numbers(fixed.end.span(start, stop)))
        if fixed.span is not None:
            ends = np.maximum(ends, position + sizes_of(fixed.span.span(start, stop)))
        return ends


def _of_contig(rows: Ints, offsets: Ints, canonical: str | None) -> Ints:
    """Return the rows of one contig, none where it is no canonical one."""
    if canonical is None:
        return rows[:0]
    rank = CANONICAL.index(canonical)
    return rows[offsets[rank] : offsets[rank + 1]]


def _overlap(spans: Ints, starts: Ints, ends: Ints) -> npt.NDArray[np.bool_]:
    """Tell which intervals overlap one of some sorted and disjoint spans."""
    if not len(spans):
        return np.zeros(len(starts), np.bool_)
    at = np.searchsorted(spans[:, 1], starts)
    near = spans[np.minimum(at, len(spans) - 1), 0]
    return np.asarray((at < len(spans)) & (near <= ends))


def _merged(windows: Windows) -> dict[str, Ints]:
    """Return windows and regions by contig, sorted and disjoint."""
    merged = {}
    for rank, contig in enumerate(CANONICAL):
        first, last = windows.region_offsets[rank : rank + 2]
        mine = windows.windows[windows.offsets[rank] : windows.offsets[rank + 1]]
        rows = np.concatenate((mine, windows.regions[first:last]))
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        reach = np.maximum.accumulate(rows[:, 1])
        starts = np.flatnonzero(np.concatenate(([True], rows[1:, 0] > reach[:-1] + 1))[: len(rows)])
        ends = reach[np.concatenate((starts[1:], [len(rows)])) - 1] if len(rows) else reach
        merged[contig] = np.stack((rows[starts, 0], ends), axis=1)
    return merged


def sizes_of(values: Array) -> Ints:
    """Return the greatest absolute SVLEN of each variant, 0 for none; values (V,) or (V, k)."""
    if values.dtype.kind in "iu":
        wide = values.astype(np.int64)
        sizes = np.where((wide == MISSING) | (wide == FILL), 0, np.abs(wide))
    elif values.dtype.kind == "f":
        sizes = np.abs(np.where(np.isfinite(values), values, 0)).astype(np.int64)
    else:
        sizes = texts(values, _longest, np.int64)
    longest: Ints = sizes.reshape(len(values), -1).max(axis=1, initial=0)
    return longest


def _longest(text: str) -> int:
    return max((int(digits[:11]) for digits in _DIGITS.findall(text)), default=0)
