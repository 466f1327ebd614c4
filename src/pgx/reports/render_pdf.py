"""PDF by the Typst compiler: data go in as JSON, never as code; equal data give equal bytes."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import msgspec

from pgx.errors import DependencyError
from pgx.messages.catalogue import catalogue
from pgx.records.calls import PatientResult
from pgx.reports.extras import need
from pgx.reports.facts import NO_FACTS, ReportFacts
from pgx.reports.pdf_pack import packed
from pgx.reports.print_document import report_data
from pgx.reports.print_patient import card_data, patient_data

if TYPE_CHECKING:
    import typst

__all__ = ["render_pdf", "render_pdf_card", "render_pdf_patient", "set_pdf"]

_ACCESSIBLE: Final = "ua-1"
_ARCHIVE: Final = "a-2a"
"""An archived file must say when it was made; without a day only the other standard is kept."""
Words = Mapping[str, Any]


def render_pdf(
    result: PatientResult, facts: ReportFacts = NO_FACTS, words: Words | None = None
) -> bytes:
    """Return the laboratory's report as PDF.

    Raises
    ------
    UsageError
        The extra ``pdf`` is not installed, or SOURCE_DATE_EPOCH is no time.
    DependencyError
        The typesetter failed.
    """
    return set_pdf("report", report_data(result, facts, words or catalogue(facts.language)))


def render_pdf_patient(
    result: PatientResult, facts: ReportFacts = NO_FACTS, words: Words | None = None
) -> bytes:
    """Return the page in plain language as PDF; errors as of `render_pdf`."""
    return set_pdf("patient", patient_data(result, facts, words or catalogue(facts.language)))


def render_pdf_card(
    result: PatientResult, facts: ReportFacts = NO_FACTS, words: Words | None = None
) -> bytes:
    """Return the card for the wallet as PDF; errors as of `render_pdf`."""
    return set_pdf("card", card_data(result, facts, words or catalogue(facts.language)))


def set_pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """Set data by a template of this package.

    Raises
    ------
    UsageError
        The extra ``pdf`` is not installed.
    DependencyError
        The typesetter failed.
    """
    compiler = _compiler()
    content = msgspec.json.encode(data).decode("utf-8")
    try:
        made = compiler.compile(
            _template(template),
            format="pdf",
            sys_inputs={"data": content},
            pdf_standards=[_ARCHIVE, _ACCESSIBLE] if data["day"] else [_ACCESSIBLE],
        )
    except RuntimeError as error:  # typst's own error is one
        raise DependencyError(
            f"the PDF could not be set: {getattr(error, 'message', error)}",
            remedy="if a logo is named, try without it",
        ) from error
    if not isinstance(made, bytes):
        raise DependencyError("the PDF could not be set: no bytes came")
    return packed(made)


@functools.cache
def _compiler() -> typst.Compiler:
    """Return a compiler that keeps its fonts; it reads no file and no font of the system."""
    need("typst", "pdf")
    import typst

    return typst.Compiler(b"", ignore_system_fonts=True)


@functools.cache
def _template(name: str) -> bytes:
    return (_resource("print.typ") + _resource(f"{name}.typ")).encode("utf-8")


def _resource(name: str) -> str:
    return resources.files("pgx.reports").joinpath("templates", name).read_text(encoding="utf-8")
