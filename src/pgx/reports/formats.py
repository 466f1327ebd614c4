"""Formats of a sample's own file: how each is called, how its files end, who renders it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from pgx.base.calls import PatientResult
from pgx.base.errors import UsageError
from pgx.reports.facts import ReportFacts

__all__ = ["DEFAULT_FORMATS", "FORMATS", "Format", "format_of_file", "known_formats"]


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """One format.

    ``suffix`` ends the names of a sample's files in a folder, ``endings`` are those by which a
    file that somebody names is known. ``reads_facts`` says whether drugs and guidelines of the
    release are shown.
    """

    suffix: str
    endings: tuple[str, ...]
    render: Callable[[PatientResult, ReportFacts], bytes]
    reads_facts: bool = False


def _html(result: PatientResult, facts: ReportFacts) -> bytes:
    from pgx.reports.render_html import render_html  # Jinja costs 60 ms: only when asked for

    return render_html(result, facts).encode("utf-8")


def _json(result: PatientResult, facts: ReportFacts) -> bytes:
    del facts
    from pgx.reports.render_json import render_json

    return render_json(result)


def _fhir(result: PatientResult, facts: ReportFacts) -> bytes:
    from pgx.reports.fhir.bundle import render_fhir

    return render_fhir(result, facts)


FORMATS: Final[dict[str, Format]] = {
    "html": Format(suffix=".pgx.html", endings=(".html", ".htm"), render=_html, reads_facts=True),
    "fhir": Format(suffix=".fhir.json", endings=(".fhir.json",), render=_fhir, reads_facts=True),
    "json": Format(suffix=".pgx.json", endings=(".json",), render=_json),
}
"""By the name that ``--format`` takes."""
DEFAULT_FORMATS: Final = ("html", "json")


def known_formats(names: tuple[str, ...]) -> tuple[Format, ...]:
    """Return the formats of names.

    Raises
    ------
    UsageError
        A format is unknown.
    """
    unknown = sorted(set(names) - set(FORMATS))
    if unknown:
        raise UsageError(
            f"unknown format {', '.join(unknown)}", remedy=f"choose from {', '.join(FORMATS)}"
        )
    return tuple(FORMATS[name] for name in names)


def format_of_file(name: str) -> str:
    """Return the format that a file's name ends like, "" if none; the longest ending counts.

    >>> format_of_file("S1.HTML"), format_of_file("S1.doc")
    ('html', '')
    """
    endings = [(end, key) for key, form in FORMATS.items() for end in form.endings]
    found = [(len(end), key) for end, key in endings if name.casefold().endswith(end)]
    return max(found)[1] if found else ""
