"""The scanning loops: bytes of whole VCF lines in, int8 genotypes at wanted positions out.

Every chunk ends with a newline, and every control character stops every inner loop, so
that no loop needs to look at the chunk's length. Helpers return the offset at which they
stopped, or a fault number as a negative value. ``buf`` is the chunk, uint8 (bytes,);
offsets are 0-based, positions 1-based; slots are named in `pgx.io.scan_codes`.
Oracle: ``tests/reference/scan.py``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper, kernel
from pgx.base.assemblies import CANONICAL, MITOCHONDRION
from pgx.io import scan_codes as sc
from pgx.io._cell_rules import (
    needs_reads,
    record_reason,
    store_cell,
    store_likelihoods,
    store_reads,
)
from pgx.io._scan_alleles import alternative_column, reference_column
from pgx.io._scan_cells import check_cell, is_poorly_imputed, read_cell
from pgx.io._scan_columns import (
    broken_field,
    contig_column,
    filter_column,
    format_column,
    info_column,
    position_column,
    quality_column,
    skip_field,
    upper_letter,
)
from pgx.io._swar import check_grid, check_mixed, is_ascii, is_utf8, store_grid, store_mixed


@helper
def line_end(buf: Bytes, p: int) -> int:
    if buf[p] == 10:
        return p + 1
    if buf[p] == 9:
        return -sc.FAULT_TOO_MANY
    return p + 2 if buf[p] == 13 and buf[p + 1] == 10 else broken_field(buf, p, 0)


@helper
def skip_blank(buf: Bytes, p: int, state: Ints) -> int:
    """Return the start of the line after a blank one, ``p`` if it is not blank, or a fault.

    Blank lines may end a file; any line after one means that a line was lost.
    """
    if buf[p] == 10 or (buf[p] == 13 and buf[p + 1] == 10):
        state[sc.S_LINE] += 1
        if state[sc.S_BLANK] == 0:
            state[sc.S_BLANK] = state[sc.S_LINE]
        return line_end(buf, p)
    if state[sc.S_BLANK] > 0:
        state[sc.S_LINE] = state[sc.S_BLANK] - 1
        return -sc.FAULT_BLANK
    return p


@helper
def skip_comment(buf: Bytes, p: int) -> int:
    """Return the start of the line after a comment; header lines are faults here.

    The format knows no comments, but a line such as ``# missing: rs1`` can only mean
    a note without data, while a header line means that files were joined.
    """
    if buf[p + 1] == 35 or is_columns_line(buf, p + 1):
        return -sc.FAULT_HEADER_IN_BODY
    start = p
    while buf[p] >= 32 or buf[p] == 9:
        p += 1
    after = line_end(buf, p)
    return after if after < 0 or is_utf8(buf, start, p) else -sc.FAULT_NOT_UTF8


@helper
def is_columns_line(buf: Bytes, p: int) -> bool:
    for k, letter in enumerate((67, 72, 82, 79, 77)):  # noqa: SIM110 - no generators
        if upper_letter(buf[p + k]) != letter:
            return False
    return True


Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MITOCHONDRIAL = CANONICAL.index(MITOCHONDRION)


@helper
def first_interval(intervals: Ints, low: int, high: int, position: int) -> int:
    """Return the first of sorted disjoint intervals that ends at or after a position."""
    while low < high:
        middle = (low + high) // 2
        if intervals[middle, 1] < position:
            low = middle + 1
        else:
            high = middle
    return low


@helper
def is_wanted(canonical: int, rec: Ints, windows: Ints, window_offsets: Ints) -> bool:
    high = window_offsets[canonical + 1]
    found = first_interval(windows, window_offsets[canonical], high, rec[sc.R_POSITION])
    return bool(found < high and windows[found, 0] <= rec[sc.R_END])


@helper
def covers_region(canonical: int, rec: Ints, regions: Ints, region_offsets: Ints) -> bool:
    """Whether a symbolic structural variant overlaps a region."""
    if rec[sc.R_SYMBOLIC] == 0:
        return False
    for i in range(region_offsets[canonical], region_offsets[canonical + 1]):
        if rec[sc.R_POSITION] <= regions[i, 1] and rec[sc.R_END] >= regions[i, 0]:
            return True
    return False


@helper
def note_regions(canonical: int, position: int, regions: Ints, region_offsets: Ints) -> None:
    """Update the first and last position seen: columns 2 and 3 of ``regions``."""
    for i in range(region_offsets[canonical], region_offsets[canonical + 1]):
        if regions[i, 0] <= position <= regions[i, 1]:
            if regions[i, 2] == 0 or position < regions[i, 2]:
                regions[i, 2] = position
            regions[i, 3] = max(regions[i, 3], position)


@helper
def count_repeats(state: Ints, rec: Ints) -> int:
    """Return how many consecutive records have the position of the last one."""
    same = state[sc.S_LAST_POSITION] == rec[sc.R_POSITION]
    if same and state[sc.S_LAST_CONTIG] == rec[sc.R_CONTIG]:
        state[sc.S_REPEATS] += 1
    else:
        state[sc.S_REPEATS] = 1
        state[sc.S_LAST_POSITION] = rec[sc.R_POSITION]
        state[sc.S_LAST_CONTIG] = rec[sc.R_CONTIG]
    return int(state[sc.S_REPEATS])


@helper
def fixed_columns(
    buf: Bytes,
    p: int,
    state: Ints,
    slots: Ints,
    names: Bytes,
    offsets: Ints,
    contigs: Ints,
    spans: Ints,
    alt_slots: Ints,
    rec: Ints,
) -> int:
    """Read CHROM to INFO into ``rec``; the start of FORMAT, or a fault."""
    p = contig_column(buf, p, state, slots, names, offsets, rec)
    if p < 0:
        return p
    longest = contigs[rec[sc.R_CONTIG], 1]
    rec[sc.R_IUPAC] = 0
    p = position_column(buf, p, longest, rec)
    p = skip_field(buf, p) if p >= 0 else p
    p = reference_column(buf, p, rec) if p >= 0 else p
    state[sc.S_STAMP] += 1
    p = alternative_column(buf, p, spans, alt_slots, state[sc.S_STAMP], rec) if p >= 0 else p
    p = quality_column(buf, p) if p >= 0 else p
    p = filter_column(buf, p, rec) if p >= 0 else p
    return info_column(buf, p, longest, rec) if p >= 0 else p


@kernel(
    "int64(uint8[::1], int64, int64, int64[::1], int64[::1], uint8[::1], int64[::1],"
    " int64[:, ::1], int64[::1], int64[::1], uint8[::1], int64[::1],"
    " int64[:, ::1], int64[::1], int64[:, ::1], int64[::1], float64[::1], int64[:, ::1],"
    " int8[:, :, ::1], uint8[:, ::1], int32[:, ::1], uint8[:, ::1], int16[:, ::1],"
    " int32[:, ::1], int16[:, :, ::1], int32[:, :, ::1], int64[::1], int64[::1])"
)
def scan(
    buf: Bytes,
    end: int,
    n_samples: int,
    state: Ints,
    slots: Ints,
    names: Bytes,
    offsets: Ints,
    contigs: Ints,
    spans: Ints,
    alt_slots: Ints,
    format_text: Bytes,
    kinds: Ints,
    windows: Ints,
    window_offsets: Ints,
    regions: Ints,
    region_offsets: Ints,
    limits: Floats,
    rows: Ints,
    genotypes: npt.NDArray[np.int8],
    phased: npt.NDArray[np.uint8],
    phase_set: npt.NDArray[np.int32],
    reason: npt.NDArray[np.uint8],
    gq: npt.NDArray[np.int16],
    dp: npt.NDArray[np.int32],
    likelihoods: npt.NDArray[np.int16],
    reads: npt.NDArray[np.int32],
    rec: Ints,
    cell: Ints,
) -> int:
    """Scan the lines from ``state[S_CURSOR]`` to ``end``, check all, store the wanted.

    Shapes: ``state`` (S_SIZE,), ``slots`` (more than names,), ``offsets`` (contigs + 1,),
    ``contigs`` (contigs, 2): canonical index or -1, length; ``windows`` (W, 2) sorted and
    disjoint within ``window_offsets``; ``regions`` (G, 4): start, end, first and last
    position seen; ``rows`` (K, R_SIZE); outputs (K, N) for N samples, ``genotypes``
    (K, N, 2), ``likelihoods`` (K, N, 6) or (0, N, 6), ``reads`` (K, N, 3) or (0, N, 3); scratch
    ``rec`` (R_SIZE,) and ``cell`` (C_SIZE,). ``buf[end - 1]`` is a newline, and eight bytes of
    any value follow it.
    Rows of ``gq``, ``dp``, ``likelihoods`` and ``reads`` come filled with -1 and of ``phase_set``
    with 0; S_HAS_VALUES, S_STORED_LIKELIHOODS or S_STORED_READS is set once one of them is written.

    Returns DONE at ``end``; NEED_ROWS when all K rows are used; NEED_LIKELIHOODS or NEED_READS
    when their array is needed and empty; NEW_CONTIG when the last name of ``names`` needs its
    row in ``contigs``; else a fault of the line that starts at the cursor. It goes on from
    the cursor when called again.
    """
    p = state[sc.S_CURSOR]
    while p < end:
        state[sc.S_CURSOR] = p
        state[sc.S_ERROR_SAMPLE] = -1
        blank = skip_blank(buf, p, state)
        if blank < 0:
            return -blank
        if blank > p:
            p = blank
            continue
        if buf[p] == 35:
            p = skip_comment(buf, p)
            if p < 0:
                return -p
            state[sc.S_LINE] += 1
            continue
        p = fixed_columns(buf, p, state, slots, names, offsets, contigs, spans, alt_slots, rec)
        p = format_column(buf, p, state, format_text, kinds) if p >= 0 else p
        if p < 0:
            return -p
        n_alleles = rec[sc.R_N_ALTS] + 1
        # nearly all lines are ASCII, which is valid UTF-8; only others are decoded
        is_plain = is_ascii(buf[state[sc.S_CURSOR] : p])
        canonical = contigs[rec[sc.R_CONTIG], 0]
        wanted = canonical >= 0 and (
            is_wanted(canonical, rec, windows, window_offsets)
            or covers_region(canonical, rec, regions, region_offsets)
        )
        row = state[sc.S_ROW]
        if wanted and row >= rows.shape[0]:
            return sc.NEED_ROWS
        has_likelihoods = wanted and state[sc.S_HAS_LIKELIHOODS] == 1
        if has_likelihoods:
            if likelihoods.shape[0] == 0:
                return sc.NEED_LIKELIHOODS
            state[sc.S_STORED_LIKELIHOODS] = 1
        rec[sc.R_MITOCHONDRIAL] = 1 if canonical == MITOCHONDRIAL else 0
        rec[sc.R_POORLY_IMPUTED] = 1 if wanted and is_poorly_imputed(buf, rec) else 0
        if count_repeats(state, rec) > sc.MAX_REPEATS:
            return sc.FAULT_ONE_PLACE
        seen = 0  # 2: any cell has REF, 4: any has an ALT; with GT alone first by machine words
        after = p + 4 * n_samples - 1
        if state[sc.S_N_KEYS] == 1 and state[sc.S_HAS_GT] == 1:
            seen = check_grid(buf, p, end, n_samples, n_alleles)
            if seen > 0 and wanted:
                known = record_reason(rec)
                store_grid(buf, p, n_samples, known, row, genotypes, phased, reason)
            if seen == 0:
                seen, after = check_mixed(buf, p, end, n_samples, n_alleles)
                if seen > 0 and wanted:
                    known = record_reason(rec)
                    store_mixed(buf, p, n_samples, known, row, genotypes, phased, reason)
        if seen > 0:
            p = after
        else:
            cells = p
            for sample in range(n_samples):
                if sample > 0:
                    if buf[p] != 9:
                        return -broken_field(buf, p, sc.FAULT_TOO_FEW)
                    p += 1
                if wanted:
                    p = read_cell(buf, p, state, kinds, n_alleles, cell)
                else:
                    p = check_cell(buf, p, state, n_alleles, cell)
                if p < 0:
                    state[sc.S_ERROR_SAMPLE] = sample
                    return -p
                seen |= 2 if cell[sc.C_FIRST] == 0 or cell[sc.C_SECOND] == 0 else 0
                seen |= 4 if cell[sc.C_FIRST] > 0 or cell[sc.C_SECOND] > 0 else 0
                if wanted:
                    found = store_cell(
                        cell, rec, limits, state, row, sample,
                        genotypes, phased, phase_set, reason, gq, dp,
                    )  # fmt: skip
                    if has_likelihoods:
                        store_likelihoods(cell, row, sample, likelihoods)
                    if needs_reads(cell, rec, found):
                        if reads.shape[0] == 0:
                            state[sc.S_REPEATS] -= 1  # this line will be read again
                            return sc.NEED_READS
                        state[sc.S_STORED_READS] = 1
                        store_reads(cell, rec, row, sample, reads)
            is_plain = is_plain and is_ascii(buf[cells:p])
        text_end = p
        p = line_end(buf, p)
        if p < 0:
            return -p
        if not is_plain and not is_utf8(buf, state[sc.S_CURSOR], text_end):
            return sc.FAULT_NOT_UTF8
        state[sc.S_LINE] += 1
        state[sc.S_N_RECORDS] += 1
        # records of reference genotypes only: many of them are more than a list of variant sites
        if seen & 6 == 2:
            state[sc.S_REFERENCE_ONLY] += 1
        if canonical >= 0:
            state[sc.S_KNOWN] = 1
            note_regions(canonical, rec[sc.R_POSITION], regions, region_offsets)
        if wanted:
            rec[sc.R_LINE] = state[sc.S_LINE]
            for slot in range(sc.R_SIZE):
                rows[row, slot] = rec[slot]
            state[sc.S_ROW] = row + 1
    state[sc.S_CURSOR] = end
    return sc.DONE
