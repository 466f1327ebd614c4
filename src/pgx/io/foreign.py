"""Recognize files that are given by mistake: archives, reads, raw text of genotyping arrays.

Everything is recognized by content: a name says little about a file from a download folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pgx.errors import VcfFormatError
from pgx.io import scan_codes
from pgx.io.faults import fault

__all__ = ["foreign_fault"]

_OTHER: Final = (
    (b"PK\x03\x04", "zip"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"BZh", "bzip2"),
    (b"\x28\xb5\x2f\xfd", "zstandard"),
    (b"\x1f\x9d", "compress"),
    (b"7z\xbc\xaf", "7z"),
    (b"TBI\x01", "a tabix index"),
    (b"CSI\x01", "a CSI index"),
    (b"BAI\x01", "an index of a BAM file"),
    (b"\x6c\x1b\x01", "PLINK .bed"),
    (b"%PDF", "PDF"),
)
_READS: Final = ((b"BAM\x01", "BAM"), (b"CRAM", "CRAM"))
_SAM: Final = re.compile(rb"@(?:HD|SQ|RG|PG|CO)\t")
# name, bases and the plus sign; a long read may end after what is at hand
_FASTQ: Final = re.compile(rb"@[^\n]+\n[A-Za-z.*-]+\r?(?:\n\+|\Z)")
_FASTA: Final = re.compile(rb">[^\n]*\n[A-Za-z*-]+\r?(?:\n|\Z)")

_VENDORS: Final = (
    (b"23andme", "23andMe"),
    (b"ancestrydna", "AncestryDNA"),
    (b"myheritage", "MyHeritage"),
    (b"familytreedna", "FamilyTreeDNA"),
    (b"family tree dna", "FamilyTreeDNA"),
    (b"living dna", "Living DNA"),
)
_SITE_COLUMNS: Final = frozenset({b"rsid", b"chromosome", b"position"})
_GENOTYPE_COLUMNS: Final = frozenset({b"genotype", b"result", b"allele1"})
# 23andMe names its columns in a comment: then the first line is data
_ARRAY_LINE: Final = re.compile(
    rb"[a-z]{1,10}\w*\t(?:chr)?(?:\d{1,2}|x|y|xy|mt?)\t\d{1,9}\t(?:[acgtdi0-]{1,2}|[acgtdi0-]\t[acgtdi0-])"
)
_ILLUMINA: Final = re.compile(rb"\[header\]\s*\n(?:.*\n){0,9}?gsgt version")
_LOOKED_AT: Final = 1 << 16  # bytes; the comments of such files are far shorter


def foreign_fault(start: bytes, path: str) -> VcfFormatError | None:
    """Return the error of a file that is not VCF or BCF but a known other kind, else None.

    Parameters
    ----------
    start
        The first bytes, decompressed.
    path
        Name for messages.
    """
    start = start.removeprefix(b"\xef\xbb\xbf")  # spreadsheets write one before CSV
    if start.startswith((b"##fileformat=VCF", b"BCF")):
        return None
    for number, kind in (
        (scan_codes.FAULT_READS, _reads(start)),
        (scan_codes.FAULT_ARRAY, _array(start)),
        (scan_codes.FAULT_OTHER_CONTAINER, _other(start)),
    ):
        if kind:
            return fault(number, path, detail=kind)
    return None


def _reads(start: bytes) -> str:
    for magic, kind in _READS:
        if start.startswith(magic):
            return kind
    if _SAM.match(start):
        return "SAM"
    return "FASTQ" if _FASTQ.match(start) else ""


def _other(start: bytes) -> str:
    for magic, kind in _OTHER:
        if start.startswith(magic):
            return kind
    return "FASTA" if _FASTA.match(start) else ""


def _array(start: bytes) -> str:
    """Return the maker of raw array data, or what the file looks like; empty if it is neither."""
    text = start[:_LOOKED_AT].lower()
    if _ILLUMINA.match(text):
        return "an Illumina report"
    first = next(_content(text), b"")
    cells = first.replace(b'"', b"").replace(b",", b"\t").split(b"\t")
    names = frozenset(cell.strip() for cell in cells)
    is_header = names >= _SITE_COLUMNS and names & _GENOTYPE_COLUMNS
    if not is_header and not _ARRAY_LINE.fullmatch(b"\t".join(c.strip() for c in cells)):
        return ""
    comments = text[: text.find(first)]
    found = (vendor for words, vendor in _VENDORS if words in comments)
    return next(found, "columns rsid, chromosome, position, genotype")


def _content(text: bytes) -> Iterator[bytes]:
    """Yield the lines that are neither empty nor comments."""
    for line in text.split(b"\n"):
        if line.strip() and not line.startswith(b"#"):
            yield line.rstrip(b"\r")
