"""``results.xlsx``: a run as one Excel workbook; results enter one by one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final

from pgx.base.calls import PatientResult
from pgx.reports.document import build_methods
from pgx.reports.english import ENGLISH
from pgx.reports.english.workbook import COLUMNS, FILLS, SHEETS, SIGNS, TEXTS
from pgx.reports.facts import ReportFacts
from pgx.reports.workbook import Book, Column, WorkbookSheet, open_book
from pgx.reports.workbook_rows import (
    adjusted_rows,
    advice_rows,
    call_rows,
    conversion_rows,
    override_rows,
    patient_rows,
    site_rows,
    summary_row,
)

__all__ = ["write_xlsx"]

_ALWAYS: Final = ("summary", "recommendations", "calls")
_LIKE: Final = {"adjusted": "recommendations"}
_Rows = Iterator[tuple[tuple[Any, ...], dict[int, str]]]


@contextlib.contextmanager
def write_xlsx(handle: BinaryIO, facts: ReportFacts) -> Iterator[Callable[[PatientResult], None]]:
    """Yield a function that takes results one by one; see ``docs/reference/columns.md``.

    Raises
    ------
    UsageError
        The extra ``excel`` is not installed.
    """
    with open_book(handle, FILLS) as book:
        sheets = _Sheets(book)
        yield sheets.add
        sheets.finish(facts)


class _Sheets:
    """The sheets of a run; those on patients are added where there is one."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._sheets: dict[str, WorkbookSheet] = {}
        self._only: PatientResult | None = None
        self._count = 0
        self._methods: dict[tuple[str, str], None] = {}
        for name in _ALWAYS:
            self._sheet(name)

    def add(self, result: PatientResult) -> None:
        """Write one sample's rows."""
        self._count += 1
        self._only = result if self._count == 1 else None
        self._write("summary", iter([summary_row(result, ENGLISH)]))
        self._write("recommendations", advice_rows(result, ENGLISH))
        self._write("calls", call_rows(result, ENGLISH))
        self._write("patient", patient_rows(result, ENGLISH))
        self._write("phenoconversion", conversion_rows(result, ENGLISH))
        self._write("adjusted", adjusted_rows(result, ENGLISH))
        self._write("overrides", override_rows(result, ENGLISH))
        self._methods.update(dict.fromkeys(build_methods(result, ENGLISH)))

    def finish(self, facts: ReportFacts) -> None:
        """Write positions, where there is one sample, and how all was made."""
        if self._only is not None:
            self._write("positions", site_rows(self._only, ENGLISH))
        methods = self._sheet("methods")
        for pair in self._methods:
            methods.add(pair)
        for source in facts.sources:
            methods.add((TEXTS["source"].format(name=source.name), source.version))
        for key, sign in SIGNS.items():
            said = f"{ENGLISH['bucket'][key]}. {ENGLISH['bucket_hint'][key]}"
            methods.add((TEXTS["sign"].format(sign=sign), said), {0: key})
        for limit in ENGLISH["limit"]:
            methods.add((TEXTS["limit"], limit))

    def _write(self, name: str, rows: _Rows) -> None:
        for values, styles in rows:
            self._sheet(name).add(values, styles)

    def _sheet(self, name: str) -> WorkbookSheet:
        if name not in self._sheets:
            columns = [
                Column(title.format_map(ENGLISH["bucket"]), width)
                for title, width in COLUMNS[_LIKE.get(name, name)]
            ]
            self._sheets[name] = self._book.sheet(SHEETS[name], columns)
        return self._sheets[name]
