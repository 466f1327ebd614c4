"""What imputation says of genotypes in VCF Zarr arrays: GP, HDS and DS, as the scanner's loops.

Oracle: the same values in VCF text (`pgx.io._scan_imputed`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pgx.io import layout as lay
from pgx.io.zarr_likelihoods import ZarrGenotypes, split_by_call
from pgx.io.zarr_values import ABSENT, FILL, NOT_A_NUMBER, millionths

__all__ = ["lacks_support"]

Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]
_ONE = 1_000_000
_ROUNDING = 20_000


def lacks_support(
    raw: dict[str, Array], called: ZarrGenotypes, poorly: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_] | None:
    """Return whether genotypes (K, N) are imputed and not sure enough, None where none is.

    ``poorly`` (K,) are variants whose R2 is too low.
    """
    keys = [key for key in ("DS", "HDS", "GP") if key in raw]
    if not keys:
        return None
    is_called = (called.first >= 0) & (called.second != -1)
    found = np.full(is_called.shape, -1, np.int8)
    most = int(called.n_alleles.max(initial=1))
    for key in keys:  # GP says more than HDS, HDS more than DS
        width = most * (most + 1) // 2 if key == "GP" else max(most, 2)
        values, length = millionths(raw[key], width, is_log=False)
        in_list = np.arange(values.shape[2]) < length[..., None]
        given = ((values != ABSENT) & in_list).any(axis=2)
        if key == "GP":
            own = _by_probability(values, length, in_list, called)
        elif key == "HDS":
            own = _by_haplotype(values, length, in_list, called)
        else:
            own = _by_dosage(values, length, in_list, called)
        found = np.where(given & is_called, own, found)
    return np.asarray((found == 0) | ((found >= 0) & poorly[:, None]))


def _is_sound(values: Ints, in_list: Array) -> Array:
    bad = (values == NOT_A_NUMBER) | (values == ABSENT)
    return np.asarray(~(bad & in_list).any(axis=2))


def _by_probability(values: Ints, length: Ints, in_list: Array, called: ZarrGenotypes) -> Array:
    own, other, has_place = split_by_call(values, length, in_list, called)
    sound = _is_sound(values, in_list) & has_place
    total = np.where(in_list & sound[..., None], values, 0).sum(axis=2)
    is_linear = np.abs(total - _ONE) <= _ROUNDING
    return np.asarray(
        sound & np.where(is_linear, own >= lay.LEAST_SUPPORT, other - own >= 20 * _ONE)
    )


def _by_haplotype(values: Ints, length: Ints, in_list: Array, called: ZarrGenotypes) -> Array:
    first, second, _, n_alleles = called
    haploid = second == FILL
    sound = _is_sound(values, in_list) & ~((values > _ONE) & in_list).any(axis=2)
    sound &= (n_alleles[:, None] == 2) & (length == np.where(haploid, 1, 2))
    share = np.where(sound[..., None], values, 0)[..., :2]
    one = np.where(first == 1, share[..., 0], _ONE - share[..., 0])
    last = share[..., -1]
    two = np.where(haploid, _ONE, np.where(second == 1, last, _ONE - last))
    return np.asarray(sound & (one * two // _ONE >= lay.LEAST_SUPPORT))


def _by_dosage(values: Ints, length: Ints, in_list: Array, called: ZarrGenotypes) -> Array:
    first, second, _, n_alleles = called
    sound = _is_sound(values, in_list) & (length == n_alleles[:, None] - 1)
    allele = np.arange(1, values.shape[2] + 1)
    copies = (first[..., None] == allele).astype(np.int64) + (second[..., None] == allele)
    off = np.abs(np.where(in_list & sound[..., None], values - copies * _ONE, 0))
    return np.asarray(sound & (off <= _ONE - lay.LEAST_SUPPORT).all(axis=2))
