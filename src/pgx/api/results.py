"""Results of samples: annotate and call, load, and write reports."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import msgspec

from pgx.api.arguments import (
    Base,
    Given,
    OutsideCalls,
    Paths,
    SampleTable,
    base_of,
    path_of,
    record_of,
    run_of,
)
from pgx.base.assemblies import Assembly
from pgx.errors import OutputError
from pgx.inputs.choices import Names, settings_of
from pgx.inputs.settings import Absent, Limits
from pgx.records.calls import Override, PatientResult
from pgx.records.patient import Patient

if TYPE_CHECKING:
    import polars as pl

    from pgx.reads.sample import ReadsInput

__all__ = ["annotate", "call", "load", "report"]


def annotate(
    paths: Paths,
    *,
    assembly: Assembly | str | None = None,
    genes: Names = (),
    drugs: Names = (),
    samples: Names = (),
    absent: Absent | str = Absent.NO_CALL,
    sample_info: SampleTable = None,
    outside: OutsideCalls = (),
    patient: Patient | str | Path | None = None,
    knowledge: Base = None,
    kb_overlay: str | Path | None = None,
    overrides: Sequence[Override] | str | Path = (),
    reads: str | Path | ReadsInput | None = None,
    **limits: Unpack[Limits],
) -> list[PatientResult]:
    """Call genes in VCF, gVCF, BCF or VCF Zarr and look up recommendations.

    Parameters
    ----------
    paths
        One file or several (different regions or different samples).
    assembly
        ``GRCh37`` (``hg19``) or ``GRCh38`` (``hg38``), if the header does not declare it.
    genes, drugs, samples
        Only these; all by default. ``"CYP2C19,CYP2D6"`` and ``["CYP2C19", "CYP2D6"]`` are equal.
    absent
        ``no-call`` or ``reference``: the meaning of a position without any record.
    sample_info
        Sex and population by sample name, or a table of them.
    outside
        Calls of other tools, or a file of them.
    patient
        A patient file, or the `pgx.patients.read.read_patient` record of one.
    knowledge
        The knowledge base, or a release's file or folder; the installed one by default.
    kb_overlay
        Folder of a laboratory's own genes and rules, applied to the knowledge base.
    overrides
        A laboratory's overrides of calls and recommendations: a file, or records.
    reads
        An indexed BAM or CRAM file of the single sample: CYP2D6 is called from it. ``paths`` may
        then be empty. A `pgx.reads.sample.ReadsInput` also names a CRAM file's reference.
    **limits
        ``min_gq``, ``min_dp``, ``untyped``, ``prior``, ``ancestry``, ``threshold`` and
        ``confidence``; see `pgx.inputs.settings.Limits`.

    Returns
    -------
    list of PatientResult
        One result per sample, in input order.

    Raises
    ------
    PgxError
        The first input that cannot be trusted, or an invalid argument; see `pgx.errors`.

    Examples
    --------
    >>> results = annotate("examples/patient.g.vcf", genes="CYP2C19")  # doctest: +SKIP
    """
    settings = settings_of(
        assembly=assembly,
        genes=genes,
        drugs=drugs,
        samples=samples,
        absent=absent,
        limits=limits,
    )
    given = Given(sample_info, outside, patient, overrides, reads)
    return list(run_of(paths, settings, base_of(knowledge, kb_overlay), given).results())


def call(
    paths: Paths,
    *,
    assembly: Assembly | str | None = None,
    genes: Names = (),
    samples: Names = (),
    absent: Absent | str = Absent.NO_CALL,
    sample_info: SampleTable = None,
    outside: OutsideCalls = (),
    knowledge: Base = None,
    kb_overlay: str | Path | None = None,
    reads: str | Path | ReadsInput | None = None,
    **limits: Unpack[Limits],
) -> pl.DataFrame:
    """Return the calls as a frame; arguments and errors are as in `annotate`.

    Returns
    -------
    polars.DataFrame
        One row per sample and gene: the columns of the table ``calls``, and ``evidence``, from
        which `pgx.recommend` gives the same recommendations as `annotate`.
    """
    from pgx.reports.tables.polars_frames import call_frame

    settings = settings_of(
        assembly=assembly,
        genes=genes,
        samples=samples,
        absent=absent,
        with_sites=False,
        limits=limits,
    )
    given = Given(sample_info, outside, reads=reads)
    run = run_of(paths, settings, base_of(knowledge, kb_overlay), given)
    return call_frame(list(run.calls()), with_sample=True)


def load(path: str | Path) -> PatientResult:
    """Return a saved result, ``SAMPLE.pgx.json`` of `pgx annotate`.

    Raises
    ------
    ResultFileError
        The file cannot be read, is not JSON, is of another schema, or contradicts itself.
    """
    from pgx.reports.result_json import read_result

    return read_result(path_of(path))


def report(
    result: PatientResult,
    path: str | Path,
    *,
    form: str = "",
    language: str = "en",
    knowledge: Base = None,
    kb_overlay: str | Path | None = None,
    laboratory: str | Path | None = None,
    annex: bool = False,
    order: str | Path | None = None,
    amends: str | Path | None = None,
    reason: str = "",
    status: str = "",
    force: bool = False,
) -> Path:
    """Write the report of a result and return its path.

    Parameters
    ----------
    result
        A result of `annotate` or `load`.
    path
        The output file. Its suffix determines the format: ``.html``, ``.json``, ``.fhir.json``,
        ``.full.fhir.json``, ``.pdf``, ``.xlsx``, ``.tsv``.
    form
        A format without a suffix of its own: ``pdf-patient``, ``pdf-card``, ``multiqc``.
    language
        ``en`` or ``de``.
    knowledge, kb_overlay
        The release that made the result; it provides the names of drugs and guidelines.
    laboratory
        File with letterhead, methods and validated genes of the issuing laboratory.
    annex
        The PDF report has an annex: evidence, all drugs, doses.
    order
        File of orders; the sample's identity is in PDF, HTML, FHIR and Excel reports only.
    amends, reason
        The saved result of the report that this one replaces, and why.
    status
        ``preliminary``, ``final``, ``amended`` or ``corrected``.
    force
        Replace an existing file.

    Raises
    ------
    UsageError
        The format or language is unknown, or an optional part is not installed.
    InputError
        The file of the laboratory, of the orders, or of the earlier result cannot be used.
    OutputError
        The file exists, or cannot be written.
    """
    from pgx.base.files import scratch_in
    from pgx.inputs.order_file import order_of
    from pgx.messages.catalogue import catalogue
    from pgx.reports.content.release_facts import NO_FACTS, facts_for
    from pgx.reports.files.formats import chosen_format, render_one
    from pgx.reports.files.output_folder import write_file
    from pgx.reports.issue import read_issue

    place, shown = path_of(path), record_of(result, PatientResult, "result")
    name, chosen = chosen_format(record_of(form, str, "form"), place.name)
    catalogue(record_of(language, str, "language"))
    if os.path.exists(place) and not force:  # noqa: PTH110 (says no of a name too long)
        raise OutputError(
            "the file is there already", where=str(place), remedy="replace it with force=True"
        )
    issue = read_issue(
        laboratory=None if laboratory is None else path_of(laboratory),
        order=None if order is None else path_of(order),
        amends=None if amends is None else path_of(amends),
        reason=record_of(reason, str, "reason"),
        status=record_of(status, str, "status"),
    )
    kb = base_of(knowledge, kb_overlay)
    issue.check_genes(kb.genes)
    if issue.orders:
        order_of(issue.orders, shown.sample)
    shown = issue.stated(shown)
    facts = facts_for(shown, kb) if chosen.reads_facts else NO_FACTS
    facts = msgspec.structs.replace(issue.facts(facts), language=language, annex=annex)
    with scratch_in(place.parent):
        return write_file(place, render_one(name, shown, facts))
