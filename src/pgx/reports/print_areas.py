"""Drugs by therapeutic area, by their ATC codes: what a prescriber looks for on page one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.reports.drug_groups import DrugGroup
from pgx.reports.facts import ReportFacts

__all__ = ["ACTIONABLE", "Area", "drugs_by_area"]

Words = Mapping[str, Any]
ACTIONABLE: Final = ("avoid", "dose", "care", "open_change")
"""Groups of a report whose drugs ask for something to be done."""
_TOPICAL: Final = frozenset("DSV")


class Area(msgspec.Struct, frozen=True):
    """A therapeutic area; ``drugs`` are pairs of a group of the report and its drugs' names.

    The most serious group comes first.
    """

    title: str
    drugs: tuple[tuple[str, tuple[str, ...]], ...]


def drugs_by_area(
    groups: Sequence[DrugGroup], facts: ReportFacts, words: Words, *, skip: Iterable[str] = ()
) -> tuple[Area, ...]:
    """Return the actionable drugs by area, in the order of ATC.

    ``skip`` are drugs that are shown elsewhere. Without codes a drug stands last, under "other".
    """
    titles: Mapping[str, str] = words["area"]
    areas = _areas(facts, titles)
    left_out = set(skip)
    found: dict[str, dict[str, list[str]]] = {}
    for group in groups:
        for drug in group.drugs if group.key in ACTIONABLE else ():
            if drug.drug not in left_out:
                title = areas.get(drug.drug, titles[""])
                found.setdefault(title, {}).setdefault(group.key, []).append(drug.name)
    first: dict[str, str] = {}
    for code in sorted(titles):
        first.setdefault(titles[code], code)
    return tuple(
        Area(title, tuple((key, tuple(names)) for key, names in found[title].items()))
        for title in sorted(found, key=lambda title: (title == titles[""], first[title]))
    )


def _areas(facts: ReportFacts, titles: Mapping[str, str]) -> dict[str, str]:
    """Return each drug's area; one of several codes goes where its guidelines' others are.

    So a pain killer that has a code for a use in newborns' hearts stays a pain killer.
    """
    codes: dict[str, set[str]] = {}
    guidelines: dict[str, set[str]] = {}
    for fact in facts.drugs:
        codes.setdefault(fact.drug, set()).update(fact.atc)
        guidelines.setdefault(fact.drug, set()).update(fact.guidelines)
    possible = {drug: _possible(held, titles) for drug, held in codes.items()}
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
    """Return the areas of a drug's codes in their order; systemic uses hide topical ones."""
    systemic = [code for code in codes if code[:1] not in _TOPICAL]
    ordered = sorted(systemic or codes)
    return tuple(dict.fromkeys(titles[_longest(code, titles)] for code in ordered))


def _longest(code: str, titles: Mapping[str, str]) -> str:
    return next(code[:n] for n in (3, 1, 0) if code[:n] in titles)
