"""Reproduce a saved result: find its inputs by digest, call again and compare.

A saved result records the release, the settings and the SHA-256 of every file it was made from.
The comparison ignores file names, and the version and digests of the program and the shipped
data, because these only explain a difference. It ignores the intended use, which a laboratory
declares and no input gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from pgx.base.assemblies import Assembly
from pgx.base.files import file_digest
from pgx.engine.annotate import Run, annotate
from pgx.errors import InputError, KnowledgeError, ResultFileError
from pgx.inputs.settings import RunSettings
from pgx.inputs.side_files import read_outside_calls, read_overrides, read_sample_info, read_untyped
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.patients.read import read_patient
from pgx.reads.sample import ReadsInput
from pgx.records.calls import PatientResult, Provenance

__all__ = [
    "Difference",
    "check_release",
    "derived",
    "differences",
    "found_files",
]

_READS: Final = "reads"
_NOT_COMPARED: Final = frozenset(
    {"version", "code_digest", "data_digest", "intended_use", "validated_genes"}
)
_LONGEST: Final = 60
_LABELS: Final = ("gene", "drug", "source", "population", "position", "role", "name")
"""Fields that identify a record of a list in the path of a difference."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One value that differs; ``where`` is its path in the result's JSON."""

    where: str
    saved: str
    derived: str


def check_release(made: Provenance, knowledge: KnowledgeBase) -> None:
    """Refuse a release, or a laboratory's folder, other than the one that made a result.

    Raises
    ------
    KnowledgeError
        The release or folder is another one.
    """
    if made.knowledge_digest != knowledge.manifest.digest:
        raise KnowledgeError(
            f"the result was made with release {made.knowledge_release}, "
            f"this is {knowledge.release}",
            remedy="name that release, its folder or file, with --kb",
        )
    own = knowledge.overlay.info if knowledge.overlay else None
    if made.overlay != own:
        raise KnowledgeError(
            "the result was made with another laboratory's folder, or without one",
            remedy="give the same folder with --kb-overlay",
        )


def found_files(made: Provenance, places: Sequence[Path]) -> list[Path]:
    """Return a file for each input of a result, in order, found by its SHA-256.

    ``places`` are files, or folders that are searched for files with the names of the inputs.
    Aligned reads are found by name: their digest covers only the data read near the genes.

    Raises
    ------
    InputError
        A file is missing, or was read from a pipe, which cannot be read again.
    """
    return [_found(entry, places) for entry in made.input]


def _found(entry: dict[str, str], places: Sequence[Path]) -> Path:
    name, wanted = entry.get("name", ""), entry.get("sha256", "")
    if not wanted:
        raise InputError(
            "the result was made from a pipe, which cannot be read again",
            where=name,
            remedy="annotate files, if results are to be verified",
        )
    for path in places:
        # the name comes from a saved result: without its folders, it cannot lead out of this one
        file = path / Path(name).name if path.is_dir() else path
        is_it = file.name == name if entry.get("role") == _READS else file_digest(file) == wanted
        if is_it and file.is_file():
            return file
    raise InputError(
        f"no file with the SHA-256 {wanted[:12]}… of this input was found",
        where=name,
        remedy="give its path behind that of the result",
    )


def derived(saved: PatientResult, files: Sequence[Path], knowledge: KnowledgeBase) -> PatientResult:
    """Return the result that the inputs of a saved result give now.

    Parameters
    ----------
    saved
        The saved result.
    files
        A file for each entry of its provenance's ``input``, in order.
    knowledge
        The release that it was made with.

    Raises
    ------
    PgxError
        See `pgx.engine.annotate.annotate`; `ResultFileError` if the sample is not in the
        inputs.
    """
    made = saved.provenance
    roles: dict[str, Path] = {
        entry["role"]: path
        for entry, path in zip(made.input, files, strict=True)
        if entry.get("role")
    }
    variants = [
        path for entry, path in zip(made.input, files, strict=True) if not entry.get("role")
    ]
    run = _run(saved, variants, roles, knowledge)
    for result in run.results():
        return result
    if run.refused:
        raise run.refused[0]
    raise ResultFileError("the sample of the result is in none of its inputs")


def _run(
    saved: PatientResult, variants: list[Path], roles: dict[str, Path], knowledge: KnowledgeBase
) -> Run:
    info, calls, patient = (roles.get(r) for r in ("sample_info", "outside_calls", "patient"))
    decisions, reads = roles.get("overrides"), roles.pop(_READS, None)
    return annotate(
        variants,
        settings_of(saved, roles.get("untyped")),
        knowledge=knowledge,
        sample_info=read_sample_info(info) if info else None,
        outside=read_outside_calls(calls) if calls else (),
        patient=read_patient(patient) if patient else None,
        overrides=read_overrides(decisions) if decisions else (),
        reads=ReadsInput(reads) if reads else None,
        beside=roles,
    )


def settings_of(saved: PatientResult, untyped: Path | None = None) -> RunSettings:
    """Return the settings recorded in a result's provenance, for its sample alone.

    Raises
    ------
    ResultFileError
        The provenance lacks a setting, or a value is invalid.
    """
    try:
        return msgspec.structs.replace(
            RunSettings.from_provenance(saved.provenance.settings),
            assembly=_assembly(saved.provenance.assembly),
            samples=(saved.sample,),
            untyped=read_untyped(untyped) if untyped else frozenset(),
        )
    except (KeyError, ValueError) as error:
        raise ResultFileError(
            "the settings of the result are not complete", remedy="annotate again"
        ) from error


def _assembly(text: str) -> Assembly | None:
    """Return the assembly of the inputs; None if there were two: each header then decides."""
    return Assembly(text) if text and "/" not in text else None


def differences(saved: bytes, again: bytes) -> list[Difference]:
    """Return the differences between two results given as JSON; empty if they agree."""
    return list(_unlike("", _compared(saved), _compared(again)))


def _compared(data: bytes) -> Any:  # noqa: ANN401 - any JSON
    tree = msgspec.json.decode(data)
    made = tree["provenance"]
    tree["provenance"] = {name: made[name] for name in made if name not in _NOT_COMPARED}
    tree["provenance"]["input"] = [{**entry, "name": ""} for entry in made["input"]]
    return tree


def _unlike(where: str, saved: Any, again: Any) -> Iterator[Difference]:  # noqa: ANN401 - any JSON
    if isinstance(saved, dict) and isinstance(again, dict):
        for name in dict.fromkeys([*saved, *again]):
            place = f"{where}.{name}" if where else name
            yield from _unlike(place, saved.get(name), again.get(name))
    elif isinstance(saved, list) and isinstance(again, list) and len(saved) == len(again):
        for number, (one, other) in enumerate(zip(saved, again, strict=True)):
            yield from _unlike(f"{where}[{_label(one, number)}]", one, other)
    # 1 equals 1.0 and True in Python, but not in JSON
    elif saved != again or type(saved) is not type(again):
        yield Difference(where=where, saved=_short(saved), derived=_short(again))


def _label(record: object, number: int) -> str:
    if not isinstance(record, dict):
        return str(number)
    named: Iterable[object] = (record.get(name) for name in _LABELS)
    return " ".join(text for text in named if isinstance(text, str) and text) or str(number)


def _short(value: object) -> str:
    if isinstance(value, list):
        return f"{len(value)} items"
    text = msgspec.json.encode(value).decode("utf-8")
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
