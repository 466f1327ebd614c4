"""``pgx report``: the report of a saved result, without its input."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from pgx.base.files import file_digest
from pgx.base.texts import MAX_AGE_MONTHS, shown_name
from pgx.cli.console import say
from pgx.cli.options import (
    Annex,
    Deidentify,
    LaboratoryFile,
    Language,
    MaxAge,
    Overlay,
    PrivacyOptions,
    PseudonymKey,
    PseudonymTable,
    Quiet,
    Release,
    issued_by,
    patient_of,
    privacy_of,
    run_app,
    single,
    tell_age,
)
from pgx.errors import OutputError, UsageError
from pgx.reports.files.formats import FORMAT_ENDINGS, FORMATS, RUN_FORMATS

if TYPE_CHECKING:
    from pgx.knowledge.snapshot import KnowledgeBase
    from pgx.records.calls import PatientResult

__all__ = ["report", "run"]


Result = Annotated[
    Path, typer.Argument(metavar="RESULT.json", help="SAMPLE.pgx.json of pgx annotate")
]
Output = Annotated[
    Path,
    typer.Option("-o", "--output", metavar="FILE", help=", ".join(FORMAT_ENDINGS)),
]
Kind = Annotated[
    str,
    typer.Option(
        "--format",
        help=f"{', '.join([*FORMATS, *RUN_FORMATS])}; by default the ending",
    ),
]
Patient = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="the patient: JSON, or a FHIR R4 Bundle"),
]
Force = Annotated[bool, typer.Option("--force", help="replace FILE")]


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(single(report, "report"), words, "pgx report")


def report(
    result: Result,
    output: Output,
    kind: Kind = "",
    patient: Patient = None,
    language: Language = "en",
    kb: Release = None,
    max_age: MaxAge = MAX_AGE_MONTHS,
    kb_overlay: Overlay = None,
    laboratory: LaboratoryFile = None,
    annex: Annex = False,  # noqa: FBT002
    deidentify: Deidentify = False,  # noqa: FBT002
    pseudonym_key: PseudonymKey = None,
    pseudonym_table: PseudonymTable = None,
    force: Force = False,  # noqa: FBT002
    quiet: Quiet = False,  # noqa: FBT002
) -> int:
    """Write the report of a saved result.

    Nothing is called or looked up again: for that see pgx reinterpret. With --patient, what a
    patient's age, conditions and medicines make of it stands beside it, in place of the patient
    of the result if it has one. Doses are computed when the report is made.

    Examples:
      pgx report results/S1.pgx.json -o S1.html
      pgx report results/S1.pgx.json -o S1.fhir.json

      pgx report results/S1.pgx.json -o S1.pdf --laboratory laboratory.toml
      pgx report results/S1.pgx.json -o S1.html --language de

      pgx report results/S1.pgx.json -o S1.html --patient patient.json
    """
    from pgx.base.files import refuse_own_inputs, scratch_in
    from pgx.inputs.release import knowledge_of
    from pgx.messages.catalogue import catalogue
    from pgx.reports.content.deidentification import deidentified
    from pgx.reports.content.release_facts import NO_FACTS, facts_for
    from pgx.reports.files.formats import chosen_format, render_one
    from pgx.reports.files.output_folder import remove_temporaries
    from pgx.reports.result_json import read_result

    chosen, form = chosen_format(kind, output.name)
    named = PrivacyOptions(
        deidentify=deidentify, pseudonym_key=pseudonym_key, pseudonym_table=pseudonym_table
    )
    privacy = privacy_of(named, output, force=force)
    catalogue(language)
    knowledge = knowledge_of(kb_overlay, kb)
    saved = _with_patient(read_result(result), patient, knowledge)
    if output.exists() and not force:
        raise OutputError(
            "the file is there already", where=str(output), remedy="replace it with --force"
        )
    refuse_own_inputs([output], [result, patient, kb, kb_overlay, laboratory, pseudonym_key])
    shown = deidentified(saved, *privacy.names([saved.sample])) if privacy.is_on else saved
    facts = facts_for(saved, knowledge) if form.reads_facts else NO_FACTS
    shown_as = replace(
        issued_by(facts, laboratory), language=language, max_age=max_age, annex=annex
    )
    if output.parent.is_dir():
        remove_temporaries(output.parent)
    with scratch_in(output.parent):
        data = render_one(chosen, shown, shown_as)
    privacy.write_with(output, data, [saved.sample])
    if not quiet:
        tell_age(saved.provenance.knowledge_release, max_age)
    if form.reads_facts and not facts.drugs and not quiet:
        say(
            "hint: the result was made with another release of the knowledge base; guidelines are"
            " not linked"
        )
    return 0


def _with_patient(
    saved: PatientResult, path: Path | None, knowledge: KnowledgeBase
) -> PatientResult:
    """Return a result with the patient from a file; unchanged without a file.

    Raises
    ------
    UsageError
        Another release of the knowledge base made the result.
    """
    patient = patient_of(path)
    if patient is None:
        return saved
    from pgx.engine.personal import with_patient
    from pgx.inputs.release import is_of_release

    if not is_of_release(knowledge, saved):
        raise UsageError(
            "--patient is for results of the knowledge base at hand, and another release made this",
            remedy="make it anew with pgx reinterpret",
        )
    return _told_by(with_patient(saved, patient, knowledge), path)


def _told_by(result: PatientResult, path: Path | None) -> PatientResult:
    """Return a result whose provenance names the patient file added to it."""
    if path is None:
        return result
    made = result.provenance
    entry = {"name": shown_name(path.name), "role": "patient", "sha256": file_digest(path)}
    others = [own for own in made.input if own.get("role") != "patient"]
    files = tuple(sorted([*others, entry], key=_place))
    return replace(result, provenance=replace(made, input=files))


def _place(entry: dict[str, str]) -> tuple[bool, str]:
    """Return the sort key of files: variants, reads, then additional files by role."""
    role = entry.get("role", "")
    return role not in ("", "reads"), role
