"""The parts of a cohort run in one process, one after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

from pgx.engine.plan import CohortPlan
from pgx.engine.running.parts import FolderParts, MemoryParts, Parts
from pgx.engine.running.steps import Steps
from pgx.engine.work import CohortWork

__all__ = ["Progress", "Silent", "do_parts", "parts_of"]

_SMALL_BYTES: Final = 64 * 1024 * 1024
_SMALL_INPUTS: Final = 200


class Progress(Protocol):
    """Is told how far a run is."""

    def stage(self, what: str, total: int) -> None:
        """A stage begins: so many of what."""

    def done(self, n: int) -> None:
        """So many of the stage are done."""

    def note(self, text: str) -> None:
        """Something that a user should know while the run lasts, such as what is waited for."""


class Silent:
    """Tells nobody."""

    def stage(self, what: str, total: int) -> None:
        """Say nothing."""

    def done(self, n: int) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""


def parts_of(plan: CohortPlan, folder: Path) -> Parts:
    """Return where the parts of a run are kept: those of a small one need no disk."""
    size = sum(file.size for file in plan.inputs)
    if any(file.path == "-" for file in plan.inputs):  # cannot be read a second time
        return MemoryParts()
    is_remote = any(file.is_remote for file in plan.inputs)  # of a size that nobody knows
    if is_remote or size > _SMALL_BYTES or len(plan.inputs) > _SMALL_INPUTS:
        return FolderParts(folder, plan)
    return MemoryParts()


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
    steps = Steps(work, parts)
    _read_open(steps, tell)
    genes = [gene for gene in work.plan.genes if not parts.has_calls(gene)]
    if not genes or not steps.samples:
        return
    open_weights = [gene for gene in steps.weighed if not parts.has_evidence(gene)]
    _each("genes weighed", open_weights, steps.weigh, tell)
    _each("genes", genes, steps.call, tell)


def _read_open(steps: Steps, tell: Progress) -> None:
    reads = steps.plan.reads
    numbers = [number for number in range(len(reads)) if not steps.parts.has_read(number)]
    tell.stage("inputs", sum(len(reads[number]) for number in numbers))
    done = 0
    for number in numbers:
        steps.read(number)
        done += len(reads[number])
        tell.done(done)


def _each(what: str, genes: Sequence[str], do: Callable[[str], None], tell: Progress) -> None:
    if genes:
        tell.stage(what, len(genes))
    for done, gene in enumerate(genes, 1):
        do(gene)
        tell.done(done)
