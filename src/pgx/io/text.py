"""Text of records for the kernels: whole lines, names of contigs, ALT columns."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pgx.io import scan_codes as lay

__all__ = [
    "AltTexts",
    "ContigTable",
    "LineBuffer",
]

_MARK: Final = re.compile(r"[<\[\]]")
_SHORT: Final = 32
_MAX_KNOWN: Final = 1024


class AltTexts:
    """Splits columns of one file; most records of a gVCF have the same few."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, ...]] = {}

    def split(self, text: str) -> tuple[str, ...]:
        """Return bases in upper case, symbolic alleles and breakends as written."""
        found = self._known.get(text)
        if found is None:
            found = _split(text)
            if len(text) <= _SHORT and len(self._known) < _MAX_KNOWN:
                self._known[text] = found
        return found


def _split(text: str) -> tuple[str, ...]:
    if not _MARK.search(text):
        return tuple(text.upper().split(","))
    return tuple(a if _MARK.search(a) else a.upper() for a in text.split(","))


_FIRST_SLOTS: Final = 1 << 10
_SPARE: Final = 64  # names for which there is room before the arrays grow

Array = npt.NDArray[Any]


class ContigTable:
    """Arrays that grow with the names, so that files of few contigs need little memory.

    Shapes: ``slots`` (a power of two,) int64, index + 1 of a name or 0; ``names`` uint8, all
    names in a row; ``offsets`` (contigs + 1,) int64 their bounds; ``facts`` (contigs, 2)
    int64: canonical index or -1, and length. There is always room for one name more.

    Parameters
    ----------
    describe
        Returns a name's canonical index, -1 if it has none, and its length.
    """

    def __init__(self, describe: Callable[[str], tuple[int, int]]) -> None:
        self._describe = describe
        self._hashes: list[int] = []
        self.names = np.empty(_SPARE * lay.MAX_CONTIG_NAME, np.uint8)
        self.offsets = np.zeros(_SPARE + 1, np.int64)
        self.facts = np.empty((_SPARE, 2), np.int64)
        self.slots = np.zeros(_FIRST_SLOTS, np.int64)

    def add(self, n_names: int, n_bytes: int) -> bool:
        """Describe the name that the kernel has just stored; return if an array is another now.

        ``n_names`` and ``n_bytes`` are the kernel's counts, that name included.
        """
        start, end = self.offsets[n_names - 1 : n_names + 1]
        name = bytes(self.names[start:end])
        self.facts[n_names - 1] = self._describe(name.decode("utf-8", "replace"))
        self._hashes.append(_hashed(name))
        before = self.names, self.offsets, self.slots
        if len(self.names) < n_bytes + lay.MAX_CONTIG_NAME:
            self.names = _longer(self.names, lay.MAX_CONTIG_NAME)
        if len(self.facts) <= n_names:
            self.offsets = _longer(self.offsets, 1)
            self.facts = _longer(self.facts, 0)
        if len(self.slots) < 2 * (n_names + 1):
            self._place_all(4 * len(self.slots))
        return any(
            a is not b for a, b in zip(before, (self.names, self.offsets, self.slots), strict=True)
        )

    def _place_all(self, size: int) -> None:
        """Make slots anew, as the kernel fills them: each name at the first free one from its own.

        Less than half of them are in use, so that the search for a name stays short.
        """
        self.slots = np.zeros(size, np.int64)
        for number, code in enumerate(self._hashes, 1):
            slot = code % size
            while self.slots[slot]:
                slot = (slot + 1) % size
            self.slots[slot] = number


def _longer(array: Array, more: int) -> Array:
    """Return a copy with twice the room, and some more."""
    longer = np.zeros((2 * len(array) + more, *array.shape[1:]), array.dtype)
    longer[: len(array)] = array
    return longer


def _hashed(name: bytes) -> int:
    """Return the kernel's hash of a name (the steps of FNV-1a in 31 bits, from 0 on)."""
    code = 0
    for byte in name:
        code = ((code ^ byte) * 16_777_619) & 0x7FFFFFFF
    return code


_SLACK: Final = 8  # bytes behind the last one: the kernels load whole words


class LineBuffer:
    """Text that was not scanned yet: whole lines, then the start of another.

    ``array`` is uint8, longer than the ``n_filled`` bytes in use by at least eight, and
    another array once it has grown; ``n_whole`` are the bytes of whole lines.
    """

    def __init__(self, capacity: int) -> None:
        self.array = np.empty(capacity + _SLACK, np.uint8)
        self._view = self.array.data
        self.n_filled = self.n_whole = 0

    def append(self, piece: bytes) -> None:
        """Add a piece, which need not end at a line's end."""
        start, self.n_filled = self.n_filled, self.n_filled + len(piece)
        if self.n_filled + _SLACK > len(self.array):
            self._grow(start)
        self._view[start : self.n_filled] = piece
        newline = piece.rfind(b"\n") + 1
        if newline:
            self.n_whole = start + newline

    def _grow(self, used: int) -> None:
        larger = np.empty(max(self.n_filled + _SLACK, len(self.array) * 3 // 2), np.uint8)
        larger[:used] = self.array[:used]
        self.array, self._view = larger, larger.data

    def drop_lines(self) -> None:
        """Forget the whole lines."""
        rest = self.n_filled - self.n_whole
        self._view[:rest] = self._view[self.n_whole : self.n_filled]
        self.n_filled, self.n_whole = rest, 0

    def text(self, start: int, end: int) -> bytes:
        """Return a copy of some of the bytes."""
        return bytes(self._view[start:end])

    def line_at(self, start: int) -> bytes:
        """Return the whole line that starts at an offset, without its newline."""
        return self.text(start, self.n_whole).partition(b"\n")[0]
