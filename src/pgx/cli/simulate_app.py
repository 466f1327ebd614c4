"""Door to ``pgx simulate``."""

from __future__ import annotations

from pgx.cli.options import run_app, single
from pgx.cli.simulate import simulate

__all__ = ["run"]


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(single(simulate, "simulate"), words, "pgx simulate")
