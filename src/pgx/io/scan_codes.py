"""Numbers that the scanning kernel and its callers share: states, slots, fault codes.

A fault's number is the last part of its public code: 41 is ``PGX-VCF-041``.
"""

from __future__ import annotations

from typing import Final

# what the kernel returns: a fault (30 and above) or one of these
DONE: Final = 0
NEED_ROWS: Final = 1
NEW_CONTIG: Final = 2
NEED_LIKELIHOODS: Final = 3
NEED_READS: Final = 4

# slots of ``state``, int64 (S_SIZE,)
S_CURSOR: Final = 0  # offset of the next line
S_LINE: Final = 1  # lines consumed so far, header included
S_CONTIG: Final = 2  # id of the last line's contig, -1 before the first
S_N_CONTIGS: Final = 3
S_N_NAMES: Final = 4  # bytes used of the contig names
S_ROW: Final = 5  # rows used of the current block
S_N_RECORDS: Final = 6
S_REFERENCE_ONLY: Final = 7  # records whose genotypes are all reference
S_HAS_DEPTH: Final = 8
S_ERROR_SAMPLE: Final = 9
S_FORMAT_LENGTH: Final = 10
S_N_KEYS: Final = 11
S_HAS_GT: Final = 12
S_KNOWN: Final = 13  # 1 once a record lies on a canonical contig
S_STAMP: Final = 14  # one number a parsed line: marks slots of the ALT table as its own
S_HAS_VALUES: Final = 15  # 1: this block of rows holds a phase set, GQ or DP
S_LAST_CONTIG: Final = 16
S_LAST_POSITION: Final = 17
S_REPEATS: Final = 18  # records in a row at one position
S_HAS_LIKELIHOODS: Final = 19  # 1: the last line's FORMAT has PL or GL
S_STORED_LIKELIHOODS: Final = 20  # 1: this block of rows holds some
S_BLANK: Final = 21  # number of the first of the blank lines just passed, 0 if none
S_STORED_READS: Final = 22  # 1: this block of rows holds reads by allele
S_SIZE: Final = 23

# slots of one row of ``rows``, int64 (rows, R_SIZE); offsets point into the chunk
R_CONTIG: Final = 0
R_POSITION: Final = 1
R_END: Final = 2
R_REF: Final = 3
R_REF_END: Final = 4
R_ALT: Final = 5
R_ALT_END: Final = 6
R_N_ALTS: Final = 7
R_FILTER: Final = 8
R_FILTER_END: Final = 9
R_PASSED: Final = 10
R_BLOCK: Final = 11
R_IUPAC: Final = 12
R_LINE: Final = 13
R_SYMBOLIC: Final = 14  # 1: an ALT that covers bases, such as <DEL>
R_QUALITY: Final = 15  # offset of the first of INFO/R2 and DR2, -1 if none
R_POORLY_IMPUTED: Final = 16  # 1: one of their values is below `LEAST_R2`
R_MITOCHONDRIAL: Final = 17
R_SIZE: Final = 18

BLOCK_NONE: Final = 0
BLOCK_NON_REF: Final = 1
BLOCK_STAR: Final = 2

# kinds of FORMAT keys that the kernel reads; a new one also belongs in `KINDS`
K_OTHER: Final = 0
K_GT: Final = 1
K_GQ: Final = 2
K_RGQ: Final = 3
K_DP: Final = 4
K_MIN_DP: Final = 5
K_AD: Final = 6
K_PS: Final = 7
K_PGT: Final = 8
K_PID: Final = 9
K_FT: Final = 10
K_GP: Final = 11
K_HDS: Final = 12
K_DS: Final = 13
K_PL: Final = 14  # from here on: likelihoods; from GP on: lists in millionths
K_GL: Final = 15

KINDS: Final = {
    "GT": K_GT, "GQ": K_GQ, "RGQ": K_RGQ, "DP": K_DP, "MIN_DP": K_MIN_DP, "AD": K_AD,
    "PS": K_PS, "PGT": K_PGT, "PID": K_PID, "FT": K_FT, "GP": K_GP, "HDS": K_HDS,
    "DS": K_DS, "PL": K_PL, "GL": K_GL,
}  # fmt: skip
KEY_WORDS: Final = tuple((int.from_bytes(key.encode(), "big"), kind) for key, kind in KINDS.items())
"""Each key's letters as one integer, so that one comparison recognises it; and its kind."""
LONGEST_KEY: Final = max(map(len, KINDS))
NUMBERS: Final = ("GQ", "RGQ", "DP", "MIN_DP")
"""Keys of one number, in the order of their kinds and of their slots from ``C_GQ``."""
K_FIRST_NUMBER: Final = KINDS[NUMBERS[0]]
K_LAST_NUMBER: Final = KINDS[NUMBERS[-1]]
OF_BLOCKS: Final = ("MIN_DP",)
"""Keys that count in reference blocks only."""

# slots of ``cell``: what one selected cell says, int64 (C_SIZE,)
C_FIRST: Final = 0
C_SECOND: Final = 1
C_PLOIDY: Final = 2
C_PHASED: Final = 3
C_GQ: Final = 4
C_RGQ: Final = 5
C_DP: Final = 6
C_MIN_DP: Final = 7
C_AD_TOTAL: Final = 8  # -1: no usable AD
C_AD_FIRST: Final = 9
C_AD_SECOND: Final = 10
C_PS: Final = 11
C_PGT_FIRST: Final = 12  # -1: no phased PGT
C_PGT_SECOND: Final = 13
C_PID: Final = 14
C_FILTERED: Final = 15
C_UNREADABLE: Final = 16
C_HAS_PL: Final = 17
C_LIKELIHOODS: Final = 18  # six slots: genotypes 0/0, 0/1, 1/1, 0/2, 1/2, 2/2
C_READS: Final = 24  # three slots: reads of alleles 0, 1, 2
C_AD_OTHER: Final = 27  # most reads of one allele that GT does not have
C_MARGIN: Final = 28  # likelihood of GT over the best other genotype, phred; NO_MARGIN if none
C_SUPPORTED: Final = 29  # three slots, GP, HDS, DS: 1 it supports GT, 0 it does not, -1 absent
# while a list is read: its place of GT, GT's value and the best other, sum, 1 while it is sound
C_PLACE: Final = 32
C_GT_VALUE: Final = 33
C_BEST_OTHER: Final = 34
C_SUM: Final = 35
C_VALID: Final = 36
C_SIZE: Final = 37
N_LIKELIHOODS: Final = 6

# codes of single numbers; FILL ends what is shorter than its array
MISSING: Final = -1
FILL: Final = -2
UNREADABLE: Final = -3
# codes of values in millionths; no likelihood is as small as 10**-100000000
ABSENT: Final = 1 << 62
ENDED: Final = 1 << 61
NOT_A_NUMBER: Final = -(1 << 62)
LARGEST: Final = 100_000_000_000_000

NO_MARGIN: Final = 1 << 62
CONTRADICTED: Final = -30
"""Phred margin below which GT counts as contradicted: a thousandth of the best genotype."""
LEAST_SUPPORT: Final = 990_000
"""Probability of an imputed genotype, in millionths, from which it counts: that of GQ 20."""
LEAST_R2: Final = 800_000
"""Imputation quality, in millionths, from which genotypes of a record count.

Panels are filtered at 0.3 for association studies, where errors average out; for the genotype
of one person 0.8 is the usual demand.
"""
N_READS: Final = 3

MAX_ALTS: Final = 4_095
MAX_STORED_ALLELE: Final = 126
MAX_FORMAT_BYTES: Final = 4_096
MAX_FORMAT_KEYS: Final = 512
ALT_SLOTS: Final = 8_192
MAX_CONTIGS: Final = 65_536
MAX_NAME_BYTES: Final = 4_194_304
MAX_CONTIG_NAME: Final = 1_000
MAX_SAMPLE_NAME: Final = 255
"""Bytes of a sample's name: each row of each table repeats it, and a file's name holds no more."""
MAX_REPEATS: Final = 10_000

# faults that only the container or the header can have
FAULT_NOT_VCF: Final = 1
FAULT_EMPTY: Final = 2
FAULT_UTF16: Final = 3
FAULT_BOM: Final = 4
FAULT_HTML: Final = 5
FAULT_LFS: Final = 6
FAULT_OTHER_CONTAINER: Final = 7
FAULT_TWICE_COMPRESSED: Final = 8
FAULT_VERSION: Final = 9
FAULT_BLOCK: Final = 10
FAULT_CUT: Final = 11
FAULT_TRAILING: Final = 12
FAULT_GZIP: Final = 13
FAULT_BCF: Final = 14
FAULT_LONG_LINE: Final = 15
FAULT_LONG_HEADER: Final = 16
FAULT_TOO_MUCH: Final = 17
FAULT_NO_NEWLINE: Final = 18
FAULT_UNREADABLE: Final = 19
FAULT_NO_COLUMNS_LINE: Final = 20
FAULT_COLUMNS: Final = 21
FAULT_SPACES: Final = 22
FAULT_SAMPLE_TWICE: Final = 23
FAULT_SAMPLE_NAME: Final = 24
FAULT_HEADER_TEXT: Final = 25
FAULT_HEADER_LINE: Final = 26
FAULT_READS: Final = 27
FAULT_ARRAY: Final = 28
# faults of records
FAULT_HEADER_IN_BODY: Final = 30
FAULT_BLANK: Final = 31
FAULT_CONTROL: Final = 32
FAULT_LONE_CR: Final = 33
FAULT_TOO_FEW: Final = 34
FAULT_TOO_MANY: Final = 35
FAULT_NOT_UTF8: Final = 36
FAULT_EMPTY_FIELD: Final = 37
FAULT_CHROM: Final = 40
FAULT_POS: Final = 41
FAULT_BEYOND: Final = 42
FAULT_REF: Final = 43
FAULT_ALT: Final = 44
FAULT_ALT_EMPTY: Final = 45
FAULT_ALT_TWICE: Final = 46
FAULT_ALT_IS_REF: Final = 47
FAULT_QUAL: Final = 48
FAULT_END: Final = 49
FAULT_END_BEYOND: Final = 50
FAULT_MANY_ALTS: Final = 51
FAULT_FORMAT: Final = 52
FAULT_GT_NOT_FIRST: Final = 53
FAULT_GT: Final = 54
FAULT_GT_INDEX: Final = 55
FAULT_CELL: Final = 56
FAULT_ONE_PLACE: Final = 57
FAULT_NO_KNOWN_CONTIG: Final = 58
FAULT_MANY_CONTIGS: Final = 59
