"""Print the page of the second reading; with ``--write`` write it."""

from __future__ import annotations

import argparse

from validation.second_reading import PAGE, page
from validation.tables import show


def main() -> None:
    """Print or write."""
    parser = argparse.ArgumentParser(prog="python -m validation.second_reading")
    parser.add_argument("--write", action="store_true", help="write docs/second-reading.md")
    if parser.parse_args().write:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        show(page())


if __name__ == "__main__":
    main()
