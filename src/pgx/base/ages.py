"""How old a release or a source is, in whole months from its month to a day."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

__all__ = ["MAX_AGE_MONTHS", "months_between", "release_month", "today"]

MAX_AGE_MONTHS: Final = 12
"""Age above which a release is warned of: each authority changes guidelines every year."""
_RELEASE: Final = re.compile(r"(\d{4})\.(\d{1,2})\.")
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")


def release_month(release: str) -> str:
    """Return the month in a release's name; empty where it names none.

    >>> release_month("2026.12.1"), release_month("2025.3.2"), release_month("mine")
    ('2026-12', '2025-03', '')
    """
    match = _RELEASE.match(release)
    if match is None or not 1 <= int(match[2]) <= 12:
        return ""
    return f"{match[1]}-{int(match[2]):02}"


def months_between(month: str, day: str) -> int | None:
    """Return the months from one date to another, each at least YYYY-MM; None of what is none.

    What is later than the day is 0 months old.

    >>> months_between("2026-07", "2026-12-02"), months_between("2026-12", "2026-07-01")
    (5, 0)
    >>> months_between("2024", "2026-12-02")
    """
    first, last = _MONTH.match(month), _MONTH.match(day)
    if first is None or last is None:
        return None
    months = [int(found[1]) * 12 + int(found[2]) for found in (first, last)]
    return max(0, months[1] - months[0])


def today() -> str:
    """Return the day of the clock; nothing that is written into a result may rest on it."""
    return date.today().isoformat()  # noqa: DTZ011 - the user's own day
