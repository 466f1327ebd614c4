"""Files of compiled code, kept from one run to the next: kernels and templates.

A file is complete or absent: it is written under a private name and published by a hard link,
which only the first writer can make; later writers discard theirs. A published file is never
written again, because its name holds a digest of everything that the code depends on; only one
that was damaged is replaced. What
lies in the folder is executed, so that folder and files must be this user's or root's, and
nobody else's to write.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

__all__ = [
    "CACHE_VARIABLE",
    "cache_folder",
    "publish_code",
    "read_code",
    "tell_unkept",
    "unkept_is_told",
]

CACHE_VARIABLE: Final = "PGX_KERNEL_CACHE"
_DIGEST_BYTES: Final = 32
_LISTENERS: Final[list[Callable[[], None]]] = []
"""Who is to be told, once, that code is compiled which cannot be kept; one at most."""


def cache_folder() -> Path | None:
    """Return the folder of compiled kernels, None where no safe one can be used.

    ``PGX_KERNEL_CACHE`` overrides the place; an empty value turns the cache off. The
    folder must belong to this user or to root, and be writable by nobody else, because what
    lies in it is executed.
    """
    place = os.environ.get(CACHE_VARIABLE)
    if place == "":
        return None
    folder = Path(place) if place else _default_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder if _is_private(folder) else None
    except (OSError, RuntimeError):
        return None


def unkept_is_told(listener: Callable[[], None] | None) -> None:
    """Let a function be told, once, before code is compiled that cannot be kept; None for nobody.

    A process compiles for some twenty seconds then, and so does every later one.
    """
    _LISTENERS[:] = [] if listener is None else [listener]


def tell_unkept() -> None:
    """Tell the listener if what is compiled now cannot be kept, though somebody wants it kept."""
    if not _LISTENERS or os.environ.get(CACHE_VARIABLE) == "":
        return
    folder = cache_folder()
    if folder is None or not os.access(folder, os.W_OK | os.X_OK):
        _LISTENERS.pop()()


def _default_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "pgx" / "kernels"


def _is_private(path: Path) -> bool:
    status = path.stat()
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid in (0, os.geteuid()) and not status.st_mode & 0o022


def read_code(path: Path) -> bytes | None:
    """Return the code of a published file, None where it is absent, foreign or damaged."""
    try:
        if not _is_private(path):
            return None
        data = path.read_bytes()
    except OSError:
        return None
    payload = data[_DIGEST_BYTES:]
    return payload if hashlib.sha256(payload).digest() == data[:_DIGEST_BYTES] else None


def publish_code(path: Path, payload: bytes) -> None:
    """Write a private file and link it to its final name; the first writer wins.

    A file of that name that is damaged is replaced.
    """
    private = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with contextlib.suppress(OSError):
        try:
            with private.open("xb") as handle:
                private.chmod(0o600)
                handle.write(hashlib.sha256(payload).digest() + payload)
                handle.flush()
                os.fsync(handle.fileno())
            try:
                path.hardlink_to(private)
            except FileExistsError:
                if read_code(path) is None:
                    private.replace(path)
        finally:
            private.unlink(missing_ok=True)
