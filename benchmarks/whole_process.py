"""What the benchmarks of whole processes share."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from pathlib import Path

__all__ = ["default_file", "shown", "timed"]


def default_file() -> Path:
    """Return the first gVCF of the validation data folder, else the example."""
    data = Path(os.environ.get("PGX_VALIDATION_DATA", "../shared"))
    found = sorted((data / "gvcf").glob("*.g.vcf.gz"))
    return found[0] if found else Path("examples/patient.g.vcf")


def timed(command: list[str]) -> float:
    """Run a command; return its seconds."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def shown(name: str, times: list[float]) -> None:
    """Print best and median."""
    print(f"{name:42s} best {min(times):.3f} s  median {statistics.median(times):.3f} s")
