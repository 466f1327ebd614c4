"""Runs of the command that start without importing: a client of `torture.warm_server`."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from torture.sandbox import REPOSITORY

__all__ = ["Ended", "Server", "warm_server"]

_PROGRAM: Final = Path(__file__).with_name("warm_server.py")


@dataclass(frozen=True, slots=True)
class Ended:
    """A finished run; ``seen`` counts the calls that could have been made to fail."""

    status: int
    errors: str
    said: str
    seen: int = 0


class Server:
    """A process that forks one process for each run."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._read()

    def start(self, folder: Path, *words: object, **more: Any) -> int:  # noqa: ANN401 - JSON
        """Start a run in a folder; return the number of its process."""
        request = {
            "words": list(map(str, words)),
            "folder": str(folder),
            "out": str(folder / ".stdout"),
            "errors": str(folder / ".stderr"),
            "variables": {"TMPDIR": str(folder / "tmp")},
            **more,
        }
        stdin = self._stream(self._process.stdin)
        stdin.write(json.dumps(request) + "\n")
        stdin.flush()
        return int(self._read()["pid"])

    def wait(self, folder: Path) -> Ended:
        """Wait for the run that was started last."""
        found = self._read()
        said, errors = (
            (folder / name).read_text(encoding="utf-8", errors="backslashreplace")
            if (folder / name).exists()
            else ""
            for name in (".stdout", ".stderr")
        )
        return Ended(found["status"], errors, said, found["seen"])

    def run(self, folder: Path, *words: object, **more: Any) -> Ended:  # noqa: ANN401 - JSON
        """Run in a folder."""
        self.start(folder, *words, **more)
        return self.wait(folder)

    def _read(self) -> dict[str, int]:
        line = self._stream(self._process.stdout).readline()
        if not line:
            message = "the process that starts runs has ended"
            raise RuntimeError(message)
        found: dict[str, int] = json.loads(line)
        return found

    @staticmethod
    def _stream(stream: IO[str] | None) -> IO[str]:
        if stream is None:
            raise AssertionError
        return stream


@contextlib.contextmanager
def warm_server(
    variables: Mapping[str, str] | None = None, source: Path | None = None
) -> Iterator[Server]:
    """Give a server; ``source`` is a folder of modules that come before all others."""
    places = [str(place) for place in (source, REPOSITORY) if place]
    places += filter(None, [os.environ.get("PYTHONPATH")])
    process = subprocess.Popen(
        [sys.executable, "-P", str(_PROGRAM)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            **(variables or {}),
            "PYTHONPATH": os.pathsep.join(places),
            "PYTHONDONTWRITEBYTECODE": "",
        },
    )
    try:
        yield Server(process)
    finally:
        process.communicate()
