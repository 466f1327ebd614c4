"""Where finished parts are kept until the results are written: in memory, or in a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from pgx.base.errors import InputError
from pgx.base.genes import GeneDefinition
from pgx.cohort.calling import GeneTable
from pgx.cohort.plan import CohortPlan
from pgx.cohort.reading import GroupedInput
from pgx.cohort.running.stored import load_calls, load_inputs, save_calls, save_inputs

__all__ = ["FolderParts", "MemoryParts", "Parts"]

Read = Sequence[GroupedInput | InputError]


class Parts(Protocol):
    """Finished parts of one plan."""

    def has_read(self, part: int) -> bool:
        """Whether a part that reads is finished."""

    def put_read(self, part: int, found: Read) -> None:
        """Keep what became of a part's inputs."""

    def inputs(self, genes: Mapping[str, GeneDefinition]) -> list[GroupedInput | InputError]:
        """Return what became of all inputs, with the genotypes of at least these genes."""

    def has_calls(self, gene: str) -> bool:
        """Whether a gene is called."""

    def put_calls(self, table: GeneTable) -> None:
        """Keep a gene's calls."""

    def calls(self, gene: str) -> GeneTable:
        """Return a gene's calls."""


class MemoryParts:
    """Parts of a run that is soon over, in memory."""

    def __init__(self) -> None:
        self._reads: dict[int, Read] = {}
        self._calls: dict[str, GeneTable] = {}

    def has_read(self, part: int) -> bool:
        """Whether a part that reads is finished."""
        return part in self._reads

    def put_read(self, part: int, found: Read) -> None:
        """Keep what became of a part's inputs."""
        self._reads[part] = found

    def inputs(self, genes: Mapping[str, GeneDefinition]) -> list[GroupedInput | InputError]:
        """Return what became of all inputs; whatever genes are asked for, all are there."""
        del genes
        return [item for _, found in sorted(self._reads.items()) for item in found]

    def has_calls(self, gene: str) -> bool:
        """Whether a gene is called."""
        return gene in self._calls

    def put_calls(self, table: GeneTable) -> None:
        """Keep a gene's calls."""
        self._calls[table.gene] = table

    def calls(self, gene: str) -> GeneTable:
        """Return a gene's calls."""
        return self._calls[gene]


class FolderParts:
    """Parts as files of a folder, which outlive the process; each is complete or absent."""

    def __init__(self, folder: Path, plan: CohortPlan) -> None:
        self._folder = folder
        self._n_reads = len(plan.reads)
        self._numbers = {gene: i for i, gene in enumerate(plan.genes)}

    def _read_path(self, part: int) -> Path:
        return self._folder / f"read-{part:06}.npz"

    def _calls_path(self, gene: str) -> Path:
        return self._folder / f"call-{self._numbers[gene]:06}.npz"

    def has_read(self, part: int) -> bool:
        """Whether a part that reads is finished."""
        return self._read_path(part).exists()

    def put_read(self, part: int, found: Read) -> None:
        """Write what became of a part's inputs."""
        save_inputs(self._read_path(part), found)

    def inputs(self, genes: Mapping[str, GeneDefinition]) -> list[GroupedInput | InputError]:
        """Return what became of all inputs, with the genotypes of these genes only."""
        paths = (self._read_path(part) for part in range(self._n_reads))
        return [item for path in paths for item in load_inputs(path, genes)]

    def has_calls(self, gene: str) -> bool:
        """Whether a gene is called."""
        return self._calls_path(gene).exists()

    def put_calls(self, table: GeneTable) -> None:
        """Write a gene's calls."""
        save_calls(self._calls_path(table.gene), table)

    def calls(self, gene: str) -> GeneTable:
        """Return a gene's calls."""
        return load_calls(self._calls_path(gene), gene)
