"""The wanted variants of a VCF Zarr store, and its values as the kernels' codes.

Positions are read first. Variants that may be wanted are then written as VCF lines of one sample
and given to the scanner, so that the rules of END, symbolic alleles, filters and regions exist
once for all containers. Values may be integers, floats or text: a writer follows the types of the
VCF header, and stores text if the header does not declare a key. Text is read by the scanner's own
functions. Oracle: the same values in VCF text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import CANONICAL, canonical_contig
from pgx.errors import VcfFormatError
from pgx.io import faults
from pgx.io import scan_codes as sc
from pgx.io.faults import variant_fault, zarr_fault
from pgx.io.header import VcfHeader
from pgx.io.records import Scan, ScanLimits, ScannedRecord, SiteReason
from pgx.io.scanner import Kernel, Scanner
from pgx.io.windows import Windows
from pgx.io.zarr_numbers import Array, Ints, map_texts, millionths, whole_numbers
from pgx.io.zarr_store import INTEGER, TEXT, OpenedStore, StoredArray

__all__ = [
    "FixedArrays",
    "VariantPositions",
    "WantedVariants",
    "find_records",
    "sizes_of",
]


_PIECE: Final = 1 << 20  # variants whose positions are in memory at once
_UNBOUNDED: Final = 2**31 - 2
_MAX_ALLELES: Final = 4_096  # REF and the 4,095 ALTs that the scanner takes
_DIGITS: Final = re.compile(r"\d+", re.ASCII)


class FixedArrays:
    """The variant arrays of a store: positions, alleles, ends, filters, imputation quality."""

    def __init__(self, store: OpenedStore, filters: tuple[str, ...]) -> None:
        self.position = store.need("variant_position", kinds=INTEGER, shape=(None,))
        self.n_variants = self.position.shape[0]
        of_variants = (self.n_variants,)
        self.contig = store.need("variant_contig", kinds=INTEGER, shape=of_variants)
        self.allele = store.need("variant_allele", kinds=TEXT, shape=(*of_variants, None))
        if self.allele.shape[1] > _MAX_ALLELES:
            raise self.allele.refusal(faults.TOO_LARGE)
        self.length = store.array("variant_length", kinds=INTEGER, shape=of_variants)
        kinds = INTEGER + "f" + TEXT
        self.end = store.array("variant_END", kinds=kinds, shape=of_variants)
        self.span = store.array("variant_SVLEN", kinds=kinds, shape=of_variants, several=True)
        qualities = (
            store.array(f"variant_{key}", kinds=kinds, shape=of_variants, several=True)
            for key in ("R2", "DR2")
        )
        self.quality = [array for array in qualities if array is not None]
        self.index = store.array("region_index", kinds=INTEGER, shape=(None, 6))
        self.filter_names = filters
        self.filter_chunks: set[int] = set()
        shape = (*of_variants, len(filters))
        self.filter = store.array("variant_filter", kinds="b", shape=shape)


class VariantPositions:
    """Positions of all variants, compared with windows and regions piece by piece."""

    def __init__(
        self,
        fixed: FixedArrays,
        header: VcfHeader,
        windows: Windows,
        path: str,
        lengths: Mapping[str, int],
    ) -> None:
        self._fixed, self._path = fixed, path
        self.names = list(header.contigs)
        canonical = [canonical_contig(name) for name in self.names]
        declared = [header.contigs[name] for name in self.names]
        known = [
            lengths.get(c) if n is None and c is not None else n
            for n, c in zip(declared, canonical, strict=True)
        ]
        self._longest = np.array([_UNBOUNDED if n is None else n for n in known], np.int64)
        self._is_known = np.array([c is not None for c in canonical], np.bool_)
        merged = _merged(windows)
        nothing = np.empty((0, 2), np.int64)
        self._intervals = [merged.get(c or "", nothing) for c in canonical]
        self._windows = [_of_contig(windows.windows, windows.offsets, c) for c in canonical]
        regions = windows.regions, windows.region_offsets
        self._regions = [_of_contig(*regions, c) for c in canonical]
        self._extremes: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self.known = False
        self.sure = np.empty(0, np.int64)

    def candidates(self) -> Ints:
        """Return the rows of all variants that may overlap a window or a region.

        ``sure`` then has the rows that may overlap a window, and the first and last of each
        region; other rows are wanted only if they have a symbolic allele.
        """
        found = [np.empty(0, np.int64)]
        sure = [np.empty(0, np.int64)]
        for start, stop in self._fixed.position.pieces(_PIECE):
            position = self._fixed.position.span(start, stop).astype(np.int64)
            self._fixed.position.check_density(stop)
            contig = self._contigs(start, stop)
            self._check(start, position, contig)
            self.known = self.known or bool(self._is_known[contig].any())
            ends = self._ends(start, stop, position)
            for rank in np.unique(contig).tolist():
                if len(self._intervals[rank]):
                    mine = np.flatnonzero(contig == rank)
                    mine = mine[_overlap(self._intervals[rank], position[mine], ends[mine])]
                    found.append(mine + start)
                    in_window = _overlap(self._windows[rank], position[mine], ends[mine])
                    sure.append(mine[in_window] + start)
                    self._note_extremes(rank, position[mine], mine + start)
        extremes = [row for pair in self._extremes.values() for _, row in pair]
        self.sure = np.unique(np.concatenate([*sure, np.array(extremes, np.int64)]))
        return np.sort(np.concatenate(found))

    def _note_extremes(self, rank: int, position: Ints, rows: Ints) -> None:
        """Keep the rows with the first and the last position in each region of a contig."""
        for k, (first, last) in enumerate(self._regions[rank].tolist()):
            inside = np.flatnonzero((position >= first) & (position <= last))
            if len(inside):
                at = [inside[position[inside].argmin()], inside[position[inside].argmax()]]
                seen = [(int(position[i]), int(rows[i])) for i in at]
                seen += self._extremes.get((rank, k), [])
                self._extremes[rank, k] = [min(seen), max(seen)]

    def _contigs(self, start: int, stop: int) -> Ints:
        array = self._fixed.contig
        contig = array.span(start, stop).astype(np.int64)
        if len(contig) and not (contig.min() >= 0 and contig.max() < len(self.names)):
            raise array.refusal(faults.CONTIG)
        if array.absent_chunks and len(self.names) > 1:
            self._check_absent_contigs(array)
        return contig

    def _check_absent_contigs(self, array: StoredArray) -> None:
        """Reject absent chunks unless the region index confirms that they are of the first contig.

        An absent chunk reads as zeros, the number of the first contig; it may be lost data.
        """
        index = self._fixed.index
        table = np.empty((0, 2), np.int64) if index is None else index.span(0, index.shape[0])
        is_first = {int(chunk) for chunk, contig in table[:, :2].tolist() if contig == 0}
        is_other = {int(chunk) for chunk, contig in table[:, :2].tolist() if contig != 0}
        if not array.absent_chunks <= is_first - is_other:
            raise array.refusal(faults.ABSENT)

    def _check(self, start: int, position: Ints, contig: Ints) -> None:
        array = self._fixed.position.name
        for number, bad in (
            (sc.FAULT_POS, position < 0),
            (sc.FAULT_BEYOND, position > self._longest[contig] + 1),
        ):
            if bad.any():
                at = start + int(bad.argmax()) + 1
                raise variant_fault(number, self._path, at, array)
        changes = np.flatnonzero((np.diff(position) != 0) | (np.diff(contig) != 0))
        edges = np.concatenate(([-1], changes, [len(position) - 1]))
        runs = np.diff(edges)
        if len(runs) and runs.max() > sc.MAX_REPEATS:
            at = start + int(edges[runs.argmax() + 1]) + 1
            raise variant_fault(sc.FAULT_ONE_PLACE, self._path, at, array)

    def _ends(self, start: int, stop: int, position: Ints) -> Ints:
        """Return the last base that each variant may cover; very large without a length."""
        fixed = self._fixed
        if fixed.length is None:
            return np.full(len(position), 1 << 40, np.int64)
        ends = position + fixed.length.span(start, stop).astype(np.int64) - 1
        if fixed.end is not None:
            ends = np.maximum(ends, whole_numbers(fixed.end.span(start, stop)))
        if fixed.span is not None:
            ends = np.maximum(ends, position + sizes_of(fixed.span.span(start, stop)))
        return ends


def _of_contig(rows: Ints, offsets: Ints, canonical: str | None) -> Ints:
    """Return the rows of one contig, none if it is not canonical."""
    if canonical is None:
        return rows[:0]
    rank = CANONICAL.index(canonical)
    return rows[offsets[rank] : offsets[rank + 1]]


def _overlap(spans: Ints, starts: Ints, ends: Ints) -> npt.NDArray[np.bool_]:
    """Return which intervals overlap any of some sorted, disjoint spans."""
    if not len(spans):
        return np.zeros(len(starts), np.bool_)
    at = np.searchsorted(spans[:, 1], starts)
    near = spans[np.minimum(at, len(spans) - 1), 0]
    return np.asarray((at < len(spans)) & (near <= ends))


def _merged(windows: Windows) -> dict[str, Ints]:
    """Return windows and regions by contig, sorted and disjoint."""
    merged = {}
    for rank, contig in enumerate(CANONICAL):
        first, last = windows.region_offsets[rank : rank + 2]
        mine = windows.windows[windows.offsets[rank] : windows.offsets[rank + 1]]
        rows = np.concatenate((mine, windows.regions[first:last]))
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        reach = np.maximum.accumulate(rows[:, 1])
        starts = np.flatnonzero(np.concatenate(([True], rows[1:, 0] > reach[:-1] + 1))[: len(rows)])
        ends = reach[np.concatenate((starts[1:], [len(rows)])) - 1] if len(rows) else reach
        merged[contig] = np.stack((rows[starts, 0], ends), axis=1)
    return merged


def sizes_of(values: Array) -> Ints:
    """Return the greatest absolute SVLEN of each variant, 0 for none; values (V,) or (V, k)."""
    if values.dtype.kind in "iu":
        wide = values.astype(np.int64)
        sizes = np.where((wide == sc.MISSING) | (wide == sc.FILL), 0, np.abs(wide))
    elif values.dtype.kind == "f":
        sizes = np.abs(np.where(np.isfinite(values), values, 0)).astype(np.int64)
    else:
        sizes = map_texts(values, _longest, np.int64)
    longest: Ints = sizes.reshape(len(values), -1).max(axis=1, initial=0)
    return longest


def _longest(text: str) -> int:
    return max((int(digits[:11]) for digits in _DIGITS.findall(text)), default=0)


_LINES: Final = 1 << 13
_ALLELES: Final = 1 << 18  # in memory at once, as texts: some 20 MB
_TABS: Final = 9
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f]")


class WantedVariants(msgspec.Struct, frozen=True):
    """Wanted variants (R): rows in the store, records, and the `SiteReason` of each record.

    ``poorly_imputed`` (R,) bool marks records whose R2 is too low for the genotype of one person.
    ``scan`` has the facts about all records: regions and the mitochondrion.
    """

    rows: Ints
    records: list[ScannedRecord]
    reasons: npt.NDArray[np.uint8]
    poorly_imputed: npt.NDArray[np.bool_]
    scan: Scan


def find_records(
    fixed: FixedArrays,
    header: VcfHeader,
    windows: Windows,
    path: str,
    *,
    limits: ScanLimits,
    contig_lengths: Mapping[str, int],
    kernel: Kernel | None,
) -> WantedVariants:
    """Read all positions, then the alleles of variants near windows and regions.

    Raises
    ------
    VcfFormatError
        A position lies beyond its contig, a record breaks the rules of VCF text, or no
        variant lies on a known contig.
    """
    one = msgspec.structs.replace(header, samples=("",), n_lines=0)
    scanner = Scanner(
        one, windows, path, limits=limits, contig_lengths=contig_lengths, kernel=kernel
    )
    positions = VariantPositions(fixed, header, windows, path, contig_lengths)
    near = positions.candidates()
    kept = [np.empty(0, np.int64)]
    step = min(_LINES, max(1, _ALLELES // max(fixed.allele.shape[1], 1)))
    for start in range(0, len(near), step):
        part, alleles = _near_windows(fixed, near[start : start + step], positions.sure)
        kept.append(part)
        _feed(scanner, _lines(fixed, part, alleles, positions.names), kept, path)
    rows = np.concatenate(kept)
    scan = scanner.finish()
    if fixed.n_variants and not positions.known and not scan.hg19_chrm:
        raise zarr_fault(faults.CONTIG, path, "contig_id", detail="none is a human chromosome")
    lines = np.array([record.line for record in scan.records], np.int64)
    wanted = rows[lines - 1] if len(lines) else np.empty(0, np.int64)
    numbered = [
        msgspec.structs.replace(record, line=int(row) + 1, symbolic=None)  # CN is not read
        for record, row in zip(scan.records, wanted.tolist(), strict=True)
    ]
    reasons = scan.reason[:, 0].copy()
    poorly = reasons == SiteReason.LOW_GP  # every line has GP 1, so only R2 can give it
    reasons[poorly] = SiteReason.OK
    return WantedVariants(wanted, numbered, reasons, poorly, scan)


def _near_windows(fixed: FixedArrays, rows: Ints, sure: Ints) -> tuple[Ints, list[list[Any]]]:
    """Return rows and alleles of variants in ``sure`` or with a symbolic allele."""
    alleles = fixed.allele.rows(rows).tolist()
    mark: Any = b"<" if fixed.allele.kind == "S" else "<"
    chosen = np.isin(rows, sure)
    for k in np.flatnonzero(~chosen).tolist():
        chosen[k] = any(mark in allele for allele in alleles[k])
    at = np.flatnonzero(chosen)
    return rows[at], [alleles[k] for k in at.tolist()]


def _feed(scanner: Scanner, lines: bytes, kept: list[Ints], path: str) -> None:
    """Scan lines; an error names the variant instead of the line."""
    try:
        scanner.feed([lines])
    except VcfFormatError as error:
        number, line = error.code.rpartition("-")[2], error.where.rpartition(" ")[2]
        rows = np.concatenate(kept)
        at = int(rows[min(int(line), len(rows)) - 1]) + 1
        raise variant_fault(int(number), path, at, "variant_allele") from error


def _lines(
    fixed: FixedArrays, rows: Ints, allele_lists: list[list[Any]], contigs: list[str]
) -> bytes:
    """Write variants as lines of VCF with one sample."""
    if not len(rows):
        return b""
    contig, position = fixed.contig.rows(rows).tolist(), fixed.position.rows(rows).tolist()
    infos, filters = _infos(fixed, rows, position), _filters(fixed, rows)
    lines = []
    n_commas = 0
    for k, row in enumerate(allele_lists):
        alleles = [t.decode("utf-8", "replace") if isinstance(t, bytes) else t for t in row]
        while len(alleles) > 1 and alleles[-1] in ("", "."):
            alleles.pop()
        n_commas += max(len(alleles) - 2, 0) + len(alleles) - 1 + infos[k].count(",")
        alt = ",".join(alleles[1:]) or "."
        certain = ",".join(["1", *("0" for _ in alleles[1:])])  # also without ALT, unlike DS
        lines.append(
            f"{contigs[contig[k]]}\t{position[k]}\t.\t{alleles[0]}\t{alt}\t.\t{filters[k]}"
            f"\t{infos[k]}\tGT:GP\t0:{certain}\n"
        )
    text = "".join(lines)
    # an allele or name with a tab, comma or newline would shift columns: counts would differ
    counts = [text.count(mark) for mark in "\n\t,"]
    if counts != [len(rows), _TABS * len(rows), n_commas] or _CONTROL.search(text):
        raise fixed.allele.refusal(faults.ALLELES, _odd_variant(lines, rows))
    return text.encode("utf-8", "replace")


def _odd_variant(lines: list[str], rows: Ints) -> str:
    """Return the first variant whose line is malformed, or the range of all if none is."""
    for line, row in zip(lines, rows.tolist(), strict=True):
        if line.count("\n") != 1 or line.count("\t") != _TABS or _CONTROL.search(line):
            return f"variant {row + 1}"
    return f"variants {rows[0] + 1} to {rows[-1] + 1}"


def _infos(fixed: FixedArrays, rows: Ints, position: list[int]) -> list[str]:
    """Return INFO of variants: END, else the stored length, and SVLEN."""
    sizes = [0] * len(rows) if fixed.span is None else sizes_of(fixed.span.rows(rows)).tolist()
    infos = [f"SVLEN={size}" if size else "." for size in sizes]
    if fixed.end is not None:
        for k, end in enumerate(whole_numbers(fixed.end.rows(rows)).ravel().tolist()):
            if end >= 0 or end == sc.UNREADABLE:
                infos[k] = f"END={end}"
    elif fixed.length is not None:
        for k, length in enumerate(fixed.length.rows(rows).tolist()):
            if length > 1 and not sizes[k]:
                infos[k] = f"END={position[k] + length - 1}"
    for array in fixed.quality:
        for k, least in enumerate(_lowest_quality(array.rows(rows)).tolist()):
            infos[k] += least
    return infos


def _lowest_quality(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the lowest R2 of each variant as a part of INFO, empty if it has none."""
    listed = values if values.ndim > 1 else values[:, None]
    found = millionths(listed[:, None], listed.shape[1])
    least = np.where(found == sc.ENDED, sc.ABSENT, found)[:, 0].min(axis=1)
    parts = ["" if v == sc.ABSENT else f";R2={max(v, 0) / 1e6:.6f}" for v in least.tolist()]
    return np.array(parts)


def _filters(fixed: FixedArrays, rows: Ints) -> list[str]:
    """Return FILTER of variants; an absent chunk among present ones counts as lost."""
    array, names = fixed.filter, fixed.filter_names
    if array is None:
        return ["."] * len(rows)
    flags = np.ascontiguousarray(array.rows(rows))
    fixed.filter_chunks.update((rows // array.chunks[0]).tolist())
    if array.absent_chunks and array.absent_chunks < fixed.filter_chunks:
        raise array.refusal(faults.ABSENT)
    texts_of: dict[bytes, str] = {}
    found = []
    for row in flags:
        key = row.tobytes()
        if key not in texts_of:
            chosen = (name for name, is_set in zip(names, row.tolist(), strict=True) if is_set)
            texts_of[key] = ";".join(chosen) or "."
        found.append(texts_of[key])
    return found
