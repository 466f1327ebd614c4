"""VCF text of an input in pieces, from plain, gzip, BGZF or BCF; all checksums are verified."""

from __future__ import annotations

import hashlib
import os
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from isal import igzip_lib, isal_zlib

from pgx.base.extensions import count_read, isolated_path
from pgx.base.files import nameless_file
from pgx.base.texts import is_text, shown_name
from pgx.errors import UsageError
from pgx.io import scan_codes
from pgx.io.faults import fault
from pgx.io.foreign import foreign_fault

__all__ = [
    "Container",
    "RawInput",
    "bcf_pieces",
]

_DEFLATE_ERRORS: Final[tuple[Any, ...]] = (isal_zlib.IsalError, EOFError)
_PIECE: Final = 1 << 18  # bytes read or decompressed at once; a piece stays in the cache
_MAX_BLOCK: Final = 1 << 16  # bytes of a BGZF block, packed or unpacked (SAM specification 4.1)
_GZIP_MAGIC: Final = b"\x1f\x8b"
_BLOCK_HEADER: Final = 12
_USUAL: Final = struct.Struct("<4s6xH2sHH")  # magic and flags, XLEN, then the field BC
_USUAL_FIXED: Final = [b"\x1f\x8b\x08\x04", 6, b"BC", 2]
_TRAILER: Final = struct.Struct("<II")


class RawInput:
    """Bytes of a file or of standard input (``-``), with a SHA-256 digest of all bytes read.

    ``n_packed`` and ``n_unpacked`` count the bytes before and after decompression.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = path
        self.name = "-" if str(path) == "-" else shown_name(Path(path).name)
        self._digest = hashlib.sha256()
        self._ended = False
        self.n_packed = self.n_unpacked = 0
        self._handle = self._open()

    def _open(self) -> BinaryIO:
        if self.name == "-":
            return sys.stdin.buffer
        try:
            return Path(self.path).open("rb")
        except OSError as error:
            reason = error.strerror or "unknown"
            raise fault(scan_codes.FAULT_UNREADABLE, self.name, detail=reason) from error

    def read(self, size: int = _PIECE) -> bytes:
        """Return up to ``size`` bytes, none at the end, where the file is closed."""
        if self._ended:
            return b""
        try:
            data = self._handle.read(size)
        except OSError as error:
            reason = error.strerror or "unknown"
            raise fault(scan_codes.FAULT_UNREADABLE, self.name, detail=reason) from error
        self._digest.update(data)
        count_read(len(data))
        if not data:
            self._ended = True
            self.close()
        return data

    def sha256(self) -> str:
        """Return the digest of all bytes; the rest of the input is read if need be.

        Raises
        ------
        UsageError
            The input was closed before its end.
        """
        while not self._ended:
            if self._handle.closed:
                raise UsageError("the input was closed before it was read", where=self.name)
            self.read()
        return self._digest.hexdigest()

    def close(self) -> None:
        """Close the file; standard input stays open."""
        if self.name != "-":
            self._handle.close()

    def __del__(self) -> None:
        if hasattr(self, "_handle"):  # a source opened for its header only
            self.close()


class Container:
    """Decompressed bytes of one input.

    ``start`` holds the first bytes (at least 64 where the input has them), which
    `pieces` yields again. Raises `VcfFormatError` for a damaged, cut, empty or
    foreign file.
    """

    def __init__(self, raw: RawInput) -> None:
        self.raw = raw
        head = raw.read(_MAX_BLOCK)
        if not head:
            raise fault(scan_codes.FAULT_EMPTY, raw.name)
        self.compressed = head.startswith(_GZIP_MAGIC)
        if not self.compressed:
            self._pieces = _plain(raw, head)
        elif _block_size(head, 0)[0] > 0:
            self._pieces = _bgzf(raw, head)
        else:
            self._pieces = _gzip(raw, head)
        self.start = self._first()
        self._refuse_foreign()

    def _first(self) -> bytes:
        start = b""
        for piece in self._pieces:
            start += piece
            if len(start) >= 64:
                break
        if not start:
            raise fault(scan_codes.FAULT_EMPTY, self.raw.name)
        return start

    def _refuse_foreign(self) -> None:
        if self.start.startswith(_GZIP_MAGIC):
            raise fault(scan_codes.FAULT_TWICE_COMPRESSED, self.raw.name)
        refused = foreign_fault(self.start, self.raw.name)
        if refused is not None:
            raise refused

    @property
    def is_bcf(self) -> bool:
        """Whether the decompressed bytes are BCF, not text."""
        return self.start.startswith(b"BCF")

    def pieces(self) -> Iterator[bytes]:
        """Yield the decompressed bytes once, in pieces of at most 256 KiB but for the first."""
        yield self.start
        yield from self._pieces


def _plain(raw: RawInput, head: bytes) -> Iterator[bytes]:
    while head:
        yield head
        head = raw.read(_PIECE)


def _gzip(raw: RawInput, data: bytes) -> Iterator[bytes]:
    """Decompress gzip members; `isal` checks each member's CRC and length."""
    member = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
    fresh = False
    while True:
        if member.eof:
            data = member.unused_data or raw.read()
            if not data:
                return
            data = data if len(data) > 1 else data + raw.read()
            if not data.startswith(_GZIP_MAGIC):
                raise fault(scan_codes.FAULT_TRAILING, raw.name)
            member = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
            fresh = False
        elif member.needs_input and fresh:
            data = raw.read()
            if not data:
                raise fault(scan_codes.FAULT_CUT, raw.name)
        raw.n_packed += len(data)
        try:
            piece = member.decompress(data, _PIECE)
        except _DEFLATE_ERRORS as error:
            raise fault(scan_codes.FAULT_GZIP, raw.name, detail=str(error)) from error
        data = b""
        fresh = True
        raw.n_unpacked += len(piece)
        if piece:
            yield piece


def _bgzf(raw: RawInput, data: bytes) -> Iterator[bytes]:
    """Decompress BGZF blocks; check sizes, CRCs and the empty block that must end the file.

    Without the end-of-file block a file cut between two blocks would look complete.
    """
    view = memoryview(data)
    at = 0
    ended = False
    while True:
        size, body = _block_size(data, at)
        end = at + size
        if size == 0 or end > len(data):
            more = raw.read(_PIECE)
            data = data[at:] + more
            view = memoryview(data)
            at = 0
            if not more:
                break
            continue
        if size < 0:
            raise fault(scan_codes.FAULT_TRAILING if ended else scan_codes.FAULT_BLOCK, raw.name)
        crc, length = _TRAILER.unpack_from(data, end - 8)
        text = _inflate(view[at + body : end - 8], crc, length, raw.name)
        at = end
        raw.n_packed += size
        raw.n_unpacked += length
        ended = not text
        if text:
            yield text
    if data:
        raise fault(scan_codes.FAULT_TRAILING if ended else scan_codes.FAULT_CUT, raw.name)
    if not ended:
        detail = "the BGZF end-of-file block is missing"
        raise fault(scan_codes.FAULT_CUT, raw.name, detail=detail)


def _block_size(data: bytes, at: int) -> tuple[int, int]:
    """Return a BGZF block's size and the offset of its deflate data.

    The size is 0 if more bytes are needed, -1 if no block starts here.
    """
    if at + _USUAL.size > len(data):
        return _odd_block_size(data, at)
    *kind, last = _USUAL.unpack_from(data, at)
    if kind != _USUAL_FIXED:
        return _odd_block_size(data, at)
    return (last + 1 if last + 1 >= _USUAL.size + 8 else -1), _USUAL.size


def _odd_block_size(data: bytes, at: int) -> tuple[int, int]:
    """Return the same for a header with extra fields, or a truncated one."""
    available = data[at : at + _BLOCK_HEADER]
    if len(available) < _BLOCK_HEADER:
        return (0 if _GZIP_MAGIC.startswith(available[:2]) else -1), 0
    if available[:3] != b"\x1f\x8b\x08" or not available[3] & 4:
        return -1, 0
    extra_length = struct.unpack_from("<H", available, 10)[0]
    body = _BLOCK_HEADER + extra_length
    extra = data[at + _BLOCK_HEADER : at + body]
    if len(extra) < extra_length:
        return 0, 0
    field = 0
    while field + 4 <= extra_length:
        name, length = extra[field : field + 2], struct.unpack_from("<H", extra, field + 2)[0]
        if name == b"BC" and length == 2 and field + 6 <= extra_length:
            size = int(struct.unpack_from("<H", extra, field + 4)[0]) + 1
            return (size if size >= body + 8 else -1), body
        field += 4 + length
    return -1, 0


def _inflate(body: memoryview, crc: int, length: int, name: str) -> bytes:
    """Decompress one block and compare it with its CRC and its length."""
    if length > _MAX_BLOCK:
        raise fault(scan_codes.FAULT_BLOCK, name, detail="a block claims more than 64 KiB")
    try:
        text: bytes = isal_zlib.decompress(body, -15, max(length, 1))
    except _DEFLATE_ERRORS as error:
        raise fault(scan_codes.FAULT_BLOCK, name, detail=str(error)) from error
    if len(text) != length or isal_zlib.crc32(text) != crc:
        raise fault(scan_codes.FAULT_BLOCK, name, detail="its checksum or length is wrong")
    return text


_BCF_PIECE: Final = 1 << 20
# VCF text to standard output; in a process of its own, so that a crash of htslib costs one input
_CONVERTER: Final = """
import sys, pysam, pysam.bcftools
pysam.set_verbosity(0)
pysam.bcftools.view("--no-version", "-Ov", sys.argv[1], catch_stdout=False)
"""
_ENVIRONMENT: Final = ("PATH", "LD_LIBRARY_PATH", "HOME", "SYSTEMROOT", "TMPDIR")


def bcf_pieces(container: Container) -> Iterator[bytes]:
    """Yield the VCF text of a BCF file.

    The whole container is checked first, block by block, because htslib accepts a file that was
    truncated between two blocks. Standard input or a pipe, which can be read only once, is
    spooled to an anonymous temporary file.

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
        spool.seek(0)  # on systems where /dev/fd shares the offset of the descriptor
        yield from _converted(f"/dev/fd/{spool.fileno()}", raw, (spool.fileno(),))


def _converted(path: str, raw: RawInput, files: tuple[int, ...] = ()) -> Iterator[bytes]:
    """Yield the output of a converter process, which inherits the open ``files``."""
    import subprocess

    environment = {key: os.environ[key] for key in _ENVIRONMENT if key in os.environ}
    is_named = is_text(path)  # pysam takes no other names; "-" is standard input
    command = [sys.executable, "-P", "-c", _CONVERTER, path if is_named else "-"]
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
            while process.stdout and (piece := process.stdout.read(_BCF_PIECE)):
                yield piece
        except GeneratorExit:
            process.kill()
            raise
        if process.wait() != 0:
            detail = f"the converter ended with status {process.returncode}"
            raise fault(scan_codes.FAULT_BCF, raw.name, detail=detail)
