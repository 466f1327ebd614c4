"""Markdown text: cells that show what they hold, tables, links between pages."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = ["bullets", "cell", "folded", "page_name", "rebase", "relink", "table", "unescape_bars"]

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~^#$:])")
_CELL = re.compile(r"<td.*?</td>", re.DOTALL)
_LINK = re.compile(r"(\]\()([^)\s]+)(\))")


def cell(text: str) -> str:
    """Return text that Markdown shows as it is.

    >>> cell("*1|*2")
    '&#42;1&#124;&#42;2'
    """
    return _SPECIAL.sub(lambda found: f"&#{ord(found.group())};", text)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells are Markdown already, empty without rows."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    if not lines:
        return ""
    return "\n".join(["| " + " | ".join(header) + " |", "|" + " --- |" * len(header), *lines])


def bullets(items: Iterable[str]) -> str:
    """Return a list of Markdown lines."""
    return "\n".join(f"- {item}" for item in items)


def folded(title: str, body: str) -> str:
    """Return a block that the reader opens."""
    inner = "\n".join(f"    {line}" if line else "" for line in body.splitlines())
    return f'??? note "{title}"\n\n{inner}'


def page_name(name: str) -> str:
    """Return the file name of a gene's or drug's page, without its ending.

    >>> page_name("dextromethorphan / quinidine")
    'dextromethorphan-quinidine'
    """
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower()


def rebase(text: str, origin: str, target: str) -> str:
    """Return text of the page ``origin`` with its relative links as the page ``target`` needs them.

    Both are named from the docs folder.

    >>> rebase("[how](prior.md#x)", "explanation/calling.md", "genes/tpmt.md")
    '[how](../explanation/prior.md#x)'
    >>> rebase("[how](docs/how-to/check.md)", "../CHANGELOG.md", "changelog.md")
    '[how](how-to/check.md)'
    """
    return _moved(text, origin, target, lambda whole: whole)


def relink(text: str, page: str, copies: Mapping[str, str]) -> str:
    """Return a page's text with links to files that have a copy leading to the copy.

    >>> relink("[new](../../CHANGELOG.md)", "how-to/a.md", {"../CHANGELOG.md": "changelog.md"})
    '[new](../changelog.md)'
    """
    return _moved(text, page, page, lambda whole: copies.get(whole, whole))


def _moved(text: str, origin: str, target: str, home: Callable[[str], str]) -> str:
    def moved(found: re.Match[str]) -> str:
        path, mark, anchor = found.group(2).partition("#")
        if ":" in path or (not path and origin == target):
            return found.group()
        whole = posixpath.normpath(posixpath.join(posixpath.dirname(origin), path))
        whole = whole.removeprefix("../docs/")
        near = posixpath.relpath(home(whole if path else origin), posixpath.dirname(target) or ".")
        return f"{found.group(1)}{near}{mark}{anchor}{found.group(3)}"

    return _LINK.sub(moved, text)


def unescape_bars(html: str) -> str:
    r"""Return HTML whose table cells show ``|`` where Markdown had to write a backslash before it.

    >>> unescape_bars(r"<td><code>0\|1</code></td>")
    '<td><code>0|1</code></td>'
    """
    return _CELL.sub(lambda found: found.group().replace("\\|", "|"), html)
