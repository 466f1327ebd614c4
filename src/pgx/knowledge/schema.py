"""Columns of every table of the knowledge base, and the checks a row must pass.

A table is UTF-8 text: one header line, tab-separated, unquoted, LF line ends. Lists inside
a cell are joined by ``;``. Every row names its ``source``; version, date and licence of a
source stand once, in ``sources.tsv``.
"""

from __future__ import annotations

from typing import Final

from pgx.base.errors import SnapshotSchemaError

__all__ = ["FORBIDDEN_IN_NAMES", "SCHEMA_VERSION", "TABLES", "check_allele_name", "check_header"]

SCHEMA_VERSION: Final = "1"

TABLES: Final[dict[str, tuple[str, ...]]] = {
    "sources": ("source", "name", "version", "date", "licence", "url"),
    "genes": (
        "gene", "contig", "strategy", "ploidy", "default_allele", "scored",
        "uncertain_function", "function_order", "preferred", "proxies", "notes", "source",
    ),
    "variants": (
        "gene", "position_grch38", "position_grch37", "ref_grch38", "ref_grch37", "alts",
        "rsid", "hgvs_g", "required", "source",
    ),
    "alleles": (
        "gene", "allele", "identifier", "reference", "structural", "definition",
        "function", "activity_value", "source", "function_source",
    ),
    "phenotype_rules": (
        "gene", "function_1", "function_2", "activity_score", "phenotype", "lookup_key", "source",
    ),
    "segments": ("gene", "start", "sequence", "source"),
    "structures": ("gene", "units", "allele", "frequencies", "source"),
    "structure_segments": (
        "gene", "unit", "start", "end", "share", "spread", "own", "source",
    ),
    "structure_partners": ("gene", "units", "allele", "odds", "hybrid", "source"),
    "structure_sites": ("gene", "position", "kind", "source"),
    "structural_alleles": (
        "gene", "allele", "kind", "start_grch38", "end_grch38", "first_grch38", "last_grch38",
        "start_grch37", "end_grch37", "first_grch37", "last_grch37", "tolerance", "source",
    ),
    "paralogue_sites": (
        "gene", "position", "base", "paralogue_position", "paralogue_base", "position_grch37",
        "paralogue_grch37", "segment", "source",
    ),
    "exons": ("gene", "paralogue_of", "exon", "start", "end", "source"),
    "haplotype_counts": ("gene", "haplotype", "allele", "counts", "source"),
    "untyped_sites": ("gene", "position", "source"),
    "published_frequencies": (
        "gene", "allele", "group", "frequency", "n_chromosomes", "pmid", "note", "source",
    ),
    "core_alleles": ("gene", "allele", "tier", "pmid", "source"),
    "core_positions": (
        "gene", "allele", "position_grch38", "alt", "tier", "pmid", "source",
    ),
    "core_proxies": (
        "gene", "position_grch38", "alt", "proxy_position_grch38", "proxy_alt", "r2",
        "sensitivity", "carriers", "pmid", "source",
    ),
    "substances": (
        "substance", "rxnorm", "atc", "synonyms", "brands", "ingredients", "source",
    ),
    "modulators": ("substance", "gene", "effect", "strength", "source", "note"),
    "unwanted_pairs": ("drug", "gene", "substances", "source"),
    "conversion_rules": (
        "gene", "effect", "strength", "method", "value", "evidence", "pmids", "source", "note",
    ),
    "score_ranges": (
        "gene", "phenotype", "low", "low_included", "high", "high_included", "pmids", "source",
    ),
    "populations": (
        "population", "age_from", "age_below", "weight_over", "exposure", "conditions",
        "judgement", "source",
    ),
    "texts": ("authority", "digest", "kind", "text", "source"),
    "known_gaps": ("authority", "drug", "gene", "keys", "reason", "source"),
    "statement_sets": (
        "authority", "drug", "guidelines", "genes", "alleles", "relation", "reason", "source",
    ),
    "gene_codes": ("gene", "system", "code", "source"),
    "allele_names": ("gene", "name", "meaning", "allele", "source"),
    "conditions": (
        "condition", "kind", "arguments", "decided_by", "while_unknown", "note", "source",
    ),
    "condition_codes": ("condition", "system", "code", "source"),
    "changes": (
        "date", "authority", "genes", "drugs", "what", "state", "facts", "brought", "source",
    ),
}  # fmt: skip

FORBIDDEN_IN_NAMES: Final = frozenset(";=/|\t")


def check_allele_name(gene: str, name: str) -> None:
    """Refuse an allele name that could not be told apart in a diplotype or a list.

    Raises
    ------
    SnapshotSchemaError
        The name is empty, not printable, looks like a bracket of several alleles, or holds
        ``;``, ``=``, ``/``, ``|`` or a tab.
    """
    bracketed = name.startswith("[") or " + " in name
    if not name or not name.isprintable() or bracketed or FORBIDDEN_IN_NAMES & set(name):
        raise SnapshotSchemaError(
            f"allele name {name!r} of {gene} is empty, bracketed, or holds one of ; = / |"
            " or a character that cannot be printed",
            where="alleles.tsv",
            remedy="rename the allele in the source or its importer",
        )


def check_header(table: str, header: tuple[str, ...], where: str) -> None:
    """Refuse a table whose columns are not those of its schema.

    Raises
    ------
    SnapshotSchemaError
        The columns differ from `TABLES`.
    """
    expected = TABLES.get(table)
    if expected is not None and header != expected:
        raise SnapshotSchemaError(
            f"columns of table {table} are {', '.join(header)}; expected {', '.join(expected)}",
            where=where,
            remedy="rebuild the knowledge base with this version of pgx",
        )
