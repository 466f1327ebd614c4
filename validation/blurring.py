"""Take phase and positions away from what was observed, without writing files again.

`without_phase` gives what reading the same file with every ``|`` written as ``/`` gives, and
`hidden` what reading it with ``./.`` at the chosen genotypes gives; ``tests/validation`` holds
both to rewritten files.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, Evidence, GeneGenotypes, Unknown

__all__ = ["chosen_at_random", "hidden", "without_phase"]


def without_phase(genotypes: GeneGenotypes) -> GeneGenotypes:
    """Return the same alleles with the haplotypes of every heterozygote interchangeable."""
    call = genotypes.call.copy()
    het = (call[..., 0] != call[..., 1]) & (call != ABSENT).all(axis=-1)
    call[het] = np.sort(call[het], axis=-1)
    block = np.full_like(genotypes.phase_block, UNPHASED)
    return dataclasses.replace(genotypes, call=call, phase_block=block)


def hidden(genotypes: GeneGenotypes, where: npt.NDArray[np.bool_]) -> GeneGenotypes:
    """Return the observations with some unknown; ``where`` is (P, N) bool.

    A locus of one haplotype keeps one haplotype.
    """
    call = genotypes.call.copy()
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
