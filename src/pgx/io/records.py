"""Limits of a scan, and its result: records, codes of cells, arrays."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, NamedTuple, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

__all__ = [
    "CELL_ARRAYS",
    "NONE",
    "NOT_KEPT",
    "RARE_ARRAYS",
    "UNREADABLE",
    "Block",
    "BlockCollector",
    "Scan",
    "ScanLimits",
    "ScannedRecord",
    "Sink",
    "SiteReason",
    "SymbolicRecord",
    "cell_array",
    "lists_variants_only",
    "parse_symbolic",
]

NOT_KEPT: Final = -2
"""GQ or DP of samples that were grouped (`pgx.genotypes.grouping`): the input may well have one.

-1 says that the input has none, so that a filter can tell the two.
"""


class SiteReason(IntEnum):
    """Codes of ``Scan.reason``; the first that applies, in the order of the numbers.

    `AD_CONTRADICTS` and then `LOW_GP` precede `LOW_GQ`: the reads outrank the caller's own
    confidence.
    Every code but ``OK`` means that the genotype is unknown, though its alleles are kept as
    read. A half call (``./1``) is ``OK``: the allele it names is known.
    """

    OK = 0
    NO_GENOTYPE = 1  # the record's FORMAT has no GT
    NO_CALL = 2  # no allele called: ".", "./."
    POLYPLOID = 3  # more than two alleles; the first two are kept
    TOO_MANY_ALLELES = 4  # an index above 126, which an int8 cannot hold; kept as -1
    AMBIGUOUS_BASE = 5  # REF or ALT holds an IUPAC code other than N
    FILTERED = 6  # FILTER or the sample's FT is neither PASS nor "."
    LOW_GQ = 7
    LOW_DP = 8
    AD_CONTRADICTS = 9  # AD, PL or GL make another genotype far likelier than GT
    UNREADABLE = 10  # GQ, DP, MIN_DP or AD is not a number
    LOW_GP = 11  # imputed, and GP, HDS, DS or the record's R2 do not support GT


# slots of the thresholds that kernels take
L_MIN_GQ: Final = 0
L_MIN_DP: Final = 1


class ScanLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Thresholds of genotype quality and bounds on memory.

    ``min_gq`` and ``min_dp`` are the smallest values that count as evidence for two
    alleles; a haploid genotype, of which half the reads are expected, needs half of
    ``min_dp``. Sizes are in bytes of decompressed text; ``max_records`` bounds the records
    kept, not those scanned. A compressed file of ``index_min_bytes`` or more may be read by its
    index.
    """

    min_gq: int = 20
    min_dp: int = 8
    max_line_bytes: int = 64 * 1024 * 1024
    max_header_bytes: int = 64 * 1024 * 1024
    max_records: int = 250_000
    index_min_bytes: int = 16 * 1024 * 1024

    def thresholds(self) -> npt.NDArray[np.float64]:
        """Return the thresholds as the kernels take them, slots ``L_*``."""
        return np.array([self.min_gq, self.min_dp], np.float64)


NONE: Final = -1
"""No copy number, or no quality."""
UNREADABLE: Final = -2
"""Code of a value that is not a copy number."""

_QUALITIES: Final = ("CNQ", "QS")
"""Keys of the quality of CN: that of the VCF specification, and that of GATK's gCNV.

GQ is read by the kernel, for every record.
"""
_MOST_COPIES: Final = 1_000  # an int16 with room: no gene has more
_BEST_QUALITY: Final = 32_767
_WHOLE: Final = 0.25  # the largest distance of CN from an integer; beyond it lies between two


class SymbolicRecord(msgspec.Struct, frozen=True, eq=False, gc=False):
    """Copy number and confidence intervals of a structural variant.

    Attributes
    ----------
    start, end
        Lowest and highest possible position (1-based) of the first and of the last base, both
        inclusive. None if CIPOS or CIEND cannot be read.
    copies
        (N,) int16 CN of each sample, rounded; -1 if missing, -2 if it is not a number of copies
        or is between two. None if FORMAT has no CN.
    quality
        (N,) int16 phred-scaled quality of CN, -1 if missing. None if FORMAT has none.
    """

    start: tuple[int, int] | None
    end: tuple[int, int] | None
    copies: npt.NDArray[np.int16] | None = None
    quality: npt.NDArray[np.int16] | None = None

    def take(self, columns: npt.NDArray[np.int64]) -> SymbolicRecord:
        """Return the record with some of its samples."""
        return SymbolicRecord(
            self.start,
            self.end,
            None if self.copies is None else self.copies[columns],
            None if self.quality is None else self.quality[columns],
        )

    def keys(self, n_samples: int) -> npt.NDArray[np.int64]:
        """Return one number a sample, (N,) int64: equal ones for equal copies and quality."""
        copies, quality = (
            np.full(n_samples, NONE, np.int64) if own is None else own.astype(np.int64)
            for own in (self.copies, self.quality)
        )
        return (copies - UNREADABLE) << 16 | (quality - NONE)


def parse_symbolic(text: str, position: int, end: int) -> SymbolicRecord:
    """Parse a line's text, starting with the tab before INFO.

    ``position`` is POS, the base before the first one of a symbolic allele; ``end`` the last
    base that the record covers, both 1-based.
    """
    info, names, *cells = text.split("\t")[1:]
    known = dict(pair.partition("=")[::2] for pair in info.split(";"))
    keys = names.split(":")
    wanted = next((key for key in _QUALITIES if key in keys), "")
    return SymbolicRecord(
        start=_around(position + 1, known.get("CIPOS")),
        end=_around(end, known.get("CIEND")),
        copies=_column(cells, keys, "CN", _copies),
        quality=_column(cells, keys, wanted, _quality),
    )


def _around(place: int, interval: str | None) -> tuple[int, int] | None:
    """Return a position with its confidence interval, (low, high); twice itself without one."""
    if interval in (None, "", "."):
        return place, place
    try:
        low, high = map(int, str(interval).split(","))
    except ValueError:
        return None
    return (place + low, place + high) if low <= 0 <= high else None


def _column(
    cells: list[str], keys: list[str], key: str, read: Callable[[str], int]
) -> npt.NDArray[np.int16] | None:
    if key not in keys:
        return None
    place, known = keys.index(key), {"": NONE}
    found = np.full(len(cells), NONE, np.int16)
    for sample, cell in enumerate(cells):
        text = (cell.split(":", place + 1) + [""] * (place + 1))[place]
        if text not in known:
            known[text] = read(text)
        found[sample] = known[text]
    return found


def _copies(text: str) -> int:
    """Return a copy number, -1 without one, -2 if it lies between two or is not a number."""
    if text in ("", "."):
        return NONE
    value = _number(text)
    if value is None or abs(value - round(value)) > _WHOLE or not 0 <= value <= _MOST_COPIES:
        return UNREADABLE
    return round(value)


def _quality(text: str) -> int:
    """Return a quality, -1 without one, 0 if the value is not a number."""
    if text in ("", "."):
        return NONE
    value = _number(text)
    return 0 if value is None else int(min(max(value, 0), _BEST_QUALITY))


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


class ScannedRecord(msgspec.Struct, frozen=True, gc=False):
    """One record that overlaps a wanted interval.

    ``contig`` is canonical; ``position`` is POS and ``end`` the last base covered, both
    1-based. ``ref`` and base alleles of ``alts`` are upper-case, symbolic ones as
    written; ``alts`` is empty for ``.``. ``block`` is ``NON_REF`` or ``*`` for a
    reference block, else empty. ``line`` counts from 1, header included. ``symbolic`` is what
    else a line with a symbolic structural allele says, None of other records and where it
    could not be read.
    """

    contig: str
    position: int
    end: int
    ref: str
    alts: tuple[str, ...]
    filter: str
    filter_passed: bool
    block: str
    line: int
    symbolic: SymbolicRecord | None = None


class Block(NamedTuple):
    """Some records (K) in file order, and the arrays of their cells (K, N).

    The arrays are those of `Scan`, C-contiguous, and valid until the sink returns; ``phased``
    is uint8, and ``likelihoods`` and ``reads`` are None where no record of the block has any.
    """

    records: list[ScannedRecord]
    genotypes: npt.NDArray[np.int8]
    phased: npt.NDArray[np.uint8]
    phase_set: npt.NDArray[np.int32]
    reason: npt.NDArray[np.uint8]
    gq: npt.NDArray[np.int16]
    dp: npt.NDArray[np.int32]
    likelihoods: npt.NDArray[np.int16] | None
    reads: npt.NDArray[np.int32] | None = None


class Sink(Protocol):
    """Receives the records of a scan block by block, so that not all are in memory at once."""

    def take(self, block: Block) -> None:
        """Receive the next records of the file."""

    def restart(self) -> None:
        """Discard all blocks: the file is read again from its start."""


CELL_ARRAYS: Final[dict[str, tuple[type[np.generic], int, tuple[int, ...]]]] = {
    "genotypes": (np.int8, -1, (2,)),
    "phased": (np.uint8, 0, ()),
    "phase_set": (np.int32, 0, ()),
    "reason": (np.uint8, 0, ()),
    "gq": (np.int16, -1, ()),
    "dp": (np.int32, -1, ()),
    "likelihoods": (np.int16, -1, (6,)),
    "reads": (np.int32, -1, (3,)),
}
"""Arrays of a `Block` in the kernels' order: dtype, missing code, shape of a cell."""
RARE_ARRAYS: Final = ("likelihoods", "reads")
"""The largest arrays, absent in most files: None if no cell of a block has values."""


def cell_array(name: str, n_rows: int, n_samples: int) -> npt.NDArray[Any]:
    """Return one of `CELL_ARRAYS` filled with its missing code."""
    dtype, fill, widths = CELL_ARRAYS[name]
    return np.full((n_rows, n_samples, *widths), fill, dtype)


class BlockCollector:
    """A sink that keeps copies of all blocks, for a `Scan` with cells."""

    def __init__(self, n_samples: int) -> None:
        self._n_samples = n_samples
        self.restart()

    def restart(self) -> None:
        """Forget all blocks."""
        self._n_rows: list[int] = []
        self._parts: dict[str, list[npt.NDArray[Any] | None]] = {n: [] for n in CELL_ARRAYS}

    def take(self, block: Block) -> None:
        """Keep a block."""
        self._n_rows.append(len(block.records))
        for name, parts in self._parts.items():
            values = getattr(block, name)
            parts.append(None if values is None else values.copy())

    def arrays(self) -> dict[str, Any]:
        """Return the cells of all blocks, as arguments of `Scan`."""
        found: dict[str, Any] = {}
        for name, parts in self._parts.items():
            if name in RARE_ARRAYS and all(part is None for part in parts):
                found[name] = None
                continue
            whole = [cell_array(name, 0, self._n_samples)]
            for part, n_rows in zip(parts, self._n_rows, strict=True):
                whole.append(cell_array(name, n_rows, self._n_samples) if part is None else part)
            found[name] = np.concatenate(whole)
        return {**found, "phased": found["phased"].view(np.bool_)}


@dataclass(frozen=True, slots=True)
class Scan:
    """Records (R) in file order and arrays over records and samples (N).

    ``genotypes`` (R, N, 2) int8 are indices into REF+ALT, -1 missing, -2 no second
    allele; ``phased`` (R, N) bool; ``phase_set`` (R, N) int32, 0 none; ``reason`` (R, N)
    uint8, codes of `SiteReason`; ``gq`` int16 and ``dp`` int32 (R, N), -1 where the input has
    none, `NOT_KEPT` of grouped samples, for blocks MIN_DP where given. ``likelihoods``
    (R, N, 6) int16, None where no record has any, are phred-scaled, the best 0, of the
    genotypes 0/0, 0/1, 1/1, 0/2, 1/2, 2/2; a
    haploid cell uses the slots of 0/0, 1/1, 2/2; -1 where there is no such genotype or no
    value, and throughout records of more than two ALTs. They are those of PL or GL, else of AD
    or of GQ and DP where a genotype is unsure (`pgx.io.read_likelihoods`). ``reads`` (R, N, 3)
    int32, None where no mitochondrial record has any, are the reads of alleles 0, 1 and 2 of
    mitochondrial cells, -1 elsewhere. ``region_first`` and
    ``region_last`` (G,) int64 are the first and last POS seen in each region among all
    records, 0 if none.
    ``sites_only`` suggests that the file lists variant sites only (`lists_variants_only`).
    ``hg19_chrm`` says that the mitochondrion is hg19's own sequence, whose records were left out.
    """

    samples: tuple[str, ...]
    records: list[ScannedRecord]
    genotypes: npt.NDArray[np.int8]
    phased: npt.NDArray[np.bool_]
    phase_set: npt.NDArray[np.int32]
    reason: npt.NDArray[np.uint8]
    gq: npt.NDArray[np.int16]
    dp: npt.NDArray[np.int32]
    likelihoods: npt.NDArray[np.int16] | None
    region_first: npt.NDArray[np.int64]
    region_last: npt.NDArray[np.int64]
    n_records: int
    sites_only: bool
    has_depth: bool
    hg19_chrm: bool
    reads: npt.NDArray[np.int32] | None = None


def lists_variants_only(n_records: int, n_reference_only: int, *, lists_blocks: bool) -> bool:
    """Whether a file looks like a list of variant sites.

    Some samples of a larger call set leave records in which nobody has the variant: 20% of those
    of 991 unrelated persons in phase 3 of the 1000 Genomes Project. Where all positions, or chosen
    ones, were called, they are the majority.

    Parameters
    ----------
    n_records, n_reference_only
        Number of records, and of those whose called genotypes are all reference.
    lists_blocks
        Whether the header declares blocks of reference genotypes, as a gVCF does.
    """
    if n_reference_only == 0:
        return n_records > 0
    return not lists_blocks and 2 * n_reference_only < n_records
