"""Read only the lines in wanted windows and regions of a large indexed BGZF file.

An index can be stale or wrong and then yields nothing where records exist. So it is used
only where a position without a record is unknown anyway, only if it is not older than the
file, and what it does not yield is never taken for absent. Reading is pysam's tabix layer;
the lines it returns go through the same strict scanner as any others.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pgx.base.assemblies import canonical_contig
from pgx.base.errors import VcfFormatError
from pgx.vcf import layout
from pgx.vcf.faults import fault
from pgx.vcf.windows import Windows

__all__ = ["indexed_pieces", "usable_index"]

_SUFFIXES: Final = (".tbi", ".csi")
_EOF_BLOCK: Final = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_JOIN_WITHIN: Final = 2_000  # bases: nearer intervals are fetched together
_PIECE_LINES: Final = 10_000


def usable_index(path: Path, min_bytes: int) -> Path | None:
    """Return the index of a file worth reading by index, None to read it whole.

    The file must be BGZF of at least ``min_bytes`` and end in the end-of-file block; the
    index must be there and not older than the file.
    """
    try:
        status = path.stat()
        if status.st_size < min_bytes:
            return None
        for suffix in _SUFFIXES:
            index = path.with_name(path.name + suffix)
            if index.is_file() and index.stat().st_mtime >= status.st_mtime:
                return index if _ends_well(path) else None
    except OSError:
        return None
    return None


def _ends_well(path: Path) -> bool:
    with path.open("rb") as handle:
        handle.seek(-len(_EOF_BLOCK), 2)
        return handle.read() == _EOF_BLOCK


def indexed_pieces(path: Path, index: Path, windows: Windows) -> Iterator[bytes]:
    """Yield lines that overlap windows or regions, in file order within a contig.

    Raises
    ------
    VcfFormatError
        The index or the file cannot be read through it.
    """
    import pysam

    try:
        with pysam.TabixFile(str(path), index=str(index)) as table:
            names = {canonical_contig(name): name for name in table.contigs}
            for contig, start, end in _joined(windows):
                name = names.get(contig)
                if name is not None:
                    yield from _fetched(table, name, start, end)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _fetched(table: object, name: str, start: int, end: int) -> Iterator[bytes]:
    lines: list[str] = []
    for line in table.fetch(name, max(start - 1, 0), end):  # type: ignore[attr-defined]
        lines.append(line)
        if len(lines) == _PIECE_LINES:
            yield _text(lines)
            lines = []
    if lines:
        yield _text(lines)


def _text(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _joined(windows: Windows) -> Iterator[tuple[str, int, int]]:
    """Yield windows so far apart that no record is likely to reach from one to the next."""
    last: tuple[str, int, int] | None = None
    for contig, start, end in windows.intervals():
        if last and last[0] == contig and start - last[2] <= _JOIN_WITHIN:
            last = (contig, last[1], max(last[2], end))
            continue
        if last:
            yield last
        last = (contig, start, end)
    if last:
        yield last


def _unreadable(path: Path, error: Exception) -> VcfFormatError:
    return fault(layout.FAULT_UNREADABLE, path.name, detail=f"through its index: {error}")
