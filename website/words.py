"""What tables of the knowledge base say, in words: strategies, keys, levels, sources."""

from __future__ import annotations

from typing import Final

from pgx.knowledge.importers.guideline_rows import AUTHORITIES
from pgx.messages.catalogue import ENGLISH
from pgx.records.advice import ANY_KEY, LookupProduct, Statement
from pgx.records.genes import Ploidy, Strategy
from website.markdown import cell

__all__ = [
    "PLOIDIES",
    "SOURCE_ORDER",
    "STRATEGIES",
    "actions",
    "authority",
    "levels",
    "pmid_links",
    "population",
    "products",
]

SOURCE_ORDER: Final = tuple(authority.name for authority in AUTHORITIES)
STRATEGIES: Final = {
    Strategy.STAR: "star alleles: one named allele describes a whole haplotype",
    Strategy.VARIANT_LIST: "a list of variants: each named allele is one variant, and a haplotype "
    "may carry several",
    Strategy.OUTSIDE: "not called from small variants; a result of another method is needed",
}
PLOIDIES: Final = {
    Ploidy.AUTOSOME: "two copies",
    Ploidy.X_LINKED: "chrX: two copies in females, one in males",
    Ploidy.MITOCHONDRIAL: "mitochondrial: one haplotype is reported",
}


def authority(code: str) -> str:
    """Return a source's name as reports print it."""
    return ENGLISH["authority"].get(code, code)


def population(code: str) -> str:
    """Return whom a population's code means."""
    return cell(ENGLISH["phrases"]["population"].get(code, code.replace("_", " ")))


def actions(statement: Statement) -> str:
    """Return the actions in words, the primary one first, with the dose factor."""
    said = "; ".join(ENGLISH["action"][action].lower() for action in statement.action)
    low, high = statement.dose_factor_min, statement.dose_factor_max
    if high is None:
        return said if low is None else f"{said} (×\u00a0{low:g} or more)"
    span = f"{high:g}" if low in (None, high) else f"{low:g}–{high:g}"
    return f"{said} (×\u00a0{'up to ' if low is None else ''}{span})"


def products(lookup: tuple[LookupProduct, ...]) -> str:
    """Return lookup keys as Markdown, one product a line."""
    return "<br>".join(", with ".join(_part(g, keys) for g, keys in p) for p in lookup)


def _part(gene: str, keys: tuple[str, ...]) -> str:
    said = "any result" if keys == (ANY_KEY,) else " or ".join(keys)
    return f"{gene}: {cell(said)}"


def levels(evidence: set[str], gene: str) -> str:
    """Return the CPIC levels of a gene from ``GENE:level`` entries."""
    return "/".join(sorted({e.partition(":")[2] for e in evidence if e.startswith(f"{gene}:")}))


def pmid_links(pmids: tuple[str, ...]) -> str:
    """Return links to PubMed, as Markdown."""
    return " ".join(f"[{pmid}](https://pubmed.ncbi.nlm.nih.gov/{pmid}/)" for pmid in pmids)
