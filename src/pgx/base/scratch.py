"""Temporary files: beside the results that they are for, and gone with the run, however it ends.

They hold what patients' files hold, so that they do not lie where the system keeps temporary
files, unless a command has no folder of its own. A file without a name is gone with the process
that has it open. Where a library asks for names, these tell which process made them, and the
next run in the same folder removes what a killed one left.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO, Final

__all__ = [
    "is_left",
    "is_temporary",
    "nameless_file",
    "scratch_folder",
    "scratch_in",
    "temporary_path",
]

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
