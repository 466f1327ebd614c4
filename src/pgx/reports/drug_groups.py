"""The part of a report on drugs: rows of advice enter, groups by what to do leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from pgx.records.calls import PatientResult, Recommendation
from pgx.reports.drug_entries import EntryMaker
from pgx.reports.drug_ranks import BUCKETS, drug_order
from pgx.reports.drug_records import DrugEntry
from pgx.reports.facts import ReportFacts
from pgx.reports.personal_entries import PersonalEntries

__all__ = ["DrugGroup", "build_groups"]

Words = Mapping[str, Any]


class DrugGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Drugs with the same thing to do."""

    key: str
    title: str
    hint: str
    drugs: tuple[DrugEntry, ...]


def build_groups(result: PatientResult, facts: ReportFacts, words: Words) -> tuple[DrugGroup, ...]:
    """Return drugs by what to do: current medicines first, then seriousness, strength, name."""
    maker = EntryMaker(result, facts, words)
    personal = PersonalEntries(result, maker, words)
    rows_of: dict[str, list[Recommendation]] = {}
    for row in result.by_genotype:
        rows_of.setdefault(row.drug, []).append(row)
    found: dict[str, list[tuple[tuple[bool, int, int, str], DrugEntry]]] = {}
    for number, (drug, rows) in enumerate(sorted(rows_of.items())):
        mine, key = personal.placed(drug, rows)
        entry = personal.entry(drug, maker.entry(drug, number, mine), rows)
        order = (not entry.is_taken, *drug_order(mine, drug))
        found.setdefault(key, []).append((order, entry))
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
