"""From a person's calls and patient file to what a rule asks: every value that is possible.

A gene that was not assessed, a copy number that nobody counted or a position without an answer
leaves values open; nothing is taken for the reference allele. A condition that a record does not
name is not known to be absent. A list of medicines is taken as complete where it names any.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from pgx.base.calls import GeneCall
from pgx.base.genes import GeneDefinition
from pgx.base.patient import Condition, KnownMedicine, MedicineUse, Patient
from pgx.recommendations.phenoconversion import Phenoconverter
from pgx_dosing.rules.genotypes import observed_gene
from pgx_dosing.rules.possible import Possible, PossibleValues, untold
from pgx_dosing.rules.specification import DosingRule, Observe, RuleInput, Value

__all__ = ["Person", "body_mass_index", "body_surface_area", "observe"]

_GENETIC: Final = ("diplotype", "phenotype", "allele_count", "variant_count")
_STRENGTHS: Final = ("none", "weak", "moderate", "strong")
_LIVER: Final = {"A": "mild", "B": "moderate", "C": "severe"}


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one person.

    ``calls`` by gene, ``genes`` are the knowledge base's definitions, ``medicines`` those of the
    patient in its terms, ``modulators`` tells which of them act on an enzyme; ``ancestry`` is the
    population group that was named for the person. What is None or empty was not given.
    """

    calls: Mapping[str, GeneCall] = {}
    genes: Mapping[str, GeneDefinition] = {}
    patient: Patient | None = None
    medicines: tuple[KnownMedicine, ...] | None = None
    modulators: Phenoconverter | None = None
    ancestry: str = ""


def observe(
    rule: DosingRule, person: Person, given: Mapping[str, Value] | None = None
) -> tuple[PossibleValues, ...]:
    """Return what is known of each input of a rule, in the rule's order.

    ``given`` are values that the caller states by the input's name; they stand before all else.
    """
    stated = dict(given or {})
    found = [
        PossibleValues(input=item.name, values=(Possible(stated.pop(item.name)),))
        if item.name in stated
        else _observe(rule, item, person)
        for item in rule.inputs
    ]
    # a name that the rule does not have is kept, so that it is refused and not overlooked
    found += [PossibleValues(input=n, values=(Possible(v),)) for n, v in stated.items()]
    return tuple(found)


def _observe(rule: DosingRule, item: RuleInput, person: Person) -> PossibleValues:
    how = item.observe
    if how.kind == "given":
        return untold(item.name)
    if how.kind == "ancestry":
        level = how.groups.get(person.ancestry)
        return untold(item.name) if level is None else _one(item, level)
    if how.kind in _GENETIC:
        gene = how.genes[0] if how.genes else ""
        return observed_gene(item, person.calls.get(gene), person.genes.get(gene))
    if how.kind in ("inhibitor", "inducer"):
        return _modulator(rule, item, person)
    if how.kind == "substance":
        return _substance(item, person)
    if person.patient is None:
        return untold(item.name, "no_patient_file")
    return _FROM_PATIENT[how.kind](item, how, person.patient)


def _one(item: RuleInput, value: Value) -> PossibleValues:
    return PossibleValues(input=item.name, values=(Possible(value),))


def _several(item: RuleInput, values: Iterable[Value], reason: str) -> PossibleValues:
    found = tuple(Possible(value) for value in dict.fromkeys(values))
    return PossibleValues(input=item.name, values=found, reason=reason if len(found) > 1 else "")


def _number(patient: Patient, field: str) -> float | None:
    part, _, name = field.rpartition(".")
    value: float | None = getattr(getattr(patient, part) if part else patient, name)
    return value


def _field(item: RuleInput, how: Observe, patient: Patient) -> PossibleValues:
    value = _number(patient, how.field)
    return untold(item.name, "not_recorded") if value is None else _one(item, value)


def body_mass_index(weight_kg: float, height_cm: float) -> float:
    """Return kg/m² from weight in kg and height in cm.

    >>> round(body_mass_index(81, 180), 2)
    25.0
    """
    return weight_kg / (height_cm / 100) ** 2


def body_surface_area(weight_kg: float, height_cm: float) -> float:
    """Return m² from weight in kg and height in cm, by Du Bois.

    >>> round(body_surface_area(70, 170), 2)
    1.81
    """
    return 0.007184 * math.pow(weight_kg, 0.425) * math.pow(height_cm, 0.725)


def _body(formula: Callable[[float, float], float]) -> Callable[..., PossibleValues]:
    def found(item: RuleInput, _how: Observe, patient: Patient) -> PossibleValues:
        weight, height = patient.weight_kg, patient.height_cm
        if weight is None or height is None:
            return untold(item.name, "weight_or_height_not_recorded")
        return _one(item, formula(weight, height))

    return found


def _bands(item: RuleInput, how: Observe, patient: Patient) -> PossibleValues:
    """Return the levels that a number may mean; dialysis has its own."""
    if how.dialysis and patient.kidney.dialysis:
        return _one(item, how.dialysis)
    value = _number(patient, how.field)
    if value is None:
        return untold(item.name, "not_recorded")
    for band in how.bands:
        if band.below is None or value < band.below:
            return _several(item, band.levels, "between_definitions")
    return untold(item.name, "not_recorded")


def _child_pugh(item: RuleInput, _how: Observe, patient: Patient) -> PossibleValues:
    """Return the impairment that a Child-Pugh class means; none recorded is not none."""
    level = _LIVER.get(patient.liver.child_pugh)
    return untold(item.name, "not_recorded") if level is None else _one(item, level)


def _condition(item: RuleInput, how: Observe, patient: Patient) -> PossibleValues:
    if any(_is_meant(condition, how) for condition in patient.conditions):
        return _one(item, "yes")
    return untold(item.name, "condition_not_recorded")


def _is_meant(condition: Condition, how: Observe) -> bool:
    if condition.system == "SNOMED":
        return condition.code in how.snomed
    if condition.system == "ICD-10":
        code = condition.code.replace(".", "").upper()
        return any(code.startswith(known.replace(".", "")) for known in how.icd10)
    return " ".join(condition.name.casefold().split()) in how.names


_FROM_PATIENT: Final[Mapping[str, Callable[[RuleInput, Observe, Patient], PossibleValues]]] = {
    "patient": _field,
    "bmi": _body(body_mass_index),
    "bsa": _body(body_surface_area),
    "bands": _bands,
    "child_pugh": _child_pugh,
    "condition": _condition,
}


def _taken(person: Person) -> Sequence[KnownMedicine] | None:
    """Return the medicines that count, None where nobody said what is taken."""
    if not person.medicines:
        return None
    return [m for m in person.medicines if not m.local]


def _modulator(rule: DosingRule, item: RuleInput, person: Person) -> PossibleValues:
    """Return how strongly current medicines act; one of unknown use may act or not."""
    taken = _taken(person)
    if taken is None or person.modulators is None:
        return untold(item.name, "medicines_not_recorded")
    sure = [m for m in taken if m.use is MedicineUse.CURRENT]
    unsure = [m for m in taken if m.use is MedicineUse.UNKNOWN]
    least = _strength(rule, item, person.modulators, sure)
    if any(m.unrecognised for m in (*sure, *unsure)):
        # what nobody recognises may be an inhibitor of any strength
        return _several(item, _STRENGTHS[least:], "medicine_not_recognised")
    as_if = [msgspec.structs.replace(m, use=MedicineUse.CURRENT) for m in unsure]
    possible = {least} | {max(least, _strength(rule, item, person.modulators, [m])) for m in as_if}
    return _several(item, (_STRENGTHS[n] for n in sorted(possible)), "medicine_use_unknown")


def _strength(
    rule: DosingRule,
    item: RuleInput,
    modulators: Phenoconverter,
    medicines: Sequence[KnownMedicine],
) -> int:
    """Return the place of the strongest effect among `_STRENGTHS`, 0 for none."""
    acting = modulators.acting(medicines, but=(rule.drug,))
    how = item.observe
    return max(
        (
            _STRENGTHS.index(m.strength)
            for gene in how.genes
            for m in acting.get(gene, ())
            if m.effect == how.kind
        ),
        default=0,
    )


def _substance(item: RuleInput, person: Person) -> PossibleValues:
    """Return whether a substance is taken; what is not recognised may be it."""
    taken = _taken(person)
    if taken is None:
        return untold(item.name, "medicines_not_recorded")
    wanted = {s.casefold() for s in item.observe.substances}
    meant = [m for m in taken if wanted & {s.casefold() for s in m.substances}]
    if any(m.use is MedicineUse.CURRENT for m in meant):
        return _one(item, "yes")
    for use in (MedicineUse.PLANNED, MedicineUse.STOPPED):
        if any(m.use is use for m in meant):  # it will act, or may still, months after the last
            return _several(item, ("no", "yes"), f"medicine_{use.value}")
    if any(m.use is MedicineUse.UNKNOWN for m in meant):
        return _several(item, ("yes", "no"), "medicine_use_unknown")
    uses = (MedicineUse.CURRENT, MedicineUse.UNKNOWN)
    if any(m.unrecognised and m.use in uses for m in taken):
        return _several(item, ("no", "yes"), "medicine_not_recognised")
    return _one(item, "no")
