"""The shared state of every run: release, settings and side tables."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence

from pgx.engine.calling import (
    AdviceTable,
    CalledFromReads,
    ChunkCaller,
    GeneTable,
    check_ancestry,
    unrecorded,
)
from pgx.engine.opening import merged_hints
from pgx.engine.reading import InputReader, Inputs, read_of
from pgx.errors import InputError
from pgx.inputs.choices import chosen_samples, left_out, outside_by_sample, strangers
from pgx.inputs.release import unlike_overlay
from pgx.inputs.settings import INFERRED, RECORDED, Prior, RunSettings, SampleInfo
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import OutsideCall
from pgx.recommendations.index import GuidanceIndex, guidance_of
from pgx.records.genes import GeneDefinition

__all__ = [
    "Engine",
    "refused_of",
]


def refused_of(inputs: Inputs) -> list[InputError]:
    """Return one error for each input that was refused."""
    return [item for item in inputs if isinstance(item, InputError)]


class Engine:
    """Reads, calls and looks up recommendations with one release and one set of settings.

    Parameters
    ----------
    knowledge
        The knowledge base.
    settings
        How to read, call and recommend; drugs by the names of the knowledge base.
    genes
        The genes of the run, A–Z.
    sample_info
        Sex and population by sample name.
    outside
        Calls of other tools.

    Raises
    ------
    UsageError
        The ancestry is neither a rule nor a group of the knowledge base.
    """

    def __init__(
        self,
        knowledge: KnowledgeBase,
        settings: RunSettings,
        genes: Sequence[GeneDefinition],
        sample_info: Mapping[str, SampleInfo],
        outside: Sequence[OutsideCall],
    ) -> None:
        if settings.prior is not Prior.NONE:
            check_ancestry(settings.ancestry, knowledge.frequencies.values())
        self.knowledge, self.settings = knowledge, settings
        self.genes = {gene.gene: gene for gene in genes}
        self.sample_info, self.outside = sample_info, list(outside)

    @functools.cached_property
    def guidance(self) -> GuidanceIndex:
        """Index of the knowledge base's guidelines."""
        return guidance_of(self.knowledge, self.settings.confidence)

    @property
    def inferring(self) -> tuple[str, ...]:
        """The genes that are informative about population groups, if these are inferred."""
        # without a prior, population groups have no effect
        if self.settings.ancestry != INFERRED or self.settings.prior is Prior.NONE:
            return ()
        return tuple(name for name, gene in self.genes.items() if gene.variants)

    def reader(
        self, *, is_grouped: bool, ahead: bool = False, patient_sex: str = ""
    ) -> InputReader:
        """Return the reader of inputs; see `InputReader`."""
        return InputReader(
            list(self.genes.values()),
            list(self.knowledge.genes.values()),
            self.settings,
            self.sample_info,
            is_grouped=is_grouped,
            ahead=ahead,
            patient_sex=patient_sex,
        )

    def samples(self, inputs: Inputs) -> tuple[str, ...]:
        """Return the samples of a run, in input order.

        Raises
        ------
        SampleNotFoundError
            A requested sample is in no input, and no input was refused.
        """
        return chosen_samples(_names(inputs), self.settings, refused_of(inputs))

    def hints(self, inputs: Inputs, samples: tuple[str, ...]) -> list[str]:
        """Return hints for the user."""
        found = merged_hints(hint for item in read_of(inputs) for hint in item.hints)
        found += unlike_overlay(self.knowledge, refused_of(inputs))
        found += strangers(self.outside, _names(inputs))
        found += left_out(self.outside, self.knowledge)
        if self.settings.ancestry == RECORDED and self.settings.prior is not Prior.NONE:
            recorded = {s: info.superpopulation for s, info in self.sample_info.items()}
            found += unrecorded(samples, recorded, self.knowledge.frequencies.values())
        return found

    def caller(self, samples: tuple[str, ...], reads: CalledFromReads | None = None) -> ChunkCaller:
        """Return the caller for these samples.

        Raises
        ------
        OutsideCallError
            An outside call that cannot be used.
        """
        outside = outside_by_sample(self.outside, samples, self.knowledge)
        return ChunkCaller(
            self.knowledge,
            self.guidance,
            self.settings,
            self.sample_info,
            outside,
            reads or CalledFromReads(),
        )

    def advice(self, tables: Iterable[GeneTable]) -> AdviceTable:
        """Return the recommendations for calls."""
        return AdviceTable(self.guidance, tables, self.settings.drugs or None)


def _names(inputs: Inputs) -> tuple[str, ...]:
    """Return the names of all samples in input order, each once."""
    return tuple(dict.fromkeys(name for item in read_of(inputs) for name in item.samples))
