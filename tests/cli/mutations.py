"""A valid small file, damaged in every way that a hand or a disk damages one."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any, Final

__all__ = ["json_mutations", "mutations", "some", "tsv_mutations"]

VALUES: Final = (
    *("null", "[]", "{}", "[null]", '""', '"x"', "true", "-1", "0", "1e30", "1e999", "NaN"),
    *("9" * 30, "9" * 5_000, "[" * 20_000, '"\\ud800"', '"\\u0000"', '{"a": 1, "a": 2}'),
    '"2026-02-30"',
)  # fmt: skip
CELLS: Final = ("", ".", "x", "-1", "1e999", "NaN", "9" * 30, "\x00", '"', "\u202e", "a=b;c=d", "|")
_HOLE: Final = "@hole@"


def mutations(name: str, data: bytes) -> Iterator[bytes]:
    """Yield damaged copies of a file, by what its name says it is."""
    yield from (b"", b"\xff\xfe", b"\xef\xbb\xbf", b"\x00" * 100, data.replace(b"\n", b"\r"))
    yield from (data[: len(data) * k // 50] for k in range(50))
    yield data.replace(b"e", b"\xe9")
    if name.endswith(".json"):
        yield from json_mutations(data)
    elif name.endswith(".tsv"):
        yield from tsv_mutations(data)
    else:
        yield from _line_mutations(data)


def json_mutations(data: bytes) -> Iterator[bytes]:
    """Yield a JSON file without each key, and with each value replaced; and other values alone."""
    tree = json.loads(data)
    for path in list(_paths(tree)):
        holder, last = _at(tree, path[:-1]), path[-1]
        kept = holder[last]
        holder[last] = _HOLE
        text = json.dumps(tree)
        yield from (text.replace(f'"{_HOLE}"', value).encode() for value in VALUES)
        if isinstance(holder, dict):
            left = {key: value for key, value in holder.items() if key != last}
            yield from _instead(tree, path[:-1], left)
            holder = _at(tree, path[:-1])
        holder[last] = kept
    yield from (value.encode() for value in VALUES)


def _instead(tree: Any, path: tuple[Any, ...], value: Any) -> Iterator[bytes]:
    if not path:
        yield json.dumps(value).encode()
        return
    holder = _at(tree, path[:-1])
    kept = holder[path[-1]]
    holder[path[-1]] = value
    yield json.dumps(tree).encode()
    holder[path[-1]] = kept


def _paths(tree: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in items:
        yield (*at, key)
        if isinstance(value, dict | list):
            yield from _paths(value, (*at, key))


def _at(tree: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def tsv_mutations(data: bytes) -> Iterator[bytes]:
    """Yield a table without each column, row and cell, and with each cell replaced."""
    rows = [line.split("\t") for line in data.decode().splitlines()]
    for column in range(max(map(len, rows))):
        yield _table([row[:column] + row[column + 1 :] for row in rows])
        yield _table([row[: column + 1] + row[column:] for row in rows])
    for number, row in enumerate(rows):
        yield _table(rows[:number] + rows[number + 1 :])
        yield _table(rows[: number + 1] + rows[number:])
        for column in range(len(row)):
            for cell in CELLS:
                changed = [*row[:column], cell, *row[column + 1 :]]
                yield _table([*rows[:number], changed, *rows[number + 1 :]])
            yield _table([*rows[:number], row[:column] + row[column + 1 :], *rows[number + 1 :]])


def _table(rows: list[list[str]]) -> bytes:
    return ("\n".join(map("\t".join, rows)) + "\n").encode()


def _line_mutations(data: bytes) -> Iterator[bytes]:
    """Yield a text without each line, and with each value after an equals sign replaced."""
    lines = data.decode().splitlines()
    for number, line in enumerate(lines):
        yield "\n".join(lines[:number] + lines[number + 1 :]).encode()
        key, equals, _ = line.partition("=")
        for value in (*VALUES, "2026-01-01", "inf", "'''") if equals else ():
            yield "\n".join([*lines[:number], f"{key}= {value}", *lines[number + 1 :]]).encode()


def some(found: Iterator[bytes], count: int, seed: int = 1) -> list[bytes]:
    """Return so many of some mutations, chosen by chance that is the same each time."""
    everything = list(found)
    chosen = random.Random(seed).sample(range(len(everything)), min(count, len(everything)))
    return [everything[k] for k in sorted(chosen)]
