"""The parts of a run: pure functions of a plan, and the order in which they are done."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from pgx.base.shipped import code_digest, data_digest
from pgx.engine.advising import CHUNK_SAMPLES, CohortAdvice
from pgx.engine.calling import CohortCaller, GeneTable, check_ancestry, unrecorded
from pgx.engine.parts import FolderParts, MemoryParts, Parts
from pgx.engine.plan import CohortPlan, PlannedFile
from pgx.engine.reading import CohortReader, GroupedInput
from pgx.engine.stored import Evidence
from pgx.errors import InputError, KnowledgeError
from pgx.inputs.choices import chosen_samples, left_out, outside_by_sample, strangers
from pgx.inputs.release import knowledge_of, unlike_overlay
from pgx.inputs.settings import INFERRED, RECORDED, Prior, SampleInfo
from pgx.inputs.side_files import read_outside_calls, read_sample_info
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import OutsideCall
from pgx.recommendations.index import GuidanceIndex, guidance_of
from pgx.records.genes import GeneDefinition

__all__ = [
    "CohortWork",
    "Inputs",
    "Progress",
    "Silent",
    "Steps",
    "do_parts",
    "parts_of",
    "refused_of",
]

Inputs = Sequence[GroupedInput | InputError]
"""What became of inputs, in their order: as read, or why they were refused."""


class CohortWork:
    """Does the parts of a plan; what several of them need is made once.

    Parameters
    ----------
    plan
        The plan.
    knowledge
        The knowledge base that it was made with, where it is loaded already.
    ahead
        Whether a second thread may decompress inputs ahead of the one that scans them.

    Raises
    ------
    InputError
        A table beside the inputs is refused.
    KnowledgeError
        The knowledge base is not the one that the plan was made with, or is damaged.
    UsageError
        The ancestry is neither a rule nor a group of the knowledge base.
    """

    def __init__(
        self, plan: CohortPlan, knowledge: KnowledgeBase | None = None, *, ahead: bool = False
    ) -> None:
        self.plan, self.settings = plan, plan.settings
        self._ahead = ahead
        overlay = Path(plan.overlay) if plan.overlay else None
        self.knowledge = knowledge or knowledge_of(overlay)
        if self.knowledge.manifest.digest != plan.knowledge_digest:
            raise KnowledgeError(
                f"the plan was made with release {plan.knowledge_release}, another is installed",
                remedy="make the plan anew",
            )
        if (plan.data_digest, plan.code_digest) != (data_digest(), code_digest()):
            raise KnowledgeError(
                "the plan was made with other shipped data or by another build of the program",
                remedy="install the same everywhere, or make the plan anew",
            )
        if self.settings.prior is not Prior.NONE:
            check_ancestry(self.settings.ancestry, self.knowledge.frequencies.values())
        self.genes: dict[str, GeneDefinition] = {g: self.knowledge.genes[g] for g in plan.genes}

    @functools.cached_property
    def sample_info(self) -> Mapping[str, SampleInfo]:
        """Sex and population by sample name."""
        file = self.plan.sample_info
        return read_sample_info(Path(file.path)) if file else {}

    @functools.cached_property
    def outside(self) -> list[OutsideCall]:
        """Calls of other tools."""
        file = self.plan.outside_calls
        return read_outside_calls(Path(file.path)) if file else []

    @functools.cached_property
    def guidance(self) -> GuidanceIndex:
        """Index of the knowledge base's guidance."""
        return guidance_of(self.knowledge, self.settings.confidence)

    @functools.cached_property
    def _reader(self) -> CohortReader:
        known = list(self.knowledge.genes.values())
        genes = list(self.genes.values())
        return CohortReader(genes, known, self.settings, self.sample_info, ahead=self._ahead)

    def read(self, files: Sequence[PlannedFile]) -> list[GroupedInput | InputError]:
        """Read some inputs; one that is refused costs only itself."""
        found: list[GroupedInput | InputError] = []
        for file in files:
            try:
                found.append(self._reader.read(file.path))
            except InputError as error:
                found.append(error)
        return found

    def samples(self, inputs: Inputs) -> tuple[str, ...]:
        """Return the samples of a run, in input order.

        Raises
        ------
        SampleNotFoundError
            A sample that was asked for is in no input, and none was refused.
        """
        there = [i for i in inputs if not isinstance(i, InputError)]
        names = tuple(dict.fromkeys(name for i in there for name in i.samples))
        return chosen_samples(names, self.settings, refused_of(inputs))

    def names(self, samples: Sequence[str]) -> Sequence[str]:
        """Return what samples are called in the results: pseudonyms, or their own names.

        Raises
        ------
        UsageError
            The key file cannot be read, or is none.
        """
        if not self.plan.deidentify:
            return samples
        from pgx.reports.pseudonyms import counted_pseudonyms, keyed_pseudonyms, read_key

        key = self.plan.pseudonym_key
        if key is None:
            return counted_pseudonyms(len(samples))
        return keyed_pseudonyms(samples, read_key(Path(key.path)))

    def caller(self, samples: tuple[str, ...]) -> CohortCaller:
        """Return what calls genes of these samples.

        Raises
        ------
        OutsideCallError
            An outside call that cannot be used.
        """
        outside = outside_by_sample(self.outside, samples, self.knowledge)
        return CohortCaller(self.knowledge, self.guidance, self.settings, self.sample_info, outside)

    @property
    def infers(self) -> bool:
        """Whether populations are inferred from the samples' own genotypes."""
        return self.settings.ancestry == INFERRED and self.settings.prior is not Prior.NONE

    def evidence_of(
        self, gene: GeneDefinition, inputs: Sequence[GroupedInput], samples: tuple[str, ...]
    ) -> Sequence[Mapping[str, float] | None]:
        """Return what a gene says of each sample's population."""
        return self.caller(samples).evidence_of(gene, inputs, samples)

    def call(
        self,
        name: str,
        inputs: Sequence[GroupedInput],
        samples: tuple[str, ...],
        evidence: Mapping[str, Sequence[Mapping[str, float] | None]],
    ) -> GeneTable:
        """Call one gene of all samples; see `CohortCaller.call`."""
        return self.caller(samples).call(self.genes[name], inputs, samples, evidence)

    def hints(self, inputs: Inputs, samples: tuple[str, ...]) -> list[str]:
        """Return what the user may want to know."""
        there = [i for i in inputs if not isinstance(i, InputError)]
        found = [hint for item in there for hint in item.hints]
        found += unlike_overlay(self.knowledge, refused_of(inputs))
        names = tuple(dict.fromkeys(name for i in there for name in i.samples))
        found += strangers(self.outside, names)
        found += left_out(self.outside, self.knowledge)
        if self.settings.ancestry == RECORDED and self.settings.prior is not Prior.NONE:
            recorded = {s: info.superpopulation for s, info in self.sample_info.items()}
            found += unrecorded(samples, recorded, self.knowledge.frequencies.values())
        return found


def refused_of(inputs: Inputs) -> list[InputError]:
    """Return one error for each input that was refused."""
    return [item for item in inputs if isinstance(item, InputError)]


class Steps:
    """Does parts of a plan; each may be done again at any time, with the same result.

    Genotypes are loaded for one gene at a time. What all genes share is made once and kept, so
    that nothing may be read any more after the first question for ``samples``.

    Parameters
    ----------
    work
        The plan and what its parts share.
    parts
        Where finished parts are kept.
    """

    def __init__(self, work: CohortWork, parts: Parts) -> None:
        self.work, self.parts = work, parts
        self.plan = work.plan

    def read(self, part: int) -> list[InputError]:
        """Read the inputs of a part; return why some of them were refused."""
        found = self.work.read([self.plan.inputs[i] for i in self.plan.reads[part]])
        self.parts.put_read(part, found)
        return [item for item in found if isinstance(item, InputError)]

    @functools.cached_property
    def samples(self) -> tuple[str, ...]:
        """The samples of all inputs; none where all were refused.

        Raises
        ------
        SampleNotFoundError
            A sample that was asked for is in no input, and none was refused.
        """
        return self.work.samples(self.parts.inputs({}))

    @functools.cached_property
    def weighed(self) -> tuple[str, ...]:
        """The genes that say something of populations, where these are inferred."""
        if not self.work.infers:
            return ()
        return tuple(name for name, gene in self.work.genes.items() if gene.variants)

    def weigh(self, gene: str) -> None:
        """Find out what a gene says of each sample's population.

        Raises
        ------
        InputConflictError
            Two inputs disagree about one site of one sample.
        """
        own = self.work.genes[gene]
        self.parts.put_evidence(gene, self.work.evidence_of(own, self._read(own), self.samples))

    def weigh_open(self, first: str) -> None:
        """Find out what nobody else has, beginning with one gene and those after it.

        Processes that call different genes begin at different ones, and so share the work.
        """
        start = self.weighed.index(first) if first in self.weighed else 0
        for gene in self.weighed[start:] + self.weighed[:start]:
            if not self.parts.has_evidence(gene):
                self.weigh(gene)

    @functools.cached_property
    def _evidence(self) -> Mapping[str, Evidence]:
        return {gene: self.parts.evidence(gene) for gene in self.weighed}

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
        inputs = self._read(self.work.genes[gene])
        self.parts.put_calls(self.work.call(gene, inputs, self.samples, self._evidence))

    @functools.cached_property
    def _advice(self) -> CohortAdvice:
        tables = [self.parts.calls(gene) for gene in self.plan.genes]
        return CohortAdvice(self.work.guidance, tables, self.work.settings.drugs or None)

    def advise(self, chunk: int, parts: FolderParts) -> None:
        """Advise a chunk of samples, after all genes were called."""
        first = chunk * CHUNK_SAMPLES
        last = min(first + CHUNK_SAMPLES, len(self.samples))
        rows = self._advice.of_samples(first, last)
        parts.put_advice(chunk, self._advice.rows, rows)

    def _read(self, gene: GeneDefinition) -> list[GroupedInput]:
        inputs = self.parts.inputs({gene.gene: gene})
        return [item for item in inputs if not isinstance(item, InputError)]


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
