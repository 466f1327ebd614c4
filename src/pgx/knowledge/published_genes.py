"""Replace definitions, functions and rules of a release by published ones.

The tables of a release are changed in place; content of a published source that cannot be placed
on both assemblies is omitted and reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.knowledge.build import other_names
from pgx.knowledge.gene_records import CORE_TABLES, core_rows
from pgx.knowledge.importers.definitions import (
    add_functions,
    definition_rows,
    rule_rows,
    sort_gene_tables,
)
from pgx.knowledge.importers.published import PublishedRelease
from pgx.knowledge.importers.source_files import Skipped
from pgx.knowledge.tables import TABLES, Row, check_allele_name
from pgx.records.genes import core_allele

__all__ = [
    "drop_dangling",
    "replace_genes",
]


_FOR_NEW_GENES: Final = "pypgx-"
"""Secondary sources, used only for genes that no other source has."""


def replace_genes(
    tables: dict[str, list[Row]], source: PublishedRelease, unused: list[Skipped]
) -> None:
    """Replace a source's definitions, functions and rules in the tables."""
    known = {row["gene"] for row in tables["genes"]}
    # PyPGx is a secondary source: it only fills gaps
    if source.source.startswith(_FOR_NEW_GENES):
        source = _without(source, known, unused)
    for gene, document in source.definitions.items():
        # a gene defined by copy number alone cannot be called from a definition table
        if gene not in known and not (document["variants"] and document.get("chromosome")):
            unused.append(Skipped(source.source, gene, "no small variants define its alleles"))
            continue
        if gene not in known:
            known.add(gene)
            _add_gene(tables, document, source.source)
        _replace_definitions(tables, gene, document, source, unused)
    for gene, functions in source.functions.items():
        if gene in known:
            add_functions(gene, functions, tables["alleles"], source.source)
        else:
            unused.append(Skipped(source.source, f"functions of {gene}", "no gene of that name"))
    for gene, rules in ((g, r) for g, r in source.rules.items() if g in known):
        # each gene has one set of rules: a mixture of two would have gaps or contradictions
        kept = [row for row in tables["phenotype_rules"] if row["gene"] != gene]
        tables["phenotype_rules"] = [*kept, *rule_rows(gene, rules, source.source)]


def _without(source: PublishedRelease, known: set[str], unused: list[Skipped]) -> PublishedRelease:
    """Return a source without the genes that are in the release."""
    parts = {}
    for part in ("definitions", "functions", "rules"):
        own = getattr(source, part)
        parts[part] = {gene: rows for gene, rows in own.items() if gene not in known}
    for gene in sorted(source.definitions.keys() & known):
        unused.append(Skipped(source.source, gene, "the release has this gene"))
    return msgspec.structs.replace(source, **parts)


def _add_gene(tables: dict[str, list[Row]], document: Mapping[str, Any], source: str) -> None:
    """Add a gene that is not in the release: star alleles, autosomal or on chrX."""
    reference = next((a["name"] for a in document["alleles"] if a["reference"]), "")
    row = dict.fromkeys(TABLES["genes"], "")
    row |= {
        "gene": document["gene"],
        "contig": document["chromosome"],
        "strategy": "star",
        "ploidy": "x_linked" if document["chromosome"] == "chrX" else "autosome",
        "default_allele": reference,
        "scored": "no",
        "uncertain_function": "Uncertain function",
        "source": source,
    }
    tables["genes"] = sorted([*tables["genes"], row], key=lambda r: r["gene"])


def _replace_definitions(
    tables: dict[str, list[Row]],
    gene: str,
    document: Mapping[str, Any],
    source: PublishedRelease,
    unused: list[Skipped],
) -> None:
    old = {name: [r for r in tables[name] if r["gene"] == gene] for name in ("variants", "alleles")}
    segments = [row for row in tables["segments"] if row["gene"] == gene]
    builds = _positions(gene, old["variants"], source.positions, document)
    usable = _usable(document, builds, segments, source.source, unused)
    made = definition_rows(usable, builds, _contexts(usable, segments), source.source)
    # before the tables change: a name with `/` or `;` would be ambiguous in a diplotype
    for row in made["alleles"]:
        check_allele_name(gene, row["allele"])
    _keep_functions(made["alleles"], old["alleles"], has_functions=gene in source.functions)
    for name, rows in made.items():
        tables[name] = [row for row in tables[name] if row["gene"] != gene] + rows


def _positions(
    gene: str, old: Sequence[Row], given: Sequence[Row], document: Mapping[str, Any]
) -> dict[tuple[str, int], Row]:
    """Return a gene's GRCh37 positions, from the source or the release.

    A position unknown to both gets the offset of the gene's other positions, if they share one.
    """
    found = {
        (gene, int(row["grch38_position"])): row for row in given if row["gene"] == gene
    }  # fmt: skip
    for row in old:
        found[gene, int(row["position_grch38"])] = {
            "grch37_position": row["position_grch37"],
            "grch37_ref_seen": row["ref_grch37"],
            "check": "" if row["ref_grch37"] == row["ref_grch38"] else "REFERENCE DIFFERS",
        }
    # a gene has one offset between the assemblies (`kb verify` requires it): if all known
    # positions share it, it applies to an unknown one too
    offsets = {_moved(row, position) for (_, position), row in found.items()}
    if len(offsets) == 1:
        [offset] = offsets
        for variant in document["variants"]:
            moved = {"grch37_position": str(variant["position"] + offset), "check": "by offset"}
            found.setdefault((gene, variant["position"]), {**moved, "grch37_ref_seen": ""})
    return found


def _usable(
    document: Mapping[str, Any],
    builds: Mapping[tuple[str, int], Row],
    segments: Sequence[Row],
    source: str,
    unused: list[Skipped],
) -> dict[str, Any]:
    """Return a document without positions, and alleles at them, that are unusable."""
    gene = document["gene"]
    gone: dict[int, str] = {}
    usual = _offset(builds)
    for variant in document["variants"]:
        is_snv = {len(variant["ref"]), *map(len, variant["alts"])} == {1}
        if (gene, variant["position"]) not in builds:
            gone[variant["position"]] = "no source gives its position on GRCh37"
        # the source means another position, or the assemblies differ there: both would give a
        # wrong base on GRCh37
        elif _moved(builds[gene, variant["position"]], variant["position"]) != usual:
            gone[variant["position"]] = "its offset between the builds is not that of the gene"
        # without surrounding bases, an indel cannot be compared with its other representations
        elif not is_snv and not _covers(segments, variant):
            gone[variant["position"]] = "no source gives the bases around it"
    alleles = []
    for allele in document["alleles"]:
        lost = sorted({int(p) for p in allele["defining"]} & gone.keys())
        # without one of its positions the allele would be called in non-carriers
        if lost and not allele["reference"]:
            unused.append(
                Skipped(source, f"{gene} {allele['name']}", f"{lost[0]}: {gone[lost[0]]}")
            )
        else:
            alleles.append(allele)
    variants = [v for v in document["variants"] if v["position"] not in gone]
    return {**document, "variants": variants, "alleles": alleles}


def _offset(builds: Mapping[tuple[str, int], Row]) -> int:
    """Return the offset between GRCh38 and GRCh37 of most positions of a gene."""
    counts = Counter(_moved(row, position) for (_, position), row in builds.items())
    return counts.most_common(1)[0][0] if counts else 0


def _moved(row: Row, position: int) -> int:
    return int(row["grch37_position"]) - position


def _covers(segments: Sequence[Row], variant: Mapping[str, Any]) -> bool:
    start, end = variant["position"], variant["position"] + len(variant["ref"])
    return any(
        int(row["start"]) <= start and end <= int(row["start"]) + len(row["sequence"])
        for row in segments
    )


def _contexts(document: Mapping[str, Any], segments: Sequence[Row]) -> list[Row]:
    """Return the release's reference bases as contexts of a gene's positions."""
    gene = document["gene"]
    found = []
    for row in segments:
        start, sequence = int(row["start"]), row["sequence"]
        inside = [v for v in document["variants"] if start <= v["position"] < start + len(sequence)]
        for variant in inside:
            at = variant["position"] - start
            cells = {"left60": sequence[:at], "ref": sequence[at : at + 1]}
            found.append(
                {
                    "gene": gene,
                    "grch38_position": str(variant["position"]),
                    **cells,
                    "right60_after_ref": sequence[at + 1 :],
                }
            )
    return found


def _keep_functions(alleles: list[Row], old: Sequence[Row], *, has_functions: bool) -> None:
    """Keep the release's data on alleles if the source has no functions of the gene."""
    if has_functions:
        return
    before = {core_allele(row["allele"]): row for row in old}
    for row in alleles:
        known = before.pop(core_allele(row["allele"]), None)
        if known is not None:
            for name in ("function", "activity_value", "function_source"):
                row[name] = known[name]
    # deletions and duplications are not in tables of small variants, so they are not withdrawn
    alleles += [row for row in before.values() if row["structural"] == "yes"]


def drop_dangling(tables: dict[str, list[Row]]) -> None:
    """Remove data on alleles and positions that are no longer in the release."""
    names = {(row["gene"], core_allele(row["allele"])) for row in tables["alleles"]}
    exact = {(row["gene"], row["allele"]) for row in tables["alleles"]}
    refs = {(r["gene"], r["position_grch38"]): r["ref_grch38"] for r in tables["variants"]}
    tables |= core_rows({n: tables[n] for n in CORE_TABLES if n in tables}, exact, refs)
    for name in ("core_alleles", "published_frequencies"):
        tables[name] = [
            r for r in tables.get(name, []) if (r["gene"], core_allele(r["allele"])) in names
        ]
    tables["allele_names"] = other_names(tables.get("allele_names", []), tables["alleles"])
    counts = (_counted(row, names, refs) for row in tables.get("haplotype_counts", []))
    tables["haplotype_counts"] = [row for row in counts if row is not None]
    sort_gene_tables(tables)
    for name in [name for name, rows in tables.items() if not rows]:
        del tables[name]


def _counted(
    row: Row, names: set[tuple[str, str]], refs: Mapping[tuple[str, str], str]
) -> Row | None:
    """Return a haplotype count with current names; None if a position is gone."""
    gene = row["gene"]
    cells = [cell.split("=") for cell in row["haplotype"].split(";") if cell]
    # a haplotype distinguished there may now be several: its count has no meaning
    if any((gene, position) not in refs for position, _ in cells):
        return None
    if row["allele"].startswith("[") or (gene, core_allele(row["allele"])) in names:
        return row
    # the name is gone, but the chromosomes were counted: the haplotype is named by its variants
    parts = [f"g.{position}{refs[gene, position]}>{allele}" for position, allele in cells]
    return {**row, "allele": f"[{' + '.join(parts)}]"}
