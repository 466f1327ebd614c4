"""The scanning loops: bytes of whole VCF lines in, int8 genotypes at wanted positions out.

Every chunk ends with a newline, and every control character stops every inner loop, so
that no loop needs to look at the chunk's length. Helpers return the offset at which they
stopped, or a fault number as a negative value. ``buf`` is the chunk, uint8 (bytes,);
offsets are 0-based, positions 1-based; slots are named in `pgx.vcf.layout`.
Oracle: ``tests/reference/scan.py``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper, kernel
from pgx.vcf import layout as lay
from pgx.vcf.reasons import SiteReason

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_OK = int(SiteReason.OK)
_NO_GENOTYPE = int(SiteReason.NO_GENOTYPE)
_NO_CALL = int(SiteReason.NO_CALL)
_POLYPLOID = int(SiteReason.POLYPLOID)
_TOO_MANY_ALLELES = int(SiteReason.TOO_MANY_ALLELES)
_AMBIGUOUS_BASE = int(SiteReason.AMBIGUOUS_BASE)
_FILTERED = int(SiteReason.FILTERED)
_LOW_GQ = int(SiteReason.LOW_GQ)
_LOW_DP = int(SiteReason.LOW_DP)
_AD_CONTRADICTS = int(SiteReason.AD_CONTRADICTS)


@helper
def _broken(buf: Bytes, p: int, otherwise: int) -> int:
    """Say why a field stopped at ``p``, which is no tab: negative fault."""
    if buf[p] == 10 or (buf[p] == 13 and buf[p + 1] == 10):
        return -otherwise
    return -lay.FAULT_LONE_CR if buf[p] == 13 else -lay.FAULT_CONTROL


@helper
def _tab(buf: Bytes, start: int, p: int) -> int:
    """Close a fixed field that must not be empty; return the start of the next."""
    if buf[p] != 9:
        return _broken(buf, p, lay.FAULT_TOO_FEW)
    return p + 1 if p > start else -lay.FAULT_EMPTY_FIELD


@helper
def _skip(buf: Bytes, p: int) -> int:
    """Return the start of the field after the one at ``p``."""
    start = p
    while buf[p] >= 32:
        p += 1
    return _tab(buf, start, p)


@helper
def _digits(buf: Bytes, p: int, limit: int) -> tuple[int, int]:
    """Read up to ``limit`` digits: their value and the offset after them."""
    value = 0
    start = p
    while 48 <= buf[p] <= 57 and p - start < limit:
        value = value * 10 + (buf[p] - 48)
        p += 1
    return value, p


@helper
def _same(buf: Bytes, p: int, other: Bytes, q: int, length: int) -> bool:
    for i in range(length):
        if buf[p + i] != other[q + i]:
            return False
    return True


@helper
def _upper(byte: int) -> int:
    return byte - 32 if 97 <= byte <= 122 else byte + 0


@helper
def _base_kind(byte: int) -> int:
    """0: A, C, G, T or N; 1: another IUPAC code; 2: no base."""
    letter = _upper(byte)
    if letter == 65 or letter == 67 or letter == 71 or letter == 84 or letter == 78:
        return 0
    for code in (82, 89, 75, 77, 83, 87, 66, 68, 72, 86):
        if letter == code:
            return 1
    return 2


@helper
def _contig(
    buf: Bytes, p: int, state: Ints, slots: Ints, names: Bytes, offsets: Ints, rec: Ints
) -> int:
    """Read CHROM into ``rec``; a name never seen before is stored and reported as new."""
    start = p
    last = state[lay.S_CONTIG]
    if last >= 0:
        length = offsets[last + 1] - offsets[last]
        if _same(buf, p, names, offsets[last], length) and buf[p + length] == 9:
            rec[lay.R_CONTIG] = last
            return p + length + 1
    code = 0
    while buf[p] > 32:
        code = ((code ^ buf[p]) * 16_777_619) & 0x7FFFFFFF
        p += 1
    if buf[p] == 32 or p - start > lay.MAX_CONTIG_NAME:
        return -lay.FAULT_CHROM
    after = _tab(buf, start, p)
    if after < 0:
        return after
    slot = code % lay.CONTIG_SLOTS
    while slots[slot] > 0:
        found = slots[slot] - 1
        length = offsets[found + 1] - offsets[found]
        if length == p - start and _same(buf, start, names, offsets[found], length):
            state[lay.S_CONTIG] = found
            rec[lay.R_CONTIG] = found
            return after
        slot = (slot + 1) % lay.CONTIG_SLOTS
    return _new_contig(buf, start, p, state, slots, names, offsets, slot)


@helper
def _new_contig(
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
def _position(buf: Bytes, p: int, longest: int, rec: Ints) -> int:
    """Read POS: digits only, no leading zero; 0 and length + 1 are telomeres."""
    value, after = _digits(buf, p, 11)
    if after == p or (buf[p] == 48 and after > p + 1) or buf[after] >= 32:
        return -lay.FAULT_EMPTY_FIELD if buf[p] == 9 else -lay.FAULT_POS
    if buf[after] != 9:
        return _broken(buf, after, lay.FAULT_TOO_FEW)
    if value > longest + 1:
        return -lay.FAULT_BEYOND
    rec[lay.R_POSITION] = value
    return after + 1


@helper
def _reference(buf: Bytes, p: int, rec: Ints) -> int:
    start = p
    while buf[p] >= 32:
        kind = _base_kind(buf[p])
        if kind == 2:
            return -lay.FAULT_REF
        rec[lay.R_IUPAC] |= kind
        p += 1
    rec[lay.R_REF] = start
    rec[lay.R_REF_END] = p
    return _tab(buf, start, p)


@helper
def _bracketed(buf: Bytes, start: int, end: int) -> int:
    """Check a breakend: ``t[p[``, ``t]p]``, ``]p]t`` or ``[p[t``; the offset or a fault."""
    first = start
    while first < end and buf[first] != 91 and buf[first] != 93:
        first += 1
    second = first + 1
    while second < end and buf[second] != 91 and buf[second] != 93:
        second += 1
    if second >= end or buf[first] != buf[second] or second - first < 4:
        return -lay.FAULT_ALT
    if (first == start) == (second == end - 1):
        return -lay.FAULT_ALT
    for q in range(start, end):
        is_base = q < first or q > second
        if is_base and buf[q] != 46 and _base_kind(buf[q]) == 2:
            return -lay.FAULT_ALT
    return end


@helper
def _symbolic(buf: Bytes, start: int, end: int, rec: Ints) -> int:
    """Check ``<ID>``, which bases may precede, and note what covers bases."""
    p = start
    while p < end and buf[p] != 60:
        if _base_kind(buf[p]) == 2:
            return -lay.FAULT_ALT
        p += 1
    if end - p < 3 or buf[end - 1] != 62:
        return -lay.FAULT_ALT
    for q in range(p + 1, end - 1):
        if buf[q] == 60 or buf[q] == 62 or buf[q] == 32:
            return -lay.FAULT_ALT
    is_insertion = end - p >= 5 and buf[p + 1] == 73 and buf[p + 2] == 78 and buf[p + 3] == 83
    if not is_insertion:
        rec[lay.R_SYMBOLIC] = 1
    return end


@helper
def _allele(buf: Bytes, start: int, end: int, rec: Ints) -> int:
    """Check one ALT allele; the offset of its end, or a fault."""
    if end == start or (end == start + 1 and buf[start] == 46):
        return -lay.FAULT_ALT_EMPTY
    if end == start + 1 and buf[start] == 42:
        return end
    if end - start > 1 and (buf[start] == 46 or buf[end - 1] == 46):
        for q in range(start + 1, end - 1):
            if _base_kind(buf[q]) == 2:
                return _bracketed(buf, start, end)
        return end  # a single breakend
    for q in range(start, end):
        if buf[q] == 91 or buf[q] == 93:
            return _bracketed(buf, start, end)
        if buf[q] == 60:
            return _symbolic(buf, start, end, rec)
        kind = _base_kind(buf[q])
        if kind == 2:
            return -lay.FAULT_ALT
        rec[lay.R_IUPAC] |= kind
    length = rec[lay.R_REF_END] - rec[lay.R_REF]
    if length == end - start and _same_bases(buf, start, rec[lay.R_REF], length):
        return -lay.FAULT_ALT_IS_REF
    return end


@helper
def _same_bases(buf: Bytes, p: int, q: int, length: int) -> bool:
    for i in range(length):
        if _upper(buf[p + i]) != _upper(buf[q + i]):
            return False
    return True


@helper
def _is_repeated(buf: Bytes, index: int, spans: Ints, slots: Ints, stamp: int) -> bool:
    """Whether an earlier ALT of this line has the same bases; breakends may repeat."""
    start = spans[index]
    length = spans[index + 1] - 1 - start
    code = 0
    for i in range(length):
        code = ((code ^ _upper(buf[start + i])) * 16_777_619) & 0x7FFFFFFF
        if buf[start + i] == 60 or buf[start + i] == 91 or buf[start + i] == 93:
            return False
    slot = code % lay.ALT_SLOTS
    while slots[slot] // 4_096 == stamp:
        other = spans[slots[slot] % 4_096]
        size = spans[slots[slot] % 4_096 + 1] - 1 - other
        if size == length and _same_bases(buf, start, other, length):
            return True
        slot = (slot + 1) % lay.ALT_SLOTS
    slots[slot] = stamp * 4_096 + index
    return False


@helper
def _alternatives(buf: Bytes, p: int, spans: Ints, slots: Ints, stamp: int, rec: Ints) -> int:
    rec[lay.R_ALT] = p
    rec[lay.R_N_ALTS] = 0
    rec[lay.R_SYMBOLIC] = 0
    rec[lay.R_BLOCK] = lay.BLOCK_NONE
    if buf[p] == 46 and buf[p + 1] == 9:
        rec[lay.R_ALT_END] = p + 1
        return p + 2
    start = p
    count = 0
    while True:
        while buf[p] >= 32 and buf[p] != 44:
            p += 1
        if buf[p] != 44 and buf[p] != 9:
            return _broken(buf, p, lay.FAULT_TOO_FEW)
        if p == rec[lay.R_ALT] and buf[p] == 9:
            return -lay.FAULT_EMPTY_FIELD
        if count >= lay.MAX_ALTS:
            return -lay.FAULT_MANY_ALTS
        if _allele(buf, start, p, rec) < 0:
            return _allele(buf, start, p, rec)
        spans[count] = start
        spans[count + 1] = p + 1
        if (count > 0 or buf[p] == 44) and _is_repeated(buf, count, spans, slots, stamp):
            return -lay.FAULT_ALT_TWICE
        count += 1
        start = p + 1
        if buf[p] == 9:
            break
        p += 1
    rec[lay.R_ALT_END] = p
    rec[lay.R_N_ALTS] = count
    if count == 1:
        rec[lay.R_BLOCK] = _block_kind(buf, rec[lay.R_ALT], p)
    return p + 1


@helper
def _block_kind(buf: Bytes, p: int, end: int) -> int:
    """Tell a reference block, whose only ALT is <*> or <NON_REF>."""
    if end - p == 3 and buf[p] == 60 and buf[p + 1] == 42:
        return lay.BLOCK_STAR
    if end - p != 9 or buf[p] != 60:
        return lay.BLOCK_NONE
    k = 1
    for letter in (78, 79, 78, 95, 82, 69, 70):  # NON_REF
        if buf[p + k] != letter:
            return lay.BLOCK_NONE
        k += 1
    return lay.BLOCK_NON_REF


@helper
def _quality(buf: Bytes, p: int) -> int:
    """Check QUAL: '.', a decimal number with an optional exponent, inf or nan."""
    start = p
    if buf[p] == 46 and buf[p + 1] == 9:
        return p + 2
    if buf[p] == 43 or buf[p] == 45:
        p += 1
    if _upper(buf[p]) == 73 or _upper(buf[p]) == 78:
        word = (73, 78, 70) if _upper(buf[p]) == 73 else (78, 65, 78)
        for letter in word:
            if _upper(buf[p]) != letter:
                return -lay.FAULT_QUAL
            p += 1
        return _tab(buf, start, p) if buf[p] < 32 else -lay.FAULT_QUAL
    whole = p
    while 48 <= buf[p] <= 57:
        p += 1
    n_digits = p - whole
    if buf[p] == 46:
        p += 1
        whole = p
        while 48 <= buf[p] <= 57:
            p += 1
        n_digits += p - whole
    if n_digits > 0 and (buf[p] == 69 or buf[p] == 101):
        p += 2 if buf[p + 1] == 43 or buf[p + 1] == 45 else 1
        n_digits = 1 if 48 <= buf[p] <= 57 else 0
        while 48 <= buf[p] <= 57:
            p += 1
    if buf[p] >= 32 or (n_digits == 0 and p > start):
        return -lay.FAULT_QUAL
    return _tab(buf, start, p)


@helper
def _filter(buf: Bytes, p: int, rec: Ints) -> int:
    start = p
    while buf[p] >= 32:
        p += 1
    rec[lay.R_FILTER] = start
    rec[lay.R_FILTER_END] = p
    passed = _is_pass(buf, start, p)
    rec[lay.R_PASSED] = 1 if passed else 0
    return _tab(buf, start, p)


@helper
def _is_pass(buf: Bytes, start: int, end: int) -> bool:
    if end - start == 1:
        return buf[start] == 46
    return (
        end - start == 4
        and buf[start] == 80
        and buf[start + 1] == 65
        and buf[start + 2] == 83
        and buf[start + 3] == 83
    )


@helper
def _longest(buf: Bytes, p: int) -> int:
    """Return the greatest absolute number of a comma-separated list, 0 if none."""
    longest = 0
    while True:
        if buf[p] == 45:
            p += 1
        value, p = _digits(buf, p, 11)
        longest = max(longest, value)
        if buf[p] != 44:
            return longest
        p += 1


@helper
def _info(buf: Bytes, p: int, longest: int, rec: Ints) -> int:
    """Walk INFO for END and SVLEN and set the last base that the record covers."""
    start = p
    position = rec[lay.R_POSITION]
    end = -1
    span = 0
    while True:
        if buf[p] == 69 and buf[p + 1] == 78 and buf[p + 2] == 68 and buf[p + 3] == 61:
            value, after = _digits(buf, p + 4, 11)
            if end >= 0 or (buf[after] >= 32 and buf[after] != 59):
                return -lay.FAULT_END
            if after == p + 4 or value < position:
                return -lay.FAULT_END
            if value > longest + 1:
                return -lay.FAULT_END_BEYOND
            end = value
            p = after
        elif rec[lay.R_SYMBOLIC] == 1 and buf[p] == 83 and buf[p + 1] == 86 and buf[p + 2] == 76:
            if buf[p + 3] == 69 and buf[p + 4] == 78 and buf[p + 5] == 61:
                span = _longest(buf, p + 6)
        while buf[p] >= 32 and buf[p] != 59:
            p += 1
        if buf[p] != 59:
            break
        p += 1
    covered = position + rec[lay.R_REF_END] - rec[lay.R_REF] - 1
    if end < 0 and span > 0:
        end = min(position + span, longest)
    rec[lay.R_END] = max(end, covered)
    return _tab(buf, start, p)


@helper
def _key_kind(buf: Bytes, p: int, length: int) -> int:
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
    ):
        if word == text:
            return kind
    return lay.K_OTHER


@helper
def _format(buf: Bytes, p: int, state: Ints, cached: Bytes, kinds: Ints) -> int:
    """Read FORMAT unless it is the last line's; return the start of the first cell."""
    length = state[lay.S_FORMAT_LENGTH]
    if length > 0 and _same(buf, p, cached, 0, length) and buf[p + length] == 9:
        return p + length + 1
    start = p
    n_keys = 0
    key = p
    while True:
        if buf[p] >= 32 and buf[p] != 58:
            p += 1
            continue
        if buf[p] != 9 and buf[p] != 58:
            return _broken(buf, p, lay.FAULT_TOO_FEW)
        if p == key:
            return -lay.FAULT_FORMAT if buf[p] != 9 or p > start else -lay.FAULT_EMPTY_FIELD
        if n_keys >= lay.MAX_FORMAT_KEYS or p - start > lay.MAX_FORMAT_BYTES:
            return -lay.FAULT_FORMAT
        kinds[n_keys] = _key_kind(buf, key, p - key)
        kinds[lay.MAX_FORMAT_KEYS + n_keys] = key
        kinds[2 * lay.MAX_FORMAT_KEYS + n_keys] = p - key
        for i in range(n_keys):
            other = kinds[lay.MAX_FORMAT_KEYS + i]
            if kinds[2 * lay.MAX_FORMAT_KEYS + i] == p - key and _same(
                buf, key, buf, other, p - key
            ):
                return -lay.FAULT_FORMAT
        if kinds[n_keys] == lay.K_GT and n_keys > 0:
            return -lay.FAULT_GT_NOT_FIRST
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
    return _tab(buf, start, p)


@helper
def _genotype(buf: Bytes, p: int, n_alleles: int, cell: Ints) -> int:
    """Read GT into ``cell``: first and second allele, ploidy, phase; offset or fault."""
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
            allele, after = _digits(buf, p, 6)
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
def _number(buf: Bytes, p: int, end: int) -> int:
    """Read a number's whole part: -1 for '.', -2 if it is none; below 0 counts as 0."""
    if end == p + 1 and buf[p] == 46:
        return -1
    negative = buf[p] == 45
    if negative:
        p += 1
    value, after = _digits(buf, p, 12)
    if after == p:
        return -2
    if after < end and buf[after] == 46:
        _, after = _digits(buf, after + 1, 40)
    if after != end:
        return -2
    return 0 if negative else min(value, 2_147_483_647)


@helper
def _text_code(buf: Bytes, p: int, end: int) -> int:
    """Return a positive 31-bit code of a phase set's name, 0 for '.'.

    Whole numbers below 2**30 stand for themselves, so that two of them never collide.
    """
    if end == p or (end == p + 1 and buf[p] == 46):
        return 0
    value, after = _digits(buf, p, 10)
    if after == end and 0 < value < 0x40000000 and buf[p] != 48:
        return value
    code = 0
    while p < end:
        code = ((code ^ buf[p]) * 16_777_619) & 0x3FFFFFFF
        p += 1
    return code | 0x40000000


@helper
def _depths(buf: Bytes, p: int, end: int, n_alleles: int, cell: Ints) -> bool:
    """Read AD into ``cell``; False if it holds something that is no number."""
    total = 0
    index = 0
    complete = not (end == p + 1 and buf[p] == 46)
    while p <= end:
        stop = p
        while stop < end and buf[stop] != 44:
            stop += 1
        value = _number(buf, p, stop)
        if value == -2:
            return False
        complete = complete and value >= 0
        total += max(value, 0)
        if index == cell[lay.C_FIRST]:
            cell[lay.C_AD_FIRST] = value
        if index == cell[lay.C_SECOND]:
            cell[lay.C_AD_SECOND] = value
        index += 1
        p = stop + 1
    cell[lay.C_AD_TOTAL] = total if complete and index == n_alleles else -1
    return True


@helper
def _value(buf: Bytes, p: int, end: int, kind: int, n_alleles: int, cell: Ints) -> bool:
    """Read one value of a selected cell by the kind of its key; False if malformed."""
    if kind == lay.K_GQ or kind == lay.K_RGQ or kind == lay.K_DP or kind == lay.K_MIN_DP:
        slot = lay.C_GQ + kind - lay.K_GQ  # the four slots follow the order of the kinds
        cell[slot] = _number(buf, p, end)
        return cell[slot] >= -1
    if kind == lay.K_AD:
        return _depths(buf, p, end, n_alleles, cell)
    if kind == lay.K_PS:
        cell[lay.C_PS] = _text_code(buf, p, end)
    elif kind == lay.K_PID:
        cell[lay.C_PID] = _text_code(buf, p, end)
    elif kind == lay.K_FT:
        cell[lay.C_FILTERED] = 0 if _is_pass(buf, p, end) else 1
    elif kind == lay.K_PGT and end == p + 3 and buf[p + 1] == 124:
        cell[lay.C_PGT_FIRST] = buf[p] - 48
        cell[lay.C_PGT_SECOND] = buf[p + 2] - 48
    return True


@helper
def _cell(buf: Bytes, p: int, state: Ints, kinds: Ints, n_alleles: int, cell: Ints) -> int:
    """Read all of one selected cell; offset of its end, or a fault."""
    for slot in range(lay.C_SIZE):
        cell[slot] = -1
    cell[lay.C_PS] = 0
    cell[lay.C_PID] = 0
    cell[lay.C_FILTERED] = 0
    n_keys = state[lay.S_N_KEYS]
    index = 0
    if state[lay.S_HAS_GT] == 1:
        p = _genotype(buf, p, n_alleles, cell)
        if p < 0:
            return p
        index = 1
        if buf[p] != 58:
            return p
        p += 1
    while index < n_keys:
        end = p
        while buf[end] >= 32 and buf[end] != 58:
            end += 1
        if end == p or not _value(buf, p, end, kinds[index], n_alleles, cell):
            return -lay.FAULT_CELL if end == p else -lay.FAULT_NUMBER
        if buf[end] != 58:
            return end
        p = end + 1
        index += 1
    return -lay.FAULT_CELL


@helper
def _pass_cell(buf: Bytes, p: int, state: Ints, n_alleles: int, cell: Ints) -> int:
    """Check one cell of a record that nobody asked for; offset of its end, or a fault."""
    n_values = 1
    if state[lay.S_HAS_GT] == 1:
        p = _genotype(buf, p, n_alleles, cell)
        if p < 0:
            return p
    elif buf[p] < 32:
        return -lay.FAULT_CELL
    else:
        cell[lay.C_FIRST] = -1
        cell[lay.C_SECOND] = -1
    while buf[p] >= 32:
        if buf[p] == 58:
            n_values += 1
        p += 1
    return p if n_values <= state[lay.S_N_KEYS] else -lay.FAULT_CELL


@helper
def _depths_contradict(cell: Ints, limits: Floats) -> bool:
    total = cell[lay.C_AD_TOTAL]
    if total <= 0 or total < limits[lay.L_MIN_DP]:
        return False
    first, second = cell[lay.C_FIRST], cell[lay.C_SECOND]
    if first < 0 or second == -1:
        return False
    if second == -2 or second == first:
        return cell[lay.C_AD_FIRST] < limits[lay.L_HOM_FRACTION] * total
    smaller = min(cell[lay.C_AD_FIRST], cell[lay.C_AD_SECOND])
    return smaller < limits[lay.L_HET_FRACTION] * total


@helper
def _reason(cell: Ints, rec: Ints, limits: Floats, gq: int, dp: int) -> int:
    """Return the SiteReason of a cell: the first that applies."""
    if cell[lay.C_PLOIDY] < 0:
        return _NO_GENOTYPE
    if cell[lay.C_FIRST] < 0 and cell[lay.C_SECOND] < 0:
        return _NO_CALL
    if cell[lay.C_PLOIDY] > 2:
        return _POLYPLOID
    if max(cell[lay.C_FIRST], cell[lay.C_SECOND]) > lay.MAX_STORED_ALLELE:
        return _TOO_MANY_ALLELES
    if rec[lay.R_IUPAC] != 0:
        return _AMBIGUOUS_BASE
    if rec[lay.R_PASSED] == 0 or cell[lay.C_FILTERED] == 1:
        return _FILTERED
    if gq >= 0 and (gq == 0 or gq < limits[lay.L_MIN_GQ]):
        return _LOW_GQ
    if dp >= 0 and (dp == 0 or dp < limits[lay.L_MIN_DP]):
        return _LOW_DP
    return _AD_CONTRADICTS if _depths_contradict(cell, limits) else _OK


@helper
def _phase(cell: Ints) -> int:
    """Settle phase by PGT where GT has none; return the phase set, 0 for none."""
    first, second = cell[lay.C_FIRST], cell[lay.C_SECOND]
    one, two = cell[lay.C_PGT_FIRST], cell[lay.C_PGT_SECOND]
    same = (one == first and two == second) or (one == second and two == first)
    is_het = first >= 0 and second >= 0 and first != second and cell[lay.C_PLOIDY] == 2
    if cell[lay.C_PHASED] == 0 and is_het and same and cell[lay.C_PID] > 0:
        cell[lay.C_FIRST] = one
        cell[lay.C_SECOND] = two
        cell[lay.C_PHASED] = 1
        return cell[lay.C_PID]
    if cell[lay.C_PHASED] == 1:
        return cell[lay.C_PS] if cell[lay.C_PS] > 0 else cell[lay.C_PID]
    return 0


@helper
def _store(
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
) -> None:
    """Write one cell's arrays."""
    gq = cell[lay.C_GQ] if cell[lay.C_GQ] >= 0 else cell[lay.C_RGQ]
    dp = cell[lay.C_DP]
    if rec[lay.R_BLOCK] != lay.BLOCK_NONE and cell[lay.C_MIN_DP] >= 0:
        dp = cell[lay.C_MIN_DP]
    reason[row, sample] = _reason(cell, rec, limits, gq, dp)
    phase_set[row, sample] = _phase(cell)
    phased[row, sample] = 1 if cell[lay.C_PHASED] == 1 else 0
    first, second = cell[lay.C_FIRST], cell[lay.C_SECOND]
    genotypes[row, sample, 0] = first if first <= lay.MAX_STORED_ALLELE else -1
    genotypes[row, sample, 1] = second if second <= lay.MAX_STORED_ALLELE else -1
    gq_out[row, sample] = min(gq, 32_767)
    dp_out[row, sample] = dp
    if gq >= 0 or dp >= 0:
        state[lay.S_HAS_DEPTH] = 1


@helper
def _grid(buf: Bytes, p: int, end: int, n_samples: int, n_alleles: int) -> int:
    """Check cells that are all three bytes wide, such as ``0|1``, at a fixed stride.

    Returns 4 if any allele is an ALT plus 2 if any is REF plus 1; 0 if the line does not
    have this shape or holds a fault, which the general way then finds.
    """
    last = p + 4 * n_samples - 1
    if n_alleles > 10 or last >= end:
        return 0
    if buf[last] != 10 and (buf[last] != 13 or buf[last + 1] != 10):
        return 0
    bad = False
    alternative = False
    reference = False
    top = 48 + n_alleles
    for i in range(n_samples - 1):
        q = p + 4 * i
        a, s, b = buf[q], buf[q + 1], buf[q + 2]
        bad |= buf[q + 3] != 9
        bad |= (a != 46) & ((a < 48) | (a >= top))
        bad |= (b != 46) & ((b < 48) | (b >= top))
        bad |= (s != 124) & (s != 47)
        alternative |= (a > 48) | (b > 48)
        reference |= (a == 48) | (b == 48)
    a, s, b = buf[last - 3], buf[last - 2], buf[last - 1]
    bad |= (a != 46) & ((a < 48) | (a >= top))
    bad |= (b != 46) & ((b < 48) | (b >= top))
    bad |= (s != 124) & (s != 47)
    alternative |= (a > 48) | (b > 48)
    reference |= (a == 48) | (b == 48)
    if bad:
        return 0
    return 1 + (4 if alternative else 0) + (2 if reference else 0)


@helper
def _line_end(buf: Bytes, p: int) -> int:
    if buf[p] == 10:
        return p + 1
    if buf[p] == 9:
        return -lay.FAULT_TOO_MANY
    return p + 2 if buf[p] == 13 and buf[p + 1] == 10 else _broken(buf, p, 0)


@helper
def _find(intervals: Ints, low: int, high: int, position: int) -> int:
    """Return the first of sorted disjoint intervals that ends at or after a position."""
    while low < high:
        middle = (low + high) // 2
        if intervals[middle, 1] < position:
            low = middle + 1
        else:
            high = middle
    return low


@helper
def _is_wanted(canonical: int, rec: Ints, windows: Ints, window_offsets: Ints) -> bool:
    high = window_offsets[canonical + 1]
    found = _find(windows, window_offsets[canonical], high, rec[lay.R_POSITION])
    return found < high and windows[found, 0] <= rec[lay.R_END]


@helper
def _note_regions(canonical: int, position: int, regions: Ints, region_offsets: Ints) -> None:
    """Keep the first and last position seen: columns 2 and 3 of ``regions``."""
    for i in range(region_offsets[canonical], region_offsets[canonical + 1]):
        if regions[i, 0] <= position <= regions[i, 1]:
            if regions[i, 2] == 0 or position < regions[i, 2]:
                regions[i, 2] = position
            regions[i, 3] = max(regions[i, 3], position)


@helper
def _fixed(
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
    if buf[p] == 35:
        return -lay.FAULT_HEADER_IN_BODY
    if buf[p] == 10 or (buf[p] == 13 and buf[p + 1] == 10):
        return -lay.FAULT_BLANK
    p = _contig(buf, p, state, slots, names, offsets, rec)
    if p < 0:
        return p
    longest = contigs[rec[lay.R_CONTIG], 1]
    rec[lay.R_IUPAC] = 0
    p = _position(buf, p, longest, rec)
    p = _skip(buf, p) if p >= 0 else p
    p = _reference(buf, p, rec) if p >= 0 else p
    state[lay.S_STAMP] += 1
    p = _alternatives(buf, p, spans, alt_slots, state[lay.S_STAMP], rec) if p >= 0 else p
    p = _quality(buf, p) if p >= 0 else p
    p = _filter(buf, p, rec) if p >= 0 else p
    return _info(buf, p, longest, rec) if p >= 0 else p


@kernel(
    "int64(uint8[::1], int64, int64, int64[::1], int64[::1], uint8[::1], int64[::1],"
    " int64[:, ::1], int64[::1], int64[::1], uint8[::1], int64[::1],"
    " int64[:, ::1], int64[::1], int64[:, ::1], int64[::1], float64[::1], int64[:, ::1],"
    " int8[:, :, ::1], uint8[:, ::1], int32[:, ::1], uint8[:, ::1], int16[:, ::1],"
    " int32[:, ::1])"
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
) -> int:
    """Scan the lines from ``state[S_CURSOR]`` to ``end``, checking all, keeping the wanted.

    Shapes: ``state`` (S_SIZE,), ``slots`` (CONTIG_SLOTS,), ``offsets`` (contigs + 1,),
    ``contigs`` (contigs, 2): canonical index or -1, length; ``windows`` (W, 2) sorted and
    disjoint within ``window_offsets``; ``regions`` (G, 4): start, end, first and last
    position seen; ``rows`` (K, R_SIZE); outputs (K, N) for N samples, ``genotypes``
    (K, N, 2). ``buf[end - 1]`` is a newline.

    Returns DONE at ``end``; NEED_ROWS when all K rows are used; NEW_CONTIG when the last
    name of ``names`` needs its row in ``contigs``; else a fault of the line that starts
    at the cursor. It goes on from the cursor when called again.
    """
    rec = np.zeros(lay.R_SIZE, np.int64)
    cell = np.zeros(lay.C_SIZE, np.int64)
    p = state[lay.S_CURSOR]
    while p < end:
        state[lay.S_CURSOR] = p
        state[lay.S_ERROR_SAMPLE] = -1
        p = _fixed(buf, p, state, slots, names, offsets, contigs, spans, alt_slots, rec)
        p = _format(buf, p, state, format_text, kinds) if p >= 0 else p
        if p < 0:
            return -p
        n_alleles = rec[lay.R_N_ALTS] + 1
        canonical = contigs[rec[lay.R_CONTIG], 0]
        wanted = canonical >= 0 and _is_wanted(canonical, rec, windows, window_offsets)
        row = state[lay.S_ROW]
        if wanted and row >= rows.shape[0]:
            return lay.NEED_ROWS
        seen = 0
        gt_only = state[lay.S_N_KEYS] == 1 and state[lay.S_HAS_GT] == 1
        if gt_only and not wanted:
            seen = _grid(buf, p, end, n_samples, n_alleles)
        if seen > 0:
            p += 4 * n_samples - 1
        else:
            for sample in range(n_samples):
                if sample > 0:
                    if buf[p] != 9:
                        return -_broken(buf, p, lay.FAULT_TOO_FEW)
                    p += 1
                if wanted:
                    p = _cell(buf, p, state, kinds, n_alleles, cell)
                else:
                    p = _pass_cell(buf, p, state, n_alleles, cell)
                if p < 0:
                    state[lay.S_ERROR_SAMPLE] = sample
                    return -p
                seen |= 2 if cell[lay.C_FIRST] == 0 or cell[lay.C_SECOND] == 0 else 0
                seen |= 4 if cell[lay.C_FIRST] > 0 or cell[lay.C_SECOND] > 0 else 0
                if wanted:
                    _store(
                        cell, rec, limits, state, row, sample,
                        genotypes, phased, phase_set, reason, gq, dp,
                    )  # fmt: skip
        p = _line_end(buf, p)
        if p < 0:
            return -p
        state[lay.S_LINE] += 1
        state[lay.S_N_RECORDS] += 1
        if seen & 6 == 2:
            state[lay.S_REFERENCE_ONLY] = 1
        if canonical >= 0:
            state[lay.S_KNOWN] = 1
            _note_regions(canonical, rec[lay.R_POSITION], regions, region_offsets)
        if wanted:
            rec[lay.R_LINE] = state[lay.S_LINE]
            rows[row, :] = rec
            state[lay.S_ROW] = row + 1
    state[lay.S_CURSOR] = end
    return lay.DONE
