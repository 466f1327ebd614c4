"""A hidden folder in which one run works: its own, locked, and never somebody else's by a link."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pgx.base.errors import OutputError

__all__ = ["LOCK_FILE", "check_own", "locked", "remove_own"]

LOCK_FILE: Final = "lock"


def check_own(place: Path) -> None:
    """Refuse a folder that is a link, or that others own or write to.

    What lies in it is removed: behind a link that would be somebody else's files.

    Raises
    ------
    OutputError
        It is not what a run of this user made.
    """
    found = os.lstat(place)
    is_ours = found.st_uid == os.geteuid() and not found.st_mode & 0o022
    if not stat.S_ISDIR(found.st_mode) or not is_ours:
        raise OutputError(
            f"{place.name} in this folder is not what a run made",
            where=str(place.parent),
            remedy="remove it, or choose another folder",
        )


@contextlib.contextmanager
def locked(place: Path) -> Iterator[None]:
    """Make the folder if absent, and hold its lock; that goes with the process, however it ends.

    Raises
    ------
    OutputError
        Another run holds it, or the folder is not this user's own.
    """
    import fcntl

    busy = OutputError(
        "another run is at work in this folder",
        where=str(place.parent),
        remedy="wait for it, or choose another folder",
    )
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        check_own(place)
        descriptor = os.open(place / LOCK_FILE, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except FileNotFoundError:
        raise busy from None  # the other one has just finished, and its folder is gone
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise busy from None
        except OSError as error:
            # without locks a live run cannot be told from an ended one, whose files are removed
            raise OutputError(
                f"the folder cannot be locked: {error.strerror}",
                where=str(place.parent),
                remedy="choose a folder on a file system that has locks",
            ) from error
        if os.fstat(descriptor).st_nlink == 0:
            raise busy  # as above, a moment later
        yield
    finally:
        os.close(descriptor)


def remove_own(place: Path) -> None:
    """Remove the folder whose lock is held, the lock last.

    Whoever comes after the lock is gone finds nothing that is still being removed.
    """
    with contextlib.suppress(OSError):
        for entry in place.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name != LOCK_FILE:
                entry.unlink(missing_ok=True)
        (place / LOCK_FILE).unlink(missing_ok=True)
        place.rmdir()
