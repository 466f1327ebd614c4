"""Deep check of a release: every record readable, every name and source resolvable."""

from __future__ import annotations

from typing import Final

from pgx.base.errors import SnapshotSchemaError
from pgx.base.genes import DefiningVariant, GeneDefinition
from pgx.knowledge.schema import check_allele_name
from pgx.knowledge.snapshot import KnowledgeBase

__all__ = ["verify_gene", "verify_release"]

_IUPAC: Final = frozenset("RYSWKMBDHVN")


def verify_release(kb: KnowledgeBase) -> None:
    """Read every table of a release and check what refers to what.

    Raises
    ------
    SnapshotSchemaError
        An allele name cannot be used or stands twice, a source is unknown, a definition names
        a position or an allele that the gene does not have, a reference base differs from its
        segment, GRCh37 positions of a gene differ by more than one offset, or two rules answer
        the same pair of functions.
    """
    sources = {row["source"] for row in kb.table("sources")}
    for name in kb.manifest.tables:
        table = name.removesuffix(".tsv")
        for number, row in enumerate(kb.table(table), 2):
            if not set(row.get("source", "").split(";")) <= sources:
                raise _broken(
                    f"source {row.get('source')!r} is not in sources.tsv", f"{name} line {number}"
                )
    for gene in kb.genes.values():
        verify_gene(gene)
    _ = kb.statements, kb.drugs, kb.guidelines, kb.later_changes


def verify_gene(gene: GeneDefinition) -> None:
    """Check that a gene's tables agree with each other; see `verify_release` for what is refused.

    Raises
    ------
    SnapshotSchemaError
        They do not.
    """
    _check_alleles(gene)
    _check_variants(gene)
    _check_rules(gene)


def _broken(what: str, where: str) -> SnapshotSchemaError:
    return SnapshotSchemaError(what, where=where, remedy="correct the table and rebuild")


def _check_alleles(gene: GeneDefinition) -> None:
    variants = {v.position: v for v in gene.variants}
    seen: set[str] = set()
    for allele in gene.alleles:
        check_allele_name(gene.gene, allele.name)
        if allele.name in seen:
            raise _broken(f"{gene.gene} {allele.name} stands twice", "alleles.tsv")
        seen.add(allele.name)
        for position, cell in allele.defining.items():
            variant = variants.get(position)
            if variant is None or not (cell in variant.alleles or cell in _IUPAC):
                raise _broken(
                    f"{gene.gene} {allele.name} is defined by {cell} at {position}, which is no"
                    " allele of the gene's variants",
                    "alleles.tsv",
                )
    if gene.variants and gene.default_allele not in seen:
        raise _broken(f"{gene.gene} has no allele {gene.default_allele}", "genes.tsv")


def _check_variants(gene: GeneDefinition) -> None:
    for variant in gene.variants:
        if variant.ref not in _bases(gene, variant):
            raise _broken(
                f"{gene.gene} {variant.position} {variant.ref} is not the base of its segment",
                "variants.tsv",
            )
        if variant.ref_grch37 not in variant.alleles:
            raise _broken(
                f"{gene.gene} {variant.position}: the GRCh37 base is no allele", "variants.tsv"
            )
    if len({v.position_grch37 - v.position for v in gene.variants}) > 1:
        raise _broken(f"{gene.gene} has more than one offset to GRCh37", "variants.tsv")


def _bases(gene: GeneDefinition, variant: DefiningVariant) -> set[str]:
    """Return what the segments hold at a variant's reference bases."""
    last = variant.position + len(variant.ref) - 1
    return {
        s.sequence[variant.position - s.start : last - s.start + 1]
        for s in gene.segments
        if s.start <= variant.position and last <= s.end
    }


def _check_rules(gene: GeneDefinition) -> None:
    pairs = [tuple(sorted((r.function_1, r.function_2))) for r in gene.rules]
    if len(set(pairs)) != len(pairs):
        raise _broken(f"two rules of {gene.gene} answer one pair", "phenotype_rules.tsv")
