"""Runs of the command in a folder of their own, and what they leave there."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

__all__ = [
    "EXAMPLES",
    "PGX",
    "REPOSITORY",
    "digests",
    "environment",
    "error_code",
    "first_line",
    "pgx",
    "sandbox",
    "shown",
    "visible",
]

REPOSITORY: Final = Path(__file__).resolve().parents[1]
EXAMPLES: Final = REPOSITORY / "examples"
PGX: Final = (sys.executable, "-P", "-m", "pgx.cli.main")
TIME_LIMIT: Final = 300.0
"""Seconds after which a run counts as a hang."""
_CODE: Final = re.compile(r"\[(PGX-[A-Z]+-\d{3})\]")


@contextlib.contextmanager
def sandbox() -> Iterator[Path]:
    """Give a new folder with an empty ``tmp`` in it; both are removed at the end."""
    with tempfile.TemporaryDirectory(prefix="torture-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        (folder / "tmp").mkdir()
        yield folder


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return the variables of a run whose temporary files lie in ``tmp`` of a folder."""
    # compiled bytecode is kept, so that each run does not compile all of pgx
    places = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    common = {
        "TMPDIR": str(folder / "tmp"),
        "PYTHONDONTWRITEBYTECODE": "",
        # relative ones would name folders below the one of the run
        "PYTHONPATH": os.pathsep.join(place for place in places if Path(place).is_absolute()),
    }
    return {**os.environ, **common, **more}


def pgx(
    folder: Path, *words: object, stdin: str = "", command: tuple[str, ...] = PGX, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, in a process of its own; 124 is the status of a hang."""
    line = [*command, *map(str, words)]
    try:
        return subprocess.run(
            line,
            cwd=folder,
            env=environment(folder, **variables),
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            errors="backslashreplace",
            timeout=TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(line, 124, "", f"no end within {TIME_LIMIT:.0f} s")


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a folder, hidden ones too."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def visible(found: Mapping[str, str]) -> dict[str, str]:
    """Return the digests of what is not hidden."""
    return {name: value for name, value in found.items() if not name.startswith(".")}


def error_code(text: str) -> str:
    """Return the first error code of what was said; empty if there is none."""
    found = _CODE.search(text)
    return found[1] if found else ""


def first_line(text: str) -> str:
    r"""Return the first line of an error, short enough for a table.

    >>> first_line("[PGX-IO-001] no space\nmore")
    '[PGX-IO-001] no space'
    """
    lines = text.strip().splitlines()
    return shown(lines[0]) if lines else ""


def shown(text: str, most: int = 160) -> str:
    """Return text that is safe to print."""
    plain = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return (plain if len(plain) <= most else f"{plain[:most]}…").replace("`", "'")
