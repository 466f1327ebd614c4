"""BCF by a process of its own: a path in, VCF text out, its crash an error of ours."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from pgx.base.children import isolated_path
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
    gives its bytes once, is kept in a temporary file without a name: whatever ends the run,
    nothing of the person is left.

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
    with tempfile.TemporaryFile() as spool:
        for piece in container.pieces():
            spool.write(piece)
        spool.seek(0)
        yield from _converted("-", raw, spool)


def _converted(
    path: str, raw: RawInput, stdin: int | IO[bytes] = subprocess.DEVNULL
) -> Iterator[bytes]:
    environment = {key: os.environ[key] for key in _ENVIRONMENT if key in os.environ}
    command = [sys.executable, "-P", "-m", "pgx.vcf._bcf_worker", path]
    with subprocess.Popen(
        command,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment | isolated_path(),
    ) as process:
        try:
            while process.stdout and (piece := process.stdout.read(_PIECE)):
                yield piece
        except GeneratorExit:
            process.kill()
            raise
        if process.wait() != 0:
            detail = f"the converter ended with status {process.returncode}"
            raise fault(layout.FAULT_BCF, raw.name, detail=detail)
