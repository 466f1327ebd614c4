"""Records of genes: allele definitions, names, phenotype rules and haplotype frequencies."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from pgx.base.assemblies import Assembly
from pgx.records.structures import GeneStructure, StructuralAllele

__all__ = [
    "AlleleDefinition",
    "AlleleName",
    "Assembly",
    "CorePosition",
    "CoreProxy",
    "DefiningVariant",
    "GeneDefinition",
    "GeneFrequencies",
    "HaplotypeCount",
    "PhenotypeRule",
    "Ploidy",
    "Proxy",
    "PublishedFrequency",
    "ReferenceSegment",
    "Strategy",
    "bracket",
    "core_allele",
    "format_diplotype",
    "natural_key",
    "parse_bracket",
]


_NUMBERS = re.compile(r"(\d+)")
_SUBALLELE = re.compile(r"^(\*\d+[A-Z]?)\.\d+$")


@functools.lru_cache(maxsize=1 << 14)
def natural_key(name: str) -> tuple[bool, tuple[tuple[int, int, str], ...]]:
    """Return a sort key: plain names before bracketed ones, numbers by value.

    >>> sorted(["*10", "[*2 + *3]", "*2", "*1"], key=natural_key)
    ['*1', '*2', '*10', '[*2 + *3]']
    """
    # digits compare as numbers, so that *2 precedes *10
    parts = _NUMBERS.split(name)
    key = tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts if p)
    return name.startswith("["), key


def core_allele(name: str) -> str:
    """Return the core allele of a suballele name, any other name as it is.

    >>> core_allele("*45.001")
    '*45'
    """
    match = _SUBALLELE.match(name)
    return match.group(1) if match else name


def bracket(parts: Iterable[str]) -> str:
    """Join the alleles of one haplotype; a single one has no brackets.

    >>> bracket(["*6", "*14"]), bracket(["*2"])
    ('[*6 + *14]', '*2')
    """
    listed = list(parts)
    return listed[0] if len(listed) == 1 else f"[{' + '.join(listed)}]"


def parse_bracket(name: str) -> list[str]:
    """Return the parts of a haplotype's name; inverse of `bracket`.

    >>> parse_bracket("[*6 + *14]"), parse_bracket("*2")
    (['*6', '*14'], ['*2'])
    """
    return name[1:-1].split(" + ") if name.startswith("[") else [name]


def format_diplotype(names: Sequence[str], default_allele: str) -> str:
    """Join haplotype names: the gene's default allele first, else natural order.

    >>> format_diplotype(["*17", "*2"], "*1"), format_diplotype(["*4", "*1"], "*1")
    ('*2/*17', '*1/*4')
    """
    return "/".join(sorted(names, key=lambda n: (n != default_allele, natural_key(n))))


class Ploidy(StrEnum):
    """How many copies of the locus a person carries."""

    AUTOSOME = "autosome"
    X_LINKED = "x_linked"
    MITOCHONDRIAL = "mitochondrial"


class Strategy(StrEnum):
    """How named alleles of a gene form a haplotype; the knowledge base sets it for each gene."""

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
    """GRCh38 forward sequence around defining positions; ``start`` is 1-based."""

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
    function, never normal function.
    """

    name: str
    identifier: str = ""
    is_reference: bool = False
    structural: bool = False
    defining: dict[int, str] = {}
    function: str | None = None
    activity_value: str | None = None


class AlleleName(msgspec.Struct, frozen=True, kw_only=True):
    """Another name of an allele, as used by tools and publications.

    ``meaning`` is ``same_as``: ``name`` is another name of ``allele``; or ``hybrid``: ``name`` is
    a hybrid of the gene and its pseudogene, which is written first in a tandem arrangement.
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
    """Two sites of one allele: ``substitute`` is used only if ``decisive`` is missing."""

    decisive: int
    substitute: int


class CoreProxy(msgspec.Struct, frozen=True, kw_only=True):
    """A site in linkage disequilibrium with a core position, and how strongly.

    Attributes
    ----------
    position
        1-based GRCh38 position of the proxy.
    alt
        Allele string there that is associated with the causal one.
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
    """The definition of one gene for the caller.

    ``default_allele`` is the name printed first in a diplotype. ``scored`` genes are looked
    up by activity score. ``uncertain_function`` is the function of a haplotype that no
    definition names; ``function_order`` lists functions from the most to the least serious;
    of equally serious alleles those in ``preferred`` are named first. ``structure`` describes
    copies and hybrids of the gene, None if no structure is known;
    ``structural_alleles`` are deletions and duplications that structural records can report.
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


class HaplotypeCount(msgspec.Struct, frozen=True, kw_only=True):
    """One haplotype over a gene's defining positions, and its count in each population group.

    ``differences`` maps a 1-based GRCh38 position to the allele there, where it is not the
    assembly's; positions of `GeneFrequencies.untyped` are open. ``allele`` is its name as a
    caller prints it. ``counts`` are chromosomes, in the order of the groups.
    """

    differences: dict[int, str]
    allele: str
    counts: tuple[int, ...]


class PublishedFrequency(msgspec.Struct, frozen=True, kw_only=True):
    """A published share (0–1) of chromosomes that carry a named allele, in one group."""

    allele: str
    group: str
    frequency: float


class GeneFrequencies(msgspec.Struct, frozen=True, kw_only=True):
    """Haplotype counts and published frequencies of one gene.

    ``untyped`` are defining positions (1-based, GRCh38) that the counted call set could not
    type; ``published`` frequencies stand in for them. ``core`` names the alleles that a clinical
    test should at least distinguish.
    """

    gene: str
    groups: tuple[str, ...]
    haplotypes: tuple[HaplotypeCount, ...] = ()
    untyped: tuple[int, ...] = ()
    published: tuple[PublishedFrequency, ...] = ()
    core: tuple[str, ...] = ()

    @property
    def totals(self) -> tuple[int, ...]:
        """Chromosomes counted in each group."""
        return tuple(sum(h.counts[i] for h in self.haplotypes) for i in range(len(self.groups)))
