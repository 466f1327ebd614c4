"""Output formats: names, file endings and renderers.

`FORMATS` are formats of a file per sample, `RUN_FORMATS` those of one file for a whole run.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, BinaryIO, Final, TypeAlias

import msgspec

from pgx.base.extensions import load_extra
from pgx.errors import UsageError

if TYPE_CHECKING:  # help texts list the formats without loading renderers or records
    from pgx.records.calls import PatientResult
    from pgx.reports.content.release_facts import ReportFacts

__all__ = [
    "DEFAULT_FORMATS", "FORMATS", "FORMAT_ENDINGS", "FORMAT_NAMES", "RUN_FORMATS", "Adder",
    "ReportFormat", "RunFormat", "chosen_format", "format_of_file",
    "known_formats", "known_run_formats", "render_one",
]  # fmt: skip

Adder: TypeAlias = "AbstractContextManager[Callable[[PatientResult], None]]"


class ReportFormat(msgspec.Struct, frozen=True, kw_only=True):
    """One format.

    ``suffix`` ends the names of a sample's files in a folder, ``endings`` identify the format of
    a file named by the user. ``reads_facts`` says whether drugs and guidelines of the release
    are shown. ``module`` is a library installed only by the extra ``extra``.
    """

    suffix: str
    endings: tuple[str, ...]
    render: Callable[[PatientResult, ReportFacts], bytes]
    reads_facts: bool = False
    module: str = ""
    extra: str = ""


def _html(result: PatientResult, facts: ReportFacts) -> bytes:
    from pgx.reports.html_page import render_html  # importing Jinja costs 60 ms

    return render_html(result, facts).encode("utf-8")


def _json(result: PatientResult, facts: ReportFacts) -> bytes:
    del facts
    from pgx.reports.result_json import render_json

    return render_json(result)


def _pdf(result: PatientResult, facts: ReportFacts) -> bytes:
    from pgx.reports.pdf.typesetting import render_pdf  # the typesetter is an extra

    return render_pdf(result, facts)


def _pdf_patient(result: PatientResult, facts: ReportFacts) -> bytes:
    from pgx.reports.pdf.typesetting import render_pdf_patient

    return render_pdf_patient(result, facts)


def _pdf_card(result: PatientResult, facts: ReportFacts) -> bytes:
    from pgx.reports.pdf.typesetting import render_pdf_card

    return render_pdf_card(result, facts)


def _printed(end: str, render: Callable[[PatientResult, ReportFacts], bytes]) -> ReportFormat:
    return ReportFormat(
        suffix=f".pgx{end}",
        endings=(end,),
        render=render,
        reads_facts=True,
        module="typst",
        extra="pdf",
    )


def _fhir(result: PatientResult, facts: ReportFacts) -> bytes:
    from pgx.reports.fhir.write_bundle import render_fhir

    return render_fhir(result, facts)


def _fhir_full(result: PatientResult, facts: ReportFacts) -> bytes:
    from pgx.reports.fhir.write_bundle import render_fhir

    return render_fhir(result, facts, is_full=True)


FORMATS: Final[dict[str, ReportFormat]] = {
    "html": ReportFormat(
        suffix=".pgx.html", endings=(".html", ".htm"), render=_html, reads_facts=True
    ),
    "fhir": ReportFormat(
        suffix=".fhir.json", endings=(".fhir.json",), render=_fhir, reads_facts=True
    ),
    "fhir-full": ReportFormat(
        suffix=".full.fhir.json", endings=(".full.fhir.json",), render=_fhir_full, reads_facts=True
    ),
    "json": ReportFormat(suffix=".pgx.json", endings=(".json",), render=_json),
    "pdf": _printed(".pdf", _pdf),
    "pdf-patient": _printed(".patient.pdf", _pdf_patient),
    "pdf-card": _printed(".card.pdf", _pdf_card),
}
"""By the name that ``--format`` takes."""
DEFAULT_FORMATS: Final = ("html", "json")


class RunFormat(msgspec.Struct, frozen=True, kw_only=True):
    """One format of a file for a whole run.

    ``file`` is its name in a folder, ``endings`` identify the format of a file named by the
    user. ``write`` opens a writer over a binary file: inside its block it takes results one by
    one, and the file is complete when the block ends without an error. ``reads_sites`` says
    whether a run of one sample shows the observations at each position.
    """

    file: str
    endings: tuple[str, ...]
    write: Callable[[BinaryIO, ReportFacts], Adder]
    reads_facts: bool = False
    reads_sites: bool = False


def _xlsx(handle: BinaryIO, facts: ReportFacts) -> Adder:
    from pgx.reports.tables.excel_report import write_xlsx

    return write_xlsx(handle, facts)


def _matrix(handle: BinaryIO, facts: ReportFacts) -> Adder:
    from pgx.reports.tables.run_summaries import write_matrix

    return write_matrix(handle, facts)


def _multiqc(handle: BinaryIO, facts: ReportFacts) -> Adder:
    from pgx.reports.tables.run_summaries import write_multiqc

    return write_multiqc(handle, facts)


RUN_FORMATS: Final[dict[str, RunFormat]] = {
    "xlsx": RunFormat(
        file="results.xlsx", endings=(".xlsx",), write=_xlsx, reads_facts=True, reads_sites=True
    ),
    "matrix": RunFormat(file="matrix.tsv", endings=(".tsv",), write=_matrix),
    "multiqc": RunFormat(file="pgx_mqc.json", endings=("_mqc.json",), write=_multiqc),
}
"""By the name that ``--format`` takes."""


FORMAT_NAMES: Final = (
    f"{','.join(FORMATS)} (tables are always written), {', '.join(RUN_FORMATS)}, or tsv alone"
)
"""What ``--format`` takes, for help texts."""
FORMAT_ENDINGS: Final = (
    *(form.endings[0] for form in FORMATS.values()),
    *(form.endings[0] for form in RUN_FORMATS.values()),
)
"""By which the format of a named file is known, for help texts."""


def known_formats(names: tuple[str, ...]) -> tuple[ReportFormat, ...]:
    """Return the per-sample formats among names.

    Raises
    ------
    UsageError
        A format is unknown, or needs a library that is not installed.
    """
    _check_names(names)
    forms = tuple(FORMATS[name] for name in names if name in FORMATS)
    for form in forms:
        if form.module:
            load_extra(form.module, form.extra)
    return forms


def known_run_formats(names: tuple[str, ...]) -> tuple[RunFormat, ...]:
    """Return the run formats among names.

    Raises
    ------
    UsageError
        A format is unknown.
    """
    _check_names(names)
    return tuple(RUN_FORMATS[name] for name in dict.fromkeys(names) if name in RUN_FORMATS)


def _check_names(names: tuple[str, ...]) -> None:
    known = (*FORMATS, *RUN_FORMATS)
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise UsageError(
            f"unknown format {', '.join(unknown)}", remedy=f"choose from {', '.join(known)}"
        )


def render_one(name: str, result: PatientResult, facts: ReportFacts) -> bytes:
    """Return one result in any format, including run formats.

    Raises
    ------
    UsageError
        The format is unknown, or its extra is not installed.
    """
    for form in known_formats((name,)):
        return form.render(result, facts)
    [run_form] = known_run_formats((name,))
    buffer = io.BytesIO()
    with run_form.write(buffer, facts) as add:
        add(result)
    return buffer.getvalue()


def chosen_format(kind: str, name: str) -> tuple[str, ReportFormat | RunFormat]:
    """Return the requested format, or the one of a file name's ending, and its name.

    Raises
    ------
    UsageError
        The format does not exist.
    """
    known: dict[str, ReportFormat | RunFormat] = {**FORMATS, **RUN_FORMATS}
    chosen = kind or format_of_file(name)
    if chosen not in known:
        suffix = "." + name.rpartition(".")[2] if "." in name else ""
        raise UsageError(
            f"no format {chosen or suffix!r}", remedy=f"choose from {', '.join(known)}"
        )
    return chosen, known[chosen]


def format_of_file(name: str) -> str:
    """Return the format of a file name's ending, "" if none; the longest ending counts.

    >>> format_of_file("S1.HTML"), format_of_file("S1.doc"), format_of_file("a_mqc.json")
    ('html', '', 'multiqc')
    """
    known: dict[str, ReportFormat | RunFormat] = {**FORMATS, **RUN_FORMATS}
    endings = [(end, key) for key, form in known.items() for end in form.endings]
    found = [(len(end), key) for end, key in endings if name.casefold().endswith(end)]
    # ".fhir.json" ends with ".json" too: the longest ending decides
    return max(found)[1] if found else ""
