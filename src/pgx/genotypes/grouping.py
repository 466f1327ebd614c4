"""Groups of samples with identical data at a gene, split while records are read.

A cohort has few distinct genotypes in a gene. Only one column per group is stored and read, for all
samples of the group. Each sample stores only its group number, so memory does not grow with the
records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.genotypes._kernels import FULL, refine
from pgx.genotypes.build import SiteIndex
from pgx.genotypes.copies import is_structural, reaches
from pgx.genotypes.sites import GeneLocus
from pgx.io.records import NOT_KEPT, Block, Scan, ScannedRecord, SiteReason

__all__ = [
    "GeneColumns",
    "SampleGrouper",
    "first_of_groups",
    "number_groups",
]

Groups = npt.NDArray[np.int32]
_FIRST_ROOM: Final = 1 << 10
_UNSURE: Final = (
    int(SiteReason.LOW_GQ),
    int(SiteReason.LOW_DP),
    int(SiteReason.AD_CONTRADICTS),
)
_NO_LIKELIHOODS: Final = np.full((1, 6), -1, np.int16)


class GeneColumns(NamedTuple):
    """One column of each group of samples (G), at the records over a gene.

    ``numbers`` are the records' indices in the file's scan, ``scan`` those records with the
    groups as samples, named by the first sample of each; ``groups`` (N,) int32 is the group
    of each sample of the file.
    """

    numbers: list[int]
    scan: Scan
    groups: Groups


class _Step(NamedTuple):
    """Split by one record: new groups by old group and sample field.

    ``parent`` is None where no group was split. ``likelihoods`` and ``reads`` hold the values
    numbered by ``cells``. ``silent`` cells are used only to split groups.
    """

    record: int
    parent: Groups | None
    cells: npt.NDArray[np.int64]
    likelihoods: npt.NDArray[np.int16] | None = None
    silent: bool = False
    reads: npt.NDArray[np.int32] | None = None


@dataclass(slots=True)
class _Log:
    """The groups of one gene, and their history."""

    groups: Groups
    n_groups: int
    steps: list[_Step] = field(default_factory=list)


# Samples of a cohort have few different genotypes at one gene. Groups of equal samples are merged
# and called once, so that time grows with what differs and not with the number of samples.
class SampleGrouper:
    """A sink that groups a file's samples, gene by gene.

    Parameters
    ----------
    loci
        The genes, on the file's assembly.
    keys
        (N,) int32 for each gene, initial groups numbered as they first appear, such as by sex on
        chrX. index Index of the loci's sites, if available.
    """

    def __init__(
        self, loci: Sequence[GeneLocus], keys: Sequence[Groups], index: SiteIndex | None = None
    ) -> None:
        self._loci, self._keys = loci, keys
        self._index = index or SiteIndex(loci)
        self._room = _FIRST_ROOM
        self.restart()

    def restart(self) -> None:
        """Forget all records."""
        self._logs = [_Log(k, int(k.max(initial=-1)) + 1) for k in self._keys]
        self._n_records = 0

    def take(self, block: Block) -> None:
        """Split groups by the records of a block, each gene's by those over it."""
        for row, record in enumerate(block.records):
            for locus in self._touched(record):
                self._split(self._logs[locus], block, row)
            self._n_records += 1

    def _touched(self, record: ScannedRecord) -> list[int]:
        found = {locus for locus, _ in self._index.touching(record)}
        if any(map(is_structural, record.alts)):
            found |= {i for i, locus in enumerate(self._loci) if reaches(locus, record)}
        return sorted(found)

    def _split(self, log: _Log, block: Block, row: int) -> None:
        nothing = np.zeros(0, np.int64)
        parent, cells = self._refined(log, block, row, nothing)
        log.steps.append(_Step(self._n_records, parent, cells))
        symbolic = block.records[row].symbolic
        # Samples with the same genotype may differ in CN or its quality.
        if symbolic is not None:
            keys = symbolic.keys(len(log.groups))
            parent, cells = self._refined(log, block, row, keys)
            log.steps.append(_Step(self._n_records, parent, cells, silent=True))
        if block.reads is not None and (block.reads[row, :, 0] >= 0).any():
            values, numbers = np.unique(block.reads[row], axis=0, return_inverse=True)
            parent, cells = self._refined(log, block, row, numbers.ravel().astype(np.int64))
            log.steps.append(_Step(self._n_records, parent, cells, reads=values))
        if block.likelihoods is None:
            return
        # Likelihoods differ in nearly every sample; splitting by them is limited to cells that will
        # be weighed by likelihood, or else there would be as many groups as samples.
        unsure = np.isin(block.reason[row], _UNSURE)
        if unsure.any():
            values, numbers = np.unique(block.likelihoods[row][unsure], axis=0, return_inverse=True)
            other = np.zeros(len(unsure), np.int64)
            other[unsure] = numbers.ravel() + 1
            parent, cells = self._refined(log, block, row, other)
            values = np.concatenate([_NO_LIKELIHOODS, values])
            log.steps.append(_Step(self._n_records, parent, cells, values))

    def _refined(
        self, log: _Log, block: Block, row: int, other: npt.NDArray[np.int64]
    ) -> tuple[Groups | None, npt.NDArray[np.int64]]:
        """Update a gene's groups; return the origin of each, and its cell."""
        out = np.empty_like(log.groups)
        while True:
            parent, cells = np.empty(self._room, np.int32), np.empty(self._room, np.int64)
            count = refine(
                log.groups,
                block.genotypes[row],
                block.phased[row],
                block.reason[row],
                block.phase_set[row],
                other,
                np.empty((log.n_groups, 2), np.int64),
                np.empty((2 * self._room, 3), np.int64),
                parent,
                cells,
                out,
            )
            if count != FULL:
                break
            self._room *= 4
        is_split = count != log.n_groups
        log.groups, log.n_groups = out, count
        return (parent[:count].copy() if is_split else None), cells[:count].copy()

    def n_groups(self, locus: int) -> int:
        """Return the number of groups of a gene's samples."""
        return self._logs[locus].n_groups

    def is_touched(self, locus: int) -> bool:
        """Whether any record touches a gene."""
        return bool(self._logs[locus].steps)

    def columns(self, locus: int, scan: Scan) -> GeneColumns:
        """Return one column of each group at the records over a gene.

        ``scan`` is what the file's scan returned: its records, without cells.
        """
        log = self._logs[locus]
        numbers = list(dict.fromkeys(step.record for step in log.steps))
        cells, likelihoods, reads = self._traced(log, {n: i for i, n in enumerate(numbers)})
        first = first_of_groups(log.groups, log.n_groups)
        reduced = Scan(
            samples=tuple(scan.samples[i] for i in first.tolist()),
            records=[_taken(scan.records[n], first) for n in numbers],
            genotypes=np.stack([(cells & 255) - 2, (cells >> 8 & 255) - 2], axis=2).astype(np.int8),
            phased=(cells >> 16 & 1).astype(np.bool_),
            phase_set=(cells >> 25).astype(np.int32),
            reason=(cells >> 17 & 255).astype(np.uint8),
            gq=np.broadcast_to(np.int16(NOT_KEPT), cells.shape),
            dp=np.broadcast_to(np.int32(NOT_KEPT), cells.shape),
            likelihoods=likelihoods,
            region_first=scan.region_first,
            region_last=scan.region_last,
            n_records=scan.n_records,
            sites_only=scan.sites_only,
            has_depth=scan.has_depth,
            hg19_chrm=scan.hg19_chrm,
            reads=reads,
        )
        return GeneColumns(numbers, reduced, log.groups)

    @staticmethod
    def _traced(
        log: _Log, rows: dict[int, int]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int16] | None, npt.NDArray[np.int32] | None]:
        """Follow every group back through the records.

        Returns (R, G) cells, (R, G, 6) likelihoods and (R, G, 3) reads; None where none has any.
        """
        at: npt.NDArray[np.int32] = np.arange(log.n_groups, dtype=np.int32)
        cells = np.zeros((len(rows), log.n_groups), np.int64)
        likelihoods = reads = None
        if any(step.reads is not None for step in log.steps):
            reads = np.full((*cells.shape, 3), -1, np.int32)
        if any(step.likelihoods is not None for step in log.steps):
            likelihoods = np.full((*cells.shape, 6), -1, np.int16)
        for step in reversed(log.steps):
            said = step.cells[at]
            if step.silent:
                pass
            elif step.reads is not None and reads is not None:
                reads[rows[step.record]] = step.reads[said]
            elif step.likelihoods is None or likelihoods is None:
                cells[rows[step.record]] = said
            else:
                likelihoods[rows[step.record]] = step.likelihoods[said]
            if step.parent is not None:
                at = step.parent[at]
        return cells, likelihoods, reads


def _taken(record: ScannedRecord, samples: npt.NDArray[np.int64]) -> ScannedRecord:
    """Return a record restricted to some samples."""
    if record.symbolic is None:
        return record
    return msgspec.structs.replace(record, symbolic=record.symbolic.take(samples))


def number_groups(keys: Sequence[object]) -> Groups:
    """Return the number of each key, in the order in which they first appear, as int32."""
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int32)


def first_of_groups(groups: Groups, n_groups: int) -> npt.NDArray[np.int64]:
    """Return the first sample (index) of each group."""
    first = np.zeros(n_groups, np.int64)
    first[groups[::-1]] = np.arange(len(groups) - 1, -1, -1)
    return first
