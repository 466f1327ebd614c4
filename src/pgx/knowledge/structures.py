"""Tables on gene copies and hybrids: rows to records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pgx.base.structures import (
    AlleleSpan,
    Exon,
    GeneStructure,
    ParalogueSite,
    PartnerOdds,
    StructuralAllele,
    StructuralHaplotype,
    StructureUnit,
    UnitSegment,
)
from pgx.knowledge.tables import Row

__all__ = ["STRUCTURE_TABLES", "read_structural_alleles", "read_structures"]

STRUCTURE_TABLES: Final = (
    "structures", "structure_segments", "structure_partners", "structure_sites", "exons",
    "structural_alleles",
    "paralogue_sites",
)  # fmt: skip

KINDS: Final = ("deletion", "duplication")


def read_structures(tables: Mapping[str, Sequence[Row]]) -> dict[str, GeneStructure]:
    """Return what is known of copies and hybrids, by gene; empty without the tables.

    Raises
    ------
    ValueError
        A cell is no number.
    """
    rows = {name: tables.get(name, ()) for name in STRUCTURE_TABLES}
    genes = dict.fromkeys(row["gene"] for row in rows["structures"])
    return {gene: _structure(gene, rows) for gene in genes}


def _structure(gene: str, tables: Mapping[str, Sequence[Row]]) -> GeneStructure:
    own = {name: [r for r in rows if r["gene"] == gene] for name, rows in tables.items()}
    paralogues = [r for r in tables["exons"] if r["paralogue_of"] == gene]
    segments: dict[str, list[UnitSegment]] = {}
    for row in own["structure_segments"]:
        segments.setdefault(row["unit"], []).append(_segment(row))
    sites = {kind: _sites(own["structure_sites"], kind) for kind in ("leak", "uneven")}
    return GeneStructure(
        paralogue=paralogues[0]["gene"] if paralogues else "",
        units=tuple(StructureUnit(name=n, segments=tuple(s)) for n, s in segments.items()),
        haplotypes=tuple(_haplotype(row) for row in own["structures"]),
        partners=tuple(_partner(row) for row in own["structure_partners"]),
        exons=tuple(_exon(row) for row in [*own["exons"], *paralogues]),
        mismapped=sites["leak"],
        uneven=sites["uneven"],
        sites=tuple(_paralogue_site(row) for row in own["paralogue_sites"]),
    )


def _units(text: str) -> tuple[str, ...]:
    return tuple(text.split("+")) if text else ()


def _haplotype(row: Row) -> StructuralHaplotype:
    shares = (cell.split("=") for cell in row["frequencies"].split(";"))
    return StructuralHaplotype(
        units=_units(row["units"]),
        frequencies=tuple((group, float(share)) for group, share in shares),
        allele=row["allele"],
    )


def _segment(row: Row) -> UnitSegment:
    return UnitSegment(
        start=int(row["start"]),
        end=int(row["end"]),
        share=float(row["share"]),
        spread=float(row["spread"]),
        own=float(row["own"]),
    )


def _partner(row: Row) -> PartnerOdds:
    odds, *others = row["odds"].split(";")
    groups = (cell.split("=") for cell in others)
    return PartnerOdds(
        units=_units(row["units"]),
        allele=row["allele"],
        odds=float(odds),
        others=tuple((group, float(value)) for group, value in groups),
        hybrid=row["hybrid"],
    )


def _exon(row: Row) -> Exon:
    return Exon(
        gene=row["gene"], number=int(row["exon"]), start=int(row["start"]), end=int(row["end"])
    )


def _paralogue_site(row: Row) -> ParalogueSite:
    return ParalogueSite(
        position=int(row["position"]),
        base=row["base"],
        paralogue_position=int(row["paralogue_position"]),
        paralogue_base=row["paralogue_base"],
        position_grch37=int(row["position_grch37"]),
        paralogue_grch37=int(row["paralogue_grch37"]),
        segment=row["segment"],
    )


def _sites(rows: Sequence[Row], kind: str) -> tuple[int, ...]:
    return tuple(sorted(int(row["position"]) for row in rows if row["kind"] == kind))


def read_structural_alleles(
    tables: Mapping[str, Sequence[Row]],
) -> dict[str, tuple[StructuralAllele, ...]]:
    """Return deletions and duplications that are alleles, by gene; empty without the table.

    Raises
    ------
    ValueError
        A cell is no number, a kind is unknown, or an interval ends before it starts.
    """
    found: dict[str, list[StructuralAllele]] = {}
    for row in tables.get("structural_alleles", ()):
        found.setdefault(row["gene"], []).append(_structural_allele(row))
    return {gene: tuple(alleles) for gene, alleles in found.items()}


def _structural_allele(row: Row) -> StructuralAllele:
    if row["kind"] not in KINDS:
        message = f"kind {row['kind']!r} of {row['gene']} {row['allele']} is none of {KINDS}"
        raise ValueError(message)
    return StructuralAllele(
        allele=row["allele"],
        kind=row["kind"],
        grch38=_span(row, "grch38"),
        grch37=_span(row, "grch37"),
        tolerance=int(row["tolerance"]),
    )


def _span(row: Row, assembly: str) -> AlleleSpan:
    start, end = int(row[f"start_{assembly}"]), int(row[f"end_{assembly}"])
    first, last = (int(row[f"{name}_{assembly}"] or 0) for name in ("first", "last"))
    if not first <= start <= end or (last and last < end):
        message = f"{row['gene']} {row['allele']} has an impossible interval on {assembly}"
        raise ValueError(message)
    return AlleleSpan(start=start, end=end, first=first, last=last)
