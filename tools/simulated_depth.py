"""Depth and allelic reads of many samples at once, as arrays: for measurements, without text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.copynumber.configurations import structural_models
from pgx.copynumber.evidence import SiteReads
from pgx.errors import UsageError
from pgx.records.genes import DefiningVariant, GeneDefinition, format_diplotype
from pgx.records.structures import GeneStructure
from pgx.simulator.depth.noise import Neighbours, draw_depth, draw_shares, gene_span
from pgx.simulator.depth.people import AlleleWeights, Copy, copy_haplotype, draw_people
from pgx.simulator.depth.sites import ERROR, MEAN_MISMAPPED, OVERDISPERSION
from pgx.simulator.settings import AmbiguityChoice

__all__ = ["SimulatedDepth", "simulate_many"]

NEAR: Final = 60
"""Bases within which a site is read as deeply as the nearest window."""

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Spellings = Mapping[str, Mapping[int, str]]


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedDepth:
    """N samples of one gene over W windows and S sites with one alternative base each.

    Attributes
    ----------
    depth
        (W, N) float64 depth in reads, whole numbers.
    sites
        The S variants.
    reads
        (S, 2, N) int64 reads of the reference and of the alternative.
    diplotypes
        (N,) what each sample carries, as results write it.
    """

    depth: Floats
    sites: tuple[DefiningVariant, ...]
    reads: Counts
    diplotypes: tuple[str, ...]

    def site_reads(self, sample: int) -> tuple[SiteReads, ...]:
        """Return the reads of one sample at sites where a diploid caller writes a variant."""
        ref, alt = self.reads[:, 0, sample], self.reads[:, 1, sample]
        return tuple(
            SiteReads(self.sites[s].position, self.sites[s].alleles, (int(ref[s]), int(alt[s])))
            for s in np.flatnonzero(_is_variant(ref, alt))
        )


def _is_variant(ref: Counts, alt: Counts) -> npt.NDArray[np.bool_]:
    """Whether a genotype with the alternative is likelier than 0/0."""
    right, wrong = np.log(1 - ERROR), np.log(ERROR / 3)
    other = np.maximum((ref + alt) * np.log(0.5), ref * wrong + alt * right)
    return np.asarray((alt > 0) & (other > ref * right + alt * wrong))


def simulate_many(
    definition: GeneDefinition,
    near: Neighbours,
    model: npt.NDArray[np.integer],
    *,
    coverage: float | Floats,
    noise: float,
    weights: AlleleWeights,
    seed: int,
    spellings: Spellings | None = None,
) -> SimulatedDepth:
    """Simulate samples whose structural model is given.

    Parameters
    ----------
    definition
        A gene of which a structure is known.
    near
        Neighbours among the W windows: of the gene and of controls, which have two copies.
    model
        (N,) index of each sample's model of `structural_models`.
    coverage
        Depth of two copies, one for all or (N,), in reads.
    noise
        Standard deviation of the log depth between windows, beside counting.
    weights
        How often chromosomes carry each allele.
    seed
        The same arguments give the same arrays.
    spellings
        Alleles by position of the way that most carry an allele, by its name.

    Raises
    ------
    UsageError
        Nothing is known of the gene's structure, or an index is not a model's.
    """
    structure = definition.structure
    if structure is None:
        raise UsageError(f"nothing is known of copies and hybrids of {definition.gene}")
    models = structural_models(structure)
    random = np.random.default_rng(seed)
    people = draw_people(definition, model.tolist(), weights, random)
    shares = draw_shares(structure, near, random, len(model))
    copies = np.full((len(near.windows), len(model)), 2.0)
    inside = near.windows.within(definition.contig, gene_span(structure))
    copies[inside] = np.einsum("nu,uwn->wn", models.counts[model], shares[:, inside])
    depth = np.rint(draw_depth(near, copies, coverage, noise, random))
    sites, window = _sites(definition, near, inside)
    shown = _shown(definition, people.copies, sites, shares[:, window], spellings)
    shown += _mismapped_reads(structure, sites, len(model), random)
    names = tuple(format_diplotype(own, definition.default_allele) for own in people.names)
    return SimulatedDepth(depth, sites, _reads(depth[window], shown, random), names)


def _sites(
    definition: GeneDefinition, near: Neighbours, inside: npt.NDArray[np.bool_]
) -> tuple[tuple[DefiningVariant, ...], Counts]:
    """Return single-base sites near a window of the gene, and (S,) that window."""
    own = np.flatnonzero(inside)
    sites, nearest = [], []
    for variant in definition.variants:
        if len(variant.alts) != 1 or len(variant.ref) != 1 or len(variant.alts[0]) != 1:
            continue
        before = near.windows.starts[own] - variant.position
        after = variant.position - near.windows.ends[own]
        distance = np.maximum(np.maximum(before, after), 0)
        if len(own) and distance.min() <= NEAR:
            sites.append(variant)
            nearest.append(own[distance.argmin()])
    return tuple(sites), np.array(nearest, np.int64)


def _shown(
    definition: GeneDefinition,
    copies: Sequence[Sequence[Copy]],
    sites: Sequence[DefiningVariant],
    shares: Floats,
    spellings: Spellings | None,
) -> Floats:
    """Return (S, 2, N) copies that show the reference and the alternative at each site."""
    units = definition.structure.unit_names if definition.structure else ()
    choice = AmbiguityChoice.COMMON if spellings else AmbiguityChoice.REFERENCE
    known: dict[Copy, npt.NDArray[np.bool_]] = {}
    shown = np.zeros((len(sites), 2, len(copies)))
    for sample, own in enumerate(copies):
        for copy in own:
            if copy not in known:
                haplotype = copy_haplotype(definition, copy, choice, spellings)
                known[copy] = np.array([haplotype[s.position] != s.ref for s in sites], np.bool_)
            share = shares[units.index(copy.unit), :, sample]
            shown[:, 0, sample] += share * ~known[copy]
            shown[:, 1, sample] += share * known[copy]
    return shown


def _mismapped_reads(
    structure: GeneStructure,
    sites: Sequence[DefiningVariant],
    n: int,
    random: np.random.Generator,
) -> Floats:
    """Return (S, 2, N) copies of the paralogue that show at each site."""
    found = np.zeros((len(sites), 2, n))
    is_mismapped = np.array([site.position in structure.mismapped for site in sites], np.bool_)
    found[is_mismapped, 1] = random.exponential(MEAN_MISMAPPED, (int(is_mismapped.sum()), n))
    return found


def _reads(depth: Floats, shown: Floats, random: np.random.Generator) -> Counts:
    """Return (S, 2, N) reads of each allele, beta-binomial."""
    total = shown.sum(axis=1)
    share = shown[:, 1] / np.maximum(total, 1e-9) * (1 - 2 * ERROR) + ERROR
    scale = 1 / OVERDISPERSION - 1
    alt = random.binomial(depth.astype(np.int64), random.beta(share * scale, (1 - share) * scale))
    alt[total <= 0] = 0
    return np.stack([depth.astype(np.int64) - alt, alt], axis=1)
