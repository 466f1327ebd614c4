"""An Excel workbook with inert cells: text and numbers only, reproducible bytes."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from pgx.base.extensions import load_extra
from pgx.base.files import scratch_folder
from pgx.reports.safe_text import cell, defused

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["MAX_CELL", "MAX_ROWS", "Book", "Column", "WorkbookSheet", "open_book", "safe_text"]

MAX_CELL: Final = 32_767
"""Most UTF-16 units that Excel keeps in a cell."""
MAX_ROWS: Final = 1_048_576
_CREATED: Final = dt.datetime(2000, 1, 1)  # noqa: DTZ001 (a fixed day, no instant)
# Excel's escape for a character code within text
_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_FONT: Final = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
_ROW: Final = {**_FONT, "text_wrap": True, "bottom": 4, "bottom_color": "#9A9A9A"}

Value = str | int | float | None


class Column(NamedTuple):
    """A column: heading, and width in characters; long texts are wrapped."""

    title: str
    width: int


@contextlib.contextmanager
def open_book(
    handle: BinaryIO, fills: Mapping[str, str], *, in_memory: bool = False
) -> Iterator[Book]:
    """Open a workbook over a file; it is written if the block ends without an error.

    Rows are written to a private temporary folder immediately and use no memory, unless
    ``in_memory``: the identity of a patient is never in a temporary file. ``fills`` are colors
    (``#RRGGBB``) by cell style.

    Raises
    ------
    UsageError
        The extra ``excel`` is not installed.
    """
    workbook = load_extra("xlsxwriter", "excel").Workbook
    with scratch_folder() as folder:
        made = workbook(
            handle,
            {
                "constant_memory": not in_memory,
                "in_memory": in_memory,
                # a sample or drug name that looks like a formula, number or link remains text
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
                "tmpdir": str(folder),
                "use_zip64": True,
            },
        )
        # a timestamp would make the bytes of equal results differ
        made.set_properties({"created": _CREATED})
        book = Book(made, fills)
        try:
            yield book
            book.close()
        finally:
            book.release()


class Book:
    """A workbook being written."""

    def __init__(self, made: Workbook, fills: Mapping[str, str]) -> None:
        self._made = made
        self._sheets: list[WorkbookSheet] = []
        self._heading = made.add_format(
            {**_FONT, "bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF",
             "text_wrap": True, "border": 1}
        )  # fmt: skip
        self._plain = made.add_format(_ROW)
        self._filled = {
            name: made.add_format({**_ROW, "bg_color": colour}) for name, colour in fills.items()
        }

    def sheet(self, name: str, columns: Sequence[Column]) -> WorkbookSheet:
        """Add a sheet with a frozen heading."""
        sheet = WorkbookSheet(self, name, columns)
        self._sheets.append(sheet)
        return sheet

    def style(self, name: str = "") -> Format:
        """Return the format of a cell, with the fill of a style."""
        return self._filled.get(name, self._plain)

    def page(self, name: str, columns: Sequence[Column]) -> Worksheet:
        """Add one page of a sheet, landscape, with frozen heading and first columns."""
        page = self._made.add_worksheet(name)
        for index, column in enumerate(columns):
            page.set_column(index, index, column.width)
            page.write_string(0, index, safe_text(column.title), self._heading)
        page.freeze_panes(1, min(2, len(columns) - 1))
        page.set_landscape()
        # Excel's code for A4
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        return page

    def close(self) -> None:
        """Write the workbook."""
        for sheet in self._sheets:
            sheet.close()
        self._made.close()

    def release(self) -> None:
        """Close the open files of a workbook after an error."""
        for page in self._made.worksheets():
            # XlsxWriter leaves its row files open if a workbook is not closed
            if page.row_data_fh is not None:
                page.row_data_fh.close()


class WorkbookSheet:
    """A table of a workbook; when a page is full, it continues on ``NAME 2``."""

    def __init__(self, book: Book, name: str, columns: Sequence[Column]) -> None:
        self._book, self._name, self._columns = book, name, columns
        self._pages = 1
        self._page = book.page(name, columns)
        self._next = 1

    def add(self, values: Sequence[Value], styles: Mapping[int, str] | None = None) -> None:
        """Add a row; ``styles`` are cell styles by column. None is an empty cell."""
        if self._next >= MAX_ROWS:
            self._turn()
        for index, value in enumerate(values):
            style = self._book.style((styles or {}).get(index, ""))
            if value is None or value == "":
                self._page.write_blank(self._next, index, None, style)
            elif isinstance(value, str):
                self._page.write_string(self._next, index, safe_text(value), style)
            else:
                self._page.write_number(self._next, index, value, style)
        self._next += 1

    def close(self) -> None:
        """Set the filters of the last page."""
        self._page.autofilter(0, 0, max(self._next - 1, 0), len(self._columns) - 1)

    def _turn(self) -> None:
        self.close()
        self._pages += 1
        self._page = self._book.page(f"{self._name} {self._pages}", self._columns)
        self._next = 1


@functools.lru_cache(maxsize=1 << 14)  # samples share most of their values
def safe_text(text: str) -> str:
    """Return inert text, as in the TSV tables, visibly truncated at Excel's limit.

    >>> safe_text("=1+1"), safe_text("_x000D_")
    ("'=1+1", '⟨U+005F⟩x000D_')
    """
    shown = _ESCAPE.sub("⟨U+005F⟩", defused(cell(text)))
    if len(shown) * 2 <= MAX_CELL or _units(shown) <= MAX_CELL:
        return shown
    mark = f" ⟨cut: {len(shown)} characters in all⟩"
    data = shown.encode("utf-16-le")[: 2 * (MAX_CELL - len(mark))]
    return data.decode("utf-16-le", "ignore") + mark


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
