"""Synthetic persons: structural haplotypes drawn by frequency or named, and the truth table."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.copynumber.configurations import Chromosomes, Partners, structural_models
from pgx.errors import UnknownAlleleError, UsageError
from pgx.records.genes import GeneDefinition, GeneFrequencies, format_diplotype, natural_key
from pgx.records.structures import WHOLE, GeneStructure, StructuralHaplotype
from pgx.simulator.haplotypes import SimulatedHaplotype, allele_haplotype, sample_haplotypes
from pgx.simulator.settings import AmbiguityChoice, SimulationSettings, known_gene
from pgx.simulator.vcf import COLUMNS, SampleTable

__all__ = [
    "MOST_COPIES",
    "AlleleWeights",
    "Copy",
    "GeneCopies",
    "People",
    "allele_weights",
    "chromosome_name",
    "copy_haplotype",
    "draw_copies",
    "draw_diplotypes",
    "draw_people",
    "gene_copies",
    "parse_chromosome",
    "true_diplotypes",
    "truth_table",
]

MOST_COPIES: Final = 8
_PART: Final = re.compile(r"(\[[^\[\]]*\]|[^+\[\]]+?)(?:x(\d{1,3}))?(?:\+|$)")


class Copy(NamedTuple):
    """One gene copy on a chromosome: its unit (`WHOLE` or a hybrid), and its allele name."""

    unit: str
    allele: str


def parse_chromosome(definition: GeneDefinition, name: str) -> tuple[Copy, ...]:
    """Return the copies in a haplotype name, in order; none for a deletion.

    A gene without structural variants has one whole copy of the named allele.

    Raises
    ------
    UsageError
        An invalid name or copy number, or more than `MOST_COPIES`.
    """
    structure = definition.structure
    if structure is None:
        return (Copy(WHOLE, name),)
    # a haplotype without units is the deletion of the gene
    if any(not h.units and h.allele == name for h in structure.haplotypes):
        return ()
    copies: list[Copy] = []
    for part, times in _parts(definition, name):
        copies += [Copy(_unit(structure, part), part)] * times
        if len(copies) > MOST_COPIES:
            raise UsageError(
                f"{definition.gene}: more than {MOST_COPIES} copies on one chromosome",
                remedy="name fewer copies",
            )
    return tuple(copies)


def _unit(structure: GeneStructure, name: str) -> str:
    """Return the unit of a name: a hybrid's kind, else a whole copy."""
    named = structure.hybrid_named(name)
    hybrids = named.units if named else (name,)
    return next((u for u in structure.unit_names[1:] if u in hybrids), WHOLE)


def _parts(definition: GeneDefinition, name: str) -> list[tuple[str, int]]:
    """Split a name into alleles and their copy numbers."""
    found, at = [], 0
    for match in _PART.finditer(name):
        if match.start() != at or not match[0]:
            break
        found.append((match[1].strip(), int(match[2] or 1)))
        at = match.end()
    if at != len(name) or not found or name.endswith("+") or not all(n for _, n in found):
        raise UsageError(
            f"{name!r} names no copies of {definition.gene}",
            remedy="write it like *1, *2x2, *36+*10, or *5 for a deletion",
        )
    return found


def chromosome_name(definition: GeneDefinition, copies: Sequence[Copy]) -> str:
    """Return the haplotype name as in results: hybrids first, ``xN`` for N equal copies.

    Raises
    ------
    UsageError
        There are no copies, and the gene has no name for a deletion.
    """
    structure = definition.structure
    if not copies:
        return _deletion(definition)
    # hybrids first, as in PharmVar's names of tandem arrangements
    units = structure.unit_names if structure else (WHOLE,)
    order = (*units[1:], WHOLE)
    ranked = sorted(copies, key=lambda c: (order.index(c.unit), natural_key(c.allele)))
    parts = []
    for copy, group in itertools.groupby(ranked):
        times = len(list(group))
        parts.append(copy.allele + (f"x{times}" if times > 1 else ""))
    return "+".join(parts)


def _deletion(definition: GeneDefinition) -> str:
    haplotypes = definition.structure.haplotypes if definition.structure else ()
    for haplotype in haplotypes:
        if not haplotype.units:
            return haplotype.allele
    raise UsageError(f"{definition.gene} has no name for a deletion")


def copy_haplotype(
    definition: GeneDefinition,
    copy: Copy,
    ambiguity: AmbiguityChoice = AmbiguityChoice.REFERENCE,
    common: Mapping[str, Mapping[int, str]] | None = None,
) -> SimulatedHaplotype:
    """Return the alleles of one copy at every defining position.

    If small variants do not define a hybrid, its own part carries the allele it is named for, or
    its most frequent partner; the paralogue's part carries the reference, or the first
    alternative at positions where reads of the paralogue map to the gene.


    Raises
    ------
    UnknownAlleleError, UsageError
        As in `allele_haplotype`.
    """
    spellings = common or {}
    if copy.unit == WHOLE or _is_defined(definition, copy.allele):
        return allele_haplotype(definition, copy.allele, ambiguity, spellings.get(copy.allele))
    structure = definition.structure
    if structure is None:
        raise UnknownAlleleError(f"{definition.gene} has no hybrid {copy.unit!r}")
    named = structure.hybrid_named(copy.allele)
    beside = named.allele if named else usual_partner(structure, copy.unit)
    beside = beside or definition.default_allele
    haplotype = allele_haplotype(definition, beside, ambiguity, spellings.get(beside))
    return _hybrid(definition, structure, copy.unit, haplotype)


def _is_defined(definition: GeneDefinition, name: str) -> bool:
    return any(a.name == name and a.defining for a in definition.alleles)


def usual_partner(structure: GeneStructure, unit: str) -> str:
    """Return the most frequent partner allele of one hybrid in cis, empty if unknown."""
    odds = {p.allele: p.odds for p in structure.partners if p.units == (unit, WHOLE) and p.allele}
    return max(odds, key=odds.__getitem__, default="")


def _hybrid(
    definition: GeneDefinition, structure: GeneStructure, unit: str, beside: SimulatedHaplotype
) -> SimulatedHaplotype:
    # segments whose sequence comes mostly from the paralogue
    foreign = [s for u in structure.units if u.name == unit for s in u.segments if s.own < 0.5]
    haplotype = dict(beside)
    for variant in definition.variants:
        if any(s.start <= variant.position <= s.end for s in foreign):
            is_mismapped = variant.position in structure.mismapped
            haplotype[variant.position] = variant.alts[0] if is_mismapped else variant.ref
    return haplotype


class GeneCopies(NamedTuple):
    """Copies of one gene on both chromosomes: their units, and the alleles of each."""

    units: tuple[str, ...]
    haplotypes: tuple[SimulatedHaplotype, ...]


def gene_copies(
    genes: Mapping[str, GeneDefinition],
    sample: str,
    diplotypes: Mapping[str, Sequence[str]],
    settings: SimulationSettings,
) -> dict[str, GeneCopies]:
    """Return the copies of each gene in a sample's file.

    Raises
    ------
    UnknownGeneError, UnknownAlleleError, UsageError
        As in `sample_haplotypes`; also an invalid haplotype name.
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
    """Return the diplotype of each named gene as in results.

    Raises
    ------
    UnknownGeneError, UsageError
        An unknown gene or an invalid name.
    """
    found = {}
    for gene, names in diplotypes.items():
        definition = known_gene(genes, gene)
        if definition.structure is not None:
            own = _chromosomes(definition, names)
            names = [chromosome_name(definition, copies) for copies in own]
        found[gene] = format_diplotype(names, definition.default_allele)
    return found


AlleleWeights = Mapping[str, float]
"""Frequency of each allele that small variants define; any positive scale."""


class People(NamedTuple):
    """Copies of N persons on both chromosomes, and the two haplotype names."""

    copies: list[tuple[Copy, ...]]
    names: list[tuple[str, str]]


def allele_weights(
    definition: GeneDefinition, frequencies: Mapping[str, GeneFrequencies], group: str = ""
) -> AlleleWeights:
    """Return allele counts in one group, or in all; the default allele if there are none."""
    # alleles without a definition by small variants cannot be written to a file
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
    """Draw both haplotype names for each gene with known structures.

    Both are from one population group; groups are equally probable.
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
    """Draw persons with given structural models: structures of both chromosomes, and alleles.

    ``model`` are (N,) indices of `pgx.copynumber.configurations.structural_models`.

    Raises
    ------
    UsageError
        The gene has no known structures, or an index is not that of a model.
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
    """Draw the allele of a haplotype's whole copies, which are equal, by partner odds."""
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


def truth_table(genes: Mapping[str, GeneDefinition], table: SampleTable) -> str:
    """Return tab-separated lines of sample, gene and diplotype for every named gene.

    Raises
    ------
    UnknownGeneError, UsageError
        An unknown gene or an invalid name.
    """
    rows = [COLUMNS]
    for sample, diplotypes in table.samples.items():
        if sample in table.sex_of:
            rows.append((sample, "sex", table.sex_of[sample].value))
        named = true_diplotypes(genes, diplotypes)
        rows += [(sample, gene, named[gene]) for gene in sorted(named)]
    return "".join("\t".join(row) + "\n" for row in rows)
