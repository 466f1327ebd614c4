"""Kernels that match observed haplotypes with allele definitions.

Codes: an observed allele is 0..62, -1 unknown, -2 no second haplotype. A definition's entry is
a bit mask of the codes that it allows at a position.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import kernel


@kernel("int64(uint64[:,::1], int8[:,::1], int32[::1], int64, uint8[:,:,::1], uint8[:,::1])")
def fit_diplotypes(
    masks: npt.NDArray[np.uint64],
    codes: npt.NDArray[np.int8],
    block: npt.NDArray[np.int32],
    n_blocks: int,
    haplotype: npt.NDArray[np.uint8],
    out: npt.NDArray[np.uint8],
) -> int:
    """Mark every unordered pair of alleles that explains one sample's genotypes.

    Shapes: ``masks`` (A, P) uint64, ``codes`` (P, 2) int8, ``block`` (P,) int32 with the
    phase block 0..B-1 of each position, -1 where both haplotypes carry the same, ``n_blocks``
    B, ``haplotype`` (B + 1, 2, A) uint8 scratch, ``out`` (A, A) uint8, overwritten; row <=
    column. All C-contiguous.

    A pair fits if, in every phase block, one allele allows what one haplotype carries and the
    other allele the other haplotype, either way round, blocks being independent of each other.
    Unknown alleles fit anything. Returns the number of pairs. Pure, nogil,
    O(A*P + A*A*B). Oracle: tests/reference/match.py.
    """
    n_alleles, n_positions = masks.shape
    # Shifts of mixed signed and unsigned integers become floats in Numba: one is unsigned, too.
    one = np.uint64(1)
    for b in range(n_blocks + 1):
        for s in range(2):
            for a in range(n_alleles):
                haplotype[b, s, a] = 1
    for a in range(n_alleles):
        for p in range(n_positions):
            b = block[p] if block[p] >= 0 else n_blocks
            # The last row of the scratch array, n_blocks, holds positions that need no phase.
            for s in range(2):
                code = codes[p, s]
                if code >= 0 and (masks[a, p] >> np.uint64(code)) & one == 0:
                    haplotype[b, s, a] = 0
    count = 0
    for i in range(n_alleles):
        for j in range(n_alleles):
            out[i, j] = 0
        if haplotype[n_blocks, 0, i] == 0:
            continue
        for j in range(i, n_alleles):
            fits = haplotype[n_blocks, 0, j] != 0
            b = 0
            while fits and b < n_blocks:
                forward = haplotype[b, 0, i] & haplotype[b, 1, j]
                backward = haplotype[b, 1, i] & haplotype[b, 0, j]
                fits = (forward | backward) != 0
                b += 1
            if fits:
                out[i, j] = 1
                count += 1
    return count


@kernel("int64(int8[:,::1], int8[::1], int64[:,::1])")
def find_mismatches(
    haplotypes: npt.NDArray[np.int8], haplotype: npt.NDArray[np.int8], where: npt.NDArray[np.int64]
) -> int:
    """Find where each haplotype contradicts an observed haplotype: first, second and last position.

    Shapes: ``haplotypes`` (K, P) int8, ``haplotype`` (P,) int8 with -1 where unknown, ``where``
    (K, 3) int64, overwritten: position indices, -1 for none. All C-contiguous. Returns the
    number of haplotypes without a contradiction. Pure, nogil, O(K*P). Oracle:
    tests/reference/match.py.
    """
    n_haplotypes, n_positions = haplotypes.shape
    count = 0
    for k in range(n_haplotypes):
        found = 0
        where[k, 0] = -1
        where[k, 1] = -1
        where[k, 2] = -1
        for p in range(n_positions):
            if haplotype[p] != -1 and haplotypes[k, p] != haplotype[p]:
                if found < 2:
                    where[k, found] = p
                where[k, 2] = p
                found += 1
        if found == 0:
            count += 1
    return count
