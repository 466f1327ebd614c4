"""Measure cohorts, write ``benchmarks/results/performance.json`` and ``docs/performance.md``."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import pgx
from benchmarks.performance import machine, runs
from benchmarks.performance.page import PAGE, PICTURE, RESULTS, render


def sections(data, every, most_runs):
    """Return what is measured, in order."""
    return {
        "turns": runs.by_turns,
        "whole": runs.whole_processes,
        "genomes": runs.genomes,
        "growth": lambda: runs.by_samples(data, every, most_runs),
        "genes": lambda: runs.by_genes(data, every, most_runs),
        "workers": lambda: runs.by_workers(data, every),
    }


def measure(data, every, most_runs):
    """Return all figures, and how busy others kept the machine meanwhile."""
    found = {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "version": pgx.__version__,
        "commit": machine.commit(),
        "machine": machine.described(),
        "every": every,
        "load_before": os.getloadavg(),
        "others_before": machine.busy_cores(),
        "others": {},
    }
    data.mkdir(parents=True, exist_ok=True)
    for name, section in sections(data, every, most_runs).items():
        print(name, flush=True)
        watch, start = machine.Watch(), time.monotonic()
        found[name] = section()
        found["others"][name] = watch.others()
        print(f"  {time.monotonic() - start:.0f} s, others {found['others'][name]} cores")
        (data / "so-far.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    shares = [found["others_before"], *found["others"].values()]
    found["is_busy"] = max(shares) > machine.IDLE_CORES
    return found


def write_page(found):
    """Write the page and its picture."""
    from benchmarks.performance.plot import draw

    PAGE.write_text(render(found), encoding="utf-8")
    draw(found, PICTURE)


def main():
    """Measure, or write the page again."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.performance", description=__doc__)
    parser.add_argument("--page", action="store_true", help="only write the page, from the JSON")
    parser.add_argument("--data", type=Path, help="folder where made cohorts stay for another run")
    parser.add_argument("--every", type=int, default=1, help="thin records that say nothing")
    parser.add_argument("--runs", type=int, default=3, help="at most so many runs of a size")
    parser.add_argument("--busy", action="store_true", help="measure beside other work, and say so")
    chosen = parser.parse_args()
    if chosen.page:
        write_page(json.loads(RESULTS.read_text(encoding="utf-8")))
        return
    others = machine.busy_cores()
    if others > machine.IDLE_CORES and not chosen.busy:
        sys.exit(f"others keep {others} cores busy: wait, or say --busy and have it noted")
    with tempfile.TemporaryDirectory() as place:
        found = measure(chosen.data or Path(place), chosen.every, chosen.runs)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    write_page(found)
    print(f"{RESULTS}\n{PAGE}")


if __name__ == "__main__":
    main()
