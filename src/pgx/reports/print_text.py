"""Strings as a printed report shows them: every character has a glyph, every word can break."""

from __future__ import annotations

import re
from typing import Any, Final

from pgx.reports.text import visible

__all__ = ["PRINTED", "printed", "shown"]

PRINTED: Final = (
    "\u0020-\u007e\u00a0-\u00ac\u00ae-\u017f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce"
    "\u0400-\u045f\u1e80-\u1e85\u1e9e\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026\u2030"
    "\u2032\u2033\u2039\u203a\u2044\u20ac\u2116\u2122\u2190-\u2195\u2212\u221e\u2248\u2260\u2264"
    "\u2265\u2298\u25cb\u25cf\u25d0\u26a0\u2713\u27e8\u27e9"
)
"""Ranges of characters that the typesetter's own fonts have; all others are spelled out."""
_NOT_PRINTED = re.compile(f"[^{PRINTED}]")
_LONG_WORD = re.compile(r"[^\s\u200b-]{29,}")
_PIECE: Final = 14
_BREAK: Final = "\u200b"


def shown(text: str) -> str:
    r"""Return text with each character that has no glyph as ``⟨U+7530⟩``.

    Very long words get invisible places to break.

    >>> shown("S1 \u7530"), shown("a" * 30).count("\u200b")
    ('S1 ⟨U+7530⟩', 2)
    """
    if not (text.isascii() and text.isprintable()):
        text = _NOT_PRINTED.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", visible(text))
    return _LONG_WORD.sub(_breakable, text) if len(text) > _PIECE else text


def printed(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return plain data (dict, list, str, numbers) with every string as it is `shown`."""
    if type(value) is str:
        return shown(value)
    if isinstance(value, dict):
        return {key: printed(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [printed(held) for held in value]
    return value


def _breakable(match: re.Match[str]) -> str:
    word = match[0]
    return _BREAK.join(word[i : i + _PIECE] for i in range(0, len(word), _PIECE))
