"""Loops over FORMAT: which keys there are, none twice, GT first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper
from pgx.vcf import layout as lay
from pgx.vcf._scan_columns import broken_field, close_field, same_bytes

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


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
