"""The validation data folder, and calls of its files through the package's own reader."""

from __future__ import annotations

import csv
import functools
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pgx.base.calls import GeneCall
from pgx.base.genes import Assembly, GeneDefinition
from pgx.genotypes.matrix import GeneGenotypes
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.pipeline.call import GeneCaller
from pgx.pipeline.read import Observations, read_inputs
from pgx.pipeline.settings import Absent, RunSettings, SampleInfo

__all__ = [
    "DATA",
    "Called",
    "call_files",
    "cohort",
    "cohort_files",
    "gene_of",
    "genes",
    "read_table",
    "sample_info",
]

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared"))
"""The validation data folder."""


@functools.cache
def genes() -> Mapping[str, GeneDefinition]:
    """Return genes with defining positions, by name."""
    return {name: gene for name, gene in KnowledgeBase().genes.items() if gene.variants}


@functools.cache
def _caller(gene: str) -> GeneCaller:
    return GeneCaller(genes()[gene])


def read_table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a tab-separated table with a header."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


@functools.cache
def sample_info() -> Mapping[str, SampleInfo]:
    """Return what is known of the cohort's samples."""
    rows = read_table(DATA / "cohort" / "samples.tsv")
    return {r["sample"]: SampleInfo(sample=r["sample"], sex=r["sex"]) for r in rows}


@dataclass(frozen=True, slots=True)
class Called:
    """Files as read, and what is called from them."""

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

    def call(self, gene: str, sample: int, *, with_sites: bool = False) -> GeneCall:
        """Return the call of one gene in one sample (a column index)."""
        return _caller(gene).call(self.genotypes[gene], sample, with_sites=with_sites)

    def calls(self, gene: str) -> Iterator[GeneCall]:
        """Yield one gene's calls in the order of the samples."""
        return (self.call(gene, column) for column in range(len(self.samples)))


def call_files(
    paths: Sequence[Path],
    *,
    only: Sequence[str] = (),
    info: Mapping[str, SampleInfo] | None = None,
    **settings: Any,  # noqa: ANN401 -- fields of RunSettings
) -> Called:
    """Read files and prepare the calls of all genes, or of those in ``only``."""
    wanted = [gene for name, gene in genes().items() if not only or name in only]
    read = read_inputs(list(paths), wanted, RunSettings(**settings), info or {})
    return Called(read, {gene.gene: read.combined(gene) for gene in wanted})


def cohort_files(assembly: Assembly) -> list[Path]:
    """Return the cohort's files of one assembly, one a gene."""
    return sorted((DATA / "cohort" / assembly.value).glob("*.vcf.gz"))


def gene_of(path: Path) -> str:
    """Return the gene of a cohort file."""
    return path.name.split(".", 1)[0]


def cohort(assembly: Assembly, absent: Absent = Absent.REFERENCE, **settings: Any) -> Called:  # noqa: ANN401
    """Read the cohort on one assembly: assembly given, sex from the sample table."""
    paths = cohort_files(assembly)
    return call_files(paths, info=sample_info(), assembly=assembly, absent=absent, **settings)
