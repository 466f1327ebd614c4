"""Drugs by gene: for each relevant gene, the sign of the action."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from markupsafe import Markup

from pgx.reports.content.document import ReportDocument
from pgx.reports.content.drug_entries import DrugEntry
from pgx.reports.content.drug_ranking import BUCKETS
from pgx.reports.figures.svg import number, picture, shortened, text, upright

__all__ = ["MatrixLine", "build_matrix", "draw_matrix", "matrix_signs"]

Words = Mapping[str, Any]
_SHOWN: Final = frozenset({"avoid", "dose", "care", "open_change", "open_maybe", "indeterminate"})
_OPEN: Final = "open_maybe"
# several report groups share a sign
_SIGN_OF: Final = {
    "open_change": _OPEN,
    "indeterminate": _OPEN,
    "open_silent": _OPEN,
    "conditional": "directed",
    "information": "directed",
}
_LINES: Final = 24  # drugs in one figure
_NAMES: Final = 142.0
_CELL: Final = 18.0
_HEAD: Final = 66.0


class MatrixLine(msgspec.Struct, frozen=True):
    """A drug and, by gene, the sign of the most serious recommendation based on it."""

    drug: str
    cells: dict[str, str]


def build_matrix(document: ReportDocument) -> tuple[MatrixLine, ...]:
    """Return the drugs whose recommendations require, or may require, a change, in report order."""
    drugs = [drug for group in document.groups if group.key in _SHOWN for drug in group.drugs]
    return tuple(MatrixLine(drug.name, _cells(drug)) for drug in drugs)


def _cells(drug: DrugEntry) -> dict[str, str]:
    """Return the most serious sign by gene, including recommendations with current medicines."""
    rows = [*drug.rows, *(drug.adjusted.rows if drug.adjusted else ())]
    found: dict[str, int] = {}
    for row in rows:
        for gene in row.genes:
            rank = BUCKETS.index(row.bucket)
            found[gene] = min(rank, found.get(gene, rank))
    return {gene: _SIGN_OF.get(BUCKETS[rank], BUCKETS[rank]) for gene, rank in found.items()}


def matrix_signs(lines: Sequence[MatrixLine], words: Words) -> list[tuple[str, str]]:
    """Return the signs that occur, most serious first, with their labels."""
    used = {sign for line in lines for sign in line.cells.values()}
    return [(sign, _word(sign, words)) for sign in BUCKETS if sign in used]


def _word(sign: str, words: Words) -> str:
    return str(words["picture"]["matrix_open"] if sign == _OPEN else words["bucket"][sign])


def draw_matrix(lines: Sequence[MatrixLine], words: Words) -> list[Markup]:
    """Return the matrix as several figures, placed side by side or below each other.

    Each has the genes of its own drugs, A–Z.
    """
    # figures of nearly equal length can be placed side by side without a short last one
    count = -(-len(lines) // _LINES)
    size = -(-len(lines) // count) if count else 1
    return [_part(lines[at : at + size], words) for at in range(0, len(lines), size)]


def _part(lines: Sequence[MatrixLine], words: Words) -> Markup:
    said, genes = words["picture"], sorted({gene for line in lines for gene in line.cells})
    width, height = _NAMES + _CELL * len(genes) + 4, _HEAD + _CELL * len(lines)
    parts = [_head(gene, i) for i, gene in enumerate(genes)]
    parts.append(_grid(len(lines), width))
    parts += [
        text(0, _HEAD + _CELL * i + 13, shortened(line.drug, _NAMES - 4))
        for i, line in enumerate(lines)
    ]
    parts += _signs(genes, lines)
    name = said["matrix_part"].format(first=lines[0].drug, last=lines[-1].drug)
    says = "; ".join(_says(line, words) for line in lines)
    return picture(width, height, name, f"{says}.", parts)


def _head(gene: str, index: int) -> str:
    return upright(_NAMES + _CELL * index + 13, _HEAD - 5, shortened(gene, _HEAD))


def _grid(lines: int, width: float) -> str:
    path = "".join(f"M0 {number(_HEAD + _CELL * i)}H{number(width)}" for i in range(lines))
    return f'<path class="grid" d="{path}"/>'


def _signs(genes: Sequence[str], lines: Sequence[MatrixLine]) -> Iterable[str]:
    """Yield the signs of one kind together, because they share a color."""
    column = {gene: _NAMES + _CELL * i + 1 for i, gene in enumerate(genes)}
    by_sign: dict[str, list[str]] = {}
    for index, line in enumerate(lines):
        y = number(_HEAD + _CELL * index + 1)
        for gene, sign in line.cells.items():
            use = f'<use href="#s-{sign}" x="{number(column[gene])}" y="{y}"/>'
            by_sign.setdefault(sign, []).append(use)
    for sign, uses in sorted(by_sign.items()):
        yield f'<g class="sign-of b-{sign}">{"".join(uses)}</g>'


def _says(line: MatrixLine, words: Words) -> str:
    cells = ", ".join(
        words["picture"]["matrix_cell"].format(gene=gene, what=_word(sign, words))
        for gene, sign in line.cells.items()
    )
    return str(words["picture"]["matrix_line"].format(drug=line.drug, cells=cells))
