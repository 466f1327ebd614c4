"""All experiments by name, run in two processes, and their places on the page."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from torture import (
    bombs,
    cold_starts,
    faults,
    flips,
    folders,
    injection,
    kills,
    logs,
    same_bytes,
    supply,
)
from torture.record import Check, Outcome, Settings

__all__ = ["EXPERIMENTS", "PAGE", "made", "run"]

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "torture.md"
PROCESSES: Final = 2

EXPERIMENTS: Final[Mapping[str, Callable[[Settings], Sequence[Check]]]] = {
    "kills workers": kills.of_workers,
    "flips": flips.checks,
    "kills cohort": kills.of_cohorts,
    "faults cohort": faults.of_cohorts,
    "folders": folders.checks,
    "cold starts": cold_starts.checks,
    "faults annotate": faults.of_annotate,
    "kills annotate": kills.of_annotate,
    "reproducible": same_bytes.checks,
    "bombs": bombs.checks,
    "injection": injection.checks,
    "logs": logs.checks,
    "supply chain": supply.checks,
}
"""What is tried, by the name of its part of the page; the longest first."""


def made(name: str, settings: Settings) -> Outcome:
    """Make one experiment by its name."""
    started = time.monotonic()
    checks = tuple(EXPERIMENTS[name](settings))
    return Outcome(name, settings, checks, time.monotonic() - started)


def run(names: Sequence[str], settings: Settings) -> Sequence[Outcome]:
    """Make experiments in two processes; outcomes in the order of names."""
    # forked workers would share the threads of the libraries that are loaded already
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=context, max_tasks_per_child=1) as pool:
        return list(pool.map(made, names, [settings] * len(names)))
