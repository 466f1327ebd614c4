"""Read and call files as a cohort run does: ``read_cohort(paths, info, genes).table(gene)``."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from pgx.engine.calling import ChunkCaller, GeneTable, notes_of
from pgx.engine.frequencies import Grouping, sample_groups
from pgx.engine.reading import InputReader, Piece, pieces_of
from pgx.engine.sample_quality import CohortQuality
from pgx.inputs.settings import RunSettings, SampleInfo
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.index import guidance_of
from pgx.records.genes import GeneDefinition


@functools.cache
def knowledge() -> KnowledgeBase:
    return KnowledgeBase()


class ReadCohort:
    """Files as read, and what is asked of them."""

    def __init__(
        self,
        paths: Sequence[Path],
        info: Mapping[str, SampleInfo],
        genes: Sequence[str],
        settings: RunSettings,
    ) -> None:
        kb = knowledge()
        self.info = info
        self.genes: dict[str, GeneDefinition] = {name: kb.genes[name] for name in genes}
        reader = InputReader(list(self.genes.values()), list(kb.genes.values()), settings, info)
        self.inputs = [reader.read(path) for path in paths]
        self.samples = tuple(dict.fromkeys(n for i in self.inputs for n in i.samples))
        self._caller = ChunkCaller(kb, guidance_of(kb), settings, info, {})

    def levels(self) -> list[Grouping]:
        return sample_groups(self.samples, self.info)

    def table(self, gene: str) -> GeneTable:
        pieces = self.pieces(gene) if self.genes[gene].variants else []
        notes = notes_of(self.inputs, self.samples)
        return self._caller.call(self.genes[gene], pieces, self.samples, notes, {})

    def pieces(self, gene: str) -> list[Piece]:
        return pieces_of(self.genes[gene], self.inputs, self.samples)

    def quality(self) -> CohortQuality:
        found = CohortQuality(self.samples, self.info)
        for name, gene in self.genes.items():
            found.add(gene, self.pieces(name) if gene.variants else [])
        return found


def read_cohort(
    paths: Sequence[Path], info: Mapping[str, SampleInfo], genes: Sequence[str], **settings: Any
) -> ReadCohort:
    words = {"with_sites": False, **settings}
    return ReadCohort(paths, info, genes, msgspec.convert(words, RunSettings, strict=False))
