"""Report entries of the patient, built from a result with its context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.messages.arguments import in_words
from pgx.recommendations.condition_fits import NO_REACTION
from pgx.recommendations.conditions import open_conditions
from pgx.records.advice import coded, split_condition
from pgx.records.calls import PatientContext, PatientResult, Recommendation
from pgx.records.patient import (
    Applies,
    ConditionFit,
    GeneConversion,
    KnownMedicine,
    MedicineUse,
    Patient,
    PopulationFit,
    reaction_text,
)
from pgx.reports.content.deidentification import CAP
from pgx.reports.content.phrases import day, days, figure, phenotype_in_words

__all__ = [
    "ConversionEntry",
    "MedicineEntry",
    "PatientEntry",
    "PatientView",
    "build_patient",
]

_HAS_DISEASE: Final = "condition"
_DISEASE_OPEN: Final = "condition_not_recorded"
"""Reasons of `PopulationFit`: the record names the disease of a population, or does not."""
Words = Mapping[str, Any]
_UNITS: Final = {"age_years": "years", "weight_kg": "kg", "height_cm": "cm"}


class MedicineEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A medicine of the patient; ``drugs`` are pairs of name and anchor if there is guidance.

    ``use`` is one of `MedicineUse`.
    """

    name: str
    detail: str
    drugs: tuple[tuple[str, str], ...] = ()
    remark: str = ""
    acts: tuple[str, ...] = ()
    reported: tuple[str, ...] = ()
    use: str = MedicineUse.CURRENT.value


class ConversionEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A gene affected by medicines: the genotype's phenotype, and that after phenoconversion."""

    gene: str
    medicines: str
    predicted: str
    converted: str
    evidence: str
    is_converted: bool
    pmids: tuple[str, ...] = ()


class PatientEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The patient section of a report."""

    facts: tuple[tuple[str, str], ...]
    current: tuple[MedicineEntry, ...]
    other: tuple[MedicineEntry, ...]
    conversions: tuple[ConversionEntry, ...]
    unrecognised: tuple[str, ...] = ()


class PatientView:
    """Applies a result's patient to its rows; without a patient, no effect."""

    def __init__(self, result: PatientResult) -> None:
        context = result.context
        self.context = context
        fits = context.fits if context else ()
        self._fits = {(f.drug, f.population): f for f in fits}
        decided = context.condition_fits if context else ()
        self._decided = {(f.drug, f.condition): f for f in decided}
        self.reacted = {f.drug for f in decided if f.condition == NO_REACTION}
        self._adjusted: dict[str, list[Recommendation]] = {}
        for row in result.phenoconverted:
            self._adjusted.setdefault(row.drug, []).append(row)
        medicines = context.medicines if context else ()
        self.current = {d for m in medicines if m.use is MedicineUse.CURRENT for d in m.drugs}
        self._planned = {d for m in medicines if m.use is MedicineUse.PLANNED for d in m.drugs}
        self._converted = {c.gene: c for c in context.conversions} if context else {}
        self._apart: dict[str, dict[str, GeneConversion]] = {}
        for conversion in context.without_own if context else ():
            self._apart.setdefault(conversion.drug, {})[conversion.gene] = conversion

    def split(
        self, drug: str, rows: Iterable[Recommendation]
    ) -> tuple[list[Recommendation], list[tuple[Recommendation, PopulationFit | ConditionFit]]]:
        """Return the rows that are or may be for this patient, and the others with the reason.

        Alerts of the first may be set by `judged`.
        """
        mine: list[Recommendation] = []
        others: list[tuple[Recommendation, PopulationFit | ConditionFit]] = []
        for row in rows:
            fit = self._fits.get((drug, row.population))
            unmet = self._unmet(row)
            if fit is not None and fit.applies is Applies.NO:
                others.append((row, fit))
            elif unmet is not None:
                others.append((row, unmet))
            else:
                mine.append(self.judged(row))
        return mine, others

    def fit(self, row: Recommendation) -> PopulationFit | ConditionFit | None:
        """Return whether a row applies to this patient, as far as this was evaluated."""
        return self._unmet(row) or self._fits.get((row.drug, row.population))

    def _unmet(self, row: Recommendation) -> ConditionFit | None:
        """Return why a condition of the row's primary action is not met by this patient."""
        for fact, _ in open_conditions(row):
            fit = self._decided.get((row.drug, fact))
            if fit is not None and fit.applies is Applies.NO and not split_condition(fact)[0]:
                return fit
        return None

    def judged(self, row: Recommendation) -> Recommendation:
        """Return a row with its alert adjusted to the patient.

        A recommendation on a disease alerts for any genotype if the patient has the disease, or
        takes or plans to take the drug, which is then for that disease. So does a recommendation
        whose condition is met according to the patient file.
        """
        fit = self._fits.get((row.drug, row.population))
        if not row.may_alert and self._is_met(row):
            return msgspec.structs.replace(row, may_alert=True)
        if row.may_alert or fit is None or fit.applies is Applies.NO:
            return row
        code, _ = coded(fit.reason)
        is_taken = row.drug in self.current or row.drug in self._planned
        # a disease missing in the file is assumed if the drug is taken or planned
        concerns = code == _HAS_DISEASE or (code == _DISEASE_OPEN and is_taken)
        return msgspec.structs.replace(row, may_alert=True) if concerns else row

    def _is_met(self, row: Recommendation) -> bool:
        """Whether the patient file shows that a condition of the primary action is met."""
        facts = row.facts.condition if row.facts else ()
        primary = (self._decided.get((row.drug, f)) for f in facts if not split_condition(f)[0])
        return any(fit is not None and fit.applies is Applies.YES for fit in primary)

    def open_reason(self, drug: str, population: str, words: Words) -> str:
        """Return why it is uncertain whether a population applies to the patient; else empty."""
        fit = self._fits.get((drug, population))
        if fit is None or fit.applies is not Applies.UNKNOWN:
            return ""
        return fit_reason(fit, words)

    def adjusted(self, drug: str) -> list[Recommendation]:
        """Return this patient's recommendations for phenotypes after phenoconversion."""
        return self.split(drug, self._adjusted.get(drug, ()))[0]

    def conversions(self, rows: Sequence[Recommendation]) -> list[GeneConversion]:
        """Return the conversions underlying rows of adjusted recommendations."""
        pairs = dict.fromkeys((row.drug, gene) for row in rows for gene in row.genes)
        found = (self._apart.get(drug, self._converted).get(gene) for drug, gene in pairs)
        known = (conversion for conversion in found if conversion is not None)
        return [c for c in known if c.lookup_keys and c.reason != "no_change"]


def build_patient(
    context: PatientContext | None,
    anchors: Mapping[str, str],
    words: Words,
    *,
    is_capped: bool = False,
) -> PatientEntry | None:
    """Return the patient section of a report, None without a patient.

    ``anchors`` are the ids of drugs in the report; ``is_capped`` says that an age of 90
    represents all higher ages.
    """
    if context is None:
        return None
    acts = _acting(context.conversions, words)
    shown = [(m, _medicine(m, anchors, acts, words)) for m in context.medicines]
    return PatientEntry(
        facts=(*_facts(context.patient, words, is_capped), *_told(context, words)),
        current=tuple(e for m, e in shown if m.use is MedicineUse.CURRENT),
        other=tuple(e for m, e in shown if m.use is not MedicineUse.CURRENT),
        conversions=tuple(conversion_entry(c, words) for c in context.conversions),
        unrecognised=tuple(part for m in context.medicines for part in m.unrecognised),
    )


def _facts(
    patient: Patient,
    words: Words,
    is_capped: bool,  # noqa: FBT001
) -> Iterable[tuple[str, str]]:
    label = words["patient"]
    for name, unit in _UNITS.items():
        value = getattr(patient, name)
        if value is not None:
            # in a de-identified result 90 represents every higher age
            more = "+" if is_capped and name == "age_years" and value >= CAP else ""
            yield label[name], f"{_number(value, words)}{more} {label.get(unit, unit)}"
    if patient.sex:
        yield label["sex"], label[patient.sex]
    kidney = patient.kidney
    if kidney.egfr is not None:
        yield label["egfr"], f"{_number(kidney.egfr, words)} {label['egfr_unit']}"
    if kidney.creatinine_clearance is not None:
        cleared = _number(kidney.creatinine_clearance, words)
        yield label["creatinine_clearance"], f"{cleared} {label['clearance_unit']}"
    flags = {
        "dialysis": kidney.dialysis,
        "pregnant": patient.pregnant,
        "breastfeeding": patient.breastfeeding,
    }
    for name, flag in flags.items():
        if flag is not None:
            yield label[name], label["yes"] if flag else label["no"]
    if patient.liver.child_pugh:
        yield label["child_pugh"], patient.liver.child_pugh
    names = [c.name or f"{c.system} {c.code}".strip() for c in patient.conditions]
    if names:
        yield label["conditions"], "; ".join(dict.fromkeys(names))
    if patient.date:
        yield label["as_of"], day(patient.date, words)


def _number(value: float, words: Words) -> str:
    return figure(f"{value:g}", words)


def _told(context: PatientContext, words: Words) -> Iterable[tuple[str, str]]:
    """Yield outcomes without a medicine, and reactions to medicines that are not listed."""
    label = words["patient"]
    for outcome in context.patient.outcomes:
        if not outcome.medicine:
            yield label["reported"], f"{outcome.question}: {outcome.answer}"
    # reactions to listed medicines are shown with the medicine
    shown = {said for medicine in context.medicines for said in medicine.reactions}
    for reaction in context.patient.reactions:
        said = reaction_text(reaction)
        if said not in shown:
            yield label["past_reaction"], f"{reaction.medicine}: {days(said, words)}"


def _acting(conversions: Iterable[GeneConversion], words: Words) -> dict[str, list[str]]:
    """Return, by substance, its effect on each gene's enzyme."""
    found: dict[str, list[str]] = {}
    for conversion in conversions:
        for said in conversion.medicines:
            substance, effect = _parted(said)
            found.setdefault(substance.casefold(), []).append(
                f"{conversion.gene} {words['effect'].get(effect, effect)}"
            )
    return {substance: list(dict.fromkeys(effects)) for substance, effects in found.items()}


def _parted(said: str) -> tuple[str, str]:
    """Split ``fluoxetine (strong inhibitor)``."""
    substance, _, effect = said.rpartition(" (")
    return substance, effect.removesuffix(")")


def _medicine(
    medicine: KnownMedicine,
    anchors: Mapping[str, str],
    acts: Mapping[str, Sequence[str]],
    words: Words,
) -> MedicineEntry:
    label = words["patient"]
    since = label["since"].format(date=day(medicine.since, words)) if medicine.since else ""
    use = "" if medicine.use is MedicineUse.CURRENT else label[medicine.use.value]
    remark = label["local"] if medicine.local else ""
    if medicine.unrecognised:
        remark = label["unrecognised"].format(names=", ".join(medicine.unrecognised))
    elif not medicine.drugs and not remark:
        remark = label["no_guidance"]
    # a stopped or topical medicine does not affect an enzyme
    current = medicine.use is MedicineUse.CURRENT and not medicine.local
    effects = (
        [e for s in medicine.substances for e in acts.get(s.casefold(), ())] if current else []
    )
    reactions = [label["reaction"].format(what=days(r, words)) for r in medicine.reactions]
    return MedicineEntry(
        name=medicine.name,
        detail=", ".join(filter(None, (use, medicine.dose, since))),
        drugs=tuple((drug, anchors.get(drug, "")) for drug in medicine.drugs),
        remark=remark,
        acts=tuple(effects),
        reported=(*reactions, *(days(told, words) for told in medicine.outcomes)),
        use=medicine.use.value,
    )


def conversion_entry(conversion: GeneConversion, words: Words) -> ConversionEntry:
    """Return the report entry of one gene affected by medicines."""
    label = words["patient"]
    is_converted = bool(conversion.lookup_keys)
    why = label[f"reason_{conversion.reason}"] if conversion.reason else ""
    why = why.format(drug=in_words(conversion.drug, words["phrases"]))
    return ConversionEntry(
        gene=conversion.gene,
        medicines=", ".join(_acting_medicine(said, words) for said in conversion.medicines),
        predicted=_result(conversion.predicted_phenotype, conversion.predicted_score, words),
        converted=_result(conversion.phenotype, conversion.activity_score, words)
        if is_converted
        else why,
        evidence=label[f"evidence_{conversion.evidence}"],
        is_converted=is_converted,
        # the page links these: only PubMed numbers are accepted
        pmids=tuple(p for p in conversion.pmids if p.isdecimal()),
    )


def _acting_medicine(said: str, words: Words) -> str:
    substance, effect = _parted(said)
    # a result of another version may have an unknown effect, which keeps its saved wording
    if effect not in words["effect"]:
        return said
    return f"{in_words(substance, words['phrases'])} ({words['effect'][effect]})"


def _result(phenotype: str | None, score: str | None, words: Words) -> str:
    label: Mapping[str, str] = words["patient"]
    if phenotype is None:
        return label["no_result"]
    named = phenotype_in_words(phenotype, words)
    if not score:
        return named
    scored = label["score"].format(score=figure(score, words))
    return label["scored"].format(phenotype=named, score=scored)


def fit_reason(fit: PopulationFit | ConditionFit, words: Words) -> str:
    """Return as text why a population does not, or may not, include the patient."""
    code, arguments = coded(fit.reason)
    said: str = words["patient"][f"fit_{code}"]
    return said.format(*(figure(argument, words) for argument in arguments))
