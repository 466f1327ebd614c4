"""Kernels of genotypes: samples of a cohort are split into groups of equal evidence."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper, kernel

__all__ = ["FULL", "first_slot", "pack_cell", "refine"]

FULL = -1
"""There is no room for another group; nothing was lost, the record is to be read again."""


@helper
def pack_cell(first: int, second: int, phased: int, reason: int, phase_set: int) -> int:
    """Return one number for a cell: two alleles from -2 on, phase, reason, phase set."""
    one, two = np.int64(first) + np.int64(2), np.int64(second) + np.int64(2)
    low = one | two << np.int64(8) | np.int64(phased) << np.int64(16)
    low |= np.int64(reason) << np.int64(17)
    return low | np.int64(phase_set) << np.int64(25)  # type: ignore[return-value]


@helper
def first_slot(group: int, cell: int) -> int:
    """Return where to look for a group and a cell first; small enough not to overflow."""
    low, high = np.int64(cell & 0x1FFFFFF), np.int64(cell >> 25)
    mixed = low * np.int64(40_503) + high * np.int64(1_000_003) + np.int64(group) * np.int64(7_919)
    return mixed ^ (mixed >> np.int64(13))  # type: ignore[return-value]


@kernel(
    "int64(int32[::1], int8[:, ::1], uint8[::1], uint8[::1], int32[::1], int64[::1],"
    " int64[:, ::1], int64[:, ::1], int32[::1], int64[::1], int32[::1])"
)
def refine(
    groups: npt.NDArray[np.int32],
    genotypes: npt.NDArray[np.int8],
    phased: npt.NDArray[np.uint8],
    reason: npt.NDArray[np.uint8],
    phase_set: npt.NDArray[np.int32],
    other: npt.NDArray[np.int64],
    recent: npt.NDArray[np.int64],
    table: npt.NDArray[np.int64],
    parent: npt.NDArray[np.int32],
    cells: npt.NDArray[np.int64],
    out: npt.NDArray[np.int32],
) -> int:
    """Split groups of samples by what one record says of them.

    Shapes, for N samples in G groups: ``groups`` (N,) int32 group of each; ``genotypes``
    (N, 2) int8, ``phased``, ``reason`` (N,) uint8, ``phase_set`` (N,) int32 as in
    `pgx.io.records.Block`; ``other`` (N,) int64 numbers that count in their place, or (0,);
    ``recent`` (G, 2) int64 scratch; ``table`` (T, 3) int64 scratch, T a power of two;
    ``parent`` (K,) int32 and ``cells`` (K,) int64, the group that each new one came from and
    its cell (`pack_cell`, or the number of ``other``); ``out`` (N,) int32 the new groups,
    numbered as they first appear. All C-contiguous; all but the first six are overwritten.

    Returns the number of new groups, or `FULL` where there would be more than K, or T / 2.
    Pure, nogil, O(N) expected.
    """
    n_samples = groups.shape[0]
    size = table.shape[0]
    most = min(parent.shape[0], size // 2)
    for i in range(recent.shape[0]):
        recent[i, 1] = -1
    for i in range(size):
        table[i, 2] = 0
    by_other = other.shape[0] > 0
    count = 0
    for s in range(n_samples):
        group = groups[s]
        if by_other:
            cell = other[s]
        else:
            cell = pack_cell(genotypes[s, 0], genotypes[s, 1], phased[s], reason[s], phase_set[s])
        if recent[group, 1] >= 0 and recent[group, 0] == cell:
            out[s] = recent[group, 1]
            continue
        slot = first_slot(group, cell) & (size - 1)
        while table[slot, 2] > 0 and (table[slot, 0] != group or table[slot, 1] != cell):
            slot = (slot + 1) & (size - 1)
        if table[slot, 2] == 0:
            if count == most:
                return FULL
            table[slot, 0], table[slot, 1], table[slot, 2] = group, cell, count + 1
            parent[count], cells[count] = group, cell
            count += 1
        out[s] = table[slot, 2] - 1
        recent[group, 0], recent[group, 1] = cell, out[s]
    return count
