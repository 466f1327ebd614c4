"""Arguments of coded facts in another language: terms, names of drugs, amounts.

The knowledge base holds arguments in English. A language that is another has a table ``terms``;
where it has cases, a phrase asks for one: ``{0:dat}``. Symbols of genes stand in no language: a
term has ``GENE1``, ``GENE2`` in their places.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Self

__all__ = ["InflectedTerm", "in_words"]

_PARTS: Final = re.compile(r"(, and |, or |, | and | or )")
_SYMBOL: Final = re.compile(r"\b[A-Z]+\d[A-Z0-9]*\b")
_PLACE: Final = re.compile(r"GENE(\d+)")
_OWN: Final = "own"
_DATIVE: Final = "dat"


class InflectedTerm(str):
    """A term that knows its dative and the words it was made from; else it is a string.

    >>> f"{InflectedTerm('Kinder', 'Kindern', 'children'):dat}"
    'Kindern'
    """

    __slots__ = ("dative", "own")
    dative: str
    own: str

    def __new__(cls, text: str, dative: str, own: str) -> Self:
        """Return a term; ``own`` is what the knowledge base says."""
        term = super().__new__(cls, text)
        term.dative, term.own = dative, own
        return term

    def __format__(self, case: str) -> str:
        """Return the dative for ``dat``, the knowledge base's own words for ``own``."""
        return {_DATIVE: self.dative, _OWN: self.own}.get(case, str(self))


def in_words(text: str, phrases: Mapping[str, Mapping[str, str]]) -> str:
    """Return an argument or a drug's name in the language of phrases; English stays as it is."""
    terms = phrases.get("terms")
    if terms is None:
        return text
    symbols = tuple(dict.fromkeys(_SYMBOL.findall(text)))
    key = _SYMBOL.sub(lambda m: f"GENE{symbols.index(m[0]) + 1}", text)
    said = terms.get(key) or _put_together(key, phrases)
    dative = phrases["datives"].get(key)
    dative = dative or _replaced(said, phrases["dative_patterns"].items())
    return InflectedTerm(_filled(said, symbols), _filled(dative, symbols), text)


def _filled(text: str, symbols: tuple[str, ...]) -> str:
    return _PLACE.sub(lambda m: symbols[int(m[1]) - 1], text)


def _put_together(text: str, phrases: Mapping[str, Mapping[str, str]]) -> str:
    """Translate the parts of a list, then amounts."""
    parts = (phrases["terms"].get(part, part) for part in _PARTS.split(text))
    return _replaced("".join(parts), phrases["patterns"].items())


def _replaced(text: str, patterns: Iterable[tuple[str, str]]) -> str:
    for pattern, said in patterns:
        text = re.sub(pattern, said, text)
    return text
