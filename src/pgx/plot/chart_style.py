"""Shared parts of all figures: axes without pyplot, colors, kinds of phenotypes, legends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from pgx.base.extensions import load_extra
from pgx.reports.safe_text import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "EDGE",
    "GROUP_STYLES",
    "INK",
    "KINDS",
    "NOT_CALLED",
    "OTHER",
    "axes",
    "kind_of",
    "label",
    "legend",
    "title",
]

INK: Final = "#222222"
EDGE: Final = "#555555"
# colors of Okabe and Ito, each with its own hatch
GROUP_STYLES: Final = (
    ("#0072b2", ""),
    ("#e69f00", "///"),
    ("#009e73", "..."),
    ("#cc79a7", "\\\\\\"),
    ("#56b4e9", "xxx"),
    ("#d55e00", "+++"),
    ("#f0e442", "ooo"),
)
# longer names would leave too little room for the axes
_LONGEST: Final = 46


def axes(ax: Axes | None, width: float, height: float) -> Axes:
    """Return the given axes, or those of a new figure of a given size in inches.

    Raises
    ------
    UsageError
        matplotlib is not installed (extra ``plots``).
    """
    figures = load_extra("matplotlib.figure", "plots")
    if ax is not None:
        return ax
    # no pyplot: it would keep every figure in memory and select a GUI backend
    figure = figures.Figure(figsize=(width, height), layout="constrained")
    new: Axes = figure.add_subplot()
    return new


def label(text: str) -> str:
    r"""Return untrusted text for a figure: no math mode, no hidden characters, limited length.

    >>> print(label("a$b"))
    a\$b
    """
    shown = visible(text)
    if len(shown) > _LONGEST:
        shown = f"{shown[: _LONGEST - 1]}…"
    return shown.replace("$", r"\$")


def title(ax: Axes, text: str) -> None:
    """Set a left-aligned title."""
    ax.set_title(text, loc="left", fontsize=11, color=INK)


def legend(ax: Axes, styles: Mapping[str, tuple[str, str]], *, columns: int = 1) -> None:
    """Add a legend of colors and hatches beside the axes."""
    patches = load_extra("matplotlib.patches", "plots")
    handles: Sequence[object] = [
        patches.Patch(facecolor=colour, hatch=hatch, edgecolor=EDGE, label=name)
        for name, (colour, hatch) in styles.items()
    ]
    ax.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        borderaxespad=0.0,
        frameon=False,
        fontsize=8,
        ncols=columns,
        handlelength=1.8,
        handleheight=1.2,
    )


NOT_CALLED: Final = "no phenotype"
OTHER: Final = "other term"
KINDS: Final = {
    "poor or deficient": ("#d55e00", "", "P"),
    "intermediate or decreased": ("#e69f00", "//", "I"),
    "normal": ("#009e73", "", "N"),
    "rapid or increased": ("#56b4e9", "..", "R"),
    "ultrarapid": ("#0072b2", "xx", "U"),
    "uncertain": ("#f0e442", "\\\\", "?"),
    OTHER: ("#cc79a7", "", "o"),
    NOT_CALLED: ("#ffffff", "", "∅"),
}
"""Colour, hatch and sign of each kind."""
_KIND_OF_WORD: Final = {
    "poor": "poor or deficient",
    "deficient": "poor or deficient",
    "intermediate": "intermediate or decreased",
    "decreased": "intermediate or decreased",
    "variable": "intermediate or decreased",
    "normal": "normal",
    "rapid": "rapid or increased",
    "increased": "rapid or increased",
    "ultrarapid": "ultrarapid",
    "indeterminate": "uncertain",
    "uncertain": "uncertain",
}
# CPIC's "Likely" and "Possible" do not change the kind of a phenotype
_HEDGES: Final = frozenset({"likely", "possible"})
_RISK: Final = "risk"


def kind_of(phenotype: str | None) -> str:
    """Return the kind of a phenotype term, a key of `KINDS`.

    >>> kind_of("Likely Poor Metabolizer"), kind_of("Normal Function"), kind_of(None)
    ('poor or deficient', 'normal', 'no phenotype')
    >>> kind_of("increased risk of hearing loss")
    'other term'
    """
    if not phenotype:
        return NOT_CALLED
    words = [word for word in phenotype.casefold().split() if word not in _HEDGES]
    if not words or _RISK in words:
        return OTHER
    return _KIND_OF_WORD.get(words[0], OTHER)
