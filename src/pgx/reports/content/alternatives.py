"""Alternatives that sources name for a drug, each with what this genotype says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.messages.arguments import in_words
from pgx.records.calls import PatientResult, Recommendation
from pgx.reports.content.drug_lines import DrugLine
from pgx.reports.content.patient_entries import PatientView
from pgx.reports.content.phrases import within
from pgx.reports.content.release_facts import ReportFacts

__all__ = ["Alternatives", "alternatives"]

Words = Mapping[str, Any]
_REPLACED: Final = frozenset({"avoid", "alternative"})
_WITH_WORD: Final = frozenset({"avoid", "dose", "care", "open_change", "directed"})
"""Groups whose action word says enough; of the others the title is shown."""


class Alternatives(msgspec.Struct, frozen=True):
    """Drugs to use instead, and named ones that are unsuitable; each with the reason."""

    suitable: tuple[str, ...] = ()
    unsuitable: tuple[str, ...] = ()


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
    found = {}
    for drug, own in rows.items():
        mine = [row for row in view.split(drug, own)[0] if _REPLACED & {*row.action}]
        suitable: list[str] = []
        unsuitable: list[str] = []
        for name in _named(mine):
            line = shown.get(name)
            # nobody looked up what this genotype means for a drug outside the run
            if line is None and name in covered:
                continue
            is_barred = name in view.reacted or (line is not None and line.is_avoided)
            (unsuitable if is_barred else suitable).append(_told(name, line, words))
        if suitable or unsuitable:
            found[drug] = Alternatives(tuple(suitable), tuple(unsuitable))
    return found


def _named(rows: Sequence[Recommendation]) -> list[str]:
    """Return drugs that the sources name, without those that one of them excludes."""
    facts = [row.facts for row in rows if row.facts]
    excluded = {code.name for fact in facts for code in fact.avoid_also}
    # a class has no RxNorm ingredient: the recommendation's text names it
    names = (code.name for fact in facts for code in fact.instead if code.rxnorm)
    return [name for name in dict.fromkeys(names) if name not in excluded]


def _told(name: str, line: DrugLine | None, words: Words) -> str:
    said = in_words(name, words["phrases"])
    if line is None:
        return f"{said} ({words['patient']['no_guidance']})"
    title: str = line.word if line.kind in _WITH_WORD else ""
    meaning = title or within(words["bucket"][line.kind], words)
    why = f"{meaning}; {line.reason}" if line.is_avoided and line.reason else meaning
    return f"{said} ({why})"
