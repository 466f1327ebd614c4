"""Files: bounded reads, temporary files, run folders, and outputs that must not replace inputs."""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO, Final

from pgx.errors import InputError, OutputError

__all__ = [
    "LOCK_FILE",
    "check_own",
    "file_digest",
    "is_left",
    "is_temporary",
    "locked",
    "nameless_file",
    "read_at_most",
    "read_whole",
    "real_path",
    "refuse_own_inputs",
    "remove_own",
    "scratch_folder",
    "scratch_in",
    "sync_folder",
    "temporary_path",
]


def real_path(path: Path) -> Path:
    """Return a path without links; links that lead in a circle stay, for who opens it to refuse."""
    return Path(os.path.realpath(path))  # Path.resolve raises on a circle


def read_at_most(path: Path, size: int, error: type[InputError]) -> bytes:
    """Return a file's bytes, at most ``size`` + 1 of them: one more tells that it is too large.

    Raises
    ------
    InputError
        The file cannot be read; of the class ``error``.
    """
    try:
        with path.open("rb") as handle:
            return handle.read(size + 1)
    except OSError as cause:
        raise error(
            f"cannot be read: {cause.strerror}", where=path.name, remedy="check the path"
        ) from cause


def read_whole(path: Path, most: int) -> bytes:
    """Return a file's bytes, whatever the file system says of its size.

    A device has no size, and a file may grow after it was looked at.

    Raises
    ------
    OSError
        The file cannot be read, or holds more than ``most`` bytes (``EFBIG``).
    """
    with path.open("rb") as handle:
        data = handle.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"larger than {most >> 20} MiB")
    return data


def file_digest(path: Path) -> str:
    """Return a file's SHA-256 (hex); empty of a pipe or a device, which can be read once."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError:
        return ""


def sync_folder(folder: Path) -> None:
    """Let the disk keep the names in a folder, where it can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


_TEMPORARY: Final = re.compile(r"\.pgx-([0-9a-f]{8})-(\d+)-[0-9a-f]+\.tmp$")
_PLACE: ContextVar[Path | None] = ContextVar("pgx_scratch", default=None)


@contextlib.contextmanager
def scratch_in(folder: Path) -> Iterator[None]:
    """Let temporary files lie in a folder while the block lasts; it is there when one is made."""
    before = _PLACE.get()
    _PLACE.set(folder)
    try:
        yield
    finally:
        _PLACE.set(before)


def nameless_file() -> BinaryIO:
    """Open a private file without a name; nothing of it is left, whatever ends the process."""
    place = _PLACE.get()
    if place is not None:
        with contextlib.suppress(OSError):  # a file system that cannot have files without names
            return _nameless(place)
    return _nameless(None)


def _nameless(folder: Path | None) -> BinaryIO:
    return tempfile.TemporaryFile(dir=folder)


@contextlib.contextmanager
def scratch_folder(place: Path | None = None) -> Iterator[Path]:
    """Make a private folder, in ``place`` or where `scratch_in` says; it goes with the block."""
    parent = place or _PLACE.get()
    own = temporary_path(parent or Path(tempfile.gettempdir()))
    own.mkdir(mode=0o700)
    try:
        yield own
    finally:
        shutil.rmtree(own, ignore_errors=True)


def temporary_path(folder: Path) -> Path:
    """Return a new name in a folder that tells which process of which machine has it."""
    return folder / f".pgx-{_machine()}-{os.getpid()}-{os.urandom(4).hex()}.tmp"


def is_temporary(name: str) -> bool:
    """Whether a name is one of `temporary_path`."""
    return _TEMPORARY.match(name) is not None


def is_left(name: str) -> bool:
    """Whether a name is that of a process of this machine that has ended."""
    match = _TEMPORARY.match(name)
    return match is not None and match[1] == _machine() and not _is_running(int(match[2]))


@functools.cache
def _machine() -> str:
    """Return what tells this machine from others that write into the same folder."""
    return hashlib.sha256(os.uname().nodename.encode()).hexdigest()[:8]


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return process != os.getpid()


def refuse_own_inputs(
    outputs: Iterable[Path], inputs: Iterable[str | os.PathLike[str] | None]
) -> None:
    """Refuse outputs that are files which the command reads, by whatever name.

    Files are compared by device and inode, links by those of what they name as well. Absent
    files, standard input and addresses are none.

    Raises
    ------
    OutputError
        One of the outputs is one of the inputs.
    """
    read: set[tuple[int, int]] = set()
    for path in inputs:
        if path is not None:
            read.update(_identities(path))
    for output in outputs:
        if not read.isdisjoint(_identities(output)):
            # a result's name may be that of a patient: the folder says enough
            raise OutputError(
                "the results would replace a file that the command reads",
                where=str(output.parent),
                remedy="choose another folder, or move that file out of this one",
            )


def _identities(path: str | os.PathLike[str]) -> Iterator[tuple[int, int]]:
    """Yield device and inode of a file, and of what it links to."""
    for follow in (True, False):
        with contextlib.suppress(OSError, ValueError):
            found = os.stat(path, follow_symlinks=follow)  # noqa: PTH116 - may be a text
            yield found.st_dev, found.st_ino


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
