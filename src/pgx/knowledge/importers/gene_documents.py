"""Convert variants and alleles of a published table to a gene document in PharmCAT's form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.errors import InputError

__all__ = [
    "definition",
    "position",
]


BASES: Final = re.compile(r"[ACGT]{1,2000}")

CODES: Final = {
    "R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC",
    "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT",
}  # fmt: skip
"""Bases of an IUPAC code: an allele that has either base at a position."""

_POSITION: Final = re.compile(r"[1-9][0-9]{0,8}")


class Variant(msgspec.Struct, frozen=True, order=True):
    """One variant in VCF notation, on GRCh38."""

    position: int
    ref: str
    alt: str


class Allele(msgspec.Struct, frozen=True, kw_only=True):
    """A named allele and the variants that define it."""

    name: str
    variants: tuple[Variant, ...] = ()
    identifier: str = ""
    reference: bool = False
    structural: bool = False


def position(text: object, where: str) -> int:
    """Return a 1-based position of a chromosome.

    Raises
    ------
    InputError
        It is not a positive whole number of at most nine digits.
    """
    if not _POSITION.fullmatch(str(text) if isinstance(text, str | int) else ""):
        raise InputError("a position is not a positive whole number", where=where)
    return int(str(text))


def spanned(variants: Iterable[Variant], where: str) -> dict[int, tuple[str, dict[Variant, str]]]:
    """Return per position the longest reference sequence, and each variant's sequence over it.

    A deletion and a substitution at one position have reference sequences of unequal length; the
    shorter one is extended, as VCF does in one record.

    >>> ref, sequences = spanned([Variant(5, "AT", "A"), Variant(5, "A", "G")], "a file")[5]
    >>> ref, list(sequences.values())
    ('AT', ['A', 'GT'])

    Raises
    ------
    InputError
        Two reference sequences at one position disagree, or a sequence contains non-bases.
    """
    # one variant occurs in many alleles
    listed = list(dict.fromkeys(variants))
    longest: dict[int, str] = {}
    for variant in listed:
        if not BASES.fullmatch(variant.ref) or not BASES.fullmatch(variant.alt):
            raise InputError(f"no sequence of bases at {variant.position}", where=where)
        longest[variant.position] = max(longest.get(variant.position, ""), variant.ref, key=len)
    sites: dict[int, tuple[str, dict[Variant, str]]] = {p: (longest[p], {}) for p in longest}
    for variant in listed:
        ref, sequences = sites[variant.position]
        if not ref.startswith(variant.ref):
            raise InputError(f"two reference sequences at {variant.position}", where=where)
        sequences[variant] = variant.alt + ref[len(variant.ref) :]
    return sites


def definition(
    gene: str,
    alleles: Iterable[Allele],
    names: Mapping[int, str],
    about: Mapping[str, str],
) -> dict[str, Any]:
    """Return a gene's document as in ``alleles/GENE.json``.

    Parameters
    ----------
    gene
        Symbol of the gene.
    alleles
        Its alleles; exactly one is the reference, which has the reference sequence throughout.
    names
        rsIDs by position.
    about
        ``source``, ``version``, ``chromosome`` and ``refseq`` of the document.

    Raises
    ------
    InputError
        There is not exactly one reference, a name occurs twice, or the variants are contradictory.
    """
    listed = list(alleles)
    where = f"{about['source']}, {gene}"
    check_alleles(listed, where)
    sites = spanned((v for allele in listed for v in allele.variants), where)
    variants = [_variant(p, *sites[p], names) for p in sorted(sites)]
    return gene_document(gene, about, variants, ((a, _cells(a, sites, where)) for a in listed))


def check_alleles(alleles: Sequence[Allele], where: str) -> None:
    """Refuse a gene without exactly one reference, or with a duplicate name.

    Raises
    ------
    InputError
        The gene is refused.
    """
    if sum(allele.reference for allele in alleles) != 1:
        raise InputError("not exactly one allele is the reference sequence", where=where)
    if len({allele.name for allele in alleles}) < len(alleles):
        raise InputError("an allele stands twice", where=where)


def gene_document(
    gene: str,
    about: Mapping[str, str],
    variants: list[dict[str, Any]],
    alleles: Iterable[tuple[Allele, Mapping[int, str]]],
) -> dict[str, Any]:
    """Return a document as in ``alleles/GENE.json``; each allele comes with its cells."""
    return {
        "gene": gene,
        "source": about["source"],
        "version": about["version"],
        "build": "GRCh38",
        "chromosome": about["chromosome"],
        "refseq": about["refseq"],
        "variants": variants,
        "alleles": [
            {
                "name": allele.name,
                "id": allele.identifier or None,
                "reference": allele.reference,
                "structural": allele.structural,
                "core_positions": [] if allele.reference else sorted(cells),
                "defining": {str(place): cells[place] for place in sorted(cells)},
            }
            for allele, cells in alleles
        ],
    }


def _variant(
    place: int,
    ref: str,
    sequences: Mapping[Variant, str],
    names: Mapping[int, str],
) -> dict[str, Any]:
    alts = sorted(set(sequences.values()) - {ref})
    plain = len(ref) == 1 and all(len(alt) == 1 for alt in alts)
    return {
        "position": place,
        "ref": ref,
        "alts": alts,
        "rsid": names.get(place),
        "hgvs_g": "; ".join(f"g.{place}{ref}>{alt}" for alt in alts) if plain else None,
    }


def _cells(
    allele: Allele, sites: Mapping[int, tuple[str, Mapping[Variant, str]]], where: str
) -> dict[int, str]:
    """Return an allele's sequence by position; the reference has one at every position."""
    places = [variant.position for variant in allele.variants]
    if len(set(places)) < len(places):
        raise InputError(f"allele {allele.name} has two sequences at one position", where=where)
    if allele.reference:
        return {place: ref for place, (ref, _) in sites.items()}
    return {v.position: sites[v.position][1][v] for v in allele.variants}
