"""Records of what a laboratory adds to a release and to results; nothing of a release changes."""

from __future__ import annotations

from datetime import date

import msgspec

__all__ = ["OverlayInfo", "Override", "iso_day"]


class OverlayInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A laboratory's folder that was laid over the release; ``date`` is an ISO day.

    ``digest`` is the SHA-256 (hex) over the folder's files.
    """

    laboratory: str
    version: str
    date: str
    digest: str


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """What a laboratory says of one gene or one drug of a sample, beside what was computed.

    One of ``gene`` and ``drug`` is empty. ``by`` names who decided, ``date`` is an ISO day.
    """

    sample: str
    gene: str = ""
    drug: str = ""
    says: str
    by: str
    date: str
    reason: str

    @property
    def subject(self) -> str:
        """The gene or drug that it is about."""
        return self.gene or self.drug


def iso_day(text: str) -> date | None:
    """Return the day that ``YYYY-MM-DD`` names, None for anything else.

    >>> iso_day("2025-10-01"), iso_day("2025-02-30"), iso_day("20251001")
    (datetime.date(2025, 10, 1), None, None)
    """
    try:
        return date.fromisoformat(text) if len(text) == len("2025-10-01") else None
    except ValueError:
        return None
