"""One run of ``pgx annotate`` in a process of its own: status, time, memory, what it wrote."""

from __future__ import annotations

import csv
import gzip
import json
import re
import subprocess
import sys
import tempfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

__all__ = ["Run", "annotate", "plain_text", "with_sample"]

TIME_LIMIT: Final = 180.0
"""Seconds after which a run is ended; it counts as a hang."""

WATCHER: Final = Path(__file__).with_name("watcher.py")
_CODE = re.compile(r"\[(PGX-[A-Z]+-\d{3})\]")
_REFUSED: Final = 3


@dataclass(slots=True)
class Run:
    """A finished run: ``status`` as Python gives it, below 0 a signal's number.

    ``code`` is the first error code on stderr, ``assessed`` how many calls are anything but
    ``not_assessed``, ``results`` the JSON of the samples where a gene was assessed.
    """

    status: int
    seconds: float
    megabytes: float
    code: str
    stderr: str
    assessed: int = 0
    results: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_broken(self) -> bool:
        """Whether it ended in anything but a result or a refusal with a code."""
        if self.status == _REFUSED:
            return not self.code
        return self.status != 0


def annotate(path: Path, scratch: Path, formats: str, assembly: str = "") -> Run:
    """Run the command on one file, with a time limit."""
    with tempfile.TemporaryDirectory(dir=scratch) as own:
        out, errors = Path(own, "out"), Path(own, "stderr")
        words = ["annotate", str(path), "-o", str(out), "--quiet", "--format", formats]
        words += ["--assembly", assembly] if assembly else []
        status, seconds, megabytes = _run(words, errors)
        text = errors.read_text(encoding="utf-8", errors="replace")
        found = _CODE.search(text)
        run = Run(status, seconds, megabytes, found[1] if found else "", text)
        if status == 0:
            _read_results(run, out)
    return run


def _run(words: list[str], errors: Path) -> tuple[int, float, float]:
    """Return exit status, wall seconds and the largest resident memory in MB."""
    command = [sys.executable, "-m", "pgx.cli.main", *words]
    done = subprocess.run(
        [sys.executable, "-I", "-S", WATCHER, str(TIME_LIMIT), str(errors), *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    status, seconds, megabytes = json.loads(done.stdout)
    return status, seconds, megabytes


def _read_results(run: Run, out: Path) -> None:
    with (out / "calls.tsv").open(encoding="utf-8", newline="\n") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        run.assessed = sum(row["status"] != "not_assessed" for row in rows)
    if run.assessed:
        run.results = [
            json.loads(path.read_text(encoding="utf-8")) for path in out.glob("*.pgx.json")
        ]


def plain_text(path: Path) -> str | None:
    """Return a file's text, decompressed; None where it is no text or cannot be read."""
    data = path.read_bytes()
    try:
        data = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
        text = data.decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        return None
    return text if text.startswith("##fileformat") else None


def with_sample(path: Path, into: Path) -> Path | None:
    """Write a copy in which a sample column stands after the others, nothing called.

    A FORMAT column is added where there is none. None where the file is no text.
    """
    text = plain_text(path)
    if text is None:
        return None
    lines = []
    for line in text.split("\n"):
        ending = "\r" if line.endswith("\r") else ""
        columns = line.removesuffix("\r").split("\t")
        if line.startswith("##") or len(columns) < 8:
            lines.append(line)
        elif line.startswith("#"):
            lines.append("\t".join([*columns[:8], "FORMAT", "ADDED"]) + ending)
        else:
            lines.append("\t".join([*columns[:8], "GT", "./."]) + ending)
    copy = into / (path.name.removesuffix(".gz") or "copy.vcf")
    copy.write_text("\n".join(lines), encoding="utf-8", newline="")
    return copy
