"""Run one typer command so that its usage errors are ours: one line, exit status 2."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

import typer

from pgx.base.code_cache import CACHE_VARIABLE, unkept_is_told
from pgx.base.errors import printable
from pgx.cli.console import hint

__all__ = ["run_app", "shown_help", "single"]

# typer carries its own click or uses the library, by version; this is the class it raises
_UsageError: Any = typer.BadParameter.__mro__[1]
_EXAMPLES = "Examples:"
_INTERRUPTED = 130
_AS_WRITTEN = "\b"  # a paragraph that begins with it is not filled anew


def single(command: Callable[..., object], name: str) -> typer.Typer:
    """Return an app with one command and no sub-commands."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(name)(command)
    return app


def shown_help(command: Callable[..., object]) -> str:
    """Return a command's docstring with its examples, one a line, as they are written."""
    text = inspect.getdoc(command) or ""
    before, title, after = text.partition(_EXAMPLES)
    if not title:
        return text
    lines = [line for line in after.splitlines() if line.strip()]
    return "\n".join([before.rstrip(), "", _AS_WRITTEN, title, *lines])


def run_app(app: typer.Typer, words: list[str], name: str) -> int:
    """Run an app; return its exit status."""
    unkept_is_told(None if "--quiet" in words else _say_unkept)
    for command in app.registered_commands:
        if command.callback is not None and not command.help:
            command.help = shown_help(command.callback)
    try:
        status = app(args=words, prog_name=name, standalone_mode=False)
    except _UsageError as error:
        where = error.ctx.command_path if error.ctx else name
        sys.stderr.write(f"[PGX-USE-001] {printable(_what(error))} see {where} --help\n")
        return 2
    except typer.Exit as error:
        status = int(error.exit_code)
    except typer.Abort:
        status = _INTERRUPTED
    if status == _INTERRUPTED:  # typer catches the interrupt and says nothing
        sys.stderr.write("interrupted\n")
    return int(status) if isinstance(status, int) else 0


def _say_unkept() -> None:
    hint(
        "compiled code cannot be kept: this run, and every other, compiles for some 20 s;"
        f" name a folder that only you can write with {CACHE_VARIABLE}"
    )


def _what(error: Any) -> str:  # noqa: ANN401 - the class is that of typer's own click
    """Return what is wrong, with the option or command that may have been meant."""
    possible = getattr(error, "possibilities", None)
    if possible:
        return f"{str(error.message).rstrip('.')}; did you mean {possible[0]}?"
    text = str(error.format_message()).rstrip(".")
    return text if text.endswith("?") else f"{text};"
