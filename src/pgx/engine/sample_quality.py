"""Quality of a cohort, gene by gene: tables of positions and of samples, and a summary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from pgx.engine.frequencies import ALL, SUPERPOPULATION, sample_groups
from pgx.engine.reading import Piece
from pgx.engine.site_quality import SitesQuality, SiteTally, expected_heterozygosity, tally_sites
from pgx.genotypes.matrix import ABSENT, Unknown
from pgx.inputs.settings import SampleInfo
from pgx.records.genes import GeneDefinition, Ploidy
from pgx.records.notes import NoteCode

__all__ = [
    "FEMALE",
    "LIMITS",
    "MALE",
    "SAMPLE_QUALITY_SCHEMA",
    "CheckedSexes",
    "CohortQuality",
    "SampleCounts",
    "SexCheck",
    "SexEvidence",
    "SexReason",
    "check_sexes",
]

MALE: Final = "male"
FEMALE: Final = "female"
Texts = npt.NDArray[np.object_]


class SexCheck(StrEnum):
    """Agreement of the chrX genotypes with the recorded sex."""

    CONSISTENT = "consistent"
    INCONSISTENT = "inconsistent"
    NOT_INFORMATIVE = "not_informative"
    UNKNOWN = "unknown"


class SexReason(StrEnum):
    """Reason for the result of a sex check."""

    HETEROZYGOUS = "heterozygous"
    HAPLOID = "one_strand"
    BOTH = "heterozygous_and_one_strand"
    MIXED = "mixed_ploidy"
    HOMOZYGOUS = "homozygous"
    NO_CALL = "no_call"


class SexEvidence(NamedTuple):
    """ChrX evidence, (N,) each.

    ``called`` positions with a known genotype, ``heterozygous`` those with two different alleles
    (also in a recorded male), ``haploid_samples`` whether haploid genotypes are written, ``mixed``
    whether a gene was refused: mixed haploid and diploid genotypes without a recorded sex.
    """

    called: npt.NDArray[np.int32]
    heterozygous: npt.NDArray[np.int32]
    haploid_samples: npt.NDArray[np.bool_]
    mixed: npt.NDArray[np.bool_]


class CheckedSexes(NamedTuple):
    """Texts (N,): the sex shown by the genotypes, None if neither; `SexCheck`; `SexReason`."""

    shown: Texts
    check: Texts
    reason: Texts


def check_sexes(sexes: Sequence[str], seen: SexEvidence) -> CheckedSexes:
    """Compare recorded sexes with genotypes on chrX.

    A heterozygous genotype indicates a female, a haploid genotype a male; both together, as in
    swapped or mixed samples, match neither. Homozygous diploid genotypes are not evidence, because
    some call sets write males that way.

    Parameters
    ----------
    sexes
        (N,) ``male``, ``female``, or empty if unknown.
    seen
        Evidence from the genotypes.
    """
    recorded = np.array(sexes, dtype=object)
    two, one = seen.heterozygous > 0, seen.haploid_samples
    shown = np.full(len(recorded), None, dtype=object)
    # contradictory genotypes show neither sex
    shown[two & ~one & ~seen.mixed], shown[one & ~two & ~seen.mixed] = FEMALE, MALE
    reason = np.full(len(recorded), SexReason.HOMOZYGOUS.value, dtype=object)
    reason[seen.called == 0] = SexReason.NO_CALL.value
    reason[two], reason[one] = SexReason.HETEROZYGOUS.value, SexReason.HAPLOID.value
    reason[two & one] = SexReason.BOTH.value
    reason[seen.mixed] = SexReason.MIXED.value
    check = np.where(shown == recorded, SexCheck.CONSISTENT.value, SexCheck.INCONSISTENT.value)
    check = check.astype(object)
    check[~two & ~one] = SexCheck.NOT_INFORMATIVE.value
    check[~np.isin(recorded, (MALE, FEMALE))] = SexCheck.UNKNOWN.value
    return CheckedSexes(shown, check, reason)


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
    """Sums per-sample counts, gene by gene; only the sums are kept.

    Positions that are missing in every sample describe the input, not the samples, and are
    ignored.

    Parameters
    ----------
    n_samples
        Number of samples in the cohort (N).
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
        """Add a gene; ``tally`` is that of its pieces over all samples."""
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
        for site in np.flatnonzero(expected).tolist():  # fixed order: sums do not depend on columns
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
        # a recorded male's heterozygous genotype is set to unknown, but contradicts the record
        different |= seen.reason == Unknown.MALE_HETEROZYGOUS
        own = different.sum(axis=0, dtype=np.int32)
        self.x_heterozygous[piece.samples] += own[piece.columns]
        n_columns = seen.call.shape[1]
        mixed = [c for c, codes in seen.notes.items() if NoteCode.MIXED_PLOIDY in codes]
        for total, columns in ((self.x_haploid, seen.haploid_samples), (self.x_mixed, mixed)):
            total[piece.samples] |= _marked(n_columns, columns)[piece.columns]

    def inbreeding(self) -> npt.NDArray[np.float64]:
        """(N,) F by the method of moments, nan if no heterozygote is expected.

        (O - E) / (N - E) with O observed and E expected homozygous genotypes of N, as in PLINK
        (Purcell et al., Am. J. Hum. Genet. 81 (2007) 559) and ``vcftools --het`` (Danecek et
        al., Bioinformatics 27 (2011) 2156).
        """
        some = self.expected > 0
        return np.where(some, 1 - self.n_heterozygous / np.where(some, self.expected, 1.0), np.nan)

    def evidence(self) -> SexEvidence:
        """Return the chrX evidence."""
        return SexEvidence(self.x_called, self.x_heterozygous, self.x_haploid, self.x_mixed)

    def call_rates(self) -> npt.NDArray[np.float64]:
        """(N,) fraction of positions called, nan if there are none."""
        return self.n_called / np.float64(self.n_sites or np.nan)

    def frame(self, samples: Sequence[str], sexes: Sequence[str]) -> pl.DataFrame:
        """Return `SAMPLE_QUALITY_SCHEMA`, one row per sample; ``sexes`` as in `check_sexes`."""
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
    """(P,) expected heterozygosity over all samples; 0 if nothing is called.

    With the small-sample correction of Nei, Genetics 89 (1978) 583, which ``vcftools --het``
    applies as well.
    """
    alleles = tally.tested_alleles().sum(axis=1)
    haplotypes = alleles.sum(axis=0)
    share = expected_heterozygosity(alleles)
    return np.where(haplotypes > 1, share * haplotypes / np.maximum(haplotypes - 1, 1), 0.0)


def _marked(n_columns: int, columns: Iterable[int]) -> npt.NDArray[np.bool_]:
    """(C,) whether each column is one of the given ones."""
    found = np.zeros(n_columns, np.bool_)
    found[sorted(columns)] = True
    return found


LIMITS: Final = {"gene_call_rate": 0.95, "sample_call_rate": 0.9, "hwe_p": 1e-6}
"""Limits below which the summary lists a gene, counts a sample, lists a position."""
_NOBODY: Final = SampleInfo(sample="")


class CohortQuality:
    """Collects a cohort's quality, gene by gene.

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
        """Add a gene's genotypes of all samples; a gene without positions has none."""
        if not gene.variants:
            return
        self._n_sites += len(gene.variants)
        self._frame = None
        tally = tally_sites(gene, pieces, self._levels, self._females)
        self._counts.add(gene, pieces, tally.first_level())
        self._sites.add(tally)

    def sites(self) -> pl.DataFrame:
        """Return `SITE_QUALITY_SCHEMA`: genes in order; all samples, then superpopulations."""
        if self._frame is None:
            self._frame = self._sites.frame()
        return self._frame

    def samples(self) -> pl.DataFrame:
        """Return `SAMPLE_QUALITY_SCHEMA`, one row per sample."""
        return self._counts.frame(self._samples, self._sexes)

    def summary(self) -> dict[str, Any]:
        """Return notable quality problems, ready for JSON; samples are counted, never named."""
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
        """Positions out of equilibrium within a superpopulation, or overall if none is known.

        Mixed populations have too few heterozygotes without any error (Wahlund effect).
        """
        level = self._levels[-1].name
        unlikely = (pl.col("level") == level) & (pl.col("hwe_p") < LIMITS["hwe_p"])
        columns = ("gene", "position", "rsid", "group", "hwe_p", "inbreeding")
        return self.sites().filter(unlikely).select(columns).to_dicts()
