"""Depth in windows and allelic depths in spans, computed from the text during a scan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import CANONICAL, canonical_contig
from pgx.io.text import LineBuffer
from pgx.io.windows import Interval

__all__ = ["AllelicDepths", "DepthLayout", "DepthListener", "DepthScan"]

_CAPACITY: Final = 1 << 19  # bytes of the line buffer
_FOUND: Final = 1024  # records whose allelic depths are noted before Python reads them
_MAX_NAME: Final = 1 << 16  # bytes of a contig name
_LEAST_COVERED: Final = 0.5  # share of a window below which its mean depth says little
_MOST_DIGITS: Final = 18  # longer numbers do not fit an int64

Floats = npt.NDArray[np.float64]


class AllelicDepths(NamedTuple):
    """Reads of each allele of one record in one sample; ``position`` is POS, 1-based."""

    contig: str
    position: int
    alleles: tuple[str, ...]
    reads: tuple[int, ...]


class DepthLayout:
    """Windows and spans where depth is wanted, on the input's assembly.

    Parameters
    ----------
    windows
        (canonical contig, start, end), 1-based inclusive, disjoint, in any order.
    dips
        For each window, whether the lowest depth of a long block counts.
    spans
        By canonical contig, the span for which allelic depths are wanted.
    """

    def __init__(
        self,
        windows: Sequence[Interval],
        dips: Sequence[bool],
        spans: Mapping[str, tuple[int, int]],
    ) -> None:
        rank = {name: i for i, name in enumerate(CANONICAL)}
        contigs = [rank[contig] for contig, _, _ in windows]
        order = sorted(range(len(windows)), key=lambda i: (contigs[i], windows[i][1]))
        rows = [(windows[i][1], windows[i][2], int(dips[i])) for i in order]
        self.order = np.array(order, np.intp)
        self.windows = np.array(rows, np.int64).reshape(-1, 3)
        counts = np.bincount(contigs, minlength=len(CANONICAL)) if windows else 0
        self.offsets = np.zeros(len(CANONICAL) + 1, np.int64)
        self.offsets[1:] = np.cumsum(np.broadcast_to(counts, len(CANONICAL)))
        self.spans = np.zeros((len(CANONICAL), 2), np.int64)
        for contig, span in spans.items():
            self.spans[rank[contig]] = span
        self.intervals = [*windows, *((c, a, b) for c, (a, b) in spans.items())]


@dataclass(frozen=True, slots=True)
class DepthScan:
    """Depth in a file.

    ``depth`` is (W, N) float64 mean depth of each window in layout order, NaN if less than half of
    it is covered; ``allelic`` has one tuple of records per sample.
    """

    depth: Floats
    allelic: tuple[tuple[AllelicDepths, ...], ...]


class DepthListener:
    """Sums depth from the text of one file while the scanner reads it.

    The text is read once for both: decompression dominates the time.
    """

    def __init__(self, layout: DepthLayout, n_samples: int) -> None:
        from pgx.io import _depth_kernels as kernels

        self._kernels, self.layout, self._n_samples = kernels, layout, n_samples
        self.restart()

    def restart(self) -> None:
        """Reset all sums: the file is read again from its start."""
        k = self._kernels
        self._text = LineBuffer(_CAPACITY)
        self._state = np.zeros(k.S_SIZE, np.int64)
        self._state[k.S_CONTIG] = -1
        self._name = np.zeros(_MAX_NAME, np.uint8)
        self._sums = np.zeros((len(self.layout.windows), self._n_samples, 3), np.float64)
        self._found = np.zeros((_FOUND, 2), np.int64)
        self._line = np.zeros(k.L_SIZE, np.int64)
        self._places, self._depths = np.zeros(2, np.int64), np.zeros(2, np.int64)
        self._allelic: list[list[AllelicDepths]] = [[] for _ in range(self._n_samples)]

    def tap(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield pieces of text unchanged; sum up the depth of each after it was consumed."""
        for piece in pieces:
            yield piece
            self._text.append(piece)
            if self._text.n_whole:
                self._add()

    def _add(self) -> None:
        """Process the complete lines and drop them."""
        k, state, end = self._kernels, self._state, self._text.n_whole
        state[k.S_CURSOR], status = 0, k.NEW_CONTIG
        while status != k.DONE:
            status = k.add_depths(
                self._text.array,
                end,
                state,
                self._name,
                self.layout.windows,
                self.layout.offsets,
                self.layout.spans,
                self._sums,
                self._found,
                self._line,
                self._places,
                self._depths,
            )
            self._take_records()
            if status == k.NEW_CONTIG:
                self._next_contig()
        self._text.drop_lines()

    def _next_contig(self) -> None:
        """Set the contig of the line at the cursor; skip comments and lines without a contig."""
        k, state = self._kernels, self._state
        line = self._text.line_at(int(state[k.S_CURSOR]))
        name = line.partition(b"\t")[0]
        if line.startswith(b"#") or name in (b"", line) or len(name) > _MAX_NAME:
            state[k.S_CURSOR] += len(line) + 1
            return
        canonical = canonical_contig(name.decode("utf-8", "replace"))
        self._name[: len(name)] = np.frombuffer(name, np.uint8)
        state[k.S_NAME] = len(name)
        state[k.S_CONTIG] = -1 if canonical is None else CANONICAL.index(canonical)
        state[k.S_FIRST] = 0

    def _take_records(self) -> None:
        """Read the allelic depths of the noted records."""
        state = self._state
        for start, end in self._found[: state[self._kernels.S_FOUND]].tolist():
            self._read(self._text.text(start, end))
        state[self._kernels.S_FOUND] = 0

    def _read(self, line: bytes) -> None:
        columns = line.decode("utf-8", "replace").split("\t")
        keys = columns[8].split(":") if len(columns) > 9 else []
        if "AD" not in keys or not _is_number(columns[1]):
            return
        contig = CANONICAL[int(self._state[self._kernels.S_CONTIG])]
        place, alleles = keys.index("AD"), (columns[3], *columns[4].split(","))
        for records, cell in zip(self._allelic, columns[9:], strict=False):
            values = cell.split(":")
            reads = values[place].split(",") if place < len(values) else []
            if len(reads) == len(alleles) and all(map(_is_number, reads)):
                counts = tuple(int(r[:9]) for r in reads)
                records.append(AllelicDepths(contig, int(columns[1]), alleles, counts))

    def finish(self) -> DepthScan:
        """Return the depth of all text."""
        covered, weight, total = np.moveaxis(self._sums, 2, 0)
        lengths = self.layout.windows[:, 1] - self.layout.windows[:, 0] + 1
        known = (covered >= _LEAST_COVERED * lengths[:, None]) & (weight > 0)
        sorted_depth = np.full(covered.shape, np.nan)
        sorted_depth[known] = total[known] / weight[known]
        depth = np.empty_like(sorted_depth)
        depth[self.layout.order] = sorted_depth
        return DepthScan(depth, tuple(map(tuple, self._allelic)))


def _is_number(text: str) -> bool:
    """Whether a text is a plain number of a plausible length."""
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
