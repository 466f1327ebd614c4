"""Contig names, lengths and accessions of GRCh37 and GRCh38, as found in headers.

Lengths and accessions are those of the Genome Reference Consortium's releases
(GRCh37: NC_000001.10 …, GRCh38: NC_000001.11 …) and of the revised Cambridge Reference
Sequence (NC_012920.1, 16,569 bases). UCSC's hg19 ``chrM`` is another sequence
(NC_001807, 16,571 bases) and is recognised by its length.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

__all__ = [
    "CANONICAL",
    "HG19_CHRM_LENGTH",
    "MITOCHONDRION",
    "RCRS_LENGTH",
    "Assembly",
    "accession_assembly",
    "assembly_of_length",
    "canonical_contig",
    "contig_aliases",
    "contig_length",
]


class Assembly(StrEnum):
    """Human reference assemblies by the names of the Genome Reference Consortium."""

    GRCH37 = "GRCh37"
    GRCH38 = "GRCh38"


MITOCHONDRION: Final = "chrM"
RCRS_LENGTH: Final = 16_569
HG19_CHRM_LENGTH: Final = 16_571

# name: (GRCh37 length, GRCh38 length, RefSeq accession, its GRCh37 version, GenBank number)
_CHROMOSOMES: Final[dict[str, tuple[int, int, str, int, int]]] = {
    "chr1": (249_250_621, 248_956_422, "NC_000001", 10, 663),
    "chr2": (243_199_373, 242_193_529, "NC_000002", 11, 664),
    "chr3": (198_022_430, 198_295_559, "NC_000003", 11, 665),
    "chr4": (191_154_276, 190_214_555, "NC_000004", 11, 666),
    "chr5": (180_915_260, 181_538_259, "NC_000005", 9, 667),
    "chr6": (171_115_067, 170_805_979, "NC_000006", 11, 668),
    "chr7": (159_138_663, 159_345_973, "NC_000007", 13, 669),
    "chr8": (146_364_022, 145_138_636, "NC_000008", 10, 670),
    "chr9": (141_213_431, 138_394_717, "NC_000009", 11, 671),
    "chr10": (135_534_747, 133_797_422, "NC_000010", 10, 672),
    "chr11": (135_006_516, 135_086_622, "NC_000011", 9, 673),
    "chr12": (133_851_895, 133_275_309, "NC_000012", 11, 674),
    "chr13": (115_169_878, 114_364_328, "NC_000013", 10, 675),
    "chr14": (107_349_540, 107_043_718, "NC_000014", 8, 676),
    "chr15": (102_531_392, 101_991_189, "NC_000015", 9, 677),
    "chr16": (90_354_753, 90_338_345, "NC_000016", 9, 678),
    "chr17": (81_195_210, 83_257_441, "NC_000017", 10, 679),
    "chr18": (78_077_248, 80_373_285, "NC_000018", 9, 680),
    "chr19": (59_128_983, 58_617_616, "NC_000019", 9, 681),
    "chr20": (63_025_520, 64_444_167, "NC_000020", 10, 682),
    "chr21": (48_129_895, 46_709_983, "NC_000021", 8, 683),
    "chr22": (51_304_566, 50_818_468, "NC_000022", 10, 684),
    "chrX": (155_270_560, 156_040_895, "NC_000023", 10, 685),
    "chrY": (59_373_566, 57_227_415, "NC_000024", 9, 686),
}
CANONICAL: Final = (*_CHROMOSOMES, MITOCHONDRION)


def _build_aliases() -> dict[str, str]:
    aliases: dict[str, str] = {}
    for name, (_, _, accession, version, number) in _CHROMOSOMES.items():
        bare = name[3:]
        for alias in (name, bare, name.upper(), f"Chr{bare}"):
            aliases[alias] = name
        for step in (0, 1):
            aliases[f"{accession}.{version + step}"] = name
            aliases[f"CM{number:06d}.{step + 1}"] = name
    # hg19's NC_001807 is not an alias: its coordinates differ from those of the rCRS
    for alias in ("chrM", "M", "MT", "chrMT", "CHRM", "CHRMT", "NC_012920.1", "J01415.2"):
        aliases[alias] = MITOCHONDRION
    return aliases


_ALIASES: Final = _build_aliases()


def contig_aliases() -> dict[str, str]:
    """Return every accepted contig name with its canonical ``chrN`` name."""
    return dict(_ALIASES)


def canonical_contig(name: str) -> str | None:
    """Return ``chr1`` … ``chrM`` for any accepted name, None for other contigs."""
    return _ALIASES.get(name)


def accession_assembly(name: str) -> Assembly | None:
    """Return the assembly that a versioned RefSeq or GenBank accession belongs to."""
    canonical = _ALIASES.get(name)
    if canonical is None or canonical == MITOCHONDRION or "." not in name:
        return None
    version = int(name.rsplit(".", 1)[1])
    first = 1 if name.startswith("CM") else _CHROMOSOMES[canonical][3]
    return Assembly.GRCH37 if version == first else Assembly.GRCH38


def contig_length(canonical: str, assembly: Assembly) -> int:
    """Return a canonical contig's length in bases."""
    if canonical == MITOCHONDRION:
        return RCRS_LENGTH
    grch37, grch38 = _CHROMOSOMES[canonical][:2]
    return grch37 if assembly is Assembly.GRCH37 else grch38


def assembly_of_length(canonical: str, length: int) -> Assembly | None:
    """Return the assembly in which a chromosome has this length, None if neither.

    Both assemblies have the same mitochondrial sequence (rCRS), but 16,571 bases are hg19's
    own chrM.
    """
    if canonical == MITOCHONDRION:
        return Assembly.GRCH37 if length == HG19_CHRM_LENGTH else None
    lengths = _CHROMOSOMES[canonical]
    if length == lengths[0]:
        return Assembly.GRCH37
    return Assembly.GRCH38 if length == lengths[1] else None
