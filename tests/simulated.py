"""Make a VCF file with known diplotypes: ``vcf_file(tmp_path, {"CYP2C19": "*1/*2"})``."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import GeneDefinition
from pgx.simulator.haplotypes import parse_diplotype
from pgx.simulator.settings import SimulationSettings
from pgx.simulator.vcf import render_vcf

Diplotypes = Mapping[str, str | Sequence[str]]


@functools.cache
def genes() -> dict[str, GeneDefinition]:
    """All genes of the knowledge base, loaded once."""
    return KnowledgeBase().genes


def simulation_settings(**settings: Any) -> SimulationSettings:
    """Settings from plain values: ``simulation_settings(style="gvcf", assembly="GRCh37")``."""
    return msgspec.convert(settings, SimulationSettings, strict=False)


def vcf_text(diplotypes: Diplotypes, *, sample: str = "S1", **settings: Any) -> str:
    """Text of a file with one sample; settings are those of `SimulationSettings`."""
    return cohort_text({sample: diplotypes}, **settings)


def cohort_text(samples: Mapping[str, Diplotypes], **settings: Any) -> str:
    """Text of a file with several samples."""
    named = {
        sample: {
            gene: parse_diplotype(names) if isinstance(names, str) else tuple(names)
            for gene, names in diplotypes.items()
        }
        for sample, diplotypes in samples.items()
    }
    return render_vcf(genes(), named, simulation_settings(**settings))


def vcf_file(
    folder: Path,
    diplotypes: Diplotypes,
    *,
    sample: str = "S1",
    name: str = "simulated.vcf",
    **settings: Any,
) -> Path:
    """Write a file with one sample into a folder and return its path."""
    path = folder / name
    path.write_text(vcf_text(diplotypes, sample=sample, **settings), encoding="utf-8", newline="")
    return path


def cohort_file(
    folder: Path,
    samples: Mapping[str, Diplotypes],
    *,
    name: str = "cohort.vcf",
    **settings: Any,
) -> Path:
    """Write a file with several samples into a folder and return its path."""
    path = folder / name
    path.write_text(cohort_text(samples, **settings), encoding="utf-8", newline="")
    return path
