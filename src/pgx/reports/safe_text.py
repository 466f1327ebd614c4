"""Untrusted strings made safe for pages, tables, JSON, print and file names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any, Final

__all__ = [
    "PRINTED",
    "cell",
    "defused",
    "escape_json",
    "file_stem",
    "file_stems",
    "printed",
    "shown",
    "spelled_out",
    "visible",
]

# format, surrogate and private-use characters, noncharacters, line and paragraph separators,
# fillers without a visible glyph
_BEYOND_ASCII = (
    "\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff\ue000-\uf8ff\U000e0000-\U0010ffff"
)
_HIDDEN = re.compile(f"[\x00-\x1f{_BEYOND_ASCII}]")
_HIDDEN_IN_JSON = re.compile(f"[{_BEYOND_ASCII}]")
_BREAKS = re.compile("[\t\r\n]")
# characters that a spreadsheet treats as start of a formula or a quote, full-width included
_FORMULA = frozenset("=+-@\"'\uff1d\uff0b\uff0d\uff20")
# CPIC's genotype terms such as "-1639 AG" begin with a minus but cannot be formulas
_TERM = re.compile(r"-\d{1,6} [A-Z]{1,4}(/[A-Z]{1,4})?$")


def visible(text: str) -> str:
    r"""Return text with every hidden character written as ``⟨U+202E⟩``.

    >>> visible("S\u202e1"), visible("plain")
    ('S⟨U+202E⟩1', 'plain')
    """
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(spelled_out, text)


def spelled_out(match: re.Match[str]) -> str:
    """Return each character of a match as its code point, ``⟨U+202E⟩``."""
    return "".join(f"⟨U+{ord(character):04X}⟩" for character in match[0])


def escape_json(text: str) -> str:
    r"""Return JSON text with hidden characters as ``\uXXXX``: the same strings to a reader."""
    if text.isascii() and "\x7f" not in text:
        return text
    return _HIDDEN_IN_JSON.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def cell(text: str) -> str:
    r"""Return text as one cell of an unquoted TSV file: breaks become spaces, nothing is hidden.

    >>> cell("a\tb\x00")
    'a b⟨U+0000⟩'
    """
    return visible(_BREAKS.sub(" ", text))


def defused(text: str) -> str:
    """Return a cell that spreadsheets do not evaluate: an apostrophe precedes a formula sign.

    A leading apostrophe or quote is preceded by one too, so that removing one apostrophe
    restores the cell. Genotype terms of guidelines (``-1639 AG``) are unchanged.

    >>> defused("=1+1"), defused("-1639 AG"), defused("S1")
    ("'=1+1", '-1639 AG', 'S1')
    """
    start = text.lstrip()[:1]
    if start not in _FORMULA or not start or _TERM.match(text):
        return text
    return f"'{text}"


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
    r"""Return text with each character without a glyph as ``⟨U+7530⟩``.

    Very long words get invisible break opportunities.

    >>> shown("S1 \u7530"), shown("a" * 30).count("\u200b")
    ('S1 ⟨U+7530⟩', 2)
    """
    if not (text.isascii() and text.isprintable()):
        text = _NOT_PRINTED.sub(spelled_out, visible(text))
    return _LONG_WORD.sub(_breakable, text) if len(text) > _PIECE else text


def printed(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return plain data (dict, list, str, numbers) with every string as in `shown`."""
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


_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_LEADING = re.compile(r"^[.-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)
_MAX_LENGTH = 120


def file_stem(sample: str) -> str:
    """Return a sample name as the first part of a file name.

    All characters except ``A–Z a–z 0–9 . _ -`` become ``_``; so do leading dots and hyphens,
    which commands take for options. Names reserved by Windows are changed too; long names are
    truncated and end in a digest of the whole name.

    >>> file_stem("a b/c"), file_stem(".."), file_stem(""), file_stem("-rf")
    ('a_b_c', '__', '_', '_rf')
    """
    stem = _UNSAFE.sub("_", sample) or "_"
    stem = _LEADING.sub(lambda found: "_" * len(found[0]), stem)
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    if len(stem) > _MAX_LENGTH:
        digest = hashlib.sha256(sample.encode("utf-8", "surrogatepass")).hexdigest()
        stem = f"{stem[: _MAX_LENGTH - 13]}-{digest[:12]}"
    return stem


def file_stems(samples: Sequence[str]) -> list[str]:
    """Return one stem per sample, unique even on case-insensitive file systems.

    A name that needs no change keeps its stem; of the others, later ones that collide get
    the suffix ``-2``, ``-3`` and so on.

    >>> file_stems(["S 1", "S_1", "S/1"])
    ['S_1-2', 'S_1', 'S_1-3']
    """
    stems = [file_stem(sample) for sample in samples]
    unchanged = [stem == sample for stem, sample in zip(stems, samples, strict=True)]
    taken: set[str] = set()
    chosen: list[str] = [""] * len(stems)
    for index in sorted(range(len(stems)), key=lambda i: (not unchanged[i], i)):
        chosen[index] = _free(stems[index], taken)
        taken.add(chosen[index].lower())
    return chosen


def _free(stem: str, taken: set[str]) -> str:
    name, number = stem, 1
    while name.lower() in taken:
        number += 1
        name = f"{stem}-{number}"
    return name
