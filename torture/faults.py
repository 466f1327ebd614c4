"""Every n-th call of the disk fails: the run says so, and the old results are as they were."""

from __future__ import annotations

import collections
import shutil
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from torture.failing_calls import KINDS, built, why_not
from torture.jobs import Job, annotate_jobs, cohort_jobs, leftovers, state
from torture.record import Check, Settings, skipped
from torture.sandbox import digests, error_code, first_line, sandbox, visible
from torture.warm import Ended, Server, warm_server

__all__ = ["of_annotate", "of_cohorts", "sweep"]

MOST: Final = 120
"""Attempts of one kind; where there are more calls, so many of them are drawn."""
N_FILES: Final = 8
_BUG: Final = "PGX-BUG-001"
_INPUT_REFUSED: Final = 3


def of_annotate(settings: Settings) -> list[Check]:
    """Make calls of ``pgx annotate`` fail, over an older set of results."""
    reason = why_not()
    if reason:
        return [skipped("annotate", reason)]
    with sandbox() as folder:
        return _all_kinds(folder, annotate_jobs(folder), settings)


def of_cohorts(settings: Settings) -> list[Check]:
    """Make calls of ``pgx cohort`` fail, over an older set of results."""
    reason = why_not()
    if reason:
        return [skipped("cohort", reason)]
    with sandbox() as folder:
        return _all_kinds(folder, cohort_jobs(folder, N_FILES, "--threads", "1"), settings)


def _all_kinds(folder: Path, jobs: tuple[Job, Job], settings: Settings) -> list[Check]:
    with warm_server(built(folder)) as server:
        return [sweep(server, folder, jobs, kind, settings) for kind in KINDS]


def sweep(
    server: Server, folder: Path, jobs: tuple[Job, Job], kind: str, settings: Settings
) -> Check:
    """Let each call of one kind fail once."""
    old, new = jobs
    attempt = _Attempt(server, folder, old, new, kind)
    shutil.rmtree(attempt.kept, ignore_errors=True)
    server.run(folder, *old.words, "-o", attempt.kept)
    calls = attempt.run(0).seen
    wanted = min(settings.count(MOST), calls)
    numbers = sorted(Random(settings.seed).sample(range(1, calls + 1), wanted))
    ends: collections.Counter[str] = collections.Counter()
    failures = []
    for number in numbers:
        ended = attempt.run(number)
        ends["finished" if ended.status == 0 else error_code(ended.errors) or "no code"] += 1
        failures += [f"call {number} of {calls}: {why}" for why in attempt.judged(ended)]
    note = ", ".join(f"{n} {end}" for end, n in ends.most_common())
    return Check(f"{kind} ({calls} calls)", len(numbers), tuple(failures), note)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One run over an older set of results, in which a call fails."""

    server: Server
    folder: Path
    old: Job
    new: Job
    kind: str

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def kept(self) -> Path:
        return self.folder / "kept"

    def run(self, number: int) -> Ended:
        shutil.rmtree(self.out, ignore_errors=True)
        shutil.copytree(self.kept, self.out)
        words = (*self.new.words, "-o", self.out)
        return self.server.run(self.folder, *words, kind=KINDS[self.kind], at=number)

    def judged(self, ended: Ended) -> list[str]:
        """Return what is wrong after a run; what it left is removed."""
        found = state(self.out, self.old.expected, self.new.expected)
        if ended.status == _INPUT_REFUSED and found == "mixed" and self._is_reduced():
            found = "old"  # the contract: a file that cannot be read costs its own samples
        allowed = ("new",) if ended.status == 0 else ("old", "publishing")
        wrong = [] if found in allowed else [f"status {ended.status}, results are {found}"]
        if "Traceback" in ended.errors or (ended.status and not error_code(ended.errors)):
            wrong.append(f"no error of ours: {first_line(ended.errors)}")
        if _BUG in ended.errors:
            wrong.append(f"called a bug: {first_line(ended.errors)}")
        if found == "publishing" or leftovers(self.folder, self.out):
            wrong += self._next_run()
        self._tidy()
        return wrong

    def _is_reduced(self) -> bool:
        """Whether all files are of the new run, though not of all of its inputs."""
        shown = visible(digests(self.out))
        old, new = self.old.expected, self.new.expected
        is_old = [shown[name] == old.get(name) != new.get(name) for name in shown]
        return set(shown) == set(new) and not any(is_old)

    def _next_run(self) -> list[str]:
        """Return what is wrong after the next undisturbed run."""
        again = self.server.run(self.folder, *self.new.words, "-o", self.out)
        wrong = [] if again.status == 0 else [f"the next run fails: {first_line(again.errors)}"]
        if again.status == 0 and digests(self.out) != dict(self.new.expected):
            wrong.append("the next run gives other results")
        return wrong + [f"left: {name}" for name in leftovers(self.folder, self.out)]

    def _tidy(self) -> None:
        for path in (self.folder / "tmp").iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
