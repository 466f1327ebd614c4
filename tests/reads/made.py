"""Small BAM files with reads of made-up chromosomes, placed as an aligner would.

The sequence is random but for what the knowledge base knows: reference segments around the
defining positions, and the bases that tell CYP2D6 from CYP2D7. CYP2D7 is a copy of CYP2D6 with
its own bases at those sites.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import pysam

from pgx.base.assemblies import Assembly
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import GeneDefinition

START, END = 42_112_000, 42_170_000
LENGTHS = {Assembly.GRCH38: 50_818_468, Assembly.GRCH37: 51_304_566}
GENE = (42_125_000, 42_134_400)
SHIFT = 396_002


@lru_cache(maxsize=1)
def gene() -> GeneDefinition:
    return KnowledgeBase().gene("CYP2D6")


@lru_cache(maxsize=1)
def reference() -> np.ndarray:
    """Return letters of START..END; index 0 is START."""
    rng = np.random.default_rng(7)
    text = rng.choice(np.frombuffer(b"ACGT", np.uint8), END - START + 1)
    own = gene()
    for segment in own.segments:
        at = segment.start - START
        text[at : at + len(segment.sequence)] = np.frombuffer(segment.sequence.encode(), np.uint8)
    for site in own.structure.sites:
        text[site.position - START] = ord(site.base)
    for position in range(*GENE):
        text[paralogue(position) - START] = text[position - START]
    for site in own.structure.sites:
        text[site.paralogue_position - START] = ord(site.paralogue_base)
    return text


@lru_cache(maxsize=1)
def _distances() -> tuple[np.ndarray, np.ndarray]:
    sites = sorted(gene().structure.sites, key=lambda s: s.position)
    where = np.array([s.position for s in sites])
    return where, np.array([s.paralogue_position - s.position for s in sites])


def paralogue(position: int) -> int:
    """Return where a position of the gene lies in the paralogue."""
    where, distance = _distances()
    return position + int(distance[min(np.searchsorted(where, position), len(where) - 1)])


@lru_cache(maxsize=1)
def _paralogues() -> np.ndarray:
    return np.array([paralogue(p) for p in range(*GENE)])


@lru_cache(maxsize=1)
def _is_site() -> np.ndarray:
    return np.isin(np.arange(*GENE), [s.position for s in gene().structure.sites])


@lru_cache(maxsize=100_000)
def grch37(position: int) -> int:
    """Return a position on GRCh37: by the nearest site of gene or paralogue."""
    pairs = [(s.position, s.position_grch37) for s in gene().structure.sites]
    pairs += [(s.paralogue_position, s.paralogue_grch37) for s in gene().structure.sites]
    near, old = min(pairs, key=lambda p: abs(p[0] - position))
    return position + old - near


@dataclass(frozen=True)
class Unit:
    """A copy of the gene: variants by position, and intervals with the paralogue's sequence."""

    variants: dict[int, str] = field(default_factory=dict)
    converted: tuple[tuple[int, int], ...] = ()


ALL = ((GENE[0], GENE[1]),)
HYBRIDS = {
    "*36": Unit(converted=((42_125_000, 42_126_752),)),
    "*13": Unit(converted=((42_130_401, 42_134_400),)),
    "*68": Unit(converted=((42_125_000, 42_130_400),)),
}


def allele(name: str) -> Unit:
    """Return a unit with the defining bases of an allele; of ambiguous codes the reference."""
    found = next(a for a in gene().alleles if a.name == name)
    own = {v.position: v for v in gene().variants}
    return Unit({p: a for p, a in found.defining.items() if a in own[p].alleles})


class Maker:
    """Collects reads of copies and of single-copy sequence, and writes them."""

    def __init__(
        self, *, depth: float = 30, length: int = 150, insert: int = 420, seed: int = 1,
        paired: bool = True, error: float = 0.002,
    ) -> None:  # fmt: skip
        self.rng = np.random.default_rng(seed)
        self.half = depth / 2
        self.length, self.insert, self.paired, self.error = length, insert, paired, error
        self.rows: list[tuple] = []
        self._number = 0

    def diploid(self, start: int, end: int) -> None:
        """Add reads of plain sequence, two copies."""
        text = reference()[start - START : end - START + 1]
        places = np.arange(start, end + 1)
        for _ in range(2):
            self._of(text, places, np.zeros(len(text), np.int64))

    def paralogues(self, copies: int = 2) -> None:
        for _ in range(copies):
            self.unit(Unit(converted=ALL))

    def unit(self, unit: Unit) -> None:
        """Add reads of one copy of the gene."""
        positions = np.arange(*GENE)
        is_other = np.zeros(len(positions), np.bool_)
        for a, b in unit.converted:
            is_other |= (a <= positions) & (positions <= b)
        places = np.where(is_other, _paralogues(), positions)
        letters = reference()[places - START]
        sides = np.where(_is_site(), np.where(is_other, -1, 1), 0)
        own = {v.position: v for v in gene().variants}
        for position, written in sorted(unit.variants.items(), reverse=True):
            at, size = position - GENE[0], len(own[position].ref)
            new = places[at] + np.arange(len(written))
            new[size:] = -1
            letters, places, sides = (
                np.concatenate([old[:at], now, old[at + size :]])
                for old, now in (
                    (letters, np.frombuffer(written.encode(), np.uint8)),
                    (places, new),
                    (sides, np.zeros(len(written), np.int64)),
                )
            )
        self._of(letters, places, sides)

    def _of(self, text: np.ndarray, places: np.ndarray, sides: np.ndarray) -> None:
        """Sample fragments of one chromosome's stretch."""
        per = (2 if self.paired else 1) * self.length
        for _ in range(self.rng.poisson(self.half * len(text) / per)):
            size = int(self.rng.normal(self.insert, 60)) if self.paired else self.length
            size = max(size, self.length)
            first = int(self.rng.integers(-size + 1, len(text)))
            ends = [first, first + size - self.length] if self.paired else [first]
            parts = [(e, e + self.length) for e in ends if 0 <= e <= len(text) - self.length]
            if parts:
                self._number += 1
                self._fragment(text, places, sides, parts)

    def _fragment(self, text, places, sides, parts) -> None:
        told = sum(int(np.abs(sides[a:b]).sum()) for a, b in parts)
        in_family = any(_in_family(int(places[a:b].max())) for a, b in parts)
        unsure = in_family and told == 0
        for mate, (a, b) in enumerate(parts):
            bases = text[a:b].copy()
            wrong = self.rng.random(len(bases)) < self.error
            bases[wrong] = self.rng.choice(np.frombuffer(b"ACGT", np.uint8), int(wrong.sum()))
            placed = _aligned(places[a:b])
            if placed is not None:
                start, cigar = placed
                quality = 0 if unsure else 60
                self.rows.append((start, self._number, mate, cigar, bases.tobytes(), quality))

    def write(
        self, path: Path, *, assembly: Assembly = Assembly.GRCH38, contig: str = "chr22",
        samples: tuple[str, ...] = ("made",), index: bool = True, length: int | None = None,
        order: str = "coordinate", mode: str = "wb", extra: tuple[tuple[str, int], ...] = (),
        reference_filename: str | None = None, moved: float = 0.0,
    ) -> Path:  # fmt: skip
        contigs = [(contig, length or LENGTHS[assembly]), *extra]
        header = {
            "HD": {"VN": "1.6", "SO": order},
            "SQ": [{"SN": n, "LN": size} for n, size in contigs],
            "RG": [{"ID": str(k), "SM": s} for k, s in enumerate(samples)],
        }
        rows = [(self._on_assembly(r[0], assembly), *r[1:]) for r in self.rows]
        if order == "coordinate":
            rows.sort(key=lambda r: r[0])
        with pysam.AlignmentFile(
            str(path), mode, header=header, reference_filename=reference_filename
        ) as out:
            there = [r for r in rows if GENE[0] <= r[0] <= GENE[1]] if moved else []
            away = there[: int(moved * len(there))]
            gone = set(map(id, away))
            for row in rows:
                if id(row) not in gone:
                    out.write(_segment(out.header, row, paired=self.paired))
            for row in away:
                read = _segment(out.header, row, paired=self.paired)
                read.reference_id = 1
                read.reference_start = row[0] - GENE[0]
                out.write(read)
        if index:
            pysam.index(str(path))
        return path

    @staticmethod
    def _on_assembly(position: int, assembly: Assembly) -> int:
        return position if assembly is Assembly.GRCH38 else grch37(position)


def _in_family(place: int) -> bool:
    return GENE[0] <= place <= GENE[1] or paralogue(GENE[0]) <= place <= paralogue(GENE[1])


def _aligned(places: np.ndarray) -> tuple[int, str] | None:
    """Return start and CIGAR: the longest stretch without a gap, the rest clipped."""
    breaks = np.flatnonzero((np.diff(places) != 1) | (places[1:] < 0)) + 1
    edges = [0, *breaks.tolist(), len(places)]
    spans = [(b - a, a, b) for a, b in itertools.pairwise(edges) if places[a] >= 0]
    if not spans:
        return None
    size, a, b = max(spans)
    left, right = a, len(places) - b
    cigar = f"{left}S" * (left > 0) + f"{size}M" + f"{right}S" * (right > 0)
    return int(places[a]), cigar


def _segment(header, row, *, paired: bool) -> pysam.AlignedSegment:
    start, number, mate, cigar, bases, quality = row
    read = pysam.AlignedSegment(header)
    read.query_name = f"f{number}"
    read.flag = (0x1 | (0x40 if mate == 0 else 0x80) | (0x10 if mate else 0)) if paired else 0
    read.reference_id = 0
    read.reference_start = start - 1
    read.cigarstring = cigar
    read.query_sequence = bases.decode()
    read.query_qualities = pysam.qualitystring_to_array("F" * len(bases))
    read.mapping_quality = quality
    if read.has_tag("RG"):
        read.set_tag("RG", None)
    return read


def person(*units: Unit, paralogues: int = 2, **settings) -> Maker:
    """Return reads of somebody with these copies, with flanks to normalise by."""
    made = Maker(**settings)
    made.diploid(42_113_500, GENE[0] - 1)
    made.diploid(paralogue(GENE[1]) + 1, 42_168_000)
    made.paralogues(paralogues)
    for unit in units:
        made.unit(unit)
    return made
