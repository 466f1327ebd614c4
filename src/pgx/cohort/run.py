"""A cohort run from its plan to its files: one part after another, then all together."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

import msgspec

from pgx.base.errors import InputError
from pgx.cohort.advising import CohortAdvice
from pgx.cohort.calling import GeneTable
from pgx.cohort.counting import render_multiqc
from pgx.cohort.parts import FolderParts, MemoryParts, Parts
from pgx.cohort.plan import CohortPlan
from pgx.cohort.reading import GroupedInput
from pgx.cohort.work import CohortWork, Inputs, refused_of
from pgx.reports.files import new_file

__all__ = ["CohortOutcome", "Progress", "do_parts", "parts_of", "write_cohort"]

SUMMARY_FILE: Final = "cohort.json"
MULTIQC_FILE: Final = "pgx_cohort_mqc.json"
_SMALL_BYTES: Final = 64 * 1024 * 1024
_SMALL_INPUTS: Final = 200


class Progress(Protocol):
    """Is told how far a run is."""

    def stage(self, what: str, total: int) -> None:
        """A stage begins: so many of what."""

    def done(self, n: int) -> None:
        """So many of the stage are done."""


class Silent:
    """Tells nobody."""

    def stage(self, what: str, total: int) -> None:
        """Say nothing."""

    def done(self, n: int) -> None:
        """Say nothing."""


@dataclass(slots=True)
class CohortOutcome:
    """What a run came to: its samples, the inputs that were refused, and hints."""

    n_samples: int = 0
    refused: list[InputError] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)


def parts_of(plan: CohortPlan, folder: Path) -> Parts:
    """Return where the parts of a run are kept: those of a small one need no disk."""
    size = sum(file.size for file in plan.inputs)
    streams = any(file.path == "-" for file in plan.inputs)  # cannot be read a second time
    if streams or (size <= _SMALL_BYTES and len(plan.inputs) <= _SMALL_INPUTS):
        return MemoryParts()
    return FolderParts(folder, plan)


def do_parts(work: CohortWork, parts: Parts, progress: Progress | None = None) -> None:
    """Do the parts of a plan that are not finished, one after another.

    Raises
    ------
    InputConflictError
        Two inputs disagree about one site of one sample.
    SampleNotFoundError, OutsideCallError
        What was asked for does not fit the inputs.
    """
    tell = progress or Silent()
    plan = work.plan
    tell.stage("inputs", len(plan.inputs))
    done = 0
    for number, own in enumerate(plan.reads):
        if not parts.has_read(number):
            parts.put_read(number, work.read([plan.inputs[i] for i in own]))
        done += len(own)
        tell.done(done)
    open_genes = [gene for gene in plan.genes if not parts.has_calls(gene)]
    if not open_genes:
        return
    samples = work.samples(parts.inputs({}))
    if not samples:
        return
    tell.stage("genes", len(plan.genes))
    evidence = work.evidence(_read(parts.inputs(work.genes)), samples) if work.infers else {}
    for gene in open_genes:
        inputs = _read(parts.inputs({gene: work.genes[gene]}))
        parts.put_calls(work.call(gene, inputs, samples, evidence))
        tell.done(len(plan.genes) - len(open_genes) + open_genes.index(gene) + 1)


def _read(inputs: Inputs) -> list[GroupedInput]:
    return [item for item in inputs if not isinstance(item, InputError)]


def write_cohort(
    work: CohortWork, parts: Parts, folder: Path, progress: Progress | None = None
) -> CohortOutcome:
    """Write the results of finished parts; nothing where every input was refused.

    Raises
    ------
    OutputError
        Disk, permission or quota; each file is complete or absent.
    """
    tell = progress or Silent()
    inputs = parts.inputs({})
    samples = work.samples(inputs)
    outcome = CohortOutcome(len(samples), refused_of(inputs), work.hints(inputs, samples))
    if samples:
        tables = [parts.calls(gene) for gene in work.plan.genes]
        outcome.files = _write(work, samples, tables, inputs, folder, tell)
    return outcome


def _write(
    work: CohortWork,
    samples: Sequence[str],
    tables: Sequence[GeneTable],
    inputs: Inputs,
    folder: Path,
    progress: Progress,
) -> list[Path]:
    from pgx.cohort.tables import advice_table, call_table, write_parquet, write_tsv

    advice = CohortAdvice(work.guidance, tables, work.settings.drugs or None)
    large = {"recommendations": advice_table(samples, advice), "calls": call_table(samples, tables)}
    writers: dict[str, Callable[[BinaryIO, Any], None]] = {
        "parquet": write_parquet, "tsv": write_tsv,
    }  # fmt: skip
    written: list[Path] = []
    progress.stage("tables", len(large) * len(work.plan.formats))
    with contextlib.ExitStack() as stack:
        for form in work.plan.formats:
            for name, table in large.items():
                path = folder / f"{name}.{form}"
                writers[form](stack.enter_context(new_file(path)), table)
                written.append(path)
                progress.done(len(written))
        texts = {
            MULTIQC_FILE: render_multiqc(len(samples), tables),
            SUMMARY_FILE: _summary(work, samples, inputs),
        }
        for name, text in texts.items():
            stack.enter_context(new_file(folder / name)).write(text)
            written.append(folder / name)
    return written


def _summary(work: CohortWork, samples: Sequence[str], inputs: Inputs) -> bytes:
    """Return what made the results, as JSON; no clock time and no sample's name."""
    tree = {
        "tool": "pgx",
        "version": work.plan.version,
        "knowledge_release": work.plan.knowledge_release,
        "knowledge_digest": work.plan.knowledge_digest,
        "settings": work.settings.as_provenance(),
        "n_samples": len(samples),
        "genes": list(work.plan.genes),
        "input": [_described(item) for item in inputs],
    }
    return msgspec.json.format(msgspec.json.encode(tree), indent=1) + b"\n"


def _described(item: GroupedInput | InputError) -> dict[str, object]:
    if isinstance(item, InputError):
        return {"refused": item.line()}
    return {
        "name": item.name,
        "sha256": item.sha256,
        "assembly": item.assembly.value,
        "n_samples": len(item.samples),
    }
