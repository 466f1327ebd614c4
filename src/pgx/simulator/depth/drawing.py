"""Draw what both chromosomes of a gene carry, by the frequencies of structures and of alleles."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.base.errors import UsageError
from pgx.base.frequencies import GeneFrequencies
from pgx.base.genes import GeneDefinition
from pgx.base.structures import WHOLE, GeneStructure, StructuralHaplotype
from pgx.copynumber.configurations import Chromosomes, structural_models
from pgx.haplotypes.structural_copies import Partners
from pgx.simulator.depth.chromosomes import Copy, chromosome_name

__all__ = [
    "AlleleWeights",
    "People",
    "allele_weights",
    "draw_copies",
    "draw_diplotypes",
    "draw_people",
]

AlleleWeights = Mapping[str, float]
"""How often chromosomes carry each allele that small variants define; any positive scale."""


class People(NamedTuple):
    """Copies of N persons over both chromosomes, and the names of the two chromosomes."""

    copies: list[tuple[Copy, ...]]
    names: list[tuple[str, str]]


def allele_weights(
    definition: GeneDefinition, frequencies: Mapping[str, GeneFrequencies], group: str = ""
) -> AlleleWeights:
    """Return counts of a gene's alleles in one group, or in all; the default allele if none."""
    known = {a.name for a in definition.alleles if a.defining or a.is_reference}
    weights: dict[str, float] = {}
    counted = frequencies.get(definition.gene)
    for haplotype in counted.haplotypes if counted else ():
        own = dict(zip(counted.groups if counted else (), haplotype.counts, strict=True))
        n = own.get(group, 0) if group else sum(own.values())
        if haplotype.allele in known and n:
            weights[haplotype.allele] = weights.get(haplotype.allele, 0.0) + n
    return weights or {definition.default_allele: 1.0}


def draw_diplotypes(
    genes: Mapping[str, GeneDefinition],
    frequencies: Mapping[str, GeneFrequencies],
    random: np.random.Generator,
) -> dict[str, tuple[str, ...]]:
    """Draw the names of both chromosomes for each gene of which a structure is known.

    Both come from one population group, each group as often as the others.
    """
    found = {}
    for gene in sorted(genes):
        structure = genes[gene].structure
        if structure is not None:
            groups = [name for name, _ in structure.haplotypes[0].frequencies]
            group = groups[int(random.integers(len(groups)))]
            weights = allele_weights(genes[gene], frequencies, group)
            found[gene] = tuple(
                _draw_name(genes[gene], structure, group, weights, random) for _ in range(2)
            )
    return found


def _draw_name(
    definition: GeneDefinition,
    structure: GeneStructure,
    group: str,
    weights: AlleleWeights,
    random: np.random.Generator,
) -> str:
    shares = [dict(haplotype.frequencies)[group] for haplotype in structure.haplotypes]
    haplotype = structure.haplotypes[_pick(shares, random)]
    return chromosome_name(definition, draw_copies(definition, haplotype, weights, random))


def draw_people(
    definition: GeneDefinition,
    model: Sequence[int],
    weights: AlleleWeights,
    random: np.random.Generator,
) -> People:
    """Draw persons whose structural model is given: structures of both chromosomes, alleles.

    ``model`` are (N,) indices of `pgx.copynumber.configurations.structural_models`.

    Raises
    ------
    UsageError
        Nothing is known of the gene's structure, or an index is not a model's.
    """
    models = structural_models(_structure(definition))
    ways: dict[int, list[Chromosomes]] = {}
    for way in models.chromosomes:
        ways.setdefault(way.model, []).append(way)
    people = People([], [])
    for number in model:
        if number not in ways:
            raise UsageError(f"{number} is not the index of a structural model")
        own = ways[number]
        way = own[_pick([math.exp(w.log_prior) for w in own], random)]
        one = draw_copies(definition, way.first, weights, random)
        two = draw_copies(definition, way.second, weights, random)
        people.copies.append(one + two)
        people.names.append((chromosome_name(definition, one), chromosome_name(definition, two)))
    return people


def draw_copies(
    definition: GeneDefinition,
    haplotype: StructuralHaplotype,
    weights: AlleleWeights,
    random: np.random.Generator,
) -> tuple[Copy, ...]:
    """Draw the allele of a haplotype's whole copies, which are alike, by what is beside what."""
    structure, allele = _structure(definition), ""
    if WHOLE in haplotype.units:
        names = list(weights)
        allele = names[_pick(_beside(structure, haplotype, weights), random)]
    hybrid = structure.hybrid_beside(haplotype.units, allele)
    return tuple(Copy(u, allele if u == WHOLE else hybrid or u) for u in haplotype.units)


def _beside(
    structure: GeneStructure, haplotype: StructuralHaplotype, weights: AlleleWeights
) -> list[float]:
    partners = Partners(structural_models(structure), np.ones(len(haplotype.frequencies)))
    return [weight * partners.odds(haplotype, name) for name, weight in weights.items()]


def _structure(definition: GeneDefinition) -> GeneStructure:
    if definition.structure is None:
        raise UsageError(
            f"nothing is known of copies and hybrids of {definition.gene}",
            remedy="name its alleles",
        )
    return definition.structure


def _pick(weights: Sequence[float], random: np.random.Generator) -> int:
    share: npt.NDArray[np.float64] = np.asarray(weights, np.float64)
    return int(random.choice(len(share), p=share / share.sum()))
