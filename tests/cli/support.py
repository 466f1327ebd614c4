"""Run the command as a user does, in a process of its own or in this one."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

from pgx.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
PATIENT = EXAMPLES / "patient.g.vcf"
COHORT = EXAMPLES / "cohort.vcf"
KNOWLEDGE = ROOT / "data" / "knowledgebase"


def pgx(*words, stdin="", **environment) -> subprocess.CompletedProcess[str]:
    """Run in this process: what a user sees, without the second that a start takes."""
    assert not any(name.startswith("PYTHON") for name in environment), "Python reads it at a start"
    arguments = list(map(str, words))
    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2)]
    given = io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8")), "utf-8")
    with (
        mock.patch.dict(os.environ, environment),
        mock.patch.object(sys, "stdin", given),
        contextlib.redirect_stdout(streams[0]),
        contextlib.redirect_stderr(streams[1]),
    ):
        status = main(arguments)
    return subprocess.CompletedProcess(arguments, status, *map(written, streams))


def written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8")


def pgx_process(*words, stdin=None, **environment) -> subprocess.CompletedProcess[str]:
    """Run in a process of its own, for what only a process has."""
    return subprocess.run(
        [sys.executable, "-m", "pgx.cli.main", *map(str, words)],
        capture_output=True,
        text=True,
        input=stdin,
        timeout=900,
        env={**os.environ, **environment},
    )


def refused(status, *words, run=pgx, **environment) -> str:
    """Run, expect a status and one line of error; return the line."""
    done = run(*words, **environment)
    assert done.returncode == status, done.stderr
    [line] = done.stderr.splitlines()
    assert line.startswith("[PGX-")
    assert "Traceback" not in done.stderr
    return line


def calls(folder: Path) -> dict[tuple[str, str], dict[str, str]]:
    header, *rows = (folder / "calls.tsv").read_text(encoding="utf-8").splitlines()
    names = header.split("\t")
    records = [dict(zip(names, row.split("\t"), strict=True)) for row in rows]
    return {(r["sample"], r["gene"]): r for r in records}
