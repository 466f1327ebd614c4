"""What small text files may hold: nothing that nobody sees."""

from __future__ import annotations

import unicodedata
from typing import Final

__all__ = ["has_hidden"]

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def has_hidden(text: str, allowed: str = "") -> bool:
    r"""Whether a text holds a control, format or separating character that nobody sees.

    >>> has_hidden("a\tb"), has_hidden("a\tb", "\t"), has_hidden("a\u202eb")
    (True, False, True)
    """
    plain = text
    for character in allowed:
        plain = plain.replace(character, "")
    if plain.isascii() and plain.isprintable():
        return False
    return any(unicodedata.category(c) in _HIDDEN for c in plain)
