"""A person's calls and patient file converted to rule inputs: every possible value.

A gene that was not assessed, an undetermined copy number or a missing position leaves several
values possible; nothing is assumed to be the reference allele. A condition that is not recorded is
not assumed absent. A non-empty list of medicines is taken as complete.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from pgx.recommendations.phenoconversion import Phenoconverter
from pgx.records.calls import CallStatus, GeneCall
from pgx.records.genes import GeneDefinition, core_allele
from pgx.records.notes import NoteCode
from pgx.records.patient import Condition, KnownMedicine, MedicineUse, Patient
from pgx_dosing.rules.results import Possible, PossibleValues, add_weight, untold
from pgx_dosing.rules.specification import UNLISTED, DosingRule, Observe, RuleInput, Value

__all__ = ["Person", "body_mass_index", "body_surface_area", "observe", "observed_gene"]

# unlisted candidates count if their total probability is at least this
_NEGLIGIBLE: Final = 1e-3
_NOT_LISTED: Final = "candidates_not_listed"
_ANSWERED: Final = (CallStatus.CALLED, CallStatus.AMBIGUOUS)

_Shares = dict[Value, float | None]
_GENETIC: Final = ("diplotype", "phenotype", "allele_count", "variant_count")
_STRENGTHS: Final = ("none", "weak", "moderate", "strong")
_LIVER: Final = {"A": "mild", "B": "moderate", "C": "severe"}


def observed_gene(
    item: RuleInput, call: GeneCall | None, gene: GeneDefinition | None
) -> PossibleValues:
    """Return the values of an input compatible with a call, most likely first.

    Missing information (undetermined copy number, missing positions, alleles that an outside
    laboratory may not have tested) leaves every value possible; those of the call then come first,
    without probabilities.
    """
    if call is None:
        return untold(item.name, "gene_not_in_result")
    if call.status not in _ANSWERED:
        return untold(item.name, call.status.value)
    if item.observe.kind == "variant_count" and call.sites:
        return _variant_count(item, call)
    shares = _SHARES[item.observe.kind](item, call, gene)
    if not shares:
        return untold(item.name, "not_in_call")
    blind = _blind(item, call)
    if blind == _NOT_LISTED and item.observe.other == UNLISTED and call.rest is not None:
        add_weight(shares, UNLISTED, call.rest)  # a model treats it as an unknown value
        blind = ""
    if blind:
        # the call's probabilities ignore the missing data, so none is given here
        every: Iterable[Value] = (*shares, *_allowed(item))
        values = tuple(Possible(value) for value in dict.fromkeys(every))
        return PossibleValues(input=item.name, values=values, reason=blind)
    listed = sorted(shares.items(), key=lambda kept: -(kept[1] or 0.0))
    values = tuple(Possible(value, share) for value, share in listed)
    return PossibleValues(
        input=item.name, values=values, reason="ambiguous" if len(values) > 1 else ""
    )


def _allowed(item: RuleInput) -> Iterable[Value]:
    if item.kind == "level":
        return item.levels
    return range(int(item.low or 0), int(item.high or 0) + 1)


def _blind(item: RuleInput, call: GeneCall) -> str:
    """Return a code for missing information in the call, "" if it covers all that matters."""
    if (
        NoteCode.COPY_NUMBER_NOT_ASSESSED in call.notes
        or f"{call.gene}:copy_number" in call.depends_on
    ):
        return "copy_number_not_assessed"
    if set(item.observe.positions) & set(call.missing):
        return "position_not_answered"
    # an outside call without a list of tested alleles cannot show that an allele is absent
    counted = item.observe.kind == "allele_count" and item.observe.positions
    if counted and call.source == "outside":
        return "outside_call_without_list_of_tested_alleles"
    unlisted = call.n_candidates > len(call.candidates) and item.observe.kind != "phenotype"
    if unlisted and (call.rest is None or call.rest >= _NEGLIGIBLE):
        return _NOT_LISTED
    return ""


def _diplotypes(call: GeneCall) -> list[tuple[str, float | None]]:
    """Return each compatible diplotype, as core alleles, with its probability."""
    found = [(c.diplotype, c.probability) for c in call.candidates]
    if not found and call.diplotype is not None:
        found = [(call.diplotype, call.probability)]
    # a single candidate is certain whatever its stored probability
    if len(found) == 1 and call.n_candidates <= 1:
        return [(found[0][0], 1.0)]
    return found


def _haplotypes(diplotype: str) -> list[str]:
    return [core_allele(name) for name in diplotype.split("/")]


def _by_diplotype(item: RuleInput, call: GeneCall, _gene: GeneDefinition | None) -> _Shares:
    """Return the levels of the candidates; the order of the haplotypes is ignored."""
    levels = {tuple(sorted(level.split("/"))): level for level in item.levels}
    shares: _Shares = {}
    for diplotype, share in _diplotypes(call):
        level = levels.get(tuple(sorted(_haplotypes(diplotype))), item.observe.other)
        if not level:
            return {}
        add_weight(shares, level, share)
    return shares


def _by_phenotype(item: RuleInput, call: GeneCall, gene: GeneDefinition | None) -> _Shares:
    """Return the phenotypes of the candidates; one that is not a level leaves all possible."""
    terms = {rule.lookup_key: rule.phenotype for rule in gene.rules} if gene else {}
    shares: _Shares = {}
    for evidence in call.key_evidence:
        term = terms.get(evidence.lookup_key, evidence.lookup_key)
        add_weight(shares, term, evidence.probability)
    # without a definition a key may be a score instead of a phenotype: no probabilities then
    if not shares or not set(shares) <= set(call.phenotypes):
        named = call.phenotypes or ((call.phenotype,) if call.phenotype else ())
        shares = {term: 1.0 if len(named) == 1 else None for term in named}
    return shares if set(shares) <= set(item.levels) else {}


def _by_alleles(item: RuleInput, call: GeneCall, _gene: GeneDefinition | None) -> _Shares:
    """Return how often the counted alleles occur in the candidates.

    A combined haplotype, or one listed as unsure, may or may not count.
    """
    shares: _Shares = {}
    for diplotype, share in _diplotypes(call):
        counts = [_counts(item, name) for name in _haplotypes(diplotype)]
        totals = {sum(each) for each in itertools.product(*counts)}
        for total in sorted(totals):
            add_weight(shares, total, share if len(totals) == 1 else None)
    return shares


def _counts(item: RuleInput, name: str) -> tuple[int, ...]:
    how = item.observe
    if name in how.alleles:
        return (1,)
    # brackets, + and xN mark combined or multiplied alleles, whose copies are not counted here
    plain = not any(sign in name for sign in "[]+") and "x" not in name.rpartition("*")[2]
    if name in how.unsure or not plain:
        return (0, 1)
    return (0,)


def _variant_count(item: RuleInput, call: GeneCall) -> PossibleValues:
    """Return how many haplotypes carry a base at a position; missing alleles may or may not."""
    how = item.observe
    site = next((s for s in call.sites if s.position in how.positions), None)
    if site is None or not site.alleles or set(site.alleles) == {"."}:
        return untold(item.name, (site.reason if site else None) or "position_not_answered")
    carried = sum(allele == how.base for allele in site.alleles)
    unknown = sum(allele == "." for allele in site.alleles)
    counts = range(carried, carried + unknown + 1)
    return PossibleValues(
        input=item.name,
        values=tuple(Possible(n) for n in counts),
        reason="position_half_answered" if unknown else "",
    )


_SHARES: Final[Mapping[str, Callable[[RuleInput, GeneCall, GeneDefinition | None], _Shares]]] = {
    "diplotype": _by_diplotype,
    "phenotype": _by_phenotype,
    "allele_count": _by_alleles,
    "variant_count": _by_alleles,
}


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """The data of one person.

    ``calls`` by gene, ``genes`` are the knowledge base's definitions, ``medicines`` the patient's
    medicines in its terms, ``modulators`` identifies those that act on an enzyme; ``ancestry`` is
    the person's stated population group. None or empty means not given.
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
    """Return the observation of each input of a rule, in the rule's order.

    ``given`` are values stated by the caller, by input name; they take precedence.
    """
    stated = dict(given or {})
    found = [
        PossibleValues(input=item.name, values=(Possible(stated.pop(item.name)),))
        if item.name in stated
        else _observe(rule, item, person)
        for item in rule.inputs
    ]
    # a name unknown to the rule is kept, so that it is refused instead of ignored
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
    """Return m² from weight in kg and height in cm, by the formula of Du Bois.

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
    """Return the levels that a number may mean; dialysis has its own level."""
    if how.dialysis and patient.kidney.dialysis:
        return _one(item, how.dialysis)
    value = _number(patient, how.field)
    if value is None:
        return untold(item.name, "not_recorded")
    for band in how.bands:
        # a band may allow several levels: published definitions differ at the boundary
        if band.below is None or value < band.below:
            return _several(item, band.levels, "between_definitions")
    return untold(item.name, "not_recorded")


def _child_pugh(item: RuleInput, _how: Observe, patient: Patient) -> PossibleValues:
    """Return the impairment for a Child-Pugh class; not recorded differs from no impairment."""
    level = _LIVER.get(patient.liver.child_pugh)
    return untold(item.name, "not_recorded") if level is None else _one(item, level)


def _condition(item: RuleInput, how: Observe, patient: Patient) -> PossibleValues:
    if any(_is_meant(condition, how) for condition in patient.conditions):
        return _one(item, "yes")
    # a condition that is not recorded may still be present
    return untold(item.name, "condition_not_recorded")


def _is_meant(condition: Condition, how: Observe) -> bool:
    if condition.system == "SNOMED":
        return condition.code in how.snomed
    if condition.system == "ICD-10":
        code = condition.code.replace(".", "").upper()
        # ICD-10 is hierarchical: a code also covers its subcodes
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
    """Return the relevant medicines, None if no medicines were recorded."""
    if not person.medicines:
        return None
    # local (skin, eye) medicines have no systemic effect on enzymes
    return [m for m in person.medicines if not m.local]


def _modulator(rule: DosingRule, item: RuleInput, person: Person) -> PossibleValues:
    """Return the strength of current modulators; a medicine of unknown use may or may not act."""
    taken = _taken(person)
    if taken is None or person.modulators is None:
        return untold(item.name, "medicines_not_recorded")
    sure = [m for m in taken if m.use is MedicineUse.CURRENT]
    unsure = [m for m in taken if m.use is MedicineUse.UNKNOWN]
    least = _strength(rule, item, person.modulators, sure)
    if any(m.unrecognised for m in (*sure, *unsure)):
        # an unrecognised medicine may be a modulator of any strength
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
    """Return the index of the strongest effect among `_STRENGTHS`, 0 for none."""
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
    """Return whether a substance is taken; an unrecognised medicine may be that substance."""
    taken = _taken(person)
    if taken is None:
        return untold(item.name, "medicines_not_recorded")
    wanted = {s.casefold() for s in item.observe.substances}
    meant = [m for m in taken if wanted & {s.casefold() for s in m.substances}]
    if any(m.use is MedicineUse.CURRENT for m in meant):
        return _one(item, "yes")
    for use in (MedicineUse.PLANNED, MedicineUse.STOPPED):
        if any(m.use is use for m in meant):  # planned: will act; stopped: may act for months
            return _several(item, ("no", "yes"), f"medicine_{use.value}")
    if any(m.use is MedicineUse.UNKNOWN for m in meant):
        return _several(item, ("yes", "no"), "medicine_use_unknown")
    uses = (MedicineUse.CURRENT, MedicineUse.UNKNOWN)
    if any(m.unrecognised and m.use in uses for m in taken):
        return _several(item, ("no", "yes"), "medicine_not_recognised")
    return _one(item, "no")
