"""What `pgx cohort` and `pgx partition` say at the end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pgx.cli.console import say

if TYPE_CHECKING:
    from pgx.engine.writing.results import CohortOutcome

__all__ = ["report"]


def report(outcome: CohortOutcome, folder: Path, *, quiet: bool) -> None:
    """Name the inputs that were refused, give hints, and say what was written."""
    for error in outcome.refused:
        say(error.line())
    if quiet:
        return
    for hint in outcome.hints:
        say(f"hint: {hint}")
    if not outcome.n_samples and folder.exists():
        say(f"hint: nothing was written; what {folder} holds is of an earlier run")
    if outcome.n_samples:
        say(f"{outcome.n_samples} sample(s), {len(outcome.files)} files in {folder}")
