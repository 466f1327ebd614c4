"""Numbers, days and headlines as the language of a report writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pgx.reports.text import lower_first

__all__ = ["day", "figure", "within"]

Words = Mapping[str, Any]
_POINT: Final = re.compile(r"(?<=\d)\.(?=\d)")
_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)


def figure(text: str, words: Words) -> str:
    """Return a number, or a text with numbers and nothing else with points, as it is written.

    >>> figure("≥3.0", {"style": {"decimal": ","}})
    '≥3,0'
    """
    return _POINT.sub(words["style"]["decimal"], text)


def day(text: str, words: Words) -> str:
    """Return a day that is given as YYYY-MM-DD as it is written; any other text stays.

    >>> day("2026-11-05", {"style": {"day": "{day}.{month}.{year}"}}), day("soon", {})
    ('05.11.2026', 'soon')
    """
    match = _DAY.fullmatch(text)
    if match is None:
        return text
    form: str = words["style"]["day"]
    return form.format(year=match[1], month=match[2], day=match[3])


def within(headline: str, words: Words) -> str:
    """Return a headline as it reads within a sentence; where nouns have capitals it stays."""
    return lower_first(headline) if words["style"]["within"] == "small" else headline
