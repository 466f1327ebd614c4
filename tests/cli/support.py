"""Run the command as a user does, in a process of its own or in this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
PATIENT = EXAMPLES / "patient.g.vcf"
COHORT = EXAMPLES / "cohort.vcf"
KNOWLEDGE = ROOT / "data" / "knowledgebase"


def pgx(*words, stdin=None, **environment) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pgx.cli.main", *map(str, words)],
        capture_output=True,
        text=True,
        input=stdin,
        timeout=120,
        env={**os.environ, **environment},
    )


def refused(status, *words, **environment) -> str:
    """Run, expect a status and one line of error; return the line."""
    done = pgx(*words, **environment)
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
