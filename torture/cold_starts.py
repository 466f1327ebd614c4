"""Eight first starts at once, with one empty cache of compiled kernels, then with a damaged one."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Final

from pgx.base.accel import CACHE_VARIABLE, read_code
from torture.record import Check, Settings
from torture.sandbox import EXAMPLES, PGX, TIME_LIMIT, digests, environment, first_line, sandbox

__all__ = ["checks", "damage", "starts", "unsound"]

N_STARTS: Final = 8
N_AFTER_DAMAGE: Final = 3
"""Each compiles all kernels anew, which takes half a minute."""


def checks(settings: Settings) -> list[Check]:
    """Start side by side, damage what they have compiled, and start again."""
    with sandbox() as folder:
        first = _check("an empty cache", folder, settings.count(N_STARTS))
        damaged = damage(folder / "cache", Random(settings.seed))
        again = _check("a damaged cache", folder, settings.count(N_AFTER_DAMAGE))
        whole = _check("the cache that was mended", folder, settings.count(N_STARTS))
        return [first, Check(again.what, again.tried, again.failures, damaged), whole]


def _check(what: str, folder: Path, n: int) -> Check:
    failures = starts(folder, n, (*PGX, "annotate", str(EXAMPLES / "patient.g.vcf")))
    return Check(what, n, (*failures, *unsound(folder / "cache")))


def starts(folder: Path, n: int, command: Sequence[str]) -> list[str]:
    """Start the same command side by side; return what is wrong with status and bytes."""
    cache = folder / "cache"
    cache.mkdir(mode=0o700, exist_ok=True)
    places = [folder / f"out-{number}" for number in range(n)]
    processes = [
        subprocess.Popen(
            [*command, "-o", str(place), "--force", "--format", "json"],
            env=environment(folder, **{CACHE_VARIABLE: str(cache)}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for place in places
    ]
    ends = [(process.communicate(timeout=2 * TIME_LIMIT)[1], process) for process in processes]
    failures = [
        f"status {process.returncode}: {first_line(said)}"
        for said, process in ends
        if process.returncode
    ]
    bytes_of = {tuple(sorted(digests(place).items())) for place in places if place.exists()}
    return failures + (["the results differ"] if len(bytes_of) > 1 else [])


def unsound(cache: Path) -> list[str]:
    """Return what is wrong with a cache: damaged files, files that were left."""
    names = sorted(path for path in cache.iterdir() if path.is_file())
    if not names:
        return ["the cache is empty"]
    return [
        f"{path.name} is {'left over' if path.name.startswith('.') else 'damaged'}"
        for path in names
        if path.name.startswith(".") or read_code(path) is None
    ]


def damage(cache: Path, chance: Random) -> str:
    """Damage every file of a cache in one of three ways; return how many."""
    ways: Sequence[Callable[[bytes], bytes]] = (
        lambda data: b"",
        lambda data: data[: chance.randrange(len(data))],
        lambda data: bytes([data[0] ^ 1]) + data[1:],
    )
    paths = sorted(cache.iterdir())
    for number, path in enumerate(paths):
        path.write_bytes(ways[number % len(ways)](path.read_bytes()))
    return f"{len(paths)} files emptied, cut or changed"
