"""Open VCF, gVCF, BCF or VCF Zarr by path, address or standard input, and scan the records."""

from __future__ import annotations

import contextlib
import contextvars
import os
import re
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from pgx.errors import UsageError, VcfFormatError
from pgx.io import scan_codes
from pgx.io.container import Container, RawInput
from pgx.io.faults import fault
from pgx.io.header import VcfHeader, check_start, parse_header
from pgx.io.records import Scan, ScanLimits, Sink
from pgx.io.scanner import Kernel, Scanner
from pgx.io.windows import Windows

if TYPE_CHECKING:
    from pgx.io.depth import DepthListener
    from pgx.io.zarr_source import ZarrSource

    AnySource: TypeAlias = "Source | ZarrSource"

__all__ = ["ScanLimits", "Source", "open_source", "read_ahead"]

_ALONE: Final = 1 << 20  # bytes; a smaller input is scanned before a thread has started
_BATCH: Final = 1 << 18  # bytes handed over at once, so that handing over is rare
_DEPTH: Final = 8  # batches that may wait: bounds memory
_DENSE: Final = 12  # ratio of compression above which `_pays` is false
_HEADER_END: Final = re.compile(rb"\n[^#]")
_START: Final = re.compile(rb"[^#]")


def open_source(path: str | Path, *, limits: ScanLimits | None = None) -> AnySource:
    """Open an input and read its header.

    Parameters
    ----------
    path
        A VCF, gVCF or BCF file, or ``-`` for standard input; or a VCF Zarr store: a folder,
        a zip archive, or an address such as ``s3://bucket/a.vcz``.
    limits
        Thresholds and bounds on size.

    Raises
    ------
    VcfFormatError
        The container or the header breaks the format.
    SampleNotFoundError
        The file has no samples.
    UsageError
        A store needs a package that is not installed.
    """
    if may_be_store(path):
        from pgx.io.zarr_source import ZarrSource, is_vcf_zarr

        if is_vcf_zarr(path):
            return ZarrSource(path, limits or ScanLimits())
    return Source(path, limits or ScanLimits())


def may_be_store(path: str | Path) -> bool:
    """Whether a path may be a Zarr store: an address, a folder, or a name with its suffix."""
    text = str(path)
    is_named = "://" in text or text.lower().endswith((".zip", ".vcz", ".zarr"))
    return is_named or os.path.isdir(text)  # noqa: PTH112 - Path's fails where a name is too long


class Source:
    """An opened input: its header, then one pass over its records for each `scan`.

    Usable as a context manager, which closes the file.

    ``path`` is the name for messages: the file's base name, or ``-``.
    """

    is_text: Final = True
    """Whether text is scanned, from which a `DepthListener` can take depth."""

    def __init__(self, path: str | Path, limits: ScanLimits) -> None:
        self._location = path
        self._limits = limits
        self._raw = RawInput(path)
        self.path = self._raw.name
        self._rest = self._open(self._raw)
        self._is_fresh = True

    def _open(self, raw: RawInput) -> Iterator[bytes]:
        """Start reading and set the header; return the text after it."""
        container = Container(raw)
        pieces = container.pieces()
        self._is_bcf = container.is_bcf
        if container.is_bcf:
            from pgx.io.container import bcf_pieces

            pieces = bcf_pieces(container)
        else:
            check_start(container.start, self.path)
        text, rest = self._split_header(pieces)
        self.header: VcfHeader = parse_header(text, self.path)
        return _after(rest, pieces)

    def _split_header(self, pieces: Iterator[bytes]) -> tuple[bytes, bytes]:
        """Return the header's lines and the first bytes after them."""
        data = bytearray()
        for piece in pieces:
            looked_at = max(0, len(data) - 1)
            data += piece
            end = (
                _HEADER_END.search(data, looked_at) if data.startswith(b"#") else _START.match(data)
            )
            if end is not None:
                at = end.end() - 1
                return bytes(data[:at]), bytes(data[at:])
            if len(data) > self._limits.max_header_bytes:
                raise fault(scan_codes.FAULT_LONG_HEADER, self.path)
        if data and not data.endswith(b"\n"):
            self._refuse_cut_header(bytes(data))
        return bytes(data), b""

    def _refuse_cut_header(self, data: bytes) -> None:
        if b"\r" in data and b"\n" not in data:
            raise fault(scan_codes.FAULT_LONE_CR, self.path, line=1)
        raise fault(scan_codes.FAULT_NO_NEWLINE, self.path, line=data.count(b"\n") + 1)

    def sha256(self) -> str:
        """Return the hex digest of the input's bytes as they are stored."""
        return self._raw.sha256()

    def close(self) -> None:
        """Close the file; a source that was scanned to its end is closed already."""
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def scan(
        self,
        windows: Windows,
        *,
        contig_lengths: Mapping[str, int] | None = None,
        kernel: Kernel | None = None,
        by_index: bool = False,
        sink: Sink | None = None,
        ahead: bool = False,
        listener: DepthListener | None = None,
    ) -> Scan:
        """Read all records, check every line, return those that overlap a window.

        Structural variants with a symbolic ALT are also returned if they overlap a region.

        Parameters
        ----------
        windows
            Wanted intervals and regions in the input's assembly.
        contig_lengths
            Length by canonical name, for contigs whose length the header does not
            declare.
        kernel
            Another implementation of the scanning loop, for tests.
        by_index
            Whether a large file with a current index may be read at windows and regions only. For
            callers that treat a position without a record as unknown; lines elsewhere are not
            checked. After any error with the index the whole file is read.
        sink
            Receives the cells of wanted records block by block; the result then has none.
        ahead
            Whether a second thread may decompress a file of some size while this one scans;
            the result is the same.
        listener
            Receives the text that is read, to sum up depth.

        Raises
        ------
        VcfFormatError
            The first line that breaks the format; nothing of the file is returned.
        UsageError
            Standard input was scanned before.
        """
        lengths = self.header.expected_lengths() if contig_lengths is None else contig_lengths

        def scanner() -> Scanner:
            return Scanner(
                self.header,
                windows,
                self.path,
                limits=self._limits,
                contig_lengths=lengths,
                kernel=kernel,
                sink=sink,
            )

        found = self._scan_by_index(windows, scanner, listener) if by_index else None
        if found is not None:
            return found
        if sink is not None:
            sink.restart()
        if listener is not None:
            listener.restart()
        if not self._is_fresh:
            if self.path == "-":
                raise UsageError("standard input can be read once only")
            self._raw = RawInput(self._location)
            self._rest = self._open(self._raw)
        self._is_fresh = False
        whole = scanner()
        if ahead and not self._is_bcf and Path(self._location).is_file():
            with contextlib.closing(read_ahead(self._rest, self._pays)) as pieces:
                whole.feed(_tapped(pieces, listener))
        else:  # BCF has its own process, and a pipe could block the thread for ever
            whole.feed(_tapped(self._rest, listener))
        return whole.finish()

    def _pays(self) -> bool:
        """Whether decompression is slow enough for a thread of its own to save time.

        Highly compressible blocks are decompressed in less time than two threads need to
        switch.
        """
        return self._raw.n_unpacked <= _DENSE * self._raw.n_packed

    def _scan_by_index(
        self, windows: Windows, make: Callable[[], Scanner], listener: DepthListener | None
    ) -> Scan | None:
        """Return the scan through a usable index, None if the whole file must be read."""
        from pgx.io.windows import indexed_pieces, usable_index

        if self.path == "-" or self._is_bcf:
            return None
        path = Path(self._location)
        index = usable_index(path, self._limits.index_min_bytes)
        if index is None:
            return None
        # an index can be stale or wrong: any error means that the whole file is read instead
        scanner = make()
        wanted = windows if listener is None else windows.joined(listener.layout.intervals)
        try:
            scanner.feed(_tapped(indexed_pieces(path, index, wanted), listener))
            found = scanner.finish()
        except VcfFormatError:
            return None
        return found if found.n_records else None


def _tapped(pieces: Iterator[bytes], listener: DepthListener | None) -> Iterator[bytes]:
    return pieces if listener is None else listener.tap(pieces)


def _after(rest: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    if rest:
        yield rest
    yield from pieces


def read_ahead(pieces: Iterator[bytes], pays: Callable[[], bool]) -> Generator[bytes]:
    """Yield the pieces of an iterator that runs ahead in a thread.

    Small inputs need no thread: it is started after the first MiB, if ``pays()`` is true. An
    error of the iterator is raised here, after the pieces before it. At most about 3 MiB wait.
    The thread ends with this generator: close it if it is not exhausted.
    """
    seen = 0
    for piece in pieces:
        yield piece
        seen += len(piece)
        if seen >= _ALONE:
            break
    else:
        return
    if not pays():
        yield from pieces
        return
    runner = _Runner(pieces)
    try:
        while batch := runner.filled.get():
            yield from batch
            runner.free.put(None)
    finally:
        runner.stop()
    if runner.error is not None:
        raise runner.error


class _Runner:
    """The thread and its two queues: filled batches, and permits for further ones."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.filled: SimpleQueue[list[bytes]] = SimpleQueue()
        self.free: SimpleQueue[None] = SimpleQueue()
        self.error: BaseException | None = None
        self._pieces = pieces
        self._stopped = False
        for _ in range(_DEPTH):
            self.free.put(None)
        context = contextvars.copy_context()  # progress callbacks are context variables
        self._thread = threading.Thread(
            target=context.run, args=(self._run,), name="pgx-read-ahead", daemon=True
        )
        self._thread.start()

    def _run(self) -> None:
        """Fill batches until the end, an error or a stop; an empty one is the last."""
        try:
            batch: list[bytes] = []
            n_bytes = 0
            for piece in self._pieces:
                if self._stopped:
                    return
                batch.append(piece)
                n_bytes += len(piece)
                if n_bytes >= _BATCH:
                    self.free.get()
                    self.filled.put(batch)
                    batch, n_bytes = [], 0
            if batch:
                self.filled.put(batch)
        except BaseException as error:  # noqa: BLE001 - raised again where the pieces are taken
            if batch:
                self.filled.put(batch)
            self.error = error
        finally:
            self.filled.put([])

    def stop(self) -> None:
        """End the thread; nothing is read once this returns."""
        self._stopped = True
        self.free.put(None)
        self._thread.join()
