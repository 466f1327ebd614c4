"""SIMD within a register: ends of fields, UTF-8 and GT-only cells, eight bytes at a time.

Eight bytes of ``buf`` are one little-endian word; flags are words whose bytes are 0x80
where something holds and 0 elsewhere. Every chunk has eight bytes behind its end, whose
values do not matter, because a newline before them stops every loop.

Lines with GT alone (``0|1``, ``./.`` or ``1``), which most cohort files consist of, are checked
one cell a word without branches. Lines of any other shape, and lines with a fault, are left to
the loops over bytes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper
from pgx.io._cell_rules import NO_CALL

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
    """Flag the bytes that equal those of a pattern; all flags are exact."""
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
def skip_values(buf: Bytes, p: int) -> tuple[int, int]:
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


Words = npt.NDArray[np.uint32]

STEP = 1024  # cells checked together: 4 KiB, well within the L1 cache
TWICE_ONE = 0x00010001  # the bits in which 0|0, 0|1, 1|0 and 1|1 differ


@helper
def check_grid(buf: Bytes, p: int, end: int, n_samples: int, n_alleles: int) -> int:
    """Check cells that are all three bytes wide, such as ``0|1``, at a fixed stride.

    Returns 4 if any allele is an ALT plus 2 if any is REF plus 1; 0 if the line does not
    have this shape or holds a fault, which the loop over bytes then reports.
    """
    last = p + 4 * n_samples - 1
    if n_alleles > 10 or last >= end:
        return 0
    if buf[last] != 10 and (buf[last] != 13 or buf[last + 1] != 10):
        return 0
    top = np.uint32(n_alleles)
    final = np.uint32(buf[last - 3]) | np.uint32(buf[last - 2]) << np.uint32(8)
    final |= np.uint32(buf[last - 1]) << np.uint32(16) | np.uint32(0x09000000)
    flags = check_word(final, top)
    words = buf[p : last - 3].view(np.uint32)  # a cell and the tab after it, little-endian
    usual = np.uint32(0x09300030) | (final & np.uint32(0xFF00))
    for start in range(0, n_samples - 1, STEP):
        part = words[start : min(start + STEP, n_samples - 1)]
        found = check_biallelic(part, usual) if n_alleles > 1 else np.uint32(8)
        if found == np.uint32(8):
            found = check_any(part, top)
        flags |= found
    return 0 if flags & np.uint32(8) else int(flags) + 1


@helper
def check_biallelic(words: Words, usual: np.uint32) -> np.uint32:
    """Return the flags of cells with REF and the first ALT only; 8 if any cell has others.

    ``usual`` is a cell of two REF alleles. Where all bits that all words have and all bits
    that any has are those of ``usual``, except the lowest of each allele, each cell is valid.
    """
    any_bits, all_bits = np.uint32(0), np.uint32(0xFFFFFFFF)
    for i in range(len(words)):
        any_bits |= words[i]
        all_bits &= words[i]
    differ = (any_bits ^ usual) | (all_bits ^ usual)
    if differ & np.uint32(0xFFFFFFFF ^ TWICE_ONE):
        return np.uint32(8)
    alternative = (any_bits & np.uint32(TWICE_ONE)) != np.uint32(0)
    reference = (all_bits & np.uint32(TWICE_ONE)) != np.uint32(TWICE_ONE)
    return np.uint32(np.uint32(alternative) * np.uint32(4) + np.uint32(reference) * np.uint32(2))


@helper
def check_any(words: Words, top: np.uint32) -> np.uint32:
    """Return the flags of cells that may have a missing or a second ALT allele."""
    flags = np.uint32(0)
    for i in range(len(words)):
        flags |= check_word(words[i], top)
    return flags


@helper
def check_word(word: np.uint32, top: np.uint32) -> np.uint32:
    """Return 8 for a malformed cell, else 4 for any ALT plus 2 for any REF.

    All in 32 bits without a branch, so that the loop around it runs on vectors.
    """
    first = np.uint32((word & np.uint32(0xFF)) - np.uint32(48))
    second = np.uint32(((word >> np.uint32(16)) & np.uint32(0xFF)) - np.uint32(48))
    frame = word & np.uint32(0xFF00FF00)
    bad = (frame != np.uint32(0x09002F00)) & (frame != np.uint32(0x09007C00))
    bad |= (first >= top) & (first != np.uint32(0xFFFFFFFE))  # "." is 48 - 2
    bad |= (second >= top) & (second != np.uint32(0xFFFFFFFE))
    reference = (first == np.uint32(0)) | (second == np.uint32(0))
    above = np.uint32(0x7FFFFFFF)  # a missing allele is no ALT
    alternative = (first - np.uint32(1) < above) & (first < above)
    alternative |= (second - np.uint32(1) < above) & (second < above)
    return np.uint32(
        np.uint32(bad) * np.uint32(8)
        + np.uint32(alternative) * np.uint32(4)
        + np.uint32(reference) * np.uint32(2)
    )


@helper
def store_grid(
    buf: Bytes,
    p: int,
    n_samples: int,
    known: int,
    row: int,
    genotypes: npt.NDArray[np.int8],
    phased: npt.NDArray[np.uint8],
    reason: npt.NDArray[np.uint8],
) -> None:
    """Write the genotypes of cells that `check_grid` accepted.

    ``known`` is the reason of a called genotype. Quality, depth and phase sets keep what
    the rows were filled with.
    """
    words = buf[p : p + 4 * n_samples].view(np.uint32)
    pairs, phases, reasons = genotypes[row], phased[row], reason[row]
    for i in range(n_samples):
        first = max(int(np.int32(words[i] & np.uint32(0xFF))) - 48, -1)
        second = max(int(np.int32((words[i] >> np.uint32(16)) & np.uint32(0xFF))) - 48, -1)
        pairs[i, 0] = first
        pairs[i, 1] = second
        phases[i] = (words[i] & np.uint32(0xFF00)) == np.uint32(0x7C00)
        reasons[i] = NO_CALL if first + second == -2 else known


@helper
def check_mixed(buf: Bytes, p: int, end: int, n_samples: int, n_alleles: int) -> tuple[int, int]:
    """Check cells of one allele, or of two, each of one byte, in any order.

    Returns what `check_grid` does and the offset of the line's end.
    """
    if n_alleles > 10:
        return 0, p
    top = np.uint32(n_alleles)
    flags = np.uint32(0)
    for _ in range(n_samples - 1):
        if p + 4 > end:
            return 0, p
        word = np.uint32(load_word(buf, p) & np.uint64(0xFFFFFFFF))
        is_single = np.uint32((word & np.uint32(0xFF00)) == np.uint32(0x0900))
        flags |= check_word(as_pair(word, is_single), top)
        p += 4 - 2 * int(is_single)
    if p >= end:
        return 0, p
    is_single = np.uint32(buf[p + 1] < 32)
    word = np.uint32(load_word(buf, p) & np.uint64(0x00FFFFFF)) | np.uint32(0x09000000)
    flags |= check_word(as_pair(word, is_single), top)
    p += 3 - 2 * int(is_single)
    is_sound = (flags & np.uint32(8)) == np.uint32(0) and (buf[p] == 10 or buf[p] == 13)
    return (int(flags) + 1 if is_sound else 0), p


@helper
def as_pair(word: np.uint32, is_single: np.uint32) -> np.uint32:
    """Return a cell of one allele as if it had that allele twice."""
    allele = word & np.uint32(0xFF)
    pair = np.uint32(0x09002F00) | allele | allele << np.uint32(16)
    return pair if is_single != np.uint32(0) else word


@helper
def store_mixed(
    buf: Bytes,
    p: int,
    n_samples: int,
    known: int,
    row: int,
    genotypes: npt.NDArray[np.int8],
    phased: npt.NDArray[np.uint8],
    reason: npt.NDArray[np.uint8],
) -> None:
    """Write the genotypes of cells that `check_mixed` accepted, as `store_grid` does."""
    for i in range(n_samples):
        is_single = buf[p + 1] < 32
        first = max(buf[p] - 48, -1)
        second = first if is_single else max(buf[p + 2] - 48, -1)
        genotypes[row, i, 0] = first
        genotypes[row, i, 1] = -2 if is_single and first >= 0 else second
        phased[row, i] = 1 if buf[p + 1] == 124 else 0
        reason[row, i] = NO_CALL if first < 0 and second < 0 else known
        p += 2 if is_single else 4
