"""What two copies are expected to have: mean depth over regions without known copy changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import canonical_contig, contig_length
from pgx.base.files import read_whole
from pgx.reads.columns import Reads, depth_over
from pgx.reads.faults import refusal
from pgx.reads.locus import ReadLocus
from pgx.reads.source import ReadsFile, Region

__all__ = ["NO_NORMALISER", "Normaliser", "normaliser_of", "read_regions"]

_MAX_BYTES: Final = 1 << 24
BIN: Final = 500
"""Bases of a flank whose mean depth is one control."""
FEWEST_BINS: Final = 4
FEWEST_REGIONS: Final = 5
FEWEST_BASES: Final = 2_000
"""Bases of chosen regions: fewer hold too few reads to say what two copies have."""
_NOT_TWO: Final = ("chrX", "chrY", "chrM")
FLOOR: Final = 0.05
"""Least standard deviation of a log depth that is taken for expected: GC content, mappability."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Normaliser:
    """Depth of two copies in reads, its noise, and how many controls it rests on.

    ``noise`` is the standard deviation of the controls' log depth, ``spread`` that of the
    expected log depth itself.
    """

    depth: float
    noise: float
    spread: float
    n_controls: int


NO_NORMALISER: Final = Normaliser(0.0, 0.0, 0.0, 0)


def normaliser_of(
    file: ReadsFile,
    reads: Reads,
    locus: ReadLocus,
    chosen: Sequence[Region] | None,
    others: Sequence[Region],
) -> Normaliser:
    """Return the expected depth: of chosen regions, else of other genes, else of the flanks.

    ``others`` are regions on other chromosomes; they count where at least five of them
    have reads and no more than half have none. `NO_NORMALISER` where nothing can be said.

    Raises
    ------
    ReadsFileError
        The file is damaged.
    """
    if chosen is not None:
        return _of_depths(np.array([file.mean_depth(r) for r in chosen]))
    elsewhere = np.array([file.mean_depth(r) for r in others if r[0] in file.contigs])
    if (elsewhere > 0).sum() >= max(FEWEST_REGIONS, len(elsewhere) / 2):
        return _of_depths(elsewhere)
    return _of_depths(np.concatenate([_bins(reads, f) for f in locus.flanks]), FEWEST_BINS)


def _bins(reads: Reads, flank: Region) -> Floats:
    """Return the mean depth of a flank's bins, as far as the file has reads there.

    The first and the last bin with reads are left out: a slice ends within them.
    """
    depth = depth_over(reads, flank[1], flank[2])
    n = len(depth) // BIN
    means = depth[: n * BIN].reshape(n, BIN).mean(axis=1)
    filled = np.flatnonzero(means > 0)
    if not len(filled):
        return np.zeros(0)
    ends_low, ends_high = filled[0] > 0, filled[-1] < n - 1
    return np.asarray(means[filled[0] + ends_low : filled[-1] + 1 - ends_high], np.float64)


def _of_depths(depths: Floats, fewest: int = 1) -> Normaliser:
    if len(depths) < fewest or not len(depths) or np.median(depths) <= 0:
        return NO_NORMALISER
    middle = float(np.median(depths))
    logs = np.log(np.maximum(depths, middle / 20) / middle)
    noise = max(1.4826 * float(np.median(np.abs(logs))), FLOOR)
    spread = float(np.hypot(FLOOR, 1.25 * noise / np.sqrt(len(depths))))
    return Normaliser(middle, noise, spread, len(depths))


def read_regions(path: str | Path, file: ReadsFile, locus: ReadLocus) -> list[Region]:
    """Read a BED file of normaliser regions.

    Raises
    ------
    ReadsFileError
        It cannot be read, a line is no region, a region is of no autosome of the file or within
        gene and paralogue, whose copies are asked for, or all are too short to count reads.
    """
    place = Path(path)
    try:
        lines = read_whole(place, _MAX_BYTES).decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise refusal("bed", place.name, detail="it cannot be read") from error
    kept = [
        (number, line.split("\t"))
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.startswith(("#", "track", "browser"))
    ]
    if not kept:
        raise refusal("bed", place.name, detail="no region")
    found = [_region(cells, file, locus, f"{place.name} line {n}") for n, cells in kept]
    if sum(end - start + 1 for _, start, end in found) < FEWEST_BASES:
        raise refusal("bed", place.name, detail=f"fewer than {FEWEST_BASES} bases")
    return found


def _region(cells: list[str], file: ReadsFile, locus: ReadLocus, where: str) -> Region:
    try:
        contig, start, end = canonical_contig(cells[0].strip()), int(cells[1]), int(cells[2])
    except (IndexError, ValueError) as error:
        raise refusal("bed", where) from error
    if contig is None or contig not in file.contigs:
        raise refusal("bed", where, detail="the reads have no such contig")
    if not 0 <= start < end <= contig_length(contig, file.assembly):
        raise refusal("bed", where, detail="no such positions")
    if contig in _NOT_TWO:
        raise refusal("bed", where, detail="not everybody has two copies of that chromosome")
    (_, _, low), (own, high, _) = locus.flanks
    if contig == own and start < high and end > low:
        raise refusal("bed", where, detail="it lies in the region whose copies are counted")
    return contig, start + 1, end
