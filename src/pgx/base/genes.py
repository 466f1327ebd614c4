"""Records of the knowledge base that callers need: genes, defining variants, alleles, rules.

All positions are 1-based on GRCh38 unless a name says otherwise.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from pgx.base.structures import GeneStructure, StructuralAllele

__all__ = [
    "AlleleDefinition",
    "AlleleName",
    "Assembly",
    "CorePosition",
    "CoreProxy",
    "DefiningVariant",
    "GeneDefinition",
    "PhenotypeRule",
    "Ploidy",
    "Proxy",
    "ReferenceSegment",
    "Strategy",
]


class Assembly(StrEnum):
    """Human reference assemblies by the names of the Genome Reference Consortium."""

    GRCH37 = "GRCh37"
    GRCH38 = "GRCh38"


class Ploidy(StrEnum):
    """How many copies of the locus a person carries."""

    AUTOSOME = "autosome"
    X_LINKED = "x_linked"
    MITOCHONDRIAL = "mitochondrial"


class Strategy(StrEnum):
    """How a gene's named alleles are put together; a gene picks one in the knowledge base."""

    STAR = "star"  # one named allele describes a whole haplotype
    VARIANT_LIST = "variant_list"  # each named allele is one variant; haplotypes list them
    OUTSIDE = "outside"  # not answerable from small variants; outside calls only


class DefiningVariant(msgspec.Struct, frozen=True, kw_only=True):
    """One defining position: alleles as VCF writes them, on the forward strand.

    ``alts`` are in index order: allele code 0 is ``ref``, code k is ``alts[k - 1]``.
    ``ref_grch37`` is the base of GRCh37, which differs from ``ref`` at a few sites.
    """

    position: int
    position_grch37: int
    ref: str
    ref_grch37: str
    alts: tuple[str, ...]
    rsid: str = ""
    hgvs_g: str = ""
    required: bool = False

    @property
    def is_indel(self) -> bool:
        """Whether any alternative changes the length."""
        return any(len(alt) != len(self.ref) for alt in self.alts)

    @property
    def alleles(self) -> tuple[str, ...]:
        """Reference and alternatives in code order."""
        return (self.ref, *self.alts)


class ReferenceSegment(msgspec.Struct, frozen=True, kw_only=True):
    """Forward-haplotype GRCh38 sequence around defining positions; ``start`` is 1-based."""

    start: int
    sequence: str

    @property
    def end(self) -> int:
        """Last position of the segment, 1-based inclusive."""
        return self.start + len(self.sequence) - 1


class AlleleDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """A named allele: ``defining`` maps position to an allele string or an IUPAC code.

    Positions that ``defining`` does not name carry the reference base. ``function`` and
    ``activity_value`` are None where the knowledge base gives none: that is uncertain
    function, never normal.
    """

    name: str
    identifier: str = ""
    is_reference: bool = False
    structural: bool = False
    defining: dict[int, str] = {}
    function: str | None = None
    activity_value: str | None = None


class AlleleName(msgspec.Struct, frozen=True, kw_only=True):
    """What tools and publications call an allele.

    ``meaning`` is ``same_as``: ``name`` is another name of ``allele``; or ``hybrid``: ``name`` is
    a hybrid of the gene and its pseudogene, which is named first of what lies in tandem.
    """

    gene: str
    name: str
    meaning: str
    allele: str = ""
    source: str = ""


class PhenotypeRule(msgspec.Struct, frozen=True, kw_only=True):
    """Function pair (or one function, haploid) to phenotype and guideline lookup key."""

    function_1: str
    function_2: str
    activity_score: str
    phenotype: str
    lookup_key: str


class GeneCode(msgspec.Struct, frozen=True, kw_only=True):
    """An identifier of a gene; ``system`` is ``HGNC``, or ``REFSEQ``: its chromosome on GRCh38."""

    gene: str
    system: str
    code: str
    source: str = ""


class Proxy(msgspec.Struct, frozen=True, kw_only=True):
    """Two sites of one allele: ``decisive`` decides, ``substitute`` only where it is missing."""

    decisive: int
    substitute: int


class CoreProxy(msgspec.Struct, frozen=True, kw_only=True):
    """A site in linkage disequilibrium with a core position, and how strongly.

    Attributes
    ----------
    position
        1-based GRCh38 position of the proxy.
    alt
        Allele string there that goes with the causal one.
    r2
        Squared correlation of both alleles (0–1), the lowest of the population groups in which
        at least ten chromosomes carry the causal allele.
    sensitivity
        Share of the chromosomes with the causal allele that carry ``alt`` too (0–1).
    carriers
        Chromosomes with the causal allele that the two figures were measured on.
    """

    position: int
    alt: str
    r2: float
    sensitivity: float
    carriers: int


class CorePosition(msgspec.Struct, frozen=True, kw_only=True):
    """A variant that gives a named allele its function: not a marker, not a wobble position.

    An allele with several rows needs all of its variants.

    Attributes
    ----------
    position
        1-based GRCh38 position of a defining variant.
    alt
        Allele string there that changes the function.
    allele
        The named allele whose function it is.
    tier
        1: every test must type it; 2: it should be typed; 3: causal, but too rare, or one of too
        many, for a test to be expected to type it.
    proxies
        Sites whose genotype may stand in for a missing one here, with their strength.
    """

    position: int
    alt: str
    allele: str
    tier: int
    proxies: tuple[CoreProxy, ...] = ()


class GeneDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a caller needs to know of one gene.

    ``default_allele`` is the name printed first in a diplotype. ``scored`` genes are looked
    up by activity score. ``uncertain_function`` is the function of a haplotype that no
    definition names; ``function_order`` lists functions from the most to the least serious;
    of equally serious alleles those in ``preferred`` are named first. ``structure`` says how
    copies and hybrids of the gene show, None where nothing is known of them;
    ``structural_alleles`` are deletions and duplications that a structural record may show.
    ``names`` are other names of alleles, which results do not use. ``core_positions`` are the
    causal variants of its alleles.
    """

    gene: str
    contig: str
    strategy: Strategy
    ploidy: Ploidy
    default_allele: str
    uncertain_function: str
    scored: bool
    variants: tuple[DefiningVariant, ...] = ()
    alleles: tuple[AlleleDefinition, ...] = ()
    rules: tuple[PhenotypeRule, ...] = ()
    segments: tuple[ReferenceSegment, ...] = ()
    notes: tuple[str, ...] = ()
    function_order: tuple[str, ...] = ()
    preferred: tuple[str, ...] = ()
    proxies: tuple[Proxy, ...] = ()
    structure: GeneStructure | None = None
    structural_alleles: tuple[StructuralAllele, ...] = ()
    names: tuple[AlleleName, ...] = ()
    core_positions: tuple[CorePosition, ...] = ()

    def position_on(self, variant: DefiningVariant, assembly: Assembly) -> int:
        """Return the variant's 1-based position on an assembly."""
        return variant.position if assembly is Assembly.GRCH38 else variant.position_grch37
