"""The picture of the house, drawn from its imports: ``python -m website.architecture``.

Rows and columns are the packages in the order of the import contract, the highest floor first. A
filled field says that the row's package imports the column's package. Imports point down, so that
every filled field is right of the diagonal; one left of it is an import that the contract excepts.
How many modules import is left out: the picture then changes only when the architecture does.

``docs/images/architecture.svg`` is written anew by this module; a test compares the file with what
the source says, so that a move of modules cannot leave it behind.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from website.pages import ROOT

__all__ = ["PICTURE", "House", "house", "picture"]

PICTURE: Final = ROOT / "docs" / "images" / "architecture.svg"
FIELD, TOP, LEFT, MARGIN = 24, 112, 132, 12
"""Sizes in SVG user units: a field's side, the room for names above and beside, the margin."""
_NAME = re.compile(r"[\w.]+")


@dataclass(frozen=True, slots=True)
class House:
    """Packages, the highest first, and the pairs (importing, imported) of them."""

    packages: tuple[str, ...]
    imports: frozenset[tuple[str, str]]

    @property
    def upward(self) -> list[tuple[str, str]]:
        """Imports from a lower package to a higher one."""
        place = {name: i for i, name in enumerate(self.packages)}
        return sorted(pair for pair in self.imports if place[pair[0]] > place[pair[1]])


def house(root: Path = ROOT) -> House:
    """Read the packages below ``src`` of a checkout.

    Packages of ``pgx`` stand in the order of the first import contract of ``pyproject.toml``; other
    distributions' packages, which join by entry points, stand above them as one each.
    """
    source = root / "src"
    files = defaultdict(list)
    for path in sorted(source.rglob("*.py")):
        files[_package(path.relative_to(source).parts)].append(path)
    del files["pgx"]  # the façade names what is public, and imports it when it is first used
    order = _order(root / "pyproject.toml")
    packages = (
        *sorted(name for name in files if not name.startswith("pgx.")),
        *sorted((n for n in files if n.startswith("pgx.")), key=lambda n: (order.index(n), n)),
    )
    imports = {
        (name, other)
        for name, paths in files.items()
        for path in paths
        for other in {_package(module.split(".")) for module in _imported(path)}
        if other != name and other in files
    }
    return House(packages, frozenset(imports))


def _package(parts: Sequence[str]) -> str:
    """Return the package of a module: ``pgx.io``, or the whole of another distribution's.

    >>> _package(["pgx", "io", "header.py"]), _package(["pgx", "_version.py"])
    ('pgx.io', 'pgx')
    """
    if parts[0] != "pgx":
        return parts[0]
    is_inner = len(parts) > 1 and not parts[1].endswith(".py")
    return f"pgx.{parts[1]}" if is_inner else "pgx"


def _order(contracts: Path) -> list[str]:
    """Return the packages of the first import contract, the highest floor first."""
    read = tomllib.loads(contracts.read_text(encoding="utf-8"))
    layers = read["tool"]["importlinter"]["contracts"][0]["layers"]
    return [name for layer in layers for name in _NAME.findall(layer)]


def _imported(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, at its top or when a function runs."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "pgx":  # `from pgx import plot` names a package
                yield from (f"pgx.{alias.name}" for alias in node.names)


def picture(found: House) -> str:
    """Return the matrix of imports as SVG, the same text for the same imports."""
    n = len(found.packages)
    width, height = LEFT + n * FIELD + MARGIN, TOP + n * FIELD + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
        "<title>Which package imports which</title>",
        f'<rect width="{width}" height="{height}" rx="6" fill="#ffffff"/>',
    ]
    parts.append('<g font-family="sans-serif" font-size="12" fill="#1f2937">')
    for row, name in enumerate(found.packages):
        parts += _row(found, row, name)
    return "\n".join([*parts, "</g>", "</svg>"]) + "\n"


def _row(found: House, row: int, name: str) -> Iterator[str]:
    """Yield a package's name beside its row and above its column, and its fields."""
    y, x = TOP + row * FIELD, LEFT + row * FIELD
    short = escape(name.removeprefix("pgx."))
    yield f'<text x="{LEFT - 8}" y="{y + 17}" text-anchor="end">{short}</text>'
    turned = f"rotate(-60 {x + 14} {TOP - 8})"
    yield f'<text x="{x + 14}" y="{TOP - 8}" transform="{turned}">{short}</text>'
    for column, other in enumerate(found.packages):
        colour = _colour(column - row, imports=(name, other) in found.imports)
        side = FIELD - 2
        place = f'x="{LEFT + column * FIELD}" y="{y}" width="{side}" height="{side}"'
        yield f'<rect {place} fill="{colour}"/>'


def _colour(place: int, *, imports: bool) -> str:
    """Return a field's colour; ``place`` is 0 on the diagonal, above 0 where imports point down."""
    if place == 0:
        return "#9ca3af"
    if not imports:
        return "#f3f4f6"
    return "#0f766e" if place > 0 else "#b91c1c"  # red: an import that points up


if __name__ == "__main__":
    PICTURE.write_text(picture(house()), encoding="utf-8")
