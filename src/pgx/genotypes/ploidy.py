"""Settle how many haplotypes each genotype has: autosomes, chrX by sex, mitochondrion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pgx.base.genes import Ploidy
from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, Evidence, GeneGenotypes, Unknown

__all__ = ["refuse_mixed", "settle_ploidy"]


def settle_ploidy(genotypes: GeneGenotypes, sexes: Sequence[str | None]) -> None:
    """Bring every genotype to the number of haplotypes that the locus has, in place.

    Autosomes: a haploid genotype is unknown. Mitochondrion: one haplotype; two different
    alleles are heteroplasmy and both are kept. chrX: a male's equal pair is one haplotype, his
    unequal pair is unknown; a female's single allele is unknown; of unknown sex the written
    ploidy counts, and a mixture of both makes the gene unknown.
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
        genotypes.add_note(int(sample), "haploid_on_autosome")


def _write_single_copies(genotypes: GeneGenotypes) -> None:
    """Write a single allele of the only copy as most callers do: as if there were two alike."""
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
        genotypes.add_note(sample, "heteroplasmy")
    half = (call == MISSING).any(axis=2)
    call[half, 0] = MISSING
    call[:, :, 1] = ABSENT
    genotypes.phase_block[:] = UNPHASED


def _altered(genotypes: GeneGenotypes, site: int, codes: list[int]) -> int:
    """Return the altered one of two alleles: one that a definition names before others."""
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
            genotypes.add_note(sample, "male_heterozygous")
        return
    if sex == "female":
        call[haploid] = MISSING
        genotypes.reason[single, sample] = Unknown.PLOIDY
        if single.any():
            genotypes.add_note(sample, "haploid_in_female")
        return
    genotypes.add_note(sample, "sex_unknown")
    refuse_mixed(genotypes, sample)
    if (call[:, 1] == ABSENT).any():
        equal = ~haploid & (call[:, 0] == call[:, 1])
        call[equal, 1] = ABSENT


def refuse_mixed(genotypes: GeneGenotypes, sample: int) -> None:
    """Make a gene unknown of which some sites have one haplotype and others two."""
    call = genotypes.call[:, sample]
    read = np.isin(genotypes.evidence[:, sample], (Evidence.RECORD, Evidence.REFERENCE_BLOCK))
    haploid = call[:, 1] == ABSENT
    single = read & haploid & (call[:, 0] != MISSING)
    double = read & ~haploid & (call != MISSING).any(axis=1)
    if single.any() and double.any():
        call[:] = MISSING
        genotypes.evidence[:, sample] = Evidence.NONE
        genotypes.reason[:, sample] = Unknown.PLOIDY
        genotypes.add_note(sample, "mixed_ploidy")
    elif double.any():
        call[haploid] = MISSING
