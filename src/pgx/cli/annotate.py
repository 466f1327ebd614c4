"""``pgx annotate``: variants in; calls, recommendations and a report a sample out."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from msgspec.structs import replace

from pgx.base.texts import MAX_AGE_MONTHS
from pgx.cli.console import hint, say
from pgx.cli.options import (
    MANY_SAMPLES,
    LaboratoryFile,
    Language,
    MaxAge,
    OutsideCalls,
    Overlay,
    Release,
    SideFiles,
    issued_by,
    overrides_of,
    patient_of,
    reads_of,
    run_app,
    single,
    tell_age,
)
from pgx.cli.private import Deidentify, Privacy, PseudonymKey, PseudonymTable, privacy_of
from pgx.cli.progress import reading, tracked
from pgx.errors import InputError, UsageError, printable
from pgx.inputs.settings import MOST, RunSettings, names_of, settings_of

if TYPE_CHECKING:
    from pgx.engine.plan import RunPlan

__all__ = ["annotate", "run"]

_REFUSED = 3


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(single(annotate, "annotate"), words, "pgx annotate")


def annotate(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="folder for results")
    ],
    inputs: Annotated[
        list[str] | None,
        typer.Argument(metavar="INPUT...", help="VCF, gVCF or BCF files, or - for stdin"),
    ] = None,
    reads: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="indexed BAM or CRAM, from which gene copies and hybrids are called",
        ),
    ] = None,
    reads_normaliser: Annotated[
        Path | None,
        typer.Option(metavar="BED", help="regions of two copies that depth is compared with"),
    ] = None,
    reference: Annotated[
        Path | None, typer.Option(metavar="FASTA", help="reference of a CRAM file")
    ] = None,
    assembly: Annotated[
        str | None, typer.Option(help="GRCh37 or GRCh38, where the header does not say")
    ] = None,
    genes: Annotated[str, typer.Option(help="only these genes, comma-separated")] = "",
    drugs: Annotated[str, typer.Option(help="only these drugs, comma-separated")] = "",
    samples: Annotated[str, typer.Option(help="only these samples, comma-separated")] = "",
    sample_info: Annotated[
        Path | None, typer.Option(metavar="TSV", help="sample, sex, population, superpopulation")
    ] = None,
    outside_calls: OutsideCalls = None,
    patient: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="the patient: JSON, or a FHIR R4 Bundle"),
    ] = None,
    kb: Release = None,
    max_age: MaxAge = MAX_AGE_MONTHS,
    kb_overlay: Overlay = None,
    overrides: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="sample, gene or drug, says, by, date, reason"),
    ] = None,
    absent: Annotated[
        str, typer.Option(help="what a position without any record means: no-call or reference")
    ] = "no-call",
    untyped: Annotated[
        Path | None, typer.Option(metavar="TSV", help="contig, pos that the call set cannot type")
    ] = None,
    prior: Annotated[
        str, typer.Option(help="what open diplotypes are weighed with: population or none")
    ] = "population",
    ancestry: Annotated[
        str, typer.Option(help="average, inferred, recorded, or AFR, AMR, EAS, EUR, SAS")
    ] = "average",
    threshold: Annotated[
        float, typer.Option(min=0.5, max=1.0, help="probability from which a call counts as made")
    ] = 0.95,
    confidence: Annotated[
        float,
        typer.Option(metavar="C", help="probability from which advice is certain, 0.5 to 1"),
    ] = 0.99,
    min_gq: Annotated[
        int, typer.Option(min=0, max=MOST, help="genotype quality below it: unknown")
    ] = 20,
    min_dp: Annotated[int, typer.Option(min=0, max=MOST, help="read depth below it: unknown")] = 8,
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            help="html,json,fhir,pdf,pdf-patient,pdf-card (tables are always written), xlsx, "
            "matrix, multiqc, or tsv alone; "
            f"by default both, but tsv for more than {MANY_SAMPLES} samples",
        ),
    ] = "",
    language: Language = "en",
    deidentify: Deidentify = False,  # noqa: FBT002
    pseudonym_key: PseudonymKey = None,
    pseudonym_table: PseudonymTable = None,
    laboratory: LaboratoryFile = None,
    force: Annotated[bool, typer.Option("--force", help="replace results in DIR")] = False,  # noqa: FBT002
    quiet: Annotated[bool, typer.Option("--quiet", help="only errors on stderr")] = False,  # noqa: FBT002
    dry_run: Annotated[  # noqa: FBT002
        bool, typer.Option("--dry-run", help="say what would be called and written; write nothing")
    ] = False,
    threads: Annotated[int, typer.Option(min=1, help="accepted for all commands; one is used")] = 1,
) -> int:
    """Call pharmacogenes in VCF, gVCF or BCF files and write the therapy advice.

    Writes calls.tsv and recommendations.tsv, and SAMPLE.pgx.json and SAMPLE.pgx.html for each
    sample, into DIR.

    Examples:
      pgx annotate sample.g.vcf.gz -o results/

      pgx annotate chr*.vcf.gz -o results/ --assembly GRCh38 --absent reference

      pgx annotate sample.vcf.gz -o results/ --outside-calls hla.tsv --drugs abacavir,codeine

      pgx annotate sample.vcf.gz --reads sample.bam -o results/

      pgx annotate cohort.vcf.gz -o results/ --dry-run
    """
    del threads
    from pgx.messages.catalogue import catalogue

    settings = settings_of(
        assembly=assembly,
        genes=genes,
        drugs=drugs,
        samples=samples,
        absent=absent,
        limits={
            "min_gq": min_gq,
            "min_dp": min_dp,
            "untyped": untyped,
            "prior": prior,
            "ancestry": ancestry,
            "threshold": threshold,
            "confidence": confidence,
        },
    )
    given = reads_of(reads, reference, reads_normaliser)
    if not inputs and given is None:
        raise UsageError("no input", remedy="give VCF files, or a BAM or CRAM file with --reads")
    inputs = inputs or []
    beside = SideFiles(
        sample_info, outside_calls, patient, kb_overlay, overrides, laboratory, given, untyped, kb
    )
    privacy = privacy_of(deidentify, pseudonym_key, pseudonym_table, output, force)
    catalogue(language)
    if dry_run:
        return _dry_run(inputs, output, settings, beside, formats, force=force)
    wanted = _Reports(formats, language, max_age)
    return _annotate(inputs, output, settings, beside, privacy, wanted, force, quiet)


class _Reports(NamedTuple):
    """Files of each sample: formats as they were asked for, and how reports are made."""

    formats: str
    language: str
    max_age: int


def _annotate(
    inputs: list[str],
    output: Path,
    settings: RunSettings,
    beside: SideFiles,
    privacy: Privacy,
    reports: _Reports,
    force: bool,  # noqa: FBT001
    quiet: bool,  # noqa: FBT001
) -> int:
    from pgx.base.files import scratch_in
    from pgx.engine.annotate import annotate as annotate_inputs
    from pgx.inputs.release import knowledge_of
    from pgx.inputs.side_files import read_outside_calls, read_sample_info
    from pgx.reports.deidentify import deidentified_all
    from pgx.reports.facts import NO_FACTS, facts_of
    from pgx.reports.files import write_results
    from pgx.reports.formats import known_formats, known_run_formats

    issued = issued_by(NO_FACTS, beside.laboratory)
    read = [*inputs, *beside.paths(), privacy.key_file]
    privacy.check_inputs(read)
    with _folder(output, force=force, inputs=read), scratch_in(output):
        with reading(inputs, quiet=quiet):
            done = annotate_inputs(
                inputs,
                settings,
                knowledge=knowledge_of(beside.kb_overlay, beside.kb),
                sample_info=read_sample_info(beside.sample_info) if beside.sample_info else None,
                outside=read_outside_calls(beside.outside_calls) if beside.outside_calls else (),
                patient=patient_of(beside.patient),
                overrides=overrides_of(beside.overrides),
                reads=beside.reads,
                beside=beside.roles(),
            )
        _report(done.refused, [] if quiet else done.hints)
        if not done.samples:
            return _REFUSED
        wanted = _chosen_formats(reports.formats, len(done.samples), quiet=quiet)
        forms, of_run = known_formats(wanted), known_run_formats(wanted)
        reads_facts = any(f.reads_facts for f in forms) or any(f.reads_facts for f in of_run)
        is_one = len(done.samples) == 1
        done.with_sites = bool(forms) or (is_one and any(f.reads_sites for f in of_run))
        names = privacy.names(done.samples)
        facts = facts_of(done.knowledge) if reads_facts else NO_FACTS
        results = done.results()
        if privacy.is_on:
            results = deidentified_all(results, names)
        written = write_results(
            tracked(results, len(done.samples), quiet=quiet),
            output,
            wanted,
            samples=names,
            facts=replace(
                facts,
                laboratory=issued.laboratory,
                language=reports.language,
                max_age=reports.max_age,
            ),
            force=force,
            apart=privacy.table_of(done.samples),
            tell=hint,
        )
    if not quiet:
        tell_age(done.knowledge.release, reports.max_age)
        say(f"{len(done.samples)} sample(s), {len(written)} files in {output}")
    return _REFUSED if done.refused else 0


def _chosen_formats(formats: str, n_samples: int, *, quiet: bool) -> tuple[str, ...]:
    """Return the formats besides the tables; files of each of very many only where asked for."""
    if not formats.strip() and n_samples > MANY_SAMPLES:
        if not quiet:
            say(f"hint: {n_samples} samples: tables only; --format html,json writes files of each")
        return ()
    return tuple(f for f in names_of(formats or "html,json") if f != "tsv")


@contextlib.contextmanager
def _folder(folder: Path, *, force: bool, inputs: Sequence[str | Path | None]) -> Iterator[None]:
    """Check the folder before the work; one that was made for nothing goes again."""
    from pgx.reports.files import check_folder

    is_new = not folder.exists()
    check_folder(folder, force=force, inputs=inputs, tell=hint)
    try:
        yield
    finally:
        if is_new:
            with contextlib.suppress(OSError):  # it holds results
                folder.rmdir()


def _report(refused: list[InputError], hints: list[str]) -> None:
    for error in refused:
        say(error.line())
    for text in hints:
        hint(text)


def _dry_run(
    inputs: Sequence[str],
    output: Path,
    settings: RunSettings,
    beside: SideFiles,
    formats: str,
    *,
    force: bool,
) -> int:
    """Print what a run would do; return the exit status that it would have, as far as is known.

    Files beside the inputs are read and checked, and so is the folder, which is not made.
    Samples are counted, not named.

    Raises
    ------
    PgxError
        What would end the run before an input is read.
    """
    from pgx.inputs.release import knowledge_of
    from pgx.reports.files import check_folder

    if output.exists():
        check_folder(output, force=force, inputs=[*inputs, *beside.paths()], is_dry=True)
    knowledge = knowledge_of(beside.kb_overlay, beside.kb)
    from pgx.engine.plan import plan

    found = plan(inputs, settings, knowledge=knowledge, reads=beside.reads)
    outside = _outside_genes(beside)
    patient_of(beside.patient)
    overrides_of(beside.overrides)
    for error in found.refused:
        say(error.line())
    files = _files(formats, len(found.samples))
    if found.samples:
        lines = [*_read_lines(found), *_called_lines(found, outside)]
        lines += _written_lines(output, files)
        sys.stdout.writelines(f"{printable(line)}\n" for line in lines)
    return _REFUSED if found.refused else 0


def _outside_genes(beside: SideFiles) -> set[str]:
    """Return the genes of outside calls; the other tables are read for their faults alone."""
    from pgx.inputs.side_files import read_outside_calls, read_sample_info

    if beside.sample_info:
        read_sample_info(beside.sample_info)
    return (
        {call.gene for call in read_outside_calls(beside.outside_calls) if not call.reason}
        if (beside.outside_calls)
        else set()
    )


def _files(formats: str, n_samples: int) -> list[str]:
    """Return what each format writes: a file a sample, or one for all."""
    from pgx.reports.formats import known_formats, known_run_formats

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
