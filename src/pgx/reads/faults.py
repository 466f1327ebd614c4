"""Refusals of read files, each one line; nothing of a read is ever in them."""

from __future__ import annotations

from typing import Final

from pgx.base.errors import ReadsFileError

__all__ = ["refusal"]

_FAULTS: Final[dict[str, tuple[str, str, str]]] = {
    "stream": (
        "PGX-BAM-001",
        "reads cannot come from standard input",
        "give the path of an indexed BAM or CRAM file",
    ),
    "unreadable": ("PGX-BAM-001", "the file cannot be read", "check the path and the permissions"),
    "format": (
        "PGX-BAM-001",
        "not a BAM or CRAM file",
        "--reads takes aligned reads; give VCF files as INPUT",
    ),
    "no_index": ("PGX-BAM-002", "the file has no index", "run: samtools index FILE"),
    "old_index": (
        "PGX-BAM-002",
        "the index is older than the file",
        "run: samtools index FILE",
    ),
    "bad_index": (
        "PGX-BAM-002",
        "the index cannot be read or is not this file's",
        "run: samtools index FILE",
    ),
    "truncated": (
        "PGX-BAM-003",
        "the file is truncated or damaged",
        "copy it again, and check it with: samtools quickcheck FILE",
    ),
    "header": (
        "PGX-BAM-003",
        "the header holds bytes that are not UTF-8 text",
        "write it anew: samtools reheader",
    ),
    "unsorted": (
        "PGX-BAM-004",
        "the reads are not sorted by position",
        "run: samtools sort FILE, then samtools index",
    ),
    "several_samples": (
        "PGX-BAM-005",
        "the read groups name several samples",
        "split the file: samtools split, or samtools view -r",
    ),
    "no_reads": (
        "PGX-BAM-006",
        "the file has no reads over the genes that are called from reads",
        "give the file that holds chromosome 22, or one with that region",
    ),
    "reference": (
        "PGX-BAM-007",
        "the CRAM file cannot be read without its reference",
        "give the FASTA file that it was made with: --reference FASTA",
    ),
    "reference_file": (
        "PGX-BAM-007",
        "the reference FASTA cannot be read",
        "give an indexed FASTA file (samtools faidx) with --reference",
    ),
    "bed": (
        "PGX-BAM-008",
        "not a BED file of regions on this assembly",
        "each line: contig, start (0-based), end, tab-separated",
    ),
}


def refusal(kind: str, where: str, *, detail: str = "") -> ReadsFileError:
    """Return the refusal of a file; ``where`` is the file's name without its folder."""
    code, what, remedy = _FAULTS[kind]
    return ReadsFileError(
        f"{what} ({detail})" if detail else what, where=where, remedy=remedy, code=code
    )
