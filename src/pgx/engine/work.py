"""The parts of a run: what each does, in which order they run, and who runs them.

A plan runs stage by stage: inputs are read, population evidence is computed if ancestry is
inferred, genes are called, recommendations are looked up for chunks of samples. Parts of one stage
are independent, so an executor may run them in any order and place: `ThisProcess` one after
another, `pgx.engine.cluster.Workers` in processes and on machines, a workflow system one by one
through `pgx.engine.run.Partition`. All of them use `Steps.do`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from pgx.base.shipped import code_digest, data_digest
from pgx.engine.calling import AdviceTable, GeneTable, notes_of
from pgx.engine.engine import Engine, refused_of
from pgx.engine.parts import FolderParts, MemoryParts, Parts
from pgx.engine.plan import CohortPlan
from pgx.engine.reading import InputReader, Piece, pieces_of, read_of
from pgx.errors import InputError, KnowledgeError
from pgx.inputs.release import knowledge_of
from pgx.inputs.side_files import read_outside_calls, read_sample_info
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import GeneDefinition

__all__ = [
    "CHUNK_SAMPLES",
    "Executor",
    "Kind",
    "Progress",
    "Silent",
    "Steps",
    "ThisProcess",
    "do_parts",
    "parts_of",
    "read_engine",
]

CHUNK_SAMPLES: Final = 4096
"""Number of samples in a chunk of recommendations."""
_SMALL_BYTES: Final = 64 * 1024 * 1024
_SMALL_INPUTS: Final = 200


class Kind(StrEnum):
    """Kinds of parts."""

    READ = "read"
    WEIGH = "weigh"
    CALL = "call"
    ADVISE = "advise"


class Stage(NamedTuple):
    """Unfinished parts of one kind; ``counts`` is what each adds to the progress.

    In parallel runs, parts with large ``costs`` come first: a long part that starts last would
    leave the other workers idle.
    """

    kind: Kind
    label: str
    numbers: Sequence[int]
    counts: Mapping[int, int]
    costs: Mapping[int, int]


def read_engine(plan: CohortPlan, knowledge: KnowledgeBase | None = None) -> Engine:
    """Read the data shared by the parts of a plan: the release, unless given, and side tables.

    Raises
    ------
    InputError
        A side table is refused.
    KnowledgeError
        The knowledge base is not the one the plan was made with, or is damaged.
    UsageError
        The ancestry is neither a rule nor a group of the knowledge base.
    """
    kb = knowledge or knowledge_of(Path(plan.overlay) if plan.overlay else None)
    if kb.manifest.digest != plan.knowledge_digest:
        raise KnowledgeError(
            f"the plan was made with release {plan.knowledge_release}, another is installed",
            remedy="make the plan anew",
        )
    # parts by different builds could differ and must not be merged
    if (plan.data_digest, plan.code_digest) != (data_digest(), code_digest()):
        raise KnowledgeError(
            "the plan was made with other shipped data or by another build of the program",
            remedy="install the same everywhere, or make the plan anew",
        )
    info, outside = plan.sample_info, plan.outside_calls
    return Engine(
        kb,
        plan.settings,
        [kb.genes[name] for name in plan.genes],
        read_sample_info(Path(info.path)) if info else {},
        read_outside_calls(Path(outside.path)) if outside else [],
    )


class Steps:
    """Runs parts of a plan; each may be repeated at any time with the same result.

    Genotypes are loaded one gene at a time. Data shared by all genes are computed once and cached,
    so no input may be read after the first use of ``samples``.

    Parameters
    ----------
    plan, engine
        The plan and the data shared by its parts.
    parts
        Where finished parts are stored.
    ahead
        Whether a second thread may decompress inputs ahead of the one that scans them.
    """

    def __init__(
        self, plan: CohortPlan, engine: Engine, parts: Parts, *, ahead: bool = False
    ) -> None:
        self.plan, self.engine, self.parts = plan, engine, parts
        self._ahead = ahead

    def do(self, kind: Kind, number: int) -> list[InputError]:
        """Run one part; return the errors of its refused inputs.

        Parameters
        ----------
        kind
            Kind of the part.
        number
            Index of a reading part, of a gene of the plan, or of a chunk of samples.

        Raises
        ------
        InputConflictError
            Two inputs disagree about one site of one sample.
        OutsideCallError
            An outside call that cannot be used.
        OutputError
            The result cannot be stored, or a part that it needs is missing.
        """
        if kind is Kind.READ:
            return self.read(number)
        if kind is Kind.WEIGH:
            self.weigh(self.plan.genes[number])
        elif kind is Kind.CALL:
            self.call(self.plan.genes[number])
        else:
            self.advise(number)
        return []

    def stages(self, *, with_advice: bool) -> Iterator[Stage]:
        """Yield the unfinished stages, each after the previous ones have finished.

        ``with_advice``: recommendations are looked up as parts, before the results are written.

        Raises
        ------
        SampleNotFoundError
            A requested sample is in no input, and no input was refused.
        """
        plan, parts = self.plan, self.parts
        reads = [number for number in range(len(plan.reads)) if not parts.has_read(number)]
        yield Stage(
            Kind.READ,
            "inputs",
            reads,
            {number: len(plan.reads[number]) for number in reads},
            {number: sum(plan.inputs[i].size for i in plan.reads[number]) for number in reads},
        )
        number_of = {gene: number for number, gene in enumerate(plan.genes)}
        genes = [number_of[gene] for gene in plan.genes if not parts.has_calls(gene)]
        if genes and self.samples:
            # inferred ancestry of a gene depends on the other genes, so their evidence comes first
            weights = [number_of[g] for g in self.engine.inferring if not parts.has_evidence(g)]
            yield self._of_genes(Kind.WEIGH, "genes weighed", weights)
            yield self._of_genes(Kind.CALL, "genes", genes)
        chunks = range(-(-len(self.samples) // CHUNK_SAMPLES)) if with_advice else ()
        numbers = [chunk for chunk in chunks if not parts.has_advice(chunk)]
        counts = {n: min(CHUNK_SAMPLES, len(self.samples) - n * CHUNK_SAMPLES) for n in numbers}
        yield Stage(Kind.ADVISE, "samples advised", numbers, counts, counts)

    def _of_genes(self, kind: Kind, label: str, numbers: Sequence[int]) -> Stage:
        """Return a stage over genes; the cost of a gene grows with its alleles and positions."""
        genes = {number: self.engine.genes[self.plan.genes[number]] for number in numbers}
        # a proxy for the time of calling, used for the order of parts only
        costs = {number: len(own.variants) * len(own.alleles) for number, own in genes.items()}
        return Stage(kind, label, numbers, dict.fromkeys(numbers, 1), costs)

    @functools.cached_property
    def _reader(self) -> InputReader:
        return self.engine.reader(is_grouped=True, ahead=self._ahead)

    def read(self, part: int) -> list[InputError]:
        """Read the inputs of a part; return the errors of refused ones."""
        found = self._reader.read_all(self.plan.inputs[i].path for i in self.plan.reads[part])
        self.parts.put_read(part, found)
        return refused_of(found)

    @functools.cached_property
    def samples(self) -> tuple[str, ...]:
        """The samples of all inputs; empty if all were refused.

        Raises
        ------
        SampleNotFoundError
            A requested sample is in no input, and no input was refused.
        """
        return self.engine.samples(self.parts.inputs({}))

    def weigh(self, gene: str) -> None:
        """Compute a gene's evidence on each sample's population.

        Raises
        ------
        InputConflictError
            Two inputs disagree about one site of one sample.
        """
        own = self.engine.genes[gene]
        caller = self.engine.caller(self.samples)
        evidence = caller.evidence_of(own, self.pieces(own), len(self.samples))
        self.parts.put_evidence(gene, evidence)

    def weigh_open(self, first: str) -> None:
        """Compute the population evidence that is still missing, starting with one gene.

        Processes that call different genes start at different genes, and so share the work.
        """
        weighed = self.engine.inferring
        start = weighed.index(first) if first in weighed else 0
        for gene in weighed[start:] + weighed[:start]:
            if not self.parts.has_evidence(gene):
                self.weigh(gene)

    @functools.cached_property
    def _evidence(self) -> Mapping[str, Sequence[Mapping[str, float] | None]]:
        return {gene: self.parts.evidence(gene) for gene in self.engine.inferring}

    def call(self, gene: str) -> None:
        """Call a gene in all samples, after all population evidence is computed.

        Raises
        ------
        InputConflictError
            Two inputs disagree about one site of one sample.
        OutsideCallError
            An outside call that cannot be used.
        """
        if not self.samples:
            self.parts.put_calls(GeneTable(gene))
            return
        own = self.engine.genes[gene]
        caller = self.engine.caller(self.samples)
        pieces = self.pieces(own) if own.variants else []
        self.parts.put_calls(caller.call(own, pieces, self.samples, self._notes, self._evidence))

    @functools.cached_property
    def _notes(self) -> Sequence[tuple[str, ...]]:
        return notes_of(read_of(self.parts.inputs({})), self.samples)

    def pieces(self, gene: GeneDefinition) -> list[Piece]:
        """Return one gene's genotypes of all inputs."""
        inputs = read_of(self.parts.inputs({gene.gene: gene}))
        return pieces_of(gene, inputs, self.samples)

    @functools.cached_property
    def _advice(self) -> AdviceTable:
        return self.engine.advice([self.parts.calls(gene) for gene in self.plan.genes])

    def advise(self, chunk: int) -> None:
        """Look up the recommendations of a chunk of samples, after all genes are called."""
        first = chunk * CHUNK_SAMPLES
        last = min(first + CHUNK_SAMPLES, len(self.samples))
        rows = self._advice.of_samples(first, last)
        self.parts.put_advice(chunk, self._advice.rows, rows)


class Progress(Protocol):
    """Progress callback of a run."""

    def stage(self, what: str, total: int) -> None:
        """A stage begins: ``total`` items of ``what``."""

    def done(self, n: int) -> None:
        """``n`` items of the stage are finished."""

    def note(self, text: str) -> None:
        """A message for the user while the run lasts, such as what it waits for."""


class Silent:
    """A progress callback that does nothing."""

    def stage(self, what: str, total: int) -> None:
        """Do nothing."""

    def done(self, n: int) -> None:
        """Do nothing."""

    def note(self, text: str) -> None:
        """Do nothing."""


def parts_of(plan: CohortPlan, folder: Path) -> Parts:
    """Return the storage of a run's parts: memory for a small run, else files."""
    size = sum(file.size for file in plan.inputs)
    if any(file.path == "-" for file in plan.inputs):  # cannot be read a second time
        return MemoryParts()
    is_remote = any(file.is_remote for file in plan.inputs)  # of unknown size
    # a large run is written to disk, to bound memory and to be resumable
    if is_remote or size > _SMALL_BYTES or len(plan.inputs) > _SMALL_INPUTS:
        return FolderParts(folder, plan)
    return MemoryParts()


class Executor(Protocol):
    """Runs the parts of a stage, which are independent of each other."""

    @property
    def is_parallel(self) -> bool:
        """Whether parts run in parallel, so that recommendations are worth being parts too."""

    def do(self, kind: Kind, numbers: Sequence[int], done: Callable[[int], None]) -> None:
        """Run parts of a kind; ``done`` receives the number of each."""


class ThisProcess:
    """Runs parts one after another in the calling process."""

    is_parallel = False

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def do(self, kind: Kind, numbers: Sequence[int], done: Callable[[int], None]) -> None:
        """Run parts of a kind in order; ``done`` receives the number of each."""
        for number in numbers:
            self._steps.do(kind, number)
            done(number)


def do_parts(
    steps: Steps, progress: Progress | None = None, executor: Executor | None = None
) -> None:
    """Run the unfinished parts of a plan stage by stage, in this process by default.

    Raises
    ------
    InputConflictError
        Two inputs disagree about one site of one sample.
    SampleNotFoundError, OutsideCallError
        A requested sample or an outside call does not match the inputs.
    PgxError
        See the executor.
    """
    tell, by = progress or Silent(), executor or ThisProcess(steps)
    for stage in steps.stages(with_advice=by.is_parallel):
        if not stage.numbers and stage.kind is not Kind.READ:
            continue
        tell.stage(stage.label, sum(stage.counts.values()))
        numbers = list(stage.numbers)
        if by.is_parallel:
            numbers.sort(key=lambda number: -stage.costs[number])
        by.do(stage.kind, numbers, _counted(tell, stage.counts))


def _counted(tell: Progress, counts: Mapping[int, int]) -> Callable[[int], None]:
    """Return a callback that reports finished numbers, each with its own count."""
    done = 0

    def hear(number: int) -> None:
        nonlocal done
        done += counts[number]
        tell.done(done)

    return hear
