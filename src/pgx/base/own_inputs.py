"""No command replaces or removes a file that it reads."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from pgx.base.errors import OutputError

__all__ = ["refuse_own_inputs"]


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
