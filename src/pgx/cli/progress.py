"""Progress of a long run on standard error: a bar on a terminal, an occasional line elsewhere.

Short runs show nothing, nor does any run if ``PGX_PROGRESS`` is ``off``. The cost is one clock
reading per item or file block.
"""

from __future__ import annotations

import contextlib
import math
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, Self, TypeVar

from pgx.base.extensions import progress_callback
from pgx.cli.console import console, is_terminal, say

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["Stages", "reading", "tracked"]

T = TypeVar("T")
SWITCH: Final = "PGX_PROGRESS"
PATIENCE: Final = 2.0
"""Seconds that a run may take without a word."""
_BAR_SECONDS: Final = 0.5
_LINE_SECONDS: Final = 15.0
_MEGABYTE: Final = 1_000_000


def tracked(
    items: Iterable[T], total: int, what: str = "samples", *, quiet: bool = False
) -> Iterator[T]:
    """Yield items; report how many of ``total`` are done, the rate, and the time left.

    Parameters
    ----------
    items
        The items; an item counts as done when the next one is requested.
    total
        Number of items.
    what
        Plural noun for the items.
    quiet
        Report nothing.
    """
    if quiet or total < 2:
        yield from items
        return
    clock = _Clock(total, what)
    try:
        for done, item in enumerate(items):
            clock.tell(done)
            yield item
    finally:
        clock.close()


@contextlib.contextmanager
def reading(paths: Sequence[str], *, quiet: bool = False) -> Iterator[None]:
    """Report how much of some files has been read inside the block; not for standard input.

    Parameters
    ----------
    paths
        All files that the block reads, once each.
    quiet
        Report nothing.
    """
    sizes = [_size(path) for path in paths]
    if quiet or None in sizes:
        yield
        return
    total = sum(size or 0 for size in sizes)
    clock = _Clock(max(1, total // _MEGABYTE), "MB read")
    read = 0

    def hear(n_bytes: int) -> None:
        nonlocal read
        read = min(read + n_bytes, total)
        clock.tell(read // _MEGABYTE)

    try:
        with progress_callback(hear):
            yield
    finally:
        clock.close()


class Stages:
    """Reports the progress of each stage; a context manager that ends the last stage.

    Parameters
    ----------
    quiet
        Report nothing.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._clock: _Clock | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def stage(self, what: str, total: int) -> None:
        """Start a stage of ``total`` items named ``what``."""
        self._close()
        if not self._quiet:
            self._clock = _Clock(max(1, total), what)

    def done(self, n: int) -> None:
        """Set the number of completed items of the stage."""
        if self._clock is not None:
            self._clock.tell(n)

    def note(self, text: str) -> None:
        """Print a line during the stage."""
        if self._clock is not None:
            self._clock.close()  # the bar is redrawn below the line
        if not self._quiet:
            say(text)

    def _close(self) -> None:
        if self._clock is not None:
            self._clock.close()
            self._clock = None


def _size(path: str) -> int | None:
    """Return the size of a regular file in bytes, None for other files."""
    try:
        file = Path(path)
        return file.stat().st_size if file.is_file() else None
    except OSError:
        return None


class _Clock:
    """Forwards counts to the display, not before `PATIENCE` and not too often."""

    def __init__(self, total: int, what: str) -> None:
        self._view: _View = _Bar(total, what) if is_terminal(error=True) else _Lines(total, what)
        self._start = time.monotonic()
        self._due = math.inf if os.environ.get(SWITCH) == "off" else self._start + PATIENCE

    def tell(self, done: int) -> None:
        now = time.monotonic()
        if now >= self._due:
            self._view.show(done, now - self._start)
            self._due = now + self._view.pause

    def close(self) -> None:
        self._view.close()


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
    """A bar that is redrawn on demand; it needs no thread and disappears when done."""

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
            self._progress = None


def _pace(done: int, total: int, seconds: float) -> str:
    """Return rate and time left, as a suffix to a count.

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
    """Return a duration as one number, rounded up, with its unit.

    >>> _duration(12.1), _duration(90), _duration(90000)
    ('13 s', '2 min', '25.0 h')
    """
    if seconds < 60:
        return f"{math.ceil(seconds)} s"
    if seconds < 5400:
        return f"{math.ceil(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
