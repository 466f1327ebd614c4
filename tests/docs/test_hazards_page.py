"""The page of hazards: each of the 27 rows names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "hazards.md"
N_ROWS = 27


def rows() -> dict[int, str]:
    found = re.findall(r"^\| (\d+) \| (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {int(number): rest for number, rest in found}


def known_tests() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "tests" / "hazards").glob("test_*.py"):
        found |= set(re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    return found


def test_every_hazard_stands_there_once():
    assert list(rows()) == list(range(1, N_ROWS + 1))


def test_every_hazard_names_tests_that_exist():
    for number, rest in rows().items():
        named = re.findall(r"`(test_\w+)`", rest)
        assert named, number
        assert set(named) <= known_tests(), number
