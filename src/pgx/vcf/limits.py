"""Limits of a scan: what counts as reliable, and how large an input may be."""

from __future__ import annotations

import msgspec

__all__ = ["ScanLimits"]


class ScanLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Thresholds of genotype quality and bounds on memory.

    ``min_gq`` and ``min_dp`` are the smallest values that count as evidence for two
    alleles; a haploid genotype, of which half the reads are expected, needs half of
    ``min_dp``;
    ``het_min_fraction`` and ``hom_min_fraction`` the smallest share of reads (0-1) that
    each allele of a heterozygote, and the allele of a homozygote, must have where AD is
    given and reaches ``min_dp``. Sizes are in bytes of decompressed text;
    ``max_records`` bounds the records kept, not those scanned. A compressed file of
    ``index_min_bytes`` or more may be read by its index.
    """

    min_gq: int = 20
    min_dp: int = 8
    het_min_fraction: float = 0.1
    hom_min_fraction: float = 0.6
    max_line_bytes: int = 64 * 1024 * 1024
    max_header_bytes: int = 64 * 1024 * 1024
    max_records: int = 250_000
    index_min_bytes: int = 16 * 1024 * 1024
