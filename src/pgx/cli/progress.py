"""How far a long run is: a bar on a terminal, a line now and then elsewhere, on standard error.

Short runs show nothing. What it costs is one look at the clock an item.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from pgx.cli.console import console, is_terminal, say

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["tracked"]

T = TypeVar("T")
PATIENCE: Final = 2.0
"""Seconds that a run may take without a word."""
_BAR_SECONDS: Final = 0.25
_LINE_SECONDS: Final = 15.0


def tracked(
    items: Iterable[T], total: int, what: str = "samples", *, quiet: bool = False
) -> Iterator[T]:
    """Yield items; say how many of ``total`` are done, how fast, and how long it will take.

    Parameters
    ----------
    items
        What is worked on; an item counts as done when the next one is asked for.
    total
        How many items there will be.
    what
        What they are, in the plural.
    quiet
        Say nothing.
    """
    if quiet or total < 2:
        yield from items
        return
    view: _View = _Bar(total, what) if is_terminal(error=True) else _Lines(total, what)
    start = time.monotonic()
    due = start + PATIENCE
    try:
        for done, item in enumerate(items):
            now = time.monotonic()
            if now >= due:
                view.show(done, now - start)
                due = now + view.pause
            yield item
    finally:
        view.close()


class _View(Protocol):
    pause: float

    def show(self, done: int, seconds: float) -> None: ...

    def close(self) -> None: ...


class _Lines:
    pause = _LINE_SECONDS

    def __init__(self, total: int, what: str) -> None:
        self._total, self._what = total, what

    def show(self, done: int, seconds: float) -> None:
        say(f"{done} of {self._total} {self._what}{_pace(done, self._total, seconds)}")

    def close(self) -> None:
        pass


class _Bar:
    """A bar that is drawn anew when it is told to; it needs no thread and goes when done."""

    pause = _BAR_SECONDS

    def __init__(self, total: int, what: str) -> None:
        self._total, self._what = total, what
        self._progress: Progress | None = None

    def show(self, done: int, seconds: float) -> None:
        if self._progress is None:
            self._progress = self._started()
        text = f"{self._what}{_pace(done, self._total, seconds)}"
        task = self._progress.task_ids[0]
        self._progress.update(task, completed=done, description=text, refresh=True)

    def _started(self) -> Progress:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        progress = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.description}", markup=False),
            console=console(error=True),
            auto_refresh=False,
            transient=True,
        )
        progress.add_task(self._what, total=self._total)
        progress.start()
        return progress

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()


def _pace(done: int, total: int, seconds: float) -> str:
    """Return rate and time left, as text to follow a count.

    >>> _pace(300, 1000, 10.0)
    ', 30 a second, 24 s left'
    >>> _pace(3, 1000, 10.0)
    ', 0.3 a second, 56 min left'
    """
    if done <= 0 or seconds <= 0:
        return ""
    rate = done / seconds
    left = (total - done) / rate
    return f", {rate:.2g} a second, {_duration(left)} left"


def _duration(seconds: float) -> str:
    """Return a duration as one rounded-up number with its unit.

    >>> _duration(12.1), _duration(90), _duration(90000)
    ('13 s', '2 min', '25.0 h')
    """
    import math

    if seconds < 60:
        return f"{math.ceil(seconds)} s"
    if seconds < 5400:
        return f"{math.ceil(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
