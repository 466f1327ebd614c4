"""The page of a gene: what the release knows of it, its alleles, and how it is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Final

from pgx.knowledge.gene_records import allele_counts
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.messages.catalogue import ENGLISH
from pgx.records.advice import ANY_KEY, NO_RESULT, DrugStatus, KnownGap, Statement
from pgx.records.genes import AlleleDefinition, DefiningVariant, GeneDefinition, Strategy
from website.markdown import bullets, cell, folded, page_name, rebase, table
from website.words import PLOIDIES, SOURCE_ORDER, STRATEGIES, authority, levels

__all__ = ["gene_index", "gene_page", "gene_uri"]


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


_CALLING: Final = "explanation/calling.md"
_FOLD_FROM: Final = 12
_POINT: Final = re.compile(r"^- \*\*([\w-]+).*?(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


def gene_uri(gene: str) -> str:
    """Return the address of a gene's page inside the site's sources."""
    return f"genes/{page_name(gene)}.md"


def gene_index(kb: KnowledgeBase) -> str:
    """Return the page that lists all genes."""
    rows = [
        (
            f"[{name}]({page_name(name)}.md)",
            gene.contig,
            STRATEGIES[gene.strategy].partition(":")[0].partition(";")[0],
            str(len(gene.alleles)),
            str(len(gene.variants)),
            str(len({s.drug for s in kb.statements if name in s.genes})),
        )
        for name, gene in kb.genes.items()
    ]
    header = ("gene", "contig", "called by", "alleles", "positions", "drugs with advice")
    return (
        f"# Genes\n\nThe {len(rows)} genes of release {kb.release}. Each page is made from the "
        "knowledge base when the site is built; [how genes are called](../explanation/calling.md) "
        f"has the rules that hold for all.\n\n{table(header, rows)}\n"
    )


def gene_page(kb: KnowledgeBase, name: str, docs: Path) -> str:
    """Return one gene's page; ``docs`` is the folder of the written pages."""
    gene = kb.gene(name)
    parts = [
        f"# {name}",
        _facts(kb, gene),
        "## How it is called, and its limits",
        _calling(gene, docs, set(kb.genes) - {name}),
        "## Alleles",
        allele_section(kb, gene),
        "## Positions",
        _positions(gene),
        "## From alleles to a result",
        _results(kb, gene),
        "## Drugs",
        _drugs(kb, name),
        "## Known gaps",
        _gaps(kb, name),
        "## Sources",
        _sources(kb, name),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _span(gene: GeneDefinition, positions: list[int]) -> str:
    return f"{gene.contig}:{min(positions):,}–{max(positions):,}" if positions else ""


def _facts(kb: KnowledgeBase, gene: GeneDefinition) -> str:
    n_alleles, n_positions = len(gene.alleles), len(gene.variants)
    rows = [
        ("Chromosome", gene.contig),
        ("Defining positions, GRCh38", _span(gene, [v.position for v in gene.variants])),
        ("Defining positions, GRCh37", _span(gene, [v.position_grch37 for v in gene.variants])),
        ("Called by", STRATEGIES[gene.strategy]),
        ("Copies", PLOIDIES[gene.ploidy]),
        ("Alleles", f"{n_alleles} at {n_positions} positions" if n_alleles else ""),
        ("Allele printed first", cell(gene.default_allele)),
        ("Release", kb.release),
    ]
    return table(("", ""), [(f"**{k}**", v) for k, v in rows if v])


def _calling(gene: GeneDefinition, docs: Path, others: Collection[str]) -> str:
    text = (docs / _CALLING).read_text(encoding="utf-8")
    own = [rebase(s, _CALLING, gene_uri(gene.gene)) for s in _sections(text, gene.gene, others)]
    general = "The [rules for all genes](../explanation/calling.md) hold."
    if gene.strategy is Strategy.OUTSIDE:
        general = (
            "Small variants do not answer this gene: without a result of another method "
            "([how to give one](../how-to/annotate.md#calls-of-other-tools)) it is `not_assessed`."
        )
    required = [v for v in gene.variants if v.required]
    sentences = [ENGLISH["note"][note] for note in gene.notes]
    if required:
        names = ", ".join(v.rsid or str(v.position) for v in required)
        sentences.append(f"Without one of {names} the gene should not be called.")
    structural = [a.name for a in gene.alleles if a.structural]
    if structural:
        sentences.append(
            f"{len(structural)} alleles cannot be seen in small variants: "
            f"{cell(', '.join(structural))}."
        )
    return "\n\n".join([" ".join([general, *sentences]), *own])


def _sections(text: str, gene: str, others: Collection[str]) -> list[str]:
    """Return the sections whose titles name a gene, without the points on other genes."""
    found = re.split(r"^#{2,3} (.+)$", text, flags=re.MULTILINE)
    pairs = zip(found[1::2], found[2::2], strict=True)
    return [
        f"*From the rules for {title}:* {_POINT.sub(_unless(others), body).strip()}"
        for title, body in pairs
        if gene in re.split(r"[,:] ?", title)
    ]


def _unless(others: Collection[str]) -> Callable[[re.Match[str]], str]:
    return lambda point: "" if point.group(1) in others else point.group()


def _rows_of(kb: KnowledgeBase, name: str, gene: str) -> list[dict[str, str]]:
    """Return a gene's rows of a table; none of a table that the release has not."""
    return [r for r in kb.table(name) if r["gene"] == gene] if name in kb.table_names else []


def _position_row(variant: DefiningVariant) -> tuple[str, ...]:
    other = variant.ref_grch37 if variant.ref_grch37 != variant.ref else ""
    return (
        f"{variant.position}",
        f"{variant.position_grch37}",
        variant.rsid,
        variant.ref + (f" (GRCh37: {other})" if other else ""),
        ", ".join(variant.alts),
    )


def _positions(gene: GeneDefinition) -> str:
    if not gene.variants:
        return "None: the gene is answered by outside calls alone."
    header = ("GRCh38", "GRCh37", "rsID", "reference", "others")
    body = table(header, map(_position_row, gene.variants))
    if len(gene.variants) < _FOLD_FROM:
        return body
    return folded(f"All {len(gene.variants)} positions on {gene.contig}", body)


def _results(kb: KnowledgeBase, gene: GeneDefinition) -> str:
    if not gene.alleles:
        return "A result of another method is looked up as it is given."
    if not gene.rules:
        keys = ", ".join(asked_results(kb, gene.gene)) or "none"
        return (
            "No phenotype is defined; guidelines look at the genotype. "
            f"Results for which they have a statement: {cell(keys)}."
        )
    return "\n\n".join(part for part in (_rules(gene), _ranges(kb, gene.gene)) if part)


def _rules(gene: GeneDefinition) -> str:
    score = gene.scored
    names = ("activity value", "activity value") if score else ("function", "function")
    header = (f"one {names[0]}", f"other {names[1]}", *(["score"] if score else []), "result")
    rows = [
        (
            cell(r.function_1),
            cell(r.function_2),
            *([cell(r.activity_score)] if score else []),
            cell(r.phenotype),
        )
        for r in gene.rules
    ]
    text = "A pair that no row names is `Indeterminate`."
    body = table(header, rows)
    body = folded(f"All {len(rows)} rules", body) if len(rows) > 2 * _FOLD_FROM else body
    return f"{text}\n\n{body}"


def _ranges(kb: KnowledgeBase, gene: str) -> str:
    rows = [
        (cell(r["phenotype"]), f"{_end(r, 'low')} to {_end(r, 'high')}", r["pmids"])
        for r in _rows_of(kb, "score_ranges", gene)
    ]
    if not rows:
        return ""
    return "Scores that a phenotype spans:\n\n" + table(("phenotype", "score", "PMID"), rows)


def _end(row: dict[str, str], end: str) -> str:
    value = row[end]
    if not value:
        return "any"
    return value if row[f"{end}_included"] == "yes" else f"{value} (not included)"


def _drugs(kb: KnowledgeBase, gene: str) -> str:
    mine = [s for s in kb.statements if gene in s.genes]
    pending = {
        (d.drug, d.authority)
        for d in kb.drugs
        if gene in d.genes and d.status is DrugStatus.PENDING
    }
    names = sorted({s.drug for s in mine} | {drug for drug, _ in pending})
    if not names:
        return "No statement looks at this gene."
    rows = []
    for drug in names:
        cells = [_level(mine, drug, a, gene, pending) for a in SOURCE_ORDER]
        rows.append((f"[{cell(drug)}](../drugs/{page_name(drug)}.md)", *cells))
    header = ("drug", *(authority(a) for a in SOURCE_ORDER))
    return (
        "Under CPIC the letter is CPIC's level of the pair, then the strengths of its statements; "
        "other sources give no level here, and the number is that of their statements.\n\n"
        + table(header, rows)
    )


def _level(
    statements: Iterable[Statement], drug: str, source: str, gene: str,
    pending: set[tuple[str, str]],
) -> str:  # fmt: skip
    own = [s for s in statements if s.drug == drug and s.authority == source]
    if not own:
        return "pending" if (drug, source) in pending else ""
    level = levels({e for s in own for e in s.evidence}, gene)
    strengths = sorted({s.classification for s in own} - {"", "No recommendation"})
    said = ", ".join(filter(None, (f"level {level}" if level else "", *strengths)))
    return said if source == "CPIC" and said else f"{len(own)} statement{'s' * (len(own) > 1)}"


def _gaps(kb: KnowledgeBase, gene: str) -> str:
    gaps = [gap for gap in kb.known_gaps if gap.gene == gene]
    if not gaps:
        return "None is listed: every result has a statement from each source that speaks of all."
    return table(("source", "drugs", "results", "why"), map(_gap_row, gaps))


def _gap_row(gap: KnownGap) -> tuple[str, ...]:
    drugs = "all that have it" if gap.drug == ("any",) else ", ".join(gap.drug)
    return authority(gap.authority), cell(drugs), cell(", ".join(gap.keys)), cell(gap.reason)


def _sources(kb: KnowledgeBase, gene: str) -> str:
    tables = ("genes", "variants", "alleles", "phenotype_rules", "segments", *_POPULATION)
    rows = [r for name in tables for r in _rows_of(kb, name, gene)]
    used = {r[c] for r in rows for c in ("source", "function_source") if r.get(c)}
    used |= {s.source for s in kb.statements if gene in s.genes}
    return bullets(
        f"{cell(r['name'])}, {r['date']} ([{cell(r['source'])}]({r['url']}); {cell(r['licence'])})"
        if r["url"].startswith("http")
        else f"{cell(r['name'])}, {r['date']} ({cell(r['source'])}; {cell(r['licence'])})"
        for r in kb.table("sources")
        if r["source"] in used
    )


_POPULATION: Final = ("haplotype_counts", "published_frequencies", "core_alleles", "score_ranges")
