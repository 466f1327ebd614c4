"""The validation data folder: where things lie, its tables, and the genes to be called."""

from __future__ import annotations

import csv
import functools
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from pgx.base.assemblies import Assembly
from pgx.inputs.settings import SampleInfo
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import GeneDefinition

__all__ = [
    "DATA",
    "cohort_file",
    "cohort_files",
    "cohort_rows",
    "gene_of",
    "genes",
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
