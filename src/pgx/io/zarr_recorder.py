"""Reads of a Zarr store: recorded with their digest, limited before they are decoded.

A codec allocates the size that a frame declares, or decompresses as long as the frame lasts; a
frame of a few bytes can expand to gigabytes. Each chunk is therefore checked before decoding.

Imports zarr, so it is imported only where a store is opened.
"""

from __future__ import annotations

import bz2
import contextlib
import hashlib
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import numcodecs
import numpy as np
from zarr.abc.store import RangeByteRequest
from zarr.storage import WrapperStore, ZipStore

__all__ = [
    "COMPRESSORS",
    "MAX_CHUNK_BYTES",
    "ChunkBounds",
    "Recorder",
    "Shard",
    "TooMuchError",
    "unpacked_bytes",
]

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


MAX_CHUNK_BYTES: Final = 1 << 28
# 10,000 samples by 1,000 variants, which is what writers make of a string field, are 50 MB
# where every text is "."; of longer texts each takes ten times its bytes in memory
_PLAIN_TEXT_BYTES: Final = 1 << 24
_SHORT_TEXT_BYTES: Final = 1 << 26
_TEXT_RATIO: Final = 1_000  # real texts are packed to a hundredth at best
# metadata of a VCF header with the command lines of thousands of inputs take 1 to 5 MB
_MAX_METADATA_BYTES: Final = 1 << 23
_METADATA: Final = ("zarr.json", ".zarray", ".zattrs", ".zgroup", ".zmetadata")
# genotypes are packed to a hundredth; only constant values go beyond a thousandth
_FREE_BYTES: Final = 1 << 32
_MAX_RATIO: Final = 1_000
# absent chunks are those of at most six fields, of a variant whose genotypes are there
_FREE_ABSENT: Final = 1 << 12
_ABSENT_RATIO: Final = 64
_INDEX_ENTRY: Final = 16
_NO_CHUNK: Final = (1 << 64) - 1
_ZIP_KINDS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Shard(msgspec.Struct, frozen=True):
    """Where the index of inner chunks lies in each shard of an array."""

    n_chunks: int
    at_start: bool
    has_sum: bool

    @property
    def n_bytes(self) -> int:
        """The size of the index."""
        return self.n_chunks * _INDEX_ENTRY + 4 * self.has_sum

    def chunks(self, data: bytes) -> list[bytes]:
        """Return the stored inner chunks of a whole shard."""
        index = data[: self.n_bytes] if self.at_start else data[-self.n_bytes :]
        pairs = np.frombuffer(index[: self.n_chunks * _INDEX_ENTRY], "<u8").reshape(-1, 2)
        if len(pairs) != self.n_chunks:
            raise ValueError("a shard is shorter than its index")
        return [data[at : at + size] for at, size in pairs.tolist() if at != _NO_CHUNK]


class ChunkBounds(msgspec.Struct, frozen=True):
    """What a chunk of one array, or an inner chunk of its shards, may unpack to.

    ``codec`` is the compressor, empty where there is none; after it ``n_sum`` bytes of
    checksum are stored. ``n_bytes`` are those of a chunk's values, 0 for texts.
    """

    codec: str
    n_sum: int
    n_items: int
    n_bytes: int
    shard: Shard | None = None

    def unpacked(self, data: bytes) -> int:
        """Return what a stored chunk unpacks to.

        Raises
        ------
        TooMuchError
            It is more than the limit.
        ValueError
            It is more than the chunk's values take, or the chunk is damaged.
        """
        held = data[: len(data) - self.n_sum] if self.n_sum else data
        if self.n_bytes:
            return self._numbers(held)
        size = unpacked_bytes(self.codec, held, MAX_CHUNK_BYTES) if self.codec else len(held)
        self._check_texts(size, len(data))
        # the codec makes room for as many texts as a chunk says, before it looks for them
        if self._n_texts(held) > self.n_items:
            raise ValueError("a chunk says that it has more texts than fit")
        return size

    def _n_texts(self, data: bytes) -> int:
        plain = numcodecs.get_codec({"id": self.codec}).decode(data) if self.codec else data
        return int.from_bytes(bytes(memoryview(plain)[:4]), "little")

    def _numbers(self, data: bytes) -> int:
        if not self.codec:
            return len(data)
        try:
            return unpacked_bytes(self.codec, data, self.n_bytes)
        except TooMuchError as error:
            raise ValueError("a chunk unpacks to more than its values") from error

    def _check_texts(self, size: int, stored: int) -> None:
        """Refuse texts that take far more in memory than they are worth on disk."""
        n_letters = size - 4 - 4 * self.n_items
        most = _SHORT_TEXT_BYTES if n_letters <= self.n_items else _PLAIN_TEXT_BYTES
        if size > most and size > stored * _TEXT_RATIO:
            raise TooMuchError("texts")


class Recorder(WrapperStore[Any]):
    """A store that records digests of all reads, and absent keys.

    ``bounds`` has, by name, the arrays whose chunks are looked at before they are decoded;
    ``stored`` the bytes that were read of each.
    """

    def __init__(self, store: Any, folder: Path | None) -> None:  # noqa: ANN401 - of any kind
        super().__init__(store)
        self._folder = folder
        self.failed: Exception | None = None
        self.digests: dict[str, str] = {}
        self.absent: set[str] = set()
        self.bounds: dict[str, ChunkBounds] = {}
        self.stored: dict[str, int] = {}
        self.n_bytes = self._n_present = self._n_absent = self._n_unpacked = 0

    async def get(self, key: str, prototype: Any, byte_range: Any = None) -> Any:  # noqa: ANN401
        """Return the checked value of a key; None after any failure.

        An error raised here would leave reads of other chunks pending, and these complain
        when the process ends.
        """
        if self.failed is not None:
            return None
        try:
            return await self._checked(key, prototype, byte_range)
        except Exception as error:  # noqa: BLE001 - `raising` raises it
            self.failed = error
            return None

    @contextlib.contextmanager
    def raising(self) -> Iterator[None]:
        """Raise the error of a read instead of its consequences."""
        try:
            yield
        finally:
            error, self.failed = self.failed, None
            if error is not None:
                raise error

    async def _checked(self, key: str, prototype: Any, byte_range: Any) -> Any:  # noqa: ANN401
        size = self._size_of(key)
        whole = byte_range
        if self._folder is not None and size is not None and byte_range is None:
            whole = RangeByteRequest(0, size)  # not what a file has grown to since
        value = await super().get(key, prototype, whole)
        name = key.partition("/")[0]
        if value is None:
            self.absent.add(key)
            self._count_absent(name)
            return None
        data = value.to_bytes()
        self._check(key, name, data, byte_range)
        self.n_bytes += len(data)
        label = key if byte_range is None else f"{key} {byte_range}"
        self.digests[label] = hashlib.sha256(data).hexdigest()
        return value

    def _size_of(self, key: str) -> int | None:
        """Return the size of what a folder or archive has under a key; refuse what is too large."""
        size = None
        if self._folder is not None:
            path = self._folder / key
            if not path.is_file():
                if path.exists() and not path.is_dir():
                    raise ValueError("no regular file")
                return None
            size = path.stat().st_size
        elif isinstance(self._store, ZipStore):
            size = self._size_in_archive(key)
        if size is not None and size > _most_stored(key):
            raise TooMuchError("stored")
        return size

    def _size_in_archive(self, key: str) -> int | None:
        info = self._store._zf.NameToInfo.get(key)  # noqa: SLF001 - it is open since the start
        if info is None:
            return None
        if info.compress_type not in _ZIP_KINDS:  # zipfile unpacks others without a bound
            raise ValueError("packed by a method that is not read")
        return int(info.file_size)

    def _count_absent(self, name: str) -> None:
        if name in self.bounds:
            self._n_absent += 1
            if self._n_absent > _FREE_ABSENT + _ABSENT_RATIO * self._n_present:
                raise TooMuchError("absent")

    def _check(self, key: str, name: str, data: bytes, byte_range: Any) -> None:  # noqa: ANN401
        """Refuse a chunk that would unpack to more than it may, alone or with others."""
        if len(data) > _most_stored(key):
            raise TooMuchError("stored")
        bounds = self.bounds.get(name)
        if bounds is None or _is_metadata(key):
            return
        size = sum(bounds.unpacked(chunk) for chunk in _chunks(bounds, data, byte_range))
        if size > MAX_CHUNK_BYTES:
            raise TooMuchError("shard")
        self._n_present += 1
        self._n_unpacked += size
        self.stored[name] = self.stored.get(name, 0) + len(data)
        if self._n_unpacked > _FREE_BYTES + _MAX_RATIO * sum(self.stored.values()):
            raise TooMuchError("store")


def _chunks(bounds: ChunkBounds, data: bytes, byte_range: Any) -> list[bytes]:  # noqa: ANN401
    """Return the stored chunks in what was read: one, those of a shard, or none in its index."""
    shard = bounds.shard
    if shard is None:
        return [data]
    if byte_range is None:
        return shard.chunks(data)
    start, end = getattr(byte_range, "start", None), getattr(byte_range, "end", None)
    is_index = start is None or (shard.at_start and (start, end) == (0, shard.n_bytes))
    return [] if is_index else [data]


def _is_metadata(key: str) -> bool:
    return key.rpartition("/")[2] in _METADATA


def _most_stored(key: str) -> int:
    """Return how many bytes may lie under a key; what cannot be packed takes a little more."""
    return _MAX_METADATA_BYTES if _is_metadata(key) else MAX_CHUNK_BYTES + (MAX_CHUNK_BYTES >> 4)
