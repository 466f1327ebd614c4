"""Depth of reference blocks and records in windows: bytes of whole gVCF lines in, sums out.

The lines are those that the scanner checks; what this loop cannot read it leaves out. Every
chunk ends with a newline. ``buf`` is the chunk, uint8 (bytes,); offsets are 0-based, positions
1-based inclusive. Oracle: ``tests/reference/depth.py``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper, kernel

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

TAB: Final = 9
NEWLINE: Final = 10
COLON: Final = 58
SEMICOLON: Final = 59
HASH: Final = 35
LESS: Final = 60
SHORT_BLOCK: Final = 60
"""Bases up to which a block's median depth says what each of its bases has."""
DIP: Final = 0.85
"""Least share of a long block's median depth that its lowest base has by chance."""

S_CONTIG: Final = 0  # index of the contig in the windows' offsets, -1 if it has none
S_FIRST: Final = 1  # windows before this one end before the line
S_CURSOR: Final = 2  # offset of the next line
S_FOUND: Final = 3  # lines in ``found``
S_NAME: Final = 4  # bytes of the contig's name in ``name``
S_SIZE: Final = 5

NEW_CONTIG: Final = 1
FULL: Final = 2
DONE: Final = 0

F_DP: Final = 0
F_MIN_DP: Final = 1

L_POSITION: Final = 0  # of a line: POS, the last base, offsets of ALT's tab and of INFO
L_END: Final = 1
L_ALT: Final = 2
L_INFO: Final = 3
L_WINDOW: Final = 4  # windows from this one up to the next slot's overlap the line
L_BEYOND: Final = 5
L_SIZE: Final = 6


@helper
def next_byte(buf: Bytes, p: int, byte: int) -> int:
    """Return the offset of the next tab, newline or ``byte``."""
    while buf[p] != TAB and buf[p] != NEWLINE and buf[p] != byte:
        p += 1
    return p


@helper
def number_at(buf: Bytes, p: int) -> int:
    """Return the number that starts at an offset, -1 where there is none."""
    if buf[p] < 48 or buf[p] > 57:
        return -1
    value = 0
    while 48 <= buf[p] <= 57 and value < 1 << 40:
        value = value * 10 + int(buf[p]) - 48
        p += 1
    return value


@helper
def line_end(buf: Bytes, p: int) -> int:
    """Return the offset of the line's newline."""
    while buf[p] != NEWLINE:
        p += 1
    return p


@helper
def skip_columns(buf: Bytes, p: int, count: int) -> int:
    """Return the start of the column that is ``count`` columns on, or the line's newline."""
    for _ in range(count):
        p = next_byte(buf, p, TAB)
        if buf[p] == NEWLINE:
            return p
        p += 1
    return p


@helper
def same_name(buf: Bytes, p: int, name: Bytes, n_bytes: int) -> bool:
    """Whether the line's contig is the last line's."""
    for i in range(n_bytes):
        if buf[p + i] != name[i]:
            return False
    return bool(n_bytes > 0 and buf[p + n_bytes] == TAB)


@helper
def end_of_info(buf: Bytes, p: int) -> int:
    """Return END of an INFO column, -1 without one."""
    while True:
        if buf[p] == 69 and buf[p + 1] == 78 and buf[p + 2] == 68 and buf[p + 3] == 61:
            return number_at(buf, p + 4)
        p = next_byte(buf, p, SEMICOLON)
        if buf[p] != SEMICOLON:
            return -1
        p += 1


@helper
def read_format(buf: Bytes, p: int, places: Ints) -> None:
    """Find the places of DP and MIN_DP among the keys of FORMAT, -1 where absent."""
    places[F_DP] = -1
    places[F_MIN_DP] = -1
    place = 0
    while True:
        end = next_byte(buf, p, COLON)
        if end - p == 2 and buf[p] == 68 and buf[p + 1] == 80:
            places[F_DP] = place
        if end - p == 6 and buf[p] == 77 and buf[p + 4] == 68 and buf[p + 5] == 80:
            places[F_MIN_DP] = place
        if buf[end] != COLON:
            return
        p = end + 1
        place += 1


@helper
def read_depths(buf: Bytes, p: int, places: Ints, depths: Ints) -> int:
    """Read one cell's DP and MIN_DP into ``depths``; the offset of its end."""
    depths[F_DP] = -1
    depths[F_MIN_DP] = -1
    place = 0
    while True:
        if place == places[F_DP]:
            depths[F_DP] = number_at(buf, p)
        if place == places[F_MIN_DP]:
            depths[F_MIN_DP] = number_at(buf, p)
        p = next_byte(buf, p, COLON)
        if buf[p] != COLON:
            return p
        p += 1
        place += 1


@helper
def add_cells(
    buf: Bytes, p: int, line: Ints, windows: Ints, places: Ints, depths: Ints, sums: Floats
) -> None:
    """Add each sample's depth to the windows that the line overlaps."""
    length = line[L_END] - line[L_POSITION] + 1
    weight = min(1.0, SHORT_BLOCK / length)
    for sample in range(sums.shape[1]):
        p = read_depths(buf, p, places, depths)
        depth = float(depths[F_DP])
        if depth >= 0:
            low = depth
            if length > SHORT_BLOCK and depths[F_MIN_DP] >= 0:
                low = min(low, depths[F_MIN_DP] / DIP)
            for w in range(line[L_WINDOW], line[L_BEYOND]):
                first = max(line[L_POSITION], windows[w, 0])
                bases = min(line[L_END], windows[w, 1]) - first + 1
                if bases > 0:
                    sums[w, sample, 0] += bases
                    sums[w, sample, 1] += bases * weight
                    sums[w, sample, 2] += bases * weight * (low if windows[w, 2] else depth)
        if buf[p] == NEWLINE:
            return
        p += 1


@helper
def read_columns(buf: Bytes, p: int, line: Ints) -> None:
    """Read POS, REF's length, END and where ALT and INFO start, from the start of POS."""
    ref = skip_columns(buf, p, 2)
    alt = next_byte(buf, ref, TAB)
    info = skip_columns(buf, ref, 4)
    line[L_POSITION] = number_at(buf, p)
    line[L_END] = line[L_POSITION] + (alt - ref) - 1
    line[L_ALT] = alt
    line[L_INFO] = info
    if buf[info] != NEWLINE:
        line[L_END] = max(line[L_END], end_of_info(buf, info))


@helper
def find_windows(line: Ints, state: Ints, windows: Ints, offsets: Ints) -> None:
    """Find the windows that a line overlaps; those before it are never looked at again."""
    contig = state[S_CONTIG]
    high = offsets[contig + 1]
    w = max(state[S_FIRST], offsets[contig])
    while w < high and windows[w, 1] < line[L_POSITION]:
        w += 1
    state[S_FIRST] = w
    line[L_WINDOW] = w
    while w < high and windows[w, 0] <= line[L_END]:
        w += 1
    line[L_BEYOND] = w


@helper
def is_noted(buf: Bytes, line: Ints, state: Ints, spans: Ints) -> bool:
    """Whether a line is a record with an alternative within the contig's span."""
    contig = state[S_CONTIG]
    if line[L_POSITION] < spans[contig, 0] or line[L_POSITION] > spans[contig, 1]:
        return False
    return bool(buf[line[L_ALT]] == TAB and buf[line[L_ALT] + 1] != LESS)


@helper
def add_line(
    buf: Bytes, line: Ints, windows: Ints, places: Ints, depths: Ints, sums: Floats
) -> None:
    """Add the depths of a line that overlaps windows."""
    form = skip_columns(buf, line[L_INFO], 1)
    cells = skip_columns(buf, form, 1)
    if buf[form] != NEWLINE and buf[cells] != NEWLINE:
        read_format(buf, form, places)
        add_cells(buf, cells, line, windows, places, depths, sums)


@kernel(
    "int64(uint8[::1], int64, int64[::1], uint8[::1], int64[:, ::1], int64[::1],"
    " int64[:, ::1], float64[:, :, ::1], int64[:, ::1], int64[::1], int64[::1], int64[::1])"
)
def add_depths(
    buf: Bytes,
    end: int,
    state: Ints,
    name: Bytes,
    windows: Ints,
    offsets: Ints,
    spans: Ints,
    sums: Floats,
    found: Ints,
    line: Ints,
    places: Ints,
    depths: Ints,
) -> int:
    """Add the depth of whole lines up to ``end`` to windows; note records within spans.

    ``windows`` is (W, 3): start, end, and whether dips of long blocks count, sorted by start
    and disjoint within each contig; ``offsets`` (C + 1,) their rows by contig; ``spans`` (C, 2)
    the first and last base of each contig of which records with an alternative are noted, in
    ``found`` (n, 2) by their bytes. ``sums`` is (W, N, 3): bases covered, their weights, depth.
    Returns `NEW_CONTIG` at a line of another contig, `FULL` where ``found`` is, else `DONE`.
    """
    p = state[S_CURSOR]
    while p < end:
        state[S_CURSOR] = p
        if buf[p] == HASH or not same_name(buf, p, name, state[S_NAME]):
            return NEW_CONTIG
        if state[S_CONTIG] >= 0:
            read_columns(buf, p + state[S_NAME] + 1, line)
            find_windows(line, state, windows, offsets)
            noted = is_noted(buf, line, state, spans)
            if noted and state[S_FOUND] == found.shape[0]:
                return FULL
            if line[L_BEYOND] > line[L_WINDOW] and line[L_POSITION] > 0:
                add_line(buf, line, windows, places, depths, sums)
            if noted:
                found[state[S_FOUND], 0] = p
                found[state[S_FOUND], 1] = line_end(buf, line[L_ALT])
                state[S_FOUND] += 1
        p = line_end(buf, p) + 1
    state[S_CURSOR] = end
    return DONE
