"""Run every measurement; with ``--write`` put the tables into ``docs/validation.md``.

A table stands between ``<!-- NAME -->`` and ``<!-- /NAME -->``; only these parts are written.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from validation import builds, fixtures, second_opinion, truth
from validation.tables import show

PAGE = Path(__file__).resolve().parents[1] / "docs" / "validation.md"
MEASUREMENTS: Mapping[str, Callable[[], str]] = {
    "builds": lambda: builds.report(builds.measure()),
    **{
        f"second_opinion {run}": partial(second_opinion.measured, run)
        for run in second_opinion.RUNS
    },
    "fixtures": lambda: fixtures.report(fixtures.measure()),
    "truth": lambda: truth.report(truth.measure()),
}


def replaced(page: str, name: str, text: str) -> str:
    r"""Return the page with one measurement's part replaced.

    >>> replaced("<!-- a -->old<!-- /a -->", "a", "new")
    '<!-- a -->\n\nnew\n\n<!-- /a -->'
    """
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    pattern = re.escape(start) + ".*?" + re.escape(end)
    changed, count = re.subn(
        pattern, lambda _: f"{start}\n\n{text}\n\n{end}", page, count=1, flags=re.DOTALL
    )
    if not count:
        message = f"the page has no part {name!r}"
        raise ValueError(message)
    return changed


def main() -> None:
    """Measure all, print or write."""
    parser = argparse.ArgumentParser(prog="python -m validation", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write into docs/validation.md")
    write = parser.parse_args().write
    page = PAGE.read_text(encoding="utf-8")
    for name, measurement in MEASUREMENTS.items():
        text = measurement()
        page = replaced(page, name, text)
        show(name if write else f"## {name}\n\n{text}\n")
    if write:
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
