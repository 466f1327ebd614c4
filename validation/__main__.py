"""Run every measurement and print; with ``--write`` put the tables into ``docs/validation.md``."""

from __future__ import annotations

import argparse

from validation.measurements import MEASUREMENTS, PAGE, replaced, run
from validation.tables import show


def main() -> None:
    """Measure all, print or write."""
    parser = argparse.ArgumentParser(prog="python -m validation", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write into docs/validation.md")
    names = ", ".join(MEASUREMENTS).replace("%", "%%")  # argparse fills in the text of its help
    parser.add_argument("only", nargs="*", metavar="NAME", help=f"one of {names}")
    options = parser.parse_args()
    unknown = [name for name in options.only if name not in MEASUREMENTS]
    if unknown:
        parser.error(f"no measurement {unknown[0]!r}")
    found = run(options.only or list(MEASUREMENTS))
    page = PAGE.read_text(encoding="utf-8")
    for name, text in found.items():
        page = replaced(page, name, text)
        show(name if options.write else f"## {name}\n\n{text}\n")
    if options.write:
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
