"""Numbers of VCF Zarr arrays in the scanner's encoding: whole, in millionths, phase sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pgx.io import scan_codes as sc
from pgx.io._scan_cells import read_millionths, read_number, text_code

__all__ = [
    "Array",
    "Ints",
    "map_texts",
    "millionths",
    "number_lists",
    "phase_set_codes",
    "whole_numbers",
]


Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_LARGEST: Final = 2_147_483_647
_FLOAT_BITS: Final = {2: (np.int16, 0x1FF), 4: (np.int32, 0x3FFFFF), 8: (np.int64, (1 << 51) - 1)}


def map_texts(values: Array, make: Callable[[str], Any], dtype: type[np.generic]) -> Array:
    """Return ``make`` of each text, called once for each distinct text."""
    flat = values.ravel().tolist()
    flat = [t.decode("utf-8", "replace") if isinstance(t, bytes) else t for t in flat]
    results = {text: make(text) for text in set(flat)}
    return np.array([results[text] for text in flat], dtype).reshape(values.shape)


def _float_states(values: Array) -> tuple[Flags, Flags]:
    """Return where floats are missing and where they are fill.

    VCF Zarr encodes both as NaN with payload 1 or 2, so the bits have to be compared.
    """
    dtype, mask = _FLOAT_BITS[values.dtype.itemsize]
    bits = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("="), copy=False))
    payload = bits.view(dtype) & mask
    is_nan = np.isnan(bits)
    return is_nan & (payload == 1), is_nan & (payload == 2)


def whole_numbers(values: Array) -> Ints:
    """Return whole parts, below 0 as 0, or one of sc.MISSING, sc.FILL and sc.UNREADABLE."""
    if values.dtype.kind in "iu":
        found: Ints = np.minimum(values.astype(np.int64), _LARGEST)
        return np.where(found < sc.FILL, 0, found)
    if values.dtype.kind == "f":
        missing, fill = _float_states(values)
        finite = np.where(np.isfinite(values), values, 0).astype(np.float64)
        found = np.clip(np.trunc(finite), 0, _LARGEST).astype(np.int64)
        found[~np.isfinite(values)] = sc.UNREADABLE
        found[missing], found[fill] = sc.MISSING, sc.FILL
        return found
    return map_texts(values, _number, np.int64)


def _number(text: str) -> int:
    data = _encoded(text)
    return read_number(data, 0, len(data) - 1) if text else sc.FILL


def _encoded(text: str) -> Any:  # noqa: ANN401 - bytes, where the kernels' helpers take an array
    """Return a text as bytes for the scanner's functions, which run uncompiled here."""
    return text.encode("utf-8", "surrogatepass") + b"\n"


def number_lists(values: Array, width: int, n_axes: int = 3) -> Ints:
    """Return lists of numbers on a last axis, as `numbers` codes them.

    A text without an axis of its own is the whole list, split at its commas; what is beyond
    ``width`` + 1 values is left out.
    """
    if values.ndim == n_axes:
        return whole_numbers(values)
    if values.dtype.kind in "iuf":
        return whole_numbers(values)[..., None]
    return _split(values, width, _number, sc.FILL)


def _split(values: Array, width: int, make: Callable[[str], int], fill: int) -> Ints:
    flat = values.ravel().tolist()
    flat = [t.decode("utf-8", "replace") if isinstance(t, bytes) else t for t in flat]
    rows_of = {}
    for text in set(flat):
        parts = [make(part or "x") for part in text.split(",")[: width + 1]] if text else []
        rows_of[text] = parts + [fill] * (width + 1 - len(parts))
    rows = np.array([rows_of[text] for text in flat], np.int64)
    return rows.reshape(*values.shape, width + 1)


def millionths(values: Array, width: int) -> Ints:
    """Return lists of decimal numbers in millionths, (..., W) int64.

    Codes: `ABSENT` for a missing value, `NOT_A_NUMBER` for text that is not a number, `ENDED`
    after the end of a list. A text without an axis of its own is a whole list, of which
    ``width`` + 1 values are read: one more than expected shows a list that is too long.
    """
    if values.dtype.kind not in "iuf":
        if values.ndim == 2:
            return _split(values, width, _decimal, sc.ENDED)
        return map_texts(values, lambda t: _decimal(t) if t else sc.ENDED, np.int64)
    return _scaled(values[..., None] if values.ndim == 2 else values)


def _scaled(values: Array) -> Ints:
    if values.dtype.kind in "iu":
        wide = values.astype(np.int64)
        found = np.clip(wide, -1, sc.LARGEST // 1_000_000) * 1_000_000
        found[wide == sc.MISSING] = sc.ABSENT
        found[wide < sc.FILL] = sc.NOT_A_NUMBER
        found[wide == sc.FILL] = sc.ENDED
        return found
    missing, fill = _float_states(values)
    # 1e-13 undoes float64 rounding of the product, which floor would turn into one less
    size = _shortest(np.abs(np.where(np.isfinite(values), values, 0)))
    whole = np.floor(np.minimum(size * 1e6 * (1 + 1e-13), sc.LARGEST)).astype(np.int64)
    found = np.where(values < 0, -whole, whole)
    found[~np.isfinite(values)] = sc.NOT_A_NUMBER
    found[missing], found[fill] = sc.ABSENT, sc.ENDED
    return found


def _shortest(values: Array) -> npt.NDArray[np.float64]:
    """Return the shortest decimal that rounds to each float, as float64.

    A float32 of 0.01 is 0.0099999998: a threshold applied to it would differ from VCF text.
    """
    exact = values.astype(np.float64)
    if values.dtype.itemsize == 8:
        return exact
    found, is_open = exact.copy(), exact > 0
    power = np.floor(np.log10(np.where(is_open, exact, 1)))
    for digits in range(3, 10):
        scale = 10.0 ** (digits - 1 - power)
        rounded = np.round(exact * scale) / scale
        fits = is_open & (rounded.astype(values.dtype) == values)
        found[fits] = rounded[fits]
        is_open &= ~fits
    return found


def _decimal(text: str) -> int:
    data = _encoded(text)
    return read_millionths(data, 0, len(data) - 1)


def phase_set_codes(values: Array) -> npt.NDArray[np.int32]:
    """Return the scanner's codes of phase sets, 0 for none."""
    if values.dtype.kind not in "iu":
        return map_texts(values, _name, np.int32)
    found = values.astype(np.int64)
    is_plain = (found > 0) & (found < 1 << 30)
    codes = np.where(is_plain, found, 0)
    odd = ~is_plain & (found != sc.MISSING) & (found != sc.FILL)
    if odd.any():
        codes[odd] = [_name(str(value)) for value in found[odd].tolist()]
    return codes.astype(np.int32)


def _name(text: str) -> int:
    data = _encoded(text)
    return text_code(data, 0, len(data) - 1)
