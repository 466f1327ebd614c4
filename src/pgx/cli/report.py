"""``pgx report``: the report of a saved result, without its input."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from msgspec.structs import replace

from pgx.base.files import file_digest
from pgx.base.texts import MAX_AGE_MONTHS, shown_name
from pgx.cli.console import say
from pgx.cli.issue_options import IssueOptions, issue_of
from pgx.cli.options import (
    Annex,
    Language,
    MaxAge,
    Overlay,
    PrivacyOptions,
    Quiet,
    Release,
    patient_of,
    privacy_of,
    run_app,
    single,
    tell_age,
)
from pgx.cli.run_options import asked
from pgx.errors import OutputError, UsageError
from pgx.reports.files.formats import FORMAT_ENDINGS, FORMATS, RUN_FORMATS

if TYPE_CHECKING:
    from pgx.knowledge.snapshot import KnowledgeBase
    from pgx.records.calls import PatientResult

__all__ = ["report", "run"]


class ReportOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of ``pgx report``."""

    result: Annotated[
        Path, typer.Argument(metavar="RESULT.json", help="SAMPLE.pgx.json of pgx annotate")
    ]
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="FILE", help=", ".join(FORMAT_ENDINGS)),
    ]
    kind: Annotated[
        str,
        typer.Option(
            "--format",
            help=f"{', '.join([*FORMATS, *RUN_FORMATS])}; by default the ending",
        ),
    ] = ""
    patient: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="the patient: JSON, or a FHIR R4 Bundle"),
    ] = None
    language: Language = "en"
    kb: Release = None
    max_age: MaxAge = MAX_AGE_MONTHS
    kb_overlay: Overlay = None
    issue: IssueOptions
    annex: Annex = False
    privacy: PrivacyOptions
    force: Annotated[bool, typer.Option("--force", help="replace FILE")] = False
    quiet: Quiet = False

    def read(self) -> list[Path | None]:
        """Return the paths of all files that are read."""
        beside = (self.patient, self.kb, self.kb_overlay, self.privacy.pseudonym_key)
        return [self.result, *beside, *self.issue.paths()]


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(single(report, "report"), words, "pgx report")


@asked(ReportOptions)
def report(options: ReportOptions) -> int:
    """Write the report of a saved result.

    Genes are not called again and recommendations are not looked up again; see pgx reinterpret for
    that. With --patient, the report also considers the patient's age, conditions and medicines, in
    place of any patient in the result. Doses are computed when the report is written.

    Examples:
      pgx report results/S1.pgx.json -o S1.html
      pgx report results/S1.pgx.json -o S1.fhir.json

      pgx report results/S1.pgx.json -o S1.pdf --laboratory laboratory.toml
      pgx report results/S1.pgx.json -o S1.html --language de

      pgx report results/S1.pgx.json -o S1.html --patient patient.json

      pgx report new/S1.pgx.json -o S1.pdf --amends old/S1.pgx.json --reason "second method"
    """
    from pgx.base.files import refuse_own_inputs, scratch_in
    from pgx.inputs.order_file import order_of
    from pgx.inputs.release import knowledge_of
    from pgx.messages.catalogue import catalogue
    from pgx.reports.content.deidentification import deidentified
    from pgx.reports.content.release_facts import NO_FACTS, facts_for
    from pgx.reports.files.formats import chosen_format, render_one
    from pgx.reports.files.output_folder import remove_temporaries
    from pgx.reports.result_json import read_result

    output, saved_at = options.output, options.result
    chosen, form = chosen_format(options.kind, output.name)
    privacy = privacy_of(options.privacy, output, force=options.force)
    issue = issue_of(options.issue, is_private=privacy.is_on)
    catalogue(options.language)
    knowledge = knowledge_of(options.kb_overlay, options.kb)
    issue.check_genes(knowledge.genes)
    saved = _with_patient(read_result(saved_at), options.patient, knowledge)
    if issue.orders:
        order_of(issue.orders, saved.sample)
    saved = issue.stated(saved)
    if output.exists() and not options.force:
        raise OutputError(
            "the file is there already", where=str(output), remedy="replace it with --force"
        )
    refuse_own_inputs([output], options.read())
    shown = deidentified(saved, *privacy.names([saved.sample])) if privacy.is_on else saved
    facts = facts_for(saved, knowledge) if form.reads_facts else NO_FACTS
    shown_as = replace(
        issue.facts(facts),
        language=options.language,
        max_age=options.max_age,
        annex=options.annex,
    )
    if output.parent.is_dir():
        remove_temporaries(output.parent)
    with scratch_in(output.parent):
        data = render_one(chosen, shown, shown_as)
    privacy.write_with(output, data, [saved.sample])
    if not options.quiet:
        tell_age(saved.provenance.knowledge_release, options.max_age)
    if form.reads_facts and not facts.drugs and not options.quiet:
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
