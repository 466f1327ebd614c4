"""``pgx model``: dosing models, from training to monitoring."""

from __future__ import annotations

import typer

from pgx.cli.options import run_app
from pgx_dosing.commands import model_evaluate, model_monitor, model_registry, model_train

__all__ = ["app", "run"]

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
for _part in (model_registry, model_train, model_evaluate, model_monitor):
    _part.register(app)


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(app, words, "pgx model")
