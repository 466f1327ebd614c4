"""PDF by the Typst compiler: data are passed as JSON, never as code; output is reproducible."""

from __future__ import annotations

import functools
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import msgspec

from pgx.base.extensions import load_extra
from pgx.errors import DependencyError
from pgx.messages.catalogue import catalogue
from pgx.records.calls import PatientResult
from pgx.reports.content.release_facts import NO_FACTS, ReportFacts
from pgx.reports.pdf.pdf_card import card_data
from pgx.reports.pdf.pdf_patient import patient_data
from pgx.reports.pdf.pdf_report import report_data

__all__ = ["packed", "render_pdf", "render_pdf_card", "render_pdf_patient", "set_pdf"]

_START: Final = re.compile(rb"startxref\n(\d+)\n%%EOF\s*$")
_TABLE: Final = re.compile(rb"xref\n0 (\d+)\n")
_TRAILER: Final = re.compile(rb"trailer\n<<(.*)>>\nstartxref", re.DOTALL)
_SIZE: Final = re.compile(rb"/Size \d+")
# bytes per entry of a classic cross-reference table (ISO 32000-1, 7.5.4)
_ROW: Final = 20
# objects per stream: a reader decompresses a whole stream for one object
_TOGETHER: Final = 256
_ROW_FORM: Final = struct.Struct(">BIH")  # kind; offset or stream; generation or index


def packed(data: bytes) -> bytes:
    """Return the same document with its small objects compressed.

    A file with another structure than Typst's is returned unchanged.
    """
    read = _read(data)
    if read is None:
        return data
    header, objects, trailer = read
    # object 0 heads the list of free objects (ISO 32000-1, 7.5.4)
    rows: dict[int, tuple[int, int, int]] = {0: (0, 0, 65535)}
    made = bytearray(header)
    for number, body in objects.items():
        # streams must not be inside object streams (ISO 32000-1, 7.5.7)
        if body.endswith(b"endstream"):
            rows[number] = (1, _append(made, number, body), 0)
    top = max(objects) + 1
    for numbers, body in _streams(objects):
        rows[top] = (1, _append(made, top, body), 0)
        rows |= {number: (2, top, index) for index, number in enumerate(numbers)}
        top += 1
    rows[top] = (1, len(made), 0)
    table = b"".join(_ROW_FORM.pack(*rows.get(n, (0, 0, 65535))) for n in range(top + 1))
    head = b"/Type/XRef/W[1 4 2]" + _SIZE.sub(b"/Size %d" % (top + 1), trailer)
    place = _append(made, top, _stream(head, table))
    made += b"startxref\n%d\n%%%%EOF\n" % place
    return bytes(made)


def _read(data: bytes) -> tuple[bytes, dict[int, bytes], bytes] | None:
    """Return the header, objects by number, and the trailer; None if the structure is unknown."""
    start, trailer = _START.search(data, len(data) - 64), _TRAILER.search(data, len(data) - 512)
    if start is None or trailer is None:
        return None
    end = int(start[1])
    table = _TABLE.match(data, end)
    if table is None:
        return None
    lines = (data[table.end() + _ROW * n :][:_ROW] for n in range(int(table[1])))
    places = {n: int(line[:10]) for n, line in enumerate(lines) if line[17:18] == b"n"}
    if not places:
        return None
    objects = {}
    ordered = sorted(places.items(), key=lambda pair: pair[1])
    for (number, place), (_, after) in zip(ordered, [*ordered[1:], (0, end)], strict=True):
        head, chunk = b"%d 0 obj\n" % number, data[place:after].rstrip()
        if not chunk.startswith(head) or not chunk.endswith(b"\nendobj"):
            return None
        objects[number] = chunk[len(head) : -len(b"\nendobj")]
    return data[: ordered[0][1]], objects, trailer[1]


def _streams(objects: Mapping[int, bytes]) -> Iterator[tuple[list[int], bytes]]:
    """Yield the numbers of small objects with the object stream that contains them."""
    small = sorted(n for n, body in objects.items() if not body.endswith(b"endstream"))
    for first in range(0, len(small), _TOGETHER):
        numbers = small[first : first + _TOGETHER]
        places, bodies = [], bytearray()
        for number in numbers:
            places.append(b"%d %d" % (number, len(bodies)))
            bodies += objects[number] + b"\n"
        index = b" ".join(places) + b"\n"
        head = b"/Type/ObjStm/N %d/First %d" % (len(numbers), len(index))
        yield numbers, _stream(head, index + bytes(bodies))


def _stream(entries: bytes, content: bytes) -> bytes:
    body = zlib.compress(content, 9)
    head = b"<<%s/Filter/FlateDecode/Length %d>>" % (entries, len(body))
    return head + b"\nstream\n" + body + b"\nendstream"


def _append(made: bytearray, number: int, body: bytes) -> int:
    place = len(made)
    made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    return place


if TYPE_CHECKING:
    import typst

_ACCESSIBLE: Final = "ua-1"
_ARCHIVE: Final = "a-2a"
"""An archived file must say when it was made; without a day only the other standard is kept."""
_PARTS: Final = {"report": ("report", "annex")}
Words = Mapping[str, Any]


def render_pdf(
    result: PatientResult, facts: ReportFacts = NO_FACTS, words: Words | None = None
) -> bytes:
    """Return the laboratory's report as PDF.

    Raises
    ------
    UsageError
        The extra ``pdf`` is not installed, or SOURCE_DATE_EPOCH is not a valid time.
    DependencyError
        The typesetter failed.
    """
    return set_pdf("report", report_data(result, facts, words or catalogue(facts.language)))


def render_pdf_patient(
    result: PatientResult, facts: ReportFacts = NO_FACTS, words: Words | None = None
) -> bytes:
    """Return the plain-language page as PDF; errors as in `render_pdf`."""
    return set_pdf("patient", patient_data(result, facts, words or catalogue(facts.language)))


def render_pdf_card(
    result: PatientResult, facts: ReportFacts = NO_FACTS, words: Words | None = None
) -> bytes:
    """Return the wallet card as PDF; errors as in `render_pdf`."""
    return set_pdf("card", card_data(result, facts, words or catalogue(facts.language)))


def set_pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """Typeset data by a template of this package.

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
    except RuntimeError as error:  # typst's own error is a RuntimeError
        raise DependencyError(
            f"the PDF could not be set: {getattr(error, 'message', error)}",
            remedy="if a logo is named, try without it",
        ) from error
    if not isinstance(made, bytes):
        raise DependencyError("the PDF could not be set: no bytes came")
    return packed(made)


@functools.cache
def _compiler() -> typst.Compiler:
    """Return a compiler that caches its fonts; it reads no other files and no system fonts."""
    made: typst.Compiler = load_extra("typst", "pdf").Compiler(b"", ignore_system_fonts=True)
    return made


@functools.cache
def _template(name: str) -> bytes:
    parts = ("print", *_PARTS.get(name, (name,)))
    return "".join(_resource(f"{part}.typ") for part in parts).encode("utf-8")


def _resource(name: str) -> str:
    # `page_template.resource` does the same, but would import Jinja (60 ms) for a PDF
    return resources.files("pgx.reports").joinpath("templates", name).read_text(encoding="utf-8")
