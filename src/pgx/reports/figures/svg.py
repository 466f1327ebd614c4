"""Elements of an SVG figure as text; all external strings are escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from markupsafe import Markup, escape

from pgx.reports.content.phrases import decimal_mark
from pgx.reports.safe_text import visible

__all__ = ["number", "picture", "picture_words", "shortened", "standalone", "text", "upright"]

_CHARACTER: Final = 6.3  # mean width of a character at 12 px


def picture_words(words: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of figures in a language, including its decimal mark."""
    return {**words["picture"], "decimal": decimal_mark(words)}


def number(value: float) -> str:
    """Return a coordinate (px) with at most one decimal.

    >>> number(12.04), number(7.25), number(-0.01)
    ('12', '7.2', '0')
    """
    return f"{round(value, 1) + 0.0:g}"


def shortened(words: str, width: float) -> str:
    """Return text that fits a width (px) at 12 px, truncated if necessary.

    >>> shortened("norethindrone", 50)
    'noreth…'
    """
    words = visible(words)
    fits = max(int(width / _CHARACTER), 2)
    return words if len(words) <= fits else f"{words[: fits - 1]}…"


def text(x: float, y: float, words: str, kind: str = "") -> str:
    """Return a text element at a position (px); ``kind`` are CSS classes."""
    place = f' x="{number(x)}"' if x else ""
    of_kind = f' class="{kind}"' if kind else ""
    return f'<text{place} y="{number(y)}"{of_kind}>{escape(visible(words))}</text>'


def upright(x: float, y: float, words: str) -> str:
    """Return a text element rotated to read upwards from a position (px)."""
    turned = f"translate({number(x)} {number(y)})rotate(-90)"
    return f'<text transform="{turned}">{escape(visible(words))}</text>'


def picture(width: float, height: float, name: str, says: str, parts: Iterable[str]) -> Markup:
    """Return an SVG element of a size (px).

    ``name`` and ``says`` are the text alternatives for screen readers: the title, and the full
    content.
    """
    size = f'width="{number(width)}" height="{number(height)}"'
    box = f'viewBox="0 0 {number(width)} {number(height)}"'
    told = f'role="img" aria-label="{escape(visible(name))}"'
    return Markup(  # noqa: S704 (parts are made of numbers and of escaped text)
        f'<svg class="pic" {size} {box} {told}><desc>{escape(visible(says))}</desc>'
        f"{''.join(parts)}</svg>"
    )


def standalone(width: float, height: float, style: str, parts: Iterable[str]) -> str:
    """Return an SVG file of a size (px) with its own style; parts must be escaped."""
    box = f'viewBox="0 0 {number(width)} {number(height)}"'
    size = f'width="{number(width)}" height="{number(height)}"'
    font = 'font-family="Libertinus Serif" font-size="12.5"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} {font}><style>{style}</style>'
        f"{''.join(parts)}</svg>"
    )
