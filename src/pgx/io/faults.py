"""Errors of VCF files and VCF Zarr stores: by number, the message and the remedy."""

from __future__ import annotations

from typing import Final

from pgx.errors import VcfFormatError
from pgx.io import scan_codes as sc

__all__ = [
    "FAULTS",
    "ZARR_FAULTS",
    "fault",
    "variant_fault",
    "zarr_fault",
]

_COPY_AGAIN: Final = "copy or download the file again"
_WRITE_AGAIN: Final = "write the file again with a tool that keeps to the VCF specification"
_TABS: Final = "export the file again with tabs between columns"

# message and remedy by number, as the kernels return it; the number is part of the public code
FAULTS: Final[dict[int, tuple[str, str]]] = {
    sc.FAULT_NOT_VCF: (
        "the first line is not ##fileformat=VCFv4.x",
        "give a VCF or BCF file",
    ),
    sc.FAULT_EMPTY: ("the file is empty", _COPY_AGAIN),
    sc.FAULT_UTF16: ("the text is UTF-16 or UTF-32", "save it as plain UTF-8"),
    sc.FAULT_BOM: (
        "the text begins with a byte-order mark",
        "save it as UTF-8 without a byte-order mark",
    ),
    sc.FAULT_HTML: ("this is a web page, not a VCF", "the download failed: fetch it again"),
    sc.FAULT_LFS: (
        "this is a git-lfs pointer, not the file itself",
        "fetch the content with git lfs pull",
    ),
    sc.FAULT_OTHER_CONTAINER: (
        "the file is of another kind",
        "unpack or convert it to VCF text, gzip, BGZF or BCF",
    ),
    sc.FAULT_TWICE_COMPRESSED: ("the file is compressed twice", "decompress it once"),
    sc.FAULT_VERSION: (
        "this version of VCF is not supported",
        "convert it to VCF 4, for example with bcftools view",
    ),
    sc.FAULT_BLOCK: ("a BGZF block is damaged", _COPY_AGAIN),
    sc.FAULT_CUT: ("the compressed file is cut short", _COPY_AGAIN),
    sc.FAULT_TRAILING: ("bytes follow the end of the compressed data", _COPY_AGAIN),
    sc.FAULT_GZIP: ("the gzip data are damaged", _COPY_AGAIN),
    sc.FAULT_BCF: ("the BCF file cannot be decoded", _COPY_AGAIN),
    sc.FAULT_LONG_LINE: ("a line is longer than the limit", _WRITE_AGAIN),
    sc.FAULT_LONG_HEADER: ("the header is larger than the limit", _WRITE_AGAIN),
    sc.FAULT_TOO_MUCH: (
        "too many records lie at the wanted positions",
        "remove duplicate records",
    ),
    sc.FAULT_NO_NEWLINE: ("the last line has no newline: the file looks cut", _COPY_AGAIN),
    sc.FAULT_UNREADABLE: ("the file cannot be read", "check the path and its permissions"),
    sc.FAULT_NO_COLUMNS_LINE: ("there is no #CHROM line before the records", _WRITE_AGAIN),
    sc.FAULT_COLUMNS: (
        "the #CHROM line does not name the fixed columns in their order",
        _WRITE_AGAIN,
    ),
    sc.FAULT_SPACES: ("the #CHROM line is separated by spaces, not tabs", _TABS),
    sc.FAULT_SAMPLE_TWICE: ("two columns have the same sample name", "rename one of them"),
    sc.FAULT_SAMPLE_NAME: (
        "a sample name is empty, over 255 bytes, or holds hidden characters or outer spaces",
        "rename the sample",
    ),
    sc.FAULT_HEADER_TEXT: (
        "the header holds bytes that are not UTF-8 text, or control characters",
        "save it as UTF-8",
    ),
    sc.FAULT_HEADER_LINE: ("a ##contig line cannot be read", _WRITE_AGAIN),
    sc.FAULT_READS: (
        "these are sequencing reads, not variants",
        (
            "give BAM or CRAM with --reads FILE, and as INPUT the VCF that was called from it:"
            " few genes are called from reads"
        ),
    ),
    sc.FAULT_ARRAY: (
        (
            "this is the raw text of a genotyping array, without reference bases and indels, and"
            " not always on the forward strand"
        ),
        (
            "convert it to VCF with the reference genome (for example bcftools convert --tsv2vcf),"
            " then see in pgx check which genes are left: arrays lack many positions"
        ),
    ),
    sc.FAULT_HEADER_IN_BODY: (
        "a header line follows the records: several files may have been joined",
        "join files with bcftools concat or merge",
    ),
    sc.FAULT_BLANK: ("the line is blank, and others follow it", "remove it"),
    sc.FAULT_CONTROL: ("the line holds a control character", _COPY_AGAIN),
    sc.FAULT_LONE_CR: (
        "a carriage return stands without a newline",
        "save the file with LF line ends",
    ),
    sc.FAULT_TOO_FEW: ("the line has fewer columns than the header", _COPY_AGAIN),
    sc.FAULT_TOO_MANY: ("the line has more columns than the header", _WRITE_AGAIN),
    sc.FAULT_NOT_UTF8: ("the line is not valid UTF-8", "save the file as UTF-8"),
    sc.FAULT_EMPTY_FIELD: ("a column that decides is empty", _WRITE_AGAIN),
    sc.FAULT_CHROM: ("the contig name holds a space or is too long", _TABS),
    sc.FAULT_POS: ("POS is not a plain whole number", _WRITE_AGAIN),
    sc.FAULT_BEYOND: (
        "POS lies beyond the end of its contig",
        "check which assembly the file is on",
    ),
    sc.FAULT_REF: ("REF is not made of bases", _WRITE_AGAIN),
    sc.FAULT_ALT: ("an ALT allele is malformed", _WRITE_AGAIN),
    sc.FAULT_ALT_EMPTY: ("the ALT list holds an empty or missing allele", _WRITE_AGAIN),
    sc.FAULT_ALT_TWICE: ("the ALT list names one allele twice", _WRITE_AGAIN),
    sc.FAULT_ALT_IS_REF: ("an ALT allele equals REF", _WRITE_AGAIN),
    sc.FAULT_QUAL: ("QUAL is neither a number nor '.'", _WRITE_AGAIN),
    sc.FAULT_END: ("END is not a number, given twice, or before POS", _WRITE_AGAIN),
    sc.FAULT_END_BEYOND: (
        "the record ends beyond its contig",
        "check which assembly the file is on",
    ),
    sc.FAULT_MANY_ALTS: ("the record has more ALT alleles than can be read", _WRITE_AGAIN),
    sc.FAULT_FORMAT: (
        "FORMAT has an empty or repeated key, a space, or too many keys",
        _WRITE_AGAIN,
    ),
    sc.FAULT_GT_NOT_FIRST: ("GT is not the first FORMAT key", _WRITE_AGAIN),
    sc.FAULT_GT: ("a genotype is malformed", _WRITE_AGAIN),
    sc.FAULT_GT_INDEX: (
        "a genotype names an allele that the record does not have",
        _WRITE_AGAIN,
    ),
    sc.FAULT_CELL: ("a sample column is empty or has more values than FORMAT", _WRITE_AGAIN),
    sc.FAULT_ONE_PLACE: (
        "more than 10,000 records in a row stand at one position",
        "remove duplicate records",
    ),
    sc.FAULT_NO_KNOWN_CONTIG: (
        "no record lies on a human chromosome by any known name",
        "rename the contigs to chr1 … chrM",
    ),
    sc.FAULT_MANY_CONTIGS: ("the records name too many contigs", _WRITE_AGAIN),
}


NOT_ZARR: Final = 1
UNREADABLE: Final = 2
VERSION: Final = 3
NO_ARRAY: Final = 4
SHAPE: Final = 5
DTYPE: Final = 6
CODEC: Final = 7
ABSENT: Final = 8
DAMAGED: Final = 9
TOO_LARGE: Final = 10
CONTIG: Final = 11
NAME: Final = 12
ALLELES: Final = 13
METADATA: Final = 14

_CONVERT_AGAIN: Final = "copy or convert the store again"
_WRITE_STORE_AGAIN: Final = (
    "write the store again with a tool that keeps to the VCF Zarr specification"
)

ZARR_FAULTS: Final[dict[int, tuple[str, str]]] = {
    NOT_ZARR: ("there is no VCF Zarr store here", "give a store made by vcf2zarr, or a VCF"),
    UNREADABLE: ("the store cannot be opened", "check the path or address and its permissions"),
    VERSION: (
        "this version of VCF Zarr is not supported",
        "convert the VCF again with a current vcf2zarr",
    ),
    NO_ARRAY: ("an array that every store has is missing", _CONVERT_AGAIN),
    SHAPE: ("the array has another shape than the rest of the store asks for", _CONVERT_AGAIN),
    DTYPE: (
        "the array holds values of another type than the specification says",
        _WRITE_STORE_AGAIN,
    ),
    CODEC: (
        "the array is packed by a codec that is not run on data of others",
        _WRITE_STORE_AGAIN,
    ),
    ABSENT: (
        "a chunk is absent: lost, or left out by a writer as all zeros, which look the same",
        "write the store again with ZARR_ARRAY__WRITE_EMPTY_CHUNKS=True in the environment",
    ),
    DAMAGED: ("a chunk cannot be decoded", _CONVERT_AGAIN),
    TOO_LARGE: ("the array, or a chunk of it, is larger than the limit", _WRITE_STORE_AGAIN),
    CONTIG: ("a variant names a contig that the store does not have", _CONVERT_AGAIN),
    NAME: (
        "a name of a contig or filter is empty or holds spaces, control or reserved characters",
        _WRITE_STORE_AGAIN,
    ),
    ALLELES: (
        "an allele is missing between others, or holds a comma or control character",
        _WRITE_STORE_AGAIN,
    ),
    METADATA: ("the metadata are damaged", _CONVERT_AGAIN),
}


def fault(number: int, path: str, *, line: int = 0, detail: str = "") -> VcfFormatError:
    """Return the error of a fault in file ``path``, with the line (1-based) if it is known."""
    return _error(FAULTS, "VCF", number, f"{path} line {line}" if line else path, detail)


def zarr_fault(number: int, path: str, array: str = "", *, detail: str = "") -> VcfFormatError:
    """Return the error of a fault in a store, with the array if it is known."""
    return _error(ZARR_FAULTS, "VCZ", number, f"{path} {array}" if array else path, detail)


def variant_fault(
    number: int, path: str, variant: int, array: str, *, detail: str = ""
) -> VcfFormatError:
    """Return the error of a variant (1-based) of a store that breaks a rule of VCF text."""
    return _error(FAULTS, "VCF", number, f"{path} {array} variant {variant}", detail)


def _error(
    table: dict[int, tuple[str, str]], prefix: str, number: int, where: str, detail: str
) -> VcfFormatError:
    message, remedy = table[number]
    text = f"{message} ({detail})" if detail else message
    return VcfFormatError(text, where=where, remedy=remedy, code=f"PGX-{prefix}-{number:03d}")
