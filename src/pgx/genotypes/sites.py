"""Defining sites of a gene on the input's assembly, and matching of a record's alleles.

Coordinates are 1-based on the input's assembly. A `Variation` is free of its anchor: ``ref`` are
the bases replaced from ``start`` on, empty for an insertion *before* base ``start``. An indel has
several equivalent representations, so all are left-aligned before comparison.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
from bisect import bisect_right
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import Assembly
from pgx.records.genes import DefiningVariant, GeneDefinition

__all__ = [
    "MOST_BASES",
    "STAR",
    "UNKNOWN",
    "GeneLocus",
    "Reference",
    "Site",
    "Variation",
    "is_sequence",
    "left_align",
    "placement",
    "shortened",
    "trim",
]

_Ints = npt.NDArray[np.int64]


class Variation(NamedTuple):
    """Replaced and replacing bases, without the anchor base that VCF writes."""

    start: int
    ref: str
    alt: str

    @property
    def is_indel(self) -> bool:
        """Whether the length changes."""
        return len(self.ref) != len(self.alt)

    @property
    def is_pure_indel(self) -> bool:
        """Whether bases are only inserted or only deleted."""
        return bool(self.ref) != bool(self.alt)

    @property
    def end(self) -> int:
        """Last replaced base, ``start - 1`` for an insertion."""
        return self.start + len(self.ref) - 1


class Reference:
    """Known reference bases of one gene on one assembly.

    Built from the GRCh38 segments, shifted by the gene's offset, with the bases in which
    GRCh37 differs at defining positions put in.
    """

    def __init__(self, gene: GeneDefinition, assembly: Assembly) -> None:
        self.offset = _offset(gene, assembly)
        self._sequences: list[str] = []
        self._starts: list[int] = []
        for segment in gene.segments:
            bases = list(segment.sequence)
            if assembly is Assembly.GRCH37:
                for variant in gene.variants:
                    at = variant.position - segment.start
                    if variant.ref_grch37 != variant.ref and 0 <= at < len(bases):
                        bases[at : at + len(variant.ref)] = variant.ref_grch37
            self._starts.append(segment.start + self.offset)
            self._sequences.append("".join(bases))

    def spans(self) -> list[tuple[int, int]]:
        """Return first and last position of each segment."""
        return [
            (start, start + len(sequence) - 1)
            for start, sequence in zip(self._starts, self._sequences, strict=True)
        ]

    def base(self, position: int) -> str | None:
        """Return the base at a position, None outside the known segments."""
        index = bisect_right(self._starts, position) - 1
        if index < 0:
            return None
        at = position - self._starts[index]
        sequence = self._sequences[index]
        return sequence[at] if at < len(sequence) else None

    def letters(self, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        """Return the ASCII codes of the bases at positions, 0 outside the known segments."""
        starts, lengths, before, text = self._as_arrays
        if not len(starts):
            return np.zeros(len(positions), np.uint8)
        index = np.searchsorted(starts, positions, side="right") - 1
        at = positions - starts[index]  # index -1, the last: at is negative
        inside = (at >= 0) & (at < lengths[index])
        return np.where(inside, text[np.where(inside, before[index] + at, 0)], np.uint8(0))

    @functools.cached_property
    def _as_arrays(self) -> tuple[_Ints, _Ints, _Ints, npt.NDArray[np.uint8]]:
        """First position and length of each segment, bases before it, and all bases in a row."""
        lengths = np.array([len(sequence) for sequence in self._sequences], np.int64)
        text = np.frombuffer("".join(self._sequences).encode("ascii"), np.uint8)
        return np.array(self._starts, np.int64), lengths, np.cumsum(lengths) - lengths, text

    def bases(self, start: int, end: int) -> str | None:
        """Return bases ``start``..``end`` inclusive, None if any is unknown."""
        if end < start:
            return ""
        index = bisect_right(self._starts, start) - 1
        if index < 0:
            return None
        at = start - self._starts[index]
        found = self._sequences[index][at : at + end - start + 1]
        return found if len(found) == end - start + 1 else None

    def disagreements(self, position: int, ref: str) -> list[int]:
        """Return positions at which a record's REF differs from a known base.

        ``N`` and other IUPAC codes agree with anything.
        """
        return [
            position + shift
            for shift, base in enumerate(ref)
            if base in "ACGT" and self.base(position + shift) not in (None, base)
        ]


def _offset(gene: GeneDefinition, assembly: Assembly) -> int:
    if assembly is Assembly.GRCH38 or not gene.variants:
        return 0
    return gene.variants[0].position_grch37 - gene.variants[0].position


def is_sequence(alt: str) -> bool:
    """Whether an alternative is written in bases."""
    return set(alt) <= set("ACGTN")


def trim(position: int, ref: str, alt: str) -> Variation:
    """Remove shared bases from the right, then from the left."""
    while ref and alt and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    while ref and alt and ref[0] == alt[0]:
        ref, alt, position = ref[1:], alt[1:], position + 1
    return Variation(position, ref, alt)


def left_align(variation: Variation, reference: Reference) -> Variation:
    """Shift a pure insertion or deletion as far left as the known reference allows."""
    start, ref, alt = variation
    moving = ref or alt
    while (base := reference.base(start - 1)) is not None and base == moving[-1]:
        moving = base + moving[:-1]
        start -= 1
    return Variation(start, moving if ref else "", moving if alt else "")


def placement(variation: Variation, reference: Reference) -> tuple[int, int]:
    """Return the bases touched by all equivalent representations of an indel, 1-based inclusive.

    From the base before its leftmost placement to the base after its rightmost one: reference
    evidence against the indel must cover all of them.
    """
    left = left_align(variation, reference)
    start, moving = left.start, left.ref or left.alt
    length = len(left.ref)
    while (base := reference.base(start + length)) is not None and base == moving[0]:
        moving = moving[1:] + base
        start += 1
    return left.start - 1, start + length


UNKNOWN = -1  # the allele cannot be read
STAR = -3  # the base lies in a deletion written by another record

MOST_BASES = 200
"""Bases that an undocumented allele's name spells out.

A result repeats the name dozens of times; the longest documented allele has 25 bases.
"""
_SHOWN_BASES = 20
# combinations of alleles that are tried to explain a complex change: their number is a product
_MAX_COMBINATIONS = 4096


class Site:
    """One defining position on one assembly.

    ``codes`` maps an allele string to its code in the gene's variant (0 is the GRCh38
    reference base). ``reference_code`` is the code of this assembly's reference. ``low`` and
    ``high`` bound the bases that reference evidence must cover, 1-based inclusive.
    """

    __slots__ = ("codes", "high", "keys", "low", "position", "ref", "reference_code", "variant")

    def __init__(
        self, variant: DefiningVariant, position: int, ref: str, reference: Reference
    ) -> None:
        self.variant = variant
        self.position = position
        self.ref = ref
        self.codes = {allele: code for code, allele in enumerate(variant.alleles)}
        self.reference_code = self.codes[ref]
        self.low, self.high = position, position + len(ref) - 1
        self.keys: dict[Variation, int] = {}
        if variant.is_indel:
            self._add_indel_keys(reference)

    def _add_indel_keys(self, reference: Reference) -> None:
        for code, allele in enumerate(self.variant.alleles):
            if code == self.reference_code:
                continue
            variation = trim(self.position, self.ref, allele)
            if variation.is_pure_indel:
                low, high = placement(variation, reference)
                self.low, self.high = min(self.low, low), max(self.high, high)
                variation = left_align(variation, reference)
            self.keys[variation] = code

    @property
    def is_indel(self) -> bool:
        """Whether the site is defined by an insertion or deletion."""
        return bool(self.keys)

    @property
    def longest_change(self) -> int:
        """Largest number of inserted or deleted bases among the site's alleles."""
        return max((abs(len(k.ref) - len(k.alt)) for k in self.keys), default=0)

    def expansion(self, code: int) -> str:
        """Return the allele string of a code."""
        return self.variant.alleles[code]


class GeneLocus:
    """All sites of one gene on one assembly, with the reference around them.

    ``first`` and ``last`` are the lowest and highest defining position, 1-based.
    """

    def __init__(self, gene: GeneDefinition, assembly: Assembly) -> None:
        self.gene = gene
        self.assembly = assembly
        self.reference = Reference(gene, assembly)
        self.sites = [
            Site(
                variant,
                gene.position_on(variant, assembly),
                variant.ref if assembly is Assembly.GRCH38 else variant.ref_grch37,
                self.reference,
            )
            for variant in gene.variants
        ]
        self._span = min(s.low for s in self.sites), max(s.high for s in self.sites)
        positions = [site.position for site in self.sites]
        self.first, self.last = min(positions), max(positions)
        self._known = {key: (i, c) for i, s in enumerate(self.sites) for key, c in s.keys.items()}

    @functools.cached_property
    def defining_bases(self) -> frozenset[int]:
        """Positions of all bases of the defining sites."""
        return frozenset(site.position + k for site in self.sites for k in range(len(site.ref)))

    @functools.cached_property
    def defining_positions(self) -> npt.NDArray[np.int64]:
        """`defining_bases` in order."""
        return np.array(sorted(self.defining_bases), np.int64)

    def span(self) -> tuple[int, int]:
        """First and last base of the defining sites, 1-based inclusive."""
        return self._span

    def label(self, position: int, ref: str, alt: str) -> str:
        """Return ``chrN:pos:ref>alt`` on GRCh38, trimmed, left-aligned and anchored.

        Sequences of more than `MOST_BASES` are shortened, see `shortened`.
        """
        variation = trim(position, ref, alt)
        if variation.is_pure_indel:
            variation = left_align(variation, self.reference)
            anchor = self.reference.base(variation.start - 1)
            if anchor is not None:
                variation = Variation(
                    variation.start - 1, anchor + variation.ref, anchor + variation.alt
                )
        start = variation.start - self.reference.offset
        ref, alt = shortened(variation.ref), shortened(variation.alt)
        return f"{self.gene.contig}:{start}:{ref or '-'}>{alt or '-'}"

    def read(self, position: int, ref: str, alt: str, touched: list[int]) -> dict[int, int | str]:
        """Read one sequence allele of a record at the sites that the record touches.

        Parameters
        ----------
        position, ref, alt
            The record's allele; bases in upper case.
        touched
            Indices of the sites whose bases or repeat the record overlaps.

        Returns
        -------
        dict
            Site index → code, or a label ``chrN:pos:ref>alt`` if undocumented. Sites that the
            allele does not change are absent.
        """
        variation = trim(position, ref, alt)
        if not variation.ref and not variation.alt:
            return {}
        if not variation.is_indel:
            return self._read_substitution(variation, touched)
        if variation.is_pure_indel:
            aligned = left_align(variation, self.reference)
            known = self._known.get(aligned)
            if known is not None:
                return dict([known])
            return self._unlisted(aligned, self.label(position, ref, alt), touched)
        return self._read_complex(variation, self.label(position, ref, alt), touched)

    def _read_substitution(self, variation: Variation, touched: list[int]) -> dict[int, int | str]:
        found: dict[int, int | str] = {}
        for index in touched:
            site = self.sites[index]
            first, last = site.position, site.position + len(site.ref) - 1
            if variation.end < first or variation.start > last:
                continue
            if site.is_indel:
                continue  # the length is that of the reference
            bases = "".join(
                variation.alt[p - variation.start]
                if variation.start <= p <= variation.end
                else site.ref[p - first]
                for p in range(first, last + 1)
            )
            if bases == site.ref:
                continue
            code = site.codes.get(bases)
            found[index] = self.label(first, site.ref, bases) if code is None else code
        return found

    def _unlisted(
        self, variation: Variation, label: str, touched: list[int]
    ) -> dict[int, int | str]:
        low, high = placement(variation, self.reference)
        found: dict[int, int | str] = {}
        for index in touched:
            site = self.sites[index]
            last = site.position + len(site.ref) - 1
            if site.is_indel:
                hit = low < site.high and high > site.low
            else:
                hit = variation.start <= last and variation.end >= site.position
            if hit:
                found[index] = label
        return found

    def _read_complex(
        self, variation: Variation, label: str, touched: list[int]
    ) -> dict[int, int | str]:
        """Decompose a complex change if a set of definitions gives its sequence."""
        inside = [i for i in touched if self._overlaps(self.sites[i], variation)]
        low = min([variation.start, *(self.sites[i].position for i in inside)])
        high = max([variation.end, *(self.sites[i].high for i in inside)])
        before = self.reference.bases(low, variation.start - 1)
        after = self.reference.bases(variation.end + 1, high)
        if before is not None and after is not None:
            target = before + variation.alt + after
            choices = [range(len(self.sites[i].variant.alleles)) for i in inside]
            total = 1
            for choice in choices:
                total *= len(choice)
            if total <= _MAX_COMBINATIONS:
                for codes in itertools.product(*choices):
                    if self._apply(low, high, inside, codes) == target:
                        pairs = zip(inside, codes, strict=True)
                        return {i: c for i, c in pairs if c != self.sites[i].reference_code}
        return dict.fromkeys(inside, label)

    @staticmethod
    def _overlaps(site: Site, variation: Variation) -> bool:
        return site.low <= max(variation.end, variation.start) and site.high >= variation.start

    def _apply(self, low: int, high: int, sites: list[int], codes: tuple[int, ...]) -> str | None:
        """Return the sequence low..high with the sites' alleles put in, None if they clash."""
        parts: list[str] = []
        at = low
        for index, code in sorted(
            zip(sites, codes, strict=True), key=lambda pair: self.sites[pair[0]].position
        ):
            site = self.sites[index]
            if code == site.reference_code:
                continue
            if site.position < at:
                return None
            between = self.reference.bases(at, site.position - 1)
            if between is None:
                return None
            parts += [between, site.expansion(code)]
            at = site.position + len(site.ref)
        tail = self.reference.bases(at, high)
        return None if tail is None else "".join(parts) + tail


def shortened(bases: str) -> str:
    """Return a sequence, a long one as its first bases, its length and a digest.

    >>> shortened("CAT"), shortened("CAT" * 100)
    ('CAT', 'CATCATCATCATCATCATCA...(300_bases_68ccb098)')
    """
    if len(bases) <= MOST_BASES:
        return bases
    digest = hashlib.sha256(bases.encode()).hexdigest()[:8]
    return f"{bases[:_SHOWN_BASES]}...({len(bases)}_bases_{digest})"
