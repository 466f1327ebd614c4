"""Loops over genotype likelihoods: PL, or GL where a cell has no PL, as phred integers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper
from pgx.io import layout as lay
from pgx.io._scan_columns import read_digits

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

NOT_A_NUMBER = -(1 << 62)
ABSENT = 1 << 62
LARGEST = 100_000_000_000_000  # millionths: no likelihood is as small as 10**-100000000
LONGEST_EXPONENT = 4


@helper
def exponent_of(buf: Bytes, p: int, end: int) -> int:
    """Read ``e`` or ``E`` and a whole number that ends a value; NOT_A_NUMBER if it is none."""
    p += 1
    negative = buf[p] == 45
    if negative or buf[p] == 43:
        p += 1
    value, after = read_digits(buf, p, LONGEST_EXPONENT)
    if after == p or after != end:
        return NOT_A_NUMBER
    return -value if negative else value + 0


@helper
def scaled(value: int, exponent: int) -> int:
    """Return ``value * 10**exponent``, rounded down, at most LARGEST."""
    while exponent > 0 and 0 < value < LARGEST:
        value *= 10
        exponent -= 1
    while exponent < 0 and value > 0:
        value //= 10
        exponent += 1
    return min(value, LARGEST)


@helper
def read_millionths(buf: Bytes, p: int, end: int) -> int:
    """Read a decimal number in millionths, ABSENT for '.', NOT_A_NUMBER if it is none."""
    if end == p + 1 and buf[p] == 46:
        return ABSENT
    negative = buf[p] == 45
    if negative or buf[p] == 43:
        p += 1
    value = exponent = n_digits = n_points = 0
    while p < end and (buf[p] == 46 or 48 <= buf[p] <= 57):
        if buf[p] == 46:
            n_points += 1
        elif value < LARGEST:
            value = value * 10 + (buf[p] - 48)
            exponent -= n_points
            n_digits += 1
        else:  # further digits do not fit, and only shift what stands
            exponent += 1 - n_points
        p += 1
    if n_digits == 0 or n_points > 1:
        return NOT_A_NUMBER
    if p < end:
        if buf[p] != 69 and buf[p] != 101:
            return NOT_A_NUMBER
        power = exponent_of(buf, p, end)
        if power == NOT_A_NUMBER:
            return NOT_A_NUMBER
        exponent += power
    size = scaled(value, exponent + 6)
    return -size if negative else size


@helper
def fits_ploidy(count: int, n_alleles: int, cell: Ints) -> bool:
    """Whether a list has one value for each genotype of the cell's ploidy.

    Where GT does not tell the ploidy, both a diploid and a haploid list fit.
    """
    ploidy = cell[lay.C_PLOIDY]
    unknown = ploidy < 0 or (ploidy == 1 and cell[lay.C_FIRST] < 0)
    if count == n_alleles * (n_alleles + 1) // 2:
        return bool(unknown or ploidy == 2 or (ploidy == 1 and n_alleles == 1))
    return bool(count == n_alleles and (unknown or ploidy == 1))


@helper
def place_of_genotype(cell: Ints, count: int, n_alleles: int) -> int:
    """Return the place of GT in a list of ``count`` values, one a genotype; -1 if it has none."""
    first, second = cell[lay.C_FIRST], cell[lay.C_SECOND]
    if first < 0 or second == -1:
        return -1
    if count == n_alleles and second == -2:
        return int(first)
    if count != n_alleles * (n_alleles + 1) // 2 or second == -2 or cell[lay.C_PLOIDY] != 2:
        return -1
    low, high = min(first, second), max(first, second)
    return int(high * (high + 1) // 2 + low)


@helper
def is_silent(buf: Bytes, p: int, end: int) -> bool:
    """Whether a list has missing values alone."""
    while p < end and (buf[p] == 46 or buf[p] == 44):
        p += 1
    return bool(p == end)


@helper
def count_values(buf: Bytes, p: int, end: int) -> int:
    """Return how many values a comma-separated list has."""
    count = 1
    while p < end:
        count += 1 if buf[p] == 44 else 0
        p += 1
    return count


@helper
def read_list(buf: Bytes, p: int, end: int, kind: int, place: int, cell: Ints) -> int:
    """Read comma-separated likelihoods, smaller the better, the first six into ``cell``.

    ``place`` is that of GT; its margin over the best other genotype goes to C_MARGIN. Returns
    how many there are, 0 if one is no number.
    """
    count = 0
    own = other = ABSENT
    while p <= end:
        stop = p
        while stop < end and buf[stop] != 44:
            stop += 1
        value = read_millionths(buf, p, stop)
        if value == NOT_A_NUMBER:
            return 0
        if value != ABSENT and kind == lay.K_GL:
            value *= -10
        elif value < 0:
            return 0  # no phred value is negative
        if count < lay.N_LIKELIHOODS:
            cell[lay.C_LIKELIHOODS + count] = value
        if count == place:
            own = value
        else:
            other = min(other, value)
        count += 1
        p = stop + 1
    if own != ABSENT and other != ABSENT:
        cell[lay.C_MARGIN] = (other - own + 500_000) // 1_000_000
    return count


@helper
def settle_likelihoods(cell: Ints, count: int, n_alleles: int) -> None:
    """Turn what was read into phred integers, the best 0, in the slots of their genotypes."""
    best = ABSENT
    for k in range(count):
        best = min(best, cell[lay.C_LIKELIHOODS + k])
    for k in range(count):
        value = cell[lay.C_LIKELIHOODS + k]
        phred = (value - best + 500_000) // 1_000_000
        cell[lay.C_LIKELIHOODS + k] = -1 if value == ABSENT else min(phred, 32_767)
    if count == n_alleles and n_alleles > 1:  # haploid: from 0, 1, 2 to 0/0, 1/1, 2/2
        cell[lay.C_LIKELIHOODS + 5] = cell[lay.C_LIKELIHOODS + 2] if count == 3 else -1
        cell[lay.C_LIKELIHOODS + 2] = cell[lay.C_LIKELIHOODS + 1]
        cell[lay.C_LIKELIHOODS + 1] = -1


@helper
def read_likelihoods(buf: Bytes, p: int, end: int, kind: int, n_alleles: int, cell: Ints) -> None:
    """Read PL, or GL unless the cell has a PL: the margin of GT, and values of three alleles.

    A list of a wrong length, or with something that is no number, says nothing; a PL
    like this still outranks GL.
    """
    is_outranked = kind == lay.K_GL and cell[lay.C_HAS_PL] == 1
    if is_outranked or is_silent(buf, p, end):
        return
    cell[lay.C_HAS_PL] = 0 if kind == lay.K_GL else 1
    cell[lay.C_MARGIN] = lay.NO_MARGIN
    for k in range(lay.N_LIKELIHOODS):
        cell[lay.C_LIKELIHOODS + k] = -1
    count = count_values(buf, p, end)
    if fits_ploidy(count, n_alleles, cell):
        place = place_of_genotype(cell, count, n_alleles)
        count = read_list(buf, p, end, kind, place, cell)
        if count > 0 and n_alleles <= 3:
            settle_likelihoods(cell, count, n_alleles)
            return
    for k in range(lay.N_LIKELIHOODS):
        cell[lay.C_LIKELIHOODS + k] = -1


@helper
def store_likelihoods(cell: Ints, row: int, sample: int, out: npt.NDArray[np.int16]) -> None:
    """Write one cell's likelihoods."""
    for k in range(lay.N_LIKELIHOODS):
        out[row, sample, k] = cell[lay.C_LIKELIHOODS + k]
