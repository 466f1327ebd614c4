"""BCF by a process of its own: a path in, VCF text out, its crash an error of ours."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pgx.base.children import isolated_path
from pgx.base.scratch import nameless_file
from pgx.base.texts import is_text
from pgx.vcf import layout
from pgx.vcf.container import Container, RawInput
from pgx.vcf.faults import fault

__all__ = ["bcf_pieces"]

_PIECE: Final = 1 << 20
_ENVIRONMENT: Final = ("PATH", "LD_LIBRARY_PATH", "HOME", "SYSTEMROOT", "TMPDIR")


def bcf_pieces(container: Container) -> Iterator[bytes]:
    """Yield the VCF text of a BCF file whose first bytes were looked at.

    The whole container is checked first, block by block, because the converter takes a
    file that was cut at a block's end for a complete one. Standard input, or a pipe, which
    gives its bytes once, is kept in a temporary file without a name.

    Raises
    ------
    VcfFormatError
        The container is damaged, or the converter failed or crashed.
    """
    raw = container.raw
    if raw.name != "-" and Path(raw.path).is_file():
        for _ in container.pieces():
            pass
        yield from _converted(str(Path(raw.path).resolve()), raw)
        return
    with nameless_file() as spool:
        for piece in container.pieces():
            spool.write(piece)
        spool.flush()
        spool.seek(0)  # where /dev/fd is no new opening, the converter begins here
        yield from _converted(f"/dev/fd/{spool.fileno()}", raw, (spool.fileno(),))


def _converted(path: str, raw: RawInput, files: tuple[int, ...] = ()) -> Iterator[bytes]:
    """Yield what a process makes of the BCF at a path; it has these open files of ours."""
    environment = {key: os.environ[key] for key in _ENVIRONMENT if key in os.environ}
    is_named = is_text(path)  # the library takes no other names; "-" is its standard input
    command = [sys.executable, "-P", "-m", "pgx.vcf._bcf_worker", path if is_named else "-"]
    with (
        Path(os.devnull if is_named else path).open("rb") as given,
        subprocess.Popen(
            command,
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=files,
            env=environment | isolated_path(),
        ) as process,
    ):
        try:
            while process.stdout and (piece := process.stdout.read(_PIECE)):
                yield piece
        except GeneratorExit:
            process.kill()
            raise
        if process.wait() != 0:
            detail = f"the converter ended with status {process.returncode}"
            raise fault(layout.FAULT_BCF, raw.name, detail=detail)
