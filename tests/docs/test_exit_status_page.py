"""The page of exit statuses: every error class with its code and status, and no other."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from pgx import errors
from pgx.errors import PgxError

PAGE = (Path(__file__).resolve().parents[2] / "docs/reference/exit-status.md").read_text(
    encoding="utf-8"
)
KINDS = [k for _, k in inspect.getmembers(errors, inspect.isclass) if issubclass(k, PgxError)]


def table(title: str) -> list[list[str]]:
    part = PAGE.partition(title)[2]
    lines = re.search(r"(?:^\|.*\n)+", part, re.MULTILINE)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_error_code_is_there_with_its_status():
    told = {}
    for codes, status, _ in table("## Error codes"):
        told |= dict.fromkeys(re.findall(r"PGX-\w+-\d+", codes), int(status))
    # the root is never raised by itself
    assert told == {k.default_code: k.exit_status for k in KINDS if k is not PgxError}


def test_every_status_of_an_error_is_told():
    told = {int(row[0]) for row in table("# Exit status")}
    assert told == {kind.exit_status for kind in KINDS} | {0, 129, 130, 143}
