"""Scanner of VCF text: buffers and arrays around the compiled loops; the result is a `Scan`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pgx.base.accel import bound_call
from pgx.base.assemblies import CANONICAL, HG19_CHRM_LENGTH, MITOCHONDRION, canonical_contig
from pgx.io import scan_codes as sc
from pgx.io.faults import fault
from pgx.io.header import VcfHeader
from pgx.io.read_likelihoods import Cells, apply_read_evidence
from pgx.io.records import (
    CELL_ARRAYS,
    RARE_ARRAYS,
    Block,
    BlockCollector,
    Scan,
    ScanLimits,
    ScannedRecord,
    Sink,
    SymbolicRecord,
    cell_array,
    lists_variants_only,
    parse_symbolic,
)
from pgx.io.text import AltTexts, ContigTable, LineBuffer
from pgx.io.windows import Windows

__all__ = ["Kernel", "Scanner"]

Kernel = Callable[..., int]
Array = npt.NDArray[Any]
_FIRST_CAPACITY: Final = 1 << 19  # bytes beside one line: a chunk and a piece
_CHUNK: Final = 1 << 18  # bytes scanned at once, while they are in the cache
_CELLS_PER_BLOCK: Final = 1 << 16  # the rows that the kernel writes stay in the cache
_BLOCK_BYTES: Final = 1 << 26  # bounds the memory of a block of many samples
_UNBOUNDED: Final = 2**31 - 2  # length of a contig that nothing declares
_BLOCKS: Final = {sc.BLOCK_NONE: "", sc.BLOCK_NON_REF: "NON_REF", sc.BLOCK_STAR: "*"}
# arrays that lines often do not have: the slot of the state that is 1 once a row holds any
_OFTEN_ABSENT: Final = {
    "phase_set": sc.S_HAS_VALUES,
    "gq": sc.S_HAS_VALUES,
    "dp": sc.S_HAS_VALUES,
    "likelihoods": sc.S_STORED_LIKELIHOODS,
    "reads": sc.S_STORED_READS,
}


def compiled_kernel() -> Kernel:
    """Return the compiled scanning loop (imported here: numba is slow to start)."""
    from pgx.io._kernels import scan

    return scan


class Scanner:
    """One pass over one file's records.

    Feed it pieces of text with `feed`, then get the `Scan` from `finish`. Memory holds one piece,
    the longest line, and the records at wanted positions; with a ``sink``, which receives their
    cells block by block, only the fixed fields of the records.
    """

    def __init__(
        self,
        header: VcfHeader,
        windows: Windows,
        path: str,
        *,
        limits: ScanLimits,
        contig_lengths: Mapping[str, int] | None = None,
        kernel: Kernel | None = None,
        sink: Sink | None = None,
    ) -> None:
        self._kept = BlockCollector(len(header.samples))
        self._sink = self._kept if sink is None else sink
        self._header, self._windows, self._path, self._limits = header, windows, path, limits
        self._lengths = dict(contig_lengths or {})
        self._kernel = kernel or compiled_kernel()
        self._scratch = np.zeros(sc.R_SIZE, np.int64)
        self._cell = np.zeros(sc.C_SIZE, np.int64)
        self._n_samples = len(header.samples)
        usual_line = min(4 * self._n_samples, limits.max_line_bytes)
        self._text = LineBuffer(_FIRST_CAPACITY + usual_line)
        self._bound: Callable[[int], int] | None = None
        self._allocate_state()
        self._records: list[ScannedRecord] = []
        self._alts = AltTexts()
        self._allocate_block()

    def _allocate_state(self) -> None:
        self._state = np.zeros(sc.S_SIZE, np.int64)
        self._state[sc.S_CONTIG] = -1
        self._state[sc.S_LINE] = self._header.n_lines
        # asking for each of the hundreds of contigs of a gVCF would cost a third of its scan
        self._contigs = ContigTable(self._header.contigs, self._contig_facts)
        self._state[sc.S_N_CONTIGS] = self._contigs.n_names
        self._state[sc.S_N_NAMES] = self._contigs.n_bytes
        self._spans = np.empty(sc.MAX_ALTS + 2, np.int64)
        self._alt_slots = np.zeros(sc.ALT_SLOTS, np.int64)
        self._format = np.empty(sc.MAX_FORMAT_BYTES, np.uint8)
        self._kinds = np.zeros(3 * sc.MAX_FORMAT_KEYS, np.int64)
        self._regions = np.zeros((self._windows.n_regions, 4), np.int64)
        self._regions[:, :2] = self._windows.regions
        self._thresholds = self._limits.thresholds()

    def _allocate_block(self) -> None:
        """Allocate the rows that the kernel writes; they are reused for every block."""
        row = sum(cell_array(name, 1, self._n_samples).nbytes for name in CELL_ARRAYS)
        size = max(16, min(4096, _CELLS_PER_BLOCK // self._n_samples))
        size = max(1, min(size, _BLOCK_BYTES // row))
        self._rows = np.zeros((size, sc.R_SIZE), np.int64)
        self._block: dict[str, Array] = {
            name: cell_array(name, 0 if name in RARE_ARRAYS else size, self._n_samples)
            for name in CELL_ARRAYS
        }
        self._n_taken = 0

    def _allocate(self, name: str) -> None:
        """Allocate one of `RARE_ARRAYS` when the first value has to be written."""
        self._block[name] = cell_array(name, len(self._rows), self._n_samples)
        self._bound = None

    def feed(self, pieces: Iterable[bytes]) -> None:
        """Scan pieces of text that need not end at line ends.

        Raises
        ------
        VcfFormatError
            The first line that breaks the format.
        """
        text, longest = self._text, self._limits.max_line_bytes
        for piece in pieces:
            before = text.array
            text.append(piece)
            if text.array is not before:
                self._bound = None
            if text.n_filled >= _CHUNK or text.n_filled - text.n_whole > longest:
                self._scan_lines()
            if text.n_filled - text.n_whole > longest:
                raise fault(sc.FAULT_LONG_LINE, self._path, line=self._line() + 1)
        self._scan_lines()

    def _scan_lines(self) -> None:
        """Scan and drop the complete lines that were fed."""
        end = self._text.n_whole
        if not end:
            return
        self._state[sc.S_CURSOR] = 0
        status = sc.NEED_ROWS
        while status != sc.DONE:
            status = self._call(end)
            self._take_records()
            if status == sc.NEED_ROWS:
                self._empty_block()
            elif status == sc.NEW_CONTIG:
                counts = self._state[[sc.S_N_CONTIGS, sc.S_N_NAMES]].tolist()
                if self._contigs.add(*counts):
                    self._bound = None
            elif status == sc.NEED_LIKELIHOODS:
                self._allocate("likelihoods")
            elif status == sc.NEED_READS:
                self._allocate("reads")
            elif status != sc.DONE:
                raise self._fault(status)
        self._text.drop_lines()

    def _call(self, end: int) -> int:
        """Call the kernel; its arguments are bound once, because only ``end`` changes."""
        if self._bound is None:
            windows, block, contigs = self._windows, self._block, self._contigs
            self._bound = bound_call(
                self._kernel,
                self._text.array,
                end,
                self._n_samples,
                self._state,
                contigs.slots,
                contigs.names,
                contigs.offsets,
                contigs.facts,
                self._spans,
                self._alt_slots,
                self._format,
                self._kinds,
                windows.windows,
                windows.offsets,
                self._regions,
                windows.region_offsets,
                self._thresholds,
                self._rows,
                *(block[name] for name in CELL_ARRAYS),
                self._scratch,
                self._cell,
                free=1,
            )
        return self._bound(end)

    def _line(self) -> int:
        return int(self._state[sc.S_LINE])

    def _fault(self, status: int) -> Exception:
        """Return the error of the line at the cursor; invalid UTF-8 has precedence."""
        if status != sc.FAULT_BLANK and not self._is_text():
            status = sc.FAULT_NOT_UTF8
        sample = int(self._state[sc.S_ERROR_SAMPLE])
        detail = f"sample {sample + 1}" if sample >= 0 else ""
        return fault(status, self._path, line=self._line() + 1, detail=detail)

    def _is_text(self) -> bool:
        start = int(self._state[sc.S_CURSOR])
        try:
            self._text.line_at(start).decode("utf-8")
        except UnicodeDecodeError:
            return False
        return True

    def _contig_facts(self, name: str) -> tuple[int, int]:
        """Return a contig's canonical index, -1 if it has none, and its length."""
        canonical, length = canonical_contig(name), self._header.contigs.get(name)
        if canonical is None:
            return -1, _UNBOUNDED if length is None else length
        if length is None:
            length = self._lengths.get(canonical)
        if canonical == MITOCHONDRION and length == HG19_CHRM_LENGTH:
            canonical = None
        rank = -1 if canonical is None else CANONICAL.index(canonical)
        return rank, _UNBOUNDED if length is None else length

    def _take_records(self) -> None:
        n_rows = int(self._state[sc.S_ROW])
        if n_rows == self._n_taken:
            return
        self._records.extend(map(self._record, self._rows[self._n_taken : n_rows].tolist()))
        self._n_taken = n_rows
        if len(self._records) > self._limits.max_records:
            raise fault(sc.FAULT_TOO_MUCH, self._path, line=self._line())

    def _record(self, row: list[int]) -> ScannedRecord:
        columns = self._text.text(row[sc.R_REF], row[sc.R_FILTER_END]).decode()
        ref, alts, _, filters = columns.split("\t")
        return ScannedRecord(
            contig=CANONICAL[self._contigs.facts.item(row[sc.R_CONTIG], 0)],
            position=row[sc.R_POSITION],
            end=row[sc.R_END],
            ref=ref.upper(),
            alts=self._alts.split(alts) if row[sc.R_N_ALTS] else (),
            filter=filters,
            filter_passed=row[sc.R_PASSED] == 1,
            block=_BLOCKS[row[sc.R_BLOCK]],
            line=row[sc.R_LINE],
            symbolic=self._symbolic(row) if row[sc.R_SYMBOLIC] else None,
        )

    def _symbolic(self, row: list[int]) -> SymbolicRecord:
        """Read the rest of the line of a record with a symbolic structural allele."""
        rest = self._text.line_at(row[sc.R_FILTER_END]).decode().rstrip("\r")
        return parse_symbolic(rest, row[sc.R_POSITION], row[sc.R_END])

    def _empty_block(self) -> None:
        """Give the rows in use to the sink and make the block ready for new ones."""
        n_rows = int(self._state[sc.S_ROW])
        if n_rows:
            self._apply_read_evidence(n_rows)
            self._emit(n_rows)
        for slot in (sc.S_ROW, *_OFTEN_ABSENT.values()):
            self._state[slot] = 0
        self._n_taken = 0

    def _apply_read_evidence(self, n_rows: int) -> None:
        """Evaluate allelic depths of the rows in use; the kernel stored those that matter."""
        block = {name: array[:n_rows] for name, array in self._block.items()}
        rows, written = self._rows[:n_rows], self._is_written("likelihoods")
        cells = Cells(
            n_alleles=rows[:, sc.R_N_ALTS] + 1,
            mitochondrial=rows[:, sc.R_MITOCHONDRIAL] == 1,
            genotypes=block["genotypes"],
            reason=block["reason"],
            gq=block["gq"],
            dp=block["dp"],
            likelihoods=block["likelihoods"] if written else None,
            reads=block["reads"] if self._is_written("reads") else None,
        )
        found = apply_read_evidence(cells)
        if found is not None and not written:
            self._allocate("likelihoods")
            self._block["likelihoods"][:n_rows] = found
            self._state[sc.S_STORED_LIKELIHOODS] = 1
        if cells.reads is not None:
            self._state[sc.S_STORED_READS] = cells.mitochondrial.any()

    def _emit(self, n_rows: int) -> None:
        """Give the rows in use to the sink, then reset the arrays that were written."""
        views = {name: array[:n_rows] for name, array in self._block.items()}
        for name in RARE_ARRAYS:
            if not self._is_written(name):
                del views[name]
        self._sink.take(Block(self._records[-n_rows:], **{"likelihoods": None, **views}))  # type: ignore[arg-type]
        for name in _OFTEN_ABSENT:
            if name in views and self._is_written(name):
                views[name][:] = CELL_ARRAYS[name][1]

    def _is_written(self, name: str) -> bool:
        """Whether any row of an array differs from its fill value."""
        return name not in _OFTEN_ABSENT or bool(self._state[_OFTEN_ABSENT[name]])

    def finish(self) -> Scan:
        """Return the scan after all text was fed.

        Raises
        ------
        VcfFormatError
            The last line has no newline, or no record lies on a known contig.
        """
        if self._text.n_filled:
            raise fault(sc.FAULT_NO_NEWLINE, self._path, line=self._line() + 1)
        state = self._state
        n_records = int(state[sc.S_N_RECORDS])
        hg19_chrm = self._is_hg19_chrm()
        if n_records and not state[sc.S_KNOWN] and not hg19_chrm:
            raise fault(sc.FAULT_NO_KNOWN_CONTIG, self._path)
        self._empty_block()
        order = self._windows.region_order
        seen = np.zeros((self._windows.n_regions, 2), np.int64)
        seen[order] = self._regions[:, 2:]
        return Scan(
            samples=self._header.samples,
            records=self._records,
            region_first=seen[:, 0].copy(),
            region_last=seen[:, 1].copy(),
            n_records=n_records,
            sites_only=lists_variants_only(
                n_records,
                int(state[sc.S_REFERENCE_ONLY]),
                lists_blocks=self._header.lists_blocks,
            ),
            has_depth=bool(state[sc.S_HAS_DEPTH]),
            hg19_chrm=hg19_chrm,
            **self._kept.arrays(),
        )

    def _is_hg19_chrm(self) -> bool:
        declared = self._header.mitochondrion_length
        length = declared if declared is not None else self._lengths.get(MITOCHONDRION)
        return length == HG19_CHRM_LENGTH
