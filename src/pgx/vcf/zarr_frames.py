"""What a stored chunk would unpack to: its bytes in, a bound out, before a codec sees them.

A codec allocates what a frame declares, or goes on as long as the frame does; a frame of a few
bytes can stand for gigabytes.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final

__all__ = ["COMPRESSORS", "TooMuchError", "unpacked_bytes"]

_BLOSC_HEADER: Final = 16
_ZSTD_MAGIC: Final = 0xFD2FB528
_ZSTD_SKIPPABLE: Final = 0x184D2A5
_ZSTD_BLOCK: Final = 1 << 17  # the most that a block of the format may unpack to
_MAX_BLOCKS: Final = 1 << 16  # 2,048 are enough for the largest chunk
_PIECE: Final = 1 << 20
_LZMA_MEMORY: Final = 1 << 26  # the preset 6, which writers use, needs 9 MiB


class TooMuchError(ValueError):
    """What is stored would unpack to more than the limit."""


def unpacked_bytes(codec: str, data: bytes, most: int) -> int:
    """Return how many bytes a stored chunk unpacks to, or a little more.

    Raises
    ------
    TooMuchError
        They are more than ``most``.
    ValueError
        The chunk is cut or damaged.
    """
    size = _SIZES[codec](data, most)
    if size > most:
        raise TooMuchError(codec)
    return size


def _blosc(data: bytes, _: int) -> int:
    if len(data) < _BLOSC_HEADER or int.from_bytes(data[12:16], "little") != len(data):
        raise ValueError("a blosc frame does not have the size that it declares")
    return int.from_bytes(data[4:8], "little")


def _lz4(data: bytes, _: int) -> int:
    if len(data) < 4:
        raise ValueError("an lz4 frame is cut")
    return int.from_bytes(data[:4], "little")


def _zstd(data: bytes, most: int) -> int:
    """Add up the frames: what each declares, else what its blocks may hold."""
    total, at = 0, 0
    while at < len(data):
        magic = int.from_bytes(data[at : at + 4], "little")
        if magic >> 4 == _ZSTD_SKIPPABLE:
            at += 8 + int.from_bytes(data[at + 4 : at + 8], "little")
            continue
        if magic != _ZSTD_MAGIC:
            raise ValueError("no zstd frame")
        declared, at, has_checksum = _zstd_header(data, at + 4)
        held = 0
        for size, after in _zstd_blocks(data, at):
            held, at = held + size, after
            if total + held > most and declared is None:
                raise TooMuchError("zstd")
        at += 4 * has_checksum
        total += held if declared is None else declared
    return total


def _zstd_header(data: bytes, at: int) -> tuple[int | None, int, bool]:
    """Return the declared size, if there is one, where the blocks begin and if a sum follows."""
    described = data[at : at + 1]
    if not described:
        raise ValueError("a zstd frame is cut")
    flags = described[0]
    is_single = bool(flags & 0x20)
    width = (1 if is_single else 0, 2, 4, 8)[flags >> 6]
    at += 1 + (not is_single) + (0, 1, 2, 4)[flags & 3]
    declared = int.from_bytes(data[at : at + width], "little") if width else None
    if width == 2 and declared is not None:
        declared += 256
    return declared, at + width, bool(flags & 4)


def _zstd_blocks(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Yield what each block may unpack to, and where it ends."""
    for _ in range(_MAX_BLOCKS):
        header = int.from_bytes(data[at : at + 3], "little")
        if at + 3 > len(data):
            raise ValueError("a zstd frame is cut")
        is_last, kind, size = header & 1, header >> 1 & 3, header >> 3
        at += 3 + (1 if kind == 1 else size)
        yield (_ZSTD_BLOCK if kind == 2 else size), at
        if is_last:
            return
    raise TooMuchError("zstd")


def _streamed(make: Callable[[], Any]) -> Callable[[bytes, int], int]:
    """Return a function that unpacks piece by piece and keeps nothing but the count."""

    def size(data: bytes, most: int) -> int:
        total = 0
        while data:
            stream = make()
            while not stream.eof:
                piece = stream.decompress(data, _PIECE)
                data = getattr(stream, "unconsumed_tail", b"")
                total += len(piece)
                if total > most:
                    raise TooMuchError("stream")
                if not piece and not data and not stream.eof:
                    raise ValueError("a compressed stream is cut")
            data = stream.unused_data.lstrip(b"\0")
        return total

    return size


def _lzma() -> Any:  # noqa: ANN401 - a class that only its module names
    return lzma.LZMADecompressor(memlimit=_LZMA_MEMORY)


_SIZES: Final[dict[str, Callable[[bytes, int], int]]] = {
    "blosc": _blosc,
    "bz2": _streamed(bz2.BZ2Decompressor),
    "gzip": _streamed(lambda: zlib.decompressobj(wbits=31)),
    "lz4": _lz4,
    "lzma": _streamed(_lzma),
    "zlib": _streamed(lambda: zlib.decompressobj()),
    "zstd": _zstd,
}
COMPRESSORS: Final = frozenset(_SIZES)
