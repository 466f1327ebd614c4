"""A library that lets the n-th call of a kind fail, built where there is a C compiler."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

__all__ = ["KINDS", "built", "why_not"]

KINDS: Final = {
    "no space, once": 1,
    "no space from then on": 2,
    "read error": 3,
    "too many open files": 4,
    "short write": 5,
    "fsync fails": 6,
}
"""The kinds of failures, as ``failing_calls.c`` numbers them."""
_SOURCE: Final = Path(__file__).with_suffix(".c")
_COMPILERS: Final = ("cc", "gcc", "clang")


def why_not() -> str:
    """Return why the library cannot be used here; empty if it can."""
    if not sys.platform.startswith("linux"):
        return "calls are made to fail on Linux only"
    return "" if any(map(shutil.which, _COMPILERS)) else "no C compiler"


def built(folder: Path) -> dict[str, str]:
    """Build it in a folder; return the variable that loads it into a new process."""
    compiler = next(filter(None, map(shutil.which, _COMPILERS)))
    target = folder / "failing_calls.so"
    words = [compiler, "-shared", "-fPIC", "-O1", "-o", str(target), str(_SOURCE), "-ldl"]
    subprocess.run(words, check=True)
    return {"LD_PRELOAD": str(target)}
