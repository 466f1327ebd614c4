"""An activity score on the scale of its gene: ranges as boxes, scores as marks below them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from markupsafe import Markup

from pgx.records.patient import ScoreRange
from pgx.reports.pictures.facts import ScoreFacts
from pgx.reports.pictures.svg import number, picture, text

__all__ = ["draw_scale", "range_words"]

_WIDTH: Final = 340.0
_POINT: Final = 14.0  # half the width of a range that is one score
_TOP, _BOTTOM = 16.0, 40.0
_HEIGHT: Final = 92.0
_LINE: Final = 14.0


def draw_scale(gene: str, facts: ScoreFacts, words: Mapping[str, str]) -> Markup:
    """Return the picture of a score."""
    at = _Axis(facts)
    held = next((r for r in facts.ranges if r.holds(facts.score)), None)
    shared = _shared_end([r.phenotype for r in facts.ranges])
    ordered = sorted(facts.ranges, key=lambda r: r is held)  # that of the score lies on top
    parts = [part for r in ordered for part in _band(r, at, shared, is_held=r is held)]
    parts += _ticks(facts.ranges, at, words)
    parts += _marks(facts, at, words)
    return picture(
        _WIDTH,
        _HEIGHT,
        words["scale"].format(gene=gene),
        _says(facts, held, words),
        parts,
    )


class _Axis:
    """Places (px) of scores; the scale ends a little above all that it shows."""

    def __init__(self, facts: ScoreFacts) -> None:
        limits = [end for r in facts.ranges for end in (r.low, r.high) if end is not None]
        shown = [facts.score, *facts.possible, facts.converted or 0.0]
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
    """Return the last word if all names end with it: it need not stand in each box."""
    last = {name.rpartition(" ")[2] for name in names}
    return last.pop() if len(last) == 1 and len(names) > 1 else ""


def _ticks(ranges: Sequence[ScoreRange], at: _Axis, words: Mapping[str, str]) -> Iterable[str]:
    ends = sorted({end for r in ranges for end in (r.low, r.high) if end is not None})
    for end in ends:
        yield text(at(end), _BOTTOM + 12, _shown(end, words), "m q")


def _marks(facts: ScoreFacts, at: _Axis, words: Mapping[str, str]) -> Iterable[str]:
    """Yield a triangle for the genotype, rings for what is possible, a square for medicines."""
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
    """Return a range in words, its ends included or not."""
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


def _says(facts: ScoreFacts, held: ScoreRange | None, words: Mapping[str, str]) -> str:
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
