"""Two jobs that write into one folder, and whether what lies there is one job's results."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from torture.cohorts import WORDS, many_files
from torture.sandbox import EXAMPLES, PGX, digests, first_line, pgx, visible

__all__ = ["Job", "annotate_jobs", "cohort_jobs", "leftovers", "state", "with_expected"]

RUN_FOLDER: Final = ".pgx-run"
N_FILES: Final = 201
"""Of one sample each: from 201 on the finished parts of a cohort are kept."""


@dataclass(frozen=True, slots=True)
class Job:
    """Words of a command without its output, the files it reads, what an undisturbed run writes."""

    words: tuple[str, ...]
    inputs: tuple[Path, ...]
    expected: Mapping[str, str]


def with_expected(
    folder: Path, words: Sequence[object], inputs: Sequence[Path], command: tuple[str, ...] = PGX
) -> Job:
    """Return a job with what it writes undisturbed."""
    out = folder / "undisturbed"
    texts = tuple(map(str, words))
    done = pgx(folder, *texts, "-o", out, command=command)
    if done.returncode:
        message = f"an undisturbed run failed: {first_line(done.stderr)}"
        raise RuntimeError(message)
    expected = digests(out)
    shutil.rmtree(out)
    return Job(texts, tuple(inputs), expected)


def annotate_jobs(folder: Path, formats: str = "json,html") -> tuple[Job, Job]:
    """Annotate two people of different names."""
    text = (EXAMPLES / "patient.g.vcf").read_text(encoding="utf-8")
    jobs = []
    for name in ("EXAMPLE_1", "ANOTHER"):
        path = folder / "inputs" / f"{name}.g.vcf"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace("EXAMPLE_1", name), encoding="utf-8")
        words = ("annotate", path, *WORDS[:4], "--format", formats, "--force")
        jobs.append(with_expected(folder, words, [path]))
    return jobs[0], jobs[1]


def cohort_jobs(folder: Path, n: int = N_FILES, *more: str) -> tuple[Job, Job]:
    """Call two cohorts whose people have the same names and other genotypes."""
    jobs = []
    for first in (0, 3):
        paths = many_files(folder / f"from-{first}", n, first)
        words = ("cohort", *paths, *WORDS, "--force", "--quiet", *more)
        jobs.append(with_expected(folder, words, paths))
    return jobs[0], jobs[1]


def state(out: Path, old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """Return whose results a folder shows: ``old``, ``new``, ``publishing`` or ``mixed``.

    ``publishing``: the complete new set lies in the folder of the run, from which the next run
    gives its files their places. Until then the folder says by ``.pgx-run`` that it is not whole.
    """
    shown = visible(digests(out)) if out.exists() else {}
    names = {**old, **new}
    is_known = all(value in (old.get(n), new.get(n)) for n, value in shown.items() if n in names)
    if (out / RUN_FOLDER / "whole").is_dir() and is_known:
        return "publishing"
    if shown == old:
        return "old"
    return "new" if shown == new else "mixed"


def leftovers(folder: Path, out: Path) -> list[str]:
    """Return what a run left beside its results: hidden files, temporary files."""
    hidden = [name for name in os.listdir(out) if name.startswith(".")] if out.exists() else []  # noqa: PTH208
    return [*hidden, *(f"tmp/{path.name}" for path in (folder / "tmp").iterdir())]
