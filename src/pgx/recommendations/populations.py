"""Whether a guideline's population applies to a patient: yes, no, or unknown.

Input: rules of the knowledge base and one patient. Output: one result per drug and population, with
its reason as a coded fact. If the record is insufficient, the result is unknown and shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pgx.records.advice import format_fact
from pgx.records.calls import Recommendation
from pgx.records.patient import (
    Applies,
    ConditionCode,
    KnownMedicine,
    MedicineUse,
    Patient,
    PopulationFit,
    PopulationRule,
)

__all__ = ["Populations", "recorded_conditions"]

_Answer = tuple[Applies, str]
_YES: Final[_Answer] = (Applies.YES, "")
_NO_REACTION: Final = "no_skin_reaction"
_RANK: Final = (Applies.YES, Applies.UNKNOWN, Applies.NO)


class Populations:
    """Evaluates guidelines' populations for one patient.

    ``months`` gives the months for which each drug has been taken, one number for each medicine
    with it, None if its start date is not known; drugs that are not taken are absent. ``reacted``
    are drugs with a recorded reaction that are not in the list of medicines.
    """

    def __init__(
        self,
        patient: Patient,
        medicines: Sequence[KnownMedicine],
        months: Mapping[str, Sequence[float | None]],
        rules: Iterable[PopulationRule],
        codes: Iterable[ConditionCode],
        reacted: Iterable[str] = (),
    ) -> None:
        self._patient = patient
        self._months = months
        self._once = {
            drug for m in medicines if m.use is MedicineUse.STOPPED for drug in m.drugs
        } | months.keys()
        self._reacted = {drug for m in medicines if m.reactions for drug in m.drugs} | set(reacted)
        self._ways: dict[str, list[PopulationRule]] = {}
        for rule in rules:
            self._ways.setdefault(rule.population, []).append(rule)
        self._present = recorded_conditions(patient, codes)

    def fits(self, rows: Iterable[Recommendation]) -> tuple[PopulationFit, ...]:
        """Return a result for each drug and population of the rows except the general one."""
        wanted: dict[tuple[str, str], dict[str, None]] = {}
        for row in rows:
            wanted.setdefault((row.drug, row.guideline_id), {})[row.population] = None
        found: dict[tuple[str, str], PopulationFit] = {}
        for (drug, _), populations in wanted.items():
            named = {p: self._judge(drug, p) for p in populations if self._ways.get(p)}
            named = self._still_new(drug, named)
            for population, (applies, reason) in self._settled(named).items():
                if any(_is_limited(rule) for rule in self._ways[population]):
                    found[drug, population] = PopulationFit(
                        drug=drug, population=population, applies=applies, reason=reason
                    )
        return tuple(found[key] for key in sorted(found))

    def _still_new(self, drug: str, answers: Mapping[str, _Answer]) -> dict[str, _Answer]:
        """Keep first-use recommendations unknown until the drug was taken long enough.

        The risk is greatest until then, and no other row covers it. After a reaction it stays
        unknown permanently.
        """
        limits = [
            _months_of(r.exposure) for p in answers for r in self._ways[p] if _is_long(r.exposure)
        ]
        # Without a limit in the guideline, one dose makes use no longer a first one.
        taken = self._long_enough(drug, min(limits))[0] if limits else Applies.YES
        if taken is Applies.YES and not (limits and drug in self._reacted):
            return dict(answers)
        return {
            p: (Applies.UNKNOWN, reason) if reason == "taken_before" else (applies, reason)
            for p, (applies, reason) in answers.items()
        }

    def _settled(self, answers: Mapping[str, _Answer]) -> dict[str, _Answer]:
        """Note for other indications that the record has one of the guideline's.

        They stay unknown: a recorded diagnosis need not be the drug's indication.
        """
        given = {p for p, (applies, _) in answers.items() if applies is Applies.YES}
        other = any(r.conditions for p in given for r in self._ways[p])
        settled = {}
        for population, answer in answers.items():
            by_condition = all(r.conditions for r in self._ways[population])
            if other and by_condition and answer[0] is Applies.UNKNOWN:
                answer = (Applies.UNKNOWN, "other_indication")
            settled[population] = answer
        return settled

    def _judge(self, drug: str, population: str) -> _Answer:
        """Return the best result of the alternative criteria of a population."""
        # Rows of one population are alternatives, what one row asks for must hold together.
        answers = [self._way(drug, rule) for rule in self._ways[population]]
        return min(answers, key=lambda answer: _RANK.index(answer[0]))

    def _way(self, drug: str, rule: PopulationRule) -> _Answer:
        """Return the worst result of the criteria of one alternative."""
        answers = [
            *self._age(rule),
            *self._weight(rule),
            *self._exposure(drug, rule),
            *self._condition(rule),
        ]
        if rule.judgement:
            recorded = rule.judgement == _NO_REACTION and drug in self._reacted
            answers.append((Applies.UNKNOWN, "reaction_recorded" if recorded else rule.judgement))
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
        if rule.exposure == "never":
            known = drug in self._once
            # A list of medicines shows use, never that there was none.
            yield (Applies.NO, "taken_before") if known else (Applies.UNKNOWN, "never_taken")
        elif rule.exposure:
            yield self._long_enough(drug, _months_of(rule.exposure))

    def _long_enough(self, drug: str, limit: float) -> _Answer:
        """Whether a drug was taken for more than some months; unknown if not listed."""
        if drug not in self._months:
            return Applies.UNKNOWN, "taken_before" if drug in self._once else "not_taken"
        known = [months for months in self._months[drug] if months is not None]
        longest = max(known, default=0.0)
        if longest <= limit and len(known) < len(self._months[drug]):
            return Applies.UNKNOWN, "start_unknown"
        # Rounded down: 2.96 months must not read as 3.0, which a limit of 3 months asks for.
        shown = format_fact("taken_for", f"{math.floor(longest * 10) / 10:g}")
        return (Applies.YES if longest > limit else Applies.NO), shown

    def _condition(self, rule: PopulationRule) -> Iterable[_Answer]:
        if not rule.conditions:
            return
        here = [code for code in rule.conditions if code in self._present]
        if here:
            yield Applies.YES, format_fact("condition", self._present[here[0]])
        else:
            # A list of diagnoses need not be complete, so that its silence excludes nothing.
            yield Applies.UNKNOWN, "condition_not_recorded"


def _is_long(exposure: str) -> bool:
    return exposure.startswith("over_months=")


def _months_of(exposure: str) -> float:
    return float(exposure.partition("=")[2])


def _is_limited(rule: PopulationRule) -> bool:
    asked = (rule.age_from, rule.age_below, rule.weight_over)
    return any(a is not None for a in asked) or bool(
        rule.exposure or rule.conditions or rule.judgement
    )


def recorded_conditions(patient: Patient, codes: Iterable[ConditionCode]) -> dict[str, str]:
    """Return the recorded conditions, each with its name in the record."""
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
        for known in _meant(condition.code, by_system.get(condition.system, ())):
            found.setdefault(known.condition, shown)
    return found


def _meant(code: str, known: Iterable[ConditionCode]) -> list[ConditionCode]:
    """Return the known codes equal to a code or its nearest ancestors."""
    found = [k for k in known if _is_below(code, k.code, k.system)]
    # I21.4 is below I21 as well as below I21.4: the more specific meaning counts.
    nearest = max((len(k.code) for k in found), default=0)
    return [k for k in found if len(k.code) == nearest]


def _is_below(code: str, known: str, system: str) -> bool:
    """Whether a code matches a known one; an ICD-10 code includes all codes below it."""
    if system != "ICD-10":
        return code == known
    return code.replace(".", "").upper().startswith(known.replace(".", ""))
