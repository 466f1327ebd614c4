"""A laboratory that issues reports: letterhead, methods, and the genes that it has validated."""

from __future__ import annotations

from typing import Final

import msgspec

__all__ = ["RESEARCH_USE_ONLY", "Laboratory", "ValidatedGene", "intended_use"]

RESEARCH_USE_ONLY: Final = "research use only"
"""The intended use of a result without a laboratory that declares another one."""


class ValidatedGene(msgspec.Struct, frozen=True, kw_only=True):
    """A gene that a laboratory has validated; ``scope`` says for what, empty if unrestricted."""

    gene: str
    scope: str = ""


class Laboratory(msgspec.Struct, frozen=True, kw_only=True):
    """The issuer of a report.

    Attributes
    ----------
    name, address, footer
        Letterhead: name, lines of the address, the text at the bottom of every page.
    director, accreditation, clia, cap, iso
        The laboratory's director, its accreditation as free text, and its numbers: CLIA, CAP,
        ISO standard with number.
    assay, platform, performance
        Name of the test, instruments and software, and lines on analytical performance.
    comment
        Interpretive comment of every report, unless an order has its own.
    validated_genes
        Genes whose results the laboratory has validated; all others are for research use only.
    logo, logo_kind
        Image data; ``png``, ``svg`` or empty.
    """

    name: str
    address: tuple[str, ...] = ()
    director: str = ""
    accreditation: str = ""
    clia: str = ""
    cap: str = ""
    iso: str = ""
    assay: str = ""
    platform: str = ""
    performance: tuple[str, ...] = ()
    comment: str = ""
    validated_genes: tuple[ValidatedGene, ...] = ()
    footer: str = ""
    logo: bytes = b""
    logo_kind: str = ""


def intended_use(laboratory: Laboratory | None) -> str:
    """Return the intended use of results, as ``provenance.intended_use`` has it.

    >>> intended_use(None)
    'research use only'
    >>> intended_use(Laboratory(name="L", validated_genes=(ValidatedGene(gene="TPMT"),)))
    'as validated by L: TPMT; other genes: research use only'
    """
    if laboratory is None or not laboratory.validated_genes:
        return RESEARCH_USE_ONLY
    genes = ", ".join(found.gene for found in laboratory.validated_genes)
    return f"as validated by {laboratory.name}: {genes}; other genes: {RESEARCH_USE_ONLY}"
