"""Loops over REF and ALT: grammar of alleles, repeated alleles, reference blocks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper
from pgx.io import scan_codes as sc
from pgx.io._scan_columns import broken_field, close_field, same_bases, upper_letter

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@helper
def base_kind(byte: int) -> int:
    """Return 0 for A, C, G, T or N, 1 for another IUPAC code, 2 for anything else."""
    letter = upper_letter(byte)
    if letter == 65 or letter == 67 or letter == 71 or letter == 84 or letter == 78:
        return 0
    for code in (82, 89, 75, 77, 83, 87, 66, 68, 72, 86):
        if letter == code:
            return 1
    return 2


@helper
def are_bases(buf: Bytes, start: int, end: int) -> bool:
    """Whether all letters of a span are bases or IUPAC codes."""
    for q in range(start, end):  # noqa: SIM110 - no generators in kernels
        if base_kind(buf[q]) == 2:
            return False
    return True


@helper
def reference_column(buf: Bytes, p: int, rec: Ints) -> int:
    start = p
    while buf[p] >= 32:
        kind = base_kind(buf[p])
        if kind == 2:
            return -sc.FAULT_REF
        rec[sc.R_IUPAC] |= kind
        p += 1
    rec[sc.R_REF] = start
    rec[sc.R_REF_END] = p
    return close_field(buf, start, p)


@helper
def check_breakend(buf: Bytes, start: int, end: int) -> int:
    """Check a breakend: ``t[p[``, ``t]p]``, ``]p]t`` or ``[p[t``; the offset or a fault."""
    first = start
    while first < end and buf[first] != 91 and buf[first] != 93:
        first += 1
    second = first + 1
    while second < end and buf[second] != 91 and buf[second] != 93:
        second += 1
    if second >= end or buf[first] != buf[second] or second - first < 4:
        return -sc.FAULT_ALT
    if (first == start) == (second == end - 1):
        return -sc.FAULT_ALT
    for q in range(start, end):
        is_base = q < first or q > second
        if is_base and buf[q] != 46 and base_kind(buf[q]) == 2:
            return -sc.FAULT_ALT
    return end


@helper
def check_symbolic(buf: Bytes, start: int, end: int, rec: Ints) -> int:
    """Check ``<ID>``, which bases may precede; note alleles that span reference bases."""
    p = start
    while p < end and buf[p] != 60:
        if base_kind(buf[p]) == 2:
            return -sc.FAULT_ALT
        p += 1
    if end - p < 3 or buf[end - 1] != 62:
        return -sc.FAULT_ALT
    for q in range(p + 1, end - 1):
        if buf[q] == 60 or buf[q] == 62 or buf[q] == 32:
            return -sc.FAULT_ALT
    is_insertion = end - p >= 5 and buf[p + 1] == 73 and buf[p + 2] == 78 and buf[p + 3] == 83
    is_any_allele = buf[p + 1] == 42 or (end - p == 9 and buf[p + 1] == 78)  # <*>, <NON_REF>
    if not is_insertion and not is_any_allele:
        rec[sc.R_SYMBOLIC] = 1
    return end


@helper
def check_allele(buf: Bytes, start: int, end: int, rec: Ints) -> int:
    """Check one ALT allele; the offset of its end, or a fault."""
    if end == start or (end == start + 1 and buf[start] == 46):
        return -sc.FAULT_ALT_EMPTY
    if end == start + 1 and buf[start] == 42:
        return end
    if end - start > 1 and (buf[start] == 46) != (buf[end - 1] == 46):
        first, last = (start + 1, end) if buf[start] == 46 else (start, end - 1)
        if are_bases(buf, first, last):
            return end  # a single breakend
        return check_breakend(buf, start, end)
    for q in range(start, end):
        if buf[q] == 91 or buf[q] == 93:
            return check_breakend(buf, start, end)
        if buf[q] == 60:
            return check_symbolic(buf, start, end, rec)
        kind = base_kind(buf[q])
        if kind == 2:
            return -sc.FAULT_ALT
        rec[sc.R_IUPAC] |= kind
    length = rec[sc.R_REF_END] - rec[sc.R_REF]
    if length == end - start and same_bases(buf, start, rec[sc.R_REF], length):
        return -sc.FAULT_ALT_IS_REF
    return end


@helper
def is_repeated(buf: Bytes, index: int, spans: Ints, slots: Ints, stamp: int) -> bool:
    """Whether an earlier ALT of this line has the same bases; breakends may repeat.

    A hash table, as a pairwise comparison of 4,095 ALTs would take millions of steps. ``stamp``
    marks slots of this line, so that the table need not be cleared for each line.
    """
    start = spans[index]
    length = spans[index + 1] - 1 - start
    code = 0
    for i in range(length):
        code = ((code ^ upper_letter(buf[start + i])) * 16_777_619) & 0x7FFFFFFF
        if buf[start + i] == 60 or buf[start + i] == 91 or buf[start + i] == 93:
            return False
    slot = code % sc.ALT_SLOTS
    while slots[slot] // 4_096 == stamp:
        other = spans[slots[slot] % 4_096]
        size = spans[slots[slot] % 4_096 + 1] - 1 - other
        if size == length and same_bases(buf, start, other, length):
            return True
        slot = (slot + 1) % sc.ALT_SLOTS
    slots[slot] = stamp * 4_096 + index
    return False


@helper
def alternative_column(buf: Bytes, p: int, spans: Ints, slots: Ints, stamp: int, rec: Ints) -> int:
    rec[sc.R_ALT] = p
    rec[sc.R_N_ALTS] = 0
    rec[sc.R_SYMBOLIC] = 0
    rec[sc.R_BLOCK] = sc.BLOCK_NONE
    if buf[p] == 46 and buf[p + 1] == 9:
        rec[sc.R_ALT_END] = p + 1
        return p + 2
    start = p
    count = 0
    while True:
        while buf[p] >= 32 and buf[p] != 44:
            p += 1
        if buf[p] != 44 and buf[p] != 9:
            return broken_field(buf, p, sc.FAULT_TOO_FEW)
        if p == rec[sc.R_ALT] and buf[p] == 9:
            return -sc.FAULT_EMPTY_FIELD
        if count >= sc.MAX_ALTS:
            return -sc.FAULT_MANY_ALTS
        if check_allele(buf, start, p, rec) < 0:
            return check_allele(buf, start, p, rec)
        spans[count] = start
        spans[count + 1] = p + 1
        if (count > 0 or buf[p] == 44) and is_repeated(buf, count, spans, slots, stamp):
            return -sc.FAULT_ALT_TWICE
        count += 1
        start = p + 1
        if buf[p] == 9:
            break
        p += 1
    rec[sc.R_ALT_END] = p
    rec[sc.R_N_ALTS] = count
    if count == 1:
        rec[sc.R_BLOCK] = block_kind(buf, rec[sc.R_ALT], p)
    return p + 1


@helper
def block_kind(buf: Bytes, p: int, end: int) -> int:
    """Return the kind of reference block: its only ALT is <*> or <NON_REF>."""
    if end - p == 3 and buf[p] == 60 and buf[p + 1] == 42:
        return sc.BLOCK_STAR
    if end - p != 9 or buf[p] != 60:
        return sc.BLOCK_NONE
    k = 1
    for letter in (78, 79, 78, 95, 82, 69, 70):  # NON_REF
        if buf[p + k] != letter:
            return sc.BLOCK_NONE
        k += 1
    return sc.BLOCK_NON_REF
