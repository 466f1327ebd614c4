"""Records with a symbolic structural allele: what INFO and CN say of them, read once more.

The kernel hands on genotypes, FILTER and the last base. Such records are few, so the rest of
their line is read here: how sure the ends are, and the copies that FORMAT counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

__all__ = ["NONE", "UNREADABLE", "SymbolicRecord", "parse_symbolic"]

NONE: Final = -1
"""No number of copies, or no quality."""
UNREADABLE: Final = -2
"""Something stands in the place of a number of copies that is none."""

_QUALITIES: Final = ("CNQ", "QS")
"""Keys of the quality of CN: that of the VCF specification, and that of GATK's gCNV.

GQ is read by the kernel, for every record.
"""
_MOST_COPIES: Final = 1_000
_BEST_QUALITY: Final = 32_767
_WHOLE: Final = 0.25  # how far from a whole number CN may lie


class SymbolicRecord(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What a line says of a structural variant beside alleles, genotypes and FILTER.

    Attributes
    ----------
    start, end
        Lowest and highest (1-based) that the first and that the last base may be, both
        inclusive. None where CIPOS or CIEND cannot be read.
    copies
        (N,) int16 CN of each sample, rounded; -1 without one, -2 where it is no number of
        copies or lies between two. None where FORMAT has no CN.
    quality
        (N,) int16 phred-scaled quality of CN, -1 without one. None where FORMAT has none.
    """

    start: tuple[int, int] | None
    end: tuple[int, int] | None
    copies: npt.NDArray[np.int16] | None = None
    quality: npt.NDArray[np.int16] | None = None

    def take(self, columns: npt.NDArray[np.int64]) -> SymbolicRecord:
        """Return the record with some of its samples."""
        return SymbolicRecord(
            self.start,
            self.end,
            None if self.copies is None else self.copies[columns],
            None if self.quality is None else self.quality[columns],
        )

    def keys(self, n_samples: int) -> npt.NDArray[np.int64]:
        """Return one number a sample, (N,) int64: equal ones for equal copies and quality."""
        copies, quality = (
            np.full(n_samples, NONE, np.int64) if own is None else own.astype(np.int64)
            for own in (self.copies, self.quality)
        )
        return (copies - UNREADABLE) << 16 | (quality - NONE)


def parse_symbolic(text: str, position: int, end: int) -> SymbolicRecord:
    """Read a line's text from the tab before INFO on.

    ``position`` is POS, the base before the first one of a symbolic allele; ``end`` the last
    base that the record covers, both 1-based.
    """
    info, names, *cells = text.split("\t")[1:]
    known = dict(pair.partition("=")[::2] for pair in info.split(";"))
    keys = names.split(":")
    wanted = next((key for key in _QUALITIES if key in keys), "")
    return SymbolicRecord(
        start=_around(position + 1, known.get("CIPOS")),
        end=_around(end, known.get("CIEND")),
        copies=_column(cells, keys, "CN", _copies),
        quality=_column(cells, keys, wanted, _quality),
    )


def _around(place: int, interval: str | None) -> tuple[int, int] | None:
    """Return the bounds of a confidence interval around a place; the place where there is none."""
    if interval in (None, "", "."):
        return place, place
    try:
        low, high = map(int, str(interval).split(","))
    except ValueError:
        return None
    return (place + low, place + high) if low <= 0 <= high else None


def _column(
    cells: list[str], keys: list[str], key: str, read: Callable[[str], int]
) -> npt.NDArray[np.int16] | None:
    if key not in keys:
        return None
    place, known = keys.index(key), {"": NONE}
    found = np.full(len(cells), NONE, np.int16)
    for sample, cell in enumerate(cells):
        text = (cell.split(":", place + 1) + [""] * (place + 1))[place]
        if text not in known:
            known[text] = read(text)
        found[sample] = known[text]
    return found


def _copies(text: str) -> int:
    """Return a number of copies, -1 without one, -2 where it lies between two or is none."""
    if text in ("", "."):
        return NONE
    value = _number(text)
    if value is None or abs(value - round(value)) > _WHOLE or not 0 <= value <= _MOST_COPIES:
        return UNREADABLE
    return round(value)


def _quality(text: str) -> int:
    """Return a quality, -1 without one, 0 where what stands there is none."""
    if text in ("", "."):
        return NONE
    value = _number(text)
    return 0 if value is None else int(min(max(value, 0), _BEST_QUALITY))


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
