"""Records on gene copies and hybrids: what a gene can look like, and what one sample shows.

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
"""Name of the unit that is one whole copy of the gene; hybrids are named by their allele."""


class UnitSegment(msgspec.Struct, frozen=True, kw_only=True):
    """How one copy of a unit shows in an interval of the gene.

    ``share`` is the expected number of copies (0-1) whose reads are aligned to the gene there,
    ``spread`` its standard deviation; ``own`` the share of the unit's sequence there that is
    the gene's own and not its paralogue's.
    """

    start: int
    end: int
    share: float
    spread: float
    own: float


class StructureUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A hybrid by its allele name; outside its segments it shows like a whole copy."""

    name: str
    segments: tuple[UnitSegment, ...] = ()


class StructuralHaplotype(msgspec.Struct, frozen=True, kw_only=True):
    """Units on one chromosome, in the order in which they are named; none is a deletion.

    ``allele`` names a haplotype without a whole copy where it has a name of its own (``*5``).
    ``frequencies`` are shares of such chromosomes (0-1) by population group, roughly.
    """

    units: tuple[str, ...]
    frequencies: tuple[tuple[str, float], ...]
    allele: str = ""

    @property
    def frequency(self) -> float:
        """Share over all population groups, each counting alike."""
        return sum(share for _, share in self.frequencies) / len(self.frequencies)


class PartnerOdds(msgspec.Struct, frozen=True, kw_only=True):
    """How much more often than by chance an allele's chromosome has the units of a haplotype.

    ``others`` are population groups with odds of their own; ``hybrid`` is what the hybrid is
    called beside this allele, where not by its kind.
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
    """A base that tells the gene from its paralogue, on both assemblies.

    Only positions are listed at which neither the gene's common alleles nor common copies of
    the paralogue carry the other's base. ``segment`` groups neighbours: ``5p``, ``e1``, ``i2``.
    """

    position: int
    base: str
    paralogue_position: int
    paralogue_base: str
    position_grch37: int
    paralogue_grch37: int
    segment: str


class GeneStructure(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a gene's copies and hybrids.

    ``mismapped`` are positions at which reads of the paralogue are aligned to the gene: a genotype
    there is judged by its allelic depths. ``uneven`` positions have other shares of reads than
    copies; they tell nothing of copies. ``sites`` tell its reads from those of the paralogue.
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
        """Names of all units, the whole copy first."""
        return (WHOLE, *(unit.name for unit in self.units))

    def hybrid_beside(self, units: tuple[str, ...], allele: str) -> str:
        """Return what the hybrid among units is called beside an allele; empty for its kind."""
        named = (p.hybrid for p in self.partners if (p.units, p.allele) == (units, allele))
        return next(named, "")

    def hybrid_named(self, name: str) -> PartnerOdds | None:
        """Return beside what a hybrid has a name of its own; None for any other name."""
        return next((p for p in self.partners if p.hybrid and p.hybrid == name), None)


class AlleleSpan(msgspec.Struct, frozen=True, kw_only=True):
    """Where a structural variant must lie to be an allele, on one assembly.

    It must take all of ``start`` to ``end``, and nothing before ``first`` or behind ``last``;
    these are 0 where it may reach as far as it likes.
    """

    start: int
    end: int
    first: int = 0
    last: int = 0


class StructuralAllele(msgspec.Struct, frozen=True, kw_only=True):
    """An allele that one deletion or duplication makes.

    ``kind`` is ``deletion`` or ``duplication``; ``allele`` is the name of a deletion, and
    ``xN`` where a duplication adds a copy to whatever allele it lies on. ``tolerance`` are the
    bases by which a record may fall short of ``start`` and ``end``.
    """

    allele: str
    kind: str
    grch38: AlleleSpan
    grch37: AlleleSpan
    tolerance: int = 0


class StructuralRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A structural variant of an input that was read as an allele.

    ``copies`` are those of the whole gene, or of its part that is lost. ``positions`` are the
    gene's defining positions (GRCh38) that lie in it; ``quality`` is phred-scaled, None where
    the input has none.
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

    ``log_likelihood`` is what the evidence says of it, to that of the likeliest model.
    """

    name: str
    probability: float
    log_likelihood: float = 0.0


class DepthWindow(msgspec.Struct, frozen=True, kw_only=True):
    """Depth in one window of the gene or its paralogue, in copies.

    ``copies`` is what was measured, ``spread`` its standard deviation (both in copies), and
    ``expected`` what the best structural model lets expect.
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
    """What one sample shows of a gene's copies and hybrids.

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
