"""The loop over cells of VCF Zarr arrays: decoded values in, typed genotypes out.

Oracle: the same values in VCF text.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper, kernel
from pgx.io import scan_codes as sc
from pgx.io._cell_rules import (
    begin_depths,
    begin_list,
    end_depths,
    end_list,
    needs_reads,
    reset_cell,
    store_cell,
    store_likelihoods,
    store_reads,
    take_depth,
    take_number,
    take_value,
)

Ints = npt.NDArray[np.int64]

N_PS = 0  # slots of ``names``
N_PID = 1
N_PGT = 2
N_FILTERED = 3


@helper
def take_genotype(
    alleles: npt.NDArray[np.int32], row: int, sample: int, is_phased: int, rec: Ints, cell: Ints
) -> int:
    """Take GT, in which `FILL` pads a ploidy below the widest one; return 0 or a fault."""
    ploidy = 0
    first, second = -1, -2
    for k in range(alleles.shape[2]):
        allele = alleles[row, sample, k]
        if allele == sc.FILL:
            continue
        if allele < sc.FILL or ploidy < k:
            return sc.FAULT_GT
        if allele > rec[sc.R_N_ALTS]:
            return sc.FAULT_GT_INDEX
        if k == 0:
            first = allele
        elif k == 1:
            second = allele
        ploidy += 1
    if ploidy == 0:
        return 0
    cell[sc.C_FIRST] = first
    cell[sc.C_SECOND] = -1 if ploidy == 1 and first < 0 else second
    cell[sc.C_PLOIDY] = ploidy
    cell[sc.C_PHASED] = 1 if is_phased != 0 and ploidy > 1 else 0
    return 0


@helper
def take_depths(depths: Ints, row: int, sample: int, n_alleles: int, cell: Ints) -> None:
    """Take AD, which ends at the first `FILL`."""
    begin_depths(cell)
    count = 0
    while count < depths.shape[2] and depths[row, sample, count] != sc.FILL:
        take_depth(cell, count, depths[row, sample, count])
        count += 1
    end_depths(cell, count, n_alleles)


@helper
def take_list(values: Ints, row: int, sample: int, kind: int, n_alleles: int, cell: Ints) -> None:
    """Take PL, GL, GP, HDS or DS, which ends at the first `ENDED`."""
    count = 0
    n_present = 0  # values up to the last one that is not missing
    while count < values.shape[2] and values[row, sample, count] != sc.ENDED:
        count += 1
        n_present = count if values[row, sample, count - 1] != sc.ABSENT else n_present
    if n_present == 0:
        return
    if kind == sc.K_GL and cell[sc.C_PLOIDY] == 1 and n_present <= n_alleles < count:
        count = n_alleles  # vcf2zarr stores the end of a shorter list of floats as missing
    if not begin_list(cell, kind, count, n_alleles):
        return
    for index in range(count):
        take_value(cell, kind, index, values[row, sample, index])
    end_list(cell, kind, count, n_alleles)


@helper
def take_names(names: Ints, row: int, sample: int, cell: Ints) -> None:
    """Take phase sets, phased PGT (two digits as one number, -1 without) and FT."""
    cell[sc.C_PS] = names[row, sample, N_PS]
    cell[sc.C_PID] = names[row, sample, N_PID]
    cell[sc.C_FILTERED] = names[row, sample, N_FILTERED]
    pair = names[row, sample, N_PGT]
    if pair >= 0:
        cell[sc.C_PGT_FIRST] = pair // 10
        cell[sc.C_PGT_SECOND] = pair % 10


@kernel(
    "int64(int64[:, ::1], int32[:, :, ::1], uint8[:, ::1], int64[:, :, ::1], int64[:, :, ::1],"
    " int64[:, :, ::1], int64[:, :, ::1], int64[:, :, ::1], int64[:, :, ::1], int64[:, :, ::1],"
    " int64[:, :, ::1], float64[::1], int8[:, :, ::1], uint8[:, ::1], int32[:, ::1],"
    " uint8[:, ::1], int16[:, ::1], int32[:, ::1], int16[:, :, ::1], int32[:, :, ::1],"
    " int64[::1], int64[::1])"
)
def evaluate_cells(
    rows: Ints,
    alleles: npt.NDArray[np.int32],
    is_phased: npt.NDArray[np.uint8],
    numbers: Ints,
    depths: Ints,
    pl: Ints,
    gl: Ints,
    gp: Ints,
    hds: Ints,
    ds: Ints,
    names: Ints,
    limits: npt.NDArray[np.float64],
    genotypes: npt.NDArray[np.int8],
    phased: npt.NDArray[np.uint8],
    phase_set: npt.NDArray[np.int32],
    reason: npt.NDArray[np.uint8],
    gq: npt.NDArray[np.int16],
    dp: npt.NDArray[np.int32],
    likelihoods: npt.NDArray[np.int16],
    reads: npt.NDArray[np.int32],
    state: Ints,
    cell: Ints,
) -> int:
    """Evaluate the cells (K, N) of some variants by the rules of `pgx.io._cell_rules`.

    Shapes: ``rows`` (K, R_SIZE), of which the number of ALTs, IUPAC, PASS, block, mitochondrion
    and imputation count; inputs (K, N, W) or, where the store has no such array, (0, 0, 0):
    ``alleles`` GT, ``numbers`` those of `NUMBERS`, ``depths`` AD, ``pl`` to ``ds`` in
    millionths, ``names`` the slots ``N_*``; ``is_phased`` (K, N) or (0, 0). Outputs as in `scan`,
    ``likelihoods`` and ``reads`` (0, N, ...) where no cell has any. ``state`` (S_SIZE,)
    gets the flags that `scan` sets; ``cell`` (C_SIZE,) is scratch.

    Returns 0, or the fault of a genotype whose row and sample are in ``state``.
    """
    for row in range(rows.shape[0]):
        rec = rows[row]
        n_alleles = rec[sc.R_N_ALTS] + 1
        seen = 0
        for sample in range(reason.shape[1]):
            reset_cell(cell)
            if alleles.shape[0] > 0:
                is_one = int(is_phased[row, sample]) if is_phased.shape[0] > 0 else 0
                fault = take_genotype(alleles, row, sample, is_one, rec, cell)
                if fault > 0:
                    state[sc.S_ROW] = row
                    state[sc.S_ERROR_SAMPLE] = sample
                    return fault
            if numbers.shape[0] > 0:
                for k in range(numbers.shape[2]):
                    take_number(cell, sc.K_FIRST_NUMBER + k, numbers[row, sample, k])
            if depths.shape[0] > 0:
                take_depths(depths, row, sample, n_alleles, cell)
            if pl.shape[0] > 0:
                take_list(pl, row, sample, sc.K_PL, n_alleles, cell)
            if gl.shape[0] > 0:
                take_list(gl, row, sample, sc.K_GL, n_alleles, cell)
            if gp.shape[0] > 0:
                take_list(gp, row, sample, sc.K_GP, n_alleles, cell)
            if hds.shape[0] > 0:
                take_list(hds, row, sample, sc.K_HDS, n_alleles, cell)
            if ds.shape[0] > 0:
                take_list(ds, row, sample, sc.K_DS, n_alleles, cell)
            if names.shape[0] > 0:
                take_names(names, row, sample, cell)
            seen |= 2 if cell[sc.C_FIRST] == 0 or cell[sc.C_SECOND] == 0 else 0
            seen |= 4 if cell[sc.C_FIRST] > 0 or cell[sc.C_SECOND] > 0 else 0
            found = store_cell(
                cell, rec, limits, state, row, sample,
                genotypes, phased, phase_set, reason, gq, dp,
            )  # fmt: skip
            if likelihoods.shape[0] > 0:
                store_likelihoods(cell, row, sample, likelihoods)
                if cell[sc.C_HAS_PL] >= 0:
                    state[sc.S_STORED_LIKELIHOODS] = 1
            if reads.shape[0] > 0 and needs_reads(cell, rec, found):
                state[sc.S_STORED_READS] = 1
                store_reads(cell, rec, row, sample, reads)
        if seen == 2:
            state[sc.S_REFERENCE_ONLY] += 1
    return sc.DONE
