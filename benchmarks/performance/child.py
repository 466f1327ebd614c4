"""Runs of `pgx cohort` in a process of their own, warm, with the times of their stages.

    python -m benchmarks.performance.child RUNS WARM WORD...

The command's own function is called: everything from opening inputs to written files counts,
the start of Python and imports do not. WARM, an input, is run before and not counted. Prints
JSON. Started by `runs_of`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time

STAGES = ("inputs", "genes", "files")
SETTINGS = ("--absent", "reference", "--assembly", "GRCh38")
QUIET = ("--force", "--quiet")


class Recorder:
    """Takes the place of the progress bar and keeps when reading and calling begin."""

    began: list = []  # noqa: RUF012 - one run at a time

    def __init__(self, **_):
        self.began.clear()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.mark("end")

    def note(self, text):
        pass

    def stage(self, what, total):
        del total
        first = what.partition(" ")[0]  # such as "genes weighed", before "genes"
        if first in STAGES[:2] and first not in dict(self.began):
            self.mark(first)

    def done(self, n):
        pass

    @classmethod
    def mark(cls, what):
        cls.began.append((what, time.perf_counter()))

    @classmethod
    def seconds(cls):
        """Return how long each stage lasted, until the next began."""
        spans = zip(cls.began, cls.began[1:], strict=False)
        return {what: after - start for (what, start), (_, after) in spans}


def install():
    """Put the recorder in place; return the list of seconds that calling takes."""
    from pgx.cli import cohort
    from pgx.engine import results
    from pgx.engine.work import Steps

    usual, taken, write = Steps.call, [], results.write_cohort

    def call(self, *arguments, **named):
        start = time.perf_counter()
        try:
            return usual(self, *arguments, **named)
        finally:
            taken.append(time.perf_counter() - start)

    def write_cohort(*arguments, **named):
        Recorder.mark("files")
        return write(*arguments, **named)

    if not hasattr(cohort, "Stages"):
        raise SystemExit("pgx cohort tells its stages otherwise: mend Recorder")
    Steps.call, results.write_cohort = call, write_cohort
    cohort.Stages = Recorder
    return taken


def measured(words, taken):
    """Run the command once; return its seconds."""
    from pgx.cli.cohort import run

    taken.clear()
    wall, spent = time.perf_counter(), time.process_time()
    if run(list(words)):
        raise SystemExit("pgx cohort failed")
    return {
        "seconds": time.perf_counter() - wall,
        "processor": time.process_time() - spent,
        "stages": Recorder.seconds(),
        "calling": sum(taken),
        "genes": len(taken),
    }


def runs_of(words, warm, *, runs=1, folder=None):
    """Run the command in a new process; return its runs, peak memory in MB, bytes of results.

    The peak is that of the whole process (``ru_maxrss``); the caller must be smaller.
    """
    with tempfile.TemporaryDirectory(dir=folder) as place:
        command = [sys.executable, "-m", "benchmarks.performance.child", str(runs), str(warm)]
        command += [*map(str, words), *QUIET, "-o", place]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            text = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"failed: {' '.join(command[:8])} …")
        size = sum(entry.stat().st_size for entry in os.scandir(place) if entry.is_file())
    unit = 1 if sys.platform == "darwin" else 1024
    peak = usage.ru_maxrss * unit / 1e6
    return {"runs": json.loads(text), "peak_mb": peak, "results_bytes": size}


def main():
    """Measure and print."""
    n_runs, warm, *words = sys.argv[1:]
    taken = install()
    with tempfile.TemporaryDirectory() as place:
        measured([warm, *SETTINGS, *QUIET, "-o", place], taken)
    print(json.dumps([measured(words, taken) for _ in range(int(n_runs))]))


if __name__ == "__main__":
    main()
