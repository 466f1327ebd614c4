"""Write results to a folder atomically; existing results are overwritten only on request."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from pgx.base.files import is_left, is_temporary, refuse_own_inputs, scratch_in, temporary_path
from pgx.errors import OutputError
from pgx.records.calls import PatientResult
from pgx.records.tables import CALL_COLUMNS, RECOMMENDATION_COLUMNS
from pgx.reports.content.release_facts import NO_FACTS, ReportFacts
from pgx.reports.files.formats import (
    DEFAULT_FORMATS,
    FORMATS,
    RUN_FORMATS,
    ReportFormat,
    RunFormat,
    known_formats,
    known_run_formats,
)
from pgx.reports.files.result_set import Apart, result_set, settle
from pgx.reports.safe_text import file_stems
from pgx.reports.tables.tsv_tables import (
    CONVERSION_COLUMNS,
    DOSE_COLUMNS,
    OVERRIDE_COLUMNS,
    adjusted_lines,
    call_lines,
    conversion_lines,
    dose_lines,
    header,
    override_lines,
    recommendation_lines,
)

__all__ = [
    "CHANGES",
    "check_folder",
    "check_inputs",
    "new_file",
    "refuse_held",
    "remove_temporaries",
    "results_in",
    "write_file",
    "write_results",
]

_CONVERSIONS: Final = "phenoconversion.tsv"
_ADJUSTED: Final = "adjusted_recommendations.tsv"
_DOSES: Final = "doses.tsv"
_OVERRIDES: Final = "overrides.tsv"
CHANGES: Final = "changes.tsv"
_OF_COHORTS: Final = (
    "allele_frequencies", "diplotype_frequencies", "phenotype_frequencies", "call_status",
    "site_quality", "sample_quality",
)  # fmt: skip
_TABLES = frozenset(
    {
        "calls.tsv", "recommendations.tsv", "calls.parquet", "recommendations.parquet",
        "cohort.json", "pgx_cohort_mqc.json", CHANGES,
        *(f"{name}.{form}" for name in _OF_COHORTS for form in ("parquet", "tsv")),
        _CONVERSIONS, _ADJUSTED, _DOSES, _OVERRIDES, *(form.file for form in RUN_FORMATS.values()),
    }
)  # fmt: skip
# the folder that holds the parts of a cohort run until it is complete
_UNFINISHED: Final = ".pgx-cohort"


def check_folder(
    folder: Path,
    *,
    force: bool = False,
    inputs: Iterable[str | os.PathLike[str] | None] = (),
    tell: Callable[[str], None] | None = None,
    is_dry: bool = False,
) -> None:
    """Create the folder if absent; refuse one that holds results, unless ``force``.

    A folder with an interrupted cohort run is refused with ``force`` too: resuming that run would
    treat the files here as results to replace. A folder is also refused if its results, or files
    left by a killed run, are inputs of the command (``inputs``).

    Remains of an interrupted run in `RUN_FOLDER` are completed or removed, unless nothing may be
    changed (``is_dry``); ``tell`` is called with a description.

    Raises
    ------
    OutputError
        It holds results, inputs of the command or an unfinished run, is not a folder, or cannot
        be created.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        check_inputs(folder, inputs)
        found = "" if is_dry else settle(folder, results_in)
        if found and tell is not None:
            tell(found)
        is_unfinished = (folder / _UNFINISHED).is_dir()
    except OSError as error:
        raise _output_error("cannot be used", folder, error) from error
    if is_unfinished:
        raise OutputError(
            "a cohort run in this folder is not finished",
            where=str(folder),
            remedy=f"finish it with its own command, or remove {_UNFINISHED} in this folder",
        )
    if not force:
        refuse_held(folder)


def _is_of_sample(name: str) -> bool:
    """Whether a file name ends like a per-sample file of some format.

    Only such files of a run are published, so the endings need not be listed twice.
    """
    return name.endswith(tuple(form.suffix for form in FORMATS.values()))


def refuse_held(folder: Path) -> None:
    """Refuse a folder that holds results.

    Raises
    ------
    OutputError
        The folder holds results.
    """
    held = results_in(folder)
    if held:
        raise OutputError(
            f"the folder already holds results ({_listed(held)})",
            where=str(folder),
            remedy="choose another folder, or replace them with --force",
        )


def check_inputs(folder: Path, inputs: Iterable[str | os.PathLike[str] | None]) -> None:
    """Refuse a folder in which a run would replace or remove inputs of the command.

    Raises
    ------
    OutputError
        A result, or a file left by a killed run, is one of the inputs.
    """
    left = [name for name in _names_in(folder) if is_temporary(name)]
    refuse_own_inputs((folder / name for name in (*results_in(folder), *left)), inputs)


def write_results(
    results: Iterable[PatientResult],
    folder: Path,
    formats: Sequence[str] = DEFAULT_FORMATS,
    *,
    samples: Sequence[str] | None = None,
    facts: ReportFacts = NO_FACTS,
    force: bool = False,
    more: Mapping[str, bytes] | None = None,
    apart: Apart | None = None,
    tell: Callable[[str], None] | None = None,
) -> list[Path]:
    """Write the tables and, for each format, a file per sample or run; return the written paths.

    With ``samples``, all names in order, results are written one by one without keeping them in
    memory. With ``force`` the results of an earlier run are replaced, including those of other
    samples, so that a folder never mixes two runs; see `result_set`. ``more`` are further files
    of the set, by name, ``apart`` is one outside the folder; ``tell`` is called with a description
    of the remains of an interrupted run.

    Raises
    ------
    OutputError
        The folder holds results, another run uses it, or a file cannot be written;
        the files of an earlier run are unchanged.
    UsageError
        A format is unknown.
    """
    wanted, of_run = known_formats(tuple(formats)), known_run_formats(tuple(formats))
    if samples is None:
        results = list(results)
        samples = [result.sample for result in results]
    check_folder(folder, force=force, tell=tell)
    remove_temporaries(folder)
    named = zip(file_stems(samples), results, strict=True)
    with result_set(folder, results_in) as made, scratch_in(made.place):
        written = _write(named, made.place, wanted, of_run, facts)
        written += [write_file(made.place / name, data) for name, data in (more or {}).items()]
        if apart is not None:
            made.keep_apart(apart)
        made.publish(written)
    return [folder / path.name for path in written]


def _write(
    results: Iterable[tuple[str, PatientResult]],
    folder: Path,
    formats: Sequence[ReportFormat],
    of_run: Sequence[RunFormat],
    facts: ReportFacts,
) -> list[Path]:
    tables = [folder / "recommendations.tsv", folder / "calls.tsv"]
    written: list[Path] = []
    patients: list[PatientResult] = []
    decided = ""
    whole = [folder / form.file for form in of_run]
    with (
        new_file(tables[1]) as calls,
        new_file(tables[0]) as advice,
        contextlib.ExitStack() as stack,
    ):
        adders = [
            stack.enter_context(form.write(stack.enter_context(new_file(path)), facts))
            for form, path in zip(of_run, whole, strict=True)
        ]
        calls.write(header(CALL_COLUMNS).encode("utf-8"))
        advice.write(header(RECOMMENDATION_COLUMNS).encode("utf-8"))
        for stem, result in results:
            calls.write(call_lines(result).encode("utf-8"))
            advice.write(recommendation_lines(result).encode("utf-8"))
            written += _write_sample(folder / stem, result, formats, facts)
            for add in adders:
                add(result)
            patients += [result] if result.context is not None else []
            decided += override_lines(result)
        written += _write_patients(folder, patients)
        if decided:
            text = header(OVERRIDE_COLUMNS) + decided
            written.append(write_file(folder / _OVERRIDES, text.encode("utf-8")))
    return written + whole + tables


def _write_patients(folder: Path, results: Sequence[PatientResult]) -> Iterator[Path]:
    """Write the effects of medicines, if a patient file lists any."""
    if not results:
        return
    changes = header(CONVERSION_COLUMNS) + "".join(map(conversion_lines, results))
    advice = header(RECOMMENDATION_COLUMNS) + "".join(map(adjusted_lines, results))
    yield write_file(folder / _CONVERSIONS, changes.encode("utf-8"))
    yield write_file(folder / _ADJUSTED, advice.encode("utf-8"))
    doses = "".join(map(dose_lines, results))
    if doses:
        yield write_file(folder / _DOSES, (header(DOSE_COLUMNS) + doses).encode("utf-8"))


def _write_sample(
    stem: Path, result: PatientResult, formats: Sequence[ReportFormat], facts: ReportFacts
) -> Iterator[Path]:
    for form in formats:
        data = form.render(result, facts)
        yield write_file(stem.with_name(f"{stem.name}{form.suffix}"), data)


def write_file(path: Path, data: bytes, *, is_private: bool = False) -> Path:
    """Write a file atomically: under a temporary name, then renamed; private until complete.

    With ``is_private`` it remains readable by its owner only.

    Raises
    ------
    OutputError
        Disk, permission or quota; no file is left behind.
    """
    with new_file(path, is_private=is_private) as handle:
        handle.write(data)
    return path


@contextlib.contextmanager
def new_file(path: Path, *, is_private: bool = False) -> Iterator[BinaryIO]:
    """Open a file under a temporary name; it is renamed if the block ends without an error.

    Raises
    ------
    OutputError
        Disk, permission or quota; no file is left behind, however the block ends.
    """
    temporary = temporary_path(path.parent)
    try:
        with temporary.open("xb") as handle:
            mode = stat.S_IMODE(os.fstat(handle.fileno()).st_mode)
            # other users must not read a patient's incomplete report
            os.fchmod(handle.fileno(), 0o600)
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
            os.fchmod(handle.fileno(), 0o600 if is_private else mode)
        os.replace(temporary, path)  # noqa: PTH105 (one atomic step is the point)
    except OSError as error:
        raise _output_error("cannot be written", path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def remove_temporaries(folder: Path, *, is_ours: bool = False) -> None:
    """Remove files of killed processes; the files of running ones stay.

    Whether a process on another machine is running is unknown: its files are removed if the caller
    states that no other process may write here (``is_ours``).

    Raises
    ------
    OutputError
        A file cannot be removed.
    """
    for name in _names_in(folder):
        if is_temporary(name) and (is_ours or is_left(name)):
            _remove(folder / name)


def _remove(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise _output_error("cannot be removed", path, error) from error


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir())
    except OSError as error:
        raise _output_error("cannot be read", folder, error) from error


def results_in(folder: Path) -> list[str]:
    """Return the names of the run results in a folder."""
    return [n for n in _names_in(folder) if n in _TABLES or _is_of_sample(n)]


def _listed(names: Sequence[str]) -> str:
    """List tables and count the rest: names of sample files are names of patients."""
    # sample names are patient names: an error message must not contain them
    tables = [name for name in names if name in _TABLES]
    others = len(names) - len(tables)
    return ", ".join([*tables, *([f"{others} files of samples"] if others else [])])


def _output_error(what: str, path: Path, error: OSError) -> OutputError:
    """Name the folder instead of a sample's file, whose name is that of a patient."""
    named = _is_of_sample(path.name) or is_temporary(path.name)
    return OutputError(
        f"{what}: {error.strerror or type(error).__name__}",
        where=str(path.parent if named else path),
        remedy="check folder, permissions and free space",
    )
