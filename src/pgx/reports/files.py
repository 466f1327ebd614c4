"""Write results to a folder: each file complete or absent, none overwritten unasked."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from pgx.base.calls import PatientResult
from pgx.base.errors import OutputError, UsageError
from pgx.reports.facts import NO_FACTS, ReportFacts
from pgx.reports.names import file_stems
from pgx.reports.render_json import render_json
from pgx.reports.render_tsv import render_calls, render_recommendations

__all__ = ["FORMATS", "check_folder", "write_file", "write_results"]

FORMATS: Final = ("html", "json")

_TABLES = frozenset(
    {"calls.tsv", "recommendations.tsv", "calls.parquet", "recommendations.parquet"}
)
_SAMPLE_FILE = re.compile(r".*\.(pgx\.(json|html|pdf)|fhir\.json)$")
_TEMPORARY = re.compile(r"\.pgx-(\d+)-\d+\.tmp$")


def check_folder(folder: Path, *, force: bool = False) -> None:
    """Make the folder if absent; refuse one that holds results, unless ``force``.

    Raises
    ------
    OutputError
        It holds results, is no folder, or cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = _results_in(folder)
    except OSError as error:
        raise _output_error("cannot be used", folder, error) from error
    if held and not force:
        raise OutputError(
            f"the folder already holds results ({_listed(held)})",
            where=str(folder),
            remedy="choose another folder, or replace them with --force",
        )


def write_results(
    results: Sequence[PatientResult],
    folder: Path,
    formats: Sequence[str] = FORMATS,
    *,
    facts: ReportFacts = NO_FACTS,
    force: bool = False,
) -> list[Path]:
    """Write both tables and, for each format, one file a sample; return what was written.

    With ``force`` the results of an earlier run are replaced, those of other samples
    included, so that a folder never holds two runs. The tables are written last.

    Raises
    ------
    OutputError
        The folder holds results, or something cannot be written; files of an earlier run
        that were not yet replaced are as they were.
    UsageError
        A format is unknown.
    """
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise UsageError(
            f"unknown format {', '.join(unknown)}", remedy=f"choose from {', '.join(FORMATS)}"
        )
    check_folder(folder, force=force)
    _remove_stale_temporaries(folder)
    before = set(_results_in(folder))
    written = [write_file(p, render()) for p, render in _files(results, folder, formats, facts)]
    for name in sorted(before - {path.name for path in written}):
        _remove(folder / name)
    return written


def _files(
    results: Sequence[PatientResult], folder: Path, formats: Sequence[str], facts: ReportFacts
) -> Iterator[tuple[Path, Callable[[], bytes]]]:
    """Yield paths and what makes their content, in the order of writing."""
    stems = file_stems([result.sample for result in results])
    for stem, result in zip(stems, results, strict=True):
        if "json" in formats:
            yield folder / f"{stem}.pgx.json", functools.partial(render_json, result)
        if "html" in formats:
            yield folder / f"{stem}.pgx.html", functools.partial(_html, result, facts)
    yield folder / "recommendations.tsv", functools.partial(_tsv, render_recommendations, results)
    yield folder / "calls.tsv", functools.partial(_tsv, render_calls, results)


def _tsv(
    render: Callable[[Sequence[PatientResult]], str], results: Sequence[PatientResult]
) -> bytes:
    return render(results).encode("utf-8")


def _html(result: PatientResult, facts: ReportFacts) -> bytes:
    from pgx.reports.render_html import render_html  # Jinja costs 60 ms: only when asked for

    return render_html(result, facts).encode("utf-8")


def write_file(path: Path, data: bytes) -> Path:
    """Write a file under a temporary name, then give it its own; private until complete.

    Raises
    ------
    OutputError
        Disk, permission or quota; nothing is left behind.
    """
    temporary = _temporary_path(path.parent)
    try:
        with temporary.open("xb") as handle:
            mode = stat.S_IMODE(os.fstat(handle.fileno()).st_mode)
            os.fchmod(handle.fileno(), 0o600)
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
            os.fchmod(handle.fileno(), mode)
        os.replace(temporary, path)  # noqa: PTH105 (one atomic step is the point)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise _output_error("cannot be written", path, error) from error
    return path


def _temporary_path(folder: Path) -> Path:
    number = 0
    while (path := folder / f".pgx-{os.getpid()}-{number}.tmp").exists():
        number += 1
    return path


def _remove_stale_temporaries(folder: Path) -> None:
    """Remove what a killed run left; the files of a running one stay."""
    for name in _names_in(folder):
        match = _TEMPORARY.match(name)
        if match and not _is_running(int(match[1])):
            _remove(folder / name)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return process != os.getpid()


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _output_error("cannot be removed", path, error) from error


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir())
    except OSError as error:
        raise _output_error("cannot be read", folder, error) from error


def _results_in(folder: Path) -> list[str]:
    return [n for n in _names_in(folder) if n in _TABLES or _SAMPLE_FILE.match(n)]


def _listed(names: Sequence[str]) -> str:
    """Name tables and count the rest: names of sample files are names of patients."""
    tables = [name for name in names if name in _TABLES]
    others = len(names) - len(tables)
    return ", ".join([*tables, *([f"{others} files of samples"] if others else [])])


def _output_error(what: str, path: Path, error: OSError) -> OutputError:
    """Name the folder rather than a sample's file: its name is the name of a patient."""
    named = _SAMPLE_FILE.match(path.name) or _TEMPORARY.match(path.name)
    return OutputError(
        f"{what}: {error.strerror or type(error).__name__}",
        where=str(path.parent if named else path),
        remedy="check folder, permissions and free space",
    )
