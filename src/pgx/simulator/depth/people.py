"""Diplotypes in, the copies of each gene and what each carries out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pgx.base.allele_names import format_diplotype
from pgx.base.errors import UsageError
from pgx.base.genes import GeneDefinition
from pgx.simulator.depth.chromosomes import (
    Copy,
    chromosome_name,
    copy_haplotype,
    parse_chromosome,
)
from pgx.simulator.haplotypes import SimulatedHaplotype, sample_haplotypes
from pgx.simulator.settings import SimulationSettings, known_gene

__all__ = ["GeneCopies", "gene_copies", "true_diplotypes"]


class GeneCopies(NamedTuple):
    """Copies of one gene over all its chromosomes: their units, and what each carries."""

    units: tuple[str, ...]
    haplotypes: tuple[SimulatedHaplotype, ...]


def gene_copies(
    genes: Mapping[str, GeneDefinition],
    sample: str,
    diplotypes: Mapping[str, Sequence[str]],
    settings: SimulationSettings,
) -> dict[str, GeneCopies]:
    """Return the copies of each gene that a sample's file tells of.

    Raises
    ------
    UnknownGeneError, UnknownAlleleError, UsageError
        As `sample_haplotypes`; also a name of a chromosome that cannot be read.
    """
    for gene in diplotypes:
        known_gene(genes, gene)
    plain = {name: own for name, own in genes.items() if own.structure is None}
    named = {gene: names for gene, names in diplotypes.items() if gene in plain}
    haplotypes = sample_haplotypes(plain, sample, named, settings)
    found = {g: GeneCopies(("",) * len(own), own) for g, own in haplotypes.items()}
    for gene, definition in genes.items():
        if definition.structure is not None and (gene in diplotypes or not settings.only_named):
            names = diplotypes.get(gene, (definition.default_allele,) * 2)
            found[gene] = _structured(definition, names, settings)
    return found


def _structured(
    definition: GeneDefinition, names: Sequence[str], settings: SimulationSettings
) -> GeneCopies:
    copies = [copy for own in _chromosomes(definition, names) for copy in own]
    common = settings.common.get(definition.gene, {})
    haplotypes = [copy_haplotype(definition, copy, settings.ambiguity, common) for copy in copies]
    return GeneCopies(tuple(copy.unit for copy in copies), tuple(haplotypes))


def _chromosomes(definition: GeneDefinition, names: Sequence[str]) -> list[tuple[Copy, ...]]:
    if len(names) != 2:
        raise UsageError(
            f"{definition.gene} was given {len(names)} chromosome(s), expected 2",
            remedy="write two like *36+*10/*2",
        )
    return [parse_chromosome(definition, name) for name in names]


def true_diplotypes(
    genes: Mapping[str, GeneDefinition], diplotypes: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Return the diplotype of each named gene as results write it.

    Raises
    ------
    UnknownGeneError, UsageError
        A gene or name that cannot be read.
    """
    found = {}
    for gene, names in diplotypes.items():
        definition = known_gene(genes, gene)
        if definition.structure is not None:
            own = _chromosomes(definition, names)
            names = [chromosome_name(definition, copies) for copies in own]
        found[gene] = format_diplotype(names, definition.default_allele)
    return found
