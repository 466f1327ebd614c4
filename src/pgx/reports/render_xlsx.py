"""``results.xlsx``: a run as one Excel workbook; results enter one by one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final

from pgx.messages.catalogue import ENGLISH
from pgx.records.calls import PatientResult
from pgx.reports.document import build_methods
from pgx.reports.facts import ReportFacts
from pgx.reports.workbook import Book, Column, WorkbookSheet, open_book
from pgx.reports.workbook_rows import (
    SIGNS,
    TEXTS,
    adjusted_rows,
    advice_rows,
    call_rows,
    conversion_rows,
    override_rows,
    patient_rows,
    site_rows,
    summary_row,
)

__all__ = ["FILLS", "write_xlsx"]

_ALWAYS: Final = ("summary", "recommendations", "calls")
_LIKE: Final = {"adjusted": "recommendations"}
_Rows = Iterator[tuple[tuple[Any, ...], dict[int, str]]]

_SHEETS: Final = {
    "summary": "summary",
    "recommendations": "recommendations",
    "calls": "calls",
    "positions": "positions",
    "patient": "patient",
    "phenoconversion": "phenoconversion",
    "adjusted": "with current medicines",
    "overrides": "laboratory",
    "methods": "methods",
}

_COLUMNS: Final = {
    "summary": (
        ("Sample", 18), ("Genes called", 9), ("Genes ambiguous", 11), ("Genes without call", 11),
        ("Genes not assessed", 24), ("Copy number open", 18), ("Positions answered", 11),
        ("Positions", 10), ("{avoid}", 36), ("{dose}", 36), ("{care}", 36), ("{open_change}", 36),
        ("{open_maybe}", 30), ("{indeterminate}", 30), ("{open_silent}", 30), ("{unassessed}", 30),
        ("The laboratory decided on", 24),
    ),
    "recommendations": (
        ("Sample", 18), ("Drug", 22), ("What to do", 28), ("Action", 26), ("Certainty", 13),
        ("Source", 11), ("For", 22), ("Applies to this patient", 24), ("If", 24), ("Basis", 20),
        ("Result", 34),
        ("Strength", 13), ("Dose from (× standard)", 11), ("Dose to (× standard)", 11),
        ("Advice", 70), ("Otherwise", 40), ("Probability of other advice", 11),
        ("To settle it", 34), ("Implications", 50), ("Guideline", 15), ("Guideline updated", 12),
        ("PubMed", 14),
    ),
    "calls": (
        ("Sample", 18), ("Gene", 11), ("Status", 13), ("Diplotype", 22), ("Probability", 11),
        ("Phenotype", 26), ("Activity score", 9), ("Other phenotypes", 30), ("Candidates", 40),
        ("Number of candidates", 11), ("Phase", 15), ("Positions", 10), ("Not answered", 10),
        ("Which", 40), ("Alleles without a definition", 26), ("Source", 13),
        ("Copies and hybrids", 50), ("Notes", 60),
    ),
    "positions": (
        ("Sample", 18), ("Gene", 11), ("Position (GRCh38)", 19), ("rsID", 14), ("Genotype", 16),
        ("Reference", 14), ("Evidence", 20), ("Remark", 34), ("Genotype quality", 10),
        ("Read depth", 10),
    ),
    "patient": (("Sample", 18), ("What", 26), ("Value", 60), ("Detail", 60)),
    "phenoconversion": (
        ("Sample", 18), ("Gene", 11), ("Medicines", 40), ("By genotype", 30),
        ("With these medicines", 34), ("Evidence", 40), ("PubMed", 16),
    ),
    "overrides": (
        ("Sample", 18), ("Gene or drug", 20), ("Computed", 50), ("The laboratory says", 50),
        ("By", 26), ("Reason", 50),
    ),
    "methods": (("What", 34), ("Value", 100)),
}  # fmt: skip

FILLS: Final = {
    "avoid": "#F9D0C9", "dose": "#FBDDB5", "care": "#FFF3B8", "open_change": "#E3D9F2",
    "open_maybe": "#E3D9F2", "indeterminate": "#E3D9F2", "open_silent": "#EFEAF7",
    "conditional": "#E4F2DC", "information": "#E4F2DC", "directed": "#D5ECC8",
    "silent": "#EEEEEE", "unassessed": "#D5D5D5",
}  # fmt: skip


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
        for limit in ENGLISH["limit"].values():
            methods.add((TEXTS["limit"], limit))

    def _write(self, name: str, rows: _Rows) -> None:
        for values, styles in rows:
            self._sheet(name).add(values, styles)

    def _sheet(self, name: str) -> WorkbookSheet:
        if name not in self._sheets:
            columns = [
                Column(title.format_map(ENGLISH["bucket"]), width)
                for title, width in _COLUMNS[_LIKE.get(name, name)]
            ]
            self._sheets[name] = self._book.sheet(_SHEETS[name], columns)
        return self._sheets[name]
