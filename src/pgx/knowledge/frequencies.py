"""Population tables of the knowledge base: rows to records and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pgx.errors import SnapshotSchemaError
from pgx.knowledge.tables import Row
from pgx.records.genes import GeneFrequencies, HaplotypeCount, PublishedFrequency

__all__ = ["POPULATION_TABLES", "allele_counts", "count_rows", "read_frequencies"]

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
        A cell is no number, or a row has other groups than the rest of its gene.
    """
    try:
        rows = {name: _grouped(tables[name]) for name in POPULATION_TABLES}
        genes = sorted({gene for grouped in rows.values() for gene in grouped})
        return {gene: _gene(gene, {n: rows[n].get(gene, []) for n in rows}) for gene in genes}
    except ValueError as error:
        raise SnapshotSchemaError(
            f"population data cannot be read: {error}", where="haplotype_counts.tsv and its tables"
        ) from error


def _grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["gene"], []).append(row)
    return found


def _gene(gene: str, rows: Mapping[str, Sequence[Row]]) -> GeneFrequencies:
    counted = rows["haplotype_counts"]
    published = rows["published_frequencies"]
    groups = _groups(counted) or tuple(sorted({row["group"] for row in published}))
    return GeneFrequencies(
        gene=gene,
        groups=groups,
        haplotypes=tuple(_haplotype(row, groups) for row in counted),
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


def _haplotype(row: Row, groups: tuple[str, ...]) -> HaplotypeCount:
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
    """Return, by allele, how many of the chromosomes of each group carry it: ``EUR=5/382``.

    Alleles of a gene with sites that the call set could not type are left out: their names
    rest on these sites.
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
