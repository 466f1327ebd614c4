"""How old the release of a report is: counted to the day of the report, never to the clock."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Mapping
from typing import Any, Final

from pgx.base.texts import months_between, release_month
from pgx.errors import UsageError
from pgx.records.calls import PatientResult
from pgx.reports.figures import day

__all__ = ["age_warning", "issued_on", "release_text"]

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_EPOCH: Final = "SOURCE_DATE_EPOCH"
Words = Mapping[str, Any]


def issued_on(result: PatientResult) -> dt.date | None:
    """Return the day of a report: SOURCE_DATE_EPOCH, else the patient file's, else none.

    Raises
    ------
    UsageError
        SOURCE_DATE_EPOCH is no time.
    """
    epoch = os.environ.get(_EPOCH, "")
    if epoch:
        try:
            return dt.datetime.fromtimestamp(int(epoch), dt.UTC).date()
        except (ValueError, OverflowError, OSError):
            raise UsageError(
                f"{_EPOCH} is no time: {epoch!r}", remedy="give seconds since 1970, or unset it"
            ) from None
    said = result.context.patient.date if result.context else ""
    if not _DAY.fullmatch(said):
        return None
    try:
        return dt.date.fromisoformat(said)
    except ValueError:
        return None


def release_text(result: PatientResult, words: Words) -> str:
    """Return the release with its month, and its age at the day of the report if there is one."""
    release = result.provenance.knowledge_release
    month, label = release_month(release), words["label"]
    if not month:
        return release
    date, months = day(month, words), _age(result)
    if months is None:
        return str(label["release_dated"].format(release=release, date=date))
    key = "release_aged_one" if months == 1 else "release_aged"
    return str(label[key].format(release=release, date=date, months=months))


def age_warning(result: PatientResult, limit: int, words: Words) -> str:
    """Return what is said of a release that was older than a limit in months; empty of others."""
    months = _age(result)
    if months is None or months <= limit:
        return ""
    return str(words["label"]["gap_old"].format(months=months, limit=limit))


def _age(result: PatientResult) -> int | None:
    issued = issued_on(result)
    if issued is None:
        return None
    return months_between(release_month(result.provenance.knowledge_release), issued.isoformat())
