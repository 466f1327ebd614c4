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
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


def check_own(place: Path) -> None:
    """Refuse a folder that is a link, or that others own or write to.

    What lies in it is removed: behind a link that would be somebody else's files. Owner and
    mode are judged by those of a folder that is made for it, because some file systems show
    the same ones for everything: CIFS and the disks of Windows mode 0777, a squashed NFS
    another owner.

    Raises
    ------
    OutputError
        It is not what a run of this user made.
    """
    found = os.lstat(place)
    if not stat.S_ISDIR(found.st_mode) or not (_is_private(found) or _is_usual(found, place)):
        raise OutputError(
            f"{place.name} in this folder is not what a run made",
            where=str(place.parent),
            remedy="remove it, or choose another folder",
        )


def _is_private(found: os.stat_result) -> bool:
    return found.st_uid == os.geteuid() and not found.st_mode & _OTHERS_WRITE


def _is_usual(found: os.stat_result, place: Path) -> bool:
    """Whether a folder that this process makes beside it looks the same."""
    probe = place.with_name(f"{place.name}-{os.urandom(4).hex()}")
    probe.mkdir(mode=0o700)
    try:
        usual = os.lstat(probe)
    finally:
        probe.rmdir()
    more = found.st_mode & ~usual.st_mode & _OTHERS_WRITE
    return found.st_uid == usual.st_uid and not more


@contextlib.contextmanager
def locked(place: Path) -> Iterator[None]:
    """Make the folder if absent, and hold its lock; that goes with the process, however it ends.

    Raises
    ------
    OutputError
        Another run holds it, or the folder is not this user's own; one that was made for
        nothing is removed.
    """
    busy = OutputError(
        "another run is at work in this folder",
        where=str(place.parent),
        remedy="wait for it, or choose another folder",
    )
    is_new = _made(place)
    try:
        check_own(place)
        descriptor = os.open(place / LOCK_FILE, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except FileNotFoundError:
        raise busy from None  # the other one has just finished, and its folder is gone
    except BaseException:
        if is_new:
            _unmade(place)
        raise
    try:
        try:
            _lock(descriptor, place)
        except BlockingIOError:
            raise busy from None
        except BaseException:
            if is_new:
                _unmade(place)
            raise
        if os.fstat(descriptor).st_nlink == 0:
            raise busy  # as above, a moment later
        yield
    finally:
        os.close(descriptor)


def _made(place: Path) -> bool:
    """Make the folder; return whether it was absent."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        place.mkdir(mode=0o700)
    except FileExistsError:
        return False
    return True


def _unmade(place: Path) -> None:
    """Remove a folder that cannot be locked, and with it the file that was to be."""
    with contextlib.suppress(OSError):
        (place / LOCK_FILE).unlink(missing_ok=True)
        place.rmdir()


def _lock(descriptor: int, place: Path) -> None:
    """Take the lock.

    Raises
    ------
    BlockingIOError
        Another run holds it.
    OutputError
        The file system has no locks.
    """
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError as error:
        # without locks a live run cannot be told from an ended one, whose files are removed
        raise OutputError(
            f"the folder cannot be locked: {error.strerror}",
            where=str(place.parent),
            remedy="choose a folder on a file system that has locks",
        ) from error


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
