"""Quality of a cohort, gene by gene: tables of positions and of samples, and their summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from pgx.base.genes import GeneDefinition
from pgx.engine.calling import Piece
from pgx.engine.frequencies.groups import ALL, SUPERPOPULATION, sample_groups
from pgx.engine.quality.samples import SampleCounts
from pgx.engine.quality.sexes import FEMALE, SexCheck, check_sexes
from pgx.engine.quality.sites import SitesQuality, tally_sites
from pgx.pipeline.settings import SampleInfo

__all__ = ["LIMITS", "CohortQuality"]

LIMITS: Final = {"gene_call_rate": 0.95, "sample_call_rate": 0.9, "hwe_p": 1e-6}
"""Below which the summary names a gene, counts a sample, names a position."""
_NOBODY: Final = SampleInfo(sample="")


class CohortQuality:
    """Adds up a cohort's quality as its genes come by.

    Parameters
    ----------
    samples
        Names in the order of the cohort.
    sample_info
        Sex and superpopulation by sample name.
    """

    def __init__(self, samples: Sequence[str], sample_info: Mapping[str, SampleInfo]) -> None:
        self._samples = tuple(samples)
        self._sexes = [sample_info.get(name, _NOBODY).sex for name in samples]
        self._females = np.array([sex == FEMALE for sex in self._sexes], np.bool_)
        levels = sample_groups(samples, sample_info)
        self._levels = [level for level in levels if level.name in (ALL, SUPERPOPULATION)]
        self._counts = SampleCounts(len(samples))
        self._sites = SitesQuality()
        self._frame: pl.DataFrame | None = None
        self._n_sites = 0

    def add(self, gene: GeneDefinition, pieces: Sequence[Piece]) -> None:
        """Add a gene's genotypes, of all samples; a gene without positions has none."""
        if not gene.variants:
            return
        self._n_sites += len(gene.variants)
        self._frame = None
        tally = tally_sites(gene, pieces, self._levels, self._females)
        self._counts.add(gene, pieces, tally.first_level())
        self._sites.add(tally)

    def sites(self) -> pl.DataFrame:
        """Return `SITE_QUALITY_SCHEMA`: genes as they came, all samples, then superpopulations."""
        if self._frame is None:
            self._frame = self._sites.frame()
        return self._frame

    def samples(self) -> pl.DataFrame:
        """Return `SAMPLE_QUALITY_SCHEMA`, a row a sample."""
        return self._counts.frame(self._samples, self._sexes)

    def summary(self) -> dict[str, Any]:
        """Return what stands out, ready for JSON; samples are counted, never named."""
        rates = self._counts.call_rates()
        checked = check_sexes(self._sexes, self._counts.evidence())
        few = rates < LIMITS["sample_call_rate"]
        some = len(rates) > 0 and self._counts.n_sites > 0
        return {
            "n_samples": len(self._samples),
            "n_sites": self._n_sites,
            "n_sites_answered": self._counts.n_sites,
            "mean_call_rate": float(rates.mean()) if some else None,
            "limits": dict(LIMITS),
            "genes_below_call_rate": self._poor_genes(),
            "sites_out_of_equilibrium": self._unequal_sites(),
            "samples_below_call_rate": int(few.sum()),
            "sex_check": {c.value: int((checked.check == c.value).sum()) for c in SexCheck},
        }

    def _poor_genes(self) -> list[dict[str, Any]]:
        """Genes with a low call rate over all their positions and samples."""
        of_all = self.sites().filter(pl.col("level") == ALL)
        rates = of_all.group_by("gene", maintain_order=True).agg(
            call_rate=pl.col("n_called").sum() / pl.col("n_samples").sum()
        )
        return rates.filter(pl.col("call_rate") < LIMITS["gene_call_rate"]).to_dicts()

    def _unequal_sites(self) -> list[dict[str, Any]]:
        """Positions out of equilibrium within a superpopulation; of all where none is known.

        Where populations are mixed heterozygotes are too few without any fault (Wahlund).
        """
        level = self._levels[-1].name
        unlikely = (pl.col("level") == level) & (pl.col("hwe_p") < LIMITS["hwe_p"])
        columns = ("gene", "position", "rsid", "group", "hwe_p", "inbreeding")
        return self.sites().filter(unlikely).select(columns).to_dicts()
