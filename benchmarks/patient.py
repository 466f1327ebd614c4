"""What the report of a patient with twelve medicines costs beyond calling.

The whole process with `--patient` is alternated with one that makes the calls and writes the tables
of them alone (`--drugs` of one drug, TSV).

    python benchmarks/patient.py [FILE] [--repeats 9]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from pathlib import Path

from whole_process import default_file, shown, timed

TWELVE = (
    "paroxetine", "metoprolol", "clopidogrel", "codeine", "amitriptyline", "warfarin",
    "atorvastatin", "omeprazole", "allopurinol", "tacrolimus", "ondansetron", "celecoxib",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=None)
    parser.add_argument("--repeats", type=int, default=9)
    chosen = parser.parse_args()
    path = str(chosen.file or default_file())
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {Path(path).name}")
    with tempfile.TemporaryDirectory() as folder:
        patient = Path(folder) / "patient.json"
        medicines = [{"name": name} for name in TWELVE]
        patient.write_text(json.dumps({"schema_version": "1.0", "medicines": medicines}))
        base = [sys.executable, "-m", "pgx.cli.main", "annotate", path, "--force", "--quiet"]
        whole = [*base, "-o", f"{folder}/whole", "--patient", str(patient)]
        calls = [*base, "-o", f"{folder}/calls", "--format", "tsv", "--drugs", "abacavir"]
        for command in (whole, calls):
            timed(command)
        pairs = [(timed(whole), timed(calls)) for _ in range(chosen.repeats)]
    shown("annotate, 12 medicines (TSV, JSON, HTML)", [pair[0] for pair in pairs])
    shown("annotate, calls alone (TSV)", [pair[1] for pair in pairs])
    beyond = [whole_time - calls_time for whole_time, calls_time in pairs]
    print(f"beyond calling: median {statistics.median(beyond):.3f} s, most {max(beyond):.3f} s")


if __name__ == "__main__":
    main()
