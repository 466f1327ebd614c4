"""Quality of a gene's defining positions in a cohort: call rates, Hardy–Weinberg equilibrium.

Genotypes are tallied per column of a `Piece`, weighted by the number of samples of a group that
share the column; there is no loop over samples.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from pgx.engine.frequencies import Grouping, count_members
from pgx.engine.reading import Piece
from pgx.genotypes.matrix import ABSENT, Evidence, Unknown
from pgx.records.genes import GeneDefinition, Ploidy

__all__ = [
    "SITE_QUALITY_SCHEMA",
    "SiteTally",
    "SitesQuality",
    "exact_p",
    "expected_heterozygosity",
    "inbreeding_coefficient",
    "observed_heterozygosity",
    "site_quality",
    "tally_sites",
]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
_TIE: Final = 1e-7  # log probabilities this close count as equal, despite rounding
_NEAR: Final = (40, 10)
_FAR: Final = (500, 40)
"""Rare homozygotes, and standard deviations of their number, on both sides of the expected
number; by Bernstein's inequality all others together have less than 1e-18 and 1e-300."""
_WELL_KNOWN: Final = 1e-6
# tests are evaluated in groups of about this many terms, which bounds memory
_MOST_TERMS: Final = 1 << 20
# below this, three terms of Stirling's series are not exact to float64; lgamma is used
_EXACT_BELOW: Final = 32


def exact_p(reference: Integers, heterozygous: Integers, alternative: Integers) -> Floats:
    """Return the p-value of the exact test of Hardy–Weinberg equilibrium.

    Wigginton, Cutler and Abecasis, Am. J. Hum. Genet. 76 (2005) 887: the probability, given the
    two allele counts, of all heterozygote counts that are no more probable than the observed
    one. Two-sided, without the mid-p correction.

    Parameters
    ----------
    reference, heterozygous, alternative
        Integers of one shape: samples by genotype at a biallelic site.

    Returns
    -------
    numpy.ndarray
        float64 of that shape; nan if no sample is counted, 0 below about 1e-300.

    Examples
    --------
    >>> exact_p(np.array([298]), np.array([489]), np.array([213])).round(4).tolist()
    [0.6557]
    """
    rows = np.stack([np.ravel(reference), np.ravel(heterozygous), np.ravel(alternative)], axis=1)
    homozygous = np.sort(rows[:, ::2], axis=1)  # the rarer allele's first
    keys = np.concatenate([homozygous, rows[:, 1:2]], axis=1).astype(np.int64)
    distinct, inverse = np.unique(keys, axis=0, return_inverse=True)
    factorials = _log_factorials(int(distinct.sum(axis=1).max(initial=0)))
    found = _tested(distinct, _NEAR, factorials)
    # the near range omits a probability below 1e-18, which matters for very small p-values only
    small = found < _WELL_KNOWN
    found[small] = _tested(distinct[small], _FAR, factorials)
    return np.asarray(found[inverse.ravel()].reshape(np.shape(reference)), np.float64)


class _Tests(NamedTuple):
    """Tests (T,): samples, copies of the rarer allele, and the range of its homozygotes."""

    n: Integers
    rare: Integers
    low: Integers
    high: Integers


def _tested(distinct: Integers, reach: tuple[int, int], factorials: Floats) -> Floats:
    """Return the p-values of tests (T, 3): rare homozygotes, common ones, heterozygotes."""
    tests = _ranges(distinct, reach)
    ends = np.cumsum(tests.high - tests.low + 1)
    cuts = np.flatnonzero(np.diff(ends // _MOST_TERMS)) + 1
    starts = [0, *cuts.tolist(), len(distinct)]
    found = np.empty(len(distinct), np.float64)
    for first, last in itertools.pairwise(starts):
        if last > first:
            part = _Tests(*(field[first:last] for field in tests))
            found[first:last] = _p_values(part, distinct[first:last, 0], factorials)
    return found


def _ranges(distinct: Integers, reach: tuple[int, int]) -> _Tests:
    """Return for each test the range of rare homozygotes with non-negligible probability."""
    n = distinct.sum(axis=1)
    rare = 2 * distinct[:, 0] + distinct[:, 2]
    common = 2 * n - rare
    # mean number of rare homozygotes if 2n chromosomes are paired at random
    expected = rare * np.maximum(rare - 1, 0) / np.maximum(2 * (2 * n - 1), 1)
    spread = rare * common / np.maximum(2 * n, 1) / np.sqrt(np.maximum(n, 1))
    around = np.ceil(reach[0] + reach[1] * spread)
    low = np.maximum(np.floor(expected - around), 0).astype(np.int64)
    high = np.minimum(np.ceil(expected + around).astype(np.int64), rare // 2)
    return _Tests(n, rare, low, high)


def _p_values(tests: _Tests, observed: Integers, factorials: Floats) -> Floats:
    """Return the p-values of tests with ``observed`` (T,) rare homozygotes."""
    sizes = tests.high - tests.low + 1
    starts = np.cumsum(sizes) - sizes
    which = np.repeat(np.arange(len(sizes)), sizes)
    homozygous = np.arange(len(which)) - starts[which] + tests.low[which]
    terms = _log_weight(homozygous, tests.n[which], tests.rare[which], factorials)
    own = _log_weight(observed, tests.n, tests.rare, factorials)
    # relative to the largest term of each test, so that exp does not underflow for all of them
    weights = np.exp(terms - np.maximum.reduceat(terms, starts)[which])
    counted = np.where(terms <= own[which] + _TIE, weights, 0.0)
    p = np.add.reduceat(counted, starts) / np.add.reduceat(weights, starts)
    return np.where(tests.n > 0, np.minimum(p, 1.0), np.nan)


def _log_weight(homozygous: Integers, n: Integers, rare: Integers, factorials: Floats) -> Floats:
    """Return the log probability of a genotype table, up to a constant of the test."""
    heterozygous = rare - 2 * homozygous
    common = n - heterozygous - homozygous
    found = heterozygous * math.log(2.0)
    for count in (homozygous, heterozygous, common):
        found -= factorials[count]
    return np.asarray(found, np.float64)


def _log_factorials(largest: int) -> Floats:
    """Return ln(n!) of 0 to ``largest``; Stirling's series, accurate to float64 precision."""
    x = np.arange(largest + 1, dtype=np.float64)
    x[:_EXACT_BELOW] = _EXACT_BELOW
    inverse = 1 / x
    series = inverse * (1 / 12 - inverse**2 * (1 / 360 - inverse**2 / 1260))
    found = x * np.log(x) - x + 0.5 * np.log(2 * math.pi * x) + series
    small = min(largest + 1, _EXACT_BELOW)
    found[:small] = [math.lgamma(n + 1.0) for n in range(small)]
    return np.asarray(found, np.float64)


def observed_heterozygosity(heterozygous: Integers, called: Integers) -> Floats:
    """Return the fraction of heterozygous diploid genotypes, nan if none is called.

    Defined as scikit-allel's ``heterozygosity_observed``; importing that library would take
    longer than the computation.
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(heterozygous / np.asarray(called, np.float64))


def expected_heterozygosity(alleles: Integers) -> Floats:
    """Return 1 - Σ p², the expected heterozygosity in equilibrium, nan if nothing is called.

    Defined as scikit-allel's ``heterozygosity_expected`` for ploidy 2.
    ``alleles`` are counts of chromosomes, alleles along the first axis.
    """
    total = np.asarray(alleles.sum(axis=0), np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray(1 - ((alleles / total) ** 2).sum(axis=0))


def inbreeding_coefficient(observed: Floats, expected: Floats) -> Floats:
    """Return F = 1 - Ho / He, nan if no heterozygote is expected.

    Defined as scikit-allel's ``inbreeding_coefficient``.
    """
    some = expected > 0
    return np.where(some, 1 - observed / np.where(some, expected, 1.0), np.nan)


_COUNTS: Final = (
    "n_samples", "n_called", "n_missing", "n_missing_reason", "n_assumed_reference",
    "n_reference", "n_heterozygous", "n_alternative", "n_haploid_reference",
    "n_haploid_alternative", "n_tested",
)  # fmt: skip
_SHARES: Final = (
    "call_rate", "alternative_frequency", "hwe_p", "observed_heterozygosity",
    "expected_heterozygosity", "inbreeding",
)  # fmt: skip
SITE_QUALITY_SCHEMA: Final = pl.Schema(
    {
        **dict.fromkeys(("gene", "position", "rsid", "level", "group"), pl.String()),
        **dict.fromkeys(("n_samples", "n_called", "n_missing"), pl.Int64()),
        "call_rate": pl.Float64(),
        "missing_reason": pl.String(),
        **dict.fromkeys(_COUNTS[3:-1], pl.Int64()),
        "alternative_frequency": pl.Float64(),
        "n_tested": pl.Int64(),
        **dict.fromkeys(_SHARES[2:], pl.Float64()),
    }
)
"""Columns and types of the quality of positions."""
_COPIES: Final = ("no_copy", "one_copy", "two_copies")
_CHUNK: Final = 4096
_SHIFT: Final = 7  # bits of an allele code, +2
_REASON: Final = 5  # bits of a reason; one more bit for an assumed reference


class SiteTally(NamedTuple):
    """Counts of samples by genotype, group and position.

    ``first``, ``second``, ``reason``, ``assumed`` (U,) describe a distinct cell: allele codes,
    `Unknown`, and whether the reference is assumed because there is no record; ``samples``
    (U, G, P) counts them. ``tested`` counts only samples eligible for the Hardy–Weinberg test.
    Groups of several levels are concatenated.
    """

    gene: GeneDefinition
    levels: tuple[Grouping, ...]
    first: Integers
    second: Integers
    reason: Integers
    assumed: npt.NDArray[np.bool_]
    samples: Integers
    tested: Integers

    @property
    def is_called(self) -> npt.NDArray[np.bool_]:
        """(U,) bool: all haplotypes that the sample has are known."""
        return np.asarray((self.first >= 0) & ((self.second >= 0) | (self.second == ABSENT)))

    @property
    def is_diploid(self) -> npt.NDArray[np.bool_]:
        """(U,) bool: two haplotypes, both known."""
        return np.asarray((self.first >= 0) & (self.second >= 0))

    def first_level(self) -> SiteTally:
        """Return the tally of the first level's groups only."""
        own = slice(len(self.levels[0].groups))
        return self._replace(
            levels=self.levels[:1], samples=self.samples[:, own], tested=self.tested[:, own]
        )

    def tested_alleles(self) -> Integers:
        """(K, G, P) chromosomes by allele code, in the tested samples."""
        codes = range(int(max(self.first.max(initial=0), self.second.max(initial=0))) + 1)
        copies = [(self.first == k).astype(int) + (self.second == k) for k in codes]
        return _totals(self.tested, copies)

    def tested_heterozygous(self) -> Integers:
        """(G, P) tested samples with two different alleles."""
        [found] = _totals(self.tested, [self.first != self.second])
        return np.asarray(found, np.int64)


def _totals(counts: Integers, weights: Sequence[npt.NDArray[np.bool_] | Integers]) -> Integers:
    """Sum counts (U, G, P) with each of several weights (U,); exact, as float64 holds all sums."""
    stacked = np.array(weights, np.float64).reshape(len(weights), len(counts))
    found = np.tensordot(stacked, counts.astype(np.float64), 1)
    return np.asarray(found, np.int64)


def tally_sites(
    gene: GeneDefinition,
    pieces: Sequence[Piece],
    levels: Sequence[Grouping],
    females: npt.NDArray[np.bool_],
) -> SiteTally:
    """Tally a gene's positions by group.

    Parameters
    ----------
    gene
        The gene.
    pieces
        Its genotypes in all samples.
    levels
        Groupings of the samples, whose groups (G) are concatenated; samples without a group are
        ignored.
    females
        (N,) bool: recorded as female. On chrX only females are tested for equilibrium.
    """
    n_groups, n_sites = sum(len(level.groups) for level in levels), len(gene.variants)
    kinds: dict[int, tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]] = {}
    for piece in pieces:
        n_columns = piece.genotypes.call.shape[1]
        everyone = _weights(piece, levels, n_columns, None)
        # males have one chrX: their genotypes have no Hardy–Weinberg proportions
        asked = _weights(piece, levels, n_columns, females) if _is_x(gene) else everyone
        # columns in chunks bound the memory of the comparisons (P, C)
        for start in range(0, n_columns, _CHUNK):
            part = slice(start, start + _CHUNK)
            cells = _cells(piece, part)
            for kind in np.flatnonzero(np.bincount(cells.ravel())).tolist():
                shows = (cells == kind).T.astype(np.float64)
                known = kinds.setdefault(kind, _nothing(n_groups, n_sites))
                seen = everyone[:, part] @ shows
                known[0][:] += seen
                known[1][:] += asked[:, part] @ shows if asked is not everyone else seen
    codes = np.array(sorted(kinds), np.int64)
    empty = np.zeros((0, n_groups, n_sites))
    samples = np.array([kinds[k][0] for k in codes.tolist()] or empty).astype(np.int64)
    tested = np.array([kinds[k][1] for k in codes.tolist()] or empty).astype(np.int64)
    found = SiteTally(gene, tuple(levels), *_decoded(codes), samples, tested)
    # Hardy–Weinberg proportions refer to diploid genotypes
    found.tested[~found.is_diploid] = 0
    if gene.ploidy is Ploidy.MITOCHONDRIAL:
        found.tested[:] = 0
    return found


def _is_x(gene: GeneDefinition) -> bool:
    return gene.ploidy is Ploidy.X_LINKED


def _nothing(
    n_groups: int, n_sites: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    return np.zeros((n_groups, n_sites)), np.zeros((n_groups, n_sites))


def _weights(
    piece: Piece, levels: Sequence[Grouping], n_columns: int, counted: npt.NDArray[np.bool_] | None
) -> npt.NDArray[np.float64]:
    """(G, C) samples per group and column, all or only the ``counted`` ones."""
    samples, columns = piece.samples, piece.columns
    if counted is not None:
        samples, columns = samples[counted[samples]], columns[counted[samples]]
    return count_members(levels, samples, columns, n_columns).astype(np.float64)


def _cells(piece: Piece, part: slice) -> npt.NDArray[np.int32]:
    """(P, C) each cell encoded as one number."""
    seen = piece.genotypes
    call = seen.call[:, part].astype(np.int32) + 2
    assumed = (seen.evidence[:, part] == Evidence.ASSUMED_REFERENCE).astype(np.int32)
    how = (seen.reason[:, part].astype(np.int32) << 1) | assumed
    return np.asarray((((call[:, :, 0] << _SHIFT) | call[:, :, 1]) << _REASON + 1) | how, np.int32)


def _decoded(
    codes: Integers,
) -> tuple[Integers, Integers, Integers, npt.NDArray[np.bool_]]:
    """Return allele codes, reasons, and whether the reference was assumed; inverse of `_cells`."""
    alleles, how = codes >> _REASON + 1, codes & ((1 << _REASON + 1) - 1)
    return (alleles >> _SHIFT) - 2, (alleles & ((1 << _SHIFT) - 1)) - 2, how >> 1, (how & 1) > 0


def site_quality(tally: SiteTally) -> pl.DataFrame:
    """Return the quality of each position of one gene in each group; see `SitesQuality`."""
    found = SitesQuality()
    found.add(tally)
    return found.frame()


class SitesQuality:
    """Collects the quality of positions, gene by gene."""

    def __init__(self) -> None:
        self._parts: list[dict[str, npt.NDArray[Any]]] = []

    def add(self, tally: SiteTally) -> None:
        """Add a gene."""
        counts = _counts(tally)
        variants = tally.gene.variants
        names: dict[str, list[str] | list[str | None]] = {
            "gene": [tally.gene.gene] * len(variants),
            "position": [f"{tally.gene.contig}:{v.position}" for v in variants],
            "rsid": [v.rsid or None for v in variants],
        }
        groups = [(level.name, group) for level in tally.levels for group in level.groups]
        columns: dict[str, npt.NDArray[Any]] = {
            **{k: np.tile(np.array(v, object), len(groups)) for k, v in names.items()},
            "level": np.repeat(np.array([level for level, _ in groups], object), len(variants)),
            "group": np.repeat(np.array([group for _, group in groups], object), len(variants)),
            "missing_reason": _missing_reasons(tally, counts),
            **counts,
            **_heterozygosity(tally, counts["n_tested"]),
        }
        self._parts.append({name: column.ravel() for name, column in columns.items()})

    def frame(self) -> pl.DataFrame:
        """Return `SITE_QUALITY_SCHEMA`: genes in order, then groups, then positions."""
        if not self._parts:
            return SITE_QUALITY_SCHEMA.to_frame()
        own = {n: np.concatenate([part[n] for part in self._parts]) for n in self._parts[0]}
        with np.errstate(invalid="ignore"):
            own["call_rate"] = own["n_called"] / own["n_samples"].astype(np.float64)
            own["alternative_frequency"] = own["carried"] / own["haplotypes"].astype(np.float64)
        own["hwe_p"] = exact_p(*(own[name] for name in _COPIES))
        texts = {n: own[n].tolist() for n, kind in SITE_QUALITY_SCHEMA.items() if kind == pl.String}
        ordered = {name: texts.get(name, own.get(name)) for name in SITE_QUALITY_SCHEMA}
        return pl.DataFrame(ordered, schema=SITE_QUALITY_SCHEMA, nan_to_null=True)


def _counts(tally: SiteTally) -> dict[str, Integers]:
    """(G, P) counts by column name, and the denominators of fractions.

    All alternative alleles count as one for the exact test; their copies are `_COPIES`.
    """
    one, two = tally.first, tally.second
    called, diploid = tally.is_called, tally.is_diploid
    haploid = called & ~diploid
    kinds = {
        "n_samples": np.ones(len(one), np.bool_),
        "n_called": called,
        "n_missing": ~called,
        "n_assumed_reference": called & tally.assumed,
        "n_reference": diploid & (one == 0) & (two == 0),
        "n_heterozygous": diploid & (one != two),
        "n_alternative": diploid & (one == two) & (one > 0),
        "n_haploid_reference": haploid & (one == 0),
        "n_haploid_alternative": haploid & (one > 0),
    }
    carried = np.where(called, (one > 0).astype(int) + (two > 0), 0)
    weights = [*kinds.values(), carried, np.where(called, 1 + (two >= 0), 0)]
    found = dict(
        zip((*kinds, "carried", "haplotypes"), _totals(tally.samples, weights), strict=True)
    )
    copies = _totals(tally.tested, [carried == n for n in range(len(_COPIES))])
    return found | dict(zip(_COPIES, copies, strict=True)) | {"n_tested": tally.tested.sum(axis=0)}


def _missing_reasons(tally: SiteTally, counts: dict[str, Integers]) -> npt.NDArray[np.object_]:
    """(G, P) the most frequent reason for missing; adds its count to ``counts``.

    Ties go to the first of `Unknown`; None if nothing is missing.
    """
    unanswered = ~tally.is_called
    # a half call has no reason of its own, because one of its alleles is known
    half = np.where(tally.reason == Unknown.NONE, Unknown.HALF_CALL, tally.reason)
    reasons = sorted(set(half[unanswered].tolist()))
    shape = counts["n_samples"].shape
    found = np.full(shape, None, dtype=object)
    most = np.zeros(shape, np.int64)
    for reason in reasons:
        [own] = _totals(tally.samples, [unanswered & (half == reason)])
        found[own > most] = Unknown(reason).name.lower()
        most = np.maximum(most, own)
    counts["n_missing_reason"] = most
    return found


def _heterozygosity(tally: SiteTally, n_tested: Integers) -> dict[str, npt.NDArray[np.generic]]:
    """(G, P) heterozygosity and related fractions by column name."""
    observed = observed_heterozygosity(tally.tested_heterozygous(), n_tested)
    expected = expected_heterozygosity(tally.tested_alleles())
    return {
        "observed_heterozygosity": observed,
        "expected_heterozygosity": expected,
        "inbreeding": inbreeding_coefficient(observed, expected),
    }
