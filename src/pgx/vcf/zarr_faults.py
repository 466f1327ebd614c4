"""What each fault of a VCF Zarr store means and what to do about it: number in, error out."""

from __future__ import annotations

from typing import Final

from pgx.base.errors import VcfFormatError
from pgx.vcf.faults import FAULTS

__all__ = ["ZARR_FAULTS", "variant_fault", "zarr_fault"]

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

_AGAIN: Final = "copy or convert the store again"
_WRITER: Final = "write the store again with a tool that keeps to the VCF Zarr specification"

ZARR_FAULTS: Final[dict[int, tuple[str, str]]] = {
    NOT_ZARR: ("there is no VCF Zarr store here", "give a store made by vcf2zarr, or a VCF"),
    UNREADABLE: ("the store cannot be opened", "check the path or address and its permissions"),
    VERSION: (
        "this version of VCF Zarr is not supported",
        "convert the VCF again with a current vcf2zarr",
    ),
    NO_ARRAY: ("an array that every store has is missing", _AGAIN),
    SHAPE: ("the array has another shape than the rest of the store asks for", _AGAIN),
    DTYPE: ("the array holds values of another type than the specification says", _WRITER),
    CODEC: ("the array is packed by a codec that is not run on data of others", _WRITER),
    ABSENT: (
        "a chunk is absent: lost, or left out by a writer as all zeros, which look the same",
        "write the store again with ZARR_ARRAY__WRITE_EMPTY_CHUNKS=True in the environment",
    ),
    DAMAGED: ("a chunk cannot be decoded", _AGAIN),
    TOO_LARGE: ("the array, or a chunk of it, is larger than the limit", _WRITER),
    CONTIG: ("a variant names a contig that the store does not have", _AGAIN),
    NAME: (
        "a name of a contig or filter is empty or holds spaces, control or reserved characters",
        _WRITER,
    ),
    ALLELES: (
        "an allele is missing between others, or holds a comma or control character",
        _WRITER,
    ),
    METADATA: ("the metadata are damaged", _AGAIN),
}


def zarr_fault(number: int, path: str, array: str = "", *, detail: str = "") -> VcfFormatError:
    """Return the error of a fault of a store, in an array where one is known."""
    what, remedy = ZARR_FAULTS[number]
    where = f"{path} {array}" if array else path
    text = f"{what} ({detail})" if detail else what
    return VcfFormatError(text, where=where, remedy=remedy, code=f"PGX-VCZ-{number:03d}")


def variant_fault(
    number: int, path: str, variant: int, array: str, *, detail: str = ""
) -> VcfFormatError:
    """Return the error of a variant, counted from 1, that VCF text may not have either."""
    what, remedy = FAULTS[number]
    where = f"{path} {array} variant {variant}"
    text = f"{what} ({detail})" if detail else what
    return VcfFormatError(text, where=where, remedy=remedy, code=f"PGX-VCF-{number:03d}")
