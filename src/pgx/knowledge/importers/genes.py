"""Turn published allele definitions, functions and rules into the gene tables.

Reads a folder laid out like this (ClinPGx/PharmVar definitions as JSON, one file a gene):

- ``alleles/GENE.json``: ``variants`` (position, ref, alts, rsid, hgvs_g), ``alleles``
  (name, id, reference, structural, ``defining``: position → allele), ``notes``
- ``phenotypes/GENE.functions.tsv`` and ``phenotypes/GENE.rules.tsv``
- ``build_positions.tsv``: GRCh37 position and base of each defining position
- ``contexts.tsv``: reference bases on both sides of each defining position

and the tables under ``curated/``, which hold what no such file gives (how a gene is called,
single-variant genes, sources). The result is a set of tables in our own schema.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pgx.base.errors import SnapshotSchemaError
from pgx.knowledge.importers.dated import known_genes
from pgx.knowledge.later import EVERYTHING, Until
from pgx.knowledge.schema import check_allele_name
from pgx.knowledge.tables import Row, read_table, read_text

__all__ = ["build_gene_tables"]

_SOURCE = "clinpgx-2025-11"
_SOURCE_BY_GENE = {"CYP2D6": "cpic-cyp2d6-2024-08"}
_SUBALLELE = re.compile(r"^(\*\d+[A-Z]?)\.\d+$")


def build_gene_tables(
    source: Path, curated: Path, until: Until = EVERYTHING
) -> dict[str, list[Row]]:
    """Return rows of the tables sources, genes, variants, alleles, phenotype_rules, segments.

    The files hold one state of the definitions; ``until`` says what of it came later than a
    release that is made of them.

    Raises
    ------
    SnapshotSchemaError
        A curated table has other columns, or an allele name cannot be used.
    """
    tables = {
        name: read_table(curated, name)
        for name in ("sources", "genes", "variants", "alleles", "segments")
    }
    tables["phenotype_rules"] = []
    builds = _by_position(_read_tsv(source / "build_positions.tsv"))
    contexts = _read_tsv(source / "contexts.tsv")
    for path in sorted((source / "alleles").glob("*.json")):
        document = json.loads(read_text(path))
        gene = document["gene"]
        tables["variants"] += _variants(document, builds)
        tables["alleles"] += _alleles(document)
        tables["segments"] += _segments(gene, [c for c in contexts if c["gene"] == gene])
    known = {row["gene"] for row in tables["genes"]}
    for path in sorted((source / "phenotypes").glob("*.functions.tsv")):
        gene = path.name.split(".")[0].replace("_", "-")
        if gene in known:
            _add_functions(gene, _read_tsv(path), tables["alleles"])
            tables["phenotype_rules"] += _rules(
                gene, path.with_name(path.name.replace("functions", "rules"))
            )
    return _checked(known_genes(tables, until))


def _read_tsv(path: Path) -> list[Row]:
    lines = read_text(path).rstrip("\n").split("\n")
    header = lines[0].split("\t")
    return [dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:]]


def _by_position(rows: list[Row]) -> dict[tuple[str, int], Row]:
    return {(row["gene"], int(row["grch38_position"])): row for row in rows}


def _source_of(gene: str) -> str:
    return _SOURCE_BY_GENE.get(gene, _SOURCE)


def _variants(document: dict[str, Any], builds: dict[tuple[str, int], Row]) -> list[Row]:
    gene = document["gene"]
    required = set((document.get("notes") or {}).get("requiredPositions", ()))
    rows = []
    for variant in document["variants"]:
        build = builds[gene, variant["position"]]
        ref = variant["ref"]
        seen = build["grch37_ref_seen"] if build["check"] == "REFERENCE DIFFERS" else ref
        rows.append({
            "gene": gene,
            "position_grch38": str(variant["position"]),
            "position_grch37": build["grch37_position"],
            "ref_grch38": ref,
            "ref_grch37": seen,
            "alts": ",".join(variant["alts"]),
            "rsid": variant.get("rsid") or "",
            "hgvs_g": (variant.get("hgvs_g") or "").replace("; ", ","),
            "required": "yes" if variant["position"] in required else "no",
            "source": _source_of(gene),
        })  # fmt: skip
    return rows


def _alleles(document: dict[str, Any]) -> list[Row]:
    gene = document["gene"]
    rows = []
    for allele in document["alleles"]:
        cells = {} if allele["reference"] else allele["defining"]
        definition = ";".join(f"{p}={cells[p]}" for p in sorted(cells, key=int))
        row = _allele_row(
            gene,
            allele["name"],
            allele.get("id") or "",
            definition,
            reference=allele["reference"],
            structural=allele["structural"],
        )
        rows.append(row)
    return rows


def _allele_row(
    gene: str, name: str, identifier: str, definition: str, *, reference: bool, structural: bool
) -> Row:
    return {
        "gene": gene,
        "allele": name,
        "identifier": identifier,
        "reference": "yes" if reference else "no",
        "structural": "yes" if structural else "no",
        "definition": definition,
        "function": "",
        "activity_value": "",
        "source": _source_of(gene),
        "function_source": "",
    }


def _add_functions(gene: str, functions: list[Row], alleles: list[Row]) -> None:
    """Write functions into allele rows; alleles known by function alone are structural."""
    by_name = {row["allele"].replace("/", ", "): row for row in functions}
    mine = [row for row in alleles if row["gene"] == gene]
    named = {row["allele"] for row in mine}
    for row in mine:
        match = _SUBALLELE.match(row["allele"])
        core = match.group(1) if match else row["allele"]
        found = by_name.get(row["allele"]) or by_name.get(core)
        if found is not None:
            named.add(core)
            _set_function(gene, row, found)
    for name, found in by_name.items():
        if name not in named:
            row = _allele_row(gene, name, "", "", reference=False, structural=True)
            _set_function(gene, row, found)
            alleles.append(row)


def _set_function(gene: str, row: Row, found: Row) -> None:
    row["function"] = found["function"]
    row["activity_value"] = found["activity_value"]
    row["function_source"] = _source_of(gene)


def _rules(gene: str, path: Path) -> list[Row]:
    return [
        {
            "gene": gene,
            "function_1": row["function_1"],
            "function_2": row["function_2"],
            "activity_score": row["activity_score"],
            "phenotype": row["phenotype"],
            "lookup_key": row["lookup_key"],
            "source": _source_of(gene),
        }
        for row in _read_tsv(path)
    ]


def _segments(gene: str, contexts: list[Row]) -> list[Row]:
    """Merge overlapping contexts into segments of reference sequence."""
    pieces = []
    for row in contexts:
        start = int(row["grch38_position"]) - len(row["left60"])
        pieces.append((start, row["left60"] + row["ref"] + row["right60_after_ref"]))
    merged: list[tuple[int, str]] = []
    for start, sequence in sorted(pieces):
        if merged and start <= merged[-1][0] + len(merged[-1][1]):
            first, before = merged[-1]
            offset = start - first
            overlap = min(len(before) - offset, len(sequence))
            if before[offset : offset + overlap] != sequence[:overlap]:
                raise SnapshotSchemaError(f"contexts of {gene} disagree near {start}")
            merged[-1] = (first, before + sequence[overlap:])
        else:
            merged.append((start, sequence))
    return [
        {"gene": gene, "start": str(start), "sequence": sequence, "source": _source_of(gene)}
        for start, sequence in merged
    ]


def _checked(tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    for row in tables["alleles"]:
        check_allele_name(row["gene"], row["allele"])
    tables["genes"].sort(key=lambda r: r["gene"])
    tables["variants"].sort(key=lambda r: (r["gene"], int(r["position_grch38"])))
    tables["segments"].sort(key=lambda r: (r["gene"], int(r["start"])))
    tables["alleles"].sort(key=lambda r: r["gene"])
    tables["phenotype_rules"].sort(key=lambda r: r["gene"])
    return tables
