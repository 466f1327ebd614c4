"""Run experiments and print; with ``--write`` put the tables into ``docs/torture.md``."""

from __future__ import annotations

import argparse
import sys

from validation.tables import replaced, show

from torture.everything import EXPERIMENTS, PAGE, run
from torture.promises import PART, promised
from torture.record import Settings, overview, report


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="python -m torture", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write into docs/{PAGE.name}")
    parser.add_argument("--runs", type=float, default=1.0, help="share of all attempts [1.0]")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("only", nargs="*", metavar="NAME", help=f"one of {', '.join(EXPERIMENTS)}")
    given = parser.parse_args(words)
    unknown = [name for name in given.only if name not in EXPERIMENTS]
    if unknown:
        parser.error(f"no experiment {unknown[0]!r}")
    return given


def main(words: list[str] | None = None) -> int:
    """Run, print the tables; return 1 if anything failed."""
    given = arguments(words)
    outcomes = run(given.only or list(EXPERIMENTS), Settings(given.seed, given.runs))
    page = PAGE.read_text(encoding="utf-8")
    for outcome in outcomes:
        text = report(outcome)
        page = replaced(page, outcome.name, text)
        show(f"## {outcome.name}\n\n{text}\n")
    show(overview(outcomes))
    if given.write:
        page = replaced(page, PART, promised(page))
        PAGE.write_text(page, encoding="utf-8")
    return int(any(outcome.failures for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
