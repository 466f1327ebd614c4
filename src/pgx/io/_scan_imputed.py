"""Loops over what imputation says of a genotype: GP, HDS, DS and the record's R2.

These are posterior probabilities, in which the panel's frequencies count already, so that they
are never multiplied with a prior: a genotype is either supported by them or unknown.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper
from pgx.io import layout as lay
from pgx.io._scan_columns import quality_value
from pgx.io._scan_likelihoods import (
    ABSENT,
    LARGEST,
    NOT_A_NUMBER,
    count_values,
    is_silent,
    place_of_genotype,
    read_millionths,
)
from pgx.io._scan_words import SEMICOLONS, part_end

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

ONE = 1_000_000
ROUNDING = 20_000  # by which probabilities of two decimals may miss their sum


@helper
def value_end(buf: Bytes, p: int, end: int) -> int:
    while p < end and buf[p] != 44:
        p += 1
    return p


@helper
def supports_by_probability(buf: Bytes, p: int, end: int, n_alleles: int, cell: Ints) -> int:
    """Whether GP gives GT `LEAST_SUPPORT`: 1, 0, or -1 where GT names no genotype.

    Probabilities that sum to one are taken as such (VCF 4.3), all others as phred-scaled
    (VCF 4.2). A list that is neither supports nothing.
    """
    count = count_values(buf, p, end)
    if cell[lay.C_FIRST] < 0 or cell[lay.C_SECOND] == -1:
        return -1
    place = place_of_genotype(cell, count, n_alleles)
    if place < 0:
        return 0
    own = other = LARGEST
    total = index = 0
    while p <= end:
        stop = value_end(buf, p, end)
        value = read_millionths(buf, p, stop)
        if value < 0 or value == ABSENT:
            return 0
        total = min(total + value, LARGEST)
        if index == place:
            own = value
        else:
            other = min(other, value)
        index += 1
        p = stop + 1
    if abs(total - ONE) <= ROUNDING:
        return 1 if own >= lay.LEAST_SUPPORT else 0
    return 1 if other - own >= 20 * ONE else 0


@helper
def supports_by_haplotype(buf: Bytes, p: int, end: int, n_alleles: int, cell: Ints) -> int:
    """Whether HDS, the dosage of the only ALT on each haplotype, gives GT `LEAST_SUPPORT`."""
    if cell[lay.C_FIRST] < 0 or cell[lay.C_SECOND] == -1:
        return -1
    ploidy = 1 if cell[lay.C_SECOND] == -2 else 2
    if n_alleles != 2 or count_values(buf, p, end) != ploidy:
        return 0
    support = ONE
    for k in range(ploidy):
        stop = value_end(buf, p, end)
        value = read_millionths(buf, p, stop)
        if value < 0 or value > ONE:
            return 0
        share = value if cell[lay.C_FIRST + k] == 1 else ONE - value
        support = support * share // ONE
        p = stop + 1
    return 1 if support >= lay.LEAST_SUPPORT else 0


@helper
def supports_by_dosage(buf: Bytes, p: int, end: int, n_alleles: int, cell: Ints) -> int:
    """Whether DS, the expected copies of each ALT, leaves GT `LEAST_SUPPORT`.

    The expected copies differ from those of GT by at least the probability of another genotype.
    """
    if cell[lay.C_FIRST] < 0 or cell[lay.C_SECOND] == -1:
        return -1
    if count_values(buf, p, end) != n_alleles - 1:
        return 0
    for allele in range(1, n_alleles):
        stop = value_end(buf, p, end)
        value = read_millionths(buf, p, stop)
        if value < 0 or value == ABSENT:
            return 0
        copies = int(cell[lay.C_FIRST] == allele) + int(cell[lay.C_SECOND] == allele)
        if abs(value - copies * ONE) > ONE - lay.LEAST_SUPPORT:
            return 0
        p = stop + 1
    return 1


@helper
def read_support(buf: Bytes, p: int, end: int, kind: int, n_alleles: int, cell: Ints) -> None:
    """Read GP, HDS or DS; a missing value says nothing."""
    if is_silent(buf, p, end):
        return
    if kind == lay.K_GP:
        cell[lay.C_SUPPORTED] = supports_by_probability(buf, p, end, n_alleles, cell)
    elif kind == lay.K_HDS:
        cell[lay.C_SUPPORTED + 1] = supports_by_haplotype(buf, p, end, n_alleles, cell)
    else:
        cell[lay.C_SUPPORTED + 2] = supports_by_dosage(buf, p, end, n_alleles, cell)


@helper
def lacks_support(cell: Ints, rec: Ints) -> bool:
    """Whether a genotype is imputed and its probability, or the record's R2, is too low."""
    for k in range(3):  # GP says more than HDS, HDS more than DS
        supported = cell[lay.C_SUPPORTED + k]
        if supported >= 0:
            return bool(supported == 0 or rec[lay.R_POORLY_IMPUTED] == 1)
    return False


@helper
def is_poorly_imputed(buf: Bytes, rec: Ints) -> bool:
    """Whether any value of the record's R2 or DR2 is below `LEAST_R2`, or is no number.

    A record may have both, and a missing one says nothing of the other.
    """
    p = rec[lay.R_QUALITY]
    if p < 0:
        return False
    while True:
        value = quality_value(buf, p)
        if value > 0 and has_low_value(buf, value):
            return True
        p = part_end(buf, p, SEMICOLONS)
        if buf[p] != 59:
            return False
        p += 1


@helper
def has_low_value(buf: Bytes, p: int) -> bool:
    """Whether a value in the list at ``p`` is below `LEAST_R2`, or is no number."""
    while True:
        stop = p
        while buf[stop] > 32 and buf[stop] != 44 and buf[stop] != 59:
            stop += 1
        value = read_millionths(buf, p, stop) if stop > p else NOT_A_NUMBER
        if value < lay.LEAST_R2:
            return True
        if buf[stop] != 44:
            return False
        p = stop + 1
