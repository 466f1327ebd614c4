"""Whether rules of phenoconversion can be applied to the genes that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pgx.base.findings import FaultCode, Finding
from pgx.base.genes import GeneDefinition
from pgx.base.substances import ConversionRule

__all__ = ["inapplicable", "place_of"]


def place_of(rule: ConversionRule) -> str:
    """Return what tells a rule from the others: gene, strength and effect."""
    return f"{rule.gene} {rule.strength} {rule.effect}"


def inapplicable(rule: ConversionRule, genes: Mapping[str, GeneDefinition]) -> Iterator[Finding]:
    """Yield why a rule cannot be applied; cheap enough for every start."""
    gene = genes.get(rule.gene)
    if gene is None:
        yield _finding(FaultCode.DANGLING, rule, "there is no such gene")
    elif rule.method == "score_factor" and not gene.scored:
        yield _finding(FaultCode.CONTRADICTION, rule, "a factor of scores that the gene has not")
    elif rule.method == "phenotype_to" and rule.value not in {r.phenotype for r in gene.rules}:
        what = f"{rule.value!r} is no phenotype of the gene"
        yield _finding(FaultCode.DANGLING, rule, what)


def _finding(code: FaultCode, rule: ConversionRule, what: str) -> Finding:
    return Finding(code=code, table="conversion_rules", where=place_of(rule), what=what)
