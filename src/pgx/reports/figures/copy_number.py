"""Copy number along a gene and its paralogue: measured, and expected under the best model."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from pgx.records.structures import DepthWindow, Exon
from pgx.reports.content.phrases import percent
from pgx.reports.content.structure_entries import best_of
from pgx.reports.figures.figure_data import CopyPanel, CopyPicture
from pgx.reports.figures.svg import (
    number,
    picture,
    picture_words,
    shortened,
    standalone,
    text,
    upright,
)

__all__ = ["copies_title", "draw_copies", "print_copies"]

Words = Mapping[str, Any]

_WIDTH: Final = 680.0
_LEFT: Final = 36.0
_RIGHT: Final = 6.0
_GAP: Final = 34.0
_LEAST: Final = 60.0  # smallest width of a panel
_TOP, _BOTTOM = 22.0, 172.0
_EXONS: Final = 190.0
_TICKS: Final = 226.0
_KEY: Final = 246.0
_HEIGHT: Final = 252.0
_LINES: Final = (0, 1, 2, 3, 4)
_MOST: Final = 8  # largest copy number of the scale
_KILO: Final = 1000
_NARROWEST: Final = 4.5  # px of a window: some have only ten bases
_EVERY: Final = 38.0  # px between direction arrows
_STYLE: Final = (
    "text{fill:#18222d}.q{fill:#4a5866}.s{font-size:11px}.m{text-anchor:middle}"
    ".b{font-weight:bold}.grid{stroke:#c3ccd5;fill:none}.axis{stroke:#4a5866;fill:none}"
    ".shade{fill:#eef1f4}.exon{fill:#18222d}.spread{fill:#0a5470;fill-opacity:.22}"
    ".seen{stroke:#0a5470;stroke-width:3.5;fill:none}.over{fill:#0a5470}"
    ".model{stroke:#b35900;stroke-width:1.6;fill:none}"
)


class _Axes(NamedTuple):
    """Coordinates (px): ``left`` of the panel, ``start`` its first position, ``most`` copies."""

    left: float
    start: int
    scale: float
    most: float

    def x(self, position: float) -> float:
        return self.left + (position - self.start) * self.scale

    def y(self, copies: float) -> float:
        return _BOTTOM - min(copies, self.most) / self.most * (_BOTTOM - _TOP)


def copies_title(facts: CopyPicture, words: Words) -> str:
    """Return the title: gene, most probable model and copy number, each with its probability."""
    said = words["picture"]
    told = [
        (words["structure"]["chance"].format(what=what, percent=percent(share, words)))
        for what, share in best_of(facts.model, facts.copies, words)
    ]
    title = str(said["copies"]).format(gene=facts.gene)
    return f"{title}: {', '.join(told)}" if told else title


def draw_copies(facts: CopyPicture, words: Words) -> Markup:
    """Return the figure for a page that includes the figure styles."""
    said = picture_words(words)
    name = copies_title(facts, words)
    return picture(_WIDTH, _HEIGHT, name, _says(facts, said), _parts(facts, said))


def print_copies(facts: CopyPicture, words: Words) -> tuple[str, str]:
    """Return the figure as a standalone file in print colors, and its text alternative."""
    said = picture_words(words)
    drawn = standalone(_WIDTH, _HEIGHT, _STYLE, _parts(facts, said))
    return drawn, f"{copies_title(facts, words)}. {_says(facts, said)}"


def _parts(facts: CopyPicture, words: Mapping[str, str]) -> Iterator[str]:
    most = _most_copies(facts) + 0.5
    placed = list(_placed(facts.panels, most))
    for panel, at in placed:
        yield from _shades(panel, at)
    yield from _grid(placed, words)
    for panel, at in placed:
        yield from _measured(panel, at, words)
        yield from _model(panel, at)
        yield from _gene(panel, at, words)
    yield from _key(words)


def _most_copies(facts: CopyPicture) -> int:
    shown = [
        value for panel in facts.panels for w in panel.windows for value in (w.copies, w.expected)
    ]
    return min(max(math.ceil(max(shown, default=0)), _LINES[-1]), _MOST)


def _placed(panels: Sequence[CopyPanel], most: float) -> Iterator[tuple[CopyPanel, _Axes]]:
    """Place panels side by side on one scale, each at least as wide as its name."""
    room = _WIDTH - _LEFT - _RIGHT - _GAP * (len(panels) - 1)
    lengths = [panel.end - panel.start for panel in panels]
    widths = [max(room * length / sum(lengths), _LEAST) for length in lengths]
    left = _LEFT
    for panel, length, width in zip(panels, lengths, widths, strict=True):
        fitted = width * room / sum(widths)
        yield panel, _Axes(left, panel.start, fitted / length, most)
        left += fitted + _GAP


def _shades(panel: CopyPanel, at: _Axes) -> Iterator[str]:
    """Yield a shade at each exon behind the plot, so that a loss can be assigned to its exon."""
    for exon in panel.exons:
        x, width = at.x(exon.start), _width(exon, at)
        yield (
            f'<rect class="shade" x="{number(x)}" y="{number(_TOP)}" width="{number(width)}"'
            f' height="{number(_BOTTOM - _TOP)}"/>'
        )


def _width(place: DepthWindow | Exon, at: _Axes) -> float:
    return max((place.end - place.start + 1) * at.scale, 1.5)


def _grid(placed: Sequence[tuple[CopyPanel, _Axes]], words: Mapping[str, str]) -> Iterator[str]:
    """Yield a line at each integer copy number, interrupted between the genes."""
    at = placed[0][1]
    for copies in range(int(at.most) + 1):
        y = number(at.y(copies))
        kind = "axis" if copies == 0 else "grid"
        lines = "".join(f"M{number(a.left)} {y}H{number(a.x(p.end))}" for p, a in placed)
        yield f'<path class="{kind}" d="{lines}"/>'
        yield text(_LEFT - 12, at.y(copies) + 4, f"{copies}", "m q")
    yield upright(11, (_TOP + _BOTTOM) / 2 + 20, words["copies_axis"])
    for (before, a), (_, b) in itertools.pairwise(placed):
        middle = (a.x(before.end) + b.left) / 2
        for x in (middle - 3, middle + 3):
            yield f'<path class="axis" d="M{number(x - 3)} {_EXONS + 6:g}l6 -12"/>'


def _model(panel: CopyPanel, at: _Axes) -> Iterator[str]:
    """Yield the model's expectation as steps that change midway between windows."""
    if not panel.windows:
        return
    edges = [w.start for w in panel.windows[:1]]
    edges += [(a.end + b.start) // 2 for a, b in itertools.pairwise(panel.windows)]
    edges.append(panel.windows[-1].end + 1)
    line = f"M{number(at.x(edges[0]))} {number(at.y(panel.windows[0].expected))}"
    height = number(at.y(panel.windows[0].expected))
    for window, end in zip(panel.windows, edges[1:], strict=True):
        y = number(at.y(window.expected))
        line += f"V{y}" if y != height else ""
        line += f"H{number(at.x(end))}"
        height = y
    yield f'<path class="model" d="{line}"/>'


def _measured(panel: CopyPanel, at: _Axes, words: Mapping[str, str]) -> Iterator[str]:
    """Yield each window as a bar of its spread with a line at the measured value."""
    if not panel.windows:
        middle = (at.left + at.x(panel.end)) / 2
        yield text(middle, (_TOP + _BOTTOM) / 2, words["copies_no_windows"], "m q")
        return
    bands, lines, over = "", "", ""
    for window in panel.windows:
        wide = max(_width(window, at), _NARROWEST)
        middle = at.x((window.start + window.end + 1) / 2)
        x, width = number(middle - wide / 2), number(wide)
        low, high = at.y(max(window.copies - window.spread, 0)), at.y(window.copies + window.spread)
        bands += f"M{x} {number(low)}V{number(high)}h{width}V{number(low)}z"
        lines += f"M{x} {number(at.y(window.copies))}h{width}"
        if window.copies > at.most:
            over += f"M{x} {number(_TOP - 2)}l4 -7l4 7z"
    yield f'<path class="spread" d="{bands}"/><path class="seen" d="{lines}"/>'
    if over:
        yield f'<path class="over" d="{over}"/>'


def _gene(panel: CopyPanel, at: _Axes, words: Mapping[str, str]) -> Iterator[str]:
    """Yield the gene's name, its exons to scale with their numbers, and positions below."""
    right = at.x(panel.end)
    yield text(at.left, _TOP - 9, shortened(panel.gene, right - at.left), "b")
    yield f'<path class="axis" d="M{number(at.left)} {_EXONS:g}H{number(right)}"/>'
    yield from _direction(panel, at)
    last = -math.inf
    for exon in panel.exons:
        x, width = at.x(exon.start), _width(exon, at)
        yield (
            f'<rect class="exon" x="{number(x)}" y="{number(_EXONS - 6)}"'
            f' width="{number(width)}" height="12"/>'
        )
        if x + width / 2 - last >= 7:
            yield text(x + width / 2, _EXONS + 19, f"{exon.number}"[:3], "m s")
            last = x + width / 2
    yield from _ticks(panel, at, words)


def _direction(panel: CopyPanel, at: _Axes) -> Iterator[str]:
    """Yield arrows on the introns, pointing away from exon 1."""
    if len(panel.exons) < 2:
        return
    first, last = panel.exons[0], panel.exons[-1]
    step = 3 if first.number < last.number else -3
    signs = ""
    for before, after in itertools.pairwise(panel.exons):
        low, high = at.x(before.end) + 4, at.x(after.start) - 4
        for n in range(min(int((high - low) / _EVERY) + 1, 8) if high - low > 4 else 0):
            x = low + (high - low) * (n + 1) / (min(int((high - low) / _EVERY) + 1, 8) + 1)
            signs += f"M{number(x - step / 2)} {_EXONS - 3:g}l{step} 3l{-step} 3"
    if signs:
        yield f'<path class="axis" d="{signs}"/>'


def _ticks(panel: CopyPanel, at: _Axes, words: Mapping[str, str]) -> Iterator[str]:
    """Yield positions in megabases, at multiples of 1,000 that do not overlap."""
    each = _KILO
    while each * at.scale < 58:
        each *= 2
    marks = ""
    for position in range(-(-max(panel.start, 0) // each) * each, panel.end + 1, each):
        x = at.x(position)
        if at.left + 14 <= x <= at.x(panel.end) - 14:
            marks += f"M{number(x)} {_TICKS - 14:g}v4"
            yield text(x, _TICKS, f"{position / 1e6:.3f}".replace(".", words["decimal"]), "m q s")
    if marks:
        yield f'<path class="axis" d="{marks}"/>'


def _key(words: Mapping[str, str]) -> Iterator[str]:
    """Yield the legend."""
    place = _LEFT
    signs = (
        ('<path class="spread" d="M{x} 236h18v12h-18z"/><path class="seen" d="M{x} 242h18"/>',
         words["copies_seen"]),
        ('<path class="model" d="M{x} 242h18"/>', words["copies_expected"]),
        ('<rect class="exon" x="{x}" y="236" width="8" height="12"/>', words["copies_exon"]),
    )  # fmt: skip
    for sign, said in signs:
        wide = 13.0 if "rect" in sign else 23.0
        yield sign.format(x=number(place)) + text(place + wide, _KEY, said)
        place += wide + 12 + 6.8 * len(said)


def _says(facts: CopyPicture, words: Mapping[str, str]) -> str:
    """Return measured and expected copies exon by exon, in exon order."""
    said = []
    for panel in facts.panels:
        cells = "; ".join(
            _cell(exon, panel.windows, words)
            for exon in sorted(panel.exons, key=lambda e: e.number)
        )
        if not panel.windows:
            cells = words["copies_no_windows"]
        cells = cells or words["copies_windows"].format(count=len(panel.windows))
        said.append(words["copies_line"].format(gene=panel.gene, cells=cells))
    return " ".join(said)


def _cell(exon: Exon, windows: Iterable[DepthWindow], words: Mapping[str, str]) -> str:
    """Return the copy number of the windows over an exon, weighted by overlap."""
    over = [(min(w.end, exon.end) - max(w.start, exon.start) + 1, w) for w in windows]
    over = [(length, w) for length, w in over if length > 0]
    if not over:
        return words["copies_unseen"].format(exon=exon.number)
    total = sum(length for length, _ in over)
    seen = sum(length * w.copies for length, w in over) / total
    expected = sum(length * w.expected for length, w in over) / total
    return words["copies_cell"].format(
        exon=exon.number, seen=_figure(seen, words), expected=_figure(expected, words)
    )


def _figure(value: float, words: Mapping[str, str]) -> str:
    return f"{value:.1f}".replace(".", words["decimal"])
