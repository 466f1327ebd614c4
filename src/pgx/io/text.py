"""Text of records for the kernels: complete lines, contig names, ALT columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pgx.io import scan_codes as sc

__all__ = [
    "AltTexts",
    "ContigTable",
    "LineBuffer",
]

_MARK: Final = re.compile(r"[<\[\]]")
_SHORT: Final = 32  # bytes: longer ALT columns rarely repeat and are not cached
_MAX_KNOWN: Final = 1024  # entries of the cache


class AltTexts:
    """Splits ALT columns, with a cache: most records of a gVCF have the same few."""

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


_FIRST_SLOTS: Final = 1 << 10  # of the hash table; enough for the contigs of most files
_SPARE: Final = 64  # names for which there is room before the arrays grow

Array = npt.NDArray[Any]


class ContigTable:
    """Arrays that grow with the names, so that files of few contigs need little memory.

    Shapes: ``slots`` (a power of two,) int64, index + 1 of a name or 0; ``names`` uint8, all
    names in a row; ``offsets`` (contigs + 1,) int64 their bounds; ``facts`` (contigs, 2)
    int64: canonical index or -1, and length. There is always room for one name more.

    Parameters
    ----------
    names
        The header's names, so that the kernel need not ask for each.
    describe
        Returns a name's canonical index, -1 if it has none, and its length.
    """

    def __init__(self, names: Iterable[str], describe: Callable[[str], tuple[int, int]]) -> None:
        self._describe = describe
        self._codes: list[int] = []
        wanted = tuple(names)
        known = [name.encode() for name in wanted]
        cells = len(known) * max(map(len, known), default=0)
        if cells > sc.MAX_NAME_BYTES or len(known) > sc.MAX_CONTIGS:
            wanted, known = (), []
        room = len(known) + _SPARE
        text = b"".join(known)
        self.names = np.empty(len(text) + _SPARE * sc.MAX_CONTIG_NAME, np.uint8)
        self.names[: len(text)] = np.frombuffer(text, np.uint8)
        self.offsets = np.zeros(room + 1, np.int64)
        self.offsets[1 : len(known) + 1] = np.cumsum([len(name) for name in known])
        self.facts = np.empty((room, 2), np.int64)
        if known:
            self.facts[: len(known)] = [describe(name) for name in wanted]
        self.n_names, self.n_bytes = len(known), len(text)
        self._codes = _codes(known)
        self.slots = np.zeros(_FIRST_SLOTS, np.int64)
        self._place_all()

    def add(self, n_names: int, n_bytes: int) -> bool:
        """Describe the name that the kernel has just stored; return whether an array was replaced.

        ``n_names`` and ``n_bytes`` are the kernel's counts, that name included.
        """
        start, end = self.offsets[n_names - 1 : n_names + 1]
        name = bytes(self.names[start:end])
        self.facts[n_names - 1] = self._describe(name.decode("utf-8", "replace"))
        self._codes += _codes([name])
        self.n_names, self.n_bytes = n_names, n_bytes
        return self._grow()

    def _grow(self) -> bool:
        """Make room for the next name."""
        before = self.names, self.offsets, self.slots
        if len(self.names) < self.n_bytes + sc.MAX_CONTIG_NAME:
            self.names = _longer(self.names, sc.MAX_CONTIG_NAME)
        if len(self.facts) <= self.n_names:
            self.offsets = _longer(self.offsets, 1)
            self.facts = _longer(self.facts, 0)
        if len(self.slots) < 2 * (self.n_names + 1):
            self._place_all()
        return any(
            a is not b for a, b in zip(before, (self.names, self.offsets, self.slots), strict=True)
        )

    def _place_all(self) -> None:
        """Rebuild the hash table at most a quarter full, which keeps probe sequences short."""
        size = len(self.slots)
        while size < 4 * (self.n_names + 1):
            size *= 4
        self.slots = _placed(np.array(self._codes, np.int64), size)


def _placed(codes: Array, size: int) -> Array:
    """Return the hash table of some codes, by linear probing as in the kernel.

    All codes advance one slot at a time; of several at a free slot the first takes it.
    """
    slots = np.zeros(size, np.int64)
    unplaced, at = np.arange(len(codes)), codes % size
    while len(unplaced):
        free = slots[at] == 0
        slots[at[free][::-1]] = unplaced[free][::-1] + 1
        is_unplaced = slots[at] != unplaced + 1
        unplaced, at = unplaced[is_unplaced], (at[is_unplaced] + 1) % size
    return slots


def _longer(array: Array, more: int) -> Array:
    """Return a copy of twice the length plus ``more``, so that growing is amortised."""
    longer = np.zeros((2 * len(array) + more, *array.shape[1:]), array.dtype)
    longer[: len(array)] = array
    return longer


def _codes(names: list[bytes]) -> list[int]:
    """Return the kernel's hash of each name, all names at once, byte by byte."""
    if not names:
        return []
    lengths = np.array([len(name) for name in names])
    width = int(lengths.max())
    letters = np.frombuffer(b"".join(name.ljust(width) for name in names), np.uint8)
    table = letters.reshape(len(names), width).astype(np.int64)
    codes = np.zeros(len(names), np.int64)
    for column in range(width):
        stepped = ((codes ^ table[:, column]) * 16_777_619) & 0x7FFFFFFF
        codes = np.where(lengths > column, stepped, codes)
    found: list[int] = codes.tolist()
    return found


_SLACK: Final = 8  # bytes after the text: the kernel loads eight at a time


class LineBuffer:
    """Text that was not scanned yet: complete lines, then the start of another.

    ``array`` is uint8, longer than the ``n_filled`` bytes in use by at least eight, and
    another array once it has grown; ``n_whole`` counts the bytes of complete lines.
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
        """Drop the complete lines."""
        rest = self.n_filled - self.n_whole
        self._view[:rest] = self._view[self.n_whole : self.n_filled]
        self.n_filled, self.n_whole = rest, 0

    def text(self, start: int, end: int) -> bytes:
        """Return a copy of some of the bytes."""
        return bytes(self._view[start:end])

    def line_at(self, start: int) -> bytes:
        """Return the whole line that starts at an offset, without its newline."""
        return self.text(start, self.n_whole).partition(b"\n")[0]
