"""Cells of wanted variants of a store: from arrays to blocks like the scanner's.

Values are decoded here, a few chunks at a time; the rules of a cell are those of VCF text
(`pgx.io._cell_rules`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import MITOCHONDRION
from pgx.errors import VcfFormatError
from pgx.io import faults
from pgx.io import scan_codes as sc
from pgx.io._zarr_kernels import evaluate_cells
from pgx.io.faults import variant_fault
from pgx.io.read_likelihoods import Cells, apply_read_evidence
from pgx.io.records import CELL_ARRAYS, Block, ScanLimits, ScannedRecord, SiteReason, cell_array
from pgx.io.zarr_numbers import map_texts, millionths, number_lists, phase_set_codes, whole_numbers
from pgx.io.zarr_records import WantedVariants
from pgx.io.zarr_store import INTEGER, TEXT, OpenedStore

__all__ = ["CellReader"]

Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_CELLS_PER_BLOCK: Final = 1 << 17  # the working set should stay in the cache
_BYTES_PER_READ: Final = 1 << 26  # of all fields together; bounds memory
_BYTES_PER_CELL: Final = 256  # all fields of a record with ten alleles, for one sample
_NUMERIC: Final = INTEGER + "f" + TEXT
_KINDS: Final = {
    **dict.fromkeys((*sc.NUMBERS, "AD", "PL", "GL", "GP", "HDS", "DS"), _NUMERIC),
    "PS": INTEGER + TEXT,
    "PID": INTEGER + TEXT,
    "PGT": TEXT,
    "FT": TEXT,
}
_BY_ALLELE: Final = ("AD", "HDS", "DS")
_BY_GENOTYPE: Final = ("PL", "GL", "GP")


class CellReader:
    """The call arrays of a store.

    Once blocks were read, ``has_depth`` is true if any cell has GQ or DP, and
    ``n_reference_only`` counts the wanted variants whose genotypes are all reference.
    """

    def __init__(self, store: OpenedStore, n_variants: int, n_samples: int, path: str) -> None:
        self._path, self._n_samples = path, n_samples
        shape = (n_variants, n_samples)
        self._genotype = store.array("call_genotype", kinds=INTEGER, shape=(*shape, None))
        self._phased = store.array("call_genotype_phased", kinds="b", shape=shape)
        found = {
            key: store.array(f"call_{key}", kinds=kinds, shape=shape, several=True)
            for key, kinds in _KINDS.items()
        }
        self._fields = {key: array for key, array in found.items() if array is not None}
        self._empty: tuple[Array, ...] = (np.empty((0, n_samples)),)
        self.has_depth = False
        self.n_reference_only = 0

    def blocks(self, found: WantedVariants, limits: ScanLimits) -> Iterator[Block]:
        """Yield blocks of all wanted variants, in their order.

        A few chunks and the wanted rows of some of them are in memory at once.

        Raises
        ------
        VcfFormatError
            A chunk is damaged, or a genotype names an allele that the record does not have.
        """
        step = max(1, _CELLS_PER_BLOCK // max(self._n_samples, 1))
        for first, last in self._groups(found.rows):
            raw = self._read(found, first, last)
            for start in range(first, last, step):
                stop = min(start + step, last)
                cut = {key: values[start - first : stop - first] for key, values in raw.items()}
                part = slice(start, stop)
                block = self._plain(cut, found, part) if raw.keys() <= {"GT", "phased"} else None
                yield block or self._evaluate(cut, found, part, limits)

    def _groups(self, rows: Ints) -> Iterator[tuple[int, int]]:
        """Yield ranges of rows whose fields are read together, so that memory is bounded."""
        arrays = [a for a in (self._genotype, self._phased, *self._fields.values()) if a]
        per_row = sum(a.itemsize * int(np.prod(a.shape[1:])) for a in arrays)
        most = max(1, _BYTES_PER_READ // max(per_row, 1))
        chunk = self._genotype.chunks[0] if self._genotype else most
        start = 0
        while start < len(rows):
            stop = min(start + most, len(rows))
            if stop < len(rows):  # a chunk that is cut in two is decoded twice
                edge = int(np.searchsorted(rows, rows[stop] // chunk * chunk))
                stop = edge if edge > start else stop
            yield start, stop
            start = stop

    def _read(self, found: WantedVariants, first: int, last: int) -> dict[str, Array]:
        rows = found.rows[first:last]
        records = found.records[first:last]
        widths = self._widths(records)
        self._check_rows(len(records), widths)
        raw = {}
        if self._genotype is not None:
            raw["GT"] = self._genotype.rows(rows)
        if self._phased is not None:
            raw["phased"] = self._phased.rows(rows)
        for key, width in widths.items():
            raw[key] = self._fields[key].rows(rows, width)
        return raw

    def _widths(self, records: list[ScannedRecord]) -> dict[str, int | None]:
        """Return how many values of each field are read per cell, None for all.

        One more than the rules need, so that a list that is too long is recognised.
        """
        most = max(1 + len(record.alts) for record in records)
        widths: dict[str, int | None] = {}
        for key, array in self._fields.items():
            if key in sc.OF_BLOCKS and array.kind in INTEGER and not any(r.block for r in records):
                continue
            widths[key] = max(most, 2) + 1 if key in _BY_ALLELE else None
            if key in _BY_GENOTYPE:
                widths[key] = max(most * (most + 1) // 2, sc.N_LIKELIHOODS) + 1
        return widths

    def _check_rows(self, n_rows: int, widths: dict[str, int | None]) -> None:
        """Reject fields so wide that a few records would exhaust memory."""
        sizes = [(self._fields[key].row_bytes(width), key) for key, width in widths.items()]
        arrays = dict(self._fields)
        if self._genotype is not None:
            arrays["GT"] = self._genotype
            sizes.append((self._genotype.row_bytes(), "GT"))
        most = _BYTES_PER_READ + _BYTES_PER_CELL * self._n_samples
        if sizes and n_rows * sum(size for size, _ in sizes) > most:
            raise arrays[max(sizes)[1]].refusal(faults.TOO_LARGE)

    def _plain(self, raw: dict[str, Array], found: WantedVariants, part: slice) -> Block | None:
        """Return a block of plain diploid genotypes, None if the kernel has to evaluate the cells.

        Most cohorts have GT alone; numpy on whole chunks is then faster than a loop over cells.
        """
        genotypes = raw.get("GT")
        if genotypes is None or genotypes.dtype != np.int8 or genotypes.shape[2] != 2:
            return None
        records = found.records[part]
        n_cells = len(records) * self._n_samples
        most = np.array([len(record.alts) for record in records])
        tops = genotypes.reshape(len(records), -1).max(axis=1, initial=-1)
        low = int(genotypes.min(initial=0))
        if low < -1 or (tops > most).any() or not genotypes.flags.c_contiguous:
            return None
        self.n_reference_only += int((tops == 0).sum())
        shape = (len(records), self._n_samples)
        reason = np.repeat(found.reasons[part], self._n_samples).reshape(shape)
        if low < 0:
            both = genotypes.reshape(n_cells, 2).view(np.int16).reshape(shape)
            reason[both == -1] = SiteReason.NO_CALL
        phased, phase_set, gq, dp = self._nothing(len(records))
        phased = raw["phased"].view(np.uint8) if "phased" in raw else phased
        return Block(records, genotypes, phased, phase_set, reason, gq, dp, None)

    def _nothing(self, n_rows: int) -> tuple[Array, ...]:
        """Return rows of missing phase, phase set, GQ and DP, shared by all blocks."""
        if len(self._empty[0]) < n_rows:
            absent = ("phased", "phase_set", "gq", "dp")
            self._empty = tuple(cell_array(name, n_rows, self._n_samples) for name in absent)
        return tuple(array[:n_rows] for array in self._empty)

    def _evaluate(
        self, raw: dict[str, Array], found: WantedVariants, part: slice, limits: ScanLimits
    ) -> Block:
        records = found.records[part]
        shape = (len(records), self._n_samples)
        rows = _record_rows(found, part)
        most = int(rows[:, sc.R_N_ALTS].max(initial=0)) + 1
        has = {"likelihoods": bool(raw.keys() & {"PL", "GL"}), "reads": "AD" in raw}
        out: dict[str, Any] = {
            name: cell_array(name, len(rows) * has.get(name, True), self._n_samples)
            for name in CELL_ARRAYS
        }
        state = np.zeros(sc.S_SIZE, np.int64)
        scratch = np.zeros(sc.C_SIZE, np.int64)
        arrays = [*_decoded(raw, shape, most), limits.thresholds(), *out.values(), state, scratch]
        fault = evaluate_cells(rows, *arrays)
        if fault != sc.DONE:
            raise self._fault(fault, int(found.rows[part][state[sc.S_ROW]]), state)
        self.has_depth = self.has_depth or bool(state[sc.S_HAS_DEPTH])
        self.n_reference_only += int(state[sc.S_REFERENCE_ONLY])
        cells = Cells(
            rows[:, sc.R_N_ALTS] + 1,
            rows[:, sc.R_MITOCHONDRIAL] == 1,
            out["genotypes"],
            out["reason"],
            out["gq"],
            out["dp"],
            out.pop("likelihoods") if state[sc.S_STORED_LIKELIHOODS] else None,
            out.pop("reads") if state[sc.S_STORED_READS] else None,
        )
        out["likelihoods"] = apply_read_evidence(cells)
        out["reads"] = cells.reads if cells.mitochondrial.any() else None
        return Block(records, **out)

    def _fault(self, number: int, row: int, state: Ints) -> VcfFormatError:
        detail = f"sample {state[sc.S_ERROR_SAMPLE] + 1}"
        return variant_fault(number, self._path, row + 1, "call_genotype", detail=detail)


def _record_rows(found: WantedVariants, part: slice) -> Ints:
    """Return the slots ``R_*`` that the cell rules need, (K, R_SIZE) int64."""
    records, reasons = found.records[part], found.reasons[part]
    rows = np.zeros((len(records), sc.R_SIZE), np.int64)
    rows[:, sc.R_N_ALTS] = [len(record.alts) for record in records]
    rows[:, sc.R_BLOCK] = [bool(record.block) for record in records]
    rows[:, sc.R_MITOCHONDRIAL] = [record.contig == MITOCHONDRION for record in records]
    rows[:, sc.R_IUPAC] = reasons == SiteReason.AMBIGUOUS_BASE
    rows[:, sc.R_PASSED] = reasons != SiteReason.FILTERED
    rows[:, sc.R_POORLY_IMPUTED] = found.poorly_imputed[part]
    return rows


def _decoded(raw: dict[str, Array], shape: tuple[int, int], most: int) -> list[Array]:
    """Return the arrays of `evaluate_cells`; those of fields that the store lacks are empty."""
    nothing = np.empty((0, 0, 0), np.int64)
    genotypes = np.ascontiguousarray(raw["GT"], np.int32) if "GT" in raw else nothing.astype("i4")
    phased = raw.get("phased", np.empty((0, 0), np.bool_))
    values: list[Array] = [np.ascontiguousarray(phased).view(np.uint8)]
    numbers_of = [_single(raw.get(key), shape) for key in sc.NUMBERS]
    has_numbers = bool(raw.keys() & set(sc.NUMBERS))
    values.append(np.stack(numbers_of, axis=2) if has_numbers else nothing)
    values.append(number_lists(raw["AD"], most) if "AD" in raw else nothing)
    for key in (*_BY_GENOTYPE, "HDS", "DS"):
        width = max(sc.N_LIKELIHOODS, most * (most + 1) // 2) if key in _BY_GENOTYPE else most
        values.append(millionths(raw[key], max(width, 2)) if key in raw else nothing)
    named = np.zeros((*shape, 4), np.int64)
    for slot, key in enumerate(("PS", "PID")):
        named[..., slot] = _first(phase_set_codes(raw[key])) if key in raw else 0
    named[..., 2] = _first(map_texts(raw["PGT"], _pair, np.int64)) if "PGT" in raw else sc.MISSING
    if "FT" in raw:
        passed = map_texts(raw["FT"], lambda text: text in ("", ".", "PASS"), np.bool_)
        named[..., 3] = ~passed.reshape(*shape, -1).all(axis=2)
    values.append(named if raw.keys() & {"PS", "PID", "PGT", "FT"} else nothing)
    return [genotypes, *map(np.ascontiguousarray, values)]


def _single(values: Array | None, shape: tuple[int, int]) -> Ints:
    """Return one number per cell, (K, N); a cell with several numbers is `UNREADABLE`."""
    if values is None:
        return np.full(shape, sc.MISSING, np.int64)
    found = whole_numbers(values)
    if found.ndim == 3:
        several = ((found[..., 1:] != sc.FILL) & (found[..., 1:] != sc.MISSING)).any(axis=2)
        found = np.where(several, sc.UNREADABLE, found[..., 0])
    return found


def _first(values: Array) -> Array:
    return values[..., 0] if values.ndim == 3 else values


def _pair(text: str) -> int:
    """Return a phased PGT such as ``0|1`` as a number of two digits, -1 if it is not phased."""
    is_pair = len(text) == 3 and text[1] == "|" and text[0].isdecimal() and text[2].isdecimal()
    return int(text[0]) * 10 + int(text[2]) if is_pair and text.isascii() else -1
