"""Genotype likelihoods of VCF Zarr arrays: PL, or GL where a cell has no PL, as phred integers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.io import layout as lay
from pgx.io.zarr_values import ABSENT, FILL, NOT_A_NUMBER, millionths

__all__ = ["ZarrGenotypes", "settle", "split_by_call"]

Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]


class ZarrGenotypes(NamedTuple):
    """Genotypes of some variants.

    ``first``, ``second`` and ``ploidy`` (K, N) are alleles and ploidy of the cells, -1 unknown,
    the second -2 of a haploid cell; ``n_alleles`` (K,) are alleles of the variants.
    """

    first: Array
    second: Array
    ploidy: Array
    n_alleles: Ints


def settle(
    raw: dict[str, Array], called: ZarrGenotypes
) -> tuple[npt.NDArray[np.int16] | None, Ints | None]:
    """Return likelihoods as `Scan` has them, and the phred margin of GT over the best other.

    Both are None where no cell has any; the margin (K, N) is `NO_MARGIN` where it is unknown.

    Parameters
    ----------
    raw
        PL and GL of variants (K, N) or (K, N, W), either may be absent.
    called
        The genotypes.
    """
    first, _, ploidy, n_alleles = called
    out = margin = None
    most = int(n_alleles.max(initial=1))
    for key in ("GL", "PL"):  # what a PL says replaces what a GL said
        if key not in raw:
            continue
        width = max(lay.N_LIKELIHOODS, most * (most + 1) // 2)
        values, length = millionths(raw[key], width, is_log=key == "GL")
        if key == "GL":
            length = _without_tail(values, length, ploidy, n_alleles)
        in_list = np.arange(values.shape[2]) < length[..., None]
        given = ((values != ABSENT) & in_list).any(axis=2)
        if not given.any():
            continue
        if out is None or margin is None:
            out = np.full((*first.shape, lay.N_LIKELIHOODS), -1, np.int16)
            margin = np.full(first.shape, lay.NO_MARGIN, np.int64)
        found = _phred(values, length, in_list, first, ploidy, n_alleles)
        found[n_alleles > 3] = -1
        out = np.where(given[..., None], found, out)
        own = _margin(values, length, in_list, called)
        margin = np.where(given, own, margin)
    return out, margin


def split_by_call(
    values: Ints, length: Ints, in_list: Array, called: ZarrGenotypes
) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """Split lists of a value a genotype: GT's own, the least of the others, both (K, N).

    Third is whether a list is sound: it has a place for GT, and all of it are numbers or
    missing. A missing value is `ABSENT`, and so are both of a list that is not sound.
    """
    place = _place_of(length, called)
    sound = ~((values == NOT_A_NUMBER) & in_list).any(axis=2) & (place >= 0)
    cut = np.where(in_list & sound[..., None], values, ABSENT)
    at = np.clip(place, 0, values.shape[2] - 1)[..., None]
    own = np.take_along_axis(cut, at, 2)[..., 0]
    np.put_along_axis(cut, at, ABSENT, 2)
    return own, cut.min(axis=2), sound


def _place_of(length: Ints, called: ZarrGenotypes) -> Ints:
    """Return the place of GT in lists of a value a genotype, -1 where it has none."""
    first, second, alleles = called.first, called.second, called.n_alleles[:, None]
    low, high = np.minimum(first, second).astype(np.int64), np.maximum(first, second)
    is_full = (length == alleles * (alleles + 1) // 2) & (called.ploidy == 2) & (low >= 0)
    is_haploid = (length == alleles) & (second == FILL) & (first >= 0)
    place = np.where(is_full, high.astype(np.int64) * (high + 1) // 2 + low, -1)
    return np.where(is_haploid, first, place)


def _margin(values: Ints, length: Ints, in_list: Array, called: ZarrGenotypes) -> Ints:
    """Return the phred margin (K, N) of GT, `NO_MARGIN` where it or all others have no value."""
    own, other, sound = split_by_call(values, length, in_list, called)
    known = sound & (own != ABSENT) & (other != ABSENT)
    steps = (np.where(known, other, 0) - np.where(known, own, 0) + 500_000) // 1_000_000
    return np.where(known, steps, lay.NO_MARGIN)


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
