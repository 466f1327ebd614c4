"""Outside calls against the variants of the input: whether they can be of one person."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.allele_names import core_allele
from pgx.base.calls import GeneCall
from pgx.base.evidence import AlternativeDiplotype, CallEvidence, Contradiction
from pgx.genotypes.matrix import GeneGenotypes
from pgx.haplotypes.definitions import CompiledGene
from pgx.haplotypes.evidence import allowed_alleles
from pgx.haplotypes.matching import Observation, observe
from pgx.phenotypes.haplotypes import COPIES

__all__ = ["compared", "contradicting", "contradicts"]


def contradicts(call: GeneCall, gene: CompiledGene, observation: Observation) -> bool:
    """Whether the variants that an input shows cannot be those of an outside call."""
    return bool(contradicting(call, gene, observation))


def contradicting(call: GeneCall, gene: CompiledGene, observation: Observation) -> tuple[int, ...]:
    """Return the indices of the positions at which an input contradicts an outside call.

    None if one of its candidates is free of them.

    Every allele that is seen must belong to some part of the diplotype, and every whole copy
    must allow some allele that is seen; hybrids are mapped elsewhere. A part without a
    definition, such as a deletion, may carry anything.
    """
    found = [_denied(c.diplotype.split("/"), gene, observation) for c in call.candidates]
    return tuple(np.flatnonzero(found[0]).tolist()) if found and all(map(np.any, found)) else ()


def _denied(
    haplotypes: list[str], gene: CompiledGene, observation: Observation
) -> npt.NDArray[np.bool_]:
    """Return where the alleles that are seen cannot be those of two haplotypes; shape (n,)."""
    names = [part for haplotype in haplotypes for part in _parts(haplotype, gene)]
    rows = _rows(names, gene)
    known = ~observation.missing
    denied = np.zeros(len(known), np.bool_)
    if not rows:
        return denied
    seen = (np.uint64(1) << np.maximum(observation.codes, 0).astype(np.uint64)).T
    either = np.bitwise_or(seen[0], seen[1])
    for row in _rows(_whole(names, len(haplotypes), gene), gene):
        denied |= (row & either) == 0
    if len(rows) == len(names):
        denied |= (either & ~np.bitwise_or.reduce(rows)) != 0
    return denied & known


def _parts(haplotype: str, gene: CompiledGene) -> list[str]:
    return (
        [haplotype] if haplotype in gene.names else [part.strip() for part in haplotype.split("+")]
    )


def _whole(names: Sequence[str], n_haplotypes: int, gene: CompiledGene) -> list[str]:
    """Return the names that are of whole copies; of other genes, none where alleles are joined."""
    structure = gene.gene.structure
    if structure is None:
        return list(names) if len(names) == n_haplotypes else []
    hybrids = structure.unit_names[1:]
    return [n for n in names if n not in hybrids and structure.hybrid_named(n) is None]


def _rows(names: Sequence[str], gene: CompiledGene) -> list[npt.NDArray[np.uint64]]:
    """Return the masks of those of some names, copies or not, that have a definition."""
    single = [match["name"] if (match := COPIES.fullmatch(name)) else name for name in names]
    known = [name if name in gene.names else core_allele(name) for name in single]
    return [gene.masks[gene.names.index(name)] for name in known if name in gene.names]


def compared(call: GeneCall, gene: CompiledGene, genotypes: GeneGenotypes, column: int) -> GeneCall:
    """Note an outside call that the input's own variants contradict, and say at which positions.

    The positions stand in the evidence, under the diplotype that was given.
    """
    observation = observe(genotypes, column)
    places = contradicting(call, gene, observation)
    if not places:
        return call
    haplotypes = _haplotype_masks(call, gene)
    found = tuple(_contradiction(gene, genotypes, observation, i, haplotypes) for i in places)
    given = AlternativeDiplotype(
        diplotype=call.diplotype or "",
        functions=tuple(h.function for h in call.haplotypes),
        why="given",
        contradictions=found,
    )
    return msgspec.structs.replace(
        call,
        notes=(*call.notes, "outside_call_contradicts_vcf"),
        evidence=CallEvidence(alternatives=(given,)),
    )


def _haplotype_masks(call: GeneCall, gene: CompiledGene) -> list[npt.NDArray[np.uint64]]:
    """Return for each haplotype that has a definition which alleles it allows at each position."""
    found = []
    for haplotype in call.haplotypes:
        rows = _rows(_parts(haplotype.name, gene), gene)
        if rows:
            found.append(np.bitwise_or.reduce(rows))
    return found


def _contradiction(
    gene: CompiledGene,
    genotypes: GeneGenotypes,
    observation: Observation,
    index: int,
    haplotypes: list[npt.NDArray[np.uint64]],
) -> Contradiction:
    variant = gene.gene.variants[index]
    codes = observation.codes[index].tolist()
    return Contradiction(
        position=f"{gene.gene.contig}:{variant.position}",
        rsid=variant.rsid,
        observed=tuple(genotypes.label(index, code) for code in codes),
        needs=tuple(allowed_alleles(gene, index, int(mask[index])) for mask in haplotypes),
        kind="allele",
        phased=False,
    )
