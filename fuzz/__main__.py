"""Run one fuzz target: ``python -m fuzz scanner --runs 1000000``.

With atheris, branches of the Python code that an input reaches decide what is mutated next;
``--plain`` draws and mutates inputs without it, the same for the same seed. An input that
ends in anything but a result or a `PgxError` is written to the folder of findings, and the
run fails. It fails too if fewer inputs than ``--least-share`` reached a record.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fuzz.targets import Target

NAMES = ("scanner", "calls", "kernels", "outside")
N_SEEDS = 300
REPORT_EVERY = 100_000
# numba compiles these from their bytecode, which must stay as it was written
COMPILED = (
    "_cell_rules",
    "_kernels",
    "_scan_alleles",
    "_scan_cells",
    "_scan_columns",
    "_swar",
)


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("target", choices=NAMES)
    parser.add_argument("--runs", type=int, default=10_000, help="executions [10000]")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least-share", type=float, default=0.3)
    parser.add_argument("--findings", type=Path, default=Path("build/fuzz"))
    parser.add_argument("--plain", action="store_true", help="without atheris")
    return parser.parse_args(words)


def main() -> None:
    """Run, print the counts, leave with the outcome as exit status."""
    given = arguments()
    given.findings.mkdir(parents=True, exist_ok=True)
    (run_plain if given.plain else run_guided)(given)


def summary(name: str, target: Target, seconds: float) -> str:
    """Return the counts as one line."""
    counts = target.counts
    return (
        f"{name}: {counts['executions']} executions, {target.share:.1%} reached a record, "
        f"{counts['accepted']} accepted, {counts['refused']} refused, "
        f"{counts['executions'] / max(seconds, 1e-9):.0f} a second"
    )


def finish(given: argparse.Namespace, target: Target, started: float) -> int:
    """Print the counts; return 1 if too few inputs reached a record."""
    print(summary(given.target, target, time.monotonic() - started), flush=True)
    return int(target.share < given.least_share)


def run_plain(given: argparse.Namespace) -> None:
    """Draw inputs from seeds: every other one is edited."""
    from fuzz.targets import make_target

    target, folder = make_target(given.target)
    started = time.monotonic()
    with folder:
        for number in range(given.runs):
            rng = Random(given.seed * 1_000_003 + number)
            data = target.grammar.document(rng)
            data = target.grammar.mutate(data, rng) if number % 2 else data
            try:
                target(data)
            except BaseException:
                (given.findings / f"{given.target}-{number}").write_bytes(data)
                raise
    sys.exit(finish(given, target, started))


def run_guided(given: argparse.Namespace) -> None:
    """Let atheris choose which inputs to edit."""
    import atheris  # type: ignore[import-untyped] # an extra, without types

    floors = ("io", "genotypes", "haplotypes")
    skipped = [f"pgx.{floor}.{name}" for floor in floors for name in COMPILED]
    with atheris.instrument_imports(include=["pgx", "pgx_dosing"], exclude=skipped):
        from fuzz.targets import make_target, seeds
    target, folder = make_target(given.target)
    if given.target == "kernels":
        instrument_kernels(atheris)
    corpus = tempfile.mkdtemp(prefix="corpus-", dir=folder.name)
    for number, data in enumerate(seeds(target, N_SEEDS)):
        Path(corpus, f"{number:04d}").write_bytes(data)
    started = time.monotonic()

    def once(data: bytes) -> None:
        target(data)
        executions = target.counts["executions"]
        if executions >= given.runs:
            status = finish(given, target, started)
            folder.cleanup()
            os._exit(status)  # libFuzzer's own end skips what Python has to do
        if executions % REPORT_EVERY == 0:
            finish(given, target, started)

    def mutated(data: bytes, max_size: int, seed: int) -> bytes:
        return target.grammar.mutate(bytes(data), Random(seed))[:max_size]

    options = [
        f"-seed={given.seed}",
        "-max_len=20000",
        "-timeout=10",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
        f"-artifact_prefix={given.findings}/{given.target}-",
    ]
    atheris.Setup([sys.argv[0], *options, corpus], once, custom_mutator=mutated)
    atheris.Fuzz()


def instrument_kernels(atheris: Any) -> None:  # noqa: ANN401 - a module without types
    """Let the branches of the kernels' Python count, once their machine code is loaded."""
    import importlib
    from types import FunctionType

    from fuzz.targets import MATCH, SCAN

    for kernel in (SCAN, MATCH):
        kernel.load()
        atheris.instrument_func(kernel.py_func)
    for name in COMPILED:
        module = importlib.import_module(f"pgx.io.{name}")
        for value in vars(module).values():
            if isinstance(value, FunctionType) and value.__module__ == module.__name__:
                atheris.instrument_func(value)


if __name__ == "__main__":
    main()
