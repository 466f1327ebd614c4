"""The results of a run are one set: made in a folder of their own, published together.

While a run writes, its output folder holds ``.pgx-run``, which is locked: new files lie in
``new`` there, and those of an earlier run stay as they are. When all are complete, ``new``
becomes ``whole`` in one step, and its files get their places; what the earlier run has more
is removed. A run that is ended before that step leaves the old set, one that is ended after it
has its files put in place by the next run. So a folder never holds files of two runs without
``.pgx-run`` beside them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from pgx.base.files import locked, remove_own, sync_folder
from pgx.errors import OutputError
from pgx.reports.apart import Apart, clear_old, drop, give_place, stage

__all__ = ["RUN_FOLDER", "ResultSet", "result_set", "settle"]

RUN_FOLDER: Final = ".pgx-run"
_NEW: Final = "new"
_WHOLE: Final = "whole"
_DONE: Final = "done"
_NAMES: Final = "names.json"

Held = Callable[[Path], Iterable[str]]
"""Returns the names of results that lie in a folder."""


@dataclass(slots=True)
class ResultSet:
    """Files that are being made.

    Attributes
    ----------
    place
        The folder in which they are made under their own names.
    found
        What an earlier run that was ended had left, in words; empty if nothing.
    names
        The files of the complete set.
    """

    place: Path
    found: str = ""
    names: list[str] = field(default_factory=list)

    def publish(self, files: Iterable[Path]) -> None:
        """Say that the set is complete: these files, all of which lie in ``place``."""
        self.names = [path.name for path in files]

    def keep_apart(self, apart: Apart) -> None:
        """Let a file that lies elsewhere belong to the set; see `pgx.reports.apart`."""
        stage(self.place, apart)


@contextlib.contextmanager
def result_set(folder: Path, held: Held) -> Iterator[ResultSet]:
    """Make a set of results in a folder; they get their places where the block ends well.

    Raises
    ------
    OutputError
        Another run is at work in the folder; disk, permission or quota. The results of an
        earlier run are as they were.
    """
    run = folder / RUN_FOLDER
    try:
        with locked(run):
            found = _recovered(run, folder, held)
            own = ResultSet(run / _NEW, found)
            try:
                own.place.mkdir(mode=0o700)
                yield own
                _complete(run, folder, own, held)
                _place(run, folder, held)
            finally:
                if not (run / _WHOLE).exists():
                    drop(run / _NEW)
                    remove_own(run)
    except OSError as error:
        raise OutputError(
            f"cannot be written: {error.strerror or type(error).__name__}",
            where=str(folder),
            remedy="check folder, permissions and free space",
        ) from error


def settle(folder: Path, held: Held) -> str:
    """Finish or remove what an ended run left in a folder; return what was found, in words.

    Raises
    ------
    OutputError
        Another run is at work in the folder.
    OSError
        The files cannot be put in their places.
    """
    run = folder / RUN_FOLDER
    if not os.path.lexists(run):
        return ""
    with locked(run):
        found = _recovered(run, folder, held)
        remove_own(run)
    return found


def _recovered(run: Path, folder: Path, held: Held) -> str:
    """Put a complete set in its place, remove an incomplete one; return what was found."""
    shutil.rmtree(run / _DONE, ignore_errors=True)
    if (run / _WHOLE).is_dir():
        _place(run, folder, held)
        return "an earlier run was ended while it published its results: they are complete now"
    if (run / _NEW).exists():
        drop(run / _NEW)
        shutil.rmtree(run / _NEW)
        return "an earlier run was ended before its results were complete: they are removed"
    return ""


def _complete(run: Path, folder: Path, own: ResultSet, held: Held) -> None:
    """Call the set complete, in one step, where nothing can stop its files midway."""
    lost = [name for name in own.names if not os.path.lexists(own.place / name)]
    if lost:
        raise OutputError(
            f"{len(lost)} of the new files were removed while the run was at work",
            where=str(folder),
            remedy="start it again, alone in this folder",
        )
    for name in sorted({*own.names, *held(folder)}):
        place = folder / name
        if place.is_dir() and not place.is_symlink():
            raise OutputError(
                "a folder has the name of a result", where=str(place), remedy="rename the folder"
            )
    with (own.place / _NAMES).open("xb") as handle:
        handle.write(msgspec.json.encode(own.names))
        handle.flush()
        os.fsync(handle.fileno())
    sync_folder(own.place)
    own.place.rename(run / _WHOLE)
    sync_folder(run)
    sync_folder(folder)  # which holds the name of the run's folder


def _place(run: Path, folder: Path, held: Held) -> None:
    """Give the files of a complete set their places; to do it again does no harm."""
    whole = run / _WHOLE
    names = msgspec.json.decode((whole / _NAMES).read_bytes(), type=list[str])
    clear_old(whole)
    # old names go first: where a disk takes s1 and S1 for one, the old name is the new file's
    for name in sorted(set(held(folder)) - set(names)):
        (folder / name).unlink(missing_ok=True)
    for name in held(whole):  # names of files, whatever the list says
        (whole / name).replace(folder / name)
    give_place(whole)
    sync_folder(folder)
    whole.rename(run / _DONE)  # without its list of names it must not be called whole
    # all files have their places: a disk that fails now makes the run no failure
    shutil.rmtree(run / _DONE, ignore_errors=True)
