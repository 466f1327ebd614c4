"""Frozen settings of a simulated file, and the checks that refuse invalid ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

import msgspec

from pgx.base.assemblies import Assembly
from pgx.base.texts import did_you_mean
from pgx.errors import UnknownGeneError, UsageError
from pgx.records.genes import GeneDefinition

__all__ = [
    "IUPAC",
    "AmbiguityChoice",
    "ContigStyle",
    "Sex",
    "SimulationSettings",
    "SitePosition",
    "Spellings",
    "VariantForm",
    "WriteStyle",
    "check_settings",
    "known_gene",
]

SitePosition = tuple[str, int]
"""A gene and a 1-based GRCh38 position of one of its defining variants."""


class WriteStyle(StrEnum):
    """Which positions get a record."""

    VARIANTS = "variants"  # only sites where some haplotype differs from the reference
    ALL_SITES = "all_sites"  # every defining position, with every documented alternative
    GVCF = "gvcf"  # variant sites and <NON_REF> blocks over the rest of each gene


class ContigStyle(StrEnum):
    """Naming style of contigs; MT, NC_012920.1 and J01415.2 for the mitochondrial genome."""

    CHR = "chr"
    BARE = "bare"
    REFSEQ = "refseq"
    GENBANK = "genbank"


Spellings = dict[str, dict[str, dict[int, str]]]
"""Gene to allele to GRCh38 position to base."""

IUPAC: Final[dict[str, str]] = {
    "R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC",
    "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT",
}  # fmt: skip


class VariantForm(StrEnum):
    """Representation of a variant."""

    LEFT = "left"  # indels at their leftmost position
    RIGHT = "right"  # indels at their rightmost position, still with the base before
    MNV = "mnv"  # padded by a base on each side; neighbours joined into one record


class AmbiguityChoice(StrEnum):
    """Base to write where a definition allows several (IUPAC code)."""

    COMMON = "common"  # the most frequent form among counted haplotypes with the allele
    REFERENCE = "reference"  # the GRCh38 base where allowed
    VARIANT = "variant"  # the first allowed base that is not the GRCh38 base


class Sex(StrEnum):
    """Sex of a sample: determines the copy number of chrX genes."""

    MALE = "male"
    FEMALE = "female"


class SimulationSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of one simulated file; the defaults give a phased GRCh38 file of all sites.

    ``missing`` sites have no record and no block; ``no_calls`` are ``./.``, ``half_calls``
    lack one haplotype, ``filtered`` have a failing FILTER, ``low_quality`` DP 0 and GQ 0.
    All name a gene and a GRCh38 position, whatever the assembly.

    ``phase_sets`` maps a gene to the number of phase blocks (FORMAT/PS) that its
    heterozygous sites are split into; ``default_phase_sets`` holds for other genes, 0 writes
    no PS. ``flip_blocks`` exchanges the haplotypes in every second block.

    ``sex`` applies to samples that are not in ``sex_of``. A male's chrX genes have one allele,
    written as a haploid genotype unless ``diploid_x``. ``only_named`` omits genes that a
    sample's diplotypes do not name; otherwise they carry their default allele.

    ``common`` holds the alleles for `AmbiguityChoice.COMMON`, by gene, allele and position.

    ``declared`` writes the declarations of the assembly (contig lengths, ``##reference``).
    ``star_alleles`` writes ``*`` where a haplotype's deletion covers another site; without it
    such a haplotype counts as reference there. ``eliminated_indel_size`` is the header's
    ``indelSizeToEliminateInRefModel`` of a gVCF.
    """

    assembly: Assembly = Assembly.GRCH38
    phased: bool = True
    style: WriteStyle = WriteStyle.ALL_SITES
    form: VariantForm = VariantForm.LEFT
    contig_style: ContigStyle = ContigStyle.CHR
    missing: frozenset[SitePosition] = frozenset()
    no_calls: frozenset[SitePosition] = frozenset()
    half_calls: frozenset[SitePosition] = frozenset()
    filtered: frozenset[SitePosition] = frozenset()
    low_quality: frozenset[SitePosition] = frozenset()
    ambiguity: AmbiguityChoice = AmbiguityChoice.REFERENCE
    common: Spellings = {}
    sex: Sex | None = None
    sex_of: dict[str, Sex] = {}
    diploid_x: bool = False
    only_named: bool = False
    phase_sets: dict[str, int] = {}
    default_phase_sets: int = 0
    flip_blocks: bool = False
    depth: bool = True
    declared: bool = True
    star_alleles: bool = True
    lower_case: bool = False
    crlf: bool = False
    eliminated_indel_size: int = 10

    def sex_for(self, sample: str) -> Sex | None:
        """Return a sample's sex, None if unknown."""
        return self.sex_of.get(sample, self.sex)

    def n_blocks(self, gene: str) -> int:
        """Return the number of phase blocks of a gene, 0 if none are written."""
        return self.phase_sets.get(gene, self.default_phase_sets)

    @property
    def writes_phase_sets(self) -> bool:
        """Whether any gene gets FORMAT/PS."""
        return self.default_phase_sets > 0 or any(n > 0 for n in self.phase_sets.values())


def check_settings(genes: Mapping[str, GeneDefinition], settings: SimulationSettings) -> None:
    """Refuse settings that name unknown sites or contradict each other.

    Raises
    ------
    UnknownGeneError
        A site or phase block names a gene that the knowledge base does not have.
    UsageError
        A position is not a defining one, or phase blocks are requested for an unphased file.
    """
    for kind in ("missing", "no_calls", "half_calls", "filtered", "low_quality"):
        _check_sites(genes, kind.replace("_", "-"), getattr(settings, kind))
    for gene in settings.phase_sets:
        known_gene(genes, gene)
    counts = (settings.default_phase_sets, *settings.phase_sets.values())
    if any(n < 0 for n in counts):
        raise UsageError("a number of phase blocks is negative", remedy="give 0 or more")
    if settings.writes_phase_sets and not settings.phased:
        raise UsageError("phase blocks need phased genotypes", remedy="drop one of the two")
    if settings.eliminated_indel_size < 0:
        raise UsageError("the eliminated indel size is negative", remedy="give 0 or more")


def known_gene(genes: Mapping[str, GeneDefinition], name: str) -> GeneDefinition:
    """Return a gene by name, or raise `UnknownGeneError`."""
    if name not in genes:
        raise UnknownGeneError(
            f"no gene {name!r} in the knowledge base",
            remedy=did_you_mean(name, genes, "see `pgx kb genes` for the list"),
        )
    return genes[name]


def _check_sites(
    genes: Mapping[str, GeneDefinition], kind: str, sites: Iterable[SitePosition]
) -> None:
    for gene, position in sorted(sites):
        definition = known_gene(genes, gene)
        if all(variant.position != position for variant in definition.variants):
            raise UsageError(
                f"{position} is not a defining position of {gene} on GRCh38",
                where=f"{kind} {gene}:{position}",
                remedy=f"see `pgx kb show {gene}` for its positions",
            )
