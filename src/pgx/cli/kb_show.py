"""What ``pgx kb show`` says of a gene or drug: rows for programs, a page for a person."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from pgx.base.texts import did_you_mean
from pgx.errors import UnknownDrugError, UnknownGeneError
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.wording import render_statement
from pgx.records.advice import Statement, format_lookup
from pgx.records.genes import Strategy, core_allele

__all__ = ["page_of", "rows_of"]

Row = dict[str, str]
_GENERAL: Final = "general"  # the population of statements that name none


def rows_of(kb: KnowledgeBase, name: str) -> list[Row]:
    """Return a row per allele of a gene, or a row per statement on the drugs a name refers to.

    Raises
    ------
    UnknownGeneError
        The name is neither a gene nor a drug.
    """
    if name in kb.genes:
        return _allele_rows(kb, name)
    return [_statement_row(s) for drug in _drugs(kb, name) for s in kb.statements if s.drug == drug]


def _drugs(kb: KnowledgeBase, name: str) -> tuple[str, ...]:
    # these imports load numpy; without them `pgx kb info` starts in half the time
    from pgx.inputs.release import drug_names, named_drugs, substance_of

    try:
        return named_drugs(kb, [name])
    except UnknownDrugError as error:
        if substance_of(kb, name):
            raise UnknownGeneError(error.what, remedy=error.remedy) from None
        raise UnknownGeneError(
            f"no gene and no drug {name!r}",
            remedy=did_you_mean(
                name, (*kb.genes, *drug_names(kb)), "pgx kb genes and pgx kb drugs list them"
            ),
        ) from None


def _allele_rows(kb: KnowledgeBase, gene: str) -> list[Row]:
    """Return a row per allele: definition, function, activity value, counts by group."""
    from pgx.knowledge.gene_records import allele_counts

    wanted = ("allele", "definition", "function", "activity_value", "source")
    counts = allele_counts(kb.frequencies.get(gene))
    return [
        {name: row[name] for name in wanted}
        | {"chromosomes": counts.get(row["allele"]) or counts.get(core_allele(row["allele"]), "")}
        for row in kb.table("alleles")
        if row["gene"] == gene
    ]


def _statement_row(statement: Statement) -> Row:
    return {
        "drug": statement.drug,
        "source": statement.authority,
        "population": statement.population,
        "lookup": format_lookup(statement.lookup),
        "action": ";".join(statement.action),
        "dose_factor": _factor(statement),
        "classification": statement.classification,
        "text": render_statement(statement),
        "codes": ";".join(statement.drug_codes),
        "pmids": ";".join(statement.pmids),
        "read_from": statement.source,
        "id": statement.id,
    }


def _factor(statement: Statement) -> str:
    low, high = statement.dose_factor_min, statement.dose_factor_max
    if low is None and high is None:
        return ""
    ends = ("" if end is None else f"{end:g}" for end in (low, high))
    return "–".join(dict.fromkeys(ends))


def page_of(kb: KnowledgeBase, name: str, width: int) -> Iterator[str]:
    """Yield the lines of a page on a gene, or on each drug that a name refers to.

    Parameters
    ----------
    kb
        The release.
    name
        Gene, or drug by name, brand or code.
    width
        Columns; nothing is cut off.

    Raises
    ------
    UnknownGeneError
        The name is neither a gene nor a drug.
    """
    if name in kb.genes:
        yield from _gene_page(kb, name, width)
        return
    for number, drug in enumerate(_drugs(kb, name)):
        yield from [""] if number else []
        yield from _drug_page(kb, drug, width)


def _gene_page(kb: KnowledgeBase, name: str, width: int) -> Iterator[str]:
    gene = kb.genes[name]
    title = (
        f"{name} on {gene.contig}: {len(gene.variants)} defining positions,"
        f" {len(gene.alleles)} alleles, default {gene.default_allele or 'none'}"
    )
    yield from _wrapped(title, width, 0)
    if gene.strategy is Strategy.OUTSIDE:
        yield from _wrapped("called by other tools only: --outside-calls", width, 2)
    for row in _allele_rows(kb, name):
        value = f"activity value {row['activity_value']}" if row["activity_value"] else ""
        facts = "; ".join(filter(None, (row["function"], value, row["source"])))
        yield from _wrapped(f"{row['allele']}  {facts}", width, 2)
        yield from _wrapped(row["definition"].replace(";", " "), width, 6)
        counts = row["chromosomes"].replace(";", ", ").replace("=", " ")
        yield from _wrapped(f"chromosomes: {counts}" if counts else "", width, 6)


def _drug_page(kb: KnowledgeBase, drug: str, width: int) -> Iterator[str]:
    codes = kb.vocabulary.code_of(drug)
    entries = [entry for entry in kb.drugs if entry.drug == drug]
    facts = {
        "genes": ", ".join(dict.fromkeys(gene for entry in entries for gene in entry.genes)),
        "critical": next((entry.critical for entry in entries if entry.critical), ""),
        "also": ", ".join(kb.vocabulary.other_names(drug)),
        "RxNorm": codes.get("rxnorm", ""),
        "ATC": codes.get("atc", "").replace(";", ", "),
    }
    yield drug
    for title, text in facts.items():
        yield from _wrapped(f"{title}: {text}" if text else "", width, 2)
    for entry in entries:
        reason = f"{entry.authority} {entry.status.value}: {entry.reason}" if entry.reason else ""
        yield from _wrapped(reason, width, 2)
    rows = [_statement_row(s) for s in kb.statements if s.drug == drug]
    for (source, population), found in groupby(rows, lambda r: (r["source"], r["population"])):
        yield ""
        yield source if population == _GENERAL else f"{source}, {population}"
        yield from _section(list(found), width)


def _section(rows: Sequence[Row], width: int) -> Iterator[str]:
    """Yield the statements of one source; results that it says the same of are listed together."""
    shared: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        factor = f"dose factor {row['dose_factor']}" if row["dose_factor"] else ""
        parts = (row["action"].replace(";", ", "), factor, row["classification"])
        shared.setdefault(("; ".join(filter(None, parts)), row["text"]), []).append(row["lookup"])
    for (facts, text), lookups in shared.items():
        for lookup in lookups:
            yield from _wrapped(lookup.replace("|", " | ").replace(";", "; "), width, 2)
        yield from _wrapped(facts, width, 6)
        yield from _wrapped(text, width, 6)


def _wrapped(text: str, width: int, indent: int) -> list[str]:
    """Return the lines of a text, nothing for an empty one; the first hangs out by two columns."""
    first, rest = " " * indent, " " * (indent + 2 if indent == 2 else indent)
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )
