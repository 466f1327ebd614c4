"""Loops over the fixed columns of a VCF line except REF and ALT.

Each takes the offset of a field and returns the offset of the next, or a fault as a
negative value; what was read goes to ``rec``, slots ``R_*`` of `pgx.io.scan_codes`. Every
control character stops every loop, and every chunk ends with a newline, so that no loop
needs the chunk's length.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper
from pgx.io import scan_codes as sc
from pgx.io._swar import SEMICOLONS, field_end, part_end

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@helper
def broken_field(buf: Bytes, p: int, otherwise: int) -> int:
    """Return the negative fault of a field that ends at ``p`` without a tab."""
    if buf[p] == 10 or (buf[p] == 13 and buf[p + 1] == 10):
        return -otherwise
    return -sc.FAULT_LONE_CR if buf[p] == 13 else -sc.FAULT_CONTROL


@helper
def close_field(buf: Bytes, start: int, p: int) -> int:
    """Close a fixed field that must not be empty; return the start of the next."""
    if buf[p] != 9:
        return broken_field(buf, p, sc.FAULT_TOO_FEW)
    return p + 1 if p > start else -sc.FAULT_EMPTY_FIELD


@helper
def skip_field(buf: Bytes, p: int) -> int:
    """Return the start of the field after the one at ``p``, which may be empty (ID)."""
    p = field_end(buf, p)
    return p + 1 if buf[p] == 9 else broken_field(buf, p, sc.FAULT_TOO_FEW)


@helper
def read_digits(buf: Bytes, p: int, limit: int) -> tuple[int, int]:
    """Read up to ``limit`` digits: their value and the offset after them."""
    value = 0
    start = p
    while 48 <= buf[p] <= 57 and p - start < limit:
        value = value * 10 + (buf[p] - 48)
        p += 1
    return value, p


@helper
def same_bytes(buf: Bytes, p: int, other: Bytes, q: int, length: int) -> bool:
    for i in range(length):  # noqa: SIM110 - no generators in kernels
        if buf[p + i] != other[q + i]:
            return False
    return True


@helper
def upper_letter(byte: int) -> int:
    return byte - 32 if 97 <= byte <= 122 else byte + 0


@helper
def same_bases(buf: Bytes, p: int, q: int, length: int) -> bool:
    for i in range(length):  # noqa: SIM110 - no generators in kernels
        if upper_letter(buf[p + i]) != upper_letter(buf[q + i]):
            return False
    return True


@helper
def contig_column(
    buf: Bytes, p: int, state: Ints, slots: Ints, names: Bytes, offsets: Ints, rec: Ints
) -> int:
    """Read CHROM into ``rec``; a name never seen before is stored and reported as new."""
    start = p
    last = state[sc.S_CONTIG]  # records are sorted: nearly all have the contig of the last
    if last >= 0:
        length = offsets[last + 1] - offsets[last]
        if same_bytes(buf, p, names, offsets[last], length) and buf[p + length] == 9:
            rec[sc.R_CONTIG] = last
            return int(p + length + 1)
    code = 0  # FNV-1a hash of the name
    while buf[p] > 32:
        code = ((code ^ buf[p]) * 16_777_619) & 0x7FFFFFFF
        p += 1
    if buf[p] == 32 or p - start > sc.MAX_CONTIG_NAME:
        return -sc.FAULT_CHROM
    after = close_field(buf, start, p)
    if after < 0:
        return after
    slot = code % len(slots)
    while slots[slot] > 0:
        found = slots[slot] - 1
        length = offsets[found + 1] - offsets[found]
        if length == p - start and same_bytes(buf, start, names, offsets[found], length):
            state[sc.S_CONTIG] = found
            rec[sc.R_CONTIG] = found
            return after
        slot = (slot + 1) % len(slots)
    return new_contig(buf, start, p, state, slots, names, offsets, slot)


@helper
def new_contig(
    buf: Bytes,
    start: int,
    end: int,
    state: Ints,
    slots: Ints,
    names: Bytes,
    offsets: Ints,
    slot: int,
) -> int:
    count = state[sc.S_N_CONTIGS]
    used = state[sc.S_N_NAMES]
    if count >= sc.MAX_CONTIGS or used + end - start + 1 > sc.MAX_NAME_BYTES:
        return -sc.FAULT_MANY_CONTIGS
    for i in range(end - start):
        names[used + i] = buf[start + i]
    offsets[count + 1] = used + end - start
    state[sc.S_N_NAMES] = used + end - start
    state[sc.S_N_CONTIGS] = count + 1
    slots[slot] = count + 1
    return -sc.NEW_CONTIG


@helper
def position_column(buf: Bytes, p: int, longest: int, rec: Ints) -> int:
    """Read POS: digits without a leading zero; 0 and length + 1 are telomeres."""
    value, after = read_digits(buf, p, 11)
    if after == p or (buf[p] == 48 and after > p + 1) or buf[after] >= 32:
        return -sc.FAULT_EMPTY_FIELD if buf[p] == 9 else -sc.FAULT_POS
    if buf[after] != 9:
        return broken_field(buf, after, sc.FAULT_TOO_FEW)
    if value > longest + 1:
        return -sc.FAULT_BEYOND
    rec[sc.R_POSITION] = value
    return after + 1


@helper
def quality_column(buf: Bytes, p: int) -> int:
    """Check QUAL: '.', empty, a decimal number with an optional exponent, inf or nan."""
    start = p
    if buf[p] == 9:
        return p + 1
    if buf[p] == 46 and buf[p + 1] == 9:
        return p + 2
    if buf[p] == 43 or buf[p] == 45:
        p += 1
    if upper_letter(buf[p]) == 73 or upper_letter(buf[p]) == 78:
        word = (73, 78, 70) if upper_letter(buf[p]) == 73 else (78, 65, 78)
        for letter in word:
            if upper_letter(buf[p]) != letter:
                return -sc.FAULT_QUAL
            p += 1
        return close_field(buf, start, p) if buf[p] < 32 else -sc.FAULT_QUAL
    after = decimal_end(buf, p)
    return close_field(buf, start, after) if after > 0 else after


@helper
def digits_end(buf: Bytes, p: int) -> int:
    while 48 <= buf[p] <= 57:
        p += 1
    return p


@helper
def decimal_end(buf: Bytes, p: int) -> int:
    """Return the end of an unsigned decimal number that a field must consist of."""
    after = digits_end(buf, p)
    n_digits = after - p
    if buf[after] == 46:
        p = after + 1
        after = digits_end(buf, p)
        n_digits += after - p
    if n_digits > 0 and (buf[after] == 69 or buf[after] == 101):
        p = after + (2 if buf[after + 1] == 43 or buf[after + 1] == 45 else 1)
        after = digits_end(buf, p)
        n_digits = after - p
    return after if n_digits > 0 and buf[after] < 32 else -sc.FAULT_QUAL


@helper
def filter_column(buf: Bytes, p: int, rec: Ints) -> int:
    start = p
    p = field_end(buf, p)
    rec[sc.R_FILTER] = start
    rec[sc.R_FILTER_END] = p
    passed = is_pass(buf, start, p)
    rec[sc.R_PASSED] = 1 if passed else 0
    return close_field(buf, start, p)


@helper
def is_pass(buf: Bytes, start: int, end: int) -> bool:
    if end - start == 1:
        return bool(buf[start] == 46)
    return (
        end - start == 4
        and buf[start] == 80
        and buf[start + 1] == 65
        and buf[start + 2] == 83
        and buf[start + 3] == 83
    )


@helper
def longest_number(buf: Bytes, p: int) -> int:
    """Return the greatest absolute number of a comma-separated list, 0 if none."""
    longest = 0
    while True:
        if buf[p] == 45:
            p += 1
        value, p = read_digits(buf, p, 11)
        longest = max(longest, value)
        if buf[p] != 44:
            return longest
        p += 1


@helper
def is_length_key(buf: Bytes, p: int) -> bool:
    """Whether ``SVLEN=`` starts at ``p``."""
    for k, letter in enumerate((83, 86, 76, 69, 78, 61)):  # noqa: SIM110 - as above
        if buf[p + k] != letter:
            return False
    return True


@helper
def quality_value(buf: Bytes, p: int) -> int:
    """Return the offset of the value if ``R2=`` or ``DR2=`` starts at ``p``, else 0."""
    start = p + 1 if buf[p] == 68 else p + 0
    if buf[start] == 82 and buf[start + 1] == 50 and buf[start + 2] == 61:
        return start + 3
    return 0


@helper
def info_column(buf: Bytes, p: int, longest: int, rec: Ints) -> int:
    """Search INFO for END and SVLEN and set the last base that the record covers.

    ``rec`` also gets the offset of the first R2 or DR2.
    """
    position = rec[sc.R_POSITION]
    end = -1
    span = 0
    rec[sc.R_QUALITY] = -1
    while True:
        if rec[sc.R_QUALITY] < 0 and quality_value(buf, p) > 0:
            rec[sc.R_QUALITY] = p
        if buf[p] == 69 and buf[p + 1] == 78 and buf[p + 2] == 68 and buf[p + 3] == 61:
            value, after = read_digits(buf, p + 4, 11)
            if end >= 0 or (buf[after] >= 32 and buf[after] != 59):
                return -sc.FAULT_END
            if after == p + 4 or value < position:
                return -sc.FAULT_END
            if value > longest + 1:
                return -sc.FAULT_END_BEYOND
            end = value
            p = after
        elif rec[sc.R_SYMBOLIC] == 1 and is_length_key(buf, p):
            span = longest_number(buf, p + 6)
        p = part_end(buf, p, SEMICOLONS)
        if buf[p] != 59:
            break
        p += 1
    covered = position + rec[sc.R_REF_END] - rec[sc.R_REF] - 1
    # the end of a structural variant may be given by SVLEN alone (VCF 4.4 deprecates END)
    if end < 0 and span > 0:
        end = min(position + span, longest)
    rec[sc.R_END] = max(end, covered)
    return p + 1 if buf[p] == 9 else broken_field(buf, p, sc.FAULT_TOO_FEW)


@helper
def key_kind(buf: Bytes, p: int, length: int) -> int:
    """Return the kind of the FORMAT key at ``p``."""
    word = 0
    if length <= sc.LONGEST_KEY:
        for i in range(length):
            word = word * 256 + buf[p + i]
    for text, kind in sc.KEY_WORDS:
        if word == text:
            return kind
    return sc.K_OTHER


@helper
def is_repeated_key(buf: Bytes, kinds: Ints, last: int) -> bool:
    """Whether an earlier key equals the one of index ``last``."""
    start, length = kinds[sc.MAX_FORMAT_KEYS + last], kinds[2 * sc.MAX_FORMAT_KEYS + last]
    for i in range(last):
        other = kinds[sc.MAX_FORMAT_KEYS + i]
        is_as_long = kinds[2 * sc.MAX_FORMAT_KEYS + i] == length
        if is_as_long and same_bytes(buf, start, buf, other, length):
            return True
    return False


@helper
def format_column(buf: Bytes, p: int, state: Ints, cached: Bytes, kinds: Ints) -> int:
    """Read FORMAT; return the start of the first cell.

    Most lines repeat the FORMAT of the line before: its bytes are compared before it is parsed.
    """
    length = state[sc.S_FORMAT_LENGTH]
    if length > 0 and same_bytes(buf, p, cached, 0, length) and buf[p + length] == 9:
        return int(p + length + 1)
    start = p
    n_keys = 0
    has_likelihoods = 0
    key = p
    while True:
        if buf[p] > 32 and buf[p] != 58:
            p += 1
            continue
        if buf[p] == 32:
            return -sc.FAULT_FORMAT
        if buf[p] != 9 and buf[p] != 58:
            return broken_field(buf, p, sc.FAULT_TOO_FEW)
        if p == key:
            return -sc.FAULT_FORMAT if buf[p] != 9 or p > start else -sc.FAULT_EMPTY_FIELD
        if n_keys >= sc.MAX_FORMAT_KEYS or p - start > sc.MAX_FORMAT_BYTES:
            return -sc.FAULT_FORMAT
        kinds[n_keys] = key_kind(buf, key, p - key)
        kinds[sc.MAX_FORMAT_KEYS + n_keys] = key
        kinds[2 * sc.MAX_FORMAT_KEYS + n_keys] = p - key
        if is_repeated_key(buf, kinds, n_keys):
            return -sc.FAULT_FORMAT
        if kinds[n_keys] == sc.K_GT and n_keys > 0:
            return -sc.FAULT_GT_NOT_FIRST
        has_likelihoods |= int(kinds[n_keys] >= sc.K_PL)
        n_keys += 1
        if buf[p] != 58:
            break
        p += 1
        key = p
    for i in range(p - start):
        cached[i] = buf[start + i]
    state[sc.S_FORMAT_LENGTH] = p - start
    state[sc.S_N_KEYS] = n_keys
    state[sc.S_HAS_GT] = 1 if kinds[0] == sc.K_GT else 0
    state[sc.S_HAS_LIKELIHOODS] = has_likelihoods
    return close_field(buf, start, p)
