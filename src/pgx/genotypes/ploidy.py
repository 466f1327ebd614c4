"""Ploidy of genotypes: autosomes, chrX by sex, mitochondrion.

A cell has many mitochondria, which may differ (heteroplasmy). A nuclear genotype caller writes
``0`` if a fifth of them carry a variant, but such a person is a carrier: aminoglycosides have
caused deafness at low fractions of m.1555A>G. So mitochondrial genotypes are called from allelic
depths.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, Evidence, GeneGenotypes, Unknown
from pgx.genotypes.sites import Site
from pgx.records.genes import Ploidy
from pgx.records.notes import NoteCode

__all__ = [
    "LEAST_READS",
    "LEAST_SHARE",
    "apply_ploidy",
    "read_heteroplasmy",
    "refuse_mixed",
]


def apply_ploidy(genotypes: GeneGenotypes, sexes: Sequence[str | None]) -> None:
    """Set every genotype to the ploidy of the locus, in place.

    Autosomes: a haploid genotype is missing. Mitochondrion: one haplotype; two different alleles
    are heteroplasmy and both are kept. chrX: a male's homozygous diploid genotype is one haplotype,
    a heterozygous one is missing; a female's haploid genotype is missing; with unknown sex the
    written ploidy is used, and mixed ploidy makes the gene missing.
    """
    if genotypes.gene.ploidy is Ploidy.AUTOSOME:
        _autosome(genotypes)
    elif genotypes.gene.ploidy is Ploidy.MITOCHONDRIAL:
        _mitochondrion(genotypes)
    else:
        for sample, sex in enumerate(sexes):
            _x_linked(genotypes, sample, sex)


def _autosome(genotypes: GeneGenotypes) -> None:
    _write_single_copies(genotypes)
    haploid = genotypes.call[:, :, 1] == ABSENT
    if not haploid.any():
        return
    genotypes.call[haploid] = MISSING
    genotypes.reason[haploid] = Unknown.HAPLOID_ON_AUTOSOME
    for sample in np.flatnonzero(haploid.any(axis=0)):
        genotypes.add_note(int(sample), NoteCode.HAPLOID_ON_AUTOSOME)


def _write_single_copies(genotypes: GeneGenotypes) -> None:
    """Write a haploid genotype as most callers do: as a homozygous diploid one."""
    for sample, seen in genotypes.copies.items():
        if seen.copies == 1:
            own = list(seen.sites)
            call = genotypes.call[own, sample]
            single = call[:, 1] == ABSENT
            call[single, 1] = call[single, 0]
            genotypes.call[own, sample] = call


def _mitochondrion(genotypes: GeneGenotypes) -> None:
    call = genotypes.call
    mixed = (call[:, :, 0] != call[:, :, 1]) & (call >= 0).all(axis=2)
    for site, sample in np.argwhere(mixed).tolist():
        call[site, sample, 0] = _altered(genotypes, site, call[site, sample].tolist())
        genotypes.add_note(sample, NoteCode.HETEROPLASMY)
    half = (call == MISSING).any(axis=2)
    call[half, 0] = MISSING
    call[:, :, 1] = ABSENT
    genotypes.phase_block[:] = UNPHASED


def _altered(genotypes: GeneGenotypes, site: int, codes: list[int]) -> int:
    """Return the alternate one of two alleles, documented ones first."""
    documented = [c for c in codes if 0 < c < len(genotypes.gene.variants[site].alleles)]
    if len(documented) == 2:
        return MISSING
    return documented[0] if documented else max(codes)


def _x_linked(genotypes: GeneGenotypes, sample: int, sex: str | None) -> None:
    call = genotypes.call[:, sample]
    answered = genotypes.evidence[:, sample] != Evidence.NONE
    haploid = call[:, 1] == ABSENT
    single = haploid & answered & (call[:, 0] != MISSING)
    if single.any():
        genotypes.haploid_samples.add(sample)
    if sex == "male":
        equal = ~haploid & (call[:, 0] == call[:, 1])
        unequal = ~haploid & ~equal
        double = unequal & answered & (call != MISSING).all(axis=1)
        call[equal, 1] = ABSENT
        call[unequal] = (MISSING, ABSENT)
        genotypes.reason[double, sample] = Unknown.MALE_HETEROZYGOUS
        if double.any():
            genotypes.add_note(sample, NoteCode.MALE_HETEROZYGOUS)
        return
    if sex == "female":
        call[haploid] = MISSING
        genotypes.reason[single, sample] = Unknown.PLOIDY
        if single.any():
            genotypes.add_note(sample, NoteCode.HAPLOID_IN_FEMALE)
        return
    genotypes.add_note(sample, NoteCode.SEX_UNKNOWN)
    refuse_mixed(genotypes, sample)
    if (call[:, 1] == ABSENT).any():
        equal = ~haploid & (call[:, 0] == call[:, 1])
        call[equal, 1] = ABSENT


def refuse_mixed(genotypes: GeneGenotypes, sample: int) -> None:
    """Set a gene with mixed haploid and diploid sites to missing."""
    call = genotypes.call[:, sample]
    read = np.isin(genotypes.evidence[:, sample], (Evidence.RECORD, Evidence.REFERENCE_BLOCK))
    haploid = call[:, 1] == ABSENT
    single = read & haploid & (call[:, 0] != MISSING)
    double = read & ~haploid & (call != MISSING).any(axis=1)
    if single.any() and double.any():
        call[:] = MISSING
        genotypes.evidence[:, sample] = Evidence.NONE
        genotypes.reason[:, sample] = Unknown.PLOIDY
        genotypes.add_note(sample, NoteCode.MIXED_PLOIDY)
    elif double.any():
        call[haploid] = MISSING


LEAST_SHARE: Final = 0.05
"""Share of reads from which an allele counts as carried.

Nuclear copies of mitochondrial sequence and errors of reads stay below 2-5% at usual depths
(Weissensteiner et al. 2021, contamination and heteroplasmy levels).
"""
LEAST_READS: Final = 3
"""Reads from which an allele counts as carried: two may be one error of an amplified fragment."""

Codes = npt.NDArray[np.int8]
Reasons = npt.NDArray[np.uint8]


def read_heteroplasmy(
    found: GeneGenotypes,
    index: int,
    site: Site,
    table: Codes,
    reads: npt.NDArray[np.int32],
    codes: Codes,
    reason: Reasons,
) -> tuple[Codes, Reasons]:
    """Return genotypes and reasons of one record from its allelic depths.

    Parameters
    ----------
    found
        Takes the shares and the notes.
    index, site
        The position.
    table
        Codes of the site by the record's allele index.
    reads
        (N, 3) reads of alleles 0, 1 and 2, -1 throughout if not available.
    codes, reason
        (N, 2) and (N,): genotypes and reasons of the record without them.
    """
    codes, reason = codes.copy(), reason.copy()
    for sample in np.flatnonzero(reads[:, 0] >= 0).tolist():
        own = reads[sample]
        if not set(codes[sample].tolist()) <= {MISSING, ABSENT, *table[: len(own)].tolist()}:
            continue  # an allele beyond those whose reads are known
        total = int(np.maximum(own, 0).sum())
        altered = _heteroplasmy_altered(site, table, own)
        if altered is None or not total:
            continue
        code, count = altered
        is_seen = _counts(count, total)
        is_reference_seen = _counts(total - count, total)
        if count:
            found.shares[index, sample] = round(count / total, 4)
        if is_seen:
            codes[sample] = code, ABSENT
            reason[sample] = Unknown.NONE
            if is_reference_seen:
                found.add_note(sample, NoteCode.HETEROPLASMY)
        elif code in codes[sample]:
            codes[sample] = MISSING, ABSENT
            reason[sample] = Unknown.AD_CONTRADICTS
        elif count and reason[sample] == Unknown.NONE:
            found.add_note(sample, NoteCode.HETEROPLASMY_BELOW_LIMIT)
    return codes, reason


def _counts(count: int, total: int) -> bool:
    """Whether the reads of an allele are sufficient to call it."""
    return count >= LEAST_READS and count >= LEAST_SHARE * total


def _heteroplasmy_altered(
    site: Site, table: Codes, reads: npt.NDArray[np.int32]
) -> tuple[int, int] | None:
    """Return code and reads of the alternative with most reads, documented ones first."""
    n_documented = len(site.variant.alleles)
    best: tuple[bool, int, int] | None = None
    for allele in range(1, min(len(reads), len(table) - 2)):
        code, count = int(table[allele]), int(reads[allele])
        if code in (MISSING, ABSENT, site.reference_code) or count < 0:
            continue
        is_documented = 0 <= code < n_documented
        total = int(np.maximum(reads, 0).sum())
        rank = (is_documented and _counts(count, total), count, code)
        best = rank if best is None else max(best, rank)
    return None if best is None else (best[2], best[1])
