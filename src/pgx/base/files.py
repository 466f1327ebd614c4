"""Small files of the user's, read whole, but never more of them than is asked for."""

from __future__ import annotations

from pathlib import Path

from pgx.base.errors import InputError

__all__ = ["read_at_most"]


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
