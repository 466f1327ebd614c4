"""Numbers, days and headlines as the language of a report writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pgx.reports.text import lower_first

__all__ = ["day", "days", "decimal_mark", "figure", "within"]

Words = Mapping[str, Any]
_POINT: Final = re.compile(r"(?<=\d)\.(?=\d)")
_DAY: Final = re.compile(r"(?<![\w.-])(\d{4})-(\d{2})-(\d{2})(?![\w-])", re.ASCII)
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


def decimal_mark(words: Words) -> str:
    """Return the sign between whole numbers and digits: one for advice, reports and pictures."""
    return str(words["phrases"]["number"]["decimal"])


def figure(text: str, words: Words) -> str:
    """Return a number, or a text with numbers and nothing else with points, as it is written.

    >>> figure("≥3.0", {"phrases": {"number": {"decimal": ","}}})
    '≥3,0'
    """
    return _POINT.sub(decimal_mark(words), text)


def day(text: str, words: Words) -> str:
    """Return a day or month, given as YYYY-MM-DD or YYYY-MM, as it is written.

    Any other text stays.

    >>> day("2026-11-05", {"style": {"day": "{day}.{month}.{year}"}}), day("soon", {})
    ('05.11.2026', 'soon')
    """
    match = _MONTH.fullmatch(text)
    if match is None:
        return days(text, words) if _DAY.fullmatch(text) else text
    form: str = words["style"]["month"]
    return form.format(year=match[1], month=match[2])


def days(text: str, words: Words) -> str:
    """Return a text with every day in it as it is written.

    >>> days("rash, 2026-11-05", {"style": {"day": "{day}.{month}.{year}"}})
    'rash, 05.11.2026'
    """
    form: str = words["style"]["day"]
    return _DAY.sub(lambda m: form.format(year=m[1], month=m[2], day=m[3]), text)


def within(headline: str, words: Words) -> str:
    """Return a headline as it reads within a sentence; where nouns have capitals it stays."""
    return lower_first(headline) if words["style"]["within"] == "small" else headline
