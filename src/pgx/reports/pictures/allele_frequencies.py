"""How common alleles are in each population: a dot with its 95 % interval, and the count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from markupsafe import Markup

from pgx.reports.pictures.facts import AlleleShare, ChromosomeShare
from pgx.reports.pictures.svg import number, picture, shortened, text

__all__ = ["draw_frequencies"]

_NAMES: Final = 82.0  # width of the populations' names
_PLOT: Final = 66.0
_COLUMN: Final = 136.0  # plot and count
_ROW: Final = 17.0
_HEAD: Final = 20.0
_ENDS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def draw_frequencies(gene: str, alleles: Sequence[AlleleShare], words: Mapping[str, str]) -> Markup:
    """Return the picture of one gene's alleles; all columns have the same scale."""
    end = _end_of_axis(alleles)
    groups = [share.group for share in alleles[0].shares]
    parts = [
        text(0, _HEAD + _ROW * i + 12, shortened(_group(g, words), _NAMES))
        for i, g in enumerate(groups)
    ]
    for index, allele in enumerate(alleles):
        parts += _column(allele, _NAMES + index * _COLUMN, end, words)
    return picture(
        _NAMES + _COLUMN * len(alleles),
        _HEAD + _ROW * len(groups) + 16,
        words["frequency"].format(gene=gene),
        " ".join(_says(allele, words) for allele in alleles),
        parts,
    )


def _group(code: str, words: Mapping[str, str]) -> str:
    return words.get(f"group_{code}", code)


def _end_of_axis(alleles: Sequence[AlleleShare]) -> float:
    highest = max((share.high for a in alleles for share in a.shares), default=1.0)
    return next((end for end in _ENDS if highest <= end), 1.0)


def _column(
    allele: AlleleShare, left: float, end: float, words: Mapping[str, str]
) -> Iterable[str]:
    bottom = _HEAD + _ROW * len(allele.shares)
    yield text(left, 12, shortened(allele.allele, _COLUMN - 30), "b")
    yield f'<path class="axis" d="M{number(left)} {number(_HEAD)}V{number(bottom)}h{_PLOT:g}"/>'
    yield _marks(allele.shares, left, end)
    yield '<g class="q s">'
    for index, share in enumerate(allele.shares):
        y = _HEAD + _ROW * index + 12
        yield text(left + _PLOT + 8, y, f"{share.count}/{share.total}")
    yield "</g>"
    yield text(left, bottom + 12, "0", "q s m")
    said = words["percent"].format(number=f"{end * 100:g}".replace(".", words["decimal"]))
    yield text(left + _PLOT, bottom + 12, said, "q s m")


def _marks(shares: Sequence[ChromosomeShare], left: float, end: float) -> str:
    """Return all intervals as one path and all dots as another."""
    lines, dots = [], []
    for index, share in enumerate(shares):
        y = number(_HEAD + _ROW * index + 8)
        low, high, at = (
            number(left + min(value / end, 1.0) * _PLOT)
            for value in (share.low, share.high, share.count / share.total)
        )
        lines.append(f"M{low} {y}H{high}")
        dots.append(f"M{at} {y}h0")
    return f'<path class="whisker" d="{"".join(lines)}"/><path class="dots" d="{"".join(dots)}"/>'


def _says(allele: AlleleShare, words: Mapping[str, str]) -> str:
    cells = ", ".join(
        words["frequency_cell"].format(
            group=_group(share.group, words),
            count=share.count,
            total=share.total,
            low=_percent(share.low, words),
            high=_percent(share.high, words),
        )
        for share in allele.shares
    )
    return words["frequency_line"].format(allele=allele.allele, cells=cells)


def _percent(share: float, words: Mapping[str, str]) -> str:
    shown = f"{share * 100:.0f}" if share >= 0.1 else f"{share * 100:.1f}"
    return shown.replace(".", words["decimal"])
