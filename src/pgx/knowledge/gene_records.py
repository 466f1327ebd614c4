"""Convert gene and population tables to records, and population counts back to rows."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Final

from pgx.errors import SnapshotSchemaError
from pgx.knowledge.tables import Row
from pgx.records.genes import (
    AlleleDefinition,
    AlleleName,
    CorePosition,
    CoreProxy,
    DefiningVariant,
    GeneDefinition,
    GeneFrequencies,
    HaplotypeCount,
    PhenotypeRule,
    Ploidy,
    Proxy,
    PublishedFrequency,
    ReferenceSegment,
    Strategy,
)
from pgx.records.structures import (
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

__all__ = [
    "ALLELE_NAMES",
    "CORE_TABLES",
    "GENE_TABLES",
    "POPULATION_TABLES",
    "STRUCTURE_TABLES",
    "allele_counts",
    "core_rows",
    "count_rows",
    "read_core_positions",
    "read_frequencies",
    "read_genes",
    "read_structural_alleles",
    "read_structures",
]


POPULATION_TABLES: Final = (
    "haplotype_counts",
    "untyped_sites",
    "published_frequencies",
    "core_alleles",
)


def read_frequencies(tables: Mapping[str, Sequence[Row]]) -> dict[str, GeneFrequencies]:
    """Return records by gene from the rows of `POPULATION_TABLES`.

    Raises
    ------
    SnapshotSchemaError
        A cell is not a number, or a row has other groups than the rest of its gene.
    """
    try:
        rows = {name: _grouped(tables[name]) for name in POPULATION_TABLES}
        genes = sorted({gene for grouped in rows.values() for gene in grouped})
        return {
            gene: _gene_frequencies(gene, {n: rows[n].get(gene, []) for n in rows})
            for gene in genes
        }
    except ValueError as error:
        raise SnapshotSchemaError(
            f"population data cannot be read: {error}", where="haplotype_counts.tsv and its tables"
        ) from error


def _gene_frequencies(gene: str, rows: Mapping[str, Sequence[Row]]) -> GeneFrequencies:
    counted = rows["haplotype_counts"]
    published = rows["published_frequencies"]
    groups = _groups(counted) or tuple(sorted({row["group"] for row in published}))
    return GeneFrequencies(
        gene=gene,
        groups=groups,
        haplotypes=tuple(_haplotype_count(row, groups) for row in counted),
        untyped=tuple(int(row["position"]) for row in rows["untyped_sites"]),
        published=tuple(
            PublishedFrequency(
                allele=r["allele"], group=r["group"], frequency=_share(r["frequency"])
            )
            for r in published
        ),
        core=tuple(row["allele"] for row in rows["core_alleles"]),
    )


def _share(text: str) -> float:
    share = float(text)
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"{text} is no share between 0 and 1")
    return share


def _counts(row: Row) -> dict[str, int]:
    cells = (cell.split("=") for cell in row["counts"].split(";"))
    counts = {group: int(count) for group, count in cells}
    if min(counts.values()) < 0:
        raise ValueError(f"a count of {row['gene']} {row['allele']} is below 0")
    return counts


def _groups(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(_counts(rows[0])) if rows else ()


def _haplotype_count(row: Row, groups: tuple[str, ...]) -> HaplotypeCount:
    counts = _counts(row)
    if tuple(counts) != groups:
        raise ValueError(f"groups of {row['gene']} {row['haplotype']} are not those of the gene")
    cells = (cell.split("=") for cell in row["haplotype"].split(";") if cell)
    return HaplotypeCount(
        differences={int(position): allele for position, allele in cells},
        allele=row["allele"],
        counts=tuple(counts.values()),
    )


def count_rows(found: GeneFrequencies, source: str) -> dict[str, list[Row]]:
    """Return the rows of ``haplotype_counts`` and ``untyped_sites`` for one gene."""
    haplotypes = [
        {
            "gene": found.gene,
            "haplotype": ";".join(f"{p}={a}" for p, a in sorted(h.differences.items())),
            "allele": h.allele,
            "counts": ";".join(f"{g}={n}" for g, n in zip(found.groups, h.counts, strict=True)),
            "source": source,
        }
        for h in found.haplotypes
    ]
    untyped = [{"gene": found.gene, "position": str(p), "source": source} for p in found.untyped]
    return {"haplotype_counts": haplotypes, "untyped_sites": untyped}


def allele_counts(found: GeneFrequencies | None) -> dict[str, str]:
    """Return, by allele, the number of carrier chromosomes per group: ``EUR=5/382``.

    Alleles of a gene with sites that the call set could not type are left out, because their
    names depend on these sites.
    """
    if found is None or found.untyped:
        return {}
    totals: dict[str, list[int]] = {}
    for haplotype in found.haplotypes:
        own = totals.setdefault(haplotype.allele, [0] * len(found.groups))
        for index, count in enumerate(haplotype.counts):
            own[index] += count
    return {
        allele: ";".join(
            f"{g}={n}/{total}" for g, n, total in zip(found.groups, own, found.totals, strict=True)
        )
        for allele, own in totals.items()
    }


CORE_TABLES: Final = ("core_positions", "core_proxies")


def read_core_positions(
    tables: Mapping[str, Sequence[Row]],
) -> dict[str, tuple[CorePosition, ...]]:
    """Return the core positions of each gene from the rows of `CORE_TABLES`, which may be absent.

    Raises
    ------
    ValueError
        A cell is not a number.
    """
    proxies: dict[tuple[str, str, str], list[CoreProxy]] = {}
    for row in tables.get("core_proxies", ()):
        key = (row["gene"], row["position_grch38"], row["alt"])
        proxies.setdefault(key, []).append(_proxy(row))
    found: dict[str, list[CorePosition]] = {}
    for row in tables.get("core_positions", ()):
        key = (row["gene"], row["position_grch38"], row["alt"])
        found.setdefault(row["gene"], []).append(_position(row, proxies.get(key, ())))
    return {gene: tuple(positions) for gene, positions in found.items()}


def _position(row: Row, proxies: Sequence[CoreProxy]) -> CorePosition:
    return CorePosition(
        position=int(row["position_grch38"]),
        alt=row["alt"],
        allele=row["allele"],
        tier=int(row["tier"]),
        proxies=tuple(proxies),
    )


def _proxy(row: Row) -> CoreProxy:
    return CoreProxy(
        position=int(row["proxy_position_grch38"]),
        alt=row["proxy_alt"],
        r2=float(row["r2"]),
        sensitivity=float(row["sensitivity"]),
        carriers=int(row["carriers"]),
    )


def core_rows(
    tables: Mapping[str, list[Row]],
    alleles: Container[tuple[str, str]],
    positions: Container[tuple[str, str]],
) -> dict[str, list[Row]]:
    """Return the rows of `CORE_TABLES` on alleles and positions that a release has.

    Parameters
    ----------
    tables
        All rows by table.
    alleles, positions
        Gene and allele name, and gene and GRCh38 position, defined in the release.
    """
    core = [
        row
        for row in tables.get("core_positions", [])
        if (row["gene"], row["allele"]) in alleles
        and (row["gene"], row["position_grch38"]) in positions
    ]
    known = {(row["gene"], row["position_grch38"], row["alt"]) for row in core}
    proxies = [
        row
        for row in tables.get("core_proxies", [])
        if (row["gene"], row["position_grch38"], row["alt"]) in known
        and (row["gene"], row["proxy_position_grch38"]) in positions
    ]
    found = {"core_positions": core, "core_proxies": proxies}
    return {name: rows for name, rows in found.items() if rows}


STRUCTURE_TABLES: Final = (
    "structures", "structure_segments", "structure_partners", "structure_sites", "exons",
    "structural_alleles",
    "paralogue_sites",
)  # fmt: skip

KINDS: Final = ("deletion", "duplication")


def read_structures(tables: Mapping[str, Sequence[Row]]) -> dict[str, GeneStructure]:
    """Return copy-number and hybrid structures by gene; empty without the tables.

    Raises
    ------
    ValueError
        A cell is not a number.
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
    """Return alleles that are deletions or duplications, by gene; empty without the table.

    Raises
    ------
    ValueError
        A cell is not a number, a kind is unknown, or an interval ends before it starts.
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


ALLELE_NAMES: Final = "allele_names"
GENE_TABLES: Final = ("genes", "variants", "alleles", "phenotype_rules", "segments")


def read_genes(tables: Mapping[str, Sequence[Row]]) -> dict[str, GeneDefinition]:
    """Return genes by name, A–Z, from the rows of `GENE_TABLES` and `STRUCTURE_TABLES`.

    The latter, `ALLELE_NAMES` and `CORE_TABLES`, may be absent: then no gene has a known structure
    or core position, and no allele has another name.

    Raises
    ------
    SnapshotSchemaError
        A cell is not a number, or a term is unknown.
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
        proxies=tuple(_genes_proxy(p) for p in _split(row["proxies"])),
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


def _genes_proxy(text: str) -> Proxy:
    decisive, substitute = text.split("<")
    return Proxy(decisive=int(decisive), substitute=int(substitute))
