"""A release as one file: its manifest, its signature and every table, and nothing else.

The file is a zip that any tool opens. Members are stored, in order of their names and without
times, so that a release has one file, byte by byte, whoever writes it and wherever. What is
read is written again and compared: a byte that no checksum covers cannot differ either.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping
from typing import Final

from pgx.base.errors import SnapshotIntegrityError
from pgx.knowledge.manifest import MANIFEST, SIGNATURE
from pgx.knowledge.tables import MAX_TABLE_BYTES

__all__ = ["MAX_ARCHIVE_BYTES", "SUFFIX", "pack", "unpack"]

SUFFIX: Final = ".pgxkb"
MAX_ARCHIVE_BYTES: Final = 1 << 27
"""A release has 1.3 MB; what is a hundred times as large is none."""
_MAX_MEMBERS: Final = 256
_MAX_BESIDE: Final = 1 << 20
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_VERSION: Final = 20
_UNIX: Final = 3 << 8
_MODE: Final = 0o100644 << 16
_DATE: Final = 1 << 5 | 1
"""1 January 1980, the first day that a zip can name."""
_TABLE: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,99}\.tsv")


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return the one file that holds these files."""
    body, listed = bytearray(), bytearray()
    for name, data in sorted(files.items()):
        path = name.encode("latin-1")
        # shared by both headers: flags, method (stored), time, date, CRC, sizes, length of name
        facts = (0, 0, 0, _DATE, zlib.crc32(data), len(data), len(data), len(path), 0)
        listed += _CENTRAL.pack(
            b"PK\x01\x02", _UNIX | _VERSION, _VERSION, *facts, 0, 0, 0, _MODE, len(body)
        )
        listed += path
        body += _LOCAL.pack(b"PK\x03\x04", _VERSION, *facts)
        body += path
        body += data
    n = len(files)
    end = _END.pack(b"PK\x05\x06", 0, 0, n, n, len(listed), len(body), 0)
    return bytes(body + listed + end)


def unpack(data: bytes, where: str) -> dict[str, bytes]:
    """Return the files that one file holds.

    Raises
    ------
    SnapshotIntegrityError
        It is not byte by byte what `pack` writes, or holds what is no part of a release.
    """
    files: dict[str, bytes] = {}
    at = 0
    while data[at : at + 4] == b"PK\x03\x04" and len(data) >= at + _LOCAL.size:
        *_, size, length, _ = _LOCAL.unpack_from(data, at)
        start = at + _LOCAL.size + length
        name = data[at + _LOCAL.size : start].decode("latin-1")
        if len(files) == _MAX_MEMBERS or not _is_member(name, size):
            raise _refused("holds what is no part of a release, or is too large", where)
        files[name] = data[start : start + size]
        at = start + size
    if MANIFEST not in files or len(files) < 2:
        raise _refused("is no release, or is not whole", where)
    if pack(files) != data:
        raise _refused("is not as it was written", where)
    return files


def _is_member(name: str, size: int) -> bool:
    if name in (MANIFEST, SIGNATURE):
        return size <= _MAX_BESIDE
    return size <= MAX_TABLE_BYTES and _TABLE.fullmatch(name) is not None


def _refused(what: str, where: str) -> SnapshotIntegrityError:
    return SnapshotIntegrityError(
        f"the file of a release {what}",
        where=where,
        remedy="get it anew, or write it again with `pgx kb export`",
    )
