"""Messages of all commands on standard error, and colors on terminals only."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TextIO

from pgx.errors import OutputError, printable

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "console",
    "finished",
    "hint",
    "is_terminal",
    "prepare",
    "print_rows",
    "print_table",
    "say",
    "shown",
    "width",
]


def say(text: str) -> None:
    """Write one line to standard error; control and direction characters are escaped."""
    sys.stderr.write(printable(text) + "\n")


def hint(text: str) -> None:
    """Write a hint as one line to standard error."""
    say(f"hint: {text}")


def is_terminal(*, error: bool = False) -> bool:
    """Whether standard output (or error) is a terminal that can move its cursor."""
    stream = sys.stderr if error else sys.stdout
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def console(*, width: int | None = None, error: bool = False) -> Console:
    """Return the rich console; colors and styles on a terminal only, never with ``NO_COLOR``."""
    from rich.console import Console

    plain = not is_terminal(error=error) or bool(os.environ.get("NO_COLOR"))
    return Console(
        width=width,
        stderr=error,
        force_terminal=is_terminal(error=error),
        color_system=None if plain else "auto",
        markup=False,
        highlight=False,
        emoji=False,
    )


_BUFFER: Final = 1 << 16
_STREAMS: Final = (0, 1, 2)


class _Lossy(io.RawIOBase):
    """A descriptor that discards data it cannot write, and keeps the first error.

    A broken pipe is raised once to the writer, who can then stop.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.error: OSError | None = None
        self.is_deserted = False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def write(self, data: object, /) -> int:
        view = memoryview(data).cast("B")  # type: ignore[arg-type]
        try:
            return os.write(self._descriptor, view)
        except BrokenPipeError:
            if self._descriptor == 1 and not self.is_deserted:
                self.is_deserted = True
                raise
        except OSError as error:
            self.error = self.error or error
        return len(view)


def prepare() -> None:
    """Make the standard streams safe to write to, so that a write error does not end a run.

    A closed stream is replaced by the null device, also below Python: otherwise the next opened
    file would get its descriptor, and with it a library's messages.
    """
    for descriptor in _STREAMS:
        try:
            os.fstat(descriptor)
        except OSError:
            _fill(descriptor)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - it stays
    sys.stdout = _stream(1, sys.stdout)
    sys.stderr = _stream(2, sys.stderr)


def finished(run: Callable[[], int]) -> int:
    """Run a command; return its status, or that of an output error if standard output failed.

    If the reader has closed the pipe, the status is 0, however a library then ends the process.
    """
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    out = raw if isinstance(raw, _Lossy) else _Lossy(1)
    try:
        status = run()
    except SystemExit:
        if not out.is_deserted:
            raise
        status = 0
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
    error = out.error
    if error is None or status:
        return status
    failed = OutputError(
        f"standard output cannot be written: {error.strerror}", remedy="check free space"
    )
    sys.stderr.write(failed.line() + "\n")
    return failed.exit_status


def _fill(wanted: int) -> None:
    """Open the null device as a given descriptor."""
    found = os.open(os.devnull, os.O_RDWR)
    if found != wanted:
        os.dup2(found, wanted)
        os.close(found)
    os.set_inheritable(wanted, True)  # noqa: FBT003 - of a child process, too


def _stream(descriptor: int, old: TextIO | None) -> TextIO:
    """Return a text stream with the encoding of an old one, which is not flushed again."""
    buffer = io.BufferedWriter(_Lossy(descriptor), _BUFFER)
    encoding = old.encoding if old else "utf-8"
    is_all = codecs.lookup(encoding).name == "utf-8"  # other encodings lack some characters
    return io.TextIOWrapper(
        buffer,
        encoding=encoding,
        errors=old.errors if old and is_all else "backslashreplace",
        line_buffering=descriptor == 2 or os.isatty(descriptor),
    )


_WIDTH = 100


_NARROWEST = 40


def width() -> int:
    """Return the maximum line width in columns: of the terminal, or as COLUMNS says."""
    is_told = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdecimal()
    return max(_NARROWEST, shutil.get_terminal_size((_WIDTH, 0)).columns if is_told else _WIDTH)


def shown(cell: str) -> str:
    r"""Return a cell that keeps its own line breaks and hides no characters.

    >>> shown("a\nb\x1b")
    'a\nb\\x1b'
    """
    return "\n".join(map(printable, cell.split("\n")))


def print_table(rows: Sequence[dict[str, str]]) -> None:
    """Print rows with their keys as header; long cells are wrapped, not truncated."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for name in rows[0] if rows else ():
        is_number = all(row[name][:1].isdigit() or not row[name] for row in rows)
        longest = _longest_word([name, *(row[name] for row in rows)])
        table.add_column(
            name,
            overflow="fold",
            justify="right" if is_number else "left",
            min_width=min(longest, _LONG_WORD),
        )
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row.values()))
    if is_terminal():
        console(width=width()).print(table)
        return
    plain = console(width=width())
    with plain.capture() as captured:
        plain.print(table)
    sys.stdout.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())


_LONG_WORD = 20
_GAP = 2


def print_rows(rows: Sequence[dict[str, str]]) -> None:
    """Print rows as a table where its columns fit without a broken word, else one below another."""
    names = list(rows[0]) if rows else []
    least = [_longest_word([name, *(row[name] for row in rows)]) for name in names]
    if sum(min(n, _LONG_WORD) + _GAP for n in least) <= width() + _GAP:
        print_table(rows)
        return
    for row in rows:
        sys.stdout.writelines(f"{line}\n" for line in _stacked(row))


def _stacked(row: dict[str, str]) -> list[str]:
    """Return the lines of a row: its first two cells, then one for each other with content."""
    (_, first), (_, second), *rest = row.items()
    lines = [printable(f"{first}  {second}")]
    for name, cell in rest:
        if cell:
            text = f"{name}: {printable(cell)}"
            lines += textwrap.wrap(text, width(), initial_indent="  ", subsequent_indent="    ")
    return lines


def _longest_word(texts: Sequence[str]) -> int:
    return max((len(word) for text in texts for word in text.split()), default=0)
