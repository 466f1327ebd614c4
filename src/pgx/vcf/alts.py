"""The ALT column of a record: its text in, alternatives out."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["AltTexts"]

_MARK: Final = re.compile(r"[<\[\]]")
_SHORT: Final = 32
_MAX_KNOWN: Final = 1024


class AltTexts:
    """Splits columns of one file; most records of a gVCF have the same few."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, ...]] = {}

    def split(self, text: str) -> tuple[str, ...]:
        """Return bases in upper case, symbolic alleles and breakends as written."""
        found = self._known.get(text)
        if found is None:
            found = _split(text)
            if len(text) <= _SHORT and len(self._known) < _MAX_KNOWN:
                self._known[text] = found
        return found


def _split(text: str) -> tuple[str, ...]:
    if not _MARK.search(text):
        return tuple(text.upper().split(","))
    return tuple(a if _MARK.search(a) else a.upper() for a in text.split(","))
