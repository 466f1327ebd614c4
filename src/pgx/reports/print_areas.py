"""Drugs by therapeutic area, by their ATC codes: what a prescriber looks for on page one."""

from __future__ import annotations

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
_LAST: Final = "V"


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
    codes = _codes(facts)
    titles: Mapping[str, str] = words["area"]
    left_out = set(skip)
    order: dict[str, str] = {}
    found: dict[str, dict[str, list[str]]] = {}
    for group in groups:
        if group.key not in ACTIONABLE:
            continue
        for drug in group.drugs:
            if drug.drug in left_out:
                continue
            code = _main_code(codes.get(drug.drug, ()))
            title = titles[_longest(code, titles)]
            order[title] = min(order.get(title, code or _LAST), code or _LAST)
            found.setdefault(title, {}).setdefault(group.key, []).append(drug.name)
    by_code = sorted(found, key=lambda title: (title == titles[""], order[title]))
    return tuple(
        Area(title, tuple((key, tuple(names)) for key, names in found[title].items()))
        for title in by_code
    )


def _codes(facts: ReportFacts) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for drug in facts.drugs:
        found.setdefault(drug.drug, set()).update(drug.atc)
    return found


def _main_code(codes: Iterable[str]) -> str:
    """Return the code of the main use: systemic before topical, then by letter."""
    return min(codes, key=lambda code: (code[:1] in _TOPICAL, code), default="")


def _longest(code: str, titles: Mapping[str, str]) -> str:
    return next(code[:n] for n in (3, 1, 0) if code[:n] in titles)
