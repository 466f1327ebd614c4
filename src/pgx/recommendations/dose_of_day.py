"""Amounts and times in words to numbers: a dose a day in mg, a duration in months, an age.

Only what is unmistakable is read. A dose per kg, a range, or a schedule in other words stays
unknown: a condition that rests on it is shown, not decided.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["amount_mg", "daily_mg", "months_of", "number_of", "years_of"]

_AMOUNT: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(mg|g|µg|mcg)", re.IGNORECASE)
_MG: Final = {"mg": 1.0, "g": 1000.0, "µg": 0.001, "mcg": 0.001}
_TIMES: Final = (
    (re.compile(r"(once (a day|daily)|once|daily|a day|per day|/\s*day|/\s*d|qd|od)", re.I), 1.0),
    (re.compile(r"(twice (a day|daily)|two times (a day|daily)|2\s*[x×](/day)?|bid)", re.I), 2.0),
    (re.compile(r"(three times (a day|daily)|3\s*[x×](/day)?|tid)", re.I), 3.0),
    (re.compile(r"(four times (a day|daily)|4\s*[x×](/day)?|qid)", re.I), 4.0),
)
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?) (day|week|month|year)s?")
_MONTHS: Final = {"day": 12 / 365.25, "week": 84 / 365.25, "month": 1.0, "year": 12.0}
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


def amount_mg(text: str) -> float | None:
    """Return an amount in mg; None where the text is another thing than one amount.

    >>> amount_mg("40 mg"), amount_mg("2–3 mg/kg/day")
    (40.0, None)
    """
    found = _AMOUNT.fullmatch(text.strip())
    return float(found[1]) * _MG[found[2].lower()] if found else None


def daily_mg(text: str) -> float | None:
    """Return the amount a day in mg of a dose in words; None where that is open.

    >>> daily_mg("20 mg twice daily"), daily_mg("40 mg"), daily_mg("1 tablet daily")
    (40.0, None, None)
    """
    found = _AMOUNT.match(text.strip())
    if found is None:
        return None
    rest = text.strip()[found.end() :].strip(" ,")
    for pattern, times in _TIMES:
        if pattern.fullmatch(rest):
            return float(found[1]) * _MG[found[2].lower()] * times
    return None


def months_of(text: str) -> float | None:
    """Return a duration in months.

    >>> round(months_of("12 weeks"), 2), months_of("3 months")
    (2.76, 3.0)
    """
    found = _DURATION.fullmatch(text.strip())
    return float(found[1]) * _MONTHS[found[2]] if found else None


def years_of(text: str) -> float | None:
    """Return an age in years.

    >>> years_of("12 months"), years_of("18 years")
    (1.0, 18.0)
    """
    months = months_of(text)
    return None if months is None else months / 12


def number_of(text: str) -> float | None:
    """Return the first number of a text, such as that of ``40 kg``."""
    found = _NUMBER.search(text)
    return float(found[0]) if found else None
