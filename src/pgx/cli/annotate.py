"""``pgx annotate``: from variants to calls, recommendations and one report per sample."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from msgspec.structs import replace

from pgx.base.texts import MAX_AGE_MONTHS
from pgx.cli.console import hint, say
from pgx.cli.issue_options import IssueOptions, issue_of, tell_without_order
from pgx.cli.options import (
    MANY_SAMPLES,
    Annex,
    Language,
    MaxAge,
    Overlay,
    Privacy,
    PrivacyOptions,
    Quiet,
    Release,
    overrides_of,
    patient_of,
    privacy_of,
    reads_of,
    run_app,
    single,
    tell_age,
)
from pgx.cli.progress import reading, tracked
from pgx.cli.run_options import EvidenceOptions, ScopeOptions, asked
from pgx.errors import InputError, UsageError, printable
from pgx.inputs.choices import names_of
from pgx.inputs.settings import RunSettings
from pgx.reports.files.formats import FORMAT_NAMES

if TYPE_CHECKING:
    from pgx.engine.annotate import Run
    from pgx.engine.plan import RunPlan
    from pgx.reads.sample import ReadsInput
    from pgx.reports.issue import ReportIssue

__all__ = ["annotate", "run"]

_REFUSED = 3


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(single(annotate, "annotate"), words, "pgx annotate")


class ReadsOptions(msgspec.Struct, frozen=True, kw_only=True):
    """A file of aligned reads and its options."""

    reads: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="indexed BAM or CRAM for calling copy number and hybrid genes",
        ),
    ] = None
    reads_normaliser: Annotated[
        Path | None,
        typer.Option(metavar="BED", help="two-copy regions for normalizing depth"),
    ] = None
    reference: Annotated[
        Path | None, typer.Option(metavar="FASTA", help="reference of a CRAM file")
    ] = None


class AnnotateOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of ``pgx annotate``."""

    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="folder for results")
    ]
    inputs: Annotated[
        list[str] | None,
        typer.Argument(metavar="INPUT...", help="VCF, gVCF or BCF files, or - for stdin"),
    ] = None
    reads: ReadsOptions
    scope: ScopeOptions
    patient: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="the patient: JSON, or a FHIR R4 Bundle"),
    ] = None
    kb: Release = None
    max_age: MaxAge = MAX_AGE_MONTHS
    kb_overlay: Overlay = None
    overrides: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="laboratory decisions: sample, gene or drug, says, by, date, reason",
        ),
    ] = None
    evidence: EvidenceOptions
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            help=f"{FORMAT_NAMES}; by default html and json, "
            f"but tsv for more than {MANY_SAMPLES} samples",
        ),
    ] = ""
    language: Language = "en"
    privacy: PrivacyOptions
    issue: IssueOptions
    annex: Annex = False
    force: Annotated[bool, typer.Option("--force", help="replace results in DIR")] = False
    quiet: Quiet = False
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="show what would be called and written, without writing"),
    ] = False
    threads: Annotated[
        int, typer.Option(min=1, help="accepted for compatibility; one thread is used")
    ] = 1

    def roles(self) -> dict[str, Path]:
        """Return the additional input files that affect a result, by role."""
        named = {
            "sample_info": self.scope.sample_info,
            "outside_calls": self.scope.outside_calls,
            "patient": self.patient,
            "overrides": self.overrides,
            "untyped": self.evidence.untyped,
        }
        return {role: path for role, path in named.items() if path is not None}

    def read(self) -> list[str | Path | None]:
        """Return the paths of all files that are read: inputs and additional files."""
        own = self.reads
        beside = (own.reads, own.reference, own.reads_normaliser, self.kb_overlay, self.kb)
        return [*(self.inputs or ()), *self.roles().values(), *beside, *self.issue.paths()]


@asked(AnnotateOptions)
def annotate(options: AnnotateOptions) -> int:
    """Call pharmacogenes in VCF, gVCF or BCF files and write the recommendations.

    Writes calls.tsv and recommendations.tsv, and SAMPLE.pgx.json and SAMPLE.pgx.html for each
    sample, into DIR.

    Examples:
      pgx annotate sample.g.vcf.gz -o results/

      pgx annotate chr*.vcf.gz -o results/ --assembly GRCh38 --absent reference

      pgx annotate sample.vcf.gz -o results/ --outside-calls hla.tsv --drugs abacavir,codeine

      pgx annotate sample.vcf.gz --reads sample.bam -o results/

      pgx annotate sample.vcf.gz -o results/ --laboratory lab.toml --order order.toml

      pgx annotate cohort.vcf.gz -o results/ --dry-run
    """
    from pgx.messages.catalogue import catalogue

    settings = options.evidence.settings(options.scope)
    own = options.reads
    reads = reads_of(own.reads, own.reference, own.reads_normaliser)
    if not options.inputs and reads is None:
        raise UsageError("no input", remedy="give VCF files, or a BAM or CRAM file with --reads")
    privacy = privacy_of(options.privacy, options.output, force=options.force)
    catalogue(options.language)
    if options.dry_run:
        return _dry_run(options, settings, reads)
    return _annotate(options, settings, reads, privacy)


def _annotate(
    options: AnnotateOptions, settings: RunSettings, reads: ReadsInput | None, privacy: Privacy
) -> int:
    from pgx.base.files import scratch_in

    issue = issue_of(options.issue, is_private=privacy.is_on)
    output, quiet = options.output, options.quiet
    read = [*options.read(), privacy.key_file]
    privacy.check_inputs(read)
    with _folder(output, force=options.force, inputs=read), scratch_in(output):
        done = _read(options, settings, reads)
        _report(done.refused, [] if quiet else done.hints)
        if not done.samples:
            return _REFUSED
        _check_issue(issue, done, quiet=quiet)
        written = _write(options, done, privacy, issue)
    if not quiet:
        tell_age(done.knowledge.release, options.max_age)
        say(f"{len(done.samples)} sample(s), {len(written)} files in {output}")
    return _REFUSED if done.refused else 0


def _read(options: AnnotateOptions, settings: RunSettings, reads: ReadsInput | None) -> Run:
    """Read the inputs and the additional files."""
    from pgx.engine.annotate import annotate as annotate_inputs
    from pgx.inputs.release import knowledge_of
    from pgx.inputs.side_files import read_outside_calls, read_sample_info

    inputs, scope = options.inputs or [], options.scope
    with reading(inputs, quiet=options.quiet):
        return annotate_inputs(
            inputs,
            settings,
            knowledge=knowledge_of(options.kb_overlay, options.kb),
            sample_info=read_sample_info(scope.sample_info) if scope.sample_info else None,
            outside=read_outside_calls(scope.outside_calls) if scope.outside_calls else (),
            patient=patient_of(options.patient),
            overrides=overrides_of(options.overrides),
            reads=reads,
            beside=options.roles(),
        )


def _write(options: AnnotateOptions, done: Run, privacy: Privacy, issue: ReportIssue) -> list[Path]:
    """Write tables and reports; return their paths."""
    from pgx.reports.content.deidentification import deidentified_all
    from pgx.reports.content.release_facts import NO_FACTS, facts_of
    from pgx.reports.files.formats import known_formats, known_run_formats
    from pgx.reports.files.output_folder import write_results

    quiet, n_samples = options.quiet, len(done.samples)
    wanted = _chosen_formats(options.formats, n_samples, quiet=quiet)
    forms, of_run = known_formats(wanted), known_run_formats(wanted)
    reads_facts = any(f.reads_facts for f in forms) or any(f.reads_facts for f in of_run)
    done.with_sites = bool(forms) or (n_samples == 1 and any(f.reads_sites for f in of_run))
    names = privacy.names(done.samples)
    facts = facts_of(done.knowledge) if reads_facts else NO_FACTS
    results = issue.stated_all(done.results())
    if privacy.is_on:
        results = deidentified_all(results, names)
    return write_results(
        tracked(results, n_samples, quiet=quiet),
        options.output,
        wanted,
        samples=names,
        facts=replace(
            issue.facts(facts),
            language=options.language,
            max_age=options.max_age,
            annex=options.annex,
        ),
        force=options.force,
        apart=privacy.table_of(done.samples),
        tell=hint,
    )


def _check_issue(issue: ReportIssue, done: Run, *, quiet: bool) -> None:
    """Check that orders, the earlier report and validated genes belong to this run.

    Raises
    ------
    OrderFileError, UsageError, LaboratoryFileError
        One of them does not.
    """
    from pgx.inputs.order_file import check_samples

    issue.check_genes(done.knowledge.genes)
    if issue.amends is not None and len(done.samples) > 1:
        raise UsageError(
            f"--amends is for one sample, and the input has {len(done.samples)}",
            remedy="choose it with --samples",
        )
    if issue.orders and not done.refused:  # otherwise the refused input is reported
        check_samples(issue.orders, done.input_samples)
    tell_without_order(issue, done.samples, quiet=quiet)


def _chosen_formats(formats: str, n_samples: int, *, quiet: bool) -> tuple[str, ...]:
    """Return the formats besides the tables; large cohorts get per-sample files only on request."""
    if not formats.strip() and n_samples > MANY_SAMPLES:
        if not quiet:
            say(f"hint: {n_samples} samples: tables only; --format html,json writes files of each")
        return ()
    return tuple(f for f in names_of(formats or "html,json") if f != "tsv")


@contextlib.contextmanager
def _folder(folder: Path, *, force: bool, inputs: Sequence[str | Path | None]) -> Iterator[None]:
    """Check the folder before the work; remove a folder created here that stays empty."""
    from pgx.reports.files.output_folder import check_folder

    is_new = not folder.exists()
    check_folder(folder, force=force, inputs=inputs, tell=hint)
    try:
        yield
    finally:
        if is_new:
            with contextlib.suppress(OSError):  # the folder holds results
                folder.rmdir()


def _report(refused: list[InputError], hints: list[str]) -> None:
    for error in refused:
        say(error.line())
    for text in hints:
        hint(text)


def _dry_run(options: AnnotateOptions, settings: RunSettings, reads: ReadsInput | None) -> int:
    """Print what a run would do; return the expected exit status, as far as known.

    Additional files are read and checked; the folder is checked but not created. Samples are
    counted, not named.

    Raises
    ------
    PgxError
        An error that would end the run before an input is read.
    """
    from pgx.inputs.release import knowledge_of
    from pgx.reports.files.output_folder import check_folder

    output = options.output
    if output.exists():
        check_folder(output, force=options.force, inputs=options.read(), is_dry=True)
    knowledge = knowledge_of(options.kb_overlay, options.kb)
    from pgx.engine.plan import plan

    found = plan(options.inputs or [], settings, knowledge=knowledge, reads=reads)
    outside = _outside_genes(options.scope)
    patient_of(options.patient)
    overrides_of(options.overrides)
    issue_of(options.issue, is_private=options.privacy.deidentify).check_genes(knowledge.genes)
    for error in found.refused:
        say(error.line())
    files = _files(options.formats, len(found.samples))
    if found.samples:
        lines = [*_read_lines(found), *_called_lines(found, outside)]
        lines += _written_lines(output, files)
        sys.stdout.writelines(f"{printable(line)}\n" for line in lines)
    return _REFUSED if found.refused else 0


def _outside_genes(scope: ScopeOptions) -> set[str]:
    """Return the genes of outside calls; the other tables are only checked for errors."""
    from pgx.inputs.side_files import read_outside_calls, read_sample_info

    if scope.sample_info:
        read_sample_info(scope.sample_info)
    return (
        {call.gene for call in read_outside_calls(scope.outside_calls) if not call.reason}
        if scope.outside_calls
        else set()
    )


def _files(formats: str, n_samples: int) -> list[str]:
    """Return the files of each format: one per sample, or one for all."""
    from pgx.reports.files.formats import known_formats, known_run_formats

    default = "tsv" if n_samples > MANY_SAMPLES else "html,json"
    names = tuple(name for name in names_of(formats or default) if name != "tsv")
    each = [f"{n_samples} file(s) SAMPLE{form.suffix}" for form in known_formats(names)]
    return each + [form.file for form in known_run_formats(names)]


def _read_lines(found: RunPlan) -> Iterator[str]:
    for item in found.inputs:
        yield f"would read {item.name}: {item.assembly}, {len(item.samples)} sample(s)"


def _called_lines(found: RunPlan, outside: set[str]) -> Iterator[str]:
    yield f"would call {len(found.samples)} sample(s)"
    yield f"from variants, {len(found.genes)} gene(s): {', '.join(found.genes) or 'none'}"
    if found.outside:
        given = [f"{gene} (given)" if gene in outside else gene for gene in found.outside]
        yield f"from outside calls only: {', '.join(given)}"
    yield f"would advise on {', '.join(found.drugs) or 'all drugs'}"


def _written_lines(output: Path, files: list[str]) -> Iterator[str]:
    for text in ("calls.tsv, recommendations.tsv", *files):
        yield f"would write into {output}: {text}"
    yield "nothing was written"
