"""Whether conditions of recommendations are met by a patient: yes, no, or unknown.

Input: condition codes with their deciding data, and one patient. Output: a result for each
condition decided by the patient file, with its reason as a coded fact. Missing data are not
evidence: a list of medicines or diagnoses may be incomplete.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from pgx.messages.catalogue import ENGLISH_PHRASES
from pgx.recommendations.conditions import render_condition, unconditional_action
from pgx.recommendations.populations import recorded_conditions
from pgx.records.advice import Statement, coded, format_fact, split_condition
from pgx.records.calls import Recommendation
from pgx.records.patient import (
    AdviceCondition,
    Applies,
    ConditionCode,
    ConditionFit,
    KnownMedicine,
    MedicineUse,
    Modulator,
    Patient,
    condition_code,
)

__all__ = [
    "NO_REACTION",
    "ConditionFits",
    "amount_mg",
    "as_stated",
    "daily_mg",
    "months_of",
    "number_of",
    "years_of",
]

NO_REACTION: Final = "no_reaction_before"
"""Condition of standard use in a person with a recorded reaction to the drug."""
_STANDARD: Final = "use_as_directed"
_ADULT: Final = 18.0
_Answer = tuple[Applies, str] | None
"""None where the file leaves a condition open."""
_Decide = Callable[[str, Sequence[str]], _Answer]


class ConditionFits:
    """Evaluates conditions for one patient.

    Parameters
    ----------
    patient, medicines
        The patient file, and its medicines in the terms of the knowledge base.
    months
        The months for which each drug has been taken, None if its start is not known.
    reacted
        Drugs to which a reaction is recorded, taken now or not.
    rules, codes, modulators
        Codes of conditions, of diagnoses, and effects of substances on enzymes.
    long_use
        Months of use after which a drug counts as tolerated, None if no guideline defines it.
    """

    def __init__(
        self,
        patient: Patient,
        medicines: Sequence[KnownMedicine],
        months: Mapping[str, Sequence[float | None]],
        reacted: Iterable[str],
        rules: Iterable[AdviceCondition],
        codes: Iterable[ConditionCode],
        modulators: Iterable[Modulator],
        long_use: float | None = None,
    ) -> None:
        self._patient, self._months, self._long_use = patient, months, long_use
        self._medicines = medicines
        self.reacted = frozenset(reacted)
        self._rules = {rule.condition: rule for rule in rules}
        self._present = recorded_conditions(patient, codes)
        self._named = {c.name.strip().casefold() for c in patient.conditions if c.name.strip()}
        current = [m for m in medicines if m.use is MedicineUse.CURRENT and not m.local]
        self._taken = {s.casefold() for m in current for s in m.substances}
        self._acting = [m for m in modulators if m.substance.casefold() in self._taken]
        self._ways = self._decisions()

    def fits(self, rows: Iterable[Recommendation]) -> tuple[ConditionFit, ...]:
        """Return a result for each drug and condition of the rows decided by the file."""
        found: dict[tuple[str, str], ConditionFit] = {}
        for row in rows:
            reacted = (NO_REACTION,) if row.drug in self.reacted else ()
            for fact in (*reacted, *self._facts(row)):
                answer = self._decide(row.drug, fact)
                if answer is not None:
                    found[row.drug, fact] = ConditionFit(
                        drug=row.drug, condition=fact, applies=answer[0], reason=answer[1]
                    )
        return tuple(found[key] for key in sorted(found))

    def applied(
        self, rows: Iterable[Recommendation], fits: Iterable[ConditionFit]
    ) -> tuple[Recommendation, ...]:
        """Return rows without the conditions that are met; unmet ones are marked."""
        decided = {(fit.drug, fit.condition): fit.applies for fit in fits}
        return tuple(self._applied(row, decided) for row in rows)

    def _applied(
        self, row: Recommendation, decided: Mapping[tuple[str, str], Applies]
    ) -> Recommendation:
        facts = self._facts(row)
        answers = {fact: decided.get((row.drug, fact)) for fact in facts}
        unmet = {fact for fact, applies in answers.items() if applies is Applies.NO}
        # What holds is no condition any more. What does not stays and says so: the reader can
        # judge whether the patient file is up to date.
        left = [fact for fact, applies in answers.items() if applies is not Applies.YES]
        instead = _instead(row.action, answers)
        # "Reduce, unless there is an inhibitor; avoid with one": with one, avoiding comes first.
        if instead:  # what was primary is a further action now, under its own condition
            left = [_of_further(fact, row.action[0]) for fact in left]
            unmet = {_of_further(fact, row.action[0]) for fact in unmet}
        shown = render_condition(left, row.drug, ENGLISH_PHRASES, unmet)
        action = (instead, *(a for a in row.action if a != instead)) if instead else row.action
        message = row.message
        if message is not None:
            message = msgspec.structs.replace(message, unmet=tuple(f for f in left if f in unmet))
        return msgspec.structs.replace(row, condition=shown, action=action, message=message)

    def _facts(self, row: Recommendation) -> tuple[str, ...]:
        """Return a row's conditions; standard use after a reaction has one more."""
        facts = row.facts.condition if row.facts else ()
        if row.drug in self.reacted and unconditional_action(row)[:1] == (_STANDARD,):
            return (NO_REACTION, *(f for f in facts if f != NO_REACTION))
        return facts

    def _decide(self, drug: str, fact: str) -> _Answer:
        code, arguments = coded(split_condition(fact)[1])
        if code == NO_REACTION:
            return self._no_reaction(drug, arguments)
        rule = self._rules.get(code)
        return self._ways[rule.decided_by](drug, arguments) if rule and rule.decided_by else None

    def _decisions(self) -> dict[str, _Decide]:
        """Return the deciding functions by their names in the table of conditions."""
        return {
            "adults": lambda _, __: self._age(_ADULT, None),
            "children": lambda _, __: self._age(None, _ADULT),
            "adults_or_weight_from": self._adult_or_weight,
            "age_from": lambda _, args: self._age(years_of(args[0]), None),
            "age_below": lambda _, args: self._age(None, years_of(args[0])),
            "age_below_or_adolescent": self._child_or_adolescent,
            "weight_from": lambda _, args: self._weight(args, above=True),
            "weight_below": lambda _, args: self._weight(args, above=False),
            "body_mass_index": self._body_mass_index,
            "breastfeeding": lambda _, __: self._breastfeeding(),
            "diagnosis": lambda _, args: self._diagnosis(args),
            "diagnosis_first": lambda _, args: self._diagnosis(args[:1]),
            "dose_above": lambda drug, args: self._dose(drug, args, reached=False),
            "dose_from": lambda drug, args: self._dose(drug, args, reached=True),
            "medicine": lambda _, args: self._medicine(args, Applies.YES),
            "no_medicine": lambda _, args: self._medicine(args, Applies.NO),
            "inhibitor": lambda _, args: self._modulator("inhibitor", args, Applies.YES),
            "inducer": lambda _, args: self._modulator("inducer", args, Applies.YES),
            "no_inhibitor": lambda _, args: self._modulator("inhibitor", args, Applies.NO),
            "no_inducer": lambda _, args: self._modulator("inducer", args, Applies.NO),
            "long_use": self._long,
            "long_use_effective": self._long_and_effective,
            "long_use_tolerated": self._long_and_tolerated,
            "never": self._never,
            "no_reaction": self._no_reaction,
        }

    def _age(self, least: float | None, below: float | None) -> _Answer:
        age = self._patient.age_years
        if age is None or (least is None and below is None):
            return None
        holds = (least is None or age >= least) and (below is None or age < below)
        return _answer(holds, format_fact("age", f"{age:g}"))

    def _child_or_adolescent(self, _: str, arguments: Sequence[str]) -> _Answer:
        """Earlier surgery is not in the file: between both ages it is unknown."""
        young = self._age(None, years_of(arguments[0]))
        adult = self._age(_ADULT, None)
        if young and young[0] is Applies.YES:
            return young
        return (Applies.NO, adult[1]) if adult and adult[0] is Applies.YES else None

    def _adult_or_weight(self, _: str, arguments: Sequence[str]) -> _Answer:
        adult, heavy = self._age(_ADULT, None), self._weight(arguments, above=True)
        answers = [answer for answer in (adult, heavy) if answer is not None]
        held = [answer for answer in answers if answer[0] is Applies.YES]
        if held:
            return held[0]
        return answers[-1] if adult is not None and heavy is not None else None

    def _weight(self, arguments: Sequence[str], *, above: bool) -> _Answer:
        weight, limit = self._patient.weight_kg, number_of(arguments[0])
        if weight is None or limit is None:
            return None
        return _answer((weight >= limit) is above, format_fact("weight", f"{weight:g}"))

    def _body_mass_index(self, _: str, arguments: Sequence[str]) -> _Answer:
        weight, height = self._patient.weight_kg, self._patient.height_cm
        limit = number_of(arguments[0])
        if weight is None or not height or limit is None:
            return None
        # kg/m²
        index = weight / (height / 100) ** 2
        return _answer(index <= limit, format_fact("body_mass_index", f"{index:.1f}"))

    def _breastfeeding(self) -> _Answer:
        known = self._patient.breastfeeding
        return (
            None if known is None else _answer(known, "breastfeeding" if known else "not_nursing")
        )

    def _diagnosis(self, names: Sequence[str]) -> _Answer:
        for name in names:
            code = condition_code(name)
            if code in self._present:
                return Applies.YES, format_fact("condition", self._present[code])
            if name.casefold() in self._named:
                return Applies.YES, format_fact("condition", name)
        return None

    def _dose(self, drug: str, arguments: Sequence[str], *, reached: bool) -> _Answer:
        """Compare the daily dose; a single dose can only show that the limit is exceeded."""
        limit = amount_mg(arguments[0])
        uses = (MedicineUse.CURRENT, MedicineUse.PLANNED)
        texts = [m.dose for m in self._medicines if drug in m.drugs and m.use in uses]
        if limit is None or not texts:
            return None
        doses = [daily_mg(text) for text in texts]
        pairs = zip(doses, texts, strict=True)
        # One intake is the least of a day.
        least = sum(dose if dose is not None else amount_mg(t) or 0.0 for dose, t in pairs)
        holds = least >= limit if reached else least > limit
        # A dose that cannot be read may be the one that exceeds the limit.
        if not holds and None in doses:
            return None
        return _answer(holds, format_fact("daily_dose", f"{least:g}"))

    def _medicine(self, names: Sequence[str], found: Applies) -> _Answer:
        taken = [name for name in names if name.casefold() in self._taken]
        return (found, format_fact("takes", taken[0])) if taken else None

    def _modulator(self, effect: str, arguments: Sequence[str], found: Applies) -> _Answer:
        """Find a current medicine with an effect on an enzyme, of one of the given strengths."""
        gene, *strengths = arguments
        for modulator in self._acting:
            strong_enough = not strengths or modulator.strength in strengths[0]
            if modulator.effect == effect and modulator.gene.startswith(gene) and strong_enough:
                return found, format_fact("takes", modulator.substance)
        return None

    def _taken_for(self, drug: str) -> tuple[float, bool] | None:
        """Return the longest use in months, and whether every start of use is known."""
        months = self._months.get(drug)
        if not months:
            return None
        known = [m for m in months if m is not None]
        return max(known, default=0.0), len(known) == len(months)

    def _long(self, drug: str, arguments: Sequence[str]) -> _Answer:
        limit, use = months_of(arguments[0]), self._taken_for(drug)
        if limit is None or use is None:
            return None
        longest, complete = use
        # A start that is not known may be long ago.
        if longest <= limit and not complete:
            return None
        return _answer(longest > limit, format_fact("taken_for", f"{longest:.1f}"))

    def _long_and_effective(self, drug: str, arguments: Sequence[str]) -> _Answer:
        """A shorter use is decisive; efficacy of a longer one is assessed by the prescriber."""
        answer = self._long(drug, arguments)
        return answer if answer and answer[0] is Applies.NO else None

    def _long_and_tolerated(self, drug: str, arguments: Sequence[str]) -> _Answer:
        """A reaction or a shorter use is decisive; absence of a reaction is never recorded."""
        used = arguments[1] if len(arguments) > 1 else drug
        reaction = self._no_reaction(used, ())
        return reaction or self._long_and_effective(used, arguments)

    def _never(self, drug: str, arguments: Sequence[str]) -> _Answer:
        """Use that was long enough and without a reaction is decisive.

        The risk is greatest in the first months, and persists after a reaction: then
        recommendations for first use are kept.
        """
        used = arguments[0] if arguments else drug
        use = self._taken_for(used)
        if use is None or self._long_use is None or used in self.reacted:
            return None
        shown = format_fact("taken_for", f"{use[0]:.1f}")
        return (Applies.NO, shown) if use[0] > self._long_use else None

    def _no_reaction(self, drug: str, _: Sequence[str]) -> _Answer:
        return (Applies.NO, "reacted") if drug in self.reacted else None


def as_stated(
    rows: Iterable[Recommendation], statements: Iterable[Statement]
) -> tuple[Recommendation, ...]:
    """Return saved rows as in their statements, without the effect of a patient file."""
    by_id = {statement.id: statement for statement in statements}
    return tuple(_as_stated(row, by_id) for row in rows)


def _as_stated(row: Recommendation, by_id: Mapping[str, Statement]) -> Recommendation:
    if row.facts is None:
        return row
    own, message = by_id.get(row.facts.statement), row.message
    return msgspec.structs.replace(
        row,
        condition=render_condition(row.facts.condition, row.drug, ENGLISH_PHRASES),
        action=own.action if own is not None else row.action,
        message=None if message is None else msgspec.structs.replace(message, unmet=()),
    )


def _instead(action: Sequence[str], answers: Mapping[str, Applies | None]) -> str:
    """Return the further action that applies if the primary one does not, "" without one.

    With an inhibitor in the list, "reduce, unless there is an inhibitor; avoid with one" is
    advice to avoid.
    """
    of_action: dict[str, list[Applies | None]] = {}
    for fact, applies in answers.items():
        of_action.setdefault(split_condition(fact)[0], []).append(applies)
    if Applies.NO not in of_action.get("", ()):
        return ""
    held = [a for a, own in of_action.items() if a and all(o is Applies.YES for o in own)]
    return next((a for a in action[1:] if a in held), "")


def _of_further(fact: str, action: str) -> str:
    return fact if split_condition(fact)[0] else f"{action}@{fact}"


def _answer(holds: bool, reason: str) -> tuple[Applies, str]:  # noqa: FBT001
    return (Applies.YES if holds else Applies.NO), reason


_AMOUNT: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(mg|g|µg|mcg)", re.IGNORECASE)
_MG: Final = {"mg": 1.0, "g": 1000.0, "µg": 0.001, "mcg": 0.001}
_TIMES: Final = (
    (re.compile(r"(once (a day|daily)|once|daily|a day|per day|/\s*day|/\s*d|qd|od)", re.I), 1.0),
    (re.compile(r"(twice (a day|daily)|two times (a day|daily)|2\s*[x×](/day)?|bid)", re.I), 2.0),
    (re.compile(r"(three times (a day|daily)|3\s*[x×](/day)?|tid)", re.I), 3.0),
    (re.compile(r"(four times (a day|daily)|4\s*[x×](/day)?|qid)", re.I), 4.0),
)
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?) (day|week|month|year)s?")
# Mean lengths of the Julian year: 365.25 days, 12 months.
_MONTHS: Final = {"day": 12 / 365.25, "week": 84 / 365.25, "month": 1.0, "year": 12.0}
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


def amount_mg(text: str) -> float | None:
    """Return an amount in mg; None if the text is not a single amount.

    >>> amount_mg("40 mg"), amount_mg("2–3 mg/kg/day")
    (40.0, None)
    """
    found = _AMOUNT.fullmatch(text.strip())
    return float(found[1]) * _MG[found[2].lower()] if found else None


def daily_mg(text: str) -> float | None:
    """Return the daily amount in mg of a dose text; None if it is not determined.

    >>> daily_mg("20 mg twice daily"), daily_mg("40 mg"), daily_mg("1 tablet daily")
    (40.0, None, None)
    """
    # The rest must be a frequency of the list: "20 mg if needed" is no dose a day.
    found = _AMOUNT.match(text.strip())
    if found is None:
        return None
    rest = text.strip()[found.end() :].strip(" ,")
    for pattern, times in _TIMES:
        if pattern.fullmatch(rest):
            return float(found[1]) * _MG[found[2].lower()] * times
    return None


def months_of(text: str) -> float | None:
    """Return a duration in months.

    >>> round(months_of("12 weeks"), 2), months_of("3 months")
    (2.76, 3.0)
    """
    found = _DURATION.fullmatch(text.strip())
    return float(found[1]) * _MONTHS[found[2]] if found else None


def years_of(text: str) -> float | None:
    """Return an age in years.

    >>> years_of("12 months"), years_of("18 years")
    (1.0, 18.0)
    """
    months = months_of(text)
    return None if months is None else months / 12


def number_of(text: str) -> float | None:
    """Return the first number of a text, such as that of ``40 kg``."""
    found = _NUMBER.search(text)
    return float(found[0]) if found else None
