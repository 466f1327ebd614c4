"""What the cells of wanted variants say: arrays of a store in, blocks of the scanner out.

The rules are those of the scanner's loops (`pgx.io._scan_cells`, `_scan_likelihoods`), for
whole arrays at once; the tests hold both to each other on one data set in two formats.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import MITOCHONDRION
from pgx.io import faults
from pgx.io import layout as lay
from pgx.io.faults import variant_fault
from pgx.io.read_likelihoods import Cells, has_unsure, settle_cells
from pgx.io.records import Block, ScanLimits, ScannedRecord, SiteReason
from pgx.io.zarr_imputed import lacks_support
from pgx.io.zarr_likelihoods import ZarrGenotypes, settle
from pgx.io.zarr_records import Found
from pgx.io.zarr_store import INTEGER, TEXT, OpenedStore
from pgx.io.zarr_values import FILL, MISSING, UNREADABLE, lists, names, numbers, texts

__all__ = ["CellReader"]

Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_CELLS_PER_BLOCK: Final = 1 << 17  # what is worked on should stay in the cache
_BYTES_PER_READ: Final = 1 << 26
_BYTES_PER_CELL: Final = 256  # all fields of a record with ten alleles, for one sample
_NUMERIC: Final = INTEGER + "f" + TEXT
_NUMBERS: Final = ("GQ", "RGQ", "DP", "MIN_DP")
_KINDS: Final = {
    **dict.fromkeys((*_NUMBERS, "AD", "PL", "GL", "GP", "HDS", "DS"), _NUMERIC),
    "PS": INTEGER + TEXT,
    "PID": INTEGER + TEXT,
    "PGT": TEXT,
    "FT": TEXT,
}
_BY_ALLELE: Final = ("AD", "HDS", "DS")
_BY_GENOTYPE: Final = ("PL", "GL", "GP")


class CellReader:
    """The call arrays of a store.

    ``has_depth`` and ``has_reference_only`` say, once blocks were read, whether any cell has
    GQ or DP, and whether the genotypes of any wanted variant are all reference.
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
        self.has_depth = self.has_reference_only = False

    def blocks(self, found: Found, limits: ScanLimits) -> Iterator[Block]:
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
                yield block or self._judge(cut, found, part, limits)

    def _groups(self, rows: Ints) -> Iterator[tuple[int, int]]:
        """Cut the rows so that what is read of each part at once is bounded."""
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

    def _read(self, found: Found, first: int, last: int) -> dict[str, Array]:
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
        """Return how many values of each field are read of a cell, None for all of them."""
        most = max(1 + len(record.alts) for record in records)
        widths: dict[str, int | None] = {}
        for key, array in self._fields.items():
            if key == "MIN_DP" and array.kind in INTEGER and not any(r.block for r in records):
                continue
            widths[key] = max(most, 2) + 1 if key in _BY_ALLELE else None
            if key in _BY_GENOTYPE:
                widths[key] = max(most * (most + 1) // 2, lay.N_LIKELIHOODS) + 1
        return widths

    def _check_rows(self, n_rows: int, widths: dict[str, int | None]) -> None:
        """Refuse fields so wide that a few records would fill the memory."""
        sizes = [(self._fields[key].row_bytes(width), key) for key, width in widths.items()]
        arrays = dict(self._fields)
        if self._genotype is not None:
            arrays["GT"] = self._genotype
            sizes.append((self._genotype.row_bytes(), "GT"))
        most = _BYTES_PER_READ + _BYTES_PER_CELL * self._n_samples
        if sizes and n_rows * sum(size for size, _ in sizes) > most:
            raise arrays[max(sizes)[1]].refusal(faults.TOO_LARGE)

    def _plain(self, raw: dict[str, Array], found: Found, part: slice) -> Block | None:
        """Return a block of diploid genotypes without other values, None if it is no such one."""
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
        self.has_reference_only = self.has_reference_only or bool((tops == 0).any())
        shape = (len(records), self._n_samples)
        reason = np.repeat(found.reasons[part], self._n_samples).reshape(shape)
        if low < 0:
            both = genotypes.reshape(n_cells, 2).view(np.int16).reshape(shape)
            reason[both == -1] = SiteReason.NO_CALL
        phased, phase_set, gq, dp = self._nothing(len(records))
        phased = raw["phased"].view(np.uint8) if "phased" in raw else phased
        return Block(records, genotypes, phased, phase_set, reason, gq, dp, None)

    def _nothing(self, n_rows: int) -> tuple[Array, ...]:
        """Return rows that say nothing: phase, phase sets, GQ and DP; the same for all blocks."""
        if len(self._empty[0]) < n_rows:
            shape = (n_rows, self._n_samples)
            kinds = ((np.uint8, 0), (np.int32, 0), (np.int16, -1), (np.int32, -1))
            self._empty = tuple(np.full(shape, fill, dtype) for dtype, fill in kinds)
        return tuple(array[:n_rows] for array in self._empty)

    def _judge(self, raw: dict[str, Array], found: Found, part: slice, limits: ScanLimits) -> Block:
        records = found.records[part]
        n_alleles = np.array([1 + len(record.alts) for record in records], np.int64)
        cells = _Cells(raw, (len(records), self._n_samples), n_alleles)
        if "GT" in raw:
            self._take_genotypes(cells, raw["GT"], found.rows[part])
        is_block = np.array([bool(record.block) for record in records])
        cells.take_numbers(is_block)
        called = ZarrGenotypes(cells.first, cells.second, cells.ploidy, n_alleles)
        likelihoods, margin = settle(raw, called)
        poorly = found.poorly_imputed[part]
        unsupported = lacks_support(raw, called, poorly)
        reason = cells.reasons(found.reasons[part], limits, margin, unsupported)
        is_mitochondrial = np.array([record.contig == MITOCHONDRION for record in records])
        reads = cells.stored_reads(reason, margin, is_mitochondrial)
        phase_set = cells.settle_phase()
        self.has_depth = self.has_depth or cells.has_depth
        block = Block(
            records,
            cells.stored_genotypes(),
            cells.phased.astype(np.uint8),
            phase_set,
            reason,
            np.minimum(cells.gq, 32_767).astype(np.int16),
            cells.dp.astype(np.int32),
            likelihoods,
            reads,
        )
        return _settled(block, n_alleles, is_mitochondrial)

    def _take_genotypes(self, cells: _Cells, genotypes: Array, rows: Ints) -> None:
        bad = cells.take_genotypes(genotypes)
        for number, where in bad:
            if where.any():
                row, sample = np.argwhere(where)[0].tolist()
                raise variant_fault(
                    number,
                    self._path,
                    int(rows[row]) + 1,
                    "call_genotype",
                    detail=f"sample {sample + 1}",
                )
        top = np.maximum(cells.first, cells.second).max(axis=1, initial=-1)
        self.has_reference_only = self.has_reference_only or bool((top == 0).any())


def _settled(block: Block, n_alleles: Ints, is_mitochondrial: Flags) -> Block:
    """Judge odd cells of a block; reads stay of mitochondrial records alone."""
    likelihoods, reads = block.likelihoods, block.reads
    if reads is not None or has_unsure(block.reason):
        cells = Cells(
            n_alleles,
            is_mitochondrial,
            block.genotypes,
            block.reason,
            block.gq,
            block.dp,
            likelihoods,
            reads,
        )
        likelihoods = settle_cells(cells)
    if reads is not None:
        reads[~is_mitochondrial] = -1
        reads = reads if is_mitochondrial.any() else None
    return block._replace(likelihoods=likelihoods, reads=reads)


class _Cells:
    """Cells (K, N) of some variants; arrays of that shape."""

    def __init__(self, raw: dict[str, Array], shape: tuple[int, int], n_alleles: Ints) -> None:
        self._raw, self._n_alleles = raw, n_alleles[:, None]
        self.first = np.full(shape, -1, np.int16)
        self.second = np.full(shape, -1, np.int16)
        self.ploidy = np.full(shape, -1, np.int8)
        self.phased = np.zeros(shape, np.bool_)
        self.unreadable: Flags | None = None
        self.gq = self.dp = np.full(shape, MISSING, np.int64)
        self.has_depth = False
        self._reads: Ints | None = None
        self._total: Ints | None = None

    def take_genotypes(self, genotypes: Array) -> list[tuple[int, Flags]]:
        """Take alleles, ploidy and phase; return faults and where they are."""
        n_slots = genotypes.shape[2]
        self.first = genotypes[:, :, 0].astype(np.int32) if n_slots else self.first
        self.second = (
            genotypes[:, :, 1].astype(np.int32) if n_slots > 1 else np.full_like(self.first, FILL)
        )
        is_fill = genotypes == FILL
        broken: Flags = np.zeros((1, 1), np.bool_)
        if is_fill.any() or n_slots != 2:
            self.ploidy = (n_slots - is_fill.sum(axis=2)).astype(np.int8)
            broken = np.asarray((is_fill[:, :, :-1] & ~is_fill[:, :, 1:]).any(axis=2))
            is_empty = self.ploidy == 0
            self.first[is_empty] = self.second[is_empty] = -1
            self.second[(self.ploidy == 1) & (self.first < 0)] = -1
            self.ploidy[is_empty] = -1
        else:
            self.ploidy = np.full(self.first.shape, 2, np.int8)
        if "phased" in self._raw:
            self.phased = self._raw["phased"] & (self.ploidy > 1)
        low, high = genotypes.min(initial=0), genotypes.max(initial=0)
        if low < FILL:
            broken = np.logical_or(broken, (genotypes < FILL).any(axis=2))
        too_high: Flags = np.zeros((1, 1), np.bool_)
        if high >= self._n_alleles.min():
            too_high = np.any(genotypes >= self._n_alleles[:, :, None], axis=2)
        return [(lay.FAULT_GT, broken), (lay.FAULT_GT_INDEX, too_high)]

    def _number(self, key: str) -> Ints | None:
        """Return one number of each cell, MISSING where there is none."""
        values = self._raw.get(key)
        if values is None:
            return None
        found = numbers(values)
        if found.ndim == 3:
            several = ((found[..., 1:] != FILL) & (found[..., 1:] != MISSING)).any(axis=2)
            found = np.where(several, UNREADABLE, found[..., 0])
        self._note_unreadable(found == UNREADABLE)
        return np.maximum(found, MISSING)

    def _note_unreadable(self, where: Flags) -> None:
        if where.any():
            self.unreadable = where if self.unreadable is None else self.unreadable | where

    def take_numbers(self, is_block: Flags) -> None:
        """Take quality and depth, for reference blocks the least depth."""
        gq, rgq, dp, least = (self._number(key) for key in _NUMBERS)
        for found in (rgq, gq):
            if found is not None:
                self.gq = np.where(found >= 0, found, self.gq)
        if dp is not None:
            self.dp = dp
        if least is not None:
            self.dp = np.where(is_block[:, None] & (least >= 0), least, self.dp)
        self.has_depth = bool((self.gq >= 0).any() or (self.dp >= 0).any())

    def reasons(
        self,
        of_records: npt.NDArray[np.uint8],
        limits: ScanLimits,
        margin: Ints | None,
        unsupported: Flags | None,
    ) -> Array:
        """Return the `SiteReason` of each cell: the first that applies, set last.

        ``margin`` is that of likelihoods, ``unsupported`` are imputed genotypes, (K, N).
        """
        reason = np.zeros(self.first.shape, np.uint8)
        self._set_by_values(reason, limits, margin)
        if unsupported is not None:
            reason[unsupported if margin is None else unsupported & (margin == lay.NO_MARGIN)] = (
                SiteReason.LOW_GP
            )
        if margin is not None:
            reason[margin < lay.CONTRADICTED] = SiteReason.AD_CONTRADICTS
        if "FT" in self._raw:
            passed: Array = texts(self._raw["FT"], lambda text: text in ("", ".", "PASS"), np.bool_)
            passed = np.all(passed.reshape(*passed.shape[:2], -1), axis=2)
            reason[~passed] = SiteReason.FILTERED
        bad_records = of_records != 0
        reason[bad_records] = of_records[bad_records][:, None]
        greater = np.maximum(self.first, self.second)
        if greater.max(initial=0) > lay.MAX_STORED_ALLELE:
            reason[greater > lay.MAX_STORED_ALLELE] = SiteReason.TOO_MANY_ALLELES
        if self.ploidy.max(initial=0) > 2:
            reason[self.ploidy > 2] = SiteReason.POLYPLOID
        reason[greater < 0] = SiteReason.NO_CALL
        if self.ploidy.min(initial=0) < 0:
            reason[self.ploidy < 0] = SiteReason.NO_GENOTYPE
        return reason

    def _set_by_values(self, reason: Array, limits: ScanLimits, margin: Ints | None) -> None:
        """Set what unreadable values, depth, quality and the margin of likelihoods say."""
        total = self._depths()
        if self.unreadable is not None:
            reason[self.unreadable] = SiteReason.UNREADABLE
        if total is not None or (self.dp >= 0).any():
            depth = self.dp if total is None else np.where(self.dp >= 0, self.dp, total)
            needed = np.minimum(self.ploidy, 2) * float(limits.min_dp)
            is_low = (depth == 0) | (2 * depth < needed)
            reason[(depth >= 0) & is_low] = SiteReason.LOW_DP
        gq = self.gq
        if margin is not None:
            bound = np.maximum(margin, 0)
            gq = np.where(gq < 0, bound, np.minimum(gq, bound))
            gq = np.where(margin == lay.NO_MARGIN, self.gq, gq)
        reason[(gq >= 0) & ((gq == 0) | (gq < limits.min_gq))] = SiteReason.LOW_GQ

    def _depths(self) -> Ints | None:
        """Read AD; return reads of all alleles, -1 where it is unusable."""
        values = self._raw.get("AD")
        if values is None:
            return None
        depths = lists(values, int(self._n_alleles.max()))
        is_value = depths != FILL
        self._note_unreadable((depths == UNREADABLE).any(axis=2))
        count = is_value.sum(axis=2)
        most = np.maximum(self.first, self.second)
        is_short = (count > 1) & (count < self._n_alleles) & (most < count)
        is_list = (count == self._n_alleles) | is_short
        complete = is_list & ((depths >= 0) == is_value).all(axis=2)
        self._reads = np.where(is_value, np.maximum(depths, 0), 0)
        self._total = np.where(complete, self._reads.sum(axis=2), -1)
        return self._total

    def stored_reads(
        self, reason: Array, margin: Ints | None, is_mitochondrial: Flags
    ) -> npt.NDArray[np.int32] | None:
        """Return reads (K, N, 3) of cells in which they have a say, None where there is none."""
        if self._reads is None or self._total is None:
            return None
        usable = (self._total > 0) & (self.first >= 0) & (self.second != -1) & (self.ploidy <= 2)
        own = [
            np.take_along_axis(self._reads, np.maximum(a, 0)[..., None].astype(np.int64), 2)[..., 0]
            for a in (self.first, self.second)
        ]
        is_one = (self.second == FILL) | (self.second == self.first)
        odd = np.where(
            is_one,
            20 * (self._total - own[0]) >= self._total,
            (4 * np.minimum(*own) < self._total)
            | (20 * (self._total - own[0] - own[1]) >= self._total),
        )
        unsure = (reason == SiteReason.LOW_GQ) | (reason == SiteReason.LOW_DP)
        is_ok = reason == SiteReason.OK
        no_list = np.True_ if margin is None else margin == lay.NO_MARGIN
        wanted = usable & ((is_ok & odd) | (unsure & (no_list | odd)))
        wanted |= usable & is_mitochondrial[:, None] & (is_ok | unsure)
        if not wanted.any():
            return None
        found = np.full((*self.first.shape, lay.N_READS), -1, np.int32)
        for row, sample in np.argwhere(wanted).tolist():
            found[row, sample] = self._reads_of(
                row, sample, first_three=bool(is_mitochondrial[row])
            )
        return found

    def _reads_of(self, row: int, sample: int, *, first_three: bool) -> list[int]:
        """Return reads of alleles 0, 1, 2; of more than three, of GT's and of the best other."""
        reads = self._reads[row, sample].tolist()  # type: ignore[index]
        n_alleles = int(self._n_alleles[row, 0])
        if n_alleles <= lay.N_READS or first_three:
            return [*reads[:n_alleles], -1, -1, -1][: lay.N_READS]
        first, second = int(self.first[row, sample]), int(self.second[row, sample])
        other = max(n for k, n in enumerate(reads[:n_alleles]) if k not in (first, second))
        if second in (FILL, first):
            return [reads[first], other, 0]
        return [reads[first], reads[second], other]

    def settle_phase(self) -> npt.NDArray[np.int32]:
        """Settle phase by PGT where GT has none; return phase sets, 0 for none."""
        raw, nothing = self._raw, np.zeros(self.first.shape, np.int32)
        if not raw.keys() & {"PS", "PID"}:
            return nothing
        pid = self._names("PID") if "PID" in raw else nothing
        by_pgt = np.zeros(self.first.shape, np.bool_)
        if "PGT" in raw and "PID" in raw:
            pair = texts(raw["PGT"], _pair, np.int64)
            pair = pair[..., 0] if pair.ndim == 3 else pair
            one, two = pair // 1000, pair % 1000
            first, second = self.first, self.second
            same = ((one == first) & (two == second)) | ((one == second) & (two == first))
            is_het = (first >= 0) & (second >= 0) & (first != second) & (self.ploidy == 2)
            by_pgt = ~self.phased & is_het & same & (pair >= 0) & (pid > 0)
            self.first = np.where(by_pgt, one, first)
            self.second = np.where(by_pgt, two, second)
        own = self._names("PS") if "PS" in raw else nothing
        in_set = np.where(self.phased, np.where(own > 0, own, pid), 0)
        in_set = np.where(by_pgt, pid, in_set).astype(np.int32)
        self.phased = self.phased | by_pgt
        return in_set

    def _names(self, key: str) -> npt.NDArray[np.int32]:
        found = names(self._raw[key])
        return found[..., 0] if found.ndim == 3 else found

    def stored_genotypes(self) -> npt.NDArray[np.int8]:
        """Return both alleles (K, N, 2), -1 for numbers that an int8 cannot hold."""
        both = np.stack((self.first, self.second), axis=2)
        both[both > lay.MAX_STORED_ALLELE] = -1
        return both.astype(np.int8)


def _pair(text: str) -> int:
    """Return the alleles of a phased PGT such as ``0|1`` as one number, -1 if it is none."""
    is_pair = len(text) == 3 and text[1] == "|" and text[0].isdecimal() and text[2].isdecimal()
    return int(text[0]) * 1000 + int(text[2]) if is_pair and text.isascii() else -1
