"""Why a call is what it is: observed alleles by position enter, what they say leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgx.alleles.alternative_diplotypes import AlternativeDiplotypes, allowed_alleles
from pgx.alleles.contradictions import Masks, denied, turned
from pgx.alleles.definitions import CompiledGene
from pgx.alleles.haplotype_masks import HaplotypeMasks, Meanings
from pgx.alleles.observation import Observation
from pgx.alleles.proxies import apply_proxies
from pgx.base.calls import GeneCall, SiteObservation
from pgx.base.evidence import CallEvidence, HaplotypeEvidence, VariantMatch
from pgx.genotypes.matrix import MISSING

__all__ = ["call_evidence", "read_sites"]

UNKNOWN_ALLELE = "."


def call_evidence(
    gene: CompiledGene, call: GeneCall, meanings: Meanings | None = None
) -> CallEvidence | None:
    """Say what supports a call and what excludes its alternative diplotypes.

    Parameters
    ----------
    gene
        The definitions that the call was made with.
    call
        A call with its sites.
    meanings
        Function and value of copies and tandems; see `HaplotypeMasks`.

    Returns
    -------
    CallEvidence or None
        None for a call that was not made from positions, or from none that is answered.
    """
    known = {f"{gene.gene.contig}:{v.position}" for v in gene.gene.variants}
    if not any(s.position in known and set(s.alleles) - {UNKNOWN_ALLELE} for s in call.sites):
        return None
    seen = read_sites(gene, call.sites)
    observation, _ = apply_proxies(gene, seen.observation)
    haplotypes = HaplotypeMasks(gene, seen.undocumented, meanings)
    best = _best_rows(gene, haplotypes, call)
    masks = None if best is None else best[0]
    alternatives = AlternativeDiplotypes(gene, haplotypes, observation, seen.labels, masks)
    return CallEvidence(
        haplotypes=()
        if best is None
        else tuple(_haplotype_evidence(gene, call, observation, *best)),
        alternatives=tuple(alternatives.of(call)),
    )


@dataclass(frozen=True, slots=True)
class SeenSites:
    """Sites as an observation; ``labels`` are the observed alleles of each position.

    ``undocumented`` maps the ``g.`` name of an allele without a definition to its position
    index and code.
    """

    observation: Observation
    labels: list[tuple[str, ...]]
    undocumented: dict[str, tuple[int, int]]


def read_sites(gene: CompiledGene, sites: Sequence[SiteObservation]) -> SeenSites:
    """Rebuild an observation from the sites of a result; the inverse of writing them.

    Positions that the gene does not have are left out, those that the sites lack are unknown.
    """
    by_position = {site.position: site for site in sites}
    variants = gene.gene.variants
    codes = np.full((len(variants), 2), MISSING, np.int8)
    written: list[int | None] = [None] * len(variants)
    labels: list[tuple[str, ...]] = [()] * len(variants)
    undocumented: dict[str, tuple[int, int]] = {}
    ordered = [by_position.get(f"{gene.gene.contig}:{v.position}") for v in variants]
    haploid = any(s is not None and len(s.alleles) == 1 for s in ordered)
    for index, site in enumerate(ordered):
        if site is None or not 1 <= len(site.alleles) <= 2:
            continue
        labels[index] = site.alleles
        own = [_code(gene, index, allele, undocumented) for allele in site.alleles]
        codes[index] = own * 2 if len(own) == 1 else own
        written[index] = site.phase_block if site.phased else None
    if haploid:
        codes[:, 1] = codes[:, 0]
    block, count = _blocks(codes, written)
    return SeenSites(Observation(codes, block, count, haploid), labels, undocumented)


def _code(
    gene: CompiledGene, index: int, allele: str, undocumented: dict[str, tuple[int, int]]
) -> int:
    """Return an allele's code; alleles without a definition get the codes after the known ones."""
    known = gene.gene.variants[index].alleles
    if allele in known:
        return known.index(allele)
    if allele == UNKNOWN_ALLELE:
        return MISSING
    _, _, rest = allele.partition(":")
    position, _, change = rest.partition(":")
    name = f"g.{position}{change}"
    if name not in undocumented:
        taken = sum(1 for place, _ in undocumented.values() if place == index)
        undocumented[name] = (index, len(known) + taken)
    return undocumented[name][1]


def _blocks(
    codes: npt.NDArray[np.int8], written: Sequence[int | None]
) -> tuple[npt.NDArray[np.int32], int]:
    """Number the phase blocks; a position whose phase is unknown is a block of its own."""
    block = np.full(len(codes), -1, np.int32)
    numbers: dict[int, int] = {}
    count = 0
    for index in np.flatnonzero(codes[:, 0] != codes[:, 1]).tolist():
        name = written[index]
        if name is not None and name in numbers:
            block[index] = numbers[name]
            continue
        if name is not None:
            numbers[name] = count
        block[index] = count
        count += 1
    return block, count


def _best_rows(
    gene: CompiledGene, haplotypes: HaplotypeMasks, call: GeneCall
) -> tuple[Masks, npt.NDArray[np.bool_]] | None:
    """Return masks and named positions of the best diplotype's haplotypes."""
    rows = []
    for haplotype in call.haplotypes[:2]:
        exact = [v for v in haplotype.variants[:1] if v in gene.identifiers]
        if len(haplotype.variants) == 1 and exact:
            index = gene.identifiers.index(exact[0])
            rows.append((gene.masks[index], gene.weights[index]))
        elif found := haplotypes.rows(haplotype.name):
            rows.append(found[0])
        else:
            return None
    if not rows:
        return None
    return np.array([m for m, _ in rows]), np.array([n for _, n in rows])


def _haplotype_evidence(
    gene: CompiledGene,
    call: GeneCall,
    observation: Observation,
    masks: Masks,
    named: npt.NDArray[np.bool_],
) -> list[HaplotypeEvidence]:
    swapped = turned(masks, observation).astype(np.intp)
    columns = np.arange(len(swapped))
    found = []
    for number, haplotype in enumerate(call.haplotypes[:2]):
        codes = observation.codes[columns, number ^ swapped]
        found.append(
            HaplotypeEvidence(
                name=haplotype.name,
                function=haplotype.function,
                n_named=int(named[number].sum()),
                n_answered=int((named[number] & (codes != MISSING)).sum()),
                variants=tuple(_matches(gene, masks[number], codes)),
            )
        )
    return found


def _matches(
    gene: CompiledGene, row: npt.NDArray[np.uint64], codes: npt.NDArray[np.int8]
) -> Iterator[VariantMatch]:
    """Yield the variants that tell a row from the default allele, as one haplotype shows them."""
    differs = (row >> gene.base.astype(np.uint64)) & np.uint64(1) == 0
    excluded = denied(row, codes)
    for index in np.flatnonzero(differs).tolist():
        variant = gene.gene.variants[index]
        state = "contradicted" if excluded[index] else "matched"
        yield VariantMatch(
            position=f"{gene.gene.contig}:{variant.position}",
            rsid=variant.rsid,
            needs=allowed_alleles(gene, index, int(row[index])),
            state="unknown" if codes[index] == MISSING else state,
        )
