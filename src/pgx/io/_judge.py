"""The one judge of a genotype cell: typed values in, what the cell says out.

Readers decode. VCF and BCF text (`_scan_cells`) and VCF Zarr arrays (`_zarr_kernels`) give each
value to a ``take`` function here, which writes slots of ``cell``, ``C_*`` of `pgx.io.scan_codes`;
`store_cell` then decides ploidy, phase, quality and the `SiteReason`. No rule of a cell stands
anywhere else, but for the likelihoods of odd cells (`pgx.io.read_likelihoods`).

Numbers are whole, or `MISSING`, `UNREADABLE`. Values of lists are in millionths, or `ABSENT`,
`NOT_A_NUMBER`: floats would round 0.99 down, and a threshold must not depend on it.
Oracle: ``tests/reference/scan.py``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import helper
from pgx.io import scan_codes as lay
from pgx.io.records import SiteReason

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
    """Make a cell one that says nothing."""
    for slot in range(lay.C_SIZE):
        cell[slot] = -1
    cell[lay.C_PS] = 0
    cell[lay.C_PID] = 0
    cell[lay.C_FILTERED] = 0
    cell[lay.C_UNREADABLE] = 0
    cell[lay.C_MARGIN] = lay.NO_MARGIN


@helper
def take_number(cell: Ints, kind: int, value: int) -> None:
    """Take GQ, RGQ, DP or MIN_DP."""
    if value == lay.UNREADABLE:
        cell[lay.C_UNREADABLE] = 1
    cell[lay.C_GQ + kind - lay.K_GQ] = max(value, lay.MISSING)  # slots are in the kinds' order


@helper
def begin_depths(cell: Ints) -> None:
    """Begin AD, of which `take_depth` takes each value and `end_depths` the count."""
    cell[lay.C_SOUND] = 1
    cell[lay.C_SUM] = 0
    cell[lay.C_AD_FIRST] = 0
    cell[lay.C_AD_SECOND] = 0
    cell[lay.C_AD_OTHER] = 0


@helper
def take_depth(cell: Ints, index: int, value: int) -> None:
    if value == lay.UNREADABLE:
        cell[lay.C_UNREADABLE] = 1
    if value < 0:
        cell[lay.C_SOUND] = 0
    cell[lay.C_SUM] += max(value, 0)
    if index < lay.N_READS:
        cell[lay.C_READS + index] = value
    if index == cell[lay.C_FIRST]:
        cell[lay.C_AD_FIRST] = value
    if index == cell[lay.C_SECOND]:
        cell[lay.C_AD_SECOND] = value
    elif index != cell[lay.C_FIRST]:
        cell[lay.C_AD_OTHER] = max(cell[lay.C_AD_OTHER], value)


@helper
def end_depths(cell: Ints, count: int, n_alleles: int) -> None:
    """Set the total of AD, which stays -1 where a value is missing or the count is wrong.

    A list that is too short, as when ALTs were merged, has no reads of the others; a single
    number is no list of reads by allele (VarScan writes ALT's alone).
    """
    is_short = 1 < count < n_alleles and max(cell[lay.C_FIRST], cell[lay.C_SECOND]) < count
    if cell[lay.C_SOUND] == 1 and (count == n_alleles or is_short):
        for k in range(count, lay.N_READS):
            cell[lay.C_READS + k] = 0
        cell[lay.C_AD_TOTAL] = cell[lay.C_SUM]


@helper
def fits_ploidy(cell: Ints, count: int, n_alleles: int) -> bool:
    """Whether a list has one value for each genotype of the cell's ploidy.

    Where GT does not tell the ploidy, both a diploid and a haploid list fit.
    """
    ploidy = cell[lay.C_PLOIDY]
    unknown = ploidy < 0 or (ploidy == 1 and cell[lay.C_FIRST] < 0)
    if count == n_alleles * (n_alleles + 1) // 2:
        return bool(unknown or ploidy == 2 or (ploidy == 1 and n_alleles == 1))
    return bool(count == n_alleles and (unknown or ploidy == 1))


@helper
def place_of_genotype(cell: Ints, count: int, n_alleles: int) -> int:
    """Return the index of GT in a list of ``count`` values, one a genotype; -1 if it has none."""
    first, second = cell[lay.C_FIRST], cell[lay.C_SECOND]
    if first < 0 or second == -1:
        return -1
    if count == n_alleles and second == -2:
        return int(first)
    if count != n_alleles * (n_alleles + 1) // 2 or second == -2 or cell[lay.C_PLOIDY] != 2:
        return -1
    low, high = min(first, second), max(first, second)
    return int(high * (high + 1) // 2 + low)


@helper
def begin_list(cell: Ints, kind: int, count: int, n_alleles: int) -> bool:
    """Begin PL, GL, GP, HDS or DS with so many values; whether they are to be taken.

    A list of missing values alone is not begun: it says nothing.
    """
    cell[lay.C_SOUND] = 1
    cell[lay.C_SUM] = ONE if kind == lay.K_HDS else 0
    cell[lay.C_PLACE] = place_of_genotype(cell, count, n_alleles)
    cell[lay.C_OWN] = lay.ABSENT
    cell[lay.C_OTHER] = lay.ABSENT
    if kind >= lay.K_PL:
        return begin_likelihoods(cell, kind, count, n_alleles)
    is_called = cell[lay.C_FIRST] >= 0 and cell[lay.C_SECOND] != -1
    cell[lay.C_SUPPORTED + kind - lay.K_GP] = 0 if is_called else -1
    fits = cell[lay.C_PLACE] >= 0
    if kind == lay.K_HDS:
        fits = n_alleles == 2 and count == (1 if cell[lay.C_SECOND] == -2 else 2)
    elif kind == lay.K_DS:
        fits = count == n_alleles - 1
    return bool(is_called and fits)


@helper
def begin_likelihoods(cell: Ints, kind: int, count: int, n_alleles: int) -> bool:
    """Begin PL, or GL unless the cell has a PL: a PL outranks GL even where it is unsound."""
    if kind == lay.K_GL and cell[lay.C_HAS_PL] == 1:
        return False
    cell[lay.C_HAS_PL] = 0 if kind == lay.K_GL else 1
    cell[lay.C_MARGIN] = lay.NO_MARGIN
    for k in range(lay.N_LIKELIHOODS):
        cell[lay.C_LIKELIHOODS + k] = -1
    return fits_ploidy(cell, count, n_alleles)


@helper
def take_value(cell: Ints, kind: int, index: int, value: int) -> None:
    """Take one value of a list that was begun."""
    is_bad = value < 0 and (kind != lay.K_GL or value == lay.NOT_A_NUMBER)
    if is_bad or (value == lay.ABSENT and kind < lay.K_PL):
        cell[lay.C_SOUND] = 0  # only GL may be negative, only PL and GL may lack a value
    elif kind == lay.K_GL and value != lay.ABSENT:
        value *= -10  # from log10 to phred: smaller is better
    if kind == lay.K_HDS:
        take_haplotype_dosage(cell, index, value)
    elif kind == lay.K_DS:
        take_dosage(cell, index + 1, value)
    else:
        if kind >= lay.K_PL and index < lay.N_LIKELIHOODS:
            cell[lay.C_LIKELIHOODS + index] = value
        if index == cell[lay.C_PLACE]:
            cell[lay.C_OWN] = value
        else:
            cell[lay.C_OTHER] = min(cell[lay.C_OTHER], value)
        if kind == lay.K_GP and cell[lay.C_SOUND] == 1:
            cell[lay.C_SUM] = min(cell[lay.C_SUM] + value, lay.LARGEST)


@helper
def take_haplotype_dosage(cell: Ints, index: int, value: int) -> None:
    """Multiply the probability of GT by that of one of its haplotypes."""
    if value < 0 or value > ONE:
        cell[lay.C_SOUND] = 0
        return
    share = value if cell[lay.C_FIRST + index] == 1 else ONE - value
    cell[lay.C_SUM] = cell[lay.C_SUM] * share // ONE


@helper
def take_dosage(cell: Ints, allele: int, value: int) -> None:
    """Compare expected copies of an allele with those of GT.

    They differ by at least the probability of another genotype.
    """
    copies = int(cell[lay.C_FIRST] == allele) + int(cell[lay.C_SECOND] == allele)
    if abs(value - copies * ONE) > ONE - lay.LEAST_SUPPORT:
        cell[lay.C_SOUND] = 0


@helper
def end_list(cell: Ints, kind: int, count: int, n_alleles: int) -> None:
    """Settle a list of which all values were taken."""
    if kind >= lay.K_PL:
        end_likelihoods(cell, count, n_alleles)
    elif cell[lay.C_SOUND] == 1:
        supported = True
        if kind == lay.K_GP:
            supported = supports_by_probability(cell)
        elif kind == lay.K_HDS:
            supported = cell[lay.C_SUM] >= lay.LEAST_SUPPORT
        cell[lay.C_SUPPORTED + kind - lay.K_GP] = 1 if supported else 0


@helper
def supports_by_probability(cell: Ints) -> bool:
    """Whether GP gives GT `LEAST_SUPPORT`.

    Probabilities that sum to one are taken as such (VCF 4.3), all others as phred-scaled
    (VCF 4.2).
    """
    if abs(cell[lay.C_SUM] - ONE) <= ROUNDING:
        return bool(cell[lay.C_OWN] >= lay.LEAST_SUPPORT)
    return bool(cell[lay.C_OTHER] - cell[lay.C_OWN] >= PHRED_20)


@helper
def end_likelihoods(cell: Ints, count: int, n_alleles: int) -> None:
    """Set the margin of GT; turn values into phred integers in the slots of their genotypes.

    The best is 0; half a phred is rounded up. A list with something that is no number says
    nothing, and of more than three alleles the margin alone stays.
    """
    own, other = cell[lay.C_OWN], cell[lay.C_OTHER]
    is_sound = cell[lay.C_SOUND] == 1
    if is_sound and own != lay.ABSENT and other != lay.ABSENT:
        cell[lay.C_MARGIN] = (other - own + ONE // 2) // ONE
    if not is_sound or n_alleles > 3:
        for k in range(lay.N_LIKELIHOODS):
            cell[lay.C_LIKELIHOODS + k] = -1
        return
    best = lay.ABSENT
    for k in range(count):
        best = min(best, cell[lay.C_LIKELIHOODS + k])
    for k in range(count):
        value = cell[lay.C_LIKELIHOODS + k]
        phred = (value - best + ONE // 2) // ONE
        cell[lay.C_LIKELIHOODS + k] = -1 if value == lay.ABSENT else min(phred, 32_767)
    if count == n_alleles and n_alleles > 1:  # haploid: from 0, 1, 2 to 0/0, 1/1, 2/2
        cell[lay.C_LIKELIHOODS + 5] = cell[lay.C_LIKELIHOODS + 2] if count == 3 else -1
        cell[lay.C_LIKELIHOODS + 2] = cell[lay.C_LIKELIHOODS + 1]
        cell[lay.C_LIKELIHOODS + 1] = -1


@helper
def lacks_support(cell: Ints, rec: Ints) -> bool:
    """Whether a genotype is imputed and its probability, or the record's R2, is too low.

    GP, HDS and DS are posterior probabilities, in which the panel's frequencies count already:
    they are never multiplied with a prior, so a genotype is either supported or unknown.
    """
    for k in range(3):  # GP says more than HDS, HDS more than DS
        supported = cell[lay.C_SUPPORTED + k]
        if supported >= 0:
            return bool(supported == 0 or rec[lay.R_POORLY_IMPUTED] == 1)
    return False


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


@helper
def store_likelihoods(cell: Ints, row: int, sample: int, out: npt.NDArray[np.int16]) -> None:
    """Write one cell's likelihoods."""
    for k in range(lay.N_LIKELIHOODS):
        out[row, sample, k] = cell[lay.C_LIKELIHOODS + k]
