"""Loops over the sample columns of VCF text: each value is decoded and given to the judge."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper
from pgx.io import scan_codes as lay
from pgx.io._judge import (
    begin_depths,
    begin_list,
    end_depths,
    end_list,
    reset_cell,
    take_depth,
    take_number,
    take_value,
)
from pgx.io._scan_columns import is_pass, quality_value, read_digits
from pgx.io._scan_words import COLONS, SEMICOLONS, load_word, part_end, pass_values

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

LONGEST_EXPONENT = 4


@helper
def read_usual_genotype(buf: Bytes, p: int, n_alleles: int, cell: Ints) -> bool:
    """Read two alleles of one digit each; whether that was all of GT."""
    word = load_word(buf, p)
    first = np.int64(word & np.uint64(0xFF)) - 48
    separator = np.int64(word >> np.uint64(8) & np.uint64(0xFF))
    second = np.int64(word >> np.uint64(16) & np.uint64(0xFF)) - 48
    after = np.int64(word >> np.uint64(24) & np.uint64(0xFF))
    top = min(n_alleles, 10)
    if (separator != 47 and separator != 124) or (after != 58 and after >= 32):
        return False
    if first < 0 or first >= top or second < 0 or second >= top:
        return False
    cell[lay.C_FIRST] = first
    cell[lay.C_SECOND] = second
    cell[lay.C_PLOIDY] = 2
    cell[lay.C_PHASED] = 1 if separator == 124 else 0
    return True


@helper
def read_genotype(buf: Bytes, p: int, n_alleles: int, cell: Ints) -> int:
    """Read GT into ``cell``: first and second allele, ploidy, phase; offset or fault."""
    if read_usual_genotype(buf, p, n_alleles, cell):
        return p + 3
    phased = 1
    separators = 0
    if buf[p] == 124 or buf[p] == 47:
        phased = 1 if buf[p] == 124 else 0
        separators = 1
        p += 1
    ploidy = 0
    cell[lay.C_FIRST] = -1
    cell[lay.C_SECOND] = -2
    while True:
        allele = -1
        if buf[p] == 46:
            p += 1
        else:
            allele, after = read_digits(buf, p, 6)
            if after == p or (buf[p] == 48 and after > p + 1):
                return -lay.FAULT_GT
            if allele >= n_alleles:
                return -lay.FAULT_GT_INDEX
            p = after
        if ploidy == 0:
            cell[lay.C_FIRST] = allele
        elif ploidy == 1:
            cell[lay.C_SECOND] = allele
        ploidy += 1
        if buf[p] != 124 and buf[p] != 47:
            break
        phased &= 1 if buf[p] == 124 else 0
        separators += 1
        p += 1
    if buf[p] >= 32 and buf[p] != 58:
        return -lay.FAULT_GT
    if ploidy == 1 and cell[lay.C_FIRST] < 0:
        cell[lay.C_SECOND] = -1
    cell[lay.C_PLOIDY] = ploidy
    cell[lay.C_PHASED] = phased if separators > 0 else 0
    return p


@helper
def read_number(buf: Bytes, p: int, end: int) -> int:
    """Read a number's whole part: -1 for '.', `UNREADABLE` if it is none; below 0 counts as 0."""
    if end == p + 1 and buf[p] == 46:
        return -1
    negative = buf[p] == 45
    if negative:
        p += 1
    value, after = read_digits(buf, p, 12)
    if after == p:
        return lay.UNREADABLE
    if after < end and buf[after] == 46:
        _, after = read_digits(buf, after + 1, 40)
    if after != end:
        return lay.UNREADABLE
    return 0 if negative else min(value, 2_147_483_647)


@helper
def text_code(buf: Bytes, p: int, end: int) -> int:
    """Return a positive 31-bit code of a phase set's name, 0 for '.'.

    Whole numbers below 2**30 stand for themselves, so that two of them never collide.
    """
    if end == p or (end == p + 1 and buf[p] == 46):
        return 0
    value, after = read_digits(buf, p, 10)
    if after == end and 0 < value < 0x40000000 and buf[p] != 48:
        return value
    code = 0
    while p < end:
        code = ((code ^ buf[p]) * 16_777_619) & 0x3FFFFFFF
        p += 1
    return code | 0x40000000


@helper
def exponent_of(buf: Bytes, p: int, end: int) -> int:
    """Read ``e`` or ``E`` and a whole number that ends a value; lay.NOT_A_NUMBER if it is none."""
    p += 1
    negative = buf[p] == 45
    if negative or buf[p] == 43:
        p += 1
    value, after = read_digits(buf, p, LONGEST_EXPONENT)
    if after == p or after != end:
        return lay.NOT_A_NUMBER
    return -value if negative else value + 0


@helper
def scaled(value: int, exponent: int) -> int:
    """Return ``value * 10**exponent``, rounded down, at most lay.LARGEST."""
    while exponent > 0 and 0 < value < lay.LARGEST:
        value *= 10
        exponent -= 1
    while exponent < 0 and value > 0:
        value //= 10
        exponent += 1
    return min(value, lay.LARGEST)


@helper
def read_millionths(buf: Bytes, p: int, end: int) -> int:
    """Read a decimal number in millionths, lay.ABSENT for '.', lay.NOT_A_NUMBER if it is none."""
    if end == p + 1 and buf[p] == 46:
        return lay.ABSENT
    negative = buf[p] == 45
    if negative or buf[p] == 43:
        p += 1
    value = exponent = n_digits = n_points = 0
    while p < end and (buf[p] == 46 or 48 <= buf[p] <= 57):
        if buf[p] == 46:
            n_points += 1
        elif value < lay.LARGEST:
            value = value * 10 + (buf[p] - 48)
            exponent -= n_points
            n_digits += 1
        else:  # further digits do not fit, and only shift what stands
            exponent += 1 - n_points
        p += 1
    if n_digits == 0 or n_points > 1:
        return lay.NOT_A_NUMBER
    if p < end:
        if buf[p] != 69 and buf[p] != 101:
            return lay.NOT_A_NUMBER
        power = exponent_of(buf, p, end)
        if power == lay.NOT_A_NUMBER:
            return lay.NOT_A_NUMBER
        exponent += power
    size = scaled(value, exponent + 6)
    return -size if negative else size


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
def value_end(buf: Bytes, p: int, end: int) -> int:
    while p < end and buf[p] != 44:
        p += 1
    return p


@helper
def read_depths(buf: Bytes, p: int, end: int, n_alleles: int, cell: Ints) -> None:
    """Read AD."""
    begin_depths(cell)
    count = 0
    while p <= end:
        stop = value_end(buf, p, end)
        take_depth(cell, count, read_number(buf, p, stop))
        count += 1
        p = stop + 1
    end_depths(cell, count, n_alleles)


@helper
def read_list(buf: Bytes, p: int, end: int, kind: int, n_alleles: int, cell: Ints) -> None:
    """Read PL, GL, GP, HDS or DS."""
    if is_silent(buf, p, end):
        return
    count = count_values(buf, p, end)
    if not begin_list(cell, kind, count, n_alleles):
        return
    for index in range(count):
        stop = value_end(buf, p, end)
        take_value(cell, kind, index, read_millionths(buf, p, stop))
        p = stop + 1
    end_list(cell, kind, count, n_alleles)


@helper
def read_value(buf: Bytes, p: int, end: int, kind: int, n_alleles: int, cell: Ints) -> None:
    """Read one value of a selected cell by the kind of its key."""
    if kind == lay.K_GQ or kind == lay.K_RGQ or kind == lay.K_DP or kind == lay.K_MIN_DP:
        take_number(cell, kind, read_number(buf, p, end))
    elif kind == lay.K_AD:
        read_depths(buf, p, end, n_alleles, cell)
    elif kind >= lay.K_GP:
        read_list(buf, p, end, kind, n_alleles, cell)
    elif kind == lay.K_PS:
        cell[lay.C_PS] = text_code(buf, p, end)
    elif kind == lay.K_PID:
        cell[lay.C_PID] = text_code(buf, p, end)
    elif kind == lay.K_FT:
        cell[lay.C_FILTERED] = 0 if is_pass(buf, p, end) else 1
    elif kind == lay.K_PGT and end == p + 3 and buf[p + 1] == 124:
        cell[lay.C_PGT_FIRST] = buf[p] - 48
        cell[lay.C_PGT_SECOND] = buf[p + 2] - 48


@helper
def read_cell(buf: Bytes, p: int, state: Ints, kinds: Ints, n_alleles: int, cell: Ints) -> int:
    """Read all of one selected cell; offset of its end, or a fault."""
    reset_cell(cell)
    n_keys = state[lay.S_N_KEYS]
    index = 0
    if state[lay.S_HAS_GT] == 1:
        p = read_genotype(buf, p, n_alleles, cell)
        if p < 0:
            return p
        index = 1
        if buf[p] != 58:
            return p
        p += 1
    while index < n_keys:
        end = part_end(buf, p, COLONS)
        if end == p:
            return -lay.FAULT_CELL
        read_value(buf, p, end, kinds[index], n_alleles, cell)
        if buf[end] != 58:
            return end
        p = end + 1
        index += 1
    return -lay.FAULT_CELL


@helper
def pass_cell(buf: Bytes, p: int, state: Ints, n_alleles: int, cell: Ints) -> int:
    """Check one cell of a record that nobody asked for; offset of its end, or a fault."""
    if state[lay.S_HAS_GT] == 1:
        p = read_genotype(buf, p, n_alleles, cell)
        if p < 0 or buf[p] < 32:
            return p
    elif buf[p] < 32:
        return -lay.FAULT_CELL
    else:
        cell[lay.C_FIRST] = -1
        cell[lay.C_SECOND] = -1
    p, n_colons = pass_values(buf, p)
    return p if n_colons < state[lay.S_N_KEYS] else -lay.FAULT_CELL


@helper
def is_poorly_imputed(buf: Bytes, rec: Ints) -> bool:
    """Whether any value of the record's R2 or DR2 is below `LEAST_R2`, or is no number.

    A record may have both, and a missing one says nothing of the other.
    """
    p = rec[lay.R_QUALITY]
    if p < 0:
        return False
    while True:
        value = quality_value(buf, p)
        if value > 0 and has_low_value(buf, value):
            return True
        p = part_end(buf, p, SEMICOLONS)
        if buf[p] != 59:
            return False
        p += 1


@helper
def has_low_value(buf: Bytes, p: int) -> bool:
    """Whether a value in the list at ``p`` is below `LEAST_R2`, or is no number."""
    while True:
        stop = p
        while buf[stop] > 32 and buf[stop] != 44 and buf[stop] != 59:
            stop += 1
        value = read_millionths(buf, p, stop) if stop > p else lay.NOT_A_NUMBER
        if value < lay.LEAST_R2:
            return True
        if buf[stop] != 44:
            return False
        p = stop + 1
