"""The text between container and kernel: pieces in, whole lines out."""

from __future__ import annotations

from typing import Final

import numpy as np

__all__ = ["LineBuffer"]

_SLACK: Final = 8  # bytes behind the last one that the kernel may look at


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
