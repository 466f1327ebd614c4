"""``pgx annotate --dry-run``: what would be read, called and written; nothing is."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pgx.base.errors import printable
from pgx.cli.console import say
from pgx.cli.options import MANY_SAMPLES, SideFiles, overrides_of, patient_of
from pgx.pipeline.plan import RunPlan, plan
from pgx.pipeline.settings import RunSettings
from pgx.pipeline.words import names_of

__all__ = ["dry_run"]

_REFUSED = 3


def dry_run(
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
    from pgx.pipeline.local import knowledge_of
    from pgx.reports.files import check_folder

    if output.exists():
        check_folder(output, force=force, inputs=[*inputs, *beside.paths()], is_dry=True)
    knowledge = knowledge_of(beside.kb_overlay, beside.kb)
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
    from pgx.pipeline.side_files import read_outside_calls, read_sample_info

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
