"""Run one typer command so that its usage errors are ours: one line, exit status 2."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import typer

from pgx.base.errors import printable

__all__ = ["run_app", "single"]

# typer carries its own click or uses the library, by version; this is the class it raises
_UsageError: Any = typer.BadParameter.__mro__[1]


def single(command: Callable[..., object], name: str) -> typer.Typer:
    """Return an app with one command and no sub-commands."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(name)(command)
    return app


def run_app(app: typer.Typer, words: list[str], name: str) -> int:
    """Run an app; return its exit status."""
    try:
        status = app(args=words, prog_name=name, standalone_mode=False)
    except _UsageError as error:
        where = error.ctx.command_path if error.ctx else name
        what = printable(error.format_message()).rstrip(".")
        sys.stderr.write(f"[PGX-USE-001] {what}; see {where} --help\n")
        return 2
    except typer.Exit as error:
        return int(error.exit_code)
    except typer.Abort:
        return 130
    return int(status) if isinstance(status, int) else 0
