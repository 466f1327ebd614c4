"""A Zarr store and its arrays, nothing of which is trusted: what is read is noted and checked.

Imports zarr, so it is imported only where a store is opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import zarr
from zarr.storage import FsspecStore, LocalStore, WrapperStore, ZipStore

from pgx.base.errors import UsageError, VcfFormatError
from pgx.base.listening import heard
from pgx.vcf import zarr_faults as faults
from pgx.vcf.zarr_faults import zarr_fault

__all__ = ["OpenedStore", "StoredArray"]

Array = npt.NDArray[Any]
INTEGER: Final = "iu"
TEXT: Final = "TUS"
_MAX_CHUNK_BYTES: Final = 1 << 28
_MAX_CHUNKS: Final = 1 << 22
_MAX_LENGTH: Final = 2**31 - 1
_STRING_BYTES: Final = 16
_BLOSC_HEADER: Final = 16
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
_ZERO_IS_SAFE: Final = frozenset(
    ("call_genotype_phased", "call_GQ", "call_RGQ", "call_DP", "call_MIN_DP")
)


class _Recorder(WrapperStore[Any]):
    """A store that notes digests of all that is read, and keys that are not there."""

    def __init__(self, store: Any) -> None:  # noqa: ANN401 - a store of any kind
        super().__init__(store)
        self.digests: dict[str, str] = {}
        self.absent: set[str] = set()
        self.blosc_limits: dict[str, int] = {}
        self.n_bytes = 0

    async def get(self, key: str, prototype: Any, byte_range: Any = None) -> Any:  # noqa: ANN401
        value = await super().get(key, prototype, byte_range)
        if value is None:
            self.absent.add(key)
            return None
        data = value.to_bytes()
        if byte_range is None:
            self._check_blosc(key, data)
        self.n_bytes += len(data)
        label = key if byte_range is None else f"{key} {byte_range}"
        self.digests[label] = hashlib.sha256(data).hexdigest()
        return value

    def _check_blosc(self, key: str, data: bytes) -> None:
        """Refuse a frame that is cut, or would unpack to more than its chunk: blosc trusts it."""
        name, _, rest = key.partition("/")
        limit = self.blosc_limits.get(name)
        if limit is None or rest in ("", ".zarray", ".zattrs", "zarr.json"):
            return
        unpacked, packed = np.frombuffer(data[4:16].ljust(12, b"\0"), "<u4")[[0, 2]].tolist()
        if len(data) < _BLOSC_HEADER or packed != len(data) or unpacked > limit:
            raise ValueError("a blosc frame does not have the size that it declares")


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
        self.name = str(location).rstrip("/").rpartition("/")[2] or str(location)
        is_local = "://" not in str(location) and Path(location).is_dir()
        self._folder = Path(location) if is_local else None
        self._recorder = _Recorder(self._inner(location))
        try:
            self._group = zarr.open_group(self._recorder, mode="r", use_consolidated=False)
            self.attributes: dict[str, Any] = dict(self._group.attrs)
        except FileNotFoundError as error:
            raise zarr_fault(faults.NOT_ZARR, self.name) from error
        except Exception as error:
            raise self._refusal(faults.METADATA, error) from error

    def _inner(self, location: str | Path) -> Any:  # noqa: ANN401 - a store of any kind
        text = str(location)
        try:
            if "://" in text:
                return FsspecStore.from_url(text, read_only=True)
            if not Path(location).exists():
                raise zarr_fault(faults.UNREADABLE, self.name, detail="no such file or folder")
            if Path(location).is_dir():
                return LocalStore(Path(location), read_only=True)
            found = ZipStore(Path(location), mode="r", read_only=True)
            found._sync_open()  # noqa: SLF001 - else a file that is no zip is told of too late
        except ImportError as error:
            raise UsageError(
                "this kind of address needs a package that is not installed",
                where=text.partition("://")[0],
                remedy=str(error).partition("\n")[0],
            ) from error
        except (OSError, ValueError) as error:
            if isinstance(error, VcfFormatError):
                raise
            raise self._refusal(faults.UNREADABLE, error) from error
        except Exception as error:
            raise self._refusal(faults.UNREADABLE, error) from error
        return found

    def _refusal(self, number: int, error: Exception) -> VcfFormatError:
        return zarr_fault(number, self.name, detail=type(error).__name__)

    def array(
        self, name: str, *, kinds: str, shape: tuple[int | None, ...], several: bool = False
    ) -> StoredArray | None:
        """Return an array, None where the store does not have it.

        Parameters
        ----------
        name
            Its name in the group.
        kinds
            Letters of the kinds of types that it may have.
        shape
            Its shape, None for any length.
        several
            It may have one axis more, as fields of several values do.

        Raises
        ------
        VcfFormatError
            It has another type or shape, is packed by a codec that is not run, or is too
            large.
        """
        if not self._may_have(name):
            return None
        try:
            found = self._group[name]
        except KeyError:
            return None
        except Exception as error:
            raise zarr_fault(
                faults.METADATA, self.name, name, detail=type(error).__name__
            ) from error
        if not isinstance(found, zarr.Array):
            raise zarr_fault(faults.NO_ARRAY, self.name, name, detail="a group of this name")
        stored = StoredArray(found, name, self.name, self._recorder)
        stored.check(kinds, shape, several=several)
        return stored

    def has(self, name: str) -> bool:
        """Whether the store has something of this name."""
        if self._folder is not None:
            return self._may_have(name)
        return name in self._group

    def _may_have(self, name: str) -> bool:
        """Whether a local store has something of this name; elsewhere only a read tells."""
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
        """Close what is open."""
        self._recorder.close()


class StoredArray:
    """One array of a store, checked before anything of it is decoded."""

    def __init__(self, array: Any, name: str, path: str, recorder: _Recorder) -> None:  # noqa: ANN401
        self._array, self._recorder = array, recorder
        self.name, self._path = name, path
        self.shape: tuple[int, ...] = tuple(array.shape)
        self.chunks: tuple[int, ...] = tuple(array.shards or array.chunks)
        self.kind: str = np.dtype(array.dtype).kind
        self.itemsize = _STRING_BYTES if self.kind in TEXT else int(array.dtype.itemsize)
        self.absent_chunks: set[int] = set()

    def refusal(self, number: int, detail: str = "") -> VcfFormatError:
        """Return the error of a fault in this array."""
        return zarr_fault(number, self._path, self.name, detail=detail)

    def check(self, kinds: str, shape: tuple[int | None, ...], *, several: bool) -> None:
        """Hold type, shape, size and codecs against what is wanted; see `OpenedStore.array`."""
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
            chunk > _MAX_CHUNK_BYTES
            or max(self.shape, default=0) > _MAX_LENGTH
            or float(np.prod([float(n) for n in counts])) > _MAX_CHUNKS
        ):
            raise self.refusal(faults.TOO_LARGE)
        if _is_blosc(self._array):
            self._recorder.blosc_limits[self.name] = (
                _MAX_CHUNK_BYTES if self.kind in TEXT else chunk
            )

    def rows(self, rows: npt.NDArray[np.int64], width: int | None = None) -> Array:
        """Return some rows, sorted, and of the last of three axes the first ``width`` values.

        Only chunks that hold one of the rows are read; a few of them are in memory at once.

        Raises
        ------
        VcfFormatError
            A chunk is damaged, or absent where this is no safe thing to be.
        """
        axes: list[Any] = [slice(None)] * (len(self.shape) - 1)
        if width is not None and len(axes) > 1:
            axes[-1] = slice(0, width)
        first, last = (int(rows[0]), int(rows[-1])) if len(rows) else (0, -1)
        if last - first + 1 == len(rows):
            return self._read(lambda: self._array[(slice(first, last + 1), *axes)])
        return self._read(lambda: self._array.oindex[(rows, *axes)])

    def span(self, start: int, stop: int) -> Array:
        """Return the rows from ``start`` up to ``stop``; else as `rows`."""
        return self._read(lambda: self._array[start:stop])

    def pieces(self, at_least: int) -> Iterator[tuple[int, int]]:
        """Yield starts and stops of spans of whole chunks."""
        step = max(self.chunks[0], at_least // max(self.chunks[0], 1) * self.chunks[0], 1)
        for start in range(0, self.shape[0], step):
            yield start, min(start + step, self.shape[0])

    def _read(self, read: Any) -> Array:  # noqa: ANN401 - a function of no arguments
        recorder = self._recorder
        recorder.absent.clear()
        before = recorder.n_bytes
        try:
            values = np.asarray(read())
        except Exception as error:
            raise self.refusal(faults.DAMAGED, type(error).__name__) from error
        heard(recorder.n_bytes - before)
        absent = {key for key in recorder.absent if key.startswith(f"{self.name}/")}
        if absent and not self._may_lack_chunks():
            raise self.refusal(faults.ABSENT)
        for key in absent:
            place = key.removeprefix(f"{self.name}/").removeprefix("c/")
            self.absent_chunks.add(int(place.replace("/", ".").partition(".")[0]))
        return values

    def _may_lack_chunks(self) -> bool:
        """Whether what an absent chunk is read as makes nothing look sure."""
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


def _is_blosc(array: Any) -> bool:  # noqa: ANN401 - an array of either format
    """Whether whole stored chunks are blosc frames."""
    if array.shards is not None or not array.compressors:
        return False
    last = array.compressors[-1]
    return "blosc" in type(last).__name__.lower()
