"""The figures of one gene as SVG: score scale, candidates, allele frequencies, copy number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from markupsafe import Markup

from pgx.records.patient import ScoreRange
from pgx.reports.content.phrases import percent_number
from pgx.reports.figures.copy_number import copies_title, draw_copies
from pgx.reports.figures.figure_data import (
    AlleleShare,
    ChromosomeShare,
    GenePictures,
    ScoreFacts,
)
from pgx.reports.figures.svg import number, picture, picture_words, shortened, text

__all__ = ["Figure", "draw_frequencies", "draw_gene", "draw_posterior", "draw_scale", "range_words"]

_WIDTH: Final = 340.0
_POINT: Final = 14.0  # half the width of a range that is a single score
_TOP, _BOTTOM = 16.0, 40.0
_HEIGHT: Final = 92.0


def draw_scale(gene: str, facts: ScoreFacts, words: Mapping[str, str]) -> Markup:
    """Return the figure of a score."""
    at = _Axis(facts)
    held = next((r for r in facts.ranges if r.holds(facts.score)), None)
    shared = _shared_end([r.phenotype for r in facts.ranges])
    ordered = sorted(facts.ranges, key=lambda r: r is held)  # that of the score is on top
    parts = [part for r in ordered for part in _band(r, at, shared, is_held=r is held)]
    parts += _ticks(facts.ranges, at, words)
    parts += _score_marks(facts, at, words)
    return picture(
        _WIDTH,
        _HEIGHT,
        words["scale"].format(gene=gene),
        _scale_text(facts, held, words),
        parts,
    )


class _Axis:
    """Coordinates (px) of scores; the scale ends slightly above the largest value."""

    def __init__(self, facts: ScoreFacts) -> None:
        limits = [end for r in facts.ranges for end in (r.low, r.high) if end is not None]
        shown = [facts.score, *facts.possible, facts.converted or 0.0]
        # room for the open-ended range at the top, and for scores above its limit
        self.top = max(max(limits) * 1.35, max(shown) * 1.08, 1.0)

    def __call__(self, score: float) -> float:
        return 2 * _POINT + score / self.top * (_WIDTH - 2 * _POINT - 4)

    def box(self, found: ScoreRange) -> tuple[float, float]:
        """Return the ends (px) of a range's box."""
        if found.high == found.low:
            return self(found.low) - _POINT, self(found.low) + _POINT
        low = self(found.low) + (_POINT if found.low == 0 else 0)
        return low, (_WIDTH - 2 if found.high is None else self(found.high))


def _band(found: ScoreRange, at: _Axis, shared: str, *, is_held: bool) -> Iterable[str]:
    low, high = at.box(found)
    kind = "band held" if is_held else "band"
    yield (
        f'<rect class="{kind}" x="{number(low)}" y="{number(_TOP)}" width="{number(high - low)}"'
        f' height="{number(_BOTTOM - _TOP)}"/>'
    )
    name = found.phenotype.removesuffix(shared).strip() or found.phenotype
    yield text((low + high) / 2, _TOP - 5, name, "m b" if is_held else "m q")


def _shared_end(names: Sequence[str]) -> str:
    """Return the last word if all names share it, so that the boxes can omit it."""
    last = {name.rpartition(" ")[2] for name in names}
    return last.pop() if len(last) == 1 and len(names) > 1 else ""


def _ticks(ranges: Sequence[ScoreRange], at: _Axis, words: Mapping[str, str]) -> Iterable[str]:
    ends = sorted({end for r in ranges for end in (r.low, r.high) if end is not None})
    for end in ends:
        yield text(at(end), _BOTTOM + 12, _shown(end, words), "m q")


def _score_marks(facts: ScoreFacts, at: _Axis, words: Mapping[str, str]) -> Iterable[str]:
    """Yield a triangle for the genotype, rings for possible scores, a square for medicines."""
    middle = (_TOP + _BOTTOM) / 2
    for score in facts.possible:
        yield f'<circle class="ring" cx="{number(at(score))}" cy="{number(middle)}" r="4"/>'
    if facts.converted is not None:
        x = number(at(facts.converted) - 5)
        yield f'<rect class="dot" x="{x}" y="{number(middle - 5)}" width="10" height="10"/>'
    x = number(at(facts.score))
    yield f'<path class="dot" d="M{x} {number(middle - 6)}l7 12h-14z"/>'
    key = [
        (
            '<path class="dot" d="M{x} 68l7 12h-14z"/>',
            f"{_shown(facts.score, words)} {words['mark_own']}",
        )
    ]
    if facts.possible:
        key.append(('<circle class="ring" cx="{x}" cy="75" r="4"/>', words["mark_possible"]))
    if facts.converted is not None:
        said = f"{_shown(facts.converted, words)} {words['mark_converted']}"
        key.append(('<path class="dot" d="M{x} 70m-5 0h10v10h-10z"/>', said))
    place = 8.0
    for sign, said in key:
        yield sign.format(x=number(place)) + text(place + 11, 79, said)
        place += 30 + 6.6 * len(said)


def _shown(value: float, words: Mapping[str, str]) -> str:
    return f"{value:g}".replace(".", words["decimal"])


def range_words(found: ScoreRange, words: Mapping[str, str]) -> str:
    """Return a range as text, with inclusive or exclusive ends."""
    ends = {
        "low": _shown(found.low, words),
        "high": "" if found.high is None else _shown(found.high, words),
    }
    if found.high is None:
        key = "range_from" if found.low_included else "range_above"
    elif found.high == found.low:
        key = "range_point"
    elif found.high_included:
        key = "range_closed" if found.low_included else "range_open_low"
    else:
        key = "range_below" if found.low_included else "range_between"
    return words[key].format(**ends)


def _scale_text(facts: ScoreFacts, held: ScoreRange | None, words: Mapping[str, str]) -> str:
    phenotype = held.phenotype if held else ""
    said = [words["scale_of"].format(score=_shown(facts.score, words), phenotype=phenotype)]
    if facts.possible:
        scores = ", ".join(_shown(score, words) for score in facts.possible)
        said.append(words["scale_others"].format(scores=scores))
    if facts.converted is not None:
        said.append(words["scale_converted"].format(score=_shown(facts.converted, words)))
    bands = "; ".join(
        words["scale_band"].format(phenotype=r.phenotype, range=range_words(r, words))
        for r in facts.ranges
    )
    return " ".join([*said, words["scale_bands"].format(bands=bands)])


_LABELS: Final = 150.0
_BARS: Final = 130.0
_BAR_ROW: Final = 19.0


def draw_posterior(facts: GenePictures, words: Mapping[str, str]) -> Markup:
    """Return the figure of a gene's candidates, the most probable first."""
    rows = [(bar.diplotype, bar.probability, "bar") for bar in facts.bars]
    if facts.n_others > 0:
        rows.append((words["posterior_rest"].format(count=facts.n_others), facts.rest, "bar rest"))
    parts = []
    for index, (name, share, kind) in enumerate(rows):
        parts += _bar(index, name, (share, _percent(share, words)), kind)
    height = _BAR_ROW * len(rows)
    parts.append(f'<path class="axis" d="M{_LABELS:g} 0V{number(height)}"/>')
    said = "; ".join(
        words["posterior_line"].format(diplotype=name, percent=_percent(share, words))
        for name, share, _ in rows
    )
    name = words["posterior"].format(gene=facts.gene)
    return picture(_WIDTH, height, name, f"{said}.", parts)


def _percent(share: float, words: Mapping[str, str]) -> str:
    return words["percent"].format(number=percent_number(share, words["decimal"]))


def _bar(index: int, name: str, chance: tuple[float, str], kind: str) -> list[str]:
    """Return the name, the bar and its probability; a bar is never too thin to be visible."""
    share, said = chance
    # 1.5 px: a candidate of very low probability remains visible
    y, width = index * _BAR_ROW, max(share * _BARS, 1.5)
    return [
        text(0, y + 14, shortened(name, _LABELS - 8)),
        f'<path class="{kind}" d="M{_LABELS:g} {number(y + 4)}h{number(width)}v11H{_LABELS:g}z"/>',
        text(_LABELS + width + 5, y + 14, said, "q s"),
    ]


_GROUP_NAMES: Final = 82.0  # width of the population names
_SPAN: Final = 66.0
_COLUMN: Final = 136.0  # plot and count
_GROUP_ROW: Final = 17.0
_HEAD: Final = 20.0
# upper ends of the axis: rare alleles would be invisible on a scale to 100%
_ENDS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def draw_frequencies(gene: str, alleles: Sequence[AlleleShare], words: Mapping[str, str]) -> Markup:
    """Return the figure of one gene's alleles; all columns have the same scale."""
    end = _end_of_axis(alleles)
    groups = [share.group for share in alleles[0].shares]
    parts = [
        text(0, _HEAD + _GROUP_ROW * i + 12, shortened(_group(g, words), _GROUP_NAMES))
        for i, g in enumerate(groups)
    ]
    for index, allele in enumerate(alleles):
        parts += _column(allele, _GROUP_NAMES + index * _COLUMN, end, words)
    return picture(
        _GROUP_NAMES + _COLUMN * len(alleles),
        _HEAD + _GROUP_ROW * len(groups) + 16,
        words["frequency"].format(gene=gene),
        " ".join(_frequency_line(allele, words) for allele in alleles),
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
    bottom = _HEAD + _GROUP_ROW * len(allele.shares)
    yield text(left, 12, shortened(allele.allele, _COLUMN - 30), "b")
    yield f'<path class="axis" d="M{number(left)} {number(_HEAD)}V{number(bottom)}h{_SPAN:g}"/>'
    yield _intervals(allele.shares, left, end)
    yield '<g class="q s">'
    for index, share in enumerate(allele.shares):
        y = _HEAD + _GROUP_ROW * index + 12
        yield text(left + _SPAN + 8, y, f"{share.count}/{share.total}")
    yield "</g>"
    yield text(left, bottom + 12, "0", "q s m")
    said = words["percent"].format(number=f"{end * 100:g}".replace(".", words["decimal"]))
    yield text(left + _SPAN, bottom + 12, said, "q s m")


def _intervals(shares: Sequence[ChromosomeShare], left: float, end: float) -> str:
    """Return all intervals as one path and all dots as another."""
    lines, dots = [], []
    for index, share in enumerate(shares):
        y = number(_HEAD + _GROUP_ROW * index + 8)
        low, high, at = (
            number(left + min(value / end, 1.0) * _SPAN)
            for value in (share.low, share.high, share.count / share.total)
        )
        lines.append(f"M{low} {y}H{high}")
        dots.append(f"M{at} {y}h0")
    return f'<path class="whisker" d="{"".join(lines)}"/><path class="dots" d="{"".join(dots)}"/>'


def _frequency_line(allele: AlleleShare, words: Mapping[str, str]) -> str:
    cells = ", ".join(
        words["frequency_cell"].format(
            group=_group(share.group, words),
            count=share.count,
            total=share.total,
            low=_frequency(share.low, words),
            high=_frequency(share.high, words),
        )
        for share in allele.shares
    )
    return words["frequency_line"].format(allele=allele.allele, cells=cells)


def _frequency(share: float, words: Mapping[str, str]) -> str:
    shown = f"{share * 100:.0f}" if share >= 0.1 else f"{share * 100:.1f}"
    return shown.replace(".", words["decimal"])


Words = Mapping[str, Any]


class Figure(msgspec.Struct, frozen=True):
    """A drawn figure; ``caption`` is shown above it, ``hint`` beside the caption.

    A wide figure (``is_wide``) is not scaled down on a narrow screen, but scrolls.
    """

    caption: str
    drawn: Markup
    hint: str = ""
    is_wide: bool = False


def draw_gene(facts: GenePictures, words: Words) -> list[Figure]:
    """Return the figures of one gene."""
    return [*_copies(facts, words), *_figures(facts, picture_words(words))]


def _copies(facts: GenePictures, words: Words) -> Iterable[Figure]:
    if facts.copies is not None:
        hint = words["picture"]["copies_hint"]
        caption = copies_title(facts.copies, words)
        yield Figure(caption, draw_copies(facts.copies, words), hint, is_wide=True)


def _figures(facts: GenePictures, said: Mapping[str, str]) -> Iterable[Figure]:
    if facts.score is not None:
        caption = said["scale"].format(gene=facts.gene)
        yield Figure(caption, draw_scale(facts.gene, facts.score, said))
    if facts.bars:
        yield Figure(said["posterior_short"], draw_posterior(facts, said))
    if facts.alleles and facts.alleles[0].shares:
        drawn = draw_frequencies(facts.gene, facts.alleles, said)
        yield Figure(said["frequency_short"], drawn, said["frequency_hint"])
