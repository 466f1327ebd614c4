"""Optional parts: packages that extend `pgx`, optional libraries, progress, child processes.

`pgx` imports nothing of a package that joins it: the package names its parts in its metadata, by
group of entry points. So a command without doses neither loads nor needs the dosing models.

=======================  ========================================================
``pgx.commands``         a `Command` of ``pgx``; its name is the entry point's
``pgx.dosing``           ``records``: a release and a result with a patient to its
                         `pgx.records.calls.DoseResult` records
``pgx.report_sections``  ``doses``: see `pgx.reports.content.document.DoseSection`
``pgx.kernels``          modules of kernels to compile beside those of `pgx`
``pgx.views``            a record's class name to the function that draws it as HTML
=======================  ========================================================
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pgx.errors import DependencyError, UsageError

__all__ = [
    "Command",
    "added_commands",
    "added_kernels",
    "count_read",
    "extension",
    "html_view",
    "isolated_environment",
    "isolated_path",
    "load_extra",
    "progress_callback",
]

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


_COMMANDS: Final = "pgx.commands"
_KERNELS: Final = "pgx.kernels"
_VIEWS: Final = "pgx.views"


class Command(NamedTuple):
    """A command of ``pgx``: the module whose ``run`` runs it, and its line of help."""

    module: str
    help: str


@functools.cache
def _entry_points(group: str) -> dict[str, EntryPoint]:
    """Return the entry points of a group by name.

    Raises
    ------
    DependencyError
        Two packages give one name: which of them answered would be chance.
    """
    # importlib.metadata costs 15 ms to import, and most commands ask for no extension
    from importlib.metadata import entry_points

    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=group):
        other = found.setdefault(point.name, point)
        if other.value != point.value:
            raise DependencyError(
                f"two packages give {point.name!r} of {group}: {other.value}, {point.value}",
                remedy="uninstall one of them",
            )
    return found


def extension(group: str, name: str) -> Any:  # noqa: ANN401 - whatever the group is of
    """Return what an entry point names, None where no installed package gives it.

    Raises
    ------
    DependencyError
        Two packages give it, or its package is not installed as its metadata say.
    """
    point = _entry_points(group).get(name)
    return None if point is None else _loaded(point)


def _loaded(point: EntryPoint) -> Any:  # noqa: ANN401 - as above
    try:
        return point.load()
    except (ModuleNotFoundError, AttributeError) as error:
        raise DependencyError(
            f"{point.value}, which is to give {point.name!r} of {point.group}, cannot be loaded",
            remedy="install its package anew",
        ) from error


def added_commands() -> dict[str, Command]:
    """Return the commands that packages beside `pgx` add, by name."""
    return {name: _loaded(point) for name, point in sorted(_entry_points(_COMMANDS).items())}


def added_kernels() -> tuple[str, ...]:
    """Return the names of modules of kernels that packages beside `pgx` add."""
    return tuple(sorted(point.value for point in _entry_points(_KERNELS).values()))


def html_view(record: object) -> str | None:
    """Return a record as HTML, None without a view for its class."""
    view = extension(_VIEWS, type(record).__name__)
    return None if view is None else view(record)


def load_extra(module: str, extra: str) -> Any:  # noqa: ANN401 - a module of any library
    """Return a module of an optional part.

    Parameters
    ----------
    module
        The module's full name.
    extra
        The extra of this package that brings it.

    Raises
    ------
    UsageError
        It is not installed.
    """
    try:
        found: ModuleType = import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise  # the library is installed, a dependency of it is not
        raise UsageError(
            f"{error.name} is not installed",
            remedy=f"install it with: pip install 'pgx-therapy[{extra}]'",
        ) from error
    return found


_CALLBACK: Final[ContextVar[Callable[[int], None] | None]] = ContextVar("progress", default=None)


def count_read(n_bytes: int) -> None:
    """Report ``n_bytes`` more bytes of an input to the progress callback, if there is one."""
    callback = _CALLBACK.get()
    if callback is not None:
        callback(n_bytes)


@contextlib.contextmanager
def progress_callback(callback: Callable[[int], None]) -> Iterator[None]:
    """Call a function with the bytes of every read within the block.

    A context variable, because reads happen in threads that copy the context of the run.

    >>> counts = []
    >>> with progress_callback(counts.append):
    ...     count_read(5)
    >>> count_read(7)
    >>> counts
    [5]
    """
    token = _CALLBACK.set(callback)
    try:
        yield
    finally:
        _CALLBACK.reset(token)


_SAFE: Final = "PYTHONSAFEPATH"
_PLACES: Final = "PYTHONPATH"


def isolated_path() -> dict[str, str]:
    """Return environment variables that keep a child process from importing local files.

    Python started with ``-m`` or ``-c`` puts the current folder first on its path: a ``pysam.py``
    beside a delivered file would be run. ``PYTHONSAFEPATH`` (Python 3.11) turns this off, also for
    processes of `multiprocessing`; relative entries of ``PYTHONPATH`` are removed.
    """
    places = os.environ.get(_PLACES, "").split(os.pathsep)
    absolute = [place for place in places if Path(place).is_absolute()]
    return {_SAFE: "1", _PLACES: os.pathsep.join(absolute)}


@contextlib.contextmanager
def isolated_environment() -> Iterator[None]:
    """Isolate the processes that are started within the block."""
    wanted = isolated_path()
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
