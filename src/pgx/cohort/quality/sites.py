"""Quality of a gene's defining positions in a cohort: what was called, and equilibrium.

Genotypes are tallied by what a column of a `Piece` says and how many samples of a group share
the column; samples are never looked at one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from pgx.base.genes import GeneDefinition, Ploidy
from pgx.cohort.calling import Piece
from pgx.cohort.frequencies.groups import Level
from pgx.cohort.quality.equilibrium import (
    exact_p,
    expected_heterozygosity,
    inbreeding_coefficient,
    observed_heterozygosity,
)
from pgx.genotypes.matrix import ABSENT, Evidence, Unknown

__all__ = ["SITE_QUALITY_SCHEMA", "SiteTally", "site_quality", "tally_sites"]

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
_CHUNK: Final = 4096
_SHIFT: Final = 7  # bits of an allele code, +2
_REASON: Final = 5  # bits of a reason; one more says that the reference was assumed


class SiteTally(NamedTuple):
    """How many samples of each group show what at each position.

    ``first``, ``second``, ``reason``, ``assumed`` (U,) describe a kind of cell: allele codes,
    `Unknown`, and whether the answer is the reference for want of a record; ``samples``
    (U, G, P) counts them. ``tested`` counts those alone of whom Hardy–Weinberg equilibrium may
    be asked.
    """

    gene: GeneDefinition
    level: Level
    first: Integers
    second: Integers
    reason: Integers
    assumed: npt.NDArray[np.bool_]
    samples: Integers
    tested: Integers

    @property
    def is_called(self) -> npt.NDArray[np.bool_]:
        """(U,) bool: every strand that there is is known."""
        return np.asarray((self.first >= 0) & ((self.second >= 0) | (self.second == ABSENT)))

    @property
    def is_diploid(self) -> npt.NDArray[np.bool_]:
        """(U,) bool: two strands, both known."""
        return np.asarray((self.first >= 0) & (self.second >= 0))

    def tested_alleles(self) -> Integers:
        """(K, G, P) chromosomes by allele code, of the tested samples."""
        codes = range(int(max(self.first.max(initial=0), self.second.max(initial=0))) + 1)
        copies = [(self.first == k).astype(int) + (self.second == k) for k in codes]
        return np.stack([_total(self.tested, n) for n in copies])

    def tested_heterozygous(self) -> Integers:
        """(G, P) tested samples with two different alleles."""
        return _total(self.tested, self.first != self.second)


def _total(counts: Integers, weights: npt.NDArray[np.bool_] | Integers) -> Integers:
    """Add up counts (U, G, P) with weights (U,)."""
    return np.asarray(np.tensordot(weights.astype(np.int64), counts, 1), np.int64)


def tally_sites(
    gene: GeneDefinition, pieces: Sequence[Piece], level: Level, females: npt.NDArray[np.bool_]
) -> SiteTally:
    """Tally a gene's positions by group.

    Parameters
    ----------
    gene
        The gene.
    pieces
        Its genotypes, of all samples.
    level
        Groups (G) of the samples; those of none are left out.
    females
        (N,) bool: who is recorded as female. On chrX only they are asked of equilibrium.
    """
    n_groups, n_sites = len(level.groups), len(gene.variants)
    kinds: dict[int, tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]] = {}
    for piece in pieces:
        n_columns = piece.genotypes.call.shape[1]
        everyone = _weights(piece, level, n_columns, np.ones(len(level.numbers), np.bool_))
        asked = _weights(piece, level, n_columns, females) if _is_x(gene) else everyone
        for start in range(0, n_columns, _CHUNK):
            part = slice(start, start + _CHUNK)
            cells = _cells(piece, part)
            for kind in np.flatnonzero(np.bincount(cells.ravel())).tolist():
                shows = (cells == kind).T.astype(np.float64)
                known = kinds.setdefault(kind, _nothing(n_groups, n_sites))
                known[0][:] += everyone[:, part] @ shows
                known[1][:] += asked[:, part] @ shows
    codes = np.array(sorted(kinds), np.int64)
    empty = np.zeros((0, n_groups, n_sites))
    samples = np.array([kinds[k][0] for k in codes.tolist()] or empty).astype(np.int64)
    tested = np.array([kinds[k][1] for k in codes.tolist()] or empty).astype(np.int64)
    found = SiteTally(gene, level, *_decoded(codes), samples, tested)
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
    piece: Piece, level: Level, n_columns: int, counted: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """(G, C) samples of each group that share a column; exact, as doubles hold all counts."""
    numbers = level.numbers[piece.samples].astype(np.int64)
    known = (numbers >= 0) & counted[piece.samples]
    codes = numbers[known] * n_columns + piece.columns[known]
    found = np.bincount(codes, minlength=len(level.groups) * n_columns)
    return found.reshape(len(level.groups), n_columns).astype(np.float64)


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
    """Return the quality of each position in each group.

    Returns
    -------
    polars.DataFrame
        `SITE_QUALITY_SCHEMA`: groups in their order, positions in the gene's.
    """
    n_groups, n_sites = len(tally.level.groups), len(tally.gene.variants)
    counts = _counts(tally)
    reasons = _missing_reasons(tally, counts)
    shares = _equilibrium(tally, counts)
    with np.errstate(invalid="ignore"):
        shares["call_rate"] = counts["n_called"] / counts["n_samples"].astype(np.float64)
    variants = tally.gene.variants
    columns = {
        "gene": [tally.gene.gene] * (n_groups * n_sites),
        "position": [f"{tally.gene.contig}:{v.position}" for v in variants] * n_groups,
        "rsid": [v.rsid or None for v in variants] * n_groups,
        "level": [tally.level.name] * (n_groups * n_sites),
        "group": np.repeat(np.array(tally.level.groups, dtype=object), n_sites).tolist(),
        "missing_reason": reasons.ravel().tolist(),
        **{name: counts[name].ravel() for name in _COUNTS},
        **{name: shares[name].ravel() for name in _SHARES},
    }
    ordered = {name: columns[name] for name in SITE_QUALITY_SCHEMA}
    frame = pl.DataFrame(ordered, schema=SITE_QUALITY_SCHEMA)
    return frame.with_columns(pl.col(_SHARES).fill_nan(None))


def _counts(tally: SiteTally) -> dict[str, Integers]:
    """(G, P) counts by column name."""
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
    found = {name: _total(tally.samples, kind) for name, kind in kinds.items()}
    found["n_tested"] = tally.tested.sum(axis=0)
    return found


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
        own = _total(tally.samples, unanswered & (half == reason))
        found[own > most] = Unknown(reason).name.lower()
        most = np.maximum(most, own)
    counts["n_missing_reason"] = most
    return found


def _equilibrium(
    tally: SiteTally, counts: dict[str, Integers]
) -> dict[str, npt.NDArray[np.float64]]:
    """(G, P) shares by column name; alleles but the reference are one for the exact test."""
    one, two = tally.first, tally.second
    carried = np.where(tally.is_called, (one > 0).astype(int) + (two > 0), 0)
    strands = np.where(tally.is_called, 1 + (two >= 0), 0)
    with np.errstate(invalid="ignore"):
        frequency = _total(tally.samples, carried) / _total(tally.samples, strands).astype(float)
    observed = observed_heterozygosity(tally.tested_heterozygous(), counts["n_tested"])
    expected = expected_heterozygosity(tally.tested_alleles())
    by_copies = [_total(tally.tested, carried == copies) for copies in range(3)]
    return {
        "alternative_frequency": np.asarray(frequency, np.float64),
        "hwe_p": exact_p(*by_copies),
        "observed_heterozygosity": observed,
        "expected_heterozygosity": expected,
        "inbreeding": inbreeding_coefficient(observed, expected),
    }
