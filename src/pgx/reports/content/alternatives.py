"""Alternatives to a drug: those that sources name, each with what this genotype says of it.

Drugs of the same class that this genotype leaves at the standard dose are listed apart: no source
recommends them here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.messages.arguments import in_words
from pgx.records.calls import PatientResult, Recommendation
from pgx.records.patient import Applies
from pgx.reports.content.drug_lines import DrugLine
from pgx.reports.content.patient_entries import PatientView
from pgx.reports.content.phrases import within
from pgx.reports.content.release_facts import ReportFacts

__all__ = ["Alternatives", "alternatives"]

Words = Mapping[str, Any]
_Told = tuple[str, str]
"""A drug and what is said of it."""
_CLASS: Final = 5
"""Characters of an ATC code that name its chemical subgroup (level 4)."""
_DIRECTED: Final = "directed"
_REPLACED: Final = frozenset({"avoid", "alternative"})
_WITH_WORD: Final = frozenset({"avoid", "dose", "care", "open_change", "directed"})
"""Groups whose action word says enough; of the others the title is shown."""


class Alternatives(msgspec.Struct, frozen=True):
    """Drugs to use instead, and named ones that are unsuitable; each with the reason.

    ``same_class`` are others of the same ATC class, used as directed with this genotype.
    """

    suitable: tuple[str, ...] = ()
    unsuitable: tuple[str, ...] = ()
    same_class: tuple[str, ...] = ()


def alternatives(
    result: PatientResult, lines: Iterable[DrugLine], facts: ReportFacts, words: Words
) -> dict[str, Alternatives]:
    """Return the alternatives named by recommendations that apply to the patient, by drug.

    A drug that is to be avoided, also while that is provisional or because of current medicines,
    or to which a reaction is recorded, is never suitable.
    """
    view = PatientView(result)
    shown = {line.drug: line for line in lines}
    covered = {drug.drug for drug in facts.drugs}
    rows: dict[str, list[Recommendation]] = {}
    for row in result.recommendations:
        rows.setdefault(row.drug, []).append(row)
    classes = {drug.drug: {code[:_CLASS] for code in drug.atc} for drug in facts.drugs}
    usual = [line for line in shown.values() if line.kind == _DIRECTED]
    found = {}
    for drug, own in rows.items():
        mine = [row for row in _fitting(drug, own, view) if _REPLACED & {*row.action}]
        named = _named(mine)
        suitable: list[_Told] = []
        unsuitable: list[_Told] = []
        for name, populations in named.items():
            line = shown.get(name)
            # nobody looked up what this genotype means for a drug outside the run
            if line is None and name in covered:
                continue
            is_barred = name in view.reacted or (line is not None and line.is_avoided)
            (unsuitable if is_barred else suitable).append(_told(name, line, populations, words))
        excluded = {drug, *named, *_excluded(mine), *view.reacted}
        same = [
            line.name
            for line in usual
            if mine and line.drug not in excluded
            if classes.get(line.drug, set()) & classes.get(drug, set())
        ]
        if suitable or unsuitable or same:
            found[drug] = Alternatives(_grouped(suitable), _grouped(unsuitable), tuple(same))
    return found


def _fitting(drug: str, rows: Sequence[Recommendation], view: PatientView) -> list[Recommendation]:
    """Return the rows for this patient; those that only may be, if there are no others."""
    mine = view.split(drug, rows)[0]
    fits = ((row, view.fit(row)) for row in mine)
    sure = [row for row, fit in fits if fit is None or fit.applies is Applies.YES]
    return sure or mine


def _named(rows: Sequence[Recommendation]) -> dict[str, tuple[str, ...]]:
    """Return drugs that the sources name, with the populations for which a source excludes them.

    A source that names a drug for some patients may exclude it for others: prasugrel is an
    alternative to clopidogrel, though not after a stroke.
    """
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        own = _excluded([row])
        # a class has no RxNorm ingredient: the recommendation's text names it
        for code in row.facts.instead if row.facts else ():
            if code.rxnorm and code.name not in own:
                apart = (r.population for r in rows if code.name in _excluded([r]))
                found[code.name] = tuple(dict.fromkeys(apart))
    return found


def _excluded(rows: Sequence[Recommendation]) -> set[str]:
    return {code.name for row in rows if row.facts for code in row.facts.avoid_also}


def _told(name: str, line: DrugLine | None, populations: Sequence[str], words: Words) -> _Told:
    said = in_words(name, words["phrases"])
    known: Mapping[str, str] = words["phrases"]["population"]
    apart = ", ".join(known.get(population, population) for population in populations)
    parts = [_meaning(line, words), words["answer"]["not_for"].format(names=apart) if apart else ""]
    return said, "; ".join(filter(None, parts))


def _grouped(told: Sequence[_Told]) -> tuple[str, ...]:
    """Return names in order; neighbors of which the same is said share it."""
    runs = itertools.groupby(told, key=lambda pair: pair[1])
    return tuple(f"{', '.join(name for name, _ in run)} ({note})" for note, run in runs)


def _meaning(line: DrugLine | None, words: Words) -> str:
    """Return what this genotype means for a drug, the reason with one to avoid."""
    if line is None:
        return str(words["patient"]["no_guidance"])
    title: str = line.word if line.kind in _WITH_WORD else ""
    meaning = title or within(words["bucket"][line.kind], words)
    return f"{meaning}; {line.reason}" if line.is_avoided and line.reason else meaning
