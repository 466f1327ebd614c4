"""Loops over the sample columns of VCF text: values are decoded and given to the cell rules.

Functions take the offset of a value in ``buf``, uint8 (bytes,), 0-based. Whole numbers stay
integers and decimals become millionths, because floats would make thresholds inexact.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper
from pgx.io import scan_codes as sc
from pgx.io._cell_rules import (
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
from pgx.io._swar import COLONS, SEMICOLONS, load_word, part_end, skip_values

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

LONGEST_EXPONENT = 4  # digits; more would only overflow the loop of `scaled`


@helper
def read_short_diploid(buf: Bytes, p: int, n_alleles: int, cell: Ints) -> bool:
    """Read a diploid GT of two digits, such as ``0|1``; return whether GT has this form.

    Nearly all genotypes have it; one load of a machine word replaces the loop over bytes.
    """
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
    cell[sc.C_FIRST] = first
    cell[sc.C_SECOND] = second
    cell[sc.C_PLOIDY] = 2
    cell[sc.C_PHASED] = 1 if separator == 124 else 0
    return True


@helper
def read_genotype(buf: Bytes, p: int, n_alleles: int, cell: Ints) -> int:
    """Read GT into ``cell``: first and second allele, ploidy, phase; offset or fault."""
    if read_short_diploid(buf, p, n_alleles, cell):
        return p + 3
    phased = 1
    separators = 0
    if buf[p] == 124 or buf[p] == 47:
        phased = 1 if buf[p] == 124 else 0
        separators = 1
        p += 1
    ploidy = 0
    cell[sc.C_FIRST] = -1
    cell[sc.C_SECOND] = -2
    while True:
        allele = -1
        if buf[p] == 46:
            p += 1
        else:
            allele, after = read_digits(buf, p, 6)
            if after == p or (buf[p] == 48 and after > p + 1):
                return -sc.FAULT_GT
            if allele >= n_alleles:
                return -sc.FAULT_GT_INDEX
            p = after
        if ploidy == 0:
            cell[sc.C_FIRST] = allele
        elif ploidy == 1:
            cell[sc.C_SECOND] = allele
        ploidy += 1
        if buf[p] != 124 and buf[p] != 47:
            break
        phased &= 1 if buf[p] == 124 else 0
        separators += 1
        p += 1
    if buf[p] >= 32 and buf[p] != 58:
        return -sc.FAULT_GT
    # a single "." does not tell haploid from diploid: both alleles are missing
    if ploidy == 1 and cell[sc.C_FIRST] < 0:
        cell[sc.C_SECOND] = -1
    cell[sc.C_PLOIDY] = ploidy
    cell[sc.C_PHASED] = phased if separators > 0 else 0
    return p


@helper
def read_number(buf: Bytes, p: int, end: int) -> int:
    """Read a number's integer part: -1 for '.', 0 if negative, `UNREADABLE` if not a number."""
    if end == p + 1 and buf[p] == 46:
        return -1
    negative = buf[p] == 45
    if negative:
        p += 1
    value, after = read_digits(buf, p, 12)
    if after == p:
        return sc.UNREADABLE
    if after < end and buf[after] == 46:
        _, after = read_digits(buf, after + 1, 40)
    if after != end:
        return sc.UNREADABLE
    return 0 if negative else min(value, 2_147_483_647)


@helper
def text_code(buf: Bytes, p: int, end: int) -> int:
    """Return a positive 31-bit code of a phase set's name, 0 for '.'.

    Integers below 2**30 are their own code, so that two of them never collide; other names are
    hashed (FNV-1a) into the codes above.
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
    """Read an exponent (``e-5``) that ends a value; `NOT_A_NUMBER` if it is malformed."""
    p += 1
    negative = buf[p] == 45
    if negative or buf[p] == 43:
        p += 1
    value, after = read_digits(buf, p, LONGEST_EXPONENT)
    if after == p or after != end:
        return sc.NOT_A_NUMBER
    return -value if negative else value + 0


@helper
def scaled(value: int, exponent: int) -> int:
    """Return ``value * 10**exponent``, rounded down, at most `LARGEST`."""
    while exponent > 0 and 0 < value < sc.LARGEST:
        value *= 10
        exponent -= 1
    while exponent < 0 and value > 0:
        value //= 10
        exponent += 1
    return min(value, sc.LARGEST)


@helper
def read_millionths(buf: Bytes, p: int, end: int) -> int:
    """Read a decimal number in millionths; `ABSENT` for '.', else `NOT_A_NUMBER` if malformed."""
    if end == p + 1 and buf[p] == 46:
        return sc.ABSENT
    negative = buf[p] == 45
    if negative or buf[p] == 43:
        p += 1
    value = exponent = n_digits = n_points = 0
    while p < end and (buf[p] == 46 or 48 <= buf[p] <= 57):
        if buf[p] == 46:
            n_points += 1
        elif value < sc.LARGEST:
            value = value * 10 + (buf[p] - 48)
            exponent -= n_points
            n_digits += 1
        else:  # more digits than fit only scale the value
            exponent += 1 - n_points
        p += 1
    if n_digits == 0 or n_points > 1:
        return sc.NOT_A_NUMBER
    if p < end:
        if buf[p] != 69 and buf[p] != 101:
            return sc.NOT_A_NUMBER
        power = exponent_of(buf, p, end)
        if power == sc.NOT_A_NUMBER:
            return sc.NOT_A_NUMBER
        exponent += power
    size = scaled(value, exponent + 6)
    return -size if negative else size


@helper
def is_all_missing(buf: Bytes, p: int, end: int) -> bool:
    """Whether all values of a list are missing."""
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
    if is_all_missing(buf, p, end):
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
    if sc.K_FIRST_NUMBER <= kind <= sc.K_LAST_NUMBER:
        take_number(cell, kind, read_number(buf, p, end))
    elif kind == sc.K_AD:
        read_depths(buf, p, end, n_alleles, cell)
    elif kind >= sc.K_GP:
        read_list(buf, p, end, kind, n_alleles, cell)
    elif kind == sc.K_PS:
        cell[sc.C_PS] = text_code(buf, p, end)
    elif kind == sc.K_PID:
        cell[sc.C_PID] = text_code(buf, p, end)
    elif kind == sc.K_FT:
        cell[sc.C_FILTERED] = 0 if is_pass(buf, p, end) else 1
    elif kind == sc.K_PGT and end == p + 3 and buf[p + 1] == 124:
        cell[sc.C_PGT_FIRST] = buf[p] - 48
        cell[sc.C_PGT_SECOND] = buf[p + 2] - 48


@helper
def read_cell(buf: Bytes, p: int, state: Ints, kinds: Ints, n_alleles: int, cell: Ints) -> int:
    """Read all of one selected cell; offset of its end, or a fault."""
    reset_cell(cell)
    n_keys = state[sc.S_N_KEYS]
    index = 0
    if state[sc.S_HAS_GT] == 1:
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
            return -sc.FAULT_CELL
        read_value(buf, p, end, kinds[index], n_alleles, cell)
        if buf[end] != 58:
            return end
        p = end + 1
        index += 1
    return -sc.FAULT_CELL


@helper
def check_cell(buf: Bytes, p: int, state: Ints, n_alleles: int, cell: Ints) -> int:
    """Check one cell of an unwanted record; return the offset of its end, or a fault."""
    if state[sc.S_HAS_GT] == 1:
        p = read_genotype(buf, p, n_alleles, cell)
        if p < 0 or buf[p] < 32:
            return p
    elif buf[p] < 32:
        return -sc.FAULT_CELL
    else:
        cell[sc.C_FIRST] = -1
        cell[sc.C_SECOND] = -1
    p, n_colons = skip_values(buf, p)
    return p if n_colons < state[sc.S_N_KEYS] else -sc.FAULT_CELL


@helper
def is_poorly_imputed(buf: Bytes, rec: Ints) -> bool:
    """Whether any value of the record's R2 or DR2 is below `LEAST_R2` or not a number.

    A record may have both; a missing one does not excuse the other.
    """
    p = rec[sc.R_QUALITY]
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
    """Whether a value in the list at ``p`` is below `LEAST_R2` or not a number."""
    while True:
        stop = p
        while buf[stop] > 32 and buf[stop] != 44 and buf[stop] != 59:
            stop += 1
        value = read_millionths(buf, p, stop) if stop > p else sc.NOT_A_NUMBER
        if value < sc.LEAST_R2:
            return True
        if buf[stop] != 44:
            return False
        p = stop + 1
