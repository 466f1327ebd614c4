"""Files of a patient with a text that nobody would write, in every place one after the other."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

CANARY = "Zanarycq"
NUMBER = 98765.4321
DAYS = ("2187-06-05", "9876-54-32")
SIGNS = (CANARY.lower(), "98765", "9.877e+04", *DAYS)
"""What tells that a value of the file is in a message."""


def held(text: str) -> list[str]:
    """Return what of the canaries a text holds."""
    return [sign for sign in SIGNS if sign in text.lower()]


VALUES: tuple[Any, ...] = (CANARY, NUMBER, *DAYS, {CANARY: CANARY}, [CANARY])


def trees(tree: Any, values: tuple[Any, ...] = VALUES) -> Iterator[str]:
    """Yield JSON text of a tree with a canary as one value, as one name, or beside one name."""
    for path, is_name in _places(tree):
        for value in values:
            yield json.dumps(put(tree, path, value))
        if is_name:
            yield json.dumps(_renamed(tree, path))
    text = json.dumps(tree)
    yield text[: len(text) // 2] + CANARY
    yield text.replace(": ", f": {CANARY}", 1)
    yield f'{{"{CANARY}": 1, "{CANARY}": 1}}'
    yield f'"{CANARY}"'
    yield f'{{"{CANARY} - at `$.{CANARY}`": 1}}'


def _places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], bool]]:
    named = isinstance(tree, dict)
    for key, value in tree.items() if named else enumerate(tree) if _is_list(tree) else ():
        yield (*path, key), named
        yield from _places(value, (*path, key))


def _is_list(tree: Any) -> bool:
    return isinstance(tree, list)


def put(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a copy of a tree with a value at a place."""
    made = copy.deepcopy(tree)
    _at(made, path)[path[-1]] = value
    return made


def _renamed(tree: Any, path: tuple[Any, ...]) -> Any:
    made = copy.deepcopy(tree)
    place = _at(made, path)
    place[CANARY] = place.pop(path[-1])
    return made


def _at(tree: Any, path: tuple[Any, ...]) -> Any:
    for step in path[:-1]:
        tree = tree[step]
    return tree


def tables(text: str) -> Iterator[str]:
    """Yield a tab-separated table with a canary as one cell, or added to one; header included."""
    lines = text.splitlines()
    for i, line in enumerate(lines):
        cells = line.split("\t")
        for j, cell in enumerate(cells):
            for value in (CANARY, cell + CANARY, f"{CANARY}\x07", str(NUMBER)):
                changed = "\t".join([*cells[:j], value, *cells[j + 1 :]])
                yield "\n".join([*lines[:i], changed, *lines[i + 1 :]]) + "\n"
        yield "\n".join([*lines[:i], f"{line}\t{CANARY}\t{CANARY}", *lines[i + 1 :]]) + "\n"
