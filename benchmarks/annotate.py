"""Whole `pgx annotate` of one gVCF against reading the same file with the usual libraries.

The yardstick is a process that imports numpy, cyvcf2 and polars and reads the file once with
cyvcf2. Both are whole processes, alternated in one run, caches warm.

    python benchmarks/annotate.py [FILE] [--repeats 9]
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
from pathlib import Path

from whole_process import default_file, shown, timed

YARDSTICK = """
import sys
import numpy, cyvcf2, polars
for record in cyvcf2.VCF(sys.argv[1]):
    pass
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=None)
    parser.add_argument("--repeats", type=int, default=9)
    chosen = parser.parse_args()
    path = str(chosen.file or default_file())
    with tempfile.TemporaryDirectory() as folder:
        ours = [
            sys.executable,
            "-m",
            "pgx.cli.main",
            "annotate",
            path,
            "-o",
            folder,
            "--force",
            "--quiet",
        ]
        theirs = [sys.executable, "-c", YARDSTICK, path]
        for command in (ours, theirs):
            timed(command)
        pairs = [(timed(ours), timed(theirs)) for _ in range(chosen.repeats)]
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {Path(path).name}")
    for name, column in (("pgx annotate (TSV, JSON, HTML)", 0), ("import and read", 1)):
        shown(name, [pair[column] for pair in pairs])
    best = min(p[0] for p in pairs) / min(p[1] for p in pairs)
    middle = statistics.median(p[0] for p in pairs) / statistics.median(p[1] for p in pairs)
    print(f"ratio of best {best:.2f}, ratio of medians {middle:.2f}")


if __name__ == "__main__":
    main()
