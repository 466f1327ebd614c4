"""The rules of a genotype cell, the same for all containers: typed values in, genotype out.

Readers decode. VCF and BCF text (`_scan_cells`) and VCF Zarr arrays (`_zarr_kernels`) give each
value to a ``take`` function here, which writes slots of ``cell``, ``C_*`` of `pgx.io.scan_codes`;
`store_cell` then decides ploidy, phase, quality and the `SiteReason`. Only the likelihoods of
cells with contradicting reads are computed elsewhere (`pgx.io.read_likelihoods`).

Numbers are whole, or `MISSING`, `UNREADABLE`. Values of lists are in millionths, or `ABSENT`,
`NOT_A_NUMBER`: floats would round 0.99 down, and a threshold must not depend on it.
Oracle: ``tests/reference/scan.py``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper
from pgx.io import scan_codes as sc
from pgx.io.records import L_MIN_DP, L_MIN_GQ, SiteReason

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

ONE = 1_000_000
ROUNDING = 20_000  # by which probabilities of two decimals may miss their sum
PHRED_20 = 20 * ONE


@helper
def reset_cell(cell: Ints) -> None:
    """Set all slots to missing."""
    for slot in range(sc.C_SIZE):
        cell[slot] = -1
    cell[sc.C_PS] = 0
    cell[sc.C_PID] = 0
    cell[sc.C_FILTERED] = 0
    cell[sc.C_UNREADABLE] = 0
    cell[sc.C_MARGIN] = sc.NO_MARGIN


@helper
def take_number(cell: Ints, kind: int, value: int) -> None:
    """Take a value of one of `NUMBERS`."""
    if value == sc.UNREADABLE:
        cell[sc.C_UNREADABLE] = 1
    cell[sc.C_GQ + kind - sc.K_GQ] = max(value, sc.MISSING)  # slots are in the kinds' order


@helper
def begin_depths(cell: Ints) -> None:
    """Begin AD, of which `take_depth` takes each value and `end_depths` the count."""
    cell[sc.C_VALID] = 1
    cell[sc.C_SUM] = 0
    cell[sc.C_AD_FIRST] = 0
    cell[sc.C_AD_SECOND] = 0
    cell[sc.C_AD_OTHER] = 0


@helper
def take_depth(cell: Ints, index: int, value: int) -> None:
    if value == sc.UNREADABLE:
        cell[sc.C_UNREADABLE] = 1
    if value < 0:
        cell[sc.C_VALID] = 0
    cell[sc.C_SUM] += max(value, 0)
    if index < sc.N_READS:
        cell[sc.C_READS + index] = value
    if index == cell[sc.C_FIRST]:
        cell[sc.C_AD_FIRST] = value
    if index == cell[sc.C_SECOND]:
        cell[sc.C_AD_SECOND] = value
    elif index != cell[sc.C_FIRST]:
        cell[sc.C_AD_OTHER] = max(cell[sc.C_AD_OTHER], value)


@helper
def end_depths(cell: Ints, count: int, n_alleles: int) -> None:
    """Set the total of AD, which stays -1 where a value is missing or the count is wrong.

    A list that is too short, as after ALTs were merged, has no reads of the other alleles; a
    single number is not a list of reads by allele (VarScan writes the ALT count alone).
    """
    is_short = 1 < count < n_alleles and max(cell[sc.C_FIRST], cell[sc.C_SECOND]) < count
    if cell[sc.C_VALID] == 1 and (count == n_alleles or is_short):
        for k in range(count, sc.N_READS):
            cell[sc.C_READS + k] = 0
        cell[sc.C_AD_TOTAL] = cell[sc.C_SUM]


@helper
def fits_ploidy(cell: Ints, count: int, n_alleles: int) -> bool:
    """Whether a list has one value for each genotype of the cell's ploidy.

    If GT does not give the ploidy, both a diploid and a haploid list fit.
    """
    ploidy = cell[sc.C_PLOIDY]
    unknown = ploidy < 0 or (ploidy == 1 and cell[sc.C_FIRST] < 0)
    if count == n_alleles * (n_alleles + 1) // 2:
        return bool(unknown or ploidy == 2 or (ploidy == 1 and n_alleles == 1))
    return bool(count == n_alleles and (unknown or ploidy == 1))


@helper
def place_of_genotype(cell: Ints, count: int, n_alleles: int) -> int:
    """Return the index of GT in a list of ``count`` values, one a genotype; -1 if it has none."""
    first, second = cell[sc.C_FIRST], cell[sc.C_SECOND]
    if first < 0 or second == -1:
        return -1
    if count == n_alleles and second == -2:
        return int(first)
    if count != n_alleles * (n_alleles + 1) // 2 or second == -2 or cell[sc.C_PLOIDY] != 2:
        return -1
    low, high = min(first, second), max(first, second)
    return int(high * (high + 1) // 2 + low)


@helper
def begin_list(cell: Ints, kind: int, count: int, n_alleles: int) -> bool:
    """Begin PL, GL, GP, HDS or DS of ``count`` values; return whether they are to be taken.

    Callers skip lists of missing values only, which carry no information.
    """
    cell[sc.C_VALID] = 1
    cell[sc.C_SUM] = ONE if kind == sc.K_HDS else 0
    cell[sc.C_PLACE] = place_of_genotype(cell, count, n_alleles)
    cell[sc.C_GT_VALUE] = sc.ABSENT
    cell[sc.C_BEST_OTHER] = sc.ABSENT
    if kind >= sc.K_PL:
        return begin_likelihoods(cell, kind, count, n_alleles)
    is_called = cell[sc.C_FIRST] >= 0 and cell[sc.C_SECOND] != -1
    cell[sc.C_SUPPORTED + kind - sc.K_GP] = 0 if is_called else -1
    fits = cell[sc.C_PLACE] >= 0
    if kind == sc.K_HDS:
        fits = n_alleles == 2 and count == (1 if cell[sc.C_SECOND] == -2 else 2)
    elif kind == sc.K_DS:
        fits = count == n_alleles - 1
    return bool(is_called and fits)


@helper
def begin_likelihoods(cell: Ints, kind: int, count: int, n_alleles: int) -> bool:
    """Begin PL, or GL unless the cell has a PL: PL outranks GL even if PL is invalid."""
    if kind == sc.K_GL and cell[sc.C_HAS_PL] == 1:
        return False
    cell[sc.C_HAS_PL] = 0 if kind == sc.K_GL else 1
    cell[sc.C_MARGIN] = sc.NO_MARGIN
    for k in range(sc.N_LIKELIHOODS):
        cell[sc.C_LIKELIHOODS + k] = -1
    return fits_ploidy(cell, count, n_alleles)


@helper
def take_value(cell: Ints, kind: int, index: int, value: int) -> None:
    """Take one value of a list after `begin_list`."""
    is_bad = value < 0 and (kind != sc.K_GL or value == sc.NOT_A_NUMBER)
    if is_bad or (value == sc.ABSENT and kind < sc.K_PL):
        cell[sc.C_VALID] = 0  # only GL may be negative, only PL and GL may lack a value
    elif kind == sc.K_GL and value != sc.ABSENT:
        value *= -10  # from log10 to phred: smaller is better
    if kind == sc.K_HDS:
        take_haplotype_dosage(cell, index, value)
    elif kind == sc.K_DS:
        take_dosage(cell, index + 1, value)
    else:
        if kind >= sc.K_PL and index < sc.N_LIKELIHOODS:
            cell[sc.C_LIKELIHOODS + index] = value
        if index == cell[sc.C_PLACE]:
            cell[sc.C_GT_VALUE] = value
        else:
            cell[sc.C_BEST_OTHER] = min(cell[sc.C_BEST_OTHER], value)
        if kind == sc.K_GP and cell[sc.C_VALID] == 1:
            cell[sc.C_SUM] = min(cell[sc.C_SUM] + value, sc.LARGEST)


@helper
def take_haplotype_dosage(cell: Ints, index: int, value: int) -> None:
    """Multiply the probability of GT by that of one of its haplotypes."""
    if value < 0 or value > ONE:
        cell[sc.C_VALID] = 0
        return
    probability = value if cell[sc.C_FIRST + index] == 1 else ONE - value
    cell[sc.C_SUM] = cell[sc.C_SUM] * probability // ONE


@helper
def take_dosage(cell: Ints, allele: int, value: int) -> None:
    """Compare expected copies of an allele with those of GT.

    They differ by at least the probability of another genotype.
    """
    copies = int(cell[sc.C_FIRST] == allele) + int(cell[sc.C_SECOND] == allele)
    if abs(value - copies * ONE) > ONE - sc.LEAST_SUPPORT:
        cell[sc.C_VALID] = 0


@helper
def end_list(cell: Ints, kind: int, count: int, n_alleles: int) -> None:
    """Conclude a list after all of its values."""
    if kind >= sc.K_PL:
        end_likelihoods(cell, count, n_alleles)
    elif cell[sc.C_VALID] == 1:
        supported = True
        if kind == sc.K_GP:
            supported = supports_by_probability(cell)
        elif kind == sc.K_HDS:
            supported = cell[sc.C_SUM] >= sc.LEAST_SUPPORT
        cell[sc.C_SUPPORTED + kind - sc.K_GP] = 1 if supported else 0


@helper
def supports_by_probability(cell: Ints) -> bool:
    """Whether GP gives GT `LEAST_SUPPORT`.

    Probabilities that sum to one are taken as such (VCF 4.3), all others as phred-scaled
    (VCF 4.2).
    """
    if abs(cell[sc.C_SUM] - ONE) <= ROUNDING:
        return bool(cell[sc.C_GT_VALUE] >= sc.LEAST_SUPPORT)
    return bool(cell[sc.C_BEST_OTHER] - cell[sc.C_GT_VALUE] >= PHRED_20)


@helper
def end_likelihoods(cell: Ints, count: int, n_alleles: int) -> None:
    """Set the margin of GT; turn values into phred integers in the slots of their genotypes.

    The best is 0; half a phred is rounded up. A list with a value that is not a number is
    discarded; with more than three alleles only the margin is kept.
    """
    own, other = cell[sc.C_GT_VALUE], cell[sc.C_BEST_OTHER]
    is_sound = cell[sc.C_VALID] == 1
    if is_sound and own != sc.ABSENT and other != sc.ABSENT:
        cell[sc.C_MARGIN] = (other - own + ONE // 2) // ONE
    if not is_sound or n_alleles > 3:
        for k in range(sc.N_LIKELIHOODS):
            cell[sc.C_LIKELIHOODS + k] = -1
        return
    best = sc.ABSENT
    for k in range(count):
        best = min(best, cell[sc.C_LIKELIHOODS + k])
    for k in range(count):
        value = cell[sc.C_LIKELIHOODS + k]
        phred = (value - best + ONE // 2) // ONE
        cell[sc.C_LIKELIHOODS + k] = -1 if value == sc.ABSENT else min(phred, 32_767)
    if count == n_alleles and n_alleles > 1:  # haploid: from 0, 1, 2 to 0/0, 1/1, 2/2
        cell[sc.C_LIKELIHOODS + 5] = cell[sc.C_LIKELIHOODS + 2] if count == 3 else -1
        cell[sc.C_LIKELIHOODS + 2] = cell[sc.C_LIKELIHOODS + 1]
        cell[sc.C_LIKELIHOODS + 1] = -1


@helper
def lacks_support(cell: Ints, rec: Ints) -> bool:
    """Whether a genotype is imputed and its probability, or the record's R2, is too low.

    GP, HDS and DS are posterior probabilities that include the panel's frequencies: they must
    not be multiplied with a prior again, so a genotype is either supported or unknown.
    """
    for k in range(3):  # GP is more informative than HDS, and HDS than DS
        supported = cell[sc.C_SUPPORTED + k]
        if supported >= 0:
            return bool(supported == 0 or rec[sc.R_POORLY_IMPUTED] == 1)
    return False


@helper
def reads_may_contradict(cell: Ints) -> bool:
    """Whether allelic depths might contradict GT or be too few for it.

    A fast integer test for clean cells. Up to a twentieth of other reads leaves any
    homozygote above phred 20, a quarter of each allele any heterozygote the likeliest genotype
    (`pgx.io.read_likelihoods`).
    """
    total = cell[sc.C_AD_TOTAL]
    first, second = cell[sc.C_FIRST], cell[sc.C_SECOND]
    if total <= 0 or first < 0 or second == -1 or cell[sc.C_PLOIDY] > 2:
        return False
    if second == -2 or second == first:
        return bool(20 * (total - cell[sc.C_AD_FIRST]) >= total)
    smaller = min(cell[sc.C_AD_FIRST], cell[sc.C_AD_SECOND])
    others = total - cell[sc.C_AD_FIRST] - cell[sc.C_AD_SECOND]
    return bool(4 * smaller < total or 20 * others >= total)


@helper
def needs_reads(cell: Ints, rec: Ints, reason: int) -> bool:
    """Whether allelic depths are needed: if they may contradict GT, or nothing else supports it."""
    total = cell[sc.C_AD_TOTAL]
    if total <= 0 or cell[sc.C_FIRST] < 0 or cell[sc.C_SECOND] == -1:
        return False
    if rec[sc.R_MITOCHONDRIAL] == 1:
        return bool(reason in (OK, LOW_GQ, LOW_DP))
    if reason in (LOW_GQ, LOW_DP):
        return bool(cell[sc.C_MARGIN] == sc.NO_MARGIN or reads_may_contradict(cell))
    return bool(reason == OK and reads_may_contradict(cell))


@helper
def store_reads(cell: Ints, rec: Ints, row: int, sample: int, out: Counts) -> None:
    """Write reads of alleles 0, 1 and 2; of more than three, those of GT's and the best other.

    Of mitochondrial records always the first three.
    """
    n_alleles = rec[sc.R_N_ALTS] + 1
    if n_alleles <= sc.N_READS or rec[sc.R_MITOCHONDRIAL] == 1:
        for k in range(min(n_alleles, sc.N_READS)):
            out[row, sample, k] = cell[sc.C_READS + k]
        return
    out[row, sample, 0] = cell[sc.C_AD_FIRST]
    is_one = cell[sc.C_SECOND] == -2 or cell[sc.C_SECOND] == cell[sc.C_FIRST]
    out[row, sample, 1] = cell[sc.C_AD_OTHER] if is_one else cell[sc.C_AD_SECOND]
    out[row, sample, 2] = 0 if is_one else cell[sc.C_AD_OTHER]


@helper
def record_reason(rec: Ints) -> int:
    """Return the SiteReason of every called genotype of a record."""
    if rec[sc.R_IUPAC] != 0:
        return AMBIGUOUS_BASE
    return OK if rec[sc.R_PASSED] == 1 else FILTERED


@helper
def cell_reason(cell: Ints, rec: Ints, limits: Floats, gq: int, dp: int) -> int:
    """Return the SiteReason of a cell: the first that applies."""
    if cell[sc.C_PLOIDY] < 0:
        return NO_GENOTYPE
    if cell[sc.C_FIRST] < 0 and cell[sc.C_SECOND] < 0:
        return NO_CALL
    if cell[sc.C_PLOIDY] > 2:
        return POLYPLOID
    if max(cell[sc.C_FIRST], cell[sc.C_SECOND]) > sc.MAX_STORED_ALLELE:
        return TOO_MANY_ALLELES
    of_record = record_reason(rec)
    if of_record != OK:
        return of_record
    if cell[sc.C_FILTERED] == 1:
        return FILTERED
    margin = cell[sc.C_MARGIN]
    if margin < sc.CONTRADICTED:
        return AD_CONTRADICTS
    if margin == sc.NO_MARGIN and lacks_support(cell, rec):
        return LOW_GP
    if (
        margin != sc.NO_MARGIN
    ):  # GQ is derived from the likelihoods, so their margin replaces or bounds it
        gq = max(margin, 0) if gq < 0 else min(gq, max(margin, 0))
    if gq >= 0 and (gq == 0 or gq < limits[L_MIN_GQ]):
        return LOW_GQ
    alleles = min(cell[sc.C_PLOIDY], 2)
    depth = dp if dp >= 0 else cell[sc.C_AD_TOTAL]  # AD replaces a missing DP
    if depth >= 0 and (depth == 0 or 2 * depth < alleles * limits[L_MIN_DP]):
        return LOW_DP
    return UNREADABLE if cell[sc.C_UNREADABLE] == 1 else OK


@helper
def resolve_phase(cell: Ints) -> int:
    """Take phase from PGT and PID (GATK) if GT is unphased; return the phase set, 0 for none."""
    first, second = cell[sc.C_FIRST], cell[sc.C_SECOND]
    one, two = cell[sc.C_PGT_FIRST], cell[sc.C_PGT_SECOND]
    same = (one == first and two == second) or (one == second and two == first)
    is_het = first >= 0 and second >= 0 and first != second and cell[sc.C_PLOIDY] == 2
    if cell[sc.C_PHASED] == 0 and is_het and same and cell[sc.C_PID] > 0:
        cell[sc.C_FIRST] = one
        cell[sc.C_SECOND] = two
        cell[sc.C_PHASED] = 1
        return int(cell[sc.C_PID])
    if cell[sc.C_PHASED] == 1:
        return int(cell[sc.C_PS] if cell[sc.C_PS] > 0 else cell[sc.C_PID])
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
    gq = cell[sc.C_GQ] if cell[sc.C_GQ] >= 0 else cell[sc.C_RGQ]
    dp = cell[sc.C_DP]
    if rec[sc.R_BLOCK] != sc.BLOCK_NONE and cell[sc.C_MIN_DP] >= 0:
        dp = cell[sc.C_MIN_DP]
    found = cell_reason(cell, rec, limits, gq, dp)
    reason[row, sample] = found
    in_set = resolve_phase(cell)
    phase_set[row, sample] = in_set
    phased[row, sample] = 1 if cell[sc.C_PHASED] == 1 else 0
    first, second = cell[sc.C_FIRST], cell[sc.C_SECOND]
    genotypes[row, sample, 0] = first if first <= sc.MAX_STORED_ALLELE else -1
    genotypes[row, sample, 1] = second if second <= sc.MAX_STORED_ALLELE else -1
    gq_out[row, sample] = min(gq, 32_767)
    dp_out[row, sample] = dp
    if gq >= 0 or dp >= 0:
        state[sc.S_HAS_DEPTH] = 1
    if gq >= 0 or dp >= 0 or in_set > 0:
        state[sc.S_HAS_VALUES] = 1
    return found


@helper
def store_likelihoods(cell: Ints, row: int, sample: int, out: npt.NDArray[np.int16]) -> None:
    """Write one cell's likelihoods."""
    for k in range(sc.N_LIKELIHOODS):
        out[row, sample, k] = cell[sc.C_LIKELIHOODS + k]
