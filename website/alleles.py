"""The alleles of a gene's page: where they differ, what they do, how many carry them."""

from __future__ import annotations

from pgx.knowledge.gene_records import allele_counts
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.advice import ANY_KEY, NO_RESULT, Statement
from pgx.records.genes import AlleleDefinition, GeneDefinition
from website.markdown import bullets, cell, folded, table

__all__ = ["allele_section", "asked_results"]


def asked_results(kb: KnowledgeBase, gene: str) -> list[str]:
    """Return the results of a gene for which some statement is looked up."""
    keys = {k for s in kb.statements for k in _keys(s, gene)}
    return sorted(keys - {NO_RESULT, ANY_KEY})


def _keys(statement: Statement, gene: str) -> set[str]:
    return {k for product in statement.lookup for g, keys in product if g == gene for k in keys}


def allele_section(kb: KnowledgeBase, gene: GeneDefinition) -> str:
    """Return the table of a gene's alleles, or the results that guidelines ask for without any."""
    if not gene.alleles:
        keys = sorted({k for s in kb.statements for k in _keys(s, gene.gene)})
        return "The release defines none. Guidelines ask for these results:\n\n" + bullets(
            cell(key) for key in keys
        )
    known = kb.frequencies.get(gene.gene)
    counts = {name: _by_group(text) for name, text in allele_counts(known).items()}
    groups = known.groups if known and counts else ()
    core = set(known.core) if known else set()
    rows = [
        (
            f"**{cell(a.name)}**" + (" †" if a.name in core else ""),
            _definition(gene, a.name),
            _function(gene, a),
            *(counts.get(a.name, {}).get(g, "0") for g in groups),
        )
        for a in gene.alleles
    ]
    totals = dict(zip(known.groups, known.totals, strict=True)) if known else {}
    heads = [f"{g} of {totals[g]:,}" for g in groups]
    function = "activity value" if gene.scored else "function"
    body = table(("allele", "differs at (GRCh38)", function, *heads), rows)
    about = _about_counts(kb, gene, counted=bool(groups), core=bool(core))
    return "\n\n".join(filter(None, (about, body, _published(kb, gene.gene))))


def _definition(gene: GeneDefinition, name: str) -> str:
    [allele] = [a for a in gene.alleles if a.name == name]
    if allele.structural:
        return "structural, or none in small variants"
    reference = {v.position: v.ref for v in gene.variants}
    differs = [(p, b) for p, b in sorted(allele.defining.items()) if b != reference[p]]
    return cell(", ".join(f"{p}\u00a0{b}" for p, b in differs)) or "nowhere: the reference"


def _function(gene: GeneDefinition, allele: AlleleDefinition) -> str:
    if allele.function is None:
        return "not given: uncertain"
    unknown = gene.scored and allele.function == gene.uncertain_function
    return cell(allele.function) + (", uncertain" if unknown else "")


def _by_group(text: str) -> dict[str, str]:
    cells = (part.partition("=") for part in text.split(";"))
    return {group: count.partition("/")[0] for group, _, count in cells}


def _about_counts(kb: KnowledgeBase, gene: GeneDefinition, *, counted: bool, core: bool) -> str:
    known = kb.frequencies.get(gene.gene)
    if counted:
        said = (
            "Counts are chromosomes of unrelated persons by superpopulation "
            "([what they are for](../explanation/prior.md)); a `0` was not seen, which does not "
            "mean that nobody has it."
        )
    elif known is not None and known.published:
        said = (
            "The counted call set could not type every position of this gene, so names are not "
            "counted; published frequencies stand in their place, below."
        )
    else:
        said = "The release has no counts in populations for this gene."
    mark = " † recommended for clinical tests (Association for Molecular Pathology, tiers 1 and 2)."
    if gene.scored:
        said += " Functions are given as activity values: 0 is no activity, 1 a normal one."
    about = "Positions are those at which an allele differs from GRCh38; a letter such as `R` or "
    about += "`Y` stands for several bases, each of which fits."
    return f"{said + mark if core else said} {about}"


def _published(kb: KnowledgeBase, gene: str) -> str:
    known = kb.frequencies.get(gene)
    if known is None or not known.published:
        return ""
    shares = [(cell(p.allele), p.group, f"{p.frequency:.2%}") for p in known.published]
    header = ("allele", "group", "share of chromosomes")
    return folded("Published frequencies", table(header, shares))
