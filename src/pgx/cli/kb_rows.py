"""Rows of the `pgx kb` commands on tables and releases, and export and import of releases."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from pgx.base.texts import months_between, release_month
from pgx.cli.console import width
from pgx.knowledge.changes import Change, ChangeKind, Count, summary
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.wording import render_implications, render_statement
from pgx.records.advice import Statement

__all__ = [
    "change_row",
    "count_row",
    "diff_text",
    "drug_list",
    "drug_rows",
    "guideline_rows",
    "info_rows",
]


Rows = list[dict[str, str]]


def info_rows(kb: KnowledgeBase, day: str) -> Rows:
    """Return the rows of a release: name, dates with their age at a day, digest, counts."""
    found = {
        "release": kb.release,
        "date": _aged(release_month(kb.release), day) or "none in its name",
        "schema": kb.manifest.schema_version,
        "digest": kb.manifest.digest,
        "genes": str(len(kb.genes)),
        "alleles": str(sum(len(g.alleles) for g in kb.genes.values())),
        "defining positions": str(sum(len(g.variants) for g in kb.genes.values())),
        "drugs": str(len(kb.drugs)),
        "statements": str(len(kb.statements)),
        "guidelines": str(len(kb.guidelines)),
    }
    states = Counter(change.state.value for change in kb.later_changes)
    found |= {f"changes {state}": str(n) for state, n in sorted(states.items())}
    rows = [{"what": what, "value": value} for what, value in found.items()]
    return [*rows, *_sources(kb, day)]


def _sources(kb: KnowledgeBase, day: str) -> Iterator[dict[str, str]]:
    for row in kb.table("sources"):
        own = row["version"] if row["version"] != row["date"] else ""
        told = (own, _aged(row["date"], day))
        yield {"what": f"source {row['source']}", "value": ", ".join(filter(None, told))}


def _aged(date: str, day: str) -> str:
    months = months_between(date, day)
    return date if months is None else f"{date}, {months} month{'s' * (months != 1)} old"


def guideline_rows(kb: KnowledgeBase, day: str) -> Rows:
    """Return the rows of guidelines: source, subject, newest paper, date of review.

    The age counts from the month in which the source was last read completely.
    """
    return [
        {
            "authority": row["authority"],
            "guideline": row["guideline_id"],
            "drugs": row["drugs"],
            "genes": row["genes"],
            "pmid": _newest(row, "pmids"),
            "year": _newest(row, "years"),
            "version": row["version"],
            "checked": row.get("checked", ""),
            "age_months": _months(row.get("checked", ""), day),
        }
        for row in kb.table("guidelines")
    ]


def _newest(row: dict[str, str], column: str) -> str:
    """Return the newest paper, or its year."""
    years = row["years"].split(";")
    values = row[column].split(";")
    if len(years) != len(values):
        return values[0]
    return values[max(range(len(years)), key=lambda place: years[place])]


def _months(checked: str, day: str) -> str:
    months = months_between(checked, day)
    return "" if months is None else str(months)


Row = dict[str, str]


def drug_rows(kb: KnowledgeBase) -> list[Row]:
    """Return one row per drug and source: status, genes, harm, codes, other names, ingredients."""
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


def drug_list(kb: KnowledgeBase) -> list[Row]:
    """Return one row per drug for a person: genes with their sources, and all else together."""
    rows = []
    for drug, found in groupby(drug_rows(kb), key=lambda row: row["drug"]):
        of_sources = list(found)
        facts = (_by_source(of_sources), _others(of_sources))
        rows.append(dict(zip(_LIST_COLUMNS, (drug, *facts), strict=True)))
    return rows


_LIST_COLUMNS: Final = ("drug", "genes and sources", "harm, names, codes")


def _by_source(rows: Sequence[Row]) -> str:
    """Return the genes with the sources that name them, a line for each set of genes."""
    sources: dict[str, list[str]] = {}
    for row in rows:
        genes = row["genes"].replace(";", ", ") or "no gene"
        pending = f" ({row['status']})" if row["status"] != "covered" else ""
        sources.setdefault(genes, []).append(f"{row['source']}{pending}")
    return "\n".join(f"{genes}: {', '.join(names)}" for genes, names in sources.items())


def _others(rows: Sequence[Row]) -> str:
    first = rows[0]
    harm = next((row["critical"] for row in rows if row["critical"]), "")
    parts = {
        "critical": harm,
        "also": ";".join(filter(None, (first["synonyms"], first["brands"]))),
        "contains": first["ingredients"],
        "RxNorm": first["rxnorm"],
        "ATC": first["atc"],
    }
    return "\n".join(f"{name}: {text.replace(';', ', ')}" for name, text in parts.items() if text)


_LABELS: Final = {
    ChangeKind.ACTION: "advice: another action",
    ChangeKind.DOSE: "advice: another dose",
    ChangeKind.DETAILS: "advice: other details (when, instead, to be watched)",
    ChangeKind.IMPLICATIONS: "advice: same, for another reason",
    ChangeKind.STRENGTH: "advice: another strength",
    ChangeKind.WORDING: "advice: only its source's wording",
    ChangeKind.REFERENCES: "advice: only references",
    ChangeKind.LOOKUP_NEW: "results with advice that had none",
    ChangeKind.LOOKUP_GONE: "results without advice that had some",
    ChangeKind.DRUG_NEW: "new drugs",
    ChangeKind.DRUG_GONE: "drugs no longer there",
    ChangeKind.SOURCE_NEW: "known drugs with a new source of advice",
    ChangeKind.SOURCE_GONE: "drugs that a source no longer has",
    ChangeKind.STATUS: "drugs covered, read in part or pending otherwise",
    ChangeKind.GENE_NEW: "new genes",
    ChangeKind.GENE_GONE: "genes no longer there",
    ChangeKind.ALLELE_NEW: "new alleles",
    ChangeKind.ALLELE_GONE: "alleles no longer there",
    ChangeKind.ALLELE_DEFINITION: "alleles with another definition",
    ChangeKind.FUNCTION: "alleles with another function",
    ChangeKind.RULE_NEW: "new rules of phenotypes",
    ChangeKind.RULE_GONE: "rules of phenotypes no longer there",
    ChangeKind.RULE: "rules with another phenotype",
    ChangeKind.POSITION_NEW: "new positions (unknown in older results)",
    ChangeKind.POSITION_GONE: "positions no longer there",
    ChangeKind.POSITION_ALLELES: "positions with other alleles",
}
"""Kinds in the order in which they matter to a patient, with what they are called."""
_WHOLE: Final = frozenset(
    {ChangeKind.DRUG_NEW, ChangeKind.SOURCE_NEW, ChangeKind.DRUG_GONE, ChangeKind.SOURCE_GONE}
)
_LOOKUPS: Final = frozenset({ChangeKind.LOOKUP_NEW, ChangeKind.LOOKUP_GONE})
_SILENT: Final = frozenset({ChangeKind.REFERENCES, ChangeKind.WORDING, *_WHOLE})
_LISTS: Final = frozenset({"differs", "ids"})
_NAMED: Final = frozenset(
    {
        ChangeKind.ALLELE_NEW,
        ChangeKind.ALLELE_GONE,
        ChangeKind.POSITION_NEW,
        ChangeKind.POSITION_GONE,
        ChangeKind.GENE_NEW,
    }
)
_MANY: Final = 8
_Texts = Mapping[str, Statement]


def change_row(change: Change) -> dict[str, object]:
    """Return a change as a machine-readable row."""
    row: dict[str, object] = {
        name: str(getattr(change, name)) for name in change.__struct_fields__ if name not in _LISTS
    }
    row["differs"] = [
        {"fact": name, "before": before, "after": after} for name, before, after in change.differs
    ]
    row["statement_before"], row["statement_after"] = change.ids
    return row


def count_row(count: Count) -> dict[str, object]:
    """Return a count as a machine-readable row."""
    return {"kind": count.kind.value, "count": count.count, "subjects": list(count.subjects)}


def diff_text(found: Sequence[Change], old: _Texts, new: _Texts, *, details: bool) -> str:
    """Return the counts of the kinds that occurred, and the changes if ``details``.

    ``old`` and ``new`` are the statements of both releases, by id: recommendations are printed in
    the wording of the report.
    """
    counts = {count.kind: count for count in summary(found)}
    lines = [_counted(counts[kind]) for kind in _LABELS if counts[kind].count]
    if not any(
        counts[kind].count for kind in (ChangeKind.ACTION, ChangeKind.DOSE, ChangeKind.DETAILS)
    ):
        lines.insert(0, "No advice that was given says anything else.")
    for kind in _LABELS if details else ():
        shown = [c for c in _worth_listing(found) if c.kind is kind]
        if shown:
            told = _names(shown) if kind in _NAMED else _listed(shown, old, new)
            lines += ["", f"{_LABELS[kind]}:", *told]
    return "\n".join(lines) + "\n"


def _counted(count: Count) -> str:
    few = count.subjects[:_MANY]
    more = len(count.subjects) - len(few)
    names = ", ".join(few) + (f" and {more} more" if more > 0 else "")
    number = (
        len(count.subjects)
        if count.kind in (ChangeKind.DRUG_NEW, ChangeKind.DRUG_GONE)
        else count.count
    )
    return _folded(f"{number:>5}  {_LABELS[count.kind]}: {names}", "       ")


def _worth_listing(found: Iterable[Change]) -> list[Change]:
    """Omit changes that are only counted: lookups of entirely new or removed items, references."""
    listed = list(found)
    whole = {(c.subject, c.where.partition(",")[0]) for c in listed if c.kind in _WHOLE}
    return [
        c
        for c in listed
        if c.kind not in _SILENT
        and not (c.kind in _LOOKUPS and (c.subject, c.where.partition(",")[0]) in whole)
    ]


def _names(shown: Sequence[Change]) -> list[str]:
    """Return one line per gene."""
    lines = []
    for gene, same in groupby(shown, key=lambda c: c.subject):
        names = ", ".join(c.where.partition(" ")[2] or c.after for c in same)
        lines.append(_folded(f"  {gene}: {names}", "      "))
    return lines


def _listed(shown: Sequence[Change], old: _Texts, new: _Texts) -> list[str]:
    """Return changes of one kind; a change common to several results is listed once."""
    lines = []
    for (subject, said), same in groupby(shown, key=lambda c: (c.subject, _said(c, old, new))):
        places = [c.where for c in same]
        lines.append(_folded(f"  {subject} {_places(places)}", "      "))
        lines += [_folded(f"      {line}", "           ") for line in said]
    return lines


def _places(places: Sequence[str]) -> str:
    head = places[0].rpartition(", ")[0]
    if head and all(place.rpartition(", ")[0] == head for place in places):
        return f"({head}): " + ", ".join(place.rpartition(", ")[2] for place in places)
    return "; ".join(places)


def _said(change: Change, old: _Texts, new: _Texts) -> tuple[str, ...]:
    before, after = old.get(change.ids[0]), new.get(change.ids[1])
    if change.kind is ChangeKind.IMPLICATIONS and before and after:
        said = [" ".join(render_implications(s)) for s in (before, after)]
    elif change.kind is ChangeKind.STRENGTH or not (before or after):
        return (_arrow(change.before, change.after),)
    else:
        said = [render_statement(s) if s else "" for s in (before, after)]
    changed = ", ".join(name for name, _, _ in change.differs)
    told = [f"{when}: {text}" for when, text in zip(("was", "now"), said, strict=True) if text]
    return (*told, f"({changed})") if changed else tuple(told)


def _arrow(before: str, after: str) -> str:
    return f"{before or '—'} → {after or '—'}"


def _folded(text: str, indent: str) -> str:
    lines = textwrap.wrap(
        text, width(), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines)
