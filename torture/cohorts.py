"""Simulated cohorts: people with known diplotypes, as files of one sample or of several."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import GeneDefinition
from pgx.simulator.haplotypes import parse_diplotype
from pgx.simulator.settings import SimulationSettings
from pgx.simulator.vcf import render_vcf

__all__ = ["GENES", "WORDS", "few_files", "many_files", "people", "text_of", "write_cohort"]

GENES: Final = ("CYP2C19", "NUDT15")
WORDS: Final = (
    *("--genes", ",".join(GENES)),
    *("--drugs", "clopidogrel,azathioprine", "--format", "tsv"),
)
"""Options of a cohort run that is quick."""
_ALLELES: Final = {"CYP2C19": ("*1", "*2", "*17", "*3"), "NUDT15": ("*1", "*3")}

Diplotypes = Mapping[str, Mapping[str, str]]


@functools.cache
def _genes() -> Mapping[str, GeneDefinition]:
    return KnowledgeBase().genes


def people(first: int, n: int) -> dict[str, dict[str, str]]:
    """People S000…, each with a pair of alleles of both genes."""
    return {
        f"S{i:03}": {
            gene: f"{names[i % len(names)]}/{names[i // 2 % len(names)]}"
            for gene, names in _ALLELES.items()
        }
        for i in range(first, first + n)
    }


def text_of(samples: Diplotypes) -> str:
    """Return the text of a file with these samples, genes without a diplotype left out."""
    parsed = {
        sample: {gene: parse_diplotype(text) for gene, text in diplotypes.items()}
        for sample, diplotypes in samples.items()
    }
    return render_vcf(_genes(), parsed, SimulationSettings(only_named=True))


def write_cohort(path: Path, samples: Diplotypes) -> Path:
    """Write a file with these samples; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text_of(samples), encoding="utf-8", newline="")
    return path


def many_files(folder: Path, n: int, first: int = 0) -> list[Path]:
    """Files of one sample each; more than 200 are kept as parts in the folder of results."""
    folder.mkdir(parents=True, exist_ok=True)
    text = text_of(people(first, 8))
    *head, columns = [line for line in text.splitlines() if line.startswith("#")]
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    paths = []
    for i in range(n):
        lines = [*head, "\t".join([*columns.split("\t")[:9], f"T{i:03}"])]
        lines += ["\t".join([*row[:9], row[9 + i % 8]]) for row in rows]
        paths.append(folder / f"{i:03}.vcf")
        paths[-1].write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return paths


def few_files(folder: Path, n: int = 3) -> list[Path]:
    """Files of some samples each."""
    return [write_cohort(folder / f"{i}.vcf", people(5 * i, 5)) for i in range(n)]
