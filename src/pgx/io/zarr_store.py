"""A Zarr store and its arrays. Stores are untrusted: all reads are recorded and checked.

Imports zarr, so it is imported only where a store is opened.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import zarr
from zarr.storage import FsspecStore, LocalStore, ZipStore

from pgx.base.extensions import count_read
from pgx.base.texts import shown_name
from pgx.errors import UsageError, VcfFormatError
from pgx.io import faults
from pgx.io import scan_codes as sc
from pgx.io.faults import zarr_fault
from pgx.io.zarr_recorder import (
    COMPRESSORS,
    MAX_CHUNK_BYTES,
    ChunkBounds,
    Recorder,
    Shard,
    TooMuchError,
)

__all__ = ["OpenedStore", "StoredArray"]

Array = npt.NDArray[Any]
INTEGER: Final = "iu"
TEXT: Final = "TUS"
_MAX_CHUNKS: Final = 1 << 22
_MAX_LENGTH: Final = 2**31 - 1
_STRING_BYTES: Final = 16
# what one read may ask for: zarr keeps some 2 kB of each chunk, and fills the array beforehand
_MAX_READ_CHUNKS: Final = 1 << 16
_MAX_READ_BYTES: Final = 1 << 28
_MAX_INNER_CHUNKS: Final = 1 << 14
_BYTES_AT_ONCE: Final = 1 << 26  # of chunks that are decoded side by side
_MOST_AT_ONCE: Final = 10  # zarr's own default
# positions differ from each other: of all numbers in a row 600 are packed into a byte at best
_FREE_ROWS: Final = 1 << 20
_ROWS_PER_BYTE: Final = 1_000
# fmt: off
_PLAIN_CODECS: Final = frozenset((
    "adler32", "bitround", "blosc", "bz2", "crc32", "crc32c", "delta", "fixedscaleoffset",
    "fletcher32", "gzip", "lz4", "lzma", "packbits", "quantize", "shuffle", "vlen-utf8", "zlib",
    "zstd",
))
# fmt: on
_CODECS: Final = (
    _PLAIN_CODECS
    | {f"numcodecs.{name}" for name in _PLAIN_CODECS}
    | {"bytes", "sharding_indexed", "transpose"}
)
# arrays whose zeros, which a lost chunk looks like, make nothing sure: unphased, no quality
_ZERO_IS_SAFE: Final = frozenset(("call_genotype_phased", *(f"call_{key}" for key in sc.NUMBERS)))


@contextlib.contextmanager
def _refusing(number: int, path: str, array: str = "") -> Iterator[None]:
    """Turn any error of zarr, a codec or a file system into a refusal.

    Damaged or hostile data raise errors of any class; MemoryError is the exception, because it is
    not a fault of the store.
    """
    try:
        yield
    except (VcfFormatError, UsageError, MemoryError):
        raise
    except TooMuchError as error:
        raise zarr_fault(faults.TOO_LARGE, path, array or "metadata") from error
    except Exception as error:
        raise zarr_fault(number, path, array, detail=type(error).__name__) from error


class OpenedStore:
    """A group opened for reading; ``name`` is the base name of its path or address.

    Raises
    ------
    VcfFormatError
        There is no store, or it cannot be opened.
    UsageError
        A package that this kind of address needs is not installed.
    """

    def __init__(self, location: str | Path) -> None:
        self.name = shown_name(str(location).rstrip("/").rpartition("/")[2] or str(location))
        is_local = "://" not in str(location) and Path(location).is_dir()
        self._folder = Path(location) if is_local else None
        self._recorder = Recorder(self._inner(location), self._folder)
        with _refusing(faults.METADATA, self.name), self._recorder.raising():
            try:
                self._group = zarr.open_group(self._recorder, mode="r", use_consolidated=False)
            except FileNotFoundError as error:
                raise zarr_fault(faults.NOT_ZARR, self.name) from error
            self.attributes: dict[str, Any] = dict(self._group.attrs)

    def _inner(self, location: str | Path) -> Any:  # noqa: ANN401 - a store of any kind
        text = str(location)
        with _refusing(faults.UNREADABLE, self.name):
            try:
                if "://" in text:
                    return FsspecStore.from_url(text, read_only=True)
            except ImportError as error:
                raise UsageError(
                    "this kind of address needs a package that is not installed",
                    where=text.partition("://")[0],
                    remedy=str(error).partition("\n")[0],
                ) from error
            if not Path(location).exists():
                raise zarr_fault(faults.UNREADABLE, self.name, detail="no such file or folder")
            if Path(location).is_dir():
                return LocalStore(Path(location), read_only=True)
            found = ZipStore(Path(location), mode="r", read_only=True)
            found._sync_open()  # noqa: SLF001 - else a file that is no zip is told of too late
        return found

    def array(
        self, name: str, *, kinds: str, shape: tuple[int | None, ...], several: bool = False
    ) -> StoredArray | None:
        """Return an array, None if the store does not have it.

        Parameters
        ----------
        name
            Its name in the group.
        kinds
            Allowed kinds of types, as letters.
        shape
            Its shape, None for any length.
        several
            Whether one more axis is allowed, as in fields of several values.

        Raises
        ------
        VcfFormatError
            It has another type or shape, uses a codec that is not allowed, or is too large.
        """
        if not self._may_have(name):
            return None
        with _refusing(faults.METADATA, self.name, name):
            try:
                with self._recorder.raising():
                    found = self._group[name]
            except KeyError:
                return None
        if not isinstance(found, zarr.Array):
            raise zarr_fault(faults.NO_ARRAY, self.name, name, detail="a group of this name")
        stored = StoredArray(found, name, self.name, self._recorder)
        stored.check(kinds, shape, several=several)
        return stored

    def has(self, name: str) -> bool:
        """Whether the store has something of this name."""
        if self._folder is not None:
            return self._may_have(name)
        with _refusing(faults.METADATA, self.name, name), self._recorder.raising():
            return name in self._group

    def _may_have(self, name: str) -> bool:
        """Whether a local store has something of this name; elsewhere only a read can show."""
        if self._folder is None:
            return True
        return (self._folder / name).exists()

    def need(self, name: str, *, kinds: str, shape: tuple[int | None, ...]) -> StoredArray:
        """Return an array that every store has; else as `array`."""
        found = self.array(name, kinds=kinds, shape=shape)
        if found is None:
            raise zarr_fault(faults.NO_ARRAY, self.name, name)
        return found

    def sha256(self) -> str:
        """Return the hex digest of metadata and chunks that were read, by their names."""
        lines = [f"{key}\t{digest}\n" for key, digest in sorted(self._recorder.digests.items())]
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def close(self) -> None:
        """Close all open resources."""
        self._recorder.close()


class StoredArray:
    """One array of a store, checked before any of it is decoded."""

    def __init__(self, array: Any, name: str, path: str, recorder: Recorder) -> None:  # noqa: ANN401
        self._array, self._recorder = array, recorder
        self.name, self._path = name, path
        self.shape: tuple[int, ...] = tuple(array.shape)
        self.chunks: tuple[int, ...] = tuple(array.shards or array.chunks)
        self.kind: str = np.dtype(array.dtype).kind
        self._has_texts = self.kind in "TO"
        self.itemsize = _STRING_BYTES if self._has_texts else int(array.dtype.itemsize)
        self.absent_chunks: set[int] = set()

    def refusal(self, number: int, detail: str = "") -> VcfFormatError:
        """Return the error of a fault in this array."""
        return zarr_fault(number, self._path, self.name, detail=detail)

    def check(self, kinds: str, shape: tuple[int | None, ...], *, several: bool) -> None:
        """Compare type, shape, size and codecs with the expected ones; see `OpenedStore.array`."""
        for codec in _codecs(self._array.metadata.to_dict()):
            if codec not in _CODECS:
                raise self.refusal(faults.CODEC, codec)
        if self.kind not in kinds:
            raise self.refusal(faults.DTYPE, str(self._array.dtype))
        pairs = zip(self.shape, shape, strict=False)
        is_long = several and len(self.shape) == len(shape) + 1
        if (len(self.shape) != len(shape) and not is_long) or any(
            wanted is not None and has != wanted for has, wanted in pairs
        ):
            raise self.refusal(faults.SHAPE, f"{self.shape}")
        self._check_size()

    def _check_size(self) -> None:
        chunk = int(np.prod([float(n) for n in self.chunks])) * self.itemsize
        counts = [
            -(-has // max(step, 1)) for has, step in zip(self.shape, self.chunks, strict=True)
        ]
        if (
            chunk > MAX_CHUNK_BYTES
            or max(self.shape, default=0) > _MAX_LENGTH
            or float(np.prod([float(n) for n in counts])) > _MAX_CHUNKS
        ):
            raise self.refusal(faults.TOO_LARGE)
        self._chunk_bytes = chunk
        self._recorder.bounds[self.name] = self._bounds()

    def _bounds(self) -> ChunkBounds:
        """Return the bounds of a stored chunk: one compressor, and a checksum around it."""
        metadata = self._array.metadata.to_dict()
        chain, shard = list(_codecs(metadata)), None
        if self._array.shards is not None:
            chain, shard = self._shard(metadata["codecs"])
        if metadata.get("zarr_format") != 2:
            chain.reverse()
        n_sums = 0
        while chain and chain[0] == "crc32c" and metadata.get("zarr_format") != 2:
            n_sums, chain = n_sums + 1, chain[1:]
        names = [name.removeprefix("numcodecs.") for name in chain]
        if any(name in COMPRESSORS for name in names[1:]):
            raise self.refusal(faults.CODEC, "more than one compressor")
        if self._has_texts and [n for n in names if n not in COMPRESSORS] != ["vlen-utf8"]:
            raise self.refusal(faults.CODEC, "texts packed twice")
        n_items = prod(self._array.chunks)
        return ChunkBounds(
            names[0] if names and names[0] in COMPRESSORS else "",
            4 * n_sums,
            n_items,
            0 if self._has_texts else n_items * self.itemsize,
            shard,
        )

    def _shard(self, codecs: Any) -> tuple[list[str], Shard]:  # noqa: ANN401 - JSON
        """Return the codecs of inner chunks and the layout of their index."""
        inner = codecs[-1].get("configuration") or {}
        names = [codec["name"] for codec in inner.get("codecs", ())]
        index = [codec["name"] for codec in inner.get("index_codecs", ())]
        n_chunks = prod(self.chunks) // max(prod(self._array.chunks), 1)
        if n_chunks > _MAX_INNER_CHUNKS:
            raise self.refusal(faults.TOO_LARGE)
        if (
            len(codecs) != 1
            or "sharding_indexed" in names
            or index not in (["bytes"], ["bytes", "crc32c"])
        ):
            raise self.refusal(faults.CODEC, "shards of this kind")
        at_start = str(inner.get("index_location", "end")) == "start"
        return names, Shard(n_chunks, at_start, len(index) > 1)

    def rows(self, rows: npt.NDArray[np.int64], width: int | None = None) -> Array:
        """Return some rows, sorted, and of the last of three axes the first ``width`` values.

        Only chunks that hold one of the rows are read; a few of them are in memory at once.

        Raises
        ------
        VcfFormatError
            A chunk is damaged, or absent where this is not safe.
        """
        axes: list[Any] = [slice(None)] * (len(self.shape) - 1)
        if width is not None and len(axes) > 1:
            axes[-1] = slice(0, width)
        n_chunks = len(np.unique(rows // max(self.chunks[0], 1)))
        self._check_read(len(rows), n_chunks, width)
        first, last = (int(rows[0]), int(rows[-1])) if len(rows) else (0, -1)
        if last - first + 1 == len(rows):
            return self._read(lambda: self._array[(slice(first, last + 1), *axes)])
        return self._read(lambda: self._array.oindex[(rows, *axes)])

    def span(self, start: int, stop: int) -> Array:
        """Return the rows from ``start`` up to ``stop``; else as `rows`."""
        n_chunks = -(-(stop - start) // max(self.chunks[0], 1)) + 1
        self._check_read(stop - start, n_chunks, None)
        return self._read(lambda: self._array[start:stop])

    def row_bytes(self, width: int | None = None) -> int:
        """Return the bytes of one row, of the last of three axes the first ``width`` values."""
        axes = list(self.shape[1:])
        if width is not None and len(axes) > 1:
            axes[-1] = min(axes[-1], width)
        return prod(axes) * self.itemsize

    def _check_read(self, n_rows: int, n_chunks: int, width: int | None) -> None:
        """Reject reads of more than any sane store has in a few rows."""
        pairs = zip(self.shape[1:], self.chunks[1:], strict=True)
        across = prod(-(-has // max(step, 1)) for has, step in pairs)
        if (
            n_rows * self.row_bytes(width) > _MAX_READ_BYTES
            or n_chunks * max(across, 1) > _MAX_READ_CHUNKS
        ):
            raise self.refusal(faults.TOO_LARGE)

    def check_density(
        self, n_rows: int, *, free: int = _FREE_ROWS, per_byte: int = _ROWS_PER_BYTE
    ) -> None:
        """Reject more distinct rows than the stored bytes can encode: a decompression bomb.

        ``free`` rows are allowed in any case, plus ``per_byte`` for each byte read of the array.
        """
        stored = self._recorder.stored.get(self.name, 0)
        if n_rows > max(free, stored * per_byte):
            raise self.refusal(faults.TOO_LARGE)

    def pieces(self, at_least: int) -> Iterator[tuple[int, int]]:
        """Yield starts and stops of spans of whole chunks."""
        chunk = max(self.chunks[0], 1)
        step = chunk * min(max(at_least // chunk, 1), _MAX_READ_CHUNKS // 2)
        for start in range(0, self.shape[0], step):
            yield start, min(start + step, self.shape[0])

    def _read(self, read: Any) -> Array:  # noqa: ANN401 - a function of no arguments
        recorder = self._recorder
        recorder.absent.clear()
        before = recorder.n_bytes
        at_once = max(1, min(_MOST_AT_ONCE, _BYTES_AT_ONCE // max(self._chunk_bytes, 1)))
        with (
            _refusing(faults.DAMAGED, self._path, self.name),
            recorder.raising(),
            zarr.config.set({"async.concurrency": at_once}),
        ):
            values = np.asarray(read())
        count_read(recorder.n_bytes - before)
        absent = {key for key in recorder.absent if key.startswith(f"{self.name}/")}
        if absent and not self._may_lack_chunks():
            raise self.refusal(faults.ABSENT)
        for key in absent:
            place = key.removeprefix(f"{self.name}/").removeprefix("c/")
            self.absent_chunks.add(int(place.replace("/", ".").partition(".")[0]))
        return values

    def _may_lack_chunks(self) -> bool:
        """Whether the fill value of an absent chunk makes no genotype look certain."""
        fill = self._array.fill_value
        if self.name == "call_genotype":
            return fill is not None and int(fill) < 0
        return self.name in {*_ZERO_IS_SAFE, "variant_contig", "variant_filter"} and not fill


def _codecs(metadata: Any) -> Iterator[str]:  # noqa: ANN401 - metadata of any shape
    """Yield the names of all codecs of an array, those within shards too."""
    if metadata.get("zarr_format") == 2:
        for codec in (metadata.get("compressor"), *(metadata.get("filters") or ())):
            if codec is not None:
                yield codec["id"] if isinstance(codec, dict) else codec.codec_id
        return
    for codec in metadata.get("codecs", ()):
        yield codec["name"]
        inner = codec.get("configuration") or {}
        yield from _codecs({"codecs": inner.get("codecs", ())})
        yield from _codecs({"codecs": inner.get("index_codecs", ())})
