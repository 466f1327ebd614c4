"""What stands beside a cohort's calls: frequencies by population, and quality of its data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import polars as pl

from pgx.base.genes import GeneDefinition
from pgx.engine.calling import GeneTable, Piece
from pgx.engine.frequencies.groups import sample_groups
from pgx.engine.frequencies.tables import CohortFrequencies
from pgx.engine.quality.checking import CohortQuality
from pgx.pipeline.settings import SampleInfo

__all__ = ["SUMMARY_TABLES", "Summaries", "summarise"]

_FREQUENCIES: Final = (
    "allele_frequencies", "diplotype_frequencies", "phenotype_frequencies", "call_status",
)  # fmt: skip
SUMMARY_TABLES: Final = (*_FREQUENCIES, "site_quality", "sample_quality")
"""Names of the tables beside calls and recommendations."""


class Summaries(NamedTuple):
    """Tables by name, and what stands out of the quality, ready for JSON."""

    tables: dict[str, pl.DataFrame]
    quality: dict[str, Any]


def summarise(
    samples: Sequence[str],
    sample_info: Mapping[str, SampleInfo],
    genes: Sequence[GeneDefinition],
    calls: Sequence[GeneTable],
    pieces: Callable[[GeneDefinition], Sequence[Piece]],
) -> Summaries:
    """Return the frequencies of what was called, and the quality of what it rests on.

    Parameters
    ----------
    samples, sample_info
        Names in order; sex and population by name.
    genes, calls
        The cohort's genes and the calls of each.
    pieces
        Gives a gene's genotypes; asked once for each gene that has positions.
    """
    levels = sample_groups(samples, sample_info)
    quality = CohortQuality(samples, sample_info)
    frequencies = CohortFrequencies(levels)
    for gene, table in zip(genes, calls, strict=True):
        frequencies.add(table, gene)
        if gene.variants:
            quality.add(gene, pieces(gene))
    tables = dict(zip(_FREQUENCIES, frequencies.tables(), strict=True))
    tables |= {"site_quality": quality.sites(), "sample_quality": quality.samples()}
    return Summaries(tables, quality.summary())
