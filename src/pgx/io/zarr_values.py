"""Values of VCF Zarr arrays as the judge's codes: numbers, lists of numbers, names.

Integers, floats and text are all taken, as a writer follows the types of a VCF's header, and
says text where the header does not declare a key. Texts are read by the scanner's own helpers.
Oracle: the same values in VCF text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pgx.io import scan_codes as lay
from pgx.io._scan_cells import read_millionths, read_number, text_code

__all__ = ["lists", "millionths", "names", "numbers", "texts"]

Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_LARGEST: Final = 2_147_483_647
_FLOAT_BITS: Final = {2: (np.int16, 0x1FF), 4: (np.int32, 0x3FFFFF), 8: (np.int64, (1 << 51) - 1)}


def texts(values: Array, make: Callable[[str], Any], dtype: type[np.generic]) -> Array:
    """Return what ``make`` says of each text, asked once for each different one."""
    flat = values.ravel().tolist()
    flat = [t.decode("utf-8", "replace") if isinstance(t, bytes) else t for t in flat]
    said = {text: make(text) for text in set(flat)}
    return np.array([said[text] for text in flat], dtype).reshape(values.shape)


def _float_states(values: Array) -> tuple[Flags, Flags]:
    """Tell where a float is missing and where it is fill, by the bits of its NaN."""
    dtype, mask = _FLOAT_BITS[values.dtype.itemsize]
    bits = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("="), copy=False))
    payload = bits.view(dtype) & mask
    is_nan = np.isnan(bits)
    return is_nan & (payload == 1), is_nan & (payload == 2)


def numbers(values: Array) -> Ints:
    """Return whole parts, below 0 as 0, or one of lay.MISSING, lay.FILL and lay.UNREADABLE."""
    if values.dtype.kind in "iu":
        found: Ints = np.minimum(values.astype(np.int64), _LARGEST)
        return np.where(found < lay.FILL, 0, found)
    if values.dtype.kind == "f":
        missing, fill = _float_states(values)
        finite = np.where(np.isfinite(values), values, 0).astype(np.float64)
        found = np.clip(np.trunc(finite), 0, _LARGEST).astype(np.int64)
        found[~np.isfinite(values)] = lay.UNREADABLE
        found[missing], found[fill] = lay.MISSING, lay.FILL
        return found
    return texts(values, _number, np.int64)


def _number(text: str) -> int:
    data = _encoded(text)
    return read_number(data, 0, len(data) - 1) if text else lay.FILL


def _encoded(text: str) -> Any:  # noqa: ANN401 - bytes, where the kernels' helpers take an array
    """Return a text as the scanner's helpers read it, which Python runs as they are."""
    return text.encode("utf-8", "surrogatepass") + b"\n"


def lists(values: Array, width: int, n_axes: int = 3) -> Ints:
    """Return lists of numbers on a last axis, as `numbers` codes them.

    A text without an axis of its own is the whole list, split at its commas; what is beyond
    ``width`` + 1 values is left out.
    """
    if values.ndim == n_axes:
        return numbers(values)
    if values.dtype.kind in "iuf":
        return numbers(values)[..., None]
    return _split(values, width, _number, lay.FILL)


def _split(values: Array, width: int, make: Callable[[str], int], fill: int) -> Ints:
    flat = values.ravel().tolist()
    flat = [t.decode("utf-8", "replace") if isinstance(t, bytes) else t for t in flat]
    said = {}
    for text in set(flat):
        parts = [make(part or "x") for part in text.split(",")[: width + 1]] if text else []
        said[text] = parts + [fill] * (width + 1 - len(parts))
    rows = np.array([said[text] for text in flat], np.int64)
    return rows.reshape(*values.shape, width + 1)


def millionths(values: Array, width: int) -> Ints:
    """Return lists of decimal numbers, (..., W), in millionths.

    Values are `ABSENT` for missing ones, `NOT_A_NUMBER` for what is none, and `ENDED` behind the
    end of a list. A text without an axis of its own is a whole list, of which ``width`` + 1
    values are read.
    """
    if values.dtype.kind not in "iuf":
        if values.ndim == 2:
            return _split(values, width, _decimal, lay.ENDED)
        return texts(values, lambda t: _decimal(t) if t else lay.ENDED, np.int64)
    return _scaled(values[..., None] if values.ndim == 2 else values)


def _scaled(values: Array) -> Ints:
    if values.dtype.kind in "iu":
        wide = values.astype(np.int64)
        found = np.clip(wide, -1, lay.LARGEST // 1_000_000) * 1_000_000
        found[wide == lay.MISSING] = lay.ABSENT
        found[wide < lay.FILL] = lay.NOT_A_NUMBER
        found[wide == lay.FILL] = lay.ENDED
        return found
    missing, fill = _float_states(values)
    size = _shortest(np.abs(np.where(np.isfinite(values), values, 0)))
    whole = np.floor(np.minimum(size * 1e6 * (1 + 1e-13), lay.LARGEST)).astype(np.int64)
    found = np.where(values < 0, -whole, whole)
    found[~np.isfinite(values)] = lay.NOT_A_NUMBER
    found[missing], found[fill] = lay.ABSENT, lay.ENDED
    return found


def _shortest(values: Array) -> npt.NDArray[np.float64]:
    """Return the decimal of fewest digits that each float stands for, as float64."""
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


def names(values: Array) -> npt.NDArray[np.int32]:
    """Return codes of phase sets' names, 0 for none, as the scanner makes them of text."""
    if values.dtype.kind not in "iu":
        return texts(values, _name, np.int32)
    found = values.astype(np.int64)
    is_plain = (found > 0) & (found < 1 << 30)
    codes = np.where(is_plain, found, 0)
    odd = ~is_plain & (found != lay.MISSING) & (found != lay.FILL)
    if odd.any():
        codes[odd] = [_name(str(value)) for value in found[odd].tolist()]
    return codes.astype(np.int32)


def _name(text: str) -> int:
    data = _encoded(text)
    return text_code(data, 0, len(data) - 1)
