"""What is installed and whom a run calls: a lock with hashes, no connection, no known weakness."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from torture.cohorts import WORDS, few_files
from torture.record import Check, Settings, skipped
from torture.sandbox import EXAMPLES, PGX, REPOSITORY, first_line, pgx, sandbox

__all__ = ["checks", "connections", "unpinned"]

LOCKS: Final = ("requirements.lock", "requirements-dev.lock")
_PINNED: Final = re.compile(r"^[A-Za-z0-9._-]+(\[[^\]]+\])?==[^\s;]+")
_HASH: Final = "--hash=sha256:"
_PATCH: Final = """import os, socket, sys
def hook(event, details):
    if event in ("socket.connect", "socket.getaddrinfo"):
        with open(os.environ["TORTURE_CONNECTIONS"], "a") as out:
            out.write(f"{event} {details[1:] if event == 'socket.connect' else details}\\n")
sys.addaudithook(hook)
"""
_REMOTE: Final = re.compile(r"AF_INET6?\b|socket\.")
_HERE: Final = re.compile(r'127\.0\.0\.1|"::1"|localhost')
"""A cohort's own workers on this machine."""


def checks(_: Settings) -> list[Check]:
    """Check the locks, the code, and what runs do."""
    locks = [
        Check(name, *_of_lock((REPOSITORY / name).read_text(encoding="utf-8"))) for name in LOCKS
    ]
    return [*locks, _bandit(), *_network()]


def _of_lock(text: str) -> tuple[int, tuple[str, ...]]:
    n, failures = unpinned(text)
    return n, tuple(failures)


def unpinned(text: str) -> tuple[int, list[str]]:
    r"""Return how many requirements a lock has, and those without version or hash.

    >>> unpinned("a==1 \\\n    --hash=sha256:00\nb>=2")
    (2, ['b>=2: no exact version', 'b>=2: no hash'])
    """
    joined = text.replace("\\\n", " ")
    lines = [line.strip() for line in joined.splitlines() if not line.startswith("#")]
    failures = []
    for line in filter(None, lines):
        name = line.split(_HASH)[0].strip()
        failures += [] if _PINNED.match(line) else [f"{name}: no exact version"]
        failures += [] if _HASH in line else [f"{name}: no hash"]
    return len(list(filter(None, lines))), failures


def _bandit() -> Check:
    what = "bandit, medium and above"
    if importlib.util.find_spec("bandit") is None:
        return skipped(what, "bandit is not installed; ruff's rules S look for the same")
    command = [sys.executable, "-m", "bandit", "-q", "-r", "-ll", "-f", "json"]
    source = REPOSITORY / "src"
    done = subprocess.run([*command, str(source)], capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)["results"]
    lines = (f"{f['test_id']} {Path(f['filename']).name}:{f['line_number']}" for f in found)
    return Check(what, sum(1 for _ in source.rglob("*.py")), tuple(lines))


def _network() -> list[Check]:
    """Run commands and watch for connections to other machines."""
    with sandbox() as folder:
        out = ("-o", "out", "--force", "--quiet")
        patient = ("annotate", EXAMPLES / "patient.g.vcf", *out)
        cohort = ("cohort", *few_files(folder / "in"), *out, *WORDS)
        runs: list[tuple[str, tuple[object, ...]]] = [
            ("annotate", (*patient, "--format", "json,html,fhir,pdf,xlsx")),
            ("cohort", cohort),
            ("doctor", ("doctor",)),
            ("kb verify", ("kb", "verify")),
        ]
        if importlib.util.find_spec("distributed"):
            runs.append(("cohort with workers", (*cohort, "--workers", "2")))
        found = []
        for name, words in runs:
            calls, how = connections(folder, [*PGX, *map(str, words)])
            found.append(Check(f"connections of {name}", 1, tuple(calls), how))
        return found


def connections(folder: Path, command: Sequence[str]) -> tuple[list[str], str]:
    """Run; return connections to other machines, and how they were watched."""
    log = folder / "connections"
    log.unlink(missing_ok=True)
    if shutil.which("strace"):
        traced = ("strace", "-f", "-qq", "-e", "trace=connect,sendto", "-o", str(log))
        done = pgx(folder, command=(*traced, *command))
        how = "strace"
    else:
        place = folder / "patched"
        place.mkdir(exist_ok=True)
        (place / "sitecustomize.py").write_text(_PATCH, encoding="utf-8")
        more = {"PYTHONPATH": str(place), "TORTURE_CONNECTIONS": str(log)}
        done = pgx(folder, command=tuple(command), **more)
        how = "audit hook of Python"
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    calls = [first_line(x) for x in lines if _REMOTE.search(x) and not _HERE.search(x)]
    if done.returncode:
        calls.append(f"status {done.returncode}: {first_line(done.stderr)}")
    return calls, how
