"""Translated messages and their arguments: terms, drugs, quantities, symbols, and lists of these.

The knowledge base holds arguments in English. Each is parsed as one of four kinds: a term, which
has its own catalogue entry; a list, whose items are joined by the conjunctions of the language; a
quantity, rebuilt from its numbers, units and frequencies; a symbol (gene, allele, genotype),
which is the same in all languages. Anything else stays entirely in English, because a partially
translated dose may be misread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final, Self

from pgx.errors import SnapshotSchemaError
from pgx.messages.catalogue import Phrases
from pgx.records.advice import coded

__all__ = ["ArgumentKind", "MessageArgument", "in_words", "join_names", "phrase"]

_DATIVE: Final = "dat"
_ENGLISH: Final = "own"
_GENE: Final = re.compile(r"\b[A-Z]+\d[A-Z0-9]*\b")
_PLACE: Final = re.compile(r"GENE(\d+)")
_BETWEEN: Final = {
    ", and ": "and_after_comma",
    ", or ": "or_after_comma",
    ", ": "comma",
    " and ": "and",
    " or ": "or",
}
_PARTS: Final = re.compile(f"({'|'.join(_BETWEEN)})")
_PIECE: Final = re.compile(r"\s+|[(),×]|[^\s(),×]+")
_NUMBER: Final = re.compile(r"[≤≥<>]?\d[\d.]*([–/][\d.]+)?%?")
_SYMBOL: Final = re.compile(r"(?=.*[A-Z*]|rs\d)(?:c\.|rs(?=\d)|[A-Z0-9*:./<>_-])+")
_POINT: Final = re.compile(r"(?<=\d)\.(?=\d)")
_LONGEST: Final = 9
"""Pieces, spaces among them, of the longest entry of the table of words: "hours after a dose"."""


class ArgumentKind(StrEnum):
    """The kind of a parsed argument."""

    LIST = "list"
    QUANTITY = "quantity"
    TERM = "term"
    SYMBOL = "symbol"
    UNKNOWN = "unknown"


class MessageArgument(str):
    """A translated argument; a format specifier selects its dative or its English text.

    >>> term = MessageArgument("Kinder", ArgumentKind.TERM, dative="Kindern", english="children")
    >>> f"{term}, bei {term:dat}, {term:own}"
    'Kinder, bei Kindern, children'
    """

    __slots__ = ("dative", "english", "kind")
    dative: str
    english: str
    kind: ArgumentKind

    def __new__(cls, text: str, kind: ArgumentKind, *, dative: str = "", english: str = "") -> Self:
        """Return an argument; without a dative of its own, the dative equals the text."""
        made = super().__new__(cls, text)
        made.kind, made.dative, made.english = kind, dative or text, english or text
        return made

    def __format__(self, case: str) -> str:
        """Return the dative for ``dat``, the knowledge base's text for ``own``."""
        return {_DATIVE: self.dative, _ENGLISH: self.english}.get(case, str(self))


def phrase(phrases: Phrases, table: str, fact: str, **names: str) -> str:
    """Return the phrase of a coded fact; ``code_2`` is used for two arguments if it exists.

    Raises
    ------
    SnapshotSchemaError
        The language has no phrase for the code, or arguments are missing.
    """
    code, arguments = coded(fact)
    entries = phrases[table]
    template = entries.get(f"{code}_{len(arguments)}") or entries.get(code)
    if template is None:
        raise SnapshotSchemaError(
            f"no wording for {table} {code!r}", remedy=_nearest(code, entries)
        )
    try:
        return template.format(*(in_words(a, phrases) for a in arguments), **names)
    except (IndexError, KeyError) as error:
        raise SnapshotSchemaError(f"wording of {table} {code!r} lacks {error}") from error


def _nearest(code: str, entries: Iterable[str]) -> str:
    """Return the known codes spelled most like an unknown one."""
    from difflib import get_close_matches

    known = sorted(filter(None, entries))
    return f"nearest codes: {', '.join(get_close_matches(code, known, 5, 0.0))}"


def join_names(names: Sequence[str], last: str) -> str:
    """Join names with commas, and the last one with a conjunction.

    >>> join_names(["a", "b", "c"], " or ")
    'a, b or c'
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])}{last}{names[-1]}"


def in_words(text: str, phrases: Phrases) -> str:
    """Return an argument or a drug name in the language of the phrases; unknown text is unchanged.

    Parameters
    ----------
    text
        As in the knowledge base.
    phrases
        Tables of the language; without a table of terms the text is unchanged.
    """
    if not phrases["term"]:
        return text
    return _term(text, phrases) or _list(text, phrases) or _unit(text, phrases)


def _term(text: str, phrases: Phrases) -> MessageArgument | None:
    """Return the entry of a term, with up to two gene names as placeholders."""
    # one catalogue entry covers all genes
    genes = tuple(dict.fromkeys(_GENE.findall(text)))
    key = _GENE.sub(lambda found: f"GENE{genes.index(found[0]) + 1}", text)
    said = phrases["term"].get(key)
    if said is None:
        return None
    dative = phrases["dative"].get(key, "")
    return MessageArgument(
        _with_genes(said, genes),
        ArgumentKind.TERM,
        dative=_with_genes(dative, genes),
        english=text,
    )


def _with_genes(text: str, genes: Sequence[str]) -> str:
    return _PLACE.sub(lambda found: genes[int(found[1]) - 1], text)


def _list(text: str, phrases: Phrases) -> MessageArgument | None:
    """Return several arguments joined, None if one of them is unknown or there is only one."""
    parts = _PARTS.split(text)
    if len(parts) == 1:
        return None
    known = [_term(part, phrases) or _unit(part, phrases) for part in parts[::2]]
    # a list with one untranslated item would look like an error
    if any(part.kind is ArgumentKind.UNKNOWN for part in known):
        return None
    between = [phrases["between"][_BETWEEN[sign]] for sign in parts[1::2]]
    return MessageArgument(
        _joined([str(part) for part in known], between),
        ArgumentKind.LIST,
        dative=_joined([part.dative for part in known], between),
        english=text,
    )


def _joined(parts: Sequence[str], between: Sequence[str]) -> str:
    return "".join(a + b for a, b in zip(parts, (*between, ""), strict=True))


def _unit(text: str, phrases: Phrases) -> MessageArgument:
    """Return one symbol or quantity, else the text itself, marked as unknown."""
    if _SYMBOL.fullmatch(text):
        return MessageArgument(text, ArgumentKind.SYMBOL)
    parts = _PIECE.findall(text)
    said = _quantity(parts, phrases["word"], phrases["number"])
    if said is None:
        return MessageArgument(text, ArgumentKind.UNKNOWN)
    inflected = {**phrases["word"], **phrases["dative"]}
    dative = _quantity(parts, inflected, phrases["number"]) or said
    return MessageArgument(said, ArgumentKind.QUANTITY, dative=dative, english=text)


def _quantity(
    parts: Sequence[str], words: Mapping[str, str], number: Mapping[str, str]
) -> str | None:
    """Write numbers, units and frequencies in a language, matching the longest phrases first.

    None if a part is unknown: a dose is never partly translated.
    """
    said = []
    start = 0
    while start < len(parts):
        # the longest phrase first, otherwise a part of it would be translated alone
        for end in range(min(len(parts), start + _LONGEST), start, -1):
            known = words.get("".join(parts[start:end]))
            if known is not None:
                break
        else:
            known = _atom(parts[start], words, number)
        if known is None:
            return None
        said.append(known)
        start = end
    return "".join(said)


def _atom(part: str, words: Mapping[str, str], number: Mapping[str, str]) -> str | None:
    """Return a number, a symbol, a sign or a unit such as ``mg/kg/day``; None for other text."""
    if _NUMBER.fullmatch(part):
        return _POINT.sub(number["decimal"], part).replace("%", number["percent"])
    if part.isspace() or part in "(),×" or _SYMBOL.fullmatch(part):
        return part
    units = [words.get(unit) for unit in part.split("/")]
    return None if None in units else "/".join(filter(None, units))
