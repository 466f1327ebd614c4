"""Kinds of phenotypes, from little activity to much: terms of all genes in a few colours."""

from __future__ import annotations

from typing import Final

__all__ = ["KINDS", "NOT_CALLED", "OTHER", "kind_of"]

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
_HEDGES: Final = frozenset({"likely", "possible"})
_RISK: Final = "risk"


def kind_of(phenotype: str | None) -> str:
    """Return the kind of a phenotype's term, a key of `KINDS`.

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
