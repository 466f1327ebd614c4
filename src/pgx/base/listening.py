"""Who wants to hear how many bytes of inputs were read; nobody unless a command says so."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Final

__all__ = ["heard", "listening"]

_LISTENER: Final[ContextVar[Callable[[int], None] | None]] = ContextVar("listener", default=None)


def heard(n_bytes: int) -> None:
    """Tell the listener, if there is one, that so many more bytes of an input were read."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(n_bytes)


@contextlib.contextmanager
def listening(listener: Callable[[int], None]) -> Iterator[None]:
    """Let a function hear of every piece that is read inside the block.

    >>> counts = []
    >>> with listening(counts.append):
    ...     heard(5)
    >>> heard(7)
    >>> counts
    [5]
    """
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)
