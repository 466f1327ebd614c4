"""Quality of a gene's defining positions in a cohort: what was called, and equilibrium.

Genotypes are tallied by what a column of a `Piece` says and how many samples of a group share
the column; samples are never looked at one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from pgx.base.genes import GeneDefinition, Ploidy
from pgx.engine.calling import Piece
from pgx.engine.frequencies.groups import Grouping, count_members
from pgx.engine.quality.equilibrium import (
    exact_p,
    expected_heterozygosity,
    inbreeding_coefficient,
    observed_heterozygosity,
)
from pgx.genotypes.matrix import ABSENT, Evidence, Unknown

__all__ = ["SITE_QUALITY_SCHEMA", "SiteTally", "SitesQuality", "site_quality", "tally_sites"]

Integers = npt.NDArray[np.int64]
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
_REASON: Final = 5  # bits of a reason; one more says that the reference was assumed


class SiteTally(NamedTuple):
    """How many samples of each group show what at each position.

    ``first``, ``second``, ``reason``, ``assumed`` (U,) describe a kind of cell: allele codes,
    `Unknown`, and whether the answer is the reference for want of a record; ``samples``
    (U, G, P) counts them. ``tested`` counts those alone of whom Hardy–Weinberg equilibrium may
    be asked. Groups of several levels follow one another.
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
        """(U,) bool: every haplotype that there is is known."""
        return np.asarray((self.first >= 0) & ((self.second >= 0) | (self.second == ABSENT)))

    @property
    def is_diploid(self) -> npt.NDArray[np.bool_]:
        """(U,) bool: two haplotypes, both known."""
        return np.asarray((self.first >= 0) & (self.second >= 0))

    def first_level(self) -> SiteTally:
        """Return the tally of the first level's groups alone."""
        own = slice(len(self.levels[0].groups))
        return self._replace(
            levels=self.levels[:1], samples=self.samples[:, own], tested=self.tested[:, own]
        )

    def tested_alleles(self) -> Integers:
        """(K, G, P) chromosomes by allele code, of the tested samples."""
        codes = range(int(max(self.first.max(initial=0), self.second.max(initial=0))) + 1)
        copies = [(self.first == k).astype(int) + (self.second == k) for k in codes]
        return _totals(self.tested, copies)

    def tested_heterozygous(self) -> Integers:
        """(G, P) tested samples with two different alleles."""
        [found] = _totals(self.tested, [self.first != self.second])
        return np.asarray(found, np.int64)


def _totals(counts: Integers, weights: Sequence[npt.NDArray[np.bool_] | Integers]) -> Integers:
    """Add up counts (U, G, P) with each of some weights (U,); exact, as doubles hold all sums."""
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
        Its genotypes, of all samples.
    levels
        Groups (G) of the samples, those of a level after those of another; samples of no group
        are left out.
    females
        (N,) bool: who is recorded as female. On chrX only they are asked of equilibrium.
    """
    n_groups, n_sites = sum(len(level.groups) for level in levels), len(gene.variants)
    kinds: dict[int, tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]] = {}
    for piece in pieces:
        n_columns = piece.genotypes.call.shape[1]
        everyone = _weights(piece, levels, n_columns, None)
        asked = _weights(piece, levels, n_columns, females) if _is_x(gene) else everyone
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
    """(G, C) samples of each group that share a column, all or those that are ``counted``."""
    samples, columns = piece.samples, piece.columns
    if counted is not None:
        samples, columns = samples[counted[samples]], columns[counted[samples]]
    return count_members(levels, samples, columns, n_columns).astype(np.float64)


def _cells(piece: Piece, part: slice) -> npt.NDArray[np.int32]:
    """(P, C) what each cell says as one number."""
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
    """Puts together the quality of genes' positions as their tallies come by."""

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
        """Return `SITE_QUALITY_SCHEMA`: genes as they came, groups in their order, positions."""
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
    """(G, P) counts by column name, and what shares are made of.

    Alleles but the reference are one for the exact test, whose copies are `_COPIES`.
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
    """(G, P) the most frequent reason for missing; adds how many have it to ``counts``.

    Of equally frequent ones the first of `Unknown`; None where nothing is missing.
    """
    unanswered = ~tally.is_called
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
    """(G, P) shares by column name."""
    observed = observed_heterozygosity(tally.tested_heterozygous(), n_tested)
    expected = expected_heterozygosity(tally.tested_alleles())
    return {
        "observed_heterozygosity": observed,
        "expected_heterozygosity": expected,
        "inbreeding": inbreeding_coefficient(observed, expected),
    }
