"""Cohorts to stop, and runs of the command that can be stopped at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from torture.cohorts import GENES, WORDS, few_files, many_files
from torture.sandbox import digests

from cli.support import pgx
from simulated import cohort_text

__all__ = [
    "GENES",
    "WORDS",
    "another_of",
    "digests",
    "few_files",
    "many_files",
    "n_parts",
    "started",
    "stopped_when",
    "whole_run",
]


def another_of(folder: Path, sample: str) -> Path:
    """A file that says something else of a sample than `few_files` do."""
    path = folder / "another.vcf"
    text = cohort_text({sample: {"CYP2C19": "*2/*2"}}, only_named=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def whole_run(paths: list[Path], out: Path) -> dict[str, str]:
    """Run undisturbed; return what came of it."""
    done = pgx("cohort", *paths, "-o", out, *WORDS)
    assert done.returncode == 0, done.stderr
    return digests(out)


def started(*words: object, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pgx.cli.main", *map(str, words)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
        start_new_session=True,
    )


def stopped_when(
    process: subprocess.Popen[str], is_time: Callable[[], bool], kind: signal.Signals
) -> tuple[int, str]:
    """Send a signal when a condition holds; return exit status and standard error."""
    end = time.monotonic() + 900
    while not is_time() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    process.send_signal(kind)
    _, text = process.communicate(timeout=900)
    return process.returncode, text


def n_parts(out: Path, kind: str = "") -> int:
    """How many parts of a kind (read, call) are finished in a folder of results."""
    return len(list((out / ".pgx-cohort").glob(f"{kind}*.part")))
