"""The name that somebody may have meant: what was written and what there is enter."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["did_you_mean", "nearest"]

_LIKENESS = 0.6
_LONGEST = 100  # no name is longer; what is would only cost time


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known name most like a word, "" where none is; case does not matter.

    >>> nearest("cyp2c91", ["CYP2C9", "CYP2C19", "TPMT"])
    'CYP2C9'
    >>> nearest("nothing alike", ["CYP2C9"])
    ''
    """
    import difflib

    if len(word) > _LONGEST:
        return ""

    by_lower: dict[str, str] = {}
    for name in known:
        by_lower.setdefault(name.casefold(), name)
    found = difflib.get_close_matches(word.casefold(), by_lower, n=1, cutoff=_LIKENESS)
    return by_lower[found[0]] if found else ""


def did_you_mean(word: str, known: Iterable[str], remedy: str) -> str:
    """Return what to do about an unknown name: the nearest one first, if there is any.

    >>> did_you_mean("warfarine", ["warfarin"], "pgx kb drugs lists them")
    'did you mean warfarin? pgx kb drugs lists them'
    """
    name = nearest(word, known)
    return f"did you mean {name}? {remedy}" if name else remedy
