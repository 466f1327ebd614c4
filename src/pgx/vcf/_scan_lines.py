"""Loops over whole lines: their ends, and lines that are no records."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper
from pgx.vcf import layout as lay
from pgx.vcf._scan_columns import broken_field, upper_letter
from pgx.vcf._scan_words import is_utf8

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


@helper
def line_end(buf: Bytes, p: int) -> int:
    if buf[p] == 10:
        return p + 1
    if buf[p] == 9:
        return -lay.FAULT_TOO_MANY
    return p + 2 if buf[p] == 13 and buf[p + 1] == 10 else broken_field(buf, p, 0)


@helper
def pass_blank(buf: Bytes, p: int, state: Ints) -> int:
    """Return the start of the line after a blank one, ``p`` if it is none, or a fault.

    Blank lines may end a file; any other line after one means that a line was lost.
    """
    if buf[p] == 10 or (buf[p] == 13 and buf[p + 1] == 10):
        state[lay.S_LINE] += 1
        if state[lay.S_BLANK] == 0:
            state[lay.S_BLANK] = state[lay.S_LINE]
        return line_end(buf, p)
    if state[lay.S_BLANK] > 0:
        state[lay.S_LINE] = state[lay.S_BLANK] - 1
        return -lay.FAULT_BLANK
    return p


@helper
def pass_comment(buf: Bytes, p: int) -> int:
    """Return the start of the line after a comment; header lines are faults here.

    The format knows no comments, but a line such as ``# missing: rs1`` can only mean
    that nothing is said here, while a header line means that files were joined.
    """
    if buf[p + 1] == 35 or is_columns_line(buf, p + 1):
        return -lay.FAULT_HEADER_IN_BODY
    start = p
    while buf[p] >= 32 or buf[p] == 9:
        p += 1
    after = line_end(buf, p)
    return after if after < 0 or is_utf8(buf, start, p) else -lay.FAULT_NOT_UTF8


@helper
def is_columns_line(buf: Bytes, p: int) -> bool:
    for k, letter in enumerate((67, 72, 82, 79, 77)):  # noqa: SIM110 - no generators
        if upper_letter(buf[p + k]) != letter:
            return False
    return True
