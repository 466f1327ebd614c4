"""How a record shows itself in a notebook; the view is registered from above and found here.

Records know no floor above them, so that `pgx` itself says which function draws which record.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["html_view", "register_html"]

_HTML: dict[str, Callable[[Any], str]] = {}


def register_html(record: str, view: Callable[[Any], str]) -> None:
    """Set the view of a record, by the name of its class."""
    _HTML[record] = view


def html_view(record: object) -> str | None:
    """Return a record as a piece of HTML, None where nothing draws it."""
    view = _HTML.get(type(record).__name__)
    return None if view is None else view(record)
