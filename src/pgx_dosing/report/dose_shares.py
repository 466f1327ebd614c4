"""What makes a dose: from the typical patient's dose, input by input, to this patient's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from pgx.reports.pictures.svg import number, picture, shortened, text
from pgx_dosing.report.dose_records import EquationEntry

__all__ = ["Step", "draw_shares", "scale_top", "steps"]

_NAMES: Final = 125.0
_PLOT: Final = 150.0
_WIDTH: Final = 340.0
_ROW: Final = 19.0
_THICK: Final = 11.0


class Step(NamedTuple):
    """A bar from ``start`` to ``end``, in the dose's unit; ``kind`` is sum, more or less."""

    name: str
    start: float
    end: float
    said: str
    kind: str


def steps(own: EquationEntry, typical: str, patient: str) -> list[Step]:
    """Return the bars: the typical patient's dose, what each input adds, this patient's dose."""
    found = [Step(typical, 0.0, own.typical, own.typical_said, "sum")]
    at = own.typical
    for bar in own.bars:
        kind = "more" if bar.amount > 0 else "less"
        found.append(Step(bar.name, at, at + bar.amount, bar.said, kind))
        at += bar.amount
    return [*found, Step(patient, 0.0, own.dose, own.said, "sum")]


def scale_top(own: EquationEntry) -> float:
    """Return the largest amount that the picture shows, in the dose's unit."""
    ends = [end for step in steps(own, "", "") for end in (step.start, step.end)]
    return max([*ends, own.high or 0.0])


def draw_shares(drug: str, own: EquationEntry, words: Mapping[str, Any]) -> Markup:
    """Return the picture; more is a full bar, less an empty one, and each has its signed amount."""
    said = words["dose"]
    rows = steps(own, said["typical"], said["own"])
    top = scale_top(own)
    scale = _PLOT / top if top > 0 else 0.0
    height = _ROW * len(rows) + (8 if own.high is not None else 0)
    parts = [part for index, row in enumerate(rows) for part in _row(index, row, scale)]
    parts += _interval(own, len(rows) - 1, scale)
    parts.append(f'<path class="axis" d="M{_NAMES:g} 0V{number(height)}"/>')
    return picture(
        _WIDTH,
        height,
        said["picture"].format(drug=drug, unit=own.unit),
        _says(own, said),
        parts,
    )


def _row(index: int, row: Step, scale: float) -> Iterator[str]:
    """Yield a name, a bar and its amount, which stands right of the bar."""
    y = index * _ROW
    low, high = sorted((row.start, row.end))
    x, width = _NAMES + low * scale, max((high - low) * scale, 1.5)
    kind = {"sum": "sum", "more": "bar", "less": "less"}[row.kind]
    yield text(0, y + 13, shortened(row.name, _NAMES - 4), "b" if row.kind == "sum" else "")
    yield (
        f'<path class="{kind}" d="M{number(x)} {number(y + 3)}h{number(width)}v{_THICK:g}'
        f'H{number(x)}z"/>'
    )
    end = _NAMES + row.end * scale
    yield f'<path class="join" d="M{number(end)} {number(y + 3 + _THICK)}v{_ROW - _THICK:g}"/>'
    amount = row.said.partition(" ")[0]
    yield text(x + width + 5, y + 13, amount, "q s")


def _interval(own: EquationEntry, index: int, scale: float) -> Iterator[str]:
    """Yield the interval as a line with ends, below the last bar."""
    if own.low is None or own.high is None:
        return
    y = index * _ROW + _ROW + 1
    low, high = _NAMES + own.low * scale, _NAMES + own.high * scale
    yield (
        f'<path class="whisker" fill="none" d="M{number(low)} {number(y - 3)}v6'
        f'M{number(low)} {number(y)}H{number(high)}M{number(high)} {number(y - 3)}v6"/>'
    )


def _says(own: EquationEntry, said: Mapping[str, str]) -> str:
    shares = "; ".join(
        said["share_line"].format(input=bar.name, amount=bar.said) for bar in own.bars
    )
    told = said["picture_says"].format(typical=own.typical_said, shares=shares, dose=own.said)
    return f"{told} {own.interval}."
