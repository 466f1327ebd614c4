"""Loops over the fixed columns of a VCF line, but for its alleles.

Each takes the offset of a field and returns the offset of the next, or a fault as a
negative value; what was read goes to ``rec``, slots ``R_*`` of `pgx.io.scan_codes`. Every
control character stops every loop, and every chunk ends with a newline, so that no loop
needs the chunk's length.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper
from pgx.io import scan_codes as lay
from pgx.io._scan_words import SEMICOLONS, field_end, part_end

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@helper
def broken_field(buf: Bytes, p: int, otherwise: int) -> int:
    """Say why a field stopped at ``p``, which is no tab: negative fault."""
    if buf[p] == 10 or (buf[p] == 13 and buf[p + 1] == 10):
        return -otherwise
    return -lay.FAULT_LONE_CR if buf[p] == 13 else -lay.FAULT_CONTROL


@helper
def close_field(buf: Bytes, start: int, p: int) -> int:
    """Close a fixed field that must not be empty; return the start of the next."""
    if buf[p] != 9:
        return broken_field(buf, p, lay.FAULT_TOO_FEW)
    return p + 1 if p > start else -lay.FAULT_EMPTY_FIELD


@helper
def skip_field(buf: Bytes, p: int) -> int:
    """Return the start of the field after the one at ``p``, which may be empty (ID)."""
    p = field_end(buf, p)
    return p + 1 if buf[p] == 9 else broken_field(buf, p, lay.FAULT_TOO_FEW)


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
    last = state[lay.S_CONTIG]
    if last >= 0:
        length = offsets[last + 1] - offsets[last]
        if same_bytes(buf, p, names, offsets[last], length) and buf[p + length] == 9:
            rec[lay.R_CONTIG] = last
            return int(p + length + 1)
    code = 0
    while buf[p] > 32:
        code = ((code ^ buf[p]) * 16_777_619) & 0x7FFFFFFF
        p += 1
    if buf[p] == 32 or p - start > lay.MAX_CONTIG_NAME:
        return -lay.FAULT_CHROM
    after = close_field(buf, start, p)
    if after < 0:
        return after
    slot = code % len(slots)
    while slots[slot] > 0:
        found = slots[slot] - 1
        length = offsets[found + 1] - offsets[found]
        if length == p - start and same_bytes(buf, start, names, offsets[found], length):
            state[lay.S_CONTIG] = found
            rec[lay.R_CONTIG] = found
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
    count = state[lay.S_N_CONTIGS]
    used = state[lay.S_N_NAMES]
    if count >= lay.MAX_CONTIGS or used + end - start + 1 > lay.MAX_NAME_BYTES:
        return -lay.FAULT_MANY_CONTIGS
    for i in range(end - start):
        names[used + i] = buf[start + i]
    offsets[count + 1] = used + end - start
    state[lay.S_N_NAMES] = used + end - start
    state[lay.S_N_CONTIGS] = count + 1
    slots[slot] = count + 1
    return -lay.NEW_CONTIG


@helper
def position_column(buf: Bytes, p: int, longest: int, rec: Ints) -> int:
    """Read POS: digits only, no leading zero; 0 and length + 1 are telomeres."""
    value, after = read_digits(buf, p, 11)
    if after == p or (buf[p] == 48 and after > p + 1) or buf[after] >= 32:
        return -lay.FAULT_EMPTY_FIELD if buf[p] == 9 else -lay.FAULT_POS
    if buf[after] != 9:
        return broken_field(buf, after, lay.FAULT_TOO_FEW)
    if value > longest + 1:
        return -lay.FAULT_BEYOND
    rec[lay.R_POSITION] = value
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
                return -lay.FAULT_QUAL
            p += 1
        return close_field(buf, start, p) if buf[p] < 32 else -lay.FAULT_QUAL
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
    return after if n_digits > 0 and buf[after] < 32 else -lay.FAULT_QUAL


@helper
def filter_column(buf: Bytes, p: int, rec: Ints) -> int:
    start = p
    p = field_end(buf, p)
    rec[lay.R_FILTER] = start
    rec[lay.R_FILTER_END] = p
    passed = is_pass(buf, start, p)
    rec[lay.R_PASSED] = 1 if passed else 0
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
    """Whether ``SVLEN=`` lies at ``p``."""
    for k, letter in enumerate((83, 86, 76, 69, 78, 61)):  # noqa: SIM110 - as above
        if buf[p + k] != letter:
            return False
    return True


@helper
def quality_value(buf: Bytes, p: int) -> int:
    """Return the offset of the value if ``R2=`` or ``DR2=`` lies at ``p``, else 0."""
    start = p + 1 if buf[p] == 68 else p + 0
    if buf[start] == 82 and buf[start + 1] == 50 and buf[start + 2] == 61:
        return start + 3
    return 0


@helper
def info_column(buf: Bytes, p: int, longest: int, rec: Ints) -> int:
    """Walk INFO for END and SVLEN and set the last base that the record covers.

    ``rec`` also keeps the offset of the first R2 or DR2.
    """
    position = rec[lay.R_POSITION]
    end = -1
    span = 0
    rec[lay.R_QUALITY] = -1
    while True:
        if rec[lay.R_QUALITY] < 0 and quality_value(buf, p) > 0:
            rec[lay.R_QUALITY] = p
        if buf[p] == 69 and buf[p + 1] == 78 and buf[p + 2] == 68 and buf[p + 3] == 61:
            value, after = read_digits(buf, p + 4, 11)
            if end >= 0 or (buf[after] >= 32 and buf[after] != 59):
                return -lay.FAULT_END
            if after == p + 4 or value < position:
                return -lay.FAULT_END
            if value > longest + 1:
                return -lay.FAULT_END_BEYOND
            end = value
            p = after
        elif rec[lay.R_SYMBOLIC] == 1 and is_length_key(buf, p):
            span = longest_number(buf, p + 6)
        p = part_end(buf, p, SEMICOLONS)
        if buf[p] != 59:
            break
        p += 1
    covered = position + rec[lay.R_REF_END] - rec[lay.R_REF] - 1
    if end < 0 and span > 0:
        end = min(position + span, longest)
    rec[lay.R_END] = max(end, covered)
    return p + 1 if buf[p] == 9 else broken_field(buf, p, lay.FAULT_TOO_FEW)


@helper
def key_kind(buf: Bytes, p: int, length: int) -> int:
    """Tell which FORMAT key lies at ``p``."""
    word = 0
    if length <= 6:
        for i in range(length):
            word = word * 256 + buf[p + i]
    for text, kind in (
        (0x4754, lay.K_GT),
        (0x4751, lay.K_GQ),
        (0x524751, lay.K_RGQ),
        (0x4450, lay.K_DP),
        (0x4D494E5F4450, lay.K_MIN_DP),
        (0x4144, lay.K_AD),
        (0x5053, lay.K_PS),
        (0x504754, lay.K_PGT),
        (0x504944, lay.K_PID),
        (0x4654, lay.K_FT),
        (0x4750, lay.K_GP),
        (0x484453, lay.K_HDS),
        (0x4453, lay.K_DS),
        (0x504C, lay.K_PL),
        (0x474C, lay.K_GL),
    ):
        if word == text:
            return kind
    return lay.K_OTHER


@helper
def is_repeated_key(buf: Bytes, kinds: Ints, last: int) -> bool:
    """Whether the key of index ``last`` stands before it too."""
    start, length = kinds[lay.MAX_FORMAT_KEYS + last], kinds[2 * lay.MAX_FORMAT_KEYS + last]
    for i in range(last):
        other = kinds[lay.MAX_FORMAT_KEYS + i]
        is_as_long = kinds[2 * lay.MAX_FORMAT_KEYS + i] == length
        if is_as_long and same_bytes(buf, start, buf, other, length):
            return True
    return False


@helper
def format_column(buf: Bytes, p: int, state: Ints, cached: Bytes, kinds: Ints) -> int:
    """Read FORMAT unless it is the last line's; return the start of the first cell."""
    length = state[lay.S_FORMAT_LENGTH]
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
            return -lay.FAULT_FORMAT
        if buf[p] != 9 and buf[p] != 58:
            return broken_field(buf, p, lay.FAULT_TOO_FEW)
        if p == key:
            return -lay.FAULT_FORMAT if buf[p] != 9 or p > start else -lay.FAULT_EMPTY_FIELD
        if n_keys >= lay.MAX_FORMAT_KEYS or p - start > lay.MAX_FORMAT_BYTES:
            return -lay.FAULT_FORMAT
        kinds[n_keys] = key_kind(buf, key, p - key)
        kinds[lay.MAX_FORMAT_KEYS + n_keys] = key
        kinds[2 * lay.MAX_FORMAT_KEYS + n_keys] = p - key
        if is_repeated_key(buf, kinds, n_keys):
            return -lay.FAULT_FORMAT
        if kinds[n_keys] == lay.K_GT and n_keys > 0:
            return -lay.FAULT_GT_NOT_FIRST
        has_likelihoods |= int(kinds[n_keys] >= lay.K_PL)
        n_keys += 1
        if buf[p] != 58:
            break
        p += 1
        key = p
    for i in range(p - start):
        cached[i] = buf[start + i]
    state[lay.S_FORMAT_LENGTH] = p - start
    state[lay.S_N_KEYS] = n_keys
    state[lay.S_HAS_GT] = 1 if kinds[0] == lay.K_GT else 0
    state[lay.S_HAS_LIKELIHOODS] = has_likelihoods
    return close_field(buf, start, p)
