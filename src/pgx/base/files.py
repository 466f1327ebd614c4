"""Small files of the user's, read up to a limit; names that the disk is to keep."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from pathlib import Path

from pgx.base.errors import InputError

__all__ = ["file_digest", "read_at_most", "read_whole", "real_path", "sync_folder"]


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
