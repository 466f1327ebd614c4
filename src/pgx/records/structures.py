"""Records of gene copies and hybrids: possible structures of a gene, and evidence of a sample.

All positions are 1-based inclusive on GRCh38. A *unit* is one copy of the gene or one hybrid
with its paralogue; a *structural haplotype* is the list of units on one chromosome; a
*structural model* counts the units of both.
"""

from __future__ import annotations

from typing import Final

import msgspec

__all__ = [
    "WHOLE",
    "AlleleSpan",
    "CopyNumber",
    "DepthWindow",
    "Exon",
    "GeneStructure",
    "ParalogueSite",
    "PartnerOdds",
    "SiteBalance",
    "StructuralAllele",
    "StructuralHaplotype",
    "StructuralModel",
    "StructuralRecord",
    "StructureEvidence",
    "StructureUnit",
    "UnitSegment",
]

WHOLE: Final = "gene"
"""Name of the unit that is one complete copy of the gene; hybrids are named by their allele."""


class UnitSegment(msgspec.Struct, frozen=True, kw_only=True):
    """Expected reads of one copy of a unit in an interval of the gene.

    ``share`` is the expected number of copies (0-1) whose reads are aligned to the gene there,
    ``spread`` its standard deviation; ``own`` the share of the unit's sequence there that
    comes from the gene rather than from its paralogue.
    """

    start: int
    end: int
    share: float
    spread: float
    own: float


class StructureUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A hybrid by its allele name; outside its segments it behaves like a complete copy."""

    name: str
    segments: tuple[UnitSegment, ...] = ()


class StructuralHaplotype(msgspec.Struct, frozen=True, kw_only=True):
    """Units in cis, in the order in which they are named; without units it is a deletion.

    ``allele`` names a haplotype without a complete copy that has its own name (``*5``).
    ``frequencies`` are approximate haplotype frequencies (0-1) by population group.
    """

    units: tuple[str, ...]
    frequencies: tuple[tuple[str, float], ...]
    allele: str = ""

    @property
    def frequency(self) -> float:
        """Mean frequency over population groups, with equal weights."""
        # equal weights: the ancestry of a sample is unknown unless the run names a group
        return sum(share for _, share in self.frequencies) / len(self.frequencies)


class PartnerOdds(msgspec.Struct, frozen=True, kw_only=True):
    """Association of an allele with a structural haplotype: odds relative to chance.

    ``others`` are population groups with different odds; ``hybrid`` is the name of the hybrid in
    tandem with this allele, if it differs from the name of its kind.
    """

    units: tuple[str, ...]
    allele: str
    odds: float
    others: tuple[tuple[str, float], ...] = ()
    hybrid: str = ""

    def of(self, group: str) -> float:
        """Return the odds in a population group."""
        return dict(self.others).get(group, self.odds)


class Exon(msgspec.Struct, frozen=True, kw_only=True):
    """An exon of the gene or of its paralogue."""

    gene: str
    number: int
    start: int
    end: int


class ParalogueSite(msgspec.Struct, frozen=True, kw_only=True):
    """A base that distinguishes the gene from its paralogue, on both assemblies.

    Only positions are listed at which neither common alleles of the gene nor common copies of
    the paralogue carry the base of the other. ``segment`` groups neighbours (``5p``, ``e1``).
    """

    position: int
    base: str
    paralogue_position: int
    paralogue_base: str
    position_grch37: int
    paralogue_grch37: int
    segment: str


class GeneStructure(msgspec.Struct, frozen=True, kw_only=True):
    """Structures of a gene: copies, hybrids and their haplotypes.

    ``mismapped`` are positions with paralogue mis-mapping: a genotype there is checked against its
    allelic depths. At ``uneven`` positions shares of reads do not follow copies, so they carry no
    copy-number evidence. ``sites`` distinguish reads of the gene from those of the paralogue.
    """

    paralogue: str
    units: tuple[StructureUnit, ...]
    haplotypes: tuple[StructuralHaplotype, ...]
    partners: tuple[PartnerOdds, ...] = ()
    exons: tuple[Exon, ...] = ()
    mismapped: tuple[int, ...] = ()
    uneven: tuple[int, ...] = ()
    sites: tuple[ParalogueSite, ...] = ()

    @property
    def unit_names(self) -> tuple[str, ...]:
        """Names of all units, the complete copy first."""
        return (WHOLE, *(unit.name for unit in self.units))

    def hybrid_beside(self, units: tuple[str, ...], allele: str) -> str:
        """Return the name of a hybrid in tandem with an allele; empty if it is the usual one."""
        named = (p.hybrid for p in self.partners if (p.units, p.allele) == (units, allele))
        return next(named, "")

    def hybrid_named(self, name: str) -> PartnerOdds | None:
        """Return the association in which a hybrid has this name, None for any other name."""
        return next((p for p in self.partners if p.hybrid and p.hybrid == name), None)


class AlleleSpan(msgspec.Struct, frozen=True, kw_only=True):
    """The extent of a structural variant that defines an allele, on one assembly.

    It must cover ``start`` to ``end`` and nothing before ``first`` or after ``last``, which are 0
    if there is no such limit.
    """

    start: int
    end: int
    first: int = 0
    last: int = 0


class StructuralAllele(msgspec.Struct, frozen=True, kw_only=True):
    """An allele defined by one deletion or duplication.

    ``kind`` is ``deletion`` or ``duplication``; ``allele`` is the name of a deletion, and
    ``xN`` for a duplication, which adds a copy of any allele in cis. ``tolerance`` are the
    bases by which a record may fall short of ``start`` and ``end``.
    """

    allele: str
    kind: str
    grch38: AlleleSpan
    grch37: AlleleSpan
    tolerance: int = 0


class StructuralRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A structural variant of an input that matches an allele.

    ``copies`` counts copies of the gene, or of its deleted part. ``positions`` are the
    gene's defining positions (GRCh38) within it; ``quality`` is phred-scaled, None if the
    input has none.
    """

    allele: str
    kind: str
    copies: int
    positions: tuple[int, ...] = ()
    quality: int | None = None


class CopyNumber(msgspec.Struct, frozen=True):
    """A number of units (whole copies and hybrids together) and its probability."""

    copies: int
    probability: float


class StructuralModel(msgspec.Struct, frozen=True):
    """Units of both chromosomes, such as ``2 gene + 1 *36``, and their probability.

    ``log_likelihood`` is the log likelihood relative to the most likely model.
    """

    name: str
    probability: float
    log_likelihood: float = 0.0


class DepthWindow(msgspec.Struct, frozen=True, kw_only=True):
    """Depth in one window of the gene or its paralogue, in copies.

    ``copies`` is what was measured, ``spread`` its standard deviation (both in copies), and
    ``expected`` the depth that the best structural model predicts.
    """

    gene: str
    start: int
    end: int
    copies: float
    spread: float
    expected: float


class SiteBalance(msgspec.Struct, frozen=True, kw_only=True):
    """Reads of the reference and of one alternative, bases as a VCF has them, at one site."""

    position: int
    reference_reads: int
    alternative_reads: int
    reference: str = ""
    alternative: str = ""


class StructureEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one sample for the copies and hybrids of a gene.

    ``source`` is ``depth`` (of a gVCF), ``reads`` or ``records`` (structural variants of the
    VCF). ``reason`` is a code where the structure is not assessed, else empty. ``panel`` names
    the panel of expected depths. ``mean_depth`` is what two copies are expected to have,
    in reads; ``noise`` the standard deviation of the controls' log depth. ``copies`` and
    ``models`` are the most probable first.
    """

    gene: str
    source: str
    reason: str = ""
    panel: str = ""
    mean_depth: float | None = None
    noise: float | None = None
    n_controls: int = 0
    copies: tuple[CopyNumber, ...] = ()
    models: tuple[StructuralModel, ...] = ()
    windows: tuple[DepthWindow, ...] = ()
    exons: tuple[Exon, ...] = ()
    balances: tuple[SiteBalance, ...] = ()
    records: tuple[StructuralRecord, ...] = ()

    @property
    def is_assessed(self) -> bool:
        """Whether the structure could be assessed."""
        return not self.reason
