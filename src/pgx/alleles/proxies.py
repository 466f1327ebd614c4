"""Alleles of two sites of which one decides: what the other may say in its place."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.alleles.definitions import CompiledGene
from pgx.alleles.observation import Observation
from pgx.genotypes.matrix import MISSING

__all__ = ["apply_proxies", "contradicted"]

_CONFLICT: Final = "substitute_site_conflict"


def contradicted(gene: CompiledGene, codes: npt.NDArray[np.int8]) -> list[str]:
    """Return notes on a complete haplotype where a proxy contradicts the decisive variants."""
    where = {v.position: i for i, v in enumerate(gene.gene.variants)} if gene.gene.proxies else {}
    pairs = ((where[p.decisive], where[p.substitute]) for p in gene.gene.proxies)
    return [_CONFLICT for decisive, other in pairs if codes[other] > 0 and codes[decisive] == 0]


def apply_proxies(gene: CompiledGene, observation: Observation) -> tuple[Observation, list[str]]:
    """Let the decisive site of a two-site allele decide, its substitute only where it must.

    DPYD HapB3: the intronic c.1129-5923C>G decides; the exonic c.1236G>A only where the
    intronic site is unanswered (CPIC DPYD guideline, 2024 allele definitions).
    """
    if not gene.gene.proxies:
        return observation, []
    codes, block = observation.codes.copy(), observation.block.copy()
    notes = []
    where = {v.position: i for i, v in enumerate(gene.gene.variants)}
    weighed = {site.site for site in observation.soft}
    for proxy in gene.gene.proxies:
        decisive, substitute = where[proxy.decisive], where[proxy.substitute]
        if decisive in weighed:
            continue  # its likelihoods say more than a substitute
        d, s = codes[decisive], codes[substitute]
        if (d == MISSING).all() and (s != MISSING).all():
            codes[decisive] = _stand_in(gene, substitute, s)
            block[decisive] = block[substitute]
            notes.append("substitute_site_used")
        elif block[decisive] == block[substitute] >= 0 and ((d == MISSING) & (s != MISSING)).any():
            stands_in = (d == MISSING) & (s != MISSING)
            codes[decisive] = np.where(stands_in, _stand_in(gene, substitute, s), d)
            notes.append("substitute_site_used")
        elif (d != MISSING).all() and (s != MISSING).all():
            together = block[decisive] >= 0 and block[substitute] >= 0
            if together and block[decisive] != block[substitute]:
                codes[substitute] = s if d[0] == s[0] else s[::-1]
                block[substitute] = block[decisive]
            if ((codes[substitute] > 0) & (codes[decisive] == 0)).any():
                notes.append(_CONFLICT)
    return _renumbered(codes, block, observation), notes


def _stand_in(gene: CompiledGene, site: int, codes: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Return what a substitute says of the decisive site; an undocumented allele says nothing."""
    documented = codes < len(gene.gene.variants[site].alleles)
    return np.where(documented, np.minimum(codes, 1), MISSING).astype(np.int8)


def _renumbered(
    codes: npt.NDArray[np.int8], block: npt.NDArray[np.int32], observation: Observation
) -> Observation:
    block[codes[:, 0] == codes[:, 1]] = -1
    used = sorted(set(block[block >= 0].tolist()))
    numbers = {old: new for new, old in enumerate(used)}
    renumbered = np.array([numbers.get(b, -1) for b in block.tolist()], np.int32)
    return Observation(codes, renumbered, len(used), observation.haploid, observation.soft)
