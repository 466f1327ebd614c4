"""Decompress in one thread while another scans: pieces in, the same pieces out."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Generator, Iterator
from queue import SimpleQueue
from typing import Final

__all__ = ["read_ahead"]

_ALONE: Final = 1 << 20  # bytes before a thread is worth starting
_BATCH: Final = 1 << 18  # bytes that are handed over at once
_DEPTH: Final = 8  # batches that may wait


def read_ahead(pieces: Iterator[bytes], pays: Callable[[], bool]) -> Generator[bytes]:
    """Yield the pieces of an iterator, which a thread runs ahead of who takes them.

    Small inputs need no thread: after the first MiB ``pays`` is asked whether to start it.
    What the iterator raises is raised here, after the pieces before it. At most about 3 MiB
    wait; the thread has ended when this generator has, so close it if it is not run to its
    end.
    """
    seen = 0
    for piece in pieces:
        yield piece
        seen += len(piece)
        if seen >= _ALONE:
            break
    else:
        return
    if not pays():
        yield from pieces
        return
    runner = _Runner(pieces)
    try:
        while batch := runner.filled.get():
            yield from batch
            runner.free.put(None)
    finally:
        runner.stop()
    if runner.error is not None:
        raise runner.error


class _Runner:
    """The thread, what it has filled, and how many batches it may fill."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.filled: SimpleQueue[list[bytes]] = SimpleQueue()
        self.free: SimpleQueue[None] = SimpleQueue()
        self.error: BaseException | None = None
        self._pieces = pieces
        self._stopped = False
        for _ in range(_DEPTH):
            self.free.put(None)
        context = contextvars.copy_context()  # who listens, hears what the thread reads
        self._thread = threading.Thread(
            target=context.run, args=(self._run,), name="pgx-read-ahead", daemon=True
        )
        self._thread.start()

    def _run(self) -> None:
        """Fill batches until the end, an error or a stop; an empty one is the last."""
        try:
            batch: list[bytes] = []
            n_bytes = 0
            for piece in self._pieces:
                if self._stopped:
                    return
                batch.append(piece)
                n_bytes += len(piece)
                if n_bytes >= _BATCH:
                    self.free.get()
                    self.filled.put(batch)
                    batch, n_bytes = [], 0
            if batch:
                self.filled.put(batch)
        except BaseException as error:  # noqa: BLE001 - raised again where the pieces are taken
            if batch:
                self.filled.put(batch)
            self.error = error
        finally:
            self.filled.put([])

    def stop(self) -> None:
        """End the thread; nothing is read once this returns."""
        self._stopped = True
        self.free.put(None)
        self._thread.join()
