"""Signals at random instants: what a folder shows is one run's results, and the next run ends well.

Each chain of kills starts over an older set of results. After every signal the visible files are
wholly those of the old or of the new run, and the inputs are untouched; the run that is not
stopped ends with the bytes of an undisturbed one and leaves nothing else.
"""

from __future__ import annotations

import collections
import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from torture.jobs import Job, annotate_jobs, cohort_jobs, leftovers, state
from torture.record import Check, Settings, skipped
from torture.sandbox import PGX, digests, environment, first_line, pgx, sandbox

__all__ = ["Killer", "of_annotate", "of_cohorts", "of_workers"]

SIGNALS: Final = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)
N_ANNOTATE: Final = 100
N_COHORT: Final = 100
N_WORKERS: Final = 50
CHAIN: Final = 3
"""Signals in a row before the run is left alone: resumed runs are killed, too."""
_ALONE_SECONDS: Final = 15.0
"""How long processes of an ended run may take to notice."""


def of_annotate(settings: Settings) -> list[Check]:
    """Kill ``pgx annotate --force`` over an older set of results."""
    with sandbox() as folder:
        killer = Killer(folder, annotate_jobs(folder), Random(settings.seed))
        return [killer.check("annotate", settings.count(N_ANNOTATE))]


def of_cohorts(settings: Settings) -> list[Check]:
    """Kill ``pgx cohort`` without workers."""
    with sandbox() as folder:
        killer = Killer(folder, cohort_jobs(folder), Random(settings.seed))
        return [killer.check("cohort, this process alone", settings.count(N_COHORT))]


def of_workers(settings: Settings) -> list[Check]:
    """Kill ``pgx cohort`` with one worker and with two."""
    try:
        import distributed  # noqa: F401 - an extra
    except ImportError:
        return [skipped("cohort with workers", "the extra cluster is not installed")]
    checks = []
    for n in ("1", "2"):
        with sandbox() as folder:
            killer = Killer(folder, cohort_jobs(folder, 201, "--workers", n), Random(settings.seed))
            checks.append(killer.check(f"cohort, workers {n}", settings.count(N_WORKERS)))
    return checks


@dataclass(slots=True)
class Killer:
    """Two jobs that write into one folder in turn, and signals that stop them."""

    folder: Path
    jobs: tuple[Job, Job]
    chance: Random
    command: tuple[str, ...] = PGX
    takes: float = 0.0
    states: collections.Counter[str] = field(default_factory=collections.Counter)

    @property
    def out(self) -> Path:
        """The folder of results."""
        return self.folder / "out"

    def check(self, what: str, wanted: int) -> Check:
        """Send so many signals; return what was wrong after them."""
        inputs = self._inputs()
        started = time.monotonic()
        failures = self._finish(self.jobs[0])
        self.takes = time.monotonic() - started
        sent = turn = 0
        while sent < wanted:
            turn += 1
            length = min(CHAIN, wanted - sent)
            failures += [f"signal {sent + 1}: {why}" for why in self._chain(turn, length)]
            sent += length
        failures += ["an input was changed"] if self._inputs() != inputs else []
        counts = ", ".join(f"{n} {name}" for name, n in sorted(self.states.items()))
        return Check(what, sent, tuple(failures), f"visible after a signal: {counts}")

    def _inputs(self) -> list[dict[str, str]]:
        return [digests(path.parent) for path in {self.jobs[0].inputs[0], self.jobs[1].inputs[0]}]

    def _chain(self, turn: int, length: int) -> Iterator[str]:
        old, new = self.jobs[(turn - 1) % 2], self.jobs[turn % 2]
        for number in range(length):
            kind = SIGNALS[(turn + number) % len(SIGNALS)]
            yield from self._stopped(new, kind)
            shown = state(self.out, old.expected, new.expected)
            self.states[shown] += 1
            if shown == "mixed":
                yield f"after {kind.name} the results are mixed"
        yield from self._finish(new)

    def _stopped(self, job: Job, kind: signal.Signals) -> Iterator[str]:
        """Start a job, send it a signal; yield what was wrong with its end."""
        errors = self.folder / "stderr"
        with errors.open("wb") as stream:
            process = subprocess.Popen(
                [*self.command, *job.words, "-o", str(self.out)],
                cwd=self.folder,
                env=environment(self.folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stream,
                start_new_session=True,
            )
            time.sleep(self.chance.uniform(0, self.takes * 1.05))
            process.send_signal(kind)
            status = process.wait(timeout=120)
        if status not in (0, -kind, 128 + kind):
            yield f"status {status} after {kind.name}: {first_line(errors.read_text())}"
        if not _all_ended(process.pid):
            yield f"processes of the run were alive {_ALONE_SECONDS:.0f} s after {kind.name}"

    def _finish(self, job: Job) -> list[str]:
        """Run undisturbed; return what is wrong with the results and what else lies there."""
        done = pgx(self.folder, *job.words, "-o", self.out, command=self.command)
        wrong = [f"left: {name}" for name in leftovers(self.folder, self.out)]
        if done.returncode:
            wrong.append(f"the next run fails: {first_line(done.stderr)}")
        elif digests(self.out) != dict(job.expected):
            wrong.append("the next run gives other bytes than an undisturbed one")
        if wrong:  # the next chain starts anew
            shutil.rmtree(self.out, ignore_errors=True)
            shutil.rmtree(self.folder / "tmp")
            (self.folder / "tmp").mkdir()
            pgx(self.folder, *job.words, "-o", self.out, command=self.command)
        return wrong


def _all_ended(group: int) -> bool:
    """Wait until no process of a group is left; kill those that are after a while."""
    end = time.monotonic() + _ALONE_SECONDS
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    return False
