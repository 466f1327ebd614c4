"""A file that belongs to a set of results and lies elsewhere: the table of pseudonyms.

Beside results of another run it would name other patients. So it waits under a name of its own
in its folder until the set is complete; the old one goes before the first file of the set gets
its place, the new one comes after the last. What is to be done stands with the set, so that the
next run can do the rest. It is believed only where the waiting file is there and has the digest
that was written down: whoever plants such a list gives no file of this user another content.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from pgx.base.files import sync_folder
from pgx.errors import OutputError

__all__ = ["Apart", "clear_old", "drop", "give_place", "stage"]

_LIST: Final = "apart.json"
_TOKEN: Final = re.compile(r"[0-9a-f]{16}")


class Apart(NamedTuple):
    """A file for its owner's eyes alone: its place and what it holds."""

    path: Path
    data: bytes


class _Waiting(msgspec.Struct, frozen=True):
    """Where a file is to be, under which name it waits there, and its digest."""

    path: bytes  # names need not be text
    token: str
    sha256: str

    @property
    def place(self) -> Path:
        return Path(os.fsdecode(self.path))

    @property
    def file(self) -> Path:
        return self.place.with_name(f".{self.place.name}.{self.token}.pgx-new")


def stage(folder: Path, apart: Apart) -> None:
    """Write the file under the name under which it waits; say so in the folder of the set.

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
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def drop(folder: Path) -> None:
    """Remove the waiting file of a set that will never be complete."""
    waiting = _read(folder)
    if waiting is not None:
        with contextlib.suppress(OSError):
            waiting.file.unlink(missing_ok=True)


def clear_old(folder: Path) -> None:
    """Remove the file of the earlier set.

    Raises
    ------
    OutputError
        That of the complete set is not there.
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


def give_place(folder: Path) -> None:
    """Give the waiting file its place; to do it again does no harm."""
    waiting = _read(folder)
    if waiting is not None and _is(waiting.file, waiting):
        waiting.file.replace(waiting.place)
        sync_folder(waiting.place.parent)


def _is(path: Path, waiting: _Waiting) -> bool:
    """Whether a file, no link, is the one that was made."""
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
