"""Genotype likelihoods of VCF Zarr arrays: PL, or GL where a cell has no PL, as phred integers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pgx.vcf import layout as lay
from pgx.vcf.zarr_values import ABSENT, NOT_A_NUMBER, millionths

__all__ = ["settle"]

Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]


def settle(
    raw: dict[str, Array], first: Array, ploidy: Array, n_alleles: Ints
) -> npt.NDArray[np.int16] | None:
    """Return likelihoods as `Scan` has them, None where no cell has any.

    Parameters
    ----------
    raw
        PL and GL of variants (K, N) or (K, N, W), either may be absent.
    first, ploidy
        First allele and ploidy (K, N) of the cells, -1 unknown.
    n_alleles
        Alleles (K,) of the variants.
    """
    out = None
    rows = np.flatnonzero(n_alleles <= 3)
    for key in ("GL", "PL"):  # what a PL says replaces what a GL said
        if key not in raw or not len(rows):
            continue
        width = lay.N_LIKELIHOODS
        values, length = millionths(raw[key][rows], width, is_log=key == "GL")
        if key == "GL":
            length = _without_tail(values, length, ploidy[rows], n_alleles[rows])
        in_list = np.arange(values.shape[2]) < length[..., None]
        given = ((values != ABSENT) & in_list).any(axis=2)
        if not given.any():
            continue
        if out is None:
            out = np.full((*first.shape, width), -1, np.int16)
        found = _phred(values, length, in_list, first[rows], ploidy[rows], n_alleles[rows])
        out[rows] = np.where(given[..., None], found, out[rows])
    return out


def _without_tail(values: Ints, length: Ints, ploidy: Array, n_alleles: Ints) -> Ints:
    """Return lengths of lists, for haploid cells without missing values at the end.

    vcf2zarr stores the end of a shorter list of floats as missing values.
    """
    alleles = n_alleles[:, None]
    is_tail = np.arange(values.shape[2]) >= alleles[..., None]
    is_silent = (values == ABSENT) | (np.arange(values.shape[2]) >= length[..., None])
    is_haploid = (ploidy == 1) & (length > alleles) & (is_silent | ~is_tail).all(axis=2)
    return np.where(is_haploid, alleles, length)


def _phred(
    values: Ints, length: Ints, in_list: Array, first: Array, ploidy: Array, n_alleles: Ints
) -> npt.NDArray[np.int16]:
    """Return phred integers (K, N, 6), the best 0, in the slots of their genotypes."""
    alleles = n_alleles[:, None]
    unknown = (ploidy < 0) | ((ploidy == 1) & (first < 0))
    diploid = unknown | (ploidy == 2) | ((ploidy == 1) & (alleles == 1))
    is_full = (length == alleles * (alleles + 1) // 2) & diploid
    is_haploid = (length == alleles) & (unknown | (ploidy == 1)) & ~is_full
    sound = ~((values == NOT_A_NUMBER) & in_list).any(axis=2) & (is_full | is_haploid)
    cut = np.full((*length.shape, lay.N_LIKELIHOODS), ABSENT, np.int64)
    n_slots = min(lay.N_LIKELIHOODS, values.shape[2])
    cut[..., :n_slots] = np.where(in_list, values, ABSENT)[..., :n_slots]
    best = np.where(cut == NOT_A_NUMBER, 0, cut).min(axis=2, keepdims=True)
    steps = (np.where(cut == NOT_A_NUMBER, 0, cut) - best + 500_000) // 1_000_000
    phred = np.where(cut == ABSENT, -1, np.minimum(steps, 32_767)).astype(np.int16)
    spread = np.full_like(phred, -1)
    spread[..., 0], spread[..., 2] = phred[..., 0], phred[..., 1]
    spread[..., 5] = np.where(alleles == 3, phred[..., 2], -1)
    phred = np.where((is_haploid & (alleles > 1))[..., None], spread, phred)
    return np.where(sound[..., None], phred, np.int16(-1))
