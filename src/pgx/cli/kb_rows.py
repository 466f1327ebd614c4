"""Rows that ``pgx kb`` prints: genes, drugs with their other names, statements of a drug."""

from __future__ import annotations

from typing import Final

from pgx.base.texts import did_you_mean
from pgx.errors import UnknownDrugError, UnknownGeneError
from pgx.inputs.choices import drug_names, named_drugs
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.wording import render_statement
from pgx.records.advice import Statement, format_lookup
from pgx.records.genes import core_allele

__all__ = ["drug_rows", "rows_of"]

Row = dict[str, str]
_FOR_PROGRAMS: Final = frozenset({"codes", "pmids", "read_from", "id"})


def drug_rows(kb: KnowledgeBase) -> list[Row]:
    """Return a row a drug and source: status, genes, harm, codes, other names, ingredients."""
    substances = {s.substance.casefold(): s for s in kb.medicines.substances}
    rows = []
    for drug in kb.drugs:
        known = substances.get(drug.drug.casefold())
        rows.append(
            {
                "drug": drug.drug,
                "source": drug.authority,
                "status": drug.status.value,
                "genes": ";".join(drug.genes),
                "critical": drug.critical,
                "rxnorm": drug.rxnorm,
                "atc": ";".join(drug.atc),
                "synonyms": ";".join(known.synonyms if known else ()),
                "brands": ";".join(known.brands if known else ()),
                "ingredients": ";".join(known.ingredients if known else ()),
            }
        )
    return rows


def rows_of(kb: KnowledgeBase, name: str, *, whole: bool = True) -> list[Row]:
    """Return a row an allele of a gene, or a row a statement on the drugs that a word means.

    Unless ``whole``, columns for programs are left out of statements.

    Raises
    ------
    UnknownGeneError
        The word is neither.
    """
    if name in kb.genes:
        return _allele_rows(kb, name)
    try:
        drugs = named_drugs(kb, [name])
    except UnknownDrugError:
        raise UnknownGeneError(
            f"no gene and no drug {name!r}",
            remedy=did_you_mean(
                name, (*kb.genes, *drug_names(kb)), "pgx kb genes and pgx kb drugs list them"
            ),
        ) from None
    rows = [_statement_row(s) for drug in drugs for s in kb.statements if s.drug == drug]
    if whole:
        return rows
    return [{n: text for n, text in row.items() if n not in _FOR_PROGRAMS} for row in rows]


def _allele_rows(kb: KnowledgeBase, gene: str) -> list[Row]:
    """Return a row an allele: definition, function, activity value, counts by group."""
    from pgx.knowledge.frequencies import allele_counts

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
