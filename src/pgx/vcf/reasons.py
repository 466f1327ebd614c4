"""Why a genotype that was read cannot be relied on."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["SiteReason"]


class SiteReason(IntEnum):
    """Codes of ``Scan.reason``; the first that applies, in the order of the numbers.

    `AD_CONTRADICTS` and then `LOW_GP` precede `LOW_GQ`: what the reads say outranks what the
    caller says of itself.
    Every code but ``OK`` means that the genotype is unknown, though its alleles stay as
    they were read. A half call (``./1``) is ``OK``: the allele it names is known.
    """

    OK = 0
    NO_GENOTYPE = 1  # the record's FORMAT has no GT
    NO_CALL = 2  # no allele called: ".", "./."
    POLYPLOID = 3  # more than two alleles; the first two are kept
    TOO_MANY_ALLELES = 4  # an index above 126, which an int8 cannot hold; kept as -1
    AMBIGUOUS_BASE = 5  # REF or ALT holds an IUPAC code other than N
    FILTERED = 6  # FILTER or the sample's FT is neither PASS nor "."
    LOW_GQ = 7
    LOW_DP = 8
    AD_CONTRADICTS = 9  # AD, PL or GL make another genotype far likelier than GT
    UNREADABLE = 10  # GQ, DP, MIN_DP or AD is no number: what it would say is lost
    LOW_GP = 11  # imputed, and GP, HDS, DS or the record's R2 do not support GT
