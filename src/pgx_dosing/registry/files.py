"""Files of a model folder: read whole and once, no links; written in one step, or not at all.

What is digested and what is parsed are the same bytes, so that nobody can swap a file between.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import math
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pgx.base.errors import ModelFolderError, OutputError

__all__ = [
    "Json",
    "canonical_json",
    "locked",
    "parse_json",
    "read_file",
    "sha256",
    "temporary_name",
    "write_in_one_step",
]

Json = dict[str, Any]
_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_DIGITS: Final = 19
_REPAIR: Final = "take the folder again from where it was made"


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def read_file(path: Path, most: int) -> bytes:
    """Return the bytes of a regular file of at most ``most`` bytes; links are not followed.

    Raises
    ------
    ModelFolderError
        It is absent, a link or no file, too large, or cannot be read.
    """
    try:
        with os.fdopen(os.open(path, _FLAGS), "rb") as handle:
            if not stat.S_ISREG(os.fstat(handle.fileno()).st_mode):
                raise ModelFolderError("is no regular file", where=str(path), remedy=_REPAIR)
            data = handle.read(most + 1)
    except OSError as error:
        what = "is a link" if path.is_symlink() else f"cannot be read: {error.strerror}"
        raise ModelFolderError(what, where=str(path), remedy=_REPAIR) from error
    if len(data) > most:
        raise ModelFolderError(
            f"is larger than {most} bytes, the most that is read", where=str(path), remedy=_REPAIR
        )
    return data


def parse_json(data: bytes, where: str) -> Json:
    """Return a JSON object; stricter than JSON readers are: no key twice, finite numbers only.

    Raises
    ------
    ModelFolderError
        It is no JSON object in UTF-8, or one of that is not so.
    """
    try:
        content = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_finite,
            parse_int=_whole,
            parse_constant=_no_number,
        )
        json.dumps(content, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ModelFolderError(f"is no usable JSON: {reason}", where=where) from error
    if not isinstance(content, dict):
        raise ModelFolderError("is no JSON object", where=where)
    return content


def _object(pairs: list[tuple[str, Any]]) -> Json:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return content


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _whole(text: str) -> int:
    if len(text.lstrip("-")) > _DIGITS:
        raise ValueError("a number is too large")
    return int(text)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def canonical_json(content: object) -> bytes:
    """Return the one spelling of some content: keys A–Z, two spaces, a line feed at the end."""
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8")


def temporary_name() -> str:
    """Return a name that no model has, for what is not complete yet."""
    return f".pgx-{os.getpid()}-{os.urandom(4).hex()}.tmp"


def write_in_one_step(path: Path, data: bytes, beside: Path) -> None:
    """Write a file under a temporary name in the folder ``beside``, then give it its own.

    A model folder may hold nothing unknown, not even for a moment: ``beside`` is its parent.

    Raises
    ------
    OutputError
        Disk, permission or quota; nothing is left behind.
    """
    temporary = beside / temporary_name()
    try:
        with temporary.open("xb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(temporary, path)  # noqa: PTH105 (one atomic step is the point)
    except OSError as error:
        raise OutputError(
            f"cannot be written: {error.strerror}",
            where=str(path),
            remedy="check folder, permissions and free space",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep others from changing a model's folder while the block runs: they wait.

    Locked is the folder around it, which stays when the model's own is replaced.

    Raises
    ------
    ModelFolderError
        There is no such folder.
    """
    try:
        handle = os.open(folder.absolute().parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise ModelFolderError(
            f"is no folder of a model: {error.strerror}",
            where=str(folder),
            remedy="check the path",
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
