"""Own extensions: what the guide has no place for, written from records and read back.

A record is one extension whose parts bear the names of the record's fields; a list is a part that
is repeated, and nothing is written for what is empty.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeVar

import msgspec

from pgx.records.calls import DrugCode
from pgx.reports.fhir.codes import ATC, OWN, RXNORM, Tree, concept
from pgx.reports.text import visible

__all__ = ["fields_of", "own", "own_url", "parts", "record_of", "text_of"]

T = TypeVar("T", bound=msgspec.Struct)
_ALLOWED: Final = "\t\r\n"


def own_url(name: str) -> str:
    """Return the address of an extension of this project."""
    return f"{OWN}:{name}"


def text_of(text: str) -> str:
    r"""Return text that FHIR can hold: control characters other than breaks are written out.

    >>> text_of("a\tb\x00")
    'a\tb⟨U+0000⟩'
    """
    if text.isprintable():
        return text
    return "".join(visible(c) if c < " " and c not in _ALLOWED else c for c in text)


def own(name: str, values: Mapping[str, object]) -> list[Tree]:
    """Return one extension with a part for each value that is not empty; none if all are."""
    found = [part for key, value in values.items() for part in parts(key, value)]
    return [{"url": own_url(name), "extension": found}] if found else []


def parts(name: str, value: object) -> Iterator[Tree]:
    """Yield a value as parts of an extension; each item of a list is one."""
    if isinstance(value, tuple):
        for item in value:
            yield from parts(name, item)
    elif isinstance(value, DrugCode):
        yield {"url": name, "valueCodeableConcept": _drug(value)}
    elif isinstance(value, msgspec.Struct):
        inner = [p for n in value.__struct_fields__ for p in parts(n, getattr(value, n))]
        if inner:
            yield {"url": name, "extension": inner}
    elif value is not None and value != "":
        yield {"url": name, **_simple(value)}


def _simple(value: object) -> Tree:
    if isinstance(value, StrEnum):
        return {"valueCode": value.value}
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, int):
        return {"valueInteger": value}
    if isinstance(value, float):
        return {"valueDecimal": value}
    return {"valueString": text_of(str(value))}


def _drug(drug: DrugCode) -> Tree:
    return concept(text_of(drug.name), (RXNORM, drug.rxnorm, ""), (ATC, drug.atc, ""))


def fields_of(extension: Tree) -> dict[str, list[Any]]:
    """Return the values of an extension's parts, by name; nested ones as they are."""
    found: dict[str, list[Any]] = {}
    for part in extension.get("extension", ()):
        values = [v for k, v in part.items() if k.startswith("value")]
        found.setdefault(part["url"], []).append(values[0] if values else part)
    return found


def record_of(kind: type[T], values: Mapping[str, Iterable[Any]]) -> T:
    """Return a record from parts by name.

    Raises
    ------
    msgspec.ValidationError
        A part is lacking, or of another type than the record's.
    """
    tree: Tree = {}
    for name, hint in _hints(kind).items():
        found = list(values.get(name, ()))
        item, many = _item_of(hint)
        read = [_value(item, value) for value in found]
        if many:
            tree[name] = read
        elif read:
            tree[name] = read[0]
    return msgspec.convert(tree, kind, strict=True)


@cache
def _hints(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _item_of(hint: Any) -> tuple[Any, bool]:  # noqa: ANN401 - any annotation
    """Return what one part holds, and whether the field is a list."""
    if typing.get_origin(hint) is tuple:
        return typing.get_args(hint)[0], True
    if isinstance(hint, types.UnionType):
        return next(a for a in typing.get_args(hint) if a is not types.NoneType), False
    return hint, False


def _value(kind: Any, value: Any) -> Any:  # noqa: ANN401 - any annotation and any JSON
    if kind is DrugCode:
        codes = {c["system"]: c["code"] for c in value.get("coding", ())}
        return {"name": value["text"], "rxnorm": codes.get(RXNORM, ""), "atc": codes.get(ATC, "")}
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return msgspec.to_builtins(record_of(kind, fields_of(value)))
    return float(value) if kind is float else value
