"""Gene tables of the knowledge base: rows to records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pgx.base.errors import SnapshotSchemaError
from pgx.base.genes import (
    AlleleDefinition,
    AlleleName,
    CorePosition,
    DefiningVariant,
    GeneDefinition,
    PhenotypeRule,
    Ploidy,
    Proxy,
    ReferenceSegment,
    Strategy,
)
from pgx.base.structures import GeneStructure, StructuralAllele
from pgx.knowledge.core_positions import read_core_positions
from pgx.knowledge.structures import read_structural_alleles, read_structures
from pgx.knowledge.tables import Row

__all__ = ["ALLELE_NAMES", "GENE_TABLES", "read_genes"]

ALLELE_NAMES: Final = "allele_names"
GENE_TABLES: Final = ("genes", "variants", "alleles", "phenotype_rules", "segments")


def read_genes(tables: Mapping[str, Sequence[Row]]) -> dict[str, GeneDefinition]:
    """Return genes by name, A–Z, from the rows of `GENE_TABLES` and `STRUCTURE_TABLES`.

    The latter, `ALLELE_NAMES` and `CORE_TABLES`, may be absent: then no gene has a known structure
    or core position, and no allele has another name.

    Raises
    ------
    SnapshotSchemaError
        A cell is no number, or a term is unknown.
    """
    try:
        return _read(tables)
    except ValueError as error:
        raise SnapshotSchemaError(
            f"a gene cannot be read: {error}", where="genes.tsv and its tables"
        ) from error


def _read(tables: Mapping[str, Sequence[Row]]) -> dict[str, GeneDefinition]:
    parts = [_grouped(tables[name]) for name in GENE_TABLES[1:]]
    structures, alleles = read_structures(tables), read_structural_alleles(tables)
    parts.append(_grouped(tables.get(ALLELE_NAMES, ())))
    core = read_core_positions(tables)
    return {
        row["gene"]: _gene(
            row,
            structures.get(row["gene"]),
            alleles.get(row["gene"], ()),
            core.get(row["gene"], ()),
            *(part.get(row["gene"], []) for part in parts),
        )
        for row in sorted(tables["genes"], key=lambda r: r["gene"])
    }


def _grouped(rows: Sequence[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["gene"], []).append(row)
    return groups


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()


def _gene(
    row: Row,
    structure: GeneStructure | None,
    structural_alleles: tuple[StructuralAllele, ...],
    core_positions: tuple[CorePosition, ...],
    variants: list[Row],
    alleles: list[Row],
    rules: list[Row],
    segments: list[Row],
    names: list[Row],
) -> GeneDefinition:
    return GeneDefinition(
        gene=row["gene"],
        contig=row["contig"],
        strategy=Strategy(row["strategy"]),
        ploidy=Ploidy(row["ploidy"]),
        default_allele=row["default_allele"],
        uncertain_function=row["uncertain_function"],
        scored=row["scored"] == "yes",
        variants=tuple(_variant(v) for v in variants),
        alleles=tuple(_allele(a) for a in alleles),
        rules=tuple(_rule(r) for r in rules),
        segments=tuple(
            ReferenceSegment(start=int(s["start"]), sequence=s["sequence"]) for s in segments
        ),
        notes=_split(row["notes"]),
        function_order=_split(row["function_order"]),
        preferred=_split(row["preferred"]),
        proxies=tuple(_proxy(p) for p in _split(row["proxies"])),
        structure=structure,
        structural_alleles=structural_alleles,
        names=tuple(AlleleName(**name) for name in names),
        core_positions=core_positions,
    )


def _variant(row: Row) -> DefiningVariant:
    return DefiningVariant(
        position=int(row["position_grch38"]),
        position_grch37=int(row["position_grch37"]),
        ref=row["ref_grch38"],
        ref_grch37=row["ref_grch37"],
        alts=tuple(row["alts"].split(",")),
        rsid=row["rsid"],
        hgvs_g=row["hgvs_g"],
        required=row["required"] == "yes",
    )


def _allele(row: Row) -> AlleleDefinition:
    cells = (cell.split("=") for cell in _split(row["definition"]))
    return AlleleDefinition(
        name=row["allele"],
        identifier=row["identifier"],
        is_reference=row["reference"] == "yes",
        structural=row["structural"] == "yes",
        defining={int(position): allele for position, allele in cells},
        function=row["function"] or None,
        activity_value=row["activity_value"] or None,
    )


def _rule(row: Row) -> PhenotypeRule:
    return PhenotypeRule(
        function_1=row["function_1"],
        function_2=row["function_2"],
        activity_score=row["activity_score"],
        phenotype=row["phenotype"],
        lookup_key=row["lookup_key"],
    )


def _proxy(text: str) -> Proxy:
    decisive, substitute = text.split("<")
    return Proxy(decisive=int(decisive), substitute=int(substitute))
