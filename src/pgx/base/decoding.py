"""What a decoder found wrong with a file, in words that hold nothing of the file.

A decoder's own message names what stood there: a patient's value, in a line that ends up in a
log. Told are the place, by names of our own records, and what is allowed there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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

__all__ = ["shape_problem"]

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
    """Return what is wrong with data that were to be of a type, without any of the data.

    Parameters
    ----------
    error
        What msgspec raised, or a `UnicodeError` or `RecursionError` of the same reading.
    kind
        The type that the data were to have.

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
