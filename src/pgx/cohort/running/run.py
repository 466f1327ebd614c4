"""The parts of a cohort run in one process, one after another."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

from pgx.base.errors import InputError
from pgx.cohort.plan import CohortPlan
from pgx.cohort.reading import GroupedInput
from pgx.cohort.running.parts import FolderParts, MemoryParts, Parts
from pgx.cohort.work import CohortWork, Inputs

__all__ = ["Progress", "Silent", "do_parts", "parts_of"]

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
