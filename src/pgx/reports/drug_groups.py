"""The part of a report on drugs: rows of advice enter, groups by what to do leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from pgx.base.calls import PatientResult, Recommendation
from pgx.reports.drug_entries import DrugEntry, EntryMaker
from pgx.reports.drug_ranks import BUCKETS, bucket, drug_order, row_order
from pgx.reports.facts import ReportFacts

__all__ = ["DrugGroup", "build_groups"]

Words = Mapping[str, Any]


class DrugGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Drugs with the same thing to do."""

    key: str
    title: str
    hint: str
    drugs: tuple[DrugEntry, ...]


def build_groups(result: PatientResult, facts: ReportFacts, words: Words) -> tuple[DrugGroup, ...]:
    """Return drugs by what to do: seriousness, then strength, then name."""
    maker = EntryMaker(result, facts, words)
    rows_of: dict[str, list[Recommendation]] = {}
    for row in result.recommendations:
        rows_of.setdefault(row.drug, []).append(row)
    found: dict[str, list[tuple[tuple[int, int, str], DrugEntry]]] = {}
    for number, (drug, rows) in enumerate(sorted(rows_of.items())):
        ordered = sorted(rows, key=row_order)
        entry = maker.entry(drug, number, ordered)
        found.setdefault(bucket(ordered[0]), []).append((drug_order(ordered, drug), entry))
    return tuple(
        DrugGroup(
            key=key,
            title=words["bucket"][key],
            hint=words["bucket_hint"][key],
            drugs=tuple(entry for _, entry in sorted(found[key], key=lambda pair: pair[0])),
        )
        for key in BUCKETS
        if key in found
    )
