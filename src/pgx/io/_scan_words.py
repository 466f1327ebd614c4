"""Loops that look at eight bytes at a time: where fields end, whether text is UTF-8.

Eight bytes of ``buf`` are one little-endian word; flags are words whose bytes are 0x80
where something holds and 0 elsewhere. Every chunk has eight bytes behind its end, whose
values do not matter, because a newline before them stops every loop.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper

Bytes = npt.NDArray[np.uint8]

ONES = 0x0101010101010101
SPACES = 0x2020202020202020
SEVENS = 0x7F7F7F7F7F7F7F7F
HIGHS = 0x8080808080808080
COLONS = 0x3A3A3A3A3A3A3A3A
SEMICOLONS = 0x3B3B3B3B3B3B3B3B


@helper
def load_word(buf: Bytes, p: int) -> np.uint64:
    """Return eight bytes; unsigned offsets let the compiler make one load of it."""
    q = np.uint64(p)
    word = np.uint64(buf[q])
    word |= np.uint64(buf[q + np.uint64(1)]) << np.uint64(8)
    word |= np.uint64(buf[q + np.uint64(2)]) << np.uint64(16)
    word |= np.uint64(buf[q + np.uint64(3)]) << np.uint64(24)
    word |= np.uint64(buf[q + np.uint64(4)]) << np.uint64(32)
    word |= np.uint64(buf[q + np.uint64(5)]) << np.uint64(40)
    word |= np.uint64(buf[q + np.uint64(6)]) << np.uint64(48)
    word |= np.uint64(buf[q + np.uint64(7)]) << np.uint64(56)
    return word


@helper
def control_flags(word: np.uint64) -> np.uint64:
    """Flag bytes below 32; flags above the lowest one may be wrong."""
    return np.uint64((word - np.uint64(SPACES)) & ~word & np.uint64(HIGHS))


@helper
def equal_flags(word: np.uint64, pattern: np.uint64) -> np.uint64:
    """Flag the bytes that are those of a pattern, each of them right."""
    differ = np.uint64(word ^ pattern)
    return np.uint64(
        ~(((differ & np.uint64(SEVENS)) + np.uint64(SEVENS)) | differ | np.uint64(SEVENS))
    )


@helper
def below_lowest(flags: np.uint64) -> np.uint64:
    """Return all bits below the lowest flag."""
    return np.uint64((flags & (~flags + np.uint64(1))) - np.uint64(1))


@helper
def count_flags(flags: np.uint64) -> int:
    count = ((flags >> np.uint64(7)) * np.uint64(ONES)) >> np.uint64(56)
    return int(np.int64(count))


@helper
def lowest_flag(flags: np.uint64) -> int:
    """Return the index of the lowest byte that is flagged; at least one is."""
    below = below_lowest(flags) & np.uint64(ONES)
    return int(np.int64((below * np.uint64(ONES)) >> np.uint64(56))) - 1


@helper
def field_end(buf: Bytes, p: int) -> int:
    """Return the offset of the first control character from ``p`` on."""
    while True:
        stops = control_flags(load_word(buf, p))
        if stops != np.uint64(0):
            return p + lowest_flag(stops)
        p += 8


@helper
def part_end(buf: Bytes, p: int, marks: int) -> int:
    """Return the offset of the first control character or mark, given eight times."""
    pattern = np.uint64(marks)
    while True:
        word = load_word(buf, p)
        stops = np.uint64(control_flags(word) | equal_flags(word, pattern))
        if stops != np.uint64(0):
            return p + lowest_flag(stops)
        p += 8


@helper
def pass_values(buf: Bytes, p: int) -> tuple[int, int]:
    """Return the offset of the first control character and how many colons precede it."""
    word = load_word(buf, p)
    stops = control_flags(word)
    n_colons = 0
    while stops == np.uint64(0):
        n_colons += count_flags(equal_flags(word, np.uint64(COLONS)))
        p += 8
        word = load_word(buf, p)
        stops = control_flags(word)
    colons = equal_flags(word, np.uint64(COLONS)) & below_lowest(stops)
    return p + lowest_flag(stops), n_colons + count_flags(np.uint64(colons))


@helper
def is_ascii(text: Bytes) -> bool:
    any_bits = np.uint8(0)
    for i in range(len(text)):
        any_bits |= text[i]
    return bool(any_bits < 128)


@helper
def is_utf8(buf: Bytes, p: int, end: int) -> bool:
    """Whether bytes from ``p`` to ``end`` are UTF-8, as Python decodes it."""
    while p < end:
        first = buf[p]
        p += 1
        if first < 128:
            continue
        if first < 0xC2 or first > 0xF4:
            return False
        low, high = 0x80, 0xBF
        if first == 0xE0:
            low = 0xA0
        elif first == 0xED:
            high = 0x9F
        elif first == 0xF0:
            low = 0x90
        elif first == 0xF4:
            high = 0x8F
        n_more = 1 + int(first >= 0xE0) + int(first >= 0xF0)
        if p + n_more > end or buf[p] < low or buf[p] > high:
            return False
        for k in range(1, n_more):
            if buf[p + k] < 0x80 or buf[p + k] > 0xBF:
                return False
        p += n_more
    return True
