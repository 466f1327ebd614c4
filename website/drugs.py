"""The page of a drug: what each source says, side by side, in this project's words."""

from __future__ import annotations

from typing import Final

from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.wording import render_implications, render_statement
from pgx.records.advice import Guideline, Statement
from website.markdown import cell, page_name, table
from website.words import SOURCE_ORDER, actions, authority, pmid_links, population, products

__all__ = ["drug_index", "drug_names", "drug_page", "drug_uri"]

_MOST_ROWS: Final = 40


def drug_names(kb: KnowledgeBase) -> list[str]:
    """Return all drugs of the index, pending ones included, A–Z."""
    return sorted({drug.drug for drug in kb.drugs}, key=str.casefold)


def drug_uri(drug: str) -> str:
    """Return the address of a drug's page inside the site's sources."""
    return f"drugs/{page_name(drug)}.md"


def drug_index(kb: KnowledgeBase) -> str:
    """Return the page that lists all drugs."""
    status = {(d.drug, d.authority): d.status.value for d in kb.drugs}
    genes: dict[str, set[str]] = {}
    for d in kb.drugs:
        genes.setdefault(d.drug, set()).update(d.genes)
    rows = [
        (
            f"[{cell(name)}]({page_name(name)}.md)",
            ", ".join(sorted(genes[name])),
            *(status.get((name, a), "") for a in SOURCE_ORDER),
        )
        for name in drug_names(kb)
    ]
    header = ("drug", "genes", *(authority(a) for a in SOURCE_ORDER))
    return (
        f"# Drugs\n\nThe {len(rows)} drugs of release {kb.release}. A source *covers* a drug if "
        "at least one of its statements was read; what is *pending* gives no advice. Pages are "
        f"made from the knowledge base when the site is built.\n\n{table(header, rows)}\n"
    )


def drug_page(kb: KnowledgeBase, drug: str) -> str:
    """Return one drug's page."""
    statements = [s for s in kb.statements if s.drug == drug]
    parts = [
        f"# {cell(drug)}",
        "[All drugs](index.md)",
        _facts(kb, drug),
        _side_by_side(statements),
    ]
    for source in SOURCE_ORDER:
        own = [s for s in statements if s.authority == source]
        parts.append(_source_section(kb, drug, source, own))
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(kb: KnowledgeBase, drug: str) -> str:
    own = [d for d in kb.drugs if d.drug == drug]
    known = {s.substance.casefold(): s for s in kb.medicines.substances}.get(drug.casefold())
    genes = sorted({gene for d in own for gene in d.genes})
    rows = [
        ("Genes", ", ".join(_gene_link(kb, gene) for gene in genes)),
        ("RxNorm", ", ".join(sorted({d.rxnorm for d in own if d.rxnorm}))),
        ("ATC", ", ".join(sorted({code for d in own for code in d.atc}))),
        ("Ingredients", cell(", ".join(known.ingredients)) if known else ""),
        ("Other names", cell(", ".join(known.synonyms)) if known else ""),
        ("Brands", cell(", ".join(known.brands)) if known else ""),
    ]
    facts = table(("", ""), [(f"**{k}**", v) for k, v in rows if v])
    return (
        f"{facts}\n\nThese are facts of guidelines in this project's words, for a look-up and for "
        "review. What holds for a person is in their result, with its certainty; the guideline "
        "itself is the authority."
    )


def _gene_link(kb: KnowledgeBase, gene: str) -> str:
    if gene not in kb.genes:
        return f"{gene} (no gene of this release: it is not called)"
    return f"[{gene}](../genes/{page_name(gene)}.md)"


def _side_by_side(statements: list[Statement]) -> str:
    """Return a row a result, a column a source; empty where several genes decide together."""
    if not statements or any(len(p) != 1 for s in statements for p in s.lookup):
        return ""
    found: dict[tuple[str, str], dict[str, dict[str, list[str]]]] = {}
    for s in statements:
        for [(gene, keys)] in s.lookup:
            for key in keys:
                said = found.setdefault((gene, key), {}).setdefault(s.authority, {})
                whom = said.setdefault(actions(s), [])
                if s.population not in whom:
                    whom.append(s.population)
    present = [a for a in SOURCE_ORDER if any(a in cells for cells in found.values())]
    if len(present) < 2 or len(found) > _MOST_ROWS:
        return ""
    rows = [
        (f"{gene}: {cell(key)}", *(_said(cells.get(a, {})) for a in present))
        for (gene, key), cells in found.items()
    ]
    header = ("result", *(authority(a) for a in present))
    return f"## Side by side\n\n{table(header, rows)}"


def _said(cells: dict[str, list[str]]) -> str:
    """Return each advice once, with the populations to which it is given."""
    lines = []
    for said, whom in cells.items():
        named = "; ".join(population(p) for p in whom)
        lines.append(said if whom == ["general"] else f"{said}<br><small>{named}</small>")
    return "<br>".join(lines) or "–"


def _source_section(kb: KnowledgeBase, drug: str, source: str, own: list[Statement]) -> str:
    listed = [d for d in kb.drugs if d.drug == drug and d.authority == source]
    if not listed and not own:
        return ""
    title = f"## {authority(source)}"
    if not own:
        return f"{title}\n\nPending: no statement of this source was read; it gives no advice."
    ids = {s.guideline_id for s in own}
    guidelines = [g for g in kb.guidelines if g.guideline_id in ids]
    about = ". ".join(_about(g) for g in guidelines)
    partial = any(d.reason == "partial_lookups" for d in listed)
    note = " Read in part: some of its results have no statement here." if partial else ""
    rows = [_statement_row(s) for s in own]
    header = ("result", "for whom", "advice", "strength")
    references = pmid_links(tuple(dict.fromkeys(p for s in own for p in s.pmids)))
    refs = f"\n\nReferences (PubMed): {references}" if references else ""
    return f"{title}\n\n{about}.{note}\n\n{table(header, rows)}{refs}"


def _about(guideline: Guideline) -> str:
    years = ", ".join(guideline.years)
    said = [f"[{guideline.guideline_id}]({guideline.url})" if guideline.url else ""]
    said += [f"published {years}" if years else "", cell(guideline.version)]
    return ", ".join(filter(None, said)) or cell(guideline.guideline_id)


def _statement_row(statement: Statement) -> tuple[str, ...]:
    means = "; ".join(render_implications(statement))
    text = cell(render_statement(statement))
    if means:
        text += f"<br><small>{cell(means)}</small>"
    return (
        products(statement.lookup),
        population(statement.population),
        f"**{actions(statement)}.** {text}",
        cell(statement.classification),
    )
