"""Drugs of a report grouped: by action, for the patient, by therapeutic area, as an overview."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.records.advice import Drug
from pgx.records.calls import CallStatus, Certainty, PatientResult, Recommendation
from pgx.records.notes import NoteCode
from pgx.reports.content.drug_entries import AdjustedEntry, DrugEntry, EntryMaker, FoldedRow
from pgx.reports.content.drug_ranking import (
    ACTIONABLE,
    AFTER_REACTION,
    BUCKETS,
    NO_CHANGE,
    bucket,
    drug_order,
    row_order,
)
from pgx.reports.content.patient_entries import (
    ConversionEntry,
    PatientView,
    conversion_entry,
    fit_reason,
)
from pgx.reports.content.phrases import within
from pgx.reports.content.release_facts import ReportFacts

__all__ = [
    "Area",
    "DrugGroup",
    "DrugOverview",
    "Overview",
    "build_groups",
    "build_overview",
    "drug_areas",
    "drugs_by_area",
    "in_atc_order",
    "placed",
]

Words = Mapping[str, Any]
_ESTABLISHED: Final = "established"
_NOBODY: Final = "silent"


class _PersonalEntries:
    """Adds the effects of a result's patient to drug entries; without a patient, nothing."""

    def __init__(self, result: PatientResult, maker: EntryMaker, words: Words) -> None:
        self._view = PatientView(result)
        self._maker = maker
        self._words = words
        self._label = words["label"]

    def placed(self, drug: str, rows: Sequence[Recommendation]) -> tuple[list[Recommendation], str]:
        """Return the rows for this patient and the group of the drug, see `placed`."""
        return placed(self._view, drug, rows)

    def entry(self, drug: str, entry: DrugEntry, rows: Sequence[Recommendation]) -> DrugEntry:
        """Return the entry with the patient's additions."""
        if self._view.context is None:
            return entry
        mine, others = self._view.split(drug, sorted(rows, key=row_order))
        folded = tuple(
            FoldedRow(why=fit_reason(fit, self._words), row=self._maker.advice([row])[0])
            for row, fit in others
        )
        adjusted = None if self._says_nothing_new(drug, mine) else self._adjusted(drug)
        brief = entry.brief if mine else ""
        if drug in self._view.reacted:
            told = self._words["patient"]["fit_reacted"]
            brief = "; ".join(filter(None, (brief, told)))
        if adjusted is not None:
            said = within(adjusted.rows[0].headline, self._words)
            own = self._maker.advice(mine[:1])
            # equal recommendations with and without medicines are shown once
            known = {brief, within(own[0].headline, self._words) if own else ""}
            if said not in known:  # the overview does not repeat itself
                with_medicines = self._label["with_brief"].format(advice=said)
                brief = ", ".join(filter(None, (brief, with_medicines)))
        return msgspec.structs.replace(
            entry,
            rows=entry.rows if mine else (),
            positions=entry.positions if mine else (),
            standing=entry.standing if mine else "",
            brief=brief,
            is_taken=drug in self._view.current,
            is_reacted=drug in self._view.reacted,
            folded=folded,
            adjusted=adjusted,
        )

    def _says_nothing_new(self, drug: str, mine: Sequence[Recommendation]) -> bool:
        """Whether there is no recommendation by genotype, nor with current medicines."""
        rows = (*mine, *self._view.adjusted(drug))
        return all(row.action[:1] == ("no_recommendation",) for row in rows)

    def _adjusted(self, drug: str) -> AdjustedEntry | None:
        rows = self._changed(drug)
        if not rows:
            return None
        changes = [conversion_entry(c, self._words) for c in self._view.conversions(rows)]
        return AdjustedEntry(
            medicines=", ".join(dict.fromkeys(c.medicines for c in changes)),
            basis=tuple(f"{c.gene}: {c.predicted} → {c.converted}, {c.evidence}" for c in changes),
            changes=tuple(self._change(c) for c in changes),
            rows=self._maker.advice(rows),
        )

    def _change(self, conversion: ConversionEntry) -> str:
        said: str = self._words["answer"]["converted"]
        return said.format(
            gene=conversion.gene,
            phenotype=conversion.converted,
            medicines=conversion.medicines,
        )

    def _changed(self, drug: str) -> list[Recommendation]:
        """Return adjusted recommendations, most serious first; silent sources only if all are."""
        rows = sorted(self._view.adjusted(drug), key=row_order)
        # sources without a recommendation are omitted if another has one
        return [row for row in rows if row.action != ("no_recommendation",)] or rows[:1]


def placed(
    view: PatientView, drug: str, rows: Sequence[Recommendation]
) -> tuple[list[Recommendation], str]:
    """Return the rows for this patient, most serious first, and the group of the drug.

    The group is the more serious one of the genotype's recommendation and of that given current
    medicines by an established rule: a drug is never listed in a group that is too harmless.
    """
    mine, _ = view.split(drug, rows)
    ordered = sorted(mine or rows, key=row_order)
    own = bucket(ordered[0]) if mine else _NOBODY
    # a drug with a past reaction is never listed for standard use
    if drug in view.reacted and own in NO_CHANGE:
        own = AFTER_REACTION
    if not mine:
        return ordered, own
    changed = view.adjusted(drug)
    rules = {c.evidence for c in view.conversions(changed)}
    # rules with weaker evidence are shown with the drug but do not change its group
    if not changed or rules != {_ESTABLISHED}:
        return ordered, own
    worst = bucket(min(changed, key=row_order))
    return ordered, min(own, worst, key=BUCKETS.index)


class DrugGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Drugs with the same action."""

    key: str
    title: str
    hint: str
    drugs: tuple[DrugEntry, ...]


def build_groups(result: PatientResult, facts: ReportFacts, words: Words) -> tuple[DrugGroup, ...]:
    """Return drugs by action: current medicines first, then seriousness, strength, name."""
    maker = EntryMaker(result, facts, words)
    personal = _PersonalEntries(result, maker, words)
    rows_of: dict[str, list[Recommendation]] = {}
    for row in result.by_genotype:
        rows_of.setdefault(row.drug, []).append(row)
    found: dict[str, list[tuple[tuple[bool, int, int, str], DrugEntry]]] = {}
    for number, (drug, rows) in enumerate(sorted(rows_of.items())):
        mine, key = personal.placed(drug, rows)
        entry = personal.entry(drug, maker.entry(drug, number, mine), rows)
        # current medicines come first in each group
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


# ATC groups of skin, eye and ear, and various: they seldom describe a drug's main use
_TOPICAL: Final = frozenset("DSV")


class Area(msgspec.Struct, frozen=True):
    """A therapeutic area; ``drugs`` are pairs of a report group and its drug names.

    The most serious group comes first.
    """

    title: str
    drugs: tuple[tuple[str, tuple[str, ...]], ...]


def drugs_by_area(
    groups: Sequence[DrugGroup], facts: ReportFacts, words: Words, *, skip: Iterable[str] = ()
) -> tuple[Area, ...]:
    """Return the actionable drugs by area, in ATC order.

    ``skip`` are drugs shown elsewhere. Drugs without codes come last, under "other".
    """
    titles: Mapping[str, str] = words["area"]
    areas = drug_areas(facts, titles)
    left_out = set(skip)
    found: dict[str, dict[str, list[str]]] = {}
    for group in groups:
        for drug in group.drugs if group.key in ACTIONABLE else ():
            if drug.drug not in left_out:
                title = areas.get(drug.drug, titles[""])
                found.setdefault(title, {}).setdefault(group.key, []).append(drug.name)
    return tuple(
        Area(title, tuple((key, tuple(names)) for key, names in found[title].items()))
        for title in in_atc_order(found, titles)
    )


def in_atc_order(found: Iterable[str], titles: Mapping[str, str]) -> list[str]:
    """Return titles of areas by the first ATC code of each; "other" comes last."""
    first: dict[str, str] = {}
    for code in sorted(titles):
        first.setdefault(titles[code], code)
    return sorted(found, key=lambda title: (title == titles[""], first[title]))


def drug_areas(facts: ReportFacts, titles: Mapping[str, str]) -> dict[str, str]:
    """Return each drug's area; of several codes, the one most common in its guidelines.

    An analgesic with a code for a use in newborns' hearts thus remains an analgesic.
    """
    return _areas(facts.drugs, tuple(titles.items()))


# the drugs are those of the release, the same in every report of a process
@functools.lru_cache(maxsize=8)
def _areas(drugs: tuple[Drug, ...], titled: tuple[tuple[str, str], ...]) -> dict[str, str]:
    titles = dict(titled)
    codes: dict[str, set[str]] = {}
    guidelines: dict[str, set[str]] = {}
    for fact in drugs:
        codes.setdefault(fact.drug, set()).update(fact.atc)
        guidelines.setdefault(fact.drug, set()).update(fact.guidelines)
    possible = {drug: _possible(held, titles) for drug, held in codes.items()}
    # drugs with one possible area decide for those of their guidelines with several
    company: Counter[tuple[str, str]] = Counter()
    for drug, held in possible.items():
        if len(held) == 1:
            company.update((guideline, held[0]) for guideline in guidelines[drug])
    return {
        drug: max(held, key=lambda title: sum(company[g, title] for g in guidelines[drug]))
        for drug, held in possible.items()
        if held
    }


def _possible(codes: Iterable[str], titles: Mapping[str, str]) -> tuple[str, ...]:
    """Return the areas of a drug's codes in order; systemic uses override topical ones."""
    # an analgesic that is also sold as a gel belongs to the analgesics
    systemic = [code for code in codes if code[:1] not in _TOPICAL]
    ordered = sorted(systemic or codes)
    return tuple(dict.fromkeys(titles[_longest(code, titles)] for code in ordered))


def _longest(code: str, titles: Mapping[str, str]) -> str:
    # areas are named by ATC levels 2 and 1; the empty code is "other"
    return next(code[:n] for n in (3, 1, 0) if code[:n] in titles)


class DrugOverview(msgspec.Struct, frozen=True, kw_only=True):
    """A drug: its group, as in the report, and the recommendation that determines the group.

    ``row`` is None if no recommendation applies to this patient; ``adjusted`` is the most
    serious recommendation for a phenotype after phenoconversion, None without one. ``unknown``:
    some row could not be assessed; ``unassessed``: no row could be assessed.
    """

    drug: str
    group: str
    row: Recommendation | None
    adjusted: Recommendation | None
    unknown: bool
    unassessed: bool


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Drugs A–Z; genes A–Z by status; positions counted over all genes."""

    drugs: tuple[DrugOverview, ...]
    genes: dict[CallStatus, tuple[str, ...]]
    copies_open: tuple[str, ...]
    n_positions: int
    n_missing: int

    def drugs_in(self, *groups: str) -> tuple[str, ...]:
        """Return the drugs of some groups, A–Z."""
        return tuple(d.drug for d in self.drugs if d.group in groups)


def build_overview(result: PatientResult) -> Overview:
    """Return the overview of one sample."""
    calls = sorted(result.calls, key=lambda call: call.gene)
    return Overview(
        drugs=tuple(_drugs(result)),
        genes={s: tuple(c.gene for c in calls if c.status is s) for s in CallStatus},
        copies_open=tuple(
            c.gene
            for c in calls
            if NoteCode.COPY_NUMBER_NOT_ASSESSED in c.notes
            and c.status is not CallStatus.NOT_ASSESSED
        ),
        n_positions=sum(call.n_positions for call in calls),
        n_missing=sum(call.n_missing for call in calls),
    )


def _drugs(result: PatientResult) -> Iterable[DrugOverview]:
    view = PatientView(result)
    rows_of: dict[str, list[Recommendation]] = {}
    for row in result.by_genotype:
        rows_of.setdefault(row.drug, []).append(row)
    for drug in sorted(rows_of, key=lambda name: (name.casefold(), name)):
        rows = rows_of[drug]
        mine, _ = view.split(drug, rows)
        ordered, group = placed(view, drug, rows)
        open_rows = [row.certainty is Certainty.UNKNOWN for row in rows]
        yield DrugOverview(
            drug=drug,
            group=group,
            row=ordered[0] if mine else None,
            adjusted=min(view.adjusted(drug), key=row_order, default=None),
            unknown=any(open_rows),
            unassessed=all(open_rows),
        )
