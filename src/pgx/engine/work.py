"""The work of one part: pure functions of a plan, wherever and however often they run."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path

from pgx.base.errors import InputError, KnowledgeError
from pgx.base.genes import GeneDefinition
from pgx.base.shipped import code_digest, data_digest
from pgx.engine.calling import CohortCaller, GeneTable
from pgx.engine.plan import CohortPlan, PlannedFile
from pgx.engine.reading import CohortReader, GroupedInput
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.pipeline.ancestry import check_ancestry, unrecorded
from pgx.pipeline.choices import chosen_samples, left_out, outside_by_sample, strangers
from pgx.pipeline.local import knowledge_of, unlike_overlay
from pgx.pipeline.outside import OutsideCall
from pgx.pipeline.settings import INFERRED, RECORDED, Prior, SampleInfo
from pgx.pipeline.side_files import read_outside_calls, read_sample_info
from pgx.recommendations.index import GuidanceIndex, guidance_of

__all__ = ["CohortWork", "Inputs", "refused_of"]

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
