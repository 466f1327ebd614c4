"""What an experiment found: a frozen record, and its table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from validation.tables import table

__all__ = ["Check", "Outcome", "Settings", "overview", "report", "skipped"]

_SHOWN: Final = 12
"""Failures of one check that are printed; all are counted."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is scaled by.

    Attributes
    ----------
    seed
        Seed of all that is drawn.
    runs
        Share of the full number of attempts.
    """

    seed: int = 1
    runs: float = 1.0

    def count(self, full: int) -> int:
        """Return the number of attempts where a full run makes ``full``.

        >>> Settings(runs=0.1).count(100), Settings(runs=0.01).count(3)
        (10, 1)
        """
        return max(1, round(full * self.runs))


@dataclass(frozen=True, slots=True)
class Check:
    """One row of a result.

    Attributes
    ----------
    what
        What was tried.
    tried
        The number of attempts.
    failures
        One line for each failed attempt.
    note
        A measured figure, or the reason for not trying.
    """

    what: str
    tried: int
    failures: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one experiment."""

    name: str
    settings: Settings
    checks: tuple[Check, ...]
    seconds: float

    @property
    def tried(self) -> int:
        """The number of attempts of all checks."""
        return sum(check.tried for check in self.checks)

    @property
    def failures(self) -> tuple[str, ...]:
        """All failures, each with its check."""
        return tuple(f"{check.what}: {line}" for check in self.checks for line in check.failures)


def skipped(what: str, reason: str) -> Check:
    """Return the row of an experiment that cannot be made on this machine."""
    return Check(what, 0, (), f"skipped: {reason}")


def report(outcome: Outcome) -> str:
    """Return the table of one experiment as Markdown, its seed and its failures below it."""
    rows = [(check.what, check.tried, len(check.failures), check.note) for check in outcome.checks]
    settings = outcome.settings
    scale = "" if settings.runs == 1 else f", {settings.runs:g} of the full number of attempts"
    text = table(["what", "tried", "failed", "note"], rows)
    return "\n".join([text, "", f"Seed {settings.seed}{scale}.", *_listed(outcome.failures)])


def _listed(failures: Sequence[str]) -> Iterable[str]:
    if not failures:
        return
    yield "\nFailures:\n"
    yield from (f"- `{line}`" for line in failures[:_SHOWN])
    if len(failures) > _SHOWN:
        yield f"- and {len(failures) - _SHOWN} more"


def overview(outcomes: Sequence[Outcome]) -> str:
    """Return one row for each experiment."""
    header = ["experiment", "tried", "failed", "seconds"]
    rows = [(o.name, o.tried, len(o.failures), f"{o.seconds:.0f}") for o in outcomes]
    return table(header, rows)
