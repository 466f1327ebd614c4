"""The parts of a run: what each does, the order in which they are done, and by whom.

A plan is run stage by stage: its inputs are read, populations are weighed where they are
inferred, genes are called, chunks of samples are advised. The parts of a stage need nothing of
each other, so that an executor may do them in any order and place: `ThisProcess` one after
another, `pgx.engine.cluster.Workers` in processes and machines, a workflow system one by one
through `pgx.engine.run.Partition`. All of them end in `Steps.do`.
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
"""Samples that are advised together."""
_SMALL_BYTES: Final = 64 * 1024 * 1024
_SMALL_INPUTS: Final = 200


class Kind(StrEnum):
    """What a part does."""

    READ = "read"
    WEIGH = "weigh"
    CALL = "call"
    ADVISE = "advise"


class Stage(NamedTuple):
    """Parts of one kind that are not finished; ``counts`` is what each adds to the progress.

    Where parts are done at the same time, those with large ``costs`` come first: a long one that
    is begun last would leave the other workers idle.
    """

    kind: Kind
    label: str
    numbers: Sequence[int]
    counts: Mapping[int, int]
    costs: Mapping[int, int]


def read_engine(plan: CohortPlan, knowledge: KnowledgeBase | None = None) -> Engine:
    """Read what the parts of a plan share: the release, where it is not given, and side tables.

    Raises
    ------
    InputError
        A table beside the inputs is refused.
    KnowledgeError
        The knowledge base is not the one that the plan was made with, or is damaged.
    UsageError
        The ancestry is neither a rule nor a group of the knowledge base.
    """
    kb = knowledge or knowledge_of(Path(plan.overlay) if plan.overlay else None)
    if kb.manifest.digest != plan.knowledge_digest:
        raise KnowledgeError(
            f"the plan was made with release {plan.knowledge_release}, another is installed",
            remedy="make the plan anew",
        )
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
    """Does parts of a plan; each may be done again at any time, with the same result.

    Genotypes are loaded for one gene at a time. What all genes share is made once and kept, so
    that nothing may be read any more after the first question for ``samples``.

    Parameters
    ----------
    plan, engine
        The plan and what its parts share.
    parts
        Where finished parts are kept.
    ahead
        Whether a second thread may decompress inputs ahead of the one that scans them.
    """

    def __init__(
        self, plan: CohortPlan, engine: Engine, parts: Parts, *, ahead: bool = False
    ) -> None:
        self.plan, self.engine, self.parts = plan, engine, parts
        self._ahead = ahead

    def do(self, kind: Kind, number: int) -> list[InputError]:
        """Do one part; return why inputs of it were refused.

        Parameters
        ----------
        kind
            What it does.
        number
            Of a part that reads, of a gene of the plan, or of a chunk of samples.

        Raises
        ------
        InputConflictError
            Two inputs disagree about one site of one sample.
        OutsideCallError
            An outside call that cannot be used.
        OutputError
            It cannot be kept, or what it needs is not there.
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
        """Yield what is to be done, each stage after those before it are finished.

        ``with_advice``: advice is found before the results are written, by those who do parts.

        Raises
        ------
        SampleNotFoundError
            A sample that was asked for is in no input, and none was refused.
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
            weights = [number_of[g] for g in self.engine.inferring if not parts.has_evidence(g)]
            yield self._of_genes(Kind.WEIGH, "genes weighed", weights)
            yield self._of_genes(Kind.CALL, "genes", genes)
        chunks = range(-(-len(self.samples) // CHUNK_SAMPLES)) if with_advice else ()
        numbers = [chunk for chunk in chunks if not parts.has_advice(chunk)]
        counts = {n: min(CHUNK_SAMPLES, len(self.samples) - n * CHUNK_SAMPLES) for n in numbers}
        yield Stage(Kind.ADVISE, "samples advised", numbers, counts, counts)

    def _of_genes(self, kind: Kind, label: str, numbers: Sequence[int]) -> Stage:
        """Return a stage over genes; the time of one grows with its alleles and positions."""
        genes = {number: self.engine.genes[self.plan.genes[number]] for number in numbers}
        costs = {number: len(own.variants) * len(own.alleles) for number, own in genes.items()}
        return Stage(kind, label, numbers, dict.fromkeys(numbers, 1), costs)

    @functools.cached_property
    def _reader(self) -> InputReader:
        return self.engine.reader(is_grouped=True, ahead=self._ahead)

    def read(self, part: int) -> list[InputError]:
        """Read the inputs of a part; return why some of them were refused."""
        found = self._reader.read_all(self.plan.inputs[i].path for i in self.plan.reads[part])
        self.parts.put_read(part, found)
        return refused_of(found)

    @functools.cached_property
    def samples(self) -> tuple[str, ...]:
        """The samples of all inputs; none where all were refused.

        Raises
        ------
        SampleNotFoundError
            A sample that was asked for is in no input, and none was refused.
        """
        return self.engine.samples(self.parts.inputs({}))

    def weigh(self, gene: str) -> None:
        """Find out what a gene says of each sample's population.

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
        """Find out what nobody else has, beginning with one gene and those after it.

        Processes that call different genes begin at different ones, and so share the work.
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
        """Call a gene of all samples, after all that is weighed was weighed.

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
        """Advise a chunk of samples, after all genes were called."""
        first = chunk * CHUNK_SAMPLES
        last = min(first + CHUNK_SAMPLES, len(self.samples))
        rows = self._advice.of_samples(first, last)
        self.parts.put_advice(chunk, self._advice.rows, rows)


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


class Executor(Protocol):
    """Does the parts of a stage, which need nothing of each other."""

    @property
    def is_parallel(self) -> bool:
        """Whether parts are done at the same time, so that advice is worth doing as parts too."""

    def do(self, kind: Kind, numbers: Sequence[int], done: Callable[[int], None]) -> None:
        """Do parts of a kind; ``done`` hears the number of each."""


class ThisProcess:
    """Does parts one after another where it is called."""

    is_parallel = False

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def do(self, kind: Kind, numbers: Sequence[int], done: Callable[[int], None]) -> None:
        """Do parts of a kind in order; ``done`` hears the number of each."""
        for number in numbers:
            self._steps.do(kind, number)
            done(number)


def do_parts(
    steps: Steps, progress: Progress | None = None, executor: Executor | None = None
) -> None:
    """Do the parts of a plan that are not finished, stage by stage, in this process by default.

    Raises
    ------
    InputConflictError
        Two inputs disagree about one site of one sample.
    SampleNotFoundError, OutsideCallError
        What was asked for does not fit the inputs.
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
    """Return what tells progress of finished numbers, each of which counts so much."""
    done = 0

    def hear(number: int) -> None:
        nonlocal done
        done += counts[number]
        tell.done(done)

    return hear
