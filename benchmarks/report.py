"""Size and speed of HTML reports: saved results rendered again and again in one process.

    python benchmarks/report.py RESULT.json... [--repeats 20]

Time is that of the processor, so that a busy machine does not spoil it.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from pgx.knowledge.snapshot import KnowledgeBase
from pgx.reports.content.release_facts import facts_for
from pgx.reports.html_page import render_html
from pgx.reports.result_json import read_result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", nargs="+", type=Path)
    parser.add_argument("--repeats", type=int, default=20)
    chosen = parser.parse_args()
    knowledge = KnowledgeBase()
    for path in chosen.results:
        result = read_result(path)
        facts = facts_for(result, knowledge)
        size = len(render_html(result, facts).encode("utf-8"))
        spent = []
        for _ in range(chosen.repeats):
            before = time.process_time()
            render_html(result, facts)
            spent.append(time.process_time() - before)
        middle = statistics.median(spent)
        print(
            f"{path.name}: {size / 1000:.0f} kB, {1000 * middle:.0f} ms, {1 / middle:.0f} a second"
        )


if __name__ == "__main__":
    main()
