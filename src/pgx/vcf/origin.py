"""Whether genotypes were typed allele by allele: arrays and imputation, told by a VCF's header.

A sequencer reads a base, so that ``0/0`` says which base is there. An array probes, and an
imputation panel holds, single alternatives: ``0/0`` says that *this* alternative is absent, and
a position without a record was not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

__all__ = ["ORIGIN_KEYS", "GenotypeOrigin", "Platform", "genotype_origin"]


class Platform(StrEnum):
    """What produced the genotypes of a file."""

    UNKNOWN = "unknown"  # nothing says otherwise: read as sequencing
    ARRAY = "array"
    IMPUTED = "imputed"


class GenotypeOrigin(NamedTuple):
    """The platform of a file's genotypes, and the part of the header that says so."""

    platform: Platform = Platform.UNKNOWN
    sign: str = ""

    @property
    def probes_alleles(self) -> bool:
        """Whether a record speaks of its own alternatives only."""
        return self.platform is not Platform.UNKNOWN


ORIGIN_KEYS: Final = re.compile(
    r"INFO|FORMAT|FILTER|source|arrayType|extendedIlluminaManifestVersion|mis_pipeline|pipeline"
    r"|[\w+]*Command(?:Line)?",
    re.IGNORECASE,
)
"""Keys of the header's lines that `genotype_origin` reads."""

_ID: Final = re.compile(r"##(INFO|FORMAT|FILTER)=<.*?\bID=([^,>]+)")
# of reads: a file that has one of these was made from them, whatever dosages were added
_OF_READS: Final = frozenset({"AD", "DP", "PL", "GL", "MIN_DP", "AO", "DPR"})
# minimac 3 and 4 with their servers, Beagle 4 and 5, PBWT (Sanger), SNPTools and MaCH (RSQ)
_IMPUTED_INFO: Final = frozenset(
    {"IMPUTED", "TYPED", "TYPED_ONLY", "DR2", "AR2", "ER2", "AVG_CS", "RefPanelAF", "RSQ"}
)
_IMPUTED_FILTERS: Final = frozenset({"GENOTYPED", "IMPUTED", "GENOTYPED_ONLY"})  # minimac 3
_QUALITY_INFO: Final = frozenset({"R2", "INFO", "IMP"})  # imputed only beside a dosage
_DOSAGES: Final = frozenset({"DS", "GP"})
# bcftools gtc2vcf and affy2vcf, Picard's GtcToVcf
_ARRAY_FORMATS: Final = frozenset({"BAF", "LRR", "IGC", "NORMX", "NORMY", "THETA"})
_ARRAY_INFO: Final = frozenset(
    {"ALLELE_A", "ALLELE_B", "BEADSET_ID", "PROBE_A", "PROBE_B", "ILLUMINA_STRAND", "assay_type"}
)
_FEWEST_ARRAY_SIGNS: Final = 2  # callers of copy numbers write BAF or LRR, too
_PROVISIONAL: Final = re.compile(r"##INFO=<.*?\bID=PR,.*provisional reference", re.IGNORECASE)
_SOFTWARE: Final = (
    (Platform.IMPUTED, re.compile(
        r"minimac|impute ?[245](?![a-z])|glimpse|quilt|stitch v?\d|imputationserver|pbwt",
        re.IGNORECASE)),
    (Platform.ARRAY, re.compile(
        r"gtc2vcf|affy2vcf|gtctovcf|tsv2vcf|genomestudio|beadchip|axiom|affymetrix|infinium"
        r"|23andme|ancestrydna|plink ?v?[12.]|plink$",
        re.IGNORECASE)),
)  # fmt: skip


def genotype_origin(lines: Iterable[str]) -> GenotypeOrigin:
    """Return what a header's lines of metadata say of where its genotypes come from.

    Parameters
    ----------
    lines
        Lines that begin with ``##``; those of other keys than `ORIGIN_KEYS` are passed over.

    Notes
    -----
    Wrong in one direction, a base that was read counts as unknown; in the other, an allele that
    nobody looked for counts as absent. One clear sign is therefore enough. A word that example
    headers have (``myImputationProgram``) is not one.
    """
    ids: dict[str, set[str]] = {"INFO": set(), "FORMAT": set(), "FILTER": set()}
    written_by = GenotypeOrigin()
    for line in lines:
        declared = _ID.match(line)
        if declared is None:
            written_by = written_by if written_by.probes_alleles else _software(line)
        else:
            ids[declared[1]].add(declared[2])
            if _PROVISIONAL.match(line):
                written_by = GenotypeOrigin(Platform.ARRAY, "INFO PR")
    declared_by = _imputed(ids) or _array(ids)
    return declared_by or written_by


def _software(line: str) -> GenotypeOrigin:
    """Return what the program that a line names makes."""
    key, _, value = line[2:].partition("=")
    if ORIGIN_KEYS.fullmatch(key):
        for platform, pattern in _SOFTWARE:
            found = pattern.search(f"{key}={value}"[:_READ_OF_A_LINE].strip())
            if found:
                return GenotypeOrigin(platform, f"{key}: {found[0]}")
    return GenotypeOrigin()


_READ_OF_A_LINE: Final = 400  # command lines list every option; the program comes first


def _imputed(ids: dict[str, set[str]]) -> GenotypeOrigin | None:
    formats = ids["FORMAT"]
    has_dosage, of_reads = bool(_DOSAGES & formats), bool(_OF_READS & formats)
    signs = [f"INFO {name}" for name in sorted(_IMPUTED_INFO & ids["INFO"])]
    signs += [f"FILTER {name}" for name in sorted(_IMPUTED_FILTERS & ids["FILTER"])]
    signs += ["FORMAT HDS"] if "HDS" in formats else []
    if has_dosage and not of_reads:
        signs += [f"FORMAT {name}" for name in sorted(_DOSAGES & formats)]
    elif has_dosage:
        signs += [f"INFO {name}" for name in sorted(_QUALITY_INFO & ids["INFO"])]
    return GenotypeOrigin(Platform.IMPUTED, signs[0]) if signs else None


def _array(ids: dict[str, set[str]]) -> GenotypeOrigin | None:
    signs = [f"FORMAT {name}" for name in sorted(_ARRAY_FORMATS & ids["FORMAT"])]
    signs += [f"INFO {name}" for name in sorted(_ARRAY_INFO & ids["INFO"])]
    if len(signs) >= _FEWEST_ARRAY_SIGNS or "IGC" in ids["FORMAT"]:
        return GenotypeOrigin(Platform.ARRAY, signs[0])
    return None
