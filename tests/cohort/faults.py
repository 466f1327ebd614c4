"""Cohorts to stop, and runs of the command that can be stopped at any moment."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cli.support import pgx
from simulated import cohort_text

GENES = ("CYP2C19", "NUDT15")
WORDS = ("--genes", ",".join(GENES), "--drugs", "clopidogrel,azathioprine", "--format", "tsv")
_ALLELES = {"CYP2C19": ("*1", "*2", "*17", "*3"), "NUDT15": ("*1", "*3")}


def people(first: int, n: int) -> dict[str, dict[str, str]]:
    """People S000…, each with a pair of alleles of both genes."""
    return {
        f"S{i:03}": {
            gene: f"{names[i % len(names)]}/{names[i // 2 % len(names)]}"
            for gene, names in _ALLELES.items()
        }
        for i in range(first, first + n)
    }


def many_files(folder: Path, n: int) -> list[Path]:
    """Files of one sample each; more than 200 are kept as parts in the folder of results."""
    folder.mkdir(parents=True, exist_ok=True)
    text = cohort_text(people(0, 8), only_named=True)
    *head, columns = [line for line in text.splitlines() if line.startswith("#")]
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    paths = []
    for i in range(n):
        lines = [*head, "\t".join([*columns.split("\t")[:9], f"T{i:03}"])]
        lines += ["\t".join([*row[:9], row[9 + i % 8]]) for row in rows]
        paths.append(folder / f"{i:03}.vcf")
        paths[-1].write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return paths


def few_files(folder: Path, n: int = 3) -> list[Path]:
    """Files of some samples each."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{i}.vcf" for i in range(n)]
    for i, path in enumerate(paths):
        text = cohort_text(people(5 * i, 5), only_named=True)
        path.write_text(text, encoding="utf-8", newline="")
    return paths


def another_of(folder: Path, sample: str) -> Path:
    """A file that says something else of a sample than `few_files` do."""
    path = folder / "another.vcf"
    text = cohort_text({sample: {"CYP2C19": "*2/*2"}}, only_named=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a folder, hidden ones too."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


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
