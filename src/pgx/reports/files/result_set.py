"""A file of a result set stored outside the folder: the table of pseudonyms.

Beside results of another run it would identify the wrong patients. It therefore waits under a
temporary name in its folder until the set is complete; the old table is removed before the first
file of the set is moved into place, the new one is moved after the last. The pending step is
recorded with the set, so that the next run can complete it. The record is trusted only if the
waiting file exists and has the recorded digest: a forged record cannot change a file of this user.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from pgx.base.files import locked, remove_own, sync_folder
from pgx.errors import OutputError

__all__ = [
    "RUN_FOLDER",
    "Apart",
    "ResultSet",
    "result_set",
    "settle",
]

_LIST: Final = "apart.json"
_TOKEN: Final = re.compile(r"[0-9a-f]{16}")


class Apart(NamedTuple):
    """A file readable by its owner only: path and content."""

    path: Path
    data: bytes


class _Waiting(msgspec.Struct, frozen=True):
    """The final path of a file, its temporary name, and its digest."""

    path: bytes  # file names need not be valid text
    token: str
    sha256: str

    @property
    def place(self) -> Path:
        return Path(os.fsdecode(self.path))

    @property
    def file(self) -> Path:
        return self.place.with_name(f".{self.place.name}.{self.token}.pgx-new")


def _stage(folder: Path, apart: Apart) -> None:
    """Write the file under its temporary name; record it in the folder of the set.

    Raises
    ------
    OutputError
        Disk, permission or quota.
    """
    digest = hashlib.sha256(apart.data).hexdigest()
    waiting = _Waiting(os.fsencode(apart.path.absolute()), os.urandom(8).hex(), digest)
    _write(folder / _LIST, msgspec.json.encode(waiting))
    try:
        _write(waiting.file, apart.data)
        sync_folder(waiting.file.parent)
    except OSError as error:
        raise OutputError(
            f"the table of pseudonyms cannot be written: {error.strerror}",
            where=str(apart.path),
            remedy="check folder, permissions and free space",
        ) from error


def _write(path: Path, data: bytes) -> None:
    # O_NOFOLLOW and O_EXCL: a link planted under this name is not followed
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def _drop(folder: Path) -> None:
    """Remove the waiting file of a set that will not be completed."""
    waiting = _read(folder)
    if waiting is not None:
        with contextlib.suppress(OSError):
            waiting.file.unlink(missing_ok=True)


def _clear_old(folder: Path) -> None:
    """Remove the file of the earlier set.

    Raises
    ------
    OutputError
        The waiting file of the complete set is missing.
    """
    waiting = _read(folder)
    if waiting is None or _is(waiting.place, waiting):
        return
    if not _is(waiting.file, waiting):
        raise OutputError(
            "the table of pseudonyms of complete results is not there",
            where=str(waiting.place),
            remedy="bring its folder back, or remove the folder of results and start again",
        )
    waiting.place.unlink(missing_ok=True)
    sync_folder(waiting.place.parent)


def _give_place(folder: Path) -> None:
    """Move the waiting file into place; safe to repeat."""
    waiting = _read(folder)
    if waiting is not None and _is(waiting.file, waiting):
        waiting.file.replace(waiting.place)
        sync_folder(waiting.place.parent)


def _is(path: Path, waiting: _Waiting) -> bool:
    """Whether a file is the recorded one, and not a link."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest() == waiting.sha256
    except OSError:
        return False


def _read(folder: Path) -> _Waiting | None:
    try:
        found = msgspec.json.decode((folder / _LIST).read_bytes(), type=_Waiting)
    except (OSError, ValueError):
        return None
    is_ours = _TOKEN.fullmatch(found.token) and found.place.is_absolute() and found.place.name
    return found if is_ours else None


RUN_FOLDER: Final = ".pgx-run"
_NEW: Final = "new"
_WHOLE: Final = "whole"
_DONE: Final = "done"
_NAMES: Final = "names.json"

Held = Callable[[Path], Iterable[str]]
"""Returns the names of results that lie in a folder."""


@dataclass(slots=True)
class ResultSet:
    """Files being created.

    Attributes
    ----------
    place
        The folder in which they are created under their final names.
    found
        Description of the remains of an interrupted run; empty if none.
    names
        The files of the complete set.
    """

    place: Path
    found: str = ""
    names: list[str] = field(default_factory=list)

    def publish(self, files: Iterable[Path]) -> None:
        """Declare the set complete: these files, all of them in ``place``."""
        self.names = [path.name for path in files]

    def keep_apart(self, apart: Apart) -> None:
        """Add a file outside the folder to the set; see `pgx.reports.files.result_set`."""
        _stage(self.place, apart)


@contextlib.contextmanager
def result_set(folder: Path, held: Held) -> Iterator[ResultSet]:
    """Create a set of results in a folder; files are moved into place if the block succeeds.

    Raises
    ------
    OutputError
        Another run uses the folder; disk, permission or quota. The results of an
        earlier run are unchanged.
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
                    _drop(run / _NEW)
                    remove_own(run)
    except OSError as error:
        raise OutputError(
            f"cannot be written: {error.strerror or type(error).__name__}",
            where=str(folder),
            remedy="check folder, permissions and free space",
        ) from error


def settle(folder: Path, held: Held) -> str:
    """Complete or remove the remains of an interrupted run; return their description.

    Raises
    ------
    OutputError
        Another run uses the folder.
    OSError
        The files cannot be moved into place.
    """
    run = folder / RUN_FOLDER
    if not os.path.lexists(run):
        return ""
    with locked(run):
        found = _recovered(run, folder, held)
        remove_own(run)
    return found


def _recovered(run: Path, folder: Path, held: Held) -> str:
    """Move a complete set into place, remove an incomplete one; return a description."""
    shutil.rmtree(run / _DONE, ignore_errors=True)
    if (run / _WHOLE).is_dir():
        _place(run, folder, held)
        return "an earlier run was ended while it published its results: they are complete now"
    if (run / _NEW).exists():
        _drop(run / _NEW)
        shutil.rmtree(run / _NEW)
        return "an earlier run was ended before its results were complete: they are removed"
    return ""


def _complete(run: Path, folder: Path, own: ResultSet, held: Held) -> None:
    """Mark the set complete in one atomic step, once its files can no longer fail midway."""
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
    sync_folder(folder)  # the parent holds the name of the run's folder


def _place(run: Path, folder: Path, held: Held) -> None:
    """Move the files of a complete set into place; safe to repeat."""
    whole = run / _WHOLE
    names = msgspec.json.decode((whole / _NAMES).read_bytes(), type=list[str])
    _clear_old(whole)
    # old names are removed first: if a disk treats s1 and S1 as equal, the old name is the new file
    for name in sorted(set(held(folder)) - set(names)):
        (folder / name).unlink(missing_ok=True)
    for name in held(whole):  # plain file names only, whatever the list contains
        (whole / name).replace(folder / name)
    _give_place(whole)
    sync_folder(folder)
    whole.rename(run / _DONE)  # without its list of names the set must not be called complete
    # all files are in place: a later disk error does not make the run fail
    shutil.rmtree(run / _DONE, ignore_errors=True)
