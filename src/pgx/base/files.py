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
    """Return a path without links; circular links stay, so that opening it fails."""
    return Path(os.path.realpath(path))  # Path.resolve raises on a circle


def read_at_most(path: Path, size: int, error: type[InputError]) -> bytes:
    """Return at most ``size`` + 1 bytes of a file: one more shows that it is too large.

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
    """Return the bytes of a file of at most ``most`` bytes.

    The size in the file system is not used: a device has none, and a file may grow meanwhile.

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
    """Return a file's SHA-256 (hex); empty for a pipe or a device, which can be read only once."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError:
        return ""


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to disk, if the file system can.

    Without it a renamed file can be lost in a power failure although its content was synced.
    """
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
    """Create temporary files in a folder within the block.

    They hold patients' data and must not be in the system's folder of temporary files.
    """
    before = _PLACE.get()
    _PLACE.set(folder)
    try:
        yield
    finally:
        _PLACE.set(before)


def nameless_file() -> BinaryIO:
    """Open an anonymous private file; it is gone when the process ends for any reason."""
    place = _PLACE.get()
    if place is not None:
        with contextlib.suppress(OSError):  # a file system without anonymous files
            return _nameless(place)
    return _nameless(None)


def _nameless(folder: Path | None) -> BinaryIO:
    return tempfile.TemporaryFile(dir=folder)


@contextlib.contextmanager
def scratch_folder(place: Path | None = None) -> Iterator[Path]:
    """Make a private folder, in ``place`` or as `scratch_in` says; removed after the block."""
    parent = place or _PLACE.get()
    folder = temporary_path(parent or Path(tempfile.gettempdir()))
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def temporary_path(folder: Path) -> Path:
    """Return a new name in a folder; it contains the machine and the process.

    The next run in the folder removes files of processes that were killed.
    """
    return folder / f".pgx-{_machine()}-{os.getpid()}-{os.urandom(4).hex()}.tmp"


def is_temporary(name: str) -> bool:
    """Whether a name is one of `temporary_path`."""
    return _TEMPORARY.match(name) is not None


def is_left(name: str) -> bool:
    """Whether a name is of a process of this machine that has ended."""
    match = _TEMPORARY.match(name)
    return match is not None and match[1] == _machine() and not _is_running(int(match[2]))


@functools.cache
def _machine() -> str:
    """Return an identifier of this machine: a network folder may have files of others."""
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
    """Reject outputs that are also inputs of the command, under whatever name.

    Files are compared by device and inode, links also by those of their target. Absent files,
    standard input and addresses are not compared.

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
    """Reject a folder that is a link, or that others own or may write to.

    Its content is removed later: behind a link that would be files of somebody else. Owner and
    mode are compared with those of a new folder, because some file systems report the same for
    all: mode 0777 on CIFS and Windows disks, another owner on an NFS export with squashing.

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
    """Make the folder if absent and hold its lock, which ends with the process in any case.

    Raises
    ------
    OutputError
        Another run holds it, or the folder does not belong to this user; a new folder is then
        removed.
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
            _remove_new(place)
        raise
    try:
        try:
            _lock(descriptor, place)
        except BlockingIOError:
            raise busy from None
        except BaseException:
            if is_new:
                _remove_new(place)
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


def _remove_new(place: Path) -> None:
    """Remove a new folder that cannot be locked, with its lock file."""
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

    A run that takes the lock afterwards must not find files that are still being removed.
    """
    with contextlib.suppress(OSError):
        for entry in place.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name != LOCK_FILE:
                entry.unlink(missing_ok=True)
        (place / LOCK_FILE).unlink(missing_ok=True)
        place.rmdir()
