"""Single parts of a plan: what each needs of the others, and where it leaves what it made."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final

from pgx.base.errors import InputError
from pgx.base.genes import GeneDefinition
from pgx.engine.advising import CohortAdvice
from pgx.engine.calling import GeneTable
from pgx.engine.reading import GroupedInput
from pgx.engine.running.parts import FolderParts, Parts
from pgx.engine.running.stored import Evidence
from pgx.engine.work import CohortWork

__all__ = ["CHUNK_SAMPLES", "Steps"]

CHUNK_SAMPLES: Final = 4096
"""Samples that are advised together."""


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
