"""Loops over lines whose cells are genotypes alone, such as ``0|1``, ``./.`` or ``1``.

They judge cells by whole words, without a branch for each, and leave lines of any other
shape, and lines with a fault, to the loops that look at each byte.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper
from pgx.io._judge import NO_CALL
from pgx.io._scan_words import load_word

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint32]

STEP = 1024  # cells that are judged together: 4 KiB
TWICE_ONE = 0x00010001  # the bits in which 0|0, 0|1, 1|0 and 1|1 differ


@helper
def check_grid(buf: Bytes, p: int, end: int, n_samples: int, n_alleles: int) -> int:
    """Check cells that are all three bytes wide, such as ``0|1``, at a fixed stride.

    Returns 4 if any allele is an ALT plus 2 if any is REF plus 1; 0 if the line does not
    have this shape or holds a fault, which the general way then finds.
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
        found = check_usual(part, usual) if n_alleles > 1 else np.uint32(8)
        if found == np.uint32(8):
            found = check_any(part, top)
        flags |= found
    return 0 if flags & np.uint32(8) else int(flags) + 1


@helper
def check_usual(words: Words, usual: np.uint32) -> np.uint32:
    """Return the flags of cells that are all of REF and the first ALT; 8 if any is not.

    ``usual`` is a cell of two REF alleles. Where all bits that all words have and all bits
    that any has are those of ``usual``, but for the lowest of each allele, each cell is sound.
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
    """Write the genotypes of cells that `check_grid` found sound.

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
    """Write the genotypes of cells that `check_mixed` found sound, as `store_grid` does."""
    for i in range(n_samples):
        is_single = buf[p + 1] < 32
        first = max(buf[p] - 48, -1)
        second = first if is_single else max(buf[p + 2] - 48, -1)
        genotypes[row, i, 0] = first
        genotypes[row, i, 1] = -2 if is_single and first >= 0 else second
        phased[row, i] = 1 if buf[p + 1] == 124 else 0
        reason[row, i] = NO_CALL if first < 0 and second < 0 else known
        p += 2 if is_single else 4
