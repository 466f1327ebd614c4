"""The validation data folder: where files are, and what the package's own reader finds in them."""

from __future__ import annotations

import csv
import functools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pgx.base.assemblies import Assembly
from pgx.engine.reading import Observations, read_inputs
from pgx.genotypes.matrix import GeneGenotypes
from pgx.inputs.settings import Absent, RunSettings, SampleInfo
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import GeneDefinition

__all__ = [
    "DATA",
    "Observed",
    "cohort",
    "cohort_file",
    "cohort_files",
    "cohort_genes",
    "cohort_genotypes",
    "cohort_rows",
    "gene_of",
    "genes",
    "gvcf_files",
    "read_files",
    "read_table",
    "reference_name",
    "sample_info",
]

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared"))
"""The validation data folder."""


@functools.cache
def genes() -> Mapping[str, GeneDefinition]:
    """Return genes with defining positions, by name."""
    return {name: gene for name, gene in KnowledgeBase().genes.items() if gene.variants}


def reference_name(gene: str) -> str:
    """Return the name of a gene's reference allele."""
    return next(a.name for a in genes()[gene].alleles if a.is_reference)


def read_table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a tab-separated table with a header."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


@functools.cache
def cohort_rows() -> Sequence[Mapping[str, str]]:
    """Return what is known of the cohort's people: sample, population, superpopulation, sex.

    Empty where there is no validation data folder.
    """
    path = DATA / "cohort" / "samples.tsv"
    return read_table(path) if path.is_file() else []


@functools.cache
def sample_info() -> Mapping[str, SampleInfo]:
    """Return sex by sample name."""
    return {r["sample"]: SampleInfo(sample=r["sample"], sex=r["sex"]) for r in cohort_rows()}


def cohort_files(assembly: Assembly) -> list[Path]:
    """Return the cohort's files of one assembly, one a gene."""
    return sorted((DATA / "cohort" / assembly.value).glob("*.vcf.gz"))


def gvcf_files() -> list[Path]:
    """Return the reference genomes' gVCF files."""
    return sorted((DATA / "gvcf").glob("*.g.vcf.gz"))


def gene_of(path: Path) -> str:
    """Return the gene of a cohort file."""
    return path.name.split(".", 1)[0]


@functools.cache
def cohort_file(gene: str) -> tuple[Path, Assembly] | None:
    """Return a gene's file and its assembly: GRCh38, or GRCh37 where there is no other."""
    for assembly in (Assembly.GRCH38, Assembly.GRCH37):
        for path in cohort_files(assembly):
            if gene_of(path) == gene:
                return path, assembly
    return None


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
        return {gene for item in self.read.inputs for gene in item.genes}


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
