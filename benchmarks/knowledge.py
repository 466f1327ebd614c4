"""How long the knowledge base takes to load, and advice on one sample from it.

Median of fresh processes, imports not counted, and of loads within one process.

    python benchmarks/knowledge.py [FOLDER] [--repeats 20]
"""

from __future__ import annotations

import argparse
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

from pgx.knowledge.release_folder import default_release
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.pipeline.run import annotate
from pgx.pipeline.settings import RunSettings
from pgx.pipeline.verify import faults_of
from pgx.recommendations.index import guidance_of
from pgx.recommendations.lookup import recommend

EXAMPLE = Path(__file__).parents[1] / "examples" / "patient.g.vcf"

STEPS = {
    "digests": lambda kb: None,
    "genes": lambda kb: kb.genes,
    "frequencies": lambda kb: kb.frequencies,
    "drugs and statements": lambda kb: (kb.drugs, kb.statements),
    "index": lambda kb: guidance_of(kb),
}
PATIENT = {
    "medicines": lambda kb: kb.medicines,
    "vocabulary": lambda kb: kb.vocabulary,
}


def load(folder: Path) -> list[float]:
    """Return milliseconds of each step, of a base that nothing of has been read."""
    times = []
    start = time.perf_counter()
    kb = KnowledgeBase(folder)
    for step in (*STEPS.values(), *PATIENT.values()):
        step(kb)
        now = time.perf_counter()
        times.append(1000 * (now - start))
        start = now
    return times


def advice(folder: Path, repeats: int = 20) -> float:
    """Return the median milliseconds of advice on the example patient, once words are made."""
    kb = KnowledgeBase(folder)
    guidance = guidance_of(kb)
    [result] = annotate([EXAMPLE], RunSettings(), knowledge=kb).results()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        recommend(guidance, result.sample, result.calls)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def fresh(folder: Path) -> list[float]:
    done = subprocess.run(
        [sys.executable, __file__, str(folder), "--once"],
        check=True,
        capture_output=True,
        text=True,
    )
    return [float(word) for word in done.stdout.split()]


def show(title: str, rows: list[list[float]]) -> None:
    print(f"\n{title}")
    for name, column in zip([*STEPS, *PATIENT], zip(*rows, strict=True), strict=True):
        print(f"  {name:<22} {statistics.median(column):6.1f} ms")
    for name, last in (("every run", len(STEPS)), ("with a patient", None)):
        print(f"  {name:<22} {statistics.median(sum(row[:last]) for row in rows):6.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=default_release())
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.once:
        print(*load(chosen.folder))
        return
    print(f"{platform.python_version()}, {platform.machine()}, {chosen.repeats} loads each")
    show("fresh processes", [fresh(chosen.folder) for _ in range(chosen.repeats)])
    show("one process", [load(chosen.folder) for _ in range(chosen.repeats)])
    print(f"\nadvice on one sample, every gene called: {advice(chosen.folder):.1f} ms")
    start = time.perf_counter()
    found = faults_of(KnowledgeBase(chosen.folder))
    print(f"verification: {1000 * (time.perf_counter() - start):.0f} ms, {len(found)} findings")


if __name__ == "__main__":
    main()
