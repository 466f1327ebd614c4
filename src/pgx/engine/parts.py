"""Storage of a plan's finished parts until the results are written: in memory or in a folder.

A part file is an archive of arrays and JSON (never pickle) and is written atomically. A reading
part has one member for its inputs and one per gene, so one gene's genotypes are loaded without
reading those of the others, however many inputs there are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from pgx.engine.calling import GeneTable
from pgx.engine.part_files import (
    PART_SUFFIX,
    Evidence,
    is_whole,
    load_advice,
    load_calls,
    load_evidence,
    load_gene,
    load_inputs,
    save_advice,
    save_calls,
    save_evidence,
    save_inputs,
)
from pgx.engine.plan import CohortPlan
from pgx.engine.reading import Inputs, ReadInput
from pgx.errors import InputError
from pgx.records.calls import Recommendation
from pgx.records.genes import GeneDefinition

__all__ = [
    "FolderParts",
    "MemoryParts",
    "Parts",
]


class Parts(Protocol):
    """Finished parts of one plan."""

    def has_read(self, part: int) -> bool:
        """Whether a reading part is finished."""

    def put_read(self, part: int, found: Inputs) -> None:
        """Store the inputs of a part, read or refused."""

    def inputs(self, genes: Mapping[str, GeneDefinition]) -> list[ReadInput | InputError]:
        """Return all inputs, read or refused, with the genotypes of at least these genes."""

    def has_evidence(self, gene: str) -> bool:
        """Whether a gene's evidence on the samples' populations is stored."""

    def put_evidence(self, gene: str, evidence: Evidence) -> None:
        """Store a gene's evidence on the samples' populations."""

    def evidence(self, gene: str) -> Evidence:
        """Return a gene's evidence on the samples' populations."""

    def has_calls(self, gene: str) -> bool:
        """Whether a gene is called."""

    def put_calls(self, table: GeneTable) -> None:
        """Store a gene's calls."""

    def calls(self, gene: str) -> GeneTable:
        """Return a gene's calls."""

    def has_advice(self, chunk: int) -> bool:
        """Whether the recommendations of a chunk of samples are stored."""

    def put_advice(
        self, chunk: int, records: Sequence[Recommendation], rows: npt.NDArray[np.int32]
    ) -> None:
        """Store the recommendations of a chunk of samples: (N, width) indices of records."""

    def advice(self, chunk: int) -> tuple[list[Recommendation], npt.NDArray[Any]]:
        """Return the distinct records of a chunk of samples, and (N, width) their indices."""


class MemoryParts:
    """Parts in memory, for a short run."""

    def __init__(self) -> None:
        self._reads: dict[int, Inputs] = {}
        self._evidence: dict[str, Evidence] = {}
        self._calls: dict[str, GeneTable] = {}
        self._advice: dict[int, tuple[list[Recommendation], npt.NDArray[Any]]] = {}

    def has_read(self, part: int) -> bool:
        """Whether a reading part is finished."""
        return part in self._reads

    def put_read(self, part: int, found: Inputs) -> None:
        """Store the inputs of a part, read or refused."""
        self._reads[part] = found

    def inputs(self, genes: Mapping[str, GeneDefinition]) -> list[ReadInput | InputError]:
        """Return all inputs, read or refused, with the genotypes of every gene."""
        del genes
        return [item for _, found in sorted(self._reads.items()) for item in found]

    def has_evidence(self, gene: str) -> bool:
        """Whether a gene's evidence on the samples' populations is stored."""
        return gene in self._evidence

    def put_evidence(self, gene: str, evidence: Evidence) -> None:
        """Store a gene's evidence on the samples' populations."""
        self._evidence[gene] = evidence

    def evidence(self, gene: str) -> Evidence:
        """Return a gene's evidence on the samples' populations."""
        return self._evidence[gene]

    def has_calls(self, gene: str) -> bool:
        """Whether a gene is called."""
        return gene in self._calls

    def put_calls(self, table: GeneTable) -> None:
        """Store a gene's calls."""
        self._calls[table.gene] = table

    def calls(self, gene: str) -> GeneTable:
        """Return a gene's calls."""
        return self._calls[gene]

    def has_advice(self, chunk: int) -> bool:
        """Whether the recommendations of a chunk of samples are stored."""
        return chunk in self._advice

    def put_advice(
        self, chunk: int, records: Sequence[Recommendation], rows: npt.NDArray[np.int32]
    ) -> None:
        """Store the recommendations of a chunk of samples: (N, width) indices of records."""
        self._advice[chunk] = list(records), rows

    def advice(self, chunk: int) -> tuple[list[Recommendation], npt.NDArray[Any]]:
        """Return the distinct records of a chunk of samples, and (N, width) their indices."""
        return self._advice[chunk]


class FolderParts:
    """Parts as files of a folder, which outlive the process; writes are atomic.

    A damaged file counts as absent, and its part is computed again.
    """

    def __init__(self, folder: Path, plan: CohortPlan) -> None:
        self._folder = folder
        self._n_reads = len(plan.reads)
        self._numbers = {gene: i for i, gene in enumerate(plan.genes)}
        self._read: dict[int, list[ReadInput | InputError]] = {}
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}

    def _read_path(self, part: int) -> Path:
        return self._folder / f"read-{part:06}{PART_SUFFIX}"

    def _evidence_path(self, gene: str) -> Path:
        return self._folder / f"population-{self._numbers[gene]:06}{PART_SUFFIX}"

    def _calls_path(self, gene: str) -> Path:
        return self._folder / f"call-{self._numbers[gene]:06}{PART_SUFFIX}"

    def has_read(self, part: int) -> bool:
        """Whether a reading part is finished."""
        return is_whole(self._read_path(part))

    def put_read(self, part: int, found: Inputs) -> None:
        """Write the inputs of a part, read or refused."""
        save_inputs(self._read_path(part), found)

    def inputs(self, genes: Mapping[str, GeneDefinition]) -> list[ReadInput | InputError]:
        """Return all inputs, read or refused, with the genotypes of these genes only."""
        return [item for part in range(self._n_reads) for item in self._of_part(part, genes)]

    def _of_part(
        self, part: int, genes: Mapping[str, GeneDefinition]
    ) -> Iterator[ReadInput | InputError]:
        path = self._read_path(part)
        items = self._read.get(part)
        if items is None:
            # descriptions are cached, genotypes are not: they dominate memory
            items = self._read[part] = [self._shared(item) for item in load_inputs(path)]
        own = {name: load_gene(path, gene) for name, gene in genes.items()}
        for number, item in enumerate(items):
            if isinstance(item, InputError):
                yield item
            else:
                there = {name: by[number] for name, by in own.items() if number in by}
                yield dataclasses.replace(item, genes=there)

    def _shared(self, item: ReadInput | InputError) -> ReadInput | InputError:
        """Share the tuple of names between inputs with equal samples: there may be millions."""
        if isinstance(item, InputError):
            return item
        names = self._names.setdefault(item.samples, item.samples)
        return dataclasses.replace(item, samples=names)

    def has_evidence(self, gene: str) -> bool:
        """Whether a gene's evidence on the samples' populations is stored."""
        return is_whole(self._evidence_path(gene))

    def put_evidence(self, gene: str, evidence: Evidence) -> None:
        """Write a gene's evidence on the samples' populations."""
        save_evidence(self._evidence_path(gene), evidence)

    def evidence(self, gene: str) -> Evidence:
        """Return a gene's evidence on the samples' populations."""
        return load_evidence(self._evidence_path(gene))

    def has_calls(self, gene: str) -> bool:
        """Whether a gene is called."""
        return is_whole(self._calls_path(gene))

    def put_calls(self, table: GeneTable) -> None:
        """Write a gene's calls."""
        save_calls(self._calls_path(table.gene), table)

    def calls(self, gene: str) -> GeneTable:
        """Return a gene's calls."""
        return load_calls(self._calls_path(gene), gene)

    def _advice_path(self, chunk: int) -> Path:
        return self._folder / f"advice-{chunk:06}{PART_SUFFIX}"

    def has_advice(self, chunk: int) -> bool:
        """Whether the recommendations of a chunk of samples are stored."""
        return is_whole(self._advice_path(chunk))

    def put_advice(
        self, chunk: int, records: Sequence[Recommendation], rows: npt.NDArray[np.int32]
    ) -> None:
        """Write the recommendations of a chunk of samples: (N, width) indices of records."""
        save_advice(self._advice_path(chunk), records, rows)

    def advice(self, chunk: int) -> tuple[list[Recommendation], npt.NDArray[Any]]:
        """Return the distinct records of a chunk of samples, and (N, width) their indices."""
        return load_advice(self._advice_path(chunk))
