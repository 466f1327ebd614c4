"""Quality of a cohort's samples, added up gene by gene: call rate, heterozygosity, sex."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from pgx.base.genes import GeneDefinition, Ploidy
from pgx.engine.calling import Piece
from pgx.engine.quality.equilibrium import expected_heterozygosity
from pgx.engine.quality.sexes import SexEvidence, check_sexes
from pgx.engine.quality.sites import SiteTally
from pgx.genotypes.matrix import ABSENT, Unknown

__all__ = ["SAMPLE_QUALITY_SCHEMA", "SampleCounts"]

_INTEGERS: Final = ("n_sites", "n_called", "n_autosomal", "n_heterozygous")
SAMPLE_QUALITY_SCHEMA: Final = pl.Schema(
    {
        "sample": pl.String(),
        "n_sites": pl.Int32(),
        "n_called": pl.Int32(),
        "call_rate": pl.Float64(),
        "n_autosomal": pl.Int32(),
        "n_heterozygous": pl.Int32(),
        "expected_heterozygous": pl.Float64(),
        "inbreeding": pl.Float64(),
        "sex": pl.String(),
        "x_called": pl.Int32(),
        "x_heterozygous": pl.Int32(),
        "x_one_strand": pl.Boolean(),
        "sex_by_calls": pl.String(),
        "sex_check": pl.String(),
        "sex_reason": pl.String(),
    }
)
"""Columns and types of the quality of samples."""


class SampleCounts:
    """Adds up what samples show, gene by gene; nothing but sums is kept.

    Positions that no sample has an answer for say something of the input, nothing of samples:
    they are left out.

    Parameters
    ----------
    n_samples
        Samples of the cohort (N).
    """

    def __init__(self, n_samples: int) -> None:
        self.n_sites = 0
        self.n_called = np.zeros(n_samples, np.int32)
        self.n_autosomal = np.zeros(n_samples, np.int32)
        self.n_heterozygous = np.zeros(n_samples, np.int32)
        self.expected = np.zeros(n_samples, np.float64)
        self.x_called = np.zeros(n_samples, np.int32)
        self.x_heterozygous = np.zeros(n_samples, np.int32)
        self.x_haploid = np.zeros(n_samples, np.bool_)
        self.x_mixed = np.zeros(n_samples, np.bool_)

    def add(self, gene: GeneDefinition, pieces: Sequence[Piece], tally: SiteTally) -> None:
        """Add a gene; ``tally`` is that of its pieces for all samples together."""
        answered = tally.samples[tally.is_called].sum(axis=(0, 1)) > 0
        self.n_sites += int(answered.sum())
        for piece in pieces:
            call = piece.genotypes.call
            called = (call[:, :, 0] >= 0) & ((call[:, :, 1] >= 0) | (call[:, :, 1] == ABSENT))
            own = called.sum(axis=0, dtype=np.int32)
            self.n_called[piece.samples] += own[piece.columns]
            if gene.ploidy is Ploidy.AUTOSOME:
                self._add_autosomal(piece, _unbiased(tally))
            elif gene.ploidy is Ploidy.X_LINKED:
                self.x_called[piece.samples] += own[piece.columns]
                self._add_x(piece)

    def _add_autosomal(self, piece: Piece, expected: npt.NDArray[np.float64]) -> None:
        call = piece.genotypes.call
        diploid = (call[:, :, 0] >= 0) & (call[:, :, 1] >= 0)
        different = diploid & (call[:, :, 0] != call[:, :, 1])
        shares = np.zeros(call.shape[1], np.float64)
        for site in np.flatnonzero(expected).tolist():  # so that columns change no sum
            shares += expected[site] * diploid[site]
        for total, own in (
            (self.n_autosomal, diploid.sum(axis=0, dtype=np.int32)),
            (self.n_heterozygous, different.sum(axis=0, dtype=np.int32)),
            (self.expected, shares),
        ):
            total[piece.samples] += own[piece.columns]

    def _add_x(self, piece: Piece) -> None:
        seen = piece.genotypes
        first, second = seen.call[:, :, 0], seen.call[:, :, 1]
        different = (first >= 0) & (second >= 0) & (first != second)
        different |= seen.reason == Unknown.MALE_HETEROZYGOUS
        own = different.sum(axis=0, dtype=np.int32)
        self.x_heterozygous[piece.samples] += own[piece.columns]
        n_columns = seen.call.shape[1]
        mixed = [c for c, codes in seen.notes.items() if "mixed_ploidy" in codes]
        for total, columns in ((self.x_haploid, seen.haploid_samples), (self.x_mixed, mixed)):
            total[piece.samples] |= _marked(n_columns, columns)[piece.columns]

    def inbreeding(self) -> npt.NDArray[np.float64]:
        """(N,) F by the method of moments, nan where no heterozygote is expected.

        (O - E) / (N - E) with O homozygous genotypes, E expected ones, of N, as in PLINK
        (Purcell et al., Am. J. Hum. Genet. 81 (2007) 559) and ``vcftools --het`` (Danecek et
        al., Bioinformatics 27 (2011) 2156).
        """
        some = self.expected > 0
        return np.where(some, 1 - self.n_heterozygous / np.where(some, self.expected, 1.0), np.nan)

    def evidence(self) -> SexEvidence:
        """Return what is seen on chrX."""
        return SexEvidence(self.x_called, self.x_heterozygous, self.x_haploid, self.x_mixed)

    def call_rates(self) -> npt.NDArray[np.float64]:
        """(N,) share of the positions that are called, nan where there are none."""
        return self.n_called / np.float64(self.n_sites or np.nan)

    def frame(self, samples: Sequence[str], sexes: Sequence[str]) -> pl.DataFrame:
        """Return `SAMPLE_QUALITY_SCHEMA`, a row a sample; ``sexes`` as `check_sexes` takes them."""
        checked = check_sexes(sexes, self.evidence())
        columns = {
            "sample": list(samples),
            "n_sites": np.full(len(samples), self.n_sites, np.int32),
            "n_called": self.n_called,
            "call_rate": self.call_rates(),
            "n_autosomal": self.n_autosomal,
            "n_heterozygous": self.n_heterozygous,
            "expected_heterozygous": self.expected,
            "inbreeding": self.inbreeding(),
            "sex": [sex or None for sex in sexes],
            "x_called": self.x_called,
            "x_heterozygous": self.x_heterozygous,
            "x_one_strand": self.x_haploid,
            "sex_by_calls": checked.shown.tolist(),
            "sex_check": checked.check.tolist(),
            "sex_reason": checked.reason.tolist(),
        }
        return pl.DataFrame(columns, schema=SAMPLE_QUALITY_SCHEMA, nan_to_null=True)


def _unbiased(tally: SiteTally) -> npt.NDArray[np.float64]:
    """(P,) expected heterozygosity of all samples together; 0 where nothing is called.

    With the correction for the few that were counted of Nei, Genetics 89 (1978) 583, which
    ``vcftools --het`` applies as well.
    """
    alleles = tally.tested_alleles().sum(axis=1)
    haplotypes = alleles.sum(axis=0)
    share = expected_heterozygosity(alleles)
    return np.where(haplotypes > 1, share * haplotypes / np.maximum(haplotypes - 1, 1), 0.0)


def _marked(n_columns: int, columns: Iterable[int]) -> npt.NDArray[np.bool_]:
    """(C,) whether each column is one of some."""
    found = np.zeros(n_columns, np.bool_)
    found[sorted(columns)] = True
    return found
