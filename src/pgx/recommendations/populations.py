"""Whether a guideline's population is this patient's: yes, no, or not told by the record.

Enters: rules of the knowledge base and one patient. Leaves: one answer a drug and population,
with its reason as a coded fact. What the record leaves open stays unknown and is shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

from pgx.base.advice import format_fact
from pgx.base.calls import Recommendation
from pgx.base.patient import Applies, KnownMedicine, MedicineUse, Patient, PopulationFit
from pgx.base.substances import ConditionCode, PopulationRule

__all__ = ["Populations"]

_Answer = tuple[Applies, str]
_YES: Final[_Answer] = (Applies.YES, "")
_RANK: Final = (Applies.YES, Applies.UNKNOWN, Applies.NO)


class Populations:
    """Judges guidelines' populations for one patient.

    ``months`` gives the months for which each drug has been taken, None where the day of its
    start is not known; drugs that are not taken are not in it.
    """

    def __init__(
        self,
        patient: Patient,
        medicines: Iterable[KnownMedicine],
        months: Mapping[str, float | None],
        rules: Iterable[PopulationRule],
        codes: Iterable[ConditionCode],
    ) -> None:
        self._patient = patient
        self._months = months
        self._once = {
            drug for m in medicines if m.use is not MedicineUse.PLANNED for drug in m.drugs
        }
        self._ways: dict[str, list[PopulationRule]] = {}
        for rule in rules:
            self._ways.setdefault(rule.population, []).append(rule)
        self._present = _conditions(patient, codes)

    def fits(self, rows: Iterable[Recommendation]) -> tuple[PopulationFit, ...]:
        """Return an answer for each drug and population of the rows but the general one."""
        wanted: dict[tuple[str, str], dict[str, None]] = {}
        for row in rows:
            wanted.setdefault((row.drug, row.guideline_id), {})[row.population] = None
        found: dict[tuple[str, str], PopulationFit] = {}
        for (drug, _), populations in wanted.items():
            named = {p: self._judge(drug, p) for p in populations if self._ways.get(p)}
            for population, (applies, reason) in self._settled(named).items():
                if any(_is_limited(rule) for rule in self._ways[population]):
                    found[drug, population] = PopulationFit(
                        drug=drug, population=population, applies=applies, reason=reason
                    )
        return tuple(found[key] for key in sorted(found))

    def _settled(self, answers: Mapping[str, _Answer]) -> dict[str, _Answer]:
        """Rule out other indications where the record gives one of those of the guideline."""
        given = {p for p, (applies, _) in answers.items() if applies is Applies.YES}
        other = any(r.conditions for p in given for r in self._ways[p])
        settled = {}
        for population, answer in answers.items():
            by_condition = all(r.conditions for r in self._ways[population])
            if other and by_condition and answer[0] is Applies.UNKNOWN:
                answer = (Applies.NO, "other_indication")
            settled[population] = answer
        return settled

    def _judge(self, drug: str, population: str) -> _Answer:
        """Return the best answer of the ways to belong to a population."""
        answers = [self._way(drug, rule) for rule in self._ways[population]]
        return min(answers, key=lambda answer: _RANK.index(answer[0]))

    def _way(self, drug: str, rule: PopulationRule) -> _Answer:
        """Return the worst answer of what one way asks for."""
        answers = [
            *self._age(rule),
            *self._weight(rule),
            *self._exposure(drug, rule),
            *self._condition(rule),
        ]
        if rule.judgement:
            answers.append((Applies.UNKNOWN, rule.judgement))
        return max(answers, key=lambda answer: _RANK.index(answer[0]), default=_YES)

    def _age(self, rule: PopulationRule) -> Iterable[_Answer]:
        if rule.age_from is None and rule.age_below is None:
            return
        age = self._patient.age_years
        if age is None:
            yield Applies.UNKNOWN, "age_unknown"
            return
        below = math.inf if rule.age_below is None else rule.age_below
        inside = (rule.age_from or 0.0) <= age < below
        yield Applies.YES if inside else Applies.NO, format_fact("age", f"{age:g}")

    def _weight(self, rule: PopulationRule) -> Iterable[_Answer]:
        if rule.weight_over is None:
            return
        weight = self._patient.weight_kg
        if weight is None:
            yield Applies.UNKNOWN, "weight_unknown"
        else:
            over = weight > rule.weight_over
            yield Applies.YES if over else Applies.NO, format_fact("weight", f"{weight:g}")

    def _exposure(self, drug: str, rule: PopulationRule) -> Iterable[_Answer]:
        taken = drug in self._months
        if rule.exposure == "never":
            known = taken or drug in self._once
            yield (Applies.NO, "taken_before") if known else (Applies.UNKNOWN, "never_taken")
        elif rule.exposure:
            yield self._long_enough(drug, float(rule.exposure.partition("=")[2]))

    def _long_enough(self, drug: str, limit: float) -> _Answer:
        if drug not in self._months:
            return Applies.NO, "not_taken"
        months = self._months[drug]
        if months is None:
            return Applies.UNKNOWN, "start_unknown"
        shown = format_fact("taken_for", f"{months:.0f}")
        return (Applies.YES if months > limit else Applies.NO), shown

    def _condition(self, rule: PopulationRule) -> Iterable[_Answer]:
        if not rule.conditions:
            return
        here = [code for code in rule.conditions if code in self._present]
        if here:
            yield Applies.YES, format_fact("condition", self._present[here[0]])
        else:
            yield Applies.UNKNOWN, "condition_not_recorded"


def _is_limited(rule: PopulationRule) -> bool:
    asked = (rule.age_from, rule.age_below, rule.weight_over)
    return any(a is not None for a in asked) or bool(
        rule.exposure or rule.conditions or rule.judgement
    )


def _conditions(patient: Patient, codes: Iterable[ConditionCode]) -> dict[str, str]:
    """Return the conditions that the record holds, each with the record's own word for it."""
    by_system: dict[str, list[ConditionCode]] = {}
    for code in codes:
        by_system.setdefault(code.system, []).append(code)
    found: dict[str, str] = {}
    for condition in patient.conditions:
        shown = condition.name or condition.code
        name = " ".join(condition.name.casefold().split())
        for known in by_system.get("name", ()):
            if known.code == name:
                found.setdefault(known.condition, shown)
        for known in by_system.get(condition.system, ()):
            if _is_below(condition.code, known.code, condition.system):
                found.setdefault(known.condition, shown)
    return found


def _is_below(code: str, known: str, system: str) -> bool:
    """Whether a code is a known one; those of ICD-10 hold all that begin with them."""
    if system != "ICD-10":
        return code == known
    return code.replace(".", "").upper().startswith(known.replace(".", ""))
