"""Strings of unknown origin made safe to show: control and direction characters become visible."""

from __future__ import annotations

import re

__all__ = ["cell", "defused", "escape_json", "lower_first", "visible"]

# Format, surrogate and private characters, noncharacters, line and paragraph separators,
# fillers that show as nothing.
_BEYOND_ASCII = (
    "\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff\ue000-\uf8ff\U000e0000-\U0010ffff"
)
_HIDDEN = re.compile(f"[\x00-\x1f{_BEYOND_ASCII}]")
_HIDDEN_IN_JSON = re.compile(f"[{_BEYOND_ASCII}]")
_BREAKS = re.compile("[\t\r\n]")
# What a spreadsheet takes for a formula or a quote, full-width forms included.
_FORMULA = frozenset("=+-@\"'\uff1d\uff0b\uff0d\uff20")
# CPIC's genotype terms such as "-1639 AG" begin with a minus and can be no formula.
_TERM = re.compile(r"-\d{1,6} [A-Z]{1,4}(/[A-Z]{1,4})?$")


def visible(text: str) -> str:
    r"""Return text with every hidden character written as ``⟨U+202E⟩``.

    >>> visible("S\u202e1"), visible("plain")
    ('S⟨U+202E⟩1', 'plain')
    """
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)


def escape_json(text: str) -> str:
    r"""Return JSON text with hidden characters as ``\uXXXX``: the same strings to a reader."""
    if text.isascii() and "\x7f" not in text:
        return text
    return _HIDDEN_IN_JSON.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def cell(text: str) -> str:
    r"""Return text as one cell of an unquoted TSV file: breaks are spaces, nothing is hidden.

    >>> cell("a\tb\x00")
    'a b⟨U+0000⟩'
    """
    return visible(_BREAKS.sub(" ", text))


def defused(text: str) -> str:
    """Return a cell that no spreadsheet evaluates: an apostrophe before a formula sign.

    A leading apostrophe or quote is preceded by one too, so that removing one apostrophe
    gives back the cell. Genotype terms of guidelines (``-1639 AG``) stay as they are.

    >>> defused("=1+1"), defused("-1639 AG"), defused("S1")
    ("'=1+1", '-1639 AG', 'S1')
    """
    start = text.lstrip()[:1]
    if start not in _FORMULA or not start or _TERM.match(text):
        return text
    return f"'{text}"


def lower_first(text: str) -> str:
    """Return a headline as it reads within a sentence.

    >>> lower_first("Reduce the dose")
    'reduce the dose'
    """
    return text[:1].lower() + text[1:]
