"""The page of hazards: each row names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "hazards.md"
ROWS = [*range(1, 35), 36]
"""35 is about updates of the knowledge base."""


def rows() -> dict[int, str]:
    found = re.findall(r"^\| (\d+) \| (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {int(number): rest for number, rest in found}


def known_tests() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "tests" / "hazards").glob("test_*.py"):
        found |= set(re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    return found


def test_every_hazard_stands_there_once():
    assert list(rows()) == ROWS


def test_every_hazard_names_tests_that_exist():
    for number, rest in rows().items():
        named = re.findall(r"`(test_\w+)`", rest)
        assert named, number
        assert set(named) <= known_tests(), number
