"""Formats of a sample's own file: how each is called, how its files end, who renders it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from pgx.base.calls import PatientResult
from pgx.base.errors import UsageError
from pgx.reports.extras import need
from pgx.reports.facts import ReportFacts

__all__ = ["DEFAULT_FORMATS", "FORMATS", "Format", "format_of_file", "known_formats"]


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """One format.

    ``suffix`` ends the names of a sample's files in a folder, ``endings`` are those by which a
    file that somebody names is known. ``reads_facts`` says whether drugs and guidelines of the
    release are shown. ``module`` is a library that only the extra ``extra`` brings.
    """

    suffix: str
    endings: tuple[str, ...]
    render: Callable[[PatientResult, ReportFacts], bytes]
    reads_facts: bool = False
    module: str = ""
    extra: str = ""


def _html(result: PatientResult, facts: ReportFacts) -> bytes:
    from pgx.reports.render_html import render_html  # Jinja costs 60 ms: only when asked for

    return render_html(result, facts).encode("utf-8")


def _json(result: PatientResult, facts: ReportFacts) -> bytes:
    del facts
    from pgx.reports.render_json import render_json

    return render_json(result)


def _pdf(result: PatientResult, facts: ReportFacts) -> bytes:
    from pgx.reports.render_pdf import render_pdf  # the typesetter is an extra

    return render_pdf(result, facts)


def _pdf_patient(result: PatientResult, facts: ReportFacts) -> bytes:
    from pgx.reports.render_pdf import render_pdf_patient

    return render_pdf_patient(result, facts)


def _pdf_card(result: PatientResult, facts: ReportFacts) -> bytes:
    from pgx.reports.render_pdf import render_pdf_card

    return render_pdf_card(result, facts)


def _printed(end: str, render: Callable[[PatientResult, ReportFacts], bytes]) -> Format:
    return Format(
        suffix=f".pgx{end}",
        endings=(end,),
        render=render,
        reads_facts=True,
        module="typst",
        extra="pdf",
    )


FORMATS: Final[dict[str, Format]] = {
    "html": Format(suffix=".pgx.html", endings=(".html", ".htm"), render=_html, reads_facts=True),
    "json": Format(suffix=".pgx.json", endings=(".json",), render=_json),
    "pdf": _printed(".pdf", _pdf),
    "pdf-patient": _printed(".patient.pdf", _pdf_patient),
    "pdf-card": _printed(".card.pdf", _pdf_card),
}
"""By the name that ``--format`` takes."""
DEFAULT_FORMATS: Final = ("html", "json")


def known_formats(names: tuple[str, ...]) -> tuple[Format, ...]:
    """Return the formats of names.

    Raises
    ------
    UsageError
        A format is unknown, or needs a library that is not installed.
    """
    unknown = sorted(set(names) - set(FORMATS))
    if unknown:
        raise UsageError(
            f"unknown format {', '.join(unknown)}", remedy=f"choose from {', '.join(FORMATS)}"
        )
    for name in names:
        if FORMATS[name].module:
            need(FORMATS[name].module, FORMATS[name].extra)
    return tuple(FORMATS[name] for name in names)


def format_of_file(name: str) -> str:
    """Return the format that a file's name ends like, "" if none; the longest ending counts.

    >>> format_of_file("S1.HTML"), format_of_file("S1.doc")
    ('html', '')
    """
    endings = [(end, key) for key, form in FORMATS.items() for end in form.endings]
    found = [(len(end), key) for end, key in endings if name.casefold().endswith(end)]
    return max(found)[1] if found else ""
