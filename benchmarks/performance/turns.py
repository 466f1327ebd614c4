"""In one process, by turns: `pgx cohort` on the real cohort, and reading its files in other ways.

    python -m benchmarks.performance.turns ROUNDS

Prints JSON. cyvcf2 takes ``genotype.array()`` of every record of the same files; isal only
decompresses them; "reading" is this program's reader with a sink that drops the cells.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time

from isal import igzip

from benchmarks.cohorts import ASSEMBLY, source_files
from benchmarks.performance.child import QUIET, SETTINGS, install, measured
from benchmarks.reading import asked_of, by_cyvcf2, by_isal, by_pgx
from pgx.base.assemblies import Assembly, contig_length


def facts_of(paths):
    """Return how much the files hold."""
    from pgx.io.source import open_source

    spans, chromosomes = 0, set()
    for path in paths:
        with igzip.open(path) as lines:
            places = [line.split(b"\t", 2)[:2] for line in lines if not line.startswith(b"#")]
        spans += int(places[-1][1]) - int(places[0][1]) + 1
        chromosomes.add(places[0][0].decode())
    with open_source(paths[0]) as source:
        n_samples = len(source.header.samples)
    return {
        "samples": n_samples,
        "files": len(paths),
        "span_bases": spans,
        "chromosomes": len(chromosomes),
        "chromosome_bases": sum(contig_length(c, Assembly(ASSEMBLY)) for c in chromosomes),
        "packed_bytes": sum(path.stat().st_size for path in paths),
    }


def main():
    """Measure and print."""
    paths = source_files()
    asked = asked_of(paths[-1], ASSEMBLY)
    facts, said, times = facts_of(paths), {}, {}
    taken = install()
    with tempfile.TemporaryDirectory() as place:
        words = [*map(str, paths), *SETTINGS, *QUIET, "-o", place]
        ways = {
            "cohort": lambda: measured(words, taken),
            "isal": lambda: by_isal(paths),
            "reading": lambda: by_pgx(paths, asked, ahead=False),
            "cyvcf2": lambda: by_cyvcf2(paths),
        }
        first = measured(words, taken)
        for name in ("isal", "reading", "cyvcf2"):
            ways[name]()
        for _ in range(int(sys.argv[1])):
            for name, way in ways.items():
                wall, spent = time.perf_counter(), time.process_time()
                said[name] = way()
                pair = (time.perf_counter() - wall, time.process_time() - spent)
                times.setdefault(name, []).append(pair)
    n_records, n_kept = said["reading"]
    if n_records != said["cyvcf2"]:
        raise SystemExit(f"the ways disagree: {said}")
    facts |= {"text_bytes": said["isal"], "records": n_records, "records_kept": n_kept}
    print(json.dumps({"facts": facts, "first": first, "last": said["cohort"], "times": times}))


if __name__ == "__main__":
    main()
