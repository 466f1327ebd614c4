"""How probable the candidates of a gene are: one bar each, the rest as a hatched one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

from pgx.reports.chances import percent
from pgx.reports.pictures.facts import GenePictures
from pgx.reports.pictures.svg import number, picture, shortened, text

__all__ = ["draw_posterior"]

_NAMES: Final = 150.0
_PLOT: Final = 130.0
_WIDTH: Final = 340.0
_ROW: Final = 19.0


def draw_posterior(facts: GenePictures, words: Mapping[str, str]) -> Markup:
    """Return the picture of a gene's candidates, the most probable first."""
    rows = [(bar.diplotype, bar.probability, "bar") for bar in facts.bars]
    if facts.n_others > 0:
        rows.append((words["posterior_rest"].format(count=facts.n_others), facts.rest, "bar rest"))
    parts = []
    for index, (name, share, kind) in enumerate(rows):
        parts += _row(index, name, (share, percent(share, words["decimal"])), kind)
    height = _ROW * len(rows)
    parts.append(f'<path class="axis" d="M{_NAMES:g} 0V{number(height)}"/>')
    said = "; ".join(
        words["posterior_line"].format(diplotype=name, percent=percent(share, words["decimal"]))
        for name, share, _ in rows
    )
    name = words["posterior"].format(gene=facts.gene)
    return picture(_WIDTH, height, name, f"{said}.", parts)


def _row(index: int, name: str, chance: tuple[float, str], kind: str) -> list[str]:
    """Return the name, the bar and its probability; a bar is never too thin to be seen."""
    share, said = chance
    y, width = index * _ROW, max(share * _PLOT, 1.5)
    return [
        text(0, y + 14, shortened(name, _NAMES - 8)),
        f'<path class="{kind}" d="M{_NAMES:g} {number(y + 4)}h{number(width)}v11H{_NAMES:g}z"/>',
        text(_NAMES + width + 5, y + 14, said, "q s"),
    ]
