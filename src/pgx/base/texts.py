"""What texts may hold: nothing that nobody sees, nothing that is no text."""

from __future__ import annotations

import os
import unicodedata
from typing import Final

__all__ = ["has_hidden", "is_text", "shown_name"]

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


def is_text(text: str) -> bool:
    r"""Whether a text can be written as UTF-8; a name of a file that is none cannot.

    >>> is_text("café"), is_text("caf\udce9")
    (True, False)
    """
    return not any("\ud800" <= c <= "\udfff" for c in text)


def shown_name(name: str) -> str:
    r"""Return a file's name as text, bytes of it that are not UTF-8 as ``\xe9``.

    >>> shown_name("café"), shown_name("caf\udce9")
    ('café', 'caf\\xe9')
    """
    if is_text(name):
        return name
    return os.fsencode(name).decode("utf-8", "backslashreplace")
