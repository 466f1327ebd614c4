"""Loops over the sample columns: genotypes, quality, depth, phase."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper
from pgx.io import layout as lay
from pgx.io._scan_columns import is_pass, read_digits
from pgx.io._scan_imputed import lacks_support, read_support
from pgx.io._scan_likelihoods import read_likelihoods
from pgx.io._scan_words import COLONS, load_word, part_end, pass_values
from pgx.io.records import SiteReason

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int32]

OK = int(SiteReason.OK)
NO_GENOTYPE = int(SiteReason.NO_GENOTYPE)
NO_CALL = int(SiteReason.NO_CALL)
POLYPLOID = int(SiteReason.POLYPLOID)
TOO_MANY_ALLELES = int(SiteReason.TOO_MANY_ALLELES)
AMBIGUOUS_BASE = int(SiteReason.AMBIGUOUS_BASE)
FILTERED = int(SiteReason.FILTERED)
LOW_GQ = int(SiteReason.LOW_GQ)
LOW_DP = int(SiteReason.LOW_DP)
AD_CONTRADICTS = int(SiteReason.AD_CONTRADICTS)
UNREADABLE = int(SiteReason.UNREADABLE)
LOW_GP = int(SiteReason.LOW_GP)


@helper
def read_usual_genotype(buf: Bytes, p: int, n_alleles: int, cell: Ints) -> bool:
    """Read two alleles of one digit each; whether that was all of GT."""
    word = load_word(buf, p)
    first = np.int64(word & np.uint64(0xFF)) - 48
    separator = np.int64(word >> np.uint64(8) & np.uint64(0xFF))
    second = np.int64(word >> np.uint64(16) & np.uint64(0xFF)) - 48
    after = np.int64(word >> np.uint64(24) & np.uint64(0xFF))
    top = min(n_alleles, 10)
    if (separator != 47 and separator != 124) or (after != 58 and after >= 32):
        return False
    if first < 0 or first >= top or second < 0 or second >= top:
        return False
    cell[lay.C_FIRST] = first
    cell[lay.C_SECOND] = second
    cell[lay.C_PLOIDY] = 2
    cell[lay.C_PHASED] = 1 if separator == 124 else 0
    return True


@helper
def read_genotype(buf: Bytes, p: int, n_alleles: int, cell: Ints) -> int:
    """Read GT into ``cell``: first and second allele, ploidy, phase; offset or fault."""
    if read_usual_genotype(buf, p, n_alleles, cell):
        return p + 3
    phased = 1
    separators = 0
    if buf[p] == 124 or buf[p] == 47:
        phased = 1 if buf[p] == 124 else 0
        separators = 1
        p += 1
    ploidy = 0
    cell[lay.C_FIRST] = -1
    cell[lay.C_SECOND] = -2
    while True:
        allele = -1
        if buf[p] == 46:
            p += 1
        else:
            allele, after = read_digits(buf, p, 6)
            if after == p or (buf[p] == 48 and after > p + 1):
                return -lay.FAULT_GT
            if allele >= n_alleles:
                return -lay.FAULT_GT_INDEX
            p = after
        if ploidy == 0:
            cell[lay.C_FIRST] = allele
        elif ploidy == 1:
            cell[lay.C_SECOND] = allele
        ploidy += 1
        if buf[p] != 124 and buf[p] != 47:
            break
        phased &= 1 if buf[p] == 124 else 0
        separators += 1
        p += 1
    if buf[p] >= 32 and buf[p] != 58:
        return -lay.FAULT_GT
    if ploidy == 1 and cell[lay.C_FIRST] < 0:
        cell[lay.C_SECOND] = -1
    cell[lay.C_PLOIDY] = ploidy
    cell[lay.C_PHASED] = phased if separators > 0 else 0
    return p


@helper
def read_number(buf: Bytes, p: int, end: int) -> int:
    """Read a number's whole part: -1 for '.', -2 if it is none; below 0 counts as 0."""
    if end == p + 1 and buf[p] == 46:
        return -1
    negative = buf[p] == 45
    if negative:
        p += 1
    value, after = read_digits(buf, p, 12)
    if after == p:
        return -2
    if after < end and buf[after] == 46:
        _, after = read_digits(buf, after + 1, 40)
    if after != end:
        return -2
    return 0 if negative else min(value, 2_147_483_647)


@helper
def text_code(buf: Bytes, p: int, end: int) -> int:
    """Return a positive 31-bit code of a phase set's name, 0 for '.'.

    Whole numbers below 2**30 stand for themselves, so that two of them never collide.
    """
    if end == p or (end == p + 1 and buf[p] == 46):
        return 0
    value, after = read_digits(buf, p, 10)
    if after == end and 0 < value < 0x40000000 and buf[p] != 48:
        return value
    code = 0
    while p < end:
        code = ((code ^ buf[p]) * 16_777_619) & 0x3FFFFFFF
        p += 1
    return code | 0x40000000


@helper
def read_depths(buf: Bytes, p: int, end: int, n_alleles: int, cell: Ints) -> None:
    """Read AD into ``cell``: its total, the depths of GT's alleles, of others, of the first three.

    All stay -1 where a value is missing or there are more than alleles. A list that is too short,
    as when ALTs were merged, has no reads of the others; a single number is no list of reads by
    allele (VarScan writes ALT's alone).
    """
    total = index = 0
    first = second = other = 0
    complete = not (end == p + 1 and buf[p] == 46)
    while p <= end:
        stop = p
        while stop < end and buf[stop] != 44:
            stop += 1
        value = read_number(buf, p, stop)
        if value == -2:
            cell[lay.C_UNREADABLE] = 1
        complete = complete and value >= 0
        total += max(value, 0)
        if index < lay.N_READS:
            cell[lay.C_READS + index] = value
        if index == cell[lay.C_FIRST]:
            first = value
        if index == cell[lay.C_SECOND]:
            second = value
        elif index != cell[lay.C_FIRST]:
            other = max(other, value)
        index += 1
        p = stop + 1
    is_short = 1 < index < n_alleles and max(cell[lay.C_FIRST], cell[lay.C_SECOND]) < index
    if complete and (index == n_alleles or is_short):
        for k in range(index, lay.N_READS):
            cell[lay.C_READS + k] = 0
        cell[lay.C_AD_TOTAL] = total
        cell[lay.C_AD_FIRST] = first
        cell[lay.C_AD_SECOND] = second
        cell[lay.C_AD_OTHER] = other


@helper
def read_value(buf: Bytes, p: int, end: int, kind: int, n_alleles: int, cell: Ints) -> None:
    """Read one value of a selected cell by the kind of its key."""
    if kind == lay.K_GQ or kind == lay.K_RGQ or kind == lay.K_DP or kind == lay.K_MIN_DP:
        value = read_number(buf, p, end)
        if value == -2:
            cell[lay.C_UNREADABLE] = 1
        cell[lay.C_GQ + kind - lay.K_GQ] = max(value, -1)  # slots are in the kinds' order
    elif kind == lay.K_AD:
        read_depths(buf, p, end, n_alleles, cell)
    elif kind == lay.K_PL or kind == lay.K_GL:
        read_likelihoods(buf, p, end, kind, n_alleles, cell)
    elif kind == lay.K_GP or kind == lay.K_HDS or kind == lay.K_DS:
        read_support(buf, p, end, kind, n_alleles, cell)
    elif kind == lay.K_PS:
        cell[lay.C_PS] = text_code(buf, p, end)
    elif kind == lay.K_PID:
        cell[lay.C_PID] = text_code(buf, p, end)
    elif kind == lay.K_FT:
        cell[lay.C_FILTERED] = 0 if is_pass(buf, p, end) else 1
    elif kind == lay.K_PGT and end == p + 3 and buf[p + 1] == 124:
        cell[lay.C_PGT_FIRST] = buf[p] - 48
        cell[lay.C_PGT_SECOND] = buf[p + 2] - 48


@helper
def read_cell(buf: Bytes, p: int, state: Ints, kinds: Ints, n_alleles: int, cell: Ints) -> int:
    """Read all of one selected cell; offset of its end, or a fault."""
    for slot in range(lay.C_SIZE):
        cell[slot] = -1
    cell[lay.C_PS] = 0
    cell[lay.C_PID] = 0
    cell[lay.C_FILTERED] = 0
    cell[lay.C_UNREADABLE] = 0
    cell[lay.C_MARGIN] = lay.NO_MARGIN
    n_keys = state[lay.S_N_KEYS]
    index = 0
    if state[lay.S_HAS_GT] == 1:
        p = read_genotype(buf, p, n_alleles, cell)
        if p < 0:
            return p
        index = 1
        if buf[p] != 58:
            return p
        p += 1
    while index < n_keys:
        end = part_end(buf, p, COLONS)
        if end == p:
            return -lay.FAULT_CELL
        read_value(buf, p, end, kinds[index], n_alleles, cell)
        if buf[end] != 58:
            return end
        p = end + 1
        index += 1
    return -lay.FAULT_CELL


@helper
def pass_cell(buf: Bytes, p: int, state: Ints, n_alleles: int, cell: Ints) -> int:
    """Check one cell of a record that nobody asked for; offset of its end, or a fault."""
    if state[lay.S_HAS_GT] == 1:
        p = read_genotype(buf, p, n_alleles, cell)
        if p < 0 or buf[p] < 32:
            return p
    elif buf[p] < 32:
        return -lay.FAULT_CELL
    else:
        cell[lay.C_FIRST] = -1
        cell[lay.C_SECOND] = -1
    p, n_colons = pass_values(buf, p)
    return p if n_colons < state[lay.S_N_KEYS] else -lay.FAULT_CELL


@helper
def is_odd_depth(cell: Ints) -> bool:
    """Whether reads of alleles might contradict GT, or not suffice for it.

    Clean cells end here, on whole numbers alone. Up to a twentieth of other reads leaves any
    homozygote above phred 20, a quarter of each allele any heterozygote the likeliest genotype
    (`pgx.io.read_likelihoods`).
    """
    total = cell[lay.C_AD_TOTAL]
    first, second = cell[lay.C_FIRST], cell[lay.C_SECOND]
    if total <= 0 or first < 0 or second == -1 or cell[lay.C_PLOIDY] > 2:
        return False
    if second == -2 or second == first:
        return bool(20 * (total - cell[lay.C_AD_FIRST]) >= total)
    smaller = min(cell[lay.C_AD_FIRST], cell[lay.C_AD_SECOND])
    others = total - cell[lay.C_AD_FIRST] - cell[lay.C_AD_SECOND]
    return bool(4 * smaller < total or 20 * others >= total)


@helper
def needs_reads(cell: Ints, rec: Ints, reason: int) -> bool:
    """Whether reads of alleles have a say: odd ones, and any where nothing else weighs GT."""
    total = cell[lay.C_AD_TOTAL]
    if total <= 0 or cell[lay.C_FIRST] < 0 or cell[lay.C_SECOND] == -1:
        return False
    if rec[lay.R_MITOCHONDRIAL] == 1:
        return bool(reason in (OK, LOW_GQ, LOW_DP))
    if reason in (LOW_GQ, LOW_DP):
        return bool(cell[lay.C_MARGIN] == lay.NO_MARGIN or is_odd_depth(cell))
    return bool(reason == OK and is_odd_depth(cell))


@helper
def store_reads(cell: Ints, rec: Ints, row: int, sample: int, out: Counts) -> None:
    """Write reads of alleles 0, 1 and 2; of more than three, those of GT's and the best other.

    Of mitochondrial records always the first three.
    """
    n_alleles = rec[lay.R_N_ALTS] + 1
    if n_alleles <= lay.N_READS or rec[lay.R_MITOCHONDRIAL] == 1:
        for k in range(min(n_alleles, lay.N_READS)):
            out[row, sample, k] = cell[lay.C_READS + k]
        return
    out[row, sample, 0] = cell[lay.C_AD_FIRST]
    is_one = cell[lay.C_SECOND] == -2 or cell[lay.C_SECOND] == cell[lay.C_FIRST]
    out[row, sample, 1] = cell[lay.C_AD_OTHER] if is_one else cell[lay.C_AD_SECOND]
    out[row, sample, 2] = 0 if is_one else cell[lay.C_AD_OTHER]


@helper
def judge_record(rec: Ints) -> int:
    """Return the SiteReason that a record gives every called genotype."""
    if rec[lay.R_IUPAC] != 0:
        return AMBIGUOUS_BASE
    return OK if rec[lay.R_PASSED] == 1 else FILTERED


@helper
def judge_cell(cell: Ints, rec: Ints, limits: Floats, gq: int, dp: int) -> int:
    """Return the SiteReason of a cell: the first that applies."""
    if cell[lay.C_PLOIDY] < 0:
        return NO_GENOTYPE
    if cell[lay.C_FIRST] < 0 and cell[lay.C_SECOND] < 0:
        return NO_CALL
    if cell[lay.C_PLOIDY] > 2:
        return POLYPLOID
    if max(cell[lay.C_FIRST], cell[lay.C_SECOND]) > lay.MAX_STORED_ALLELE:
        return TOO_MANY_ALLELES
    of_record = judge_record(rec)
    if of_record != OK:
        return of_record
    if cell[lay.C_FILTERED] == 1:
        return FILTERED
    margin = cell[lay.C_MARGIN]
    if margin < lay.CONTRADICTED:
        return AD_CONTRADICTS
    if margin == lay.NO_MARGIN and lacks_support(cell, rec):
        return LOW_GP
    if margin != lay.NO_MARGIN:  # without GQ they stand in for it, and they are what it rests on
        gq = max(margin, 0) if gq < 0 else min(gq, max(margin, 0))
    if gq >= 0 and (gq == 0 or gq < limits[lay.L_MIN_GQ]):
        return LOW_GQ
    alleles = min(cell[lay.C_PLOIDY], 2)
    depth = dp if dp >= 0 else cell[lay.C_AD_TOTAL]  # reads counted by allele stand in for DP
    if depth >= 0 and (depth == 0 or 2 * depth < alleles * limits[lay.L_MIN_DP]):
        return LOW_DP
    return UNREADABLE if cell[lay.C_UNREADABLE] == 1 else OK


@helper
def settle_phase(cell: Ints) -> int:
    """Settle phase by PGT where GT has none; return the phase set, 0 for none."""
    first, second = cell[lay.C_FIRST], cell[lay.C_SECOND]
    one, two = cell[lay.C_PGT_FIRST], cell[lay.C_PGT_SECOND]
    same = (one == first and two == second) or (one == second and two == first)
    is_het = first >= 0 and second >= 0 and first != second and cell[lay.C_PLOIDY] == 2
    if cell[lay.C_PHASED] == 0 and is_het and same and cell[lay.C_PID] > 0:
        cell[lay.C_FIRST] = one
        cell[lay.C_SECOND] = two
        cell[lay.C_PHASED] = 1
        return int(cell[lay.C_PID])
    if cell[lay.C_PHASED] == 1:
        return int(cell[lay.C_PS] if cell[lay.C_PS] > 0 else cell[lay.C_PID])
    return 0


@helper
def store_cell(
    cell: Ints,
    rec: Ints,
    limits: Floats,
    state: Ints,
    row: int,
    sample: int,
    genotypes: npt.NDArray[np.int8],
    phased: npt.NDArray[np.uint8],
    phase_set: npt.NDArray[np.int32],
    reason: npt.NDArray[np.uint8],
    gq_out: npt.NDArray[np.int16],
    dp_out: npt.NDArray[np.int32],
) -> int:
    """Write one cell's arrays; return its reason."""
    gq = cell[lay.C_GQ] if cell[lay.C_GQ] >= 0 else cell[lay.C_RGQ]
    dp = cell[lay.C_DP]
    if rec[lay.R_BLOCK] != lay.BLOCK_NONE and cell[lay.C_MIN_DP] >= 0:
        dp = cell[lay.C_MIN_DP]
    found = judge_cell(cell, rec, limits, gq, dp)
    reason[row, sample] = found
    in_set = settle_phase(cell)
    phase_set[row, sample] = in_set
    phased[row, sample] = 1 if cell[lay.C_PHASED] == 1 else 0
    first, second = cell[lay.C_FIRST], cell[lay.C_SECOND]
    genotypes[row, sample, 0] = first if first <= lay.MAX_STORED_ALLELE else -1
    genotypes[row, sample, 1] = second if second <= lay.MAX_STORED_ALLELE else -1
    gq_out[row, sample] = min(gq, 32_767)
    dp_out[row, sample] = dp
    if gq >= 0 or dp >= 0:
        state[lay.S_HAS_DEPTH] = 1
    if gq >= 0 or dp >= 0 or in_set > 0:
        state[lay.S_HAS_VALUES] = 1
    return found
