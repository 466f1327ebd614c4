"""Texts: hidden characters, decoder messages without content, suggestions, ages of releases."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from msgspec.inspect import (
    CollectionType,
    CustomType,
    DictType,
    EnumType,
    LiteralType,
    StructType,
    TupleType,
    Type,
    UnionType,
    type_info,
)

__all__ = [
    "MAX_AGE_MONTHS",
    "did_you_mean",
    "has_hidden",
    "is_text",
    "months_between",
    "nearest",
    "release_month",
    "shape_problem",
    "shown_name",
    "today",
]


_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def has_hidden(text: str, allowed: str = "") -> bool:
    r"""Whether a text has an invisible control, format or separator character.

    >>> has_hidden("a\tb"), has_hidden("a\tb", "\t"), has_hidden("a\u202eb")
    (True, False, True)
    """
    # str.isprintable is one fast pass; categories are looked up only if it fails
    plain = text
    for character in allowed:
        plain = plain.replace(character, "")
    if plain.isascii() and plain.isprintable():
        return False
    return any(unicodedata.category(c) in _HIDDEN for c in plain)


def is_text(text: str) -> bool:
    r"""Whether a text is valid Unicode; the name of a file may hold undecodable bytes.

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


_PLACE: Final = re.compile(r" - at `(?:key in )?(\$[^`]{0,200})`\Z")
_END: Final = 240
"""Characters at the end of a message in which its place stands."""
_STEP: Final = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")
_PLAIN: Final = re.compile(
    r"JSON is malformed: [^\x00-\x1f]*|Input data was truncated"
    r"|Expected `[\w |]+`(?:, got `\w+`)?|Expected `array` of (?:at (?:least|most) )?length \d+"
    r"(?:, got \d+)?|Object missing required field `\w+`|(?:Integer|Number) (?:value )?out of range"
    r"|Expected `\w+` (?:<|<=|>|>=) [\d.-]+"
)
"""Messages that name types and our own fields alone; any other may hold a value."""
_MOST: Final = 24
"""Names that a line lists: more are in the documentation."""


def shape_problem(error: Exception, kind: object) -> str:
    """Return why data do not have the shape of a type, without any of the data.

    Messages of decoders may quote values, which can be names or results of a patient.

    Parameters
    ----------
    error
        What msgspec raised, or a `UnicodeError` or `RecursionError` of the same reading.
    kind
        The expected type.

    >>> import msgspec
    >>> class Dose(msgspec.Struct, forbid_unknown_fields=True):
    ...     mg: float
    >>> try:
    ...     msgspec.json.decode('{"Miller": 1}', type=Dose)
    ... except msgspec.ValidationError as error:
    ...     shape_problem(error, Dose)
    'an unknown field; known are mg'
    """
    if isinstance(error, UnicodeError):
        return "the file is not UTF-8 text"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    said, path = str(error), "$"
    if match := _PLACE.search(said, max(0, len(said) - _END)):
        said, path = said[: match.start()], match[1]
    kinds = _at(type_info(kind), path)
    place = path.removeprefix("$").lstrip(".") if kinds else ""
    return (f"{place}: " if place else "") + _what(said, kinds)


def _what(said: str, kinds: tuple[Type, ...]) -> str:
    if said.startswith("Object contains unknown field"):
        records = [kind for kind in kinds if isinstance(kind, StructType)]
        fields = [field.encode_name for record in records for field in record.fields]
        return f"an unknown field{_listed(fields)}"
    if said.startswith(("Invalid enum value", "Invalid value")):
        return f"a value that is not known{_listed(list(_values(kinds)))}"
    return said if _PLAIN.fullmatch(said) else "not of the form that is described"


def _listed(names: list[str]) -> str:
    return f"; known are {', '.join(names)}" if 0 < len(names) <= _MOST else ""


def _values(kinds: tuple[Type, ...]) -> Iterator[str]:
    for kind in kinds:
        if isinstance(kind, EnumType):
            yield from (str(member.value) for member in kind.cls)
        elif isinstance(kind, LiteralType):
            yield from map(str, kind.values)


def _at(kind: Type, path: str) -> tuple[Type, ...]:
    """Return the types that may stand at a path; none where it is none of the type's own.

    A path is trusted only if it leads through our own fields: a field of the file's may look
    like one.
    """
    kinds = tuple(_plain(kind))
    at = 1
    while at < len(path):
        step = _STEP.match(path, at)
        kinds = tuple(k for old in kinds for k in _inner(old, step[1])) if step else ()
        if step is None or not kinds:
            return ()
        at = step.end()
    return kinds


def _inner(kind: Type, name: str | None) -> Iterator[Type]:
    if isinstance(kind, StructType) and name is not None:
        yield from (k for f in kind.fields if f.encode_name == name for k in _plain(f.type))
    elif name is None and isinstance(kind, CollectionType):
        yield from _plain(kind.item_type)
    elif name is None and isinstance(kind, TupleType):
        yield from (k for item in kind.item_types for k in _plain(item))
    elif name is None and isinstance(kind, DictType):
        yield from _plain(kind.value_type)


def _plain(kind: Type) -> Iterator[Type]:
    """Yield the members of a union, any other type itself."""
    if isinstance(kind, UnionType):
        yield from (k for member in kind.types for k in _plain(member))
    elif not isinstance(kind, CustomType):
        yield kind


_LIKENESS = 0.6  # the default cutoff of difflib
_LONGEST = 100  # characters: no name is longer, and difflib takes quadratic time


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known name most similar to a word, "" if none is; case is ignored.

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


MAX_AGE_MONTHS: Final = 12
"""Age in months above which a release gives a warning: guidelines change every year."""
_RELEASE: Final = re.compile(r"(\d{4})\.(\d{1,2})\.")
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")


def release_month(release: str) -> str:
    """Return the month in a release's name; empty where it names none.

    >>> release_month("2026.12.1"), release_month("2025.3.2"), release_month("mine")
    ('2026-12', '2025-03', '')
    """
    match = _RELEASE.match(release)
    if match is None or not 1 <= int(match[2]) <= 12:
        return ""
    return f"{match[1]}-{int(match[2]):02}"


def months_between(month: str, day: str) -> int | None:
    """Return the months from one date to another, each at least YYYY-MM; None if one is invalid.

    A month after the day gives 0.

    >>> months_between("2026-07", "2026-12-02"), months_between("2026-12", "2026-07-01")
    (5, 0)
    >>> months_between("2024", "2026-12-02")
    """
    first, last = _MONTH.match(month), _MONTH.match(day)
    if first is None or last is None:
        return None
    months = [int(found[1]) * 12 + int(found[2]) for found in (first, last)]
    return max(0, months[1] - months[0])


def today() -> str:
    """Return today's ISO date; it must never enter a result, which has to be reproducible."""
    return date.today().isoformat()  # noqa: DTZ011 - the user's own day
