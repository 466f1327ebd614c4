"""Simulated reads at the sites of one gene and its paralogue, and the resulting genotypes."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.records.genes import GeneDefinition
from pgx.simulator.depth.noise import Span
from pgx.simulator.depth.people import GeneCopies
from pgx.simulator.haplotypes import GeneSequence
from pgx.simulator.records import Call, GeneScene, Record, gene_records
from pgx.simulator.settings import SimulationSettings

__all__ = [
    "MEAN_MISMAPPED",
    "DiploidGenotype",
    "GeneReads",
    "GeneSites",
    "SimulatedBlock",
    "Stretch",
    "banded",
    "call_genotype",
    "draw_dips",
    "draw_reads",
    "gene_sites",
    "reference_quality",
]

ERROR: Final = 0.001
"""Fraction of reads with an allele that their copy does not have."""
OVERDISPERSION: Final = 0.02
"""Correlation between the alleles of two reads, beyond the copies' fractions."""
HIGHEST_QUALITY: Final = 99


class DiploidGenotype(NamedTuple):
    """A genotype as indices into the alleles, its quality (phred), and all likelihoods (phred)."""

    alleles: tuple[int, int]
    quality: int
    likelihoods: tuple[int, ...]


@functools.lru_cache(maxsize=16)
def _pairs(n_alleles: int) -> tuple[tuple[tuple[int, int], ...], Floats]:
    """Return genotypes in VCF order, and (G, A) log10 fraction of reads per allele."""
    pairs = tuple((low, high) for high in range(n_alleles) for low in range(high + 1))
    # an erroneous read shows each of the three other bases with equal probability
    own = np.full((n_alleles, n_alleles), ERROR / 3) + (1 - 4 * ERROR / 3) * np.eye(n_alleles)
    shares = np.array([(own[low] + own[high]) / 2 for low, high in pairs])
    return pairs, np.log10(shares)


def call_genotype(reads: Sequence[int]) -> DiploidGenotype:
    """Return the diploid genotype with the highest likelihood given the reads of each allele.

    >>> call_genotype([10, 20, 0]).alleles, call_genotype([30, 0, 0]).likelihoods[:2]
    ((0, 1), (0, 90))
    """
    pairs, shares = _pairs(len(reads))
    phred = -10 * (shares @ np.asarray(reads, np.float64))
    scaled = np.rint(phred - phred.min()).astype(np.int64).tolist()
    # GQ is the phred distance to the second-best genotype, capped as in GATK
    quality = min(sorted(scaled)[1], HIGHEST_QUALITY)
    return DiploidGenotype(pairs[scaled.index(0)], quality, tuple(scaled))


def reference_quality(depth: int) -> tuple[int, int]:
    """Return likelihoods (phred) of the heterozygous and the other homozygous genotype.

    >>> reference_quality(30)
    (90, 1043)
    """
    # likelihood ratio of one reference read, heterozygous against homozygous reference
    het = -10 * math.log10((1 - ERROR + ERROR / 3) / 2 / (1 - ERROR))
    other = -10 * math.log10(ERROR / 3 / (1 - ERROR))
    return round(depth * het), round(depth * other)


def draw_reads(depth: int, copies: Floats, random: np.random.Generator) -> list[int]:
    """Distribute reads among alleles by (A,) copies with each; an overdispersed draw.

    >>> draw_reads(0, np.array([1.0, 1.0]), np.random.default_rng(1))
    [0, 0]
    """
    total = copies.sum()
    if depth <= 0 or total <= 0:
        return [max(depth, 0), *[0] * (len(copies) - 1)]
    share = copies / total * (1 - ERROR) + ERROR / len(copies)
    # a Dirichlet concentration of (1 - rho) / rho gives two reads the correlation rho
    drawn = random.dirichlet(share * (1 / OVERDISPERSION - 1))
    return [int(n) for n in random.multinomial(depth, drawn)]


BANDS: Final = np.array([*range(1, 61), 70, 80, 90, HIGHEST_QUALITY])
"""Lower bounds of the bands of genotype quality, GATK's default."""


class Stretch(NamedTuple):
    """Bases of equal depth and quality between records; positions on GRCh38, inclusive."""

    start: int
    end: int
    depth: int
    likelihoods: tuple[int, int]

    @property
    def quality(self) -> int:
        """Genotype quality of 0/0."""
        return min(self.likelihoods[0], HIGHEST_QUALITY)

    @classmethod
    def plain(cls, start: int, end: int, depth: int) -> Stretch:
        """Return bases whose reads all match the reference."""
        return cls(start, end, depth, reference_quality(depth))


class SimulatedBlock(NamedTuple):
    """A reference block: median and lowest depth, lowest likelihoods."""

    start: int
    end: int
    depth: int
    lowest: int
    quality: int
    likelihoods: tuple[int, int]


def banded(stretches: Sequence[Stretch]) -> list[SimulatedBlock]:
    """Join adjacent stretches, sorted by position, that are in one quality band."""
    if not stretches:
        return []
    table = np.array([(s.start, s.end, s.depth, s.quality, *s.likelihoods) for s in stretches])
    # GATK joins positions of one GQ band into a block
    band = np.searchsorted(BANDS, table[:, 3], side="right")
    breaks = (table[1:, 0] != table[:-1, 1] + 1) | (band[1:] != band[:-1])
    firsts = np.flatnonzero(np.concatenate([[True], breaks]))
    ends = [*firsts[1:].tolist(), len(table)]
    return [_block(table[a:b]) for a, b in zip(firsts.tolist(), ends, strict=True)]


def _block(rows: npt.NDArray[np.int64]) -> SimulatedBlock:
    start, end = int(rows[0, 0]), int(rows[-1, 1])
    if len(rows) == 1:
        _, _, depth, quality, het, other = rows[0].tolist()
        return SimulatedBlock(start, end, depth, depth, quality, (het, other))
    depth = _median(rows[:, 2], rows[:, 1] - rows[:, 0] + 1)
    low = rows[:, 2:].min(axis=0).tolist()
    return SimulatedBlock(start, end, depth, low[0], low[1], (low[2], low[3]))


def _median(depths: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> int:
    """Return the median of the depth over bases."""
    order = np.argsort(depths, kind="stable")
    passed = np.cumsum(lengths[order])
    return int(depths[order][np.searchsorted(passed, passed[-1] / 2)])


MEAN_MISMAPPED: Final = 0.1
"""Mean number of paralogue copies whose reads are mismapped to the gene at a position."""

Floats = npt.NDArray[np.float64]
SAMPLE: Final = "sample"


class GeneReads(NamedTuple):
    """W windows of one gene: starts, depths, and (C, W) visible fraction of each copy."""

    starts: npt.NDArray[np.int64]
    depth: npt.NDArray[np.int64]
    shown: Floats

    def window(self, position: int) -> int:
        """Return the window of a position."""
        return max(int(np.searchsorted(self.starts, position, side="right")) - 1, 0)


class CalledRecord(NamedTuple):
    """A record, reads of REF, each ALT and any other allele, and the called genotype."""

    record: Record
    reads: list[int]
    genotype: DiploidGenotype


@dataclass(slots=True)
class GeneSites:
    """Records of a gene, single bases of lower quality, and the spans excluded from blocks."""

    records: list[CalledRecord] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    taken: list[Span] = field(default_factory=list)


def gene_sites(
    definition: GeneDefinition,
    sequence: GeneSequence,
    copies: GeneCopies,
    reads: GeneReads,
    settings: SimulationSettings,
    random: np.random.Generator,
) -> GeneSites:
    """Draw the reads at each site and call its genotype.

    A variant whose reads favor 0/0 has no record: its base is in a block with the quality
    supported by the reads.
    """
    scene = GeneScene(
        definition=definition,
        sequence=sequence,
        haplotypes={SAMPLE: copies.haplotypes},
        settings=settings,
    )
    mismapped = dict.fromkeys(definition.structure.mismapped, 0.0) if definition.structure else {}
    # the fraction of mismapped reads varies between samples and positions
    mismapped = {position: random.exponential(MEAN_MISMAPPED) for position in mismapped}
    found = GeneSites()
    records = [*gene_records(scene), *_mismapped_records(scene, mismapped)]
    for record in _apart(records):
        _add(found, record, _counts(scene, record, reads, mismapped, random))
    hidden = scene.marked("missing")
    spans = ((v.position, len(v.ref)) for v in definition.variants if v.position in hidden)
    found.taken += [(start, start + length - 1) for start, length in spans]
    return found


def _apart(records: Iterable[Record]) -> list[Record]:
    """Return records by position, without reference records inside an earlier record."""
    kept: list[Record] = []
    for record in sorted(records, key=lambda r: (r.start, -len(r.alts))):
        if not kept or record.start > kept[-1].end or record.alts:
            kept.append(record)
    return kept


def _mismapped_records(scene: GeneScene, mismapped: Iterable[int]) -> list[Record]:
    """Return records without alternatives, or with the documented one, at mismapped positions."""
    hidden = scene.marked("missing")
    variants = {v.position: v for v in scene.definition.variants}
    n_copies = len(scene.haplotypes[SAMPLE])
    records = []
    for position in mismapped:
        variant = variants.get(position)
        base = scene.sequence.base(position)
        if position in hidden or base is None or (variant and len(variant.ref) > 1):
            continue
        if variant and any(s[position] != variant.ref for s in scene.haplotypes[SAMPLE]):
            continue  # a variant record exists already
        records.append(
            Record(
                contig=scene.definition.contig,
                start=position,
                end=position,
                position=scene.sequence.to_assembly(position),
                rsid=variant.rsid if variant and variant.rsid else ".",
                ref=base,
                alts=variant.alts[:1] if variant else (),
                calls=(Call(alleles=(0,) * n_copies),),
            )
        )
    return records


def _counts(
    scene: GeneScene,
    record: Record,
    reads: GeneReads,
    mismapped: dict[int, float],
    random: np.random.Generator,
) -> list[int]:
    """Return reads of REF, each ALT and any other allele."""
    window = reads.window(record.start)
    shown = np.zeros(len(record.alts) + 2)
    for code, share in zip(record.calls[0].alleles, reads.shown[:, window], strict=False):
        shown[code or 0] += share
    if record.start in mismapped:
        shown[_mismapped_allele(scene, record)] += mismapped[record.start]
    return draw_reads(int(reads.depth[window]), shown, random)


def _mismapped_allele(scene: GeneScene, record: Record) -> int:
    """Return the index of the paralogue's allele; the last index if unknown."""
    for variant in scene.definition.variants:
        if variant.position == record.start and variant.alts[0] in record.alts:
            return 1 + record.alts.index(variant.alts[0])
    return len(record.alts) + 1


def _add(found: GeneSites, record: Record, reads: list[int]) -> None:
    genotype = call_genotype(reads)
    if record.alts and genotype.alleles != (0, 0) and sum(reads):
        found.records.append(CalledRecord(record, reads, genotype))
        found.taken.append((record.start, record.end))
        return
    depth, other = sum(reads), sum(reads[1:])
    if record.start != record.end or not other:
        return
    two = call_genotype([depth - other, other]).likelihoods
    low = (max(two[1] - two[0], 0), max(two[2] - two[0], 0))
    found.stretches.append(Stretch(record.start, record.start, depth, low))
    found.taken.append((record.start, record.start))


MISMATCHES: Final = 0.0015
"""Fraction of read bases that differ from the sample, or are too uncertain to count."""
BREAKS: Final = 1 / 400
"""Fraction of positions with mismapped reads or unknown variants; blocks of real files with 70
to 80 reads have a base-weighted length of 450 to 660 bases."""
FEW, MANY = 0.1, 0.3

HET: Final = 3.0, 31.8
"""Likelihood of 0/1 (phred): increase per reference read, decrease per other read."""
HOM: Final = 34.8

Places = npt.NDArray[np.int64]


def draw_dips(
    starts: Places,
    ends: Places,
    depth: Places,
    avoid: AbstractSet[int],
    random: np.random.Generator,
) -> list[Stretch]:
    """Return single bases whose quality is lower than expected from their depth.

    Parameters
    ----------
    starts, ends, depth
        (W,) windows, 1-based inclusive, and their reads.
    avoid
        Positions to leave unchanged: those that define alleles.
    random
        Source of random numbers.
    """
    lengths = ends - starts + 1
    first = np.repeat(np.cumsum(lengths) - lengths, lengths)
    places = np.repeat(starts, lengths) + np.arange(lengths.sum()) - first
    reads = np.repeat(depth, lengths)
    other = random.poisson(MISMATCHES * reads)
    broken = random.random(len(places)) < BREAKS
    share = random.uniform(FEW, MANY, len(places))
    other = np.minimum(other + np.where(broken, np.ceil(share * reads), 0).astype(np.int64), reads)
    het = np.maximum(np.rint(HET[0] * (reads - other) - HET[1] * other), 0).astype(np.int64)
    hom = np.maximum(np.rint(HOM * (reads - 2 * other)), het).astype(np.int64)
    shown = (other > 0) & (het < HIGHEST_QUALITY) & ~np.isin(places, list(avoid))
    table = np.stack([places, reads, het, hom], axis=1)[shown]
    return [Stretch(p, p, d, (low, high)) for p, d, low, high in table.tolist()]
