"""Which variants of a store are wanted, and what their records say.

Positions are looked at first. Variants that may be wanted are then written as lines of VCF
with one sample, and given to the scanner: what is refused, what an END, a symbolic allele or
a filter means and which sites are seen in a region is said in one place for all inputs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.errors import VcfFormatError
from pgx.vcf import zarr_faults as faults
from pgx.vcf.header import VcfHeader
from pgx.vcf.limits import ScanLimits
from pgx.vcf.reasons import SiteReason
from pgx.vcf.records import Scan, ScannedRecord
from pgx.vcf.scanner import Kernel, Scanner
from pgx.vcf.windows import Windows
from pgx.vcf.zarr_faults import variant_fault, zarr_fault
from pgx.vcf.zarr_places import FixedArrays, Places, sizes_of
from pgx.vcf.zarr_values import ABSENT, UNREADABLE, millionths, numbers

__all__ = ["Found", "find_records"]

Ints = npt.NDArray[np.int64]
_LINES: Final = 1 << 13
_ALLELES: Final = 1 << 18  # in memory at once, as texts: some 20 MB
_TABS: Final = 9
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f]")


class Found(msgspec.Struct, frozen=True):
    """Wanted variants (R): rows in the store, their records and what these say of any call.

    ``poorly_imputed`` are those whose R2 is too low for the genotype of one person. ``scan`` has
    what concerns all records: regions and the mitochondrion.
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
) -> Found:
    """Look at all positions, then at the alleles of variants near windows and regions.

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
    places = Places(fixed, header, windows, path, contig_lengths)
    near = places.candidates()
    kept = [np.empty(0, np.int64)]
    step = min(_LINES, max(1, _ALLELES // max(fixed.allele.shape[1], 1)))
    for start in range(0, len(near), step):
        part, alleles = _worth_a_line(fixed, near[start : start + step], places.sure)
        kept.append(part)
        _feed(scanner, _lines(fixed, part, alleles, places.names), kept, path)
    rows = np.concatenate(kept)
    scan = scanner.finish()
    if fixed.n_variants and not places.known and not scan.hg19_chrm:
        raise zarr_fault(faults.CONTIG, path, "contig_id", detail="none is a human chromosome")
    lines = np.array([record.line for record in scan.records], np.int64)
    wanted = rows[lines - 1] if len(lines) else np.empty(0, np.int64)
    numbered = [
        msgspec.structs.replace(record, line=int(row) + 1, symbolic=None)  # CN is not read
        for record, row in zip(scan.records, wanted.tolist(), strict=True)
    ]
    reasons = scan.reason[:, 0].copy()
    poorly = reasons == SiteReason.LOW_GP  # `_lines` gives all GP 1
    reasons[poorly] = SiteReason.OK
    return Found(wanted, numbered, reasons, poorly, scan)


def _worth_a_line(fixed: FixedArrays, rows: Ints, sure: Ints) -> tuple[Ints, list[list[Any]]]:
    """Return rows and alleles of those that are surely looked at, or have a symbolic allele."""
    alleles = fixed.allele.rows(rows).tolist()
    mark: Any = b"<" if fixed.allele.kind == "S" else "<"
    chosen = np.isin(rows, sure)
    for k in np.flatnonzero(~chosen).tolist():
        chosen[k] = any(mark in allele for allele in alleles[k])
    at = np.flatnonzero(chosen)
    return rows[at], [alleles[k] for k in at.tolist()]


def _feed(scanner: Scanner, lines: bytes, kept: list[Ints], path: str) -> None:
    """Give lines to the scanner; say of which variant it refuses one."""
    try:
        scanner.feed([lines])
    except VcfFormatError as error:
        number, line = error.code.rpartition("-")[2], error.where.rpartition(" ")[2]
        rows = np.concatenate(kept)
        at = int(rows[min(int(line), len(rows)) - 1]) + 1
        raise variant_fault(int(number), path, at, "variant_allele") from error


def _lines(fixed: FixedArrays, rows: Ints, texts: list[list[Any]], contigs: list[str]) -> bytes:
    """Write variants as lines of VCF with one sample."""
    if not len(rows):
        return b""
    contig, position = fixed.contig.rows(rows).tolist(), fixed.position.rows(rows).tolist()
    infos, filters = _infos(fixed, rows, position), _filters(fixed, rows)
    lines = []
    n_commas = 0
    for k, row in enumerate(texts):
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
    counts = [text.count(mark) for mark in "\n\t,"]
    if counts != [len(rows), _TABS * len(rows), n_commas] or _CONTROL.search(text):
        raise fixed.allele.refusal(faults.ALLELES, _odd_variant(lines, rows))
    return text.encode("utf-8", "replace")


def _odd_variant(lines: list[str], rows: Ints) -> str:
    """Name the first variant whose line is no line, or only their range where none is."""
    for line, row in zip(lines, rows.tolist(), strict=True):
        if line.count("\n") != 1 or line.count("\t") != _TABS or _CONTROL.search(line):
            return f"variant {row + 1}"
    return f"variants {rows[0] + 1} to {rows[-1] + 1}"


def _infos(fixed: FixedArrays, rows: Ints, position: list[int]) -> list[str]:
    """Return INFO of variants: END, or the length that the store says, and SVLEN."""
    sizes = [0] * len(rows) if fixed.span is None else sizes_of(fixed.span.rows(rows)).tolist()
    infos = [f"SVLEN={size}" if size else "." for size in sizes]
    if fixed.end is not None:
        for k, end in enumerate(numbers(fixed.end.rows(rows)).ravel().tolist()):
            if end >= 0 or end == UNREADABLE:
                infos[k] = f"END={end}"
    elif fixed.length is not None:
        for k, length in enumerate(fixed.length.rows(rows).tolist()):
            if length > 1 and not sizes[k]:
                infos[k] = f"END={position[k] + length - 1}"
    for array in fixed.quality:
        for k, least in enumerate(_least(array.rows(rows)).tolist()):
            infos[k] += least
    return infos


def _least(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the least value of each variant as a part of INFO, empty where it has none."""
    listed = values if values.ndim > 1 else values[:, None]
    found, length = millionths(listed[:, None], listed.shape[1], is_log=False)
    in_list = np.arange(found.shape[2]) < length[..., None]
    least = np.where(in_list, found, ABSENT)[:, 0].min(axis=1)
    parts = ["" if v == ABSENT else f";R2={max(v, 0) / 1e6:.6f}" for v in least.tolist()]
    return np.array(parts)


def _filters(fixed: FixedArrays, rows: Ints) -> list[str]:
    """Return FILTER of variants; where a chunk is absent and others are not, it was lost."""
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
