"""Files of the validation data through the package's own reader."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pgx.base.assemblies import Assembly
from pgx.engine.reading import Observations, read_inputs
from pgx.genotypes.matrix import GeneGenotypes
from pgx.inputs.settings import Absent, RunSettings, SampleInfo
from validation.data import cohort_file, cohort_files, genes, sample_info

__all__ = ["Observed", "cohort", "cohort_genes", "cohort_genotypes", "read_files"]


@dataclass(frozen=True, slots=True)
class Observed:
    """Files as read, and what they show of each gene."""

    read: Observations
    genotypes: Mapping[str, GeneGenotypes]

    @property
    def samples(self) -> tuple[str, ...]:
        """Sample names in the order of the files."""
        return self.read.samples

    @property
    def answered(self) -> set[str]:
        """Genes of which some file says something."""
        return {gene for item in self.read.inputs for gene in item.genotypes}


def read_files(
    paths: Sequence[Path],
    *,
    only: Sequence[str] = (),
    info: Mapping[str, SampleInfo] | None = None,
    **settings: Any,  # noqa: ANN401 -- fields of RunSettings
) -> Observed:
    """Read files at the positions of all genes, or of those in ``only``."""
    wanted = [gene for name, gene in genes().items() if not only or name in only]
    read = read_inputs(list(paths), wanted, RunSettings(**settings), info or {})
    return Observed(read, {gene.gene: read.combined(gene) for gene in wanted})


def cohort(assembly: Assembly, absent: Absent = Absent.REFERENCE, **settings: Any) -> Observed:  # noqa: ANN401
    """Read the cohort on one assembly: assembly given, sex from the sample table."""
    paths = cohort_files(assembly)
    return read_files(paths, info=sample_info(), assembly=assembly, absent=absent, **settings)


def cohort_genes() -> list[str]:
    """Return the genes that have a file in the cohort."""
    return sorted(gene for gene in genes() if cohort_file(gene) is not None)


@functools.cache
def cohort_genotypes(gene: str, absent: Absent = Absent.REFERENCE) -> GeneGenotypes:
    """Return what the cohort's phased file of one gene shows.

    Raises
    ------
    ValueError
        The cohort has no file of this gene.
    """
    found = cohort_file(gene)
    if found is None:
        message = f"the cohort has no file of {gene}"
        raise ValueError(message)
    path, assembly = found
    read = read_files([path], only=[gene], info=sample_info(), assembly=assembly, absent=absent)
    return read.genotypes[gene]
