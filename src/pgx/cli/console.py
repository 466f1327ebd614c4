"""What every command says on standard error, and where colours are used: never in a pipe."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from pgx.base.errors import printable

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console", "hint", "is_terminal", "say"]


def say(text: str) -> None:
    """Write one line to standard error; control and direction characters are escaped."""
    sys.stderr.write(printable(text) + "\n")


def hint(text: str) -> None:
    """Write what may help, as one line to standard error."""
    say(f"hint: {text}")


def is_terminal(*, error: bool = False) -> bool:
    """Whether standard output (or error) is a terminal that can move its cursor."""
    stream = sys.stderr if error else sys.stdout
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def console(*, width: int | None = None, error: bool = False) -> Console:
    """Return rich's console; colours and styles on a terminal only, never with ``NO_COLOR``."""
    from rich.console import Console

    plain = not is_terminal(error=error) or bool(os.environ.get("NO_COLOR"))
    return Console(
        width=width,
        stderr=error,
        force_terminal=is_terminal(error=error),
        color_system=None if plain else "auto",
        markup=False,
        highlight=False,
        emoji=False,
    )
