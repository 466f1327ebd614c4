"""Interpret arguments of the Python interface: paths, records or files of them, a release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pgx.errors import UsageError
from pgx.inputs.release import knowledge_of
from pgx.inputs.settings import RunSettings, SampleInfo
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import OutsideCall
from pgx.records.calls import Override
from pgx.records.patient import Patient

if TYPE_CHECKING:
    from pgx.engine.annotate import Run
    from pgx.reads.sample import ReadsInput

__all__ = [
    "Base",
    "Given",
    "OutsideCalls",
    "Paths",
    "SampleTable",
    "base_of",
    "path_of",
    "paths_of",
    "record_of",
    "run_of",
    "sample_info_of",
]

Paths = str | Path | Sequence[str | Path]
SampleTable = Mapping[str, SampleInfo] | str | Path | None
OutsideCalls = Sequence[OutsideCall] | str | Path
Base = KnowledgeBase | str | Path | None
_Record = TypeVar("_Record")


class Given(NamedTuple):
    """Additional data, as records or as files of them."""

    sample_info: SampleTable = None
    outside: OutsideCalls = ()
    patient: Patient | str | Path | None = None
    overrides: Sequence[Override] | str | Path = ()
    reads: str | Path | ReadsInput | None = None


def run_of(paths: Paths, settings: RunSettings, knowledge: KnowledgeBase, given: Given) -> Run:
    """Return the run of some inputs; an input that cannot be used raises an error.

    Raises
    ------
    PgxError
        An argument is invalid, or an input is refused.
    """
    from pgx.engine.annotate import annotate

    run = annotate(
        [] if given.reads is not None and not paths else paths_of(paths),
        settings,
        knowledge=knowledge,
        sample_info=sample_info_of(given.sample_info),
        outside=_outside_of(given.outside),
        patient=_patient_of(given.patient),
        overrides=_overrides_of(given.overrides),
        reads=_reads_of(given.reads),
    )
    # unlike the command, Python callers get the first refused input as an exception
    if run.refused:
        raise run.refused[0]
    return run


def paths_of(paths: Paths) -> list[str | Path]:
    """Return one or several paths as a list.

    Raises
    ------
    UsageError
        The list is empty, or an item is not a path.
    """
    given = [paths] if isinstance(paths, str | Path) else paths
    is_list = isinstance(given, Sequence) and len(given) > 0
    if not is_list or not all(isinstance(path, str | Path) for path in given):
        raise UsageError("paths are one path or several", remedy="see help(pgx.annotate)")
    return [path_of(path) if isinstance(path, Path) else str(_whole(path)) for path in given]


def _whole(path: str) -> str:
    """Refuse a path with a null character, which no file name can contain."""
    # opening such a path would raise a bare ValueError
    if "\0" in str(path):
        raise UsageError("a path has a null character")
    return path


def path_of(given: str | Path) -> Path:
    """Return a path.

    Raises
    ------
    UsageError
        It is not a path.
    """
    if not isinstance(given, str | Path):
        raise UsageError(f"a path is needed, not a {type(given).__name__}")
    return Path(_whole(str(given)))


def base_of(knowledge: Base, kb_overlay: str | Path | None = None) -> KnowledgeBase:
    """Return the knowledge base given by the arguments, the installed one by default.

    Raises
    ------
    UsageError
        They are neither paths nor a knowledge base.
    KnowledgeError, OverlayError
        See `pgx.inputs.release.knowledge_of`.
    """
    overlay = None if kb_overlay is None else path_of(kb_overlay)
    if knowledge is None or isinstance(knowledge, KnowledgeBase):
        return knowledge_of(overlay, knowledge)
    return knowledge_of(overlay, path_of(knowledge))


def record_of(given: object, kind: type[_Record], what: str) -> _Record:
    """Return an argument that must be a record.

    Raises
    ------
    UsageError
        It has another type.
    """
    if not isinstance(given, kind):
        raise UsageError(f"{what} is a {type(given).__name__}, not a {kind.__name__}")
    return given


def _records_of(given: Iterable[object], kind: type[_Record], what: str) -> list[_Record]:
    items = given if isinstance(given, Iterable) else (given,)
    return [record_of(item, kind, what) for item in items]


def sample_info_of(given: SampleTable) -> Mapping[str, SampleInfo] | None:
    """Return sex and population by sample name.

    Raises
    ------
    UsageError
        Neither a file nor such a mapping.
    InputError
        The file cannot be used.
    """
    if isinstance(given, str | Path):
        from pgx.inputs.side_files import read_sample_info

        return read_sample_info(Path(given))
    for info in () if given is None else record_of(given, dict, "sample_info").values():
        record_of(info, SampleInfo, "sample_info")
    return given


def _outside_of(given: OutsideCalls) -> Sequence[OutsideCall]:
    if isinstance(given, str | Path):
        from pgx.inputs.side_files import read_outside_calls

        return read_outside_calls(Path(given))
    return _records_of(given, OutsideCall, "an outside call")


def _patient_of(given: Patient | str | Path | None) -> Patient | None:
    if isinstance(given, str | Path):
        from pgx.patients.read import read_patient

        return read_patient(Path(given))
    return None if given is None else record_of(given, Patient, "patient")


def _overrides_of(given: Sequence[Override] | str | Path) -> Sequence[Override]:
    if isinstance(given, str | Path):
        from pgx.inputs.side_files import read_overrides

        return read_overrides(Path(given))
    return _records_of(given, Override, "an override")


def _reads_of(given: str | Path | ReadsInput | None) -> ReadsInput | None:
    if given is None:
        return None
    from pgx.reads.sample import ReadsInput

    return (
        ReadsInput(given)
        if isinstance(given, str | Path)
        else record_of(given, ReadsInput, "reads")
    )
