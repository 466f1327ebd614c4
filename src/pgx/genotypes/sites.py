"""Defining sites of a gene on the input's assembly, and how a record's alleles read there."""

from __future__ import annotations

import functools
import hashlib
import itertools

import numpy as np
import numpy.typing as npt

from pgx.base.genes import Assembly, DefiningVariant, GeneDefinition
from pgx.genotypes.normalize import Reference, Variation, left_align, placement, trim

__all__ = ["MOST_BASES", "STAR", "UNKNOWN", "GeneLocus", "Site", "shortened"]

UNKNOWN = -1  # the allele cannot be read
STAR = -3  # the base lies in a deletion written by another record

MOST_BASES = 200
"""Bases that an undocumented allele's name spells out.

A result repeats the name dozens of times; the longest documented allele has 25 bases.
"""
_SHOWN_BASES = 20
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
            Site index → code, or a label ``chrN:pos:ref>alt`` where no definition names what
            is there. Sites that the allele leaves as they are are absent.
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
        """Explain a mixed change by definitions, where some set of them gives its sequence."""
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
