"""Rows of ``pgx kb info``: what a release holds, and how old it and its sources are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pgx.base.texts import months_between, release_month
from pgx.knowledge.snapshot import KnowledgeBase

__all__ = ["guideline_rows", "info_rows"]

Rows = list[dict[str, str]]


def info_rows(kb: KnowledgeBase, day: str) -> Rows:
    """Return what a release is: name, dates with their age at a day, digest, counts."""
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
    """Return each guideline: whose it is, what it is on, its newest paper, when it was read.

    The age counts from the month in which the source was read from end to end.
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
    """Return the paper, or its year, of the latest year."""
    years = row["years"].split(";")
    values = row[column].split(";")
    if len(years) != len(values):
        return values[0]
    return values[max(range(len(years)), key=lambda place: years[place])]


def _months(checked: str, day: str) -> str:
    months = months_between(checked, day)
    return "" if months is None else str(months)
