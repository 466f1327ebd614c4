"""Calls of people of the validation data, by callers that were not fitted on them.

The haplotype frequencies of the knowledge base were counted in the cohort. Whoever is in the
cohort is therefore called with frequencies counted in the other half of it; what publications
say of sites that no call set types is the installed release's. Everybody else is called as users
are: with the installed frequencies. All groups have equal weight, as without ``--ancestry``.

Phase and positions are taken away from what was observed, without writing files again:
`without_phase` gives what reading the same file with every ``|`` written as ``/`` gives, and
`hidden` what reading it with ``./.`` at the chosen genotypes gives; ``tests/validation`` compares
both with rewritten files.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.copynumber.evidence import CopyEvidence
from pgx.engine.haplotype_counts import count_haplotypes
from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, Evidence, GeneGenotypes, Unknown
from pgx.haplotypes.caller import GeneCaller
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import GeneCall
from pgx.records.genes import GeneFrequencies
from validation.data import cohort_file, cohort_genotypes, cohort_rows, genes

__all__ = [
    "FOLDS",
    "call",
    "chosen_at_random",
    "cohort_callers",
    "fold_of",
    "frequencies",
    "hidden",
    "open_where_untyped",
    "people_of",
    "without_phase",
]

FOLDS = (0, 1)


@functools.cache
def _folds() -> Mapping[str, int]:
    """Return the half of each person of the cohort: every second one of each population."""
    rows = sorted(cohort_rows(), key=lambda r: (r["superpopulation"], r["population"], r["sample"]))
    # alternating within each population keeps the halves alike in ancestry
    return {row["sample"]: i % len(FOLDS) for i, row in enumerate(rows)}


def fold_of(sample: str) -> int | None:
    """Return the half of the cohort that a person is in, None for others."""
    return _folds().get(sample)


def people_of(fold: int) -> tuple[str, ...]:
    """Return the people of one half of the cohort."""
    return tuple(name for name, half in _folds().items() if half == fold)


class _Callers(dict[str, GeneCaller]):
    """Callers by gene, each made when it is first asked for."""

    def __init__(self, fold: int | None) -> None:
        super().__init__()
        self.fold = fold

    def __missing__(self, gene: str) -> GeneCaller:
        self[gene] = GeneCaller(genes()[gene], frequencies(gene, self.fold))
        return self[gene]


@functools.cache
def cohort_callers(fold: int | None) -> Mapping[str, GeneCaller]:
    """Return callers by gene for the people of one half, None for people outside the cohort."""
    return _Callers(fold)


def frequencies(gene: str, fold: int | None) -> GeneFrequencies | None:
    """Return the haplotype frequencies for the people of one half: those of the other half.

    The installed ones for people outside the cohort.
    """
    installed = _installed().get(gene)
    # a gene without a file in the cohort was counted elsewhere, or not at all: nobody was seen
    if fold is None or installed is None or cohort_file(gene) is None:
        return installed
    group_of = {row["sample"]: row["superpopulation"] for row in cohort_rows()}
    others = [name for half in FOLDS if half != fold for name in people_of(half)]
    counted = count_haplotypes(open_where_untyped(cohort_genotypes(gene)), group_of, only=others)
    if counted is None:
        return installed
    return msgspec.structs.replace(
        installed, groups=counted.groups, haplotypes=counted.haplotypes, untyped=counted.untyped
    )


@functools.cache
def _installed() -> Mapping[str, GeneFrequencies]:
    return KnowledgeBase().frequencies


def open_where_untyped(genotypes: GeneGenotypes) -> GeneGenotypes:
    """Return the cohort's observations with the sites open that its call set could not type.

    The observations themselves where there is no such site.
    """
    known = _installed().get(genotypes.gene.gene)
    sites = [known is not None and v.position in known.untyped for v in genotypes.gene.variants]
    if not any(sites):
        return genotypes
    where = np.broadcast_to(np.array(sites)[:, None], genotypes.reason.shape)
    found = hidden(genotypes, where)
    found.reason[where] = Unknown.UNTYPED
    return found


def call(
    genotypes: GeneGenotypes,
    column: int,
    *,
    with_sites: bool = False,
    copies: CopyEvidence | None = None,
) -> GeneCall:
    """Call one gene in one person (a column of the observations) with the right frequencies."""
    callers = cohort_callers(fold_of(genotypes.samples[column]))
    caller = callers[genotypes.gene.gene]
    return caller.call(genotypes, column, with_sites=with_sites, copies=copies)


def without_phase(genotypes: GeneGenotypes) -> GeneGenotypes:
    """Return the same alleles with the haplotypes of every heterozygote interchangeable."""
    call = genotypes.call.copy()
    het = (call[..., 0] != call[..., 1]) & (call != ABSENT).all(axis=-1)
    # an unphased genotype is written with its alleles in order, whichever haplotype carries them
    call[het] = np.sort(call[het], axis=-1)
    block = np.full_like(genotypes.phase_block, UNPHASED)
    return dataclasses.replace(genotypes, call=call, phase_block=block)


def hidden(genotypes: GeneGenotypes, where: npt.NDArray[np.bool_]) -> GeneGenotypes:
    """Return the observations with some unknown; ``where`` is (P, N) bool.

    A locus of one haplotype keeps one haplotype.
    """
    call = genotypes.call.copy()
    # a haploid locus has no second haplotype that could be missing
    call[where] = np.where(call[where] == ABSENT, ABSENT, MISSING)
    none = np.where(where, -1, 0).astype(np.int32)
    return dataclasses.replace(
        genotypes,
        call=call,
        phase_block=np.where(where, UNPHASED, genotypes.phase_block).astype(np.int32),
        evidence=np.where(where, Evidence.NONE, genotypes.evidence).astype(np.uint8),
        reason=np.where(where, Unknown.NO_RECORD, genotypes.reason).astype(np.uint8),
        gq=np.where(where, none, genotypes.gq).astype(np.int32),
        dp=np.where(where, none, genotypes.dp).astype(np.int32),
    )


def chosen_at_random(genotypes: GeneGenotypes, share: float, seed: int) -> npt.NDArray[np.bool_]:
    """(P, N) bool: each position of each person with probability ``share``.

    The seed and the gene's name decide, so that each gene is the same whatever else is run.
    """
    words = [seed, *genotypes.gene.gene.encode()]
    shape = len(genotypes.gene.variants), len(genotypes.samples)
    return np.asarray(np.random.default_rng(words).random(shape) < share)
