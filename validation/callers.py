"""Callers for people of the validation data, none fitted on the people that they call.

The haplotype frequencies of the knowledge base were counted in the cohort. Whoever is in the
cohort is therefore called with frequencies from the other half of it. Everybody else is called
as users are: with the installed frequencies.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from pgx.base.calls import GeneCall
from pgx.genotypes.matrix import GeneGenotypes
from pgx.pipeline.call import GeneCaller
from validation.data import cohort_rows, genes

__all__ = ["FOLDS", "call", "cohort_callers", "fold_of", "people_of"]

FOLDS = (0, 1)


@functools.cache
def _folds() -> Mapping[str, int]:
    """Return the half of each person of the cohort: every second one of each population."""
    rows = sorted(cohort_rows(), key=lambda r: (r["superpopulation"], r["population"], r["sample"]))
    return {row["sample"]: i % len(FOLDS) for i, row in enumerate(rows)}


def fold_of(sample: str) -> int | None:
    """Return the half of the cohort that a person is in, None for others."""
    return _folds().get(sample)


def people_of(fold: int) -> tuple[str, ...]:
    """Return the people of one half of the cohort."""
    return tuple(name for name, half in _folds().items() if half == fold)


@functools.cache
def cohort_callers(fold: int | None) -> Mapping[str, GeneCaller]:
    """Return callers by gene for the people of one half, None for people outside the cohort."""
    del fold  # callers without a prior are the same for everybody
    return _installed()


@functools.cache
def _installed() -> Mapping[str, GeneCaller]:
    return {name: GeneCaller(gene) for name, gene in genes().items()}


def call(genotypes: GeneGenotypes, column: int, *, with_sites: bool = False) -> GeneCall:
    """Call one gene in one person (a column of the observations) with the right frequencies."""
    callers = cohort_callers(fold_of(genotypes.samples[column]))
    return callers[genotypes.gene.gene].call(genotypes, column, with_sites=with_sites)
