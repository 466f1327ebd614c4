"""Add a patient to a result: age, conditions and medicines.

Calls and recommendations by genotype are unchanged; what the patient adds is reported next to
them, with current medicines first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from pgx.base.extensions import extension
from pgx.errors import InputConflictError, SampleNotFoundError, UsageError
from pgx.inputs.settings import SampleInfo
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.patients.read import check_patient, known_medicines, months_between
from pgx.recommendations.condition_fits import ConditionFits, as_stated
from pgx.recommendations.index import GuidanceIndex, guidance_of
from pgx.recommendations.lookup import recommend
from pgx.recommendations.phenoconversion import Phenoconverter
from pgx.recommendations.populations import Populations
from pgx.records.advice import CONFIDENCE
from pgx.records.calls import (
    PHENOCONVERTED,
    DoseResult,
    GeneCall,
    PatientContext,
    PatientResult,
    Recommendation,
)
from pgx.records.patient import GeneConversion, MedicineUse, Patient

__all__ = [
    "Personal",
    "patient_sample",
    "sample_info_with",
    "sample_of",
    "with_patient",
    "without_years",
]

_ALL: Final = "all"
_INHIBITOR: Final = "inhibitor"
_IN_USE: Final = frozenset({MedicineUse.CURRENT, MedicineUse.PLANNED})
_Converted = tuple[list[GeneConversion], dict[str, GeneCall]]


class Personal:
    """Adds one patient to results, using one release of the knowledge base.

    Raises
    ------
    PatientFileError
        The patient's data are invalid.
    """

    def __init__(self, knowledge: KnowledgeBase, guidance: GuidanceIndex, patient: Patient) -> None:
        self.patient = check_patient(patient, "patient")
        self._guidance = guidance
        self._knowledge = knowledge
        self._facts = facts = knowledge.medicines
        self._vocabulary = knowledge.vocabulary
        self.medicines = known_medicines(self.patient, self._vocabulary)
        self._converter = Phenoconverter(
            knowledge.genes, facts.modulators, facts.conversion_rules, facts.score_ranges
        )

    def result(self, plain: PatientResult, drugs: Sequence[str] = ()) -> PatientResult:
        """Return a result with its patient; ``drugs`` are the requested ones, all if empty.

        ``plain`` has recommendations by genotype only.
        """
        conversions, converted = self._converted(plain.calls, ())
        apart, adjusted = self._adjusted(plain, converted, drugs)
        conditions = self._conditions()
        condition_fits = conditions.fits((*plain.recommendations, *adjusted))
        context = PatientContext(
            patient=self.patient,
            medicines=self.medicines,
            fits=self._populations().fits(plain.recommendations),
            condition_fits=condition_fits,
            conversions=(*self._unwanted(plain.calls), *conversions),
            without_own=tuple(apart),
        )
        first = self._first()
        rows = sorted(
            # the sort is stable: recommendations by genotype come first
            conditions.applied((*plain.recommendations, *adjusted), condition_fits),
            key=lambda r: (first.get(r.drug, len(first)), r.drug.casefold()),
        )
        made = msgspec.structs.replace(plain, recommendations=tuple(rows), context=context)
        doses = _doses(self._knowledge, made)
        return msgspec.structs.replace(made, context=msgspec.structs.replace(context, doses=doses))

    def _first(self) -> dict[str, int]:
        """Return the rank of each current drug, in the order of the medicines."""
        taken = [d for m in self.medicines if m.use is MedicineUse.CURRENT for d in m.drugs]
        return {drug: place for place, drug in enumerate(sorted(set(taken), key=str.casefold))}

    def _months(self) -> dict[str, list[float | None]]:
        """Return the months for which each drug has been taken, one number per medicine."""
        months: dict[str, list[float | None]] = {}
        for medicine in self.medicines:
            if medicine.use is MedicineUse.CURRENT:
                taken = months_between(medicine.since, self.patient.date)
                for drug in medicine.drugs:
                    months.setdefault(drug, []).append(taken)
        return months

    def _reacted(self) -> set[str]:
        """Return the drugs with a recorded reaction, whether or not listed as medicines."""
        found = (self._vocabulary.find(name=r.medicine)[0] for r in self.patient.reactions)
        return {drug for known in found for s in known for drug in self._vocabulary.guided(s)}

    def _populations(self) -> Populations:
        facts = self._facts
        return Populations(
            self.patient,
            self.medicines,
            self._months(),
            facts.populations,
            facts.condition_codes,
            self._reacted(),
        )

    def _conditions(self) -> ConditionFits:
        facts = self._facts
        limits = [
            float(rule.exposure.partition("=")[2])
            for rule in facts.populations
            if rule.exposure.startswith("over_months=")
        ]
        return ConditionFits(
            self.patient,
            self.medicines,
            self._months(),
            self._reacted(),
            facts.conditions,
            facts.condition_codes,
            facts.modulators,
            max(limits, default=None),
        )

    def _converted(self, calls: Iterable[GeneCall], but: Iterable[str]) -> _Converted:
        """Return conversions, and the converted call of each gene with a conversion rule.

        The effect of the substances in ``but`` is ignored.
        """
        acting = self._converter.acting(self.medicines, but)
        found: list[GeneConversion] = []
        changed: dict[str, GeneCall] = {}
        for call in calls:
            conversion = self._converter.convert(call, acting.get(call.gene, ()))
            if conversion is not None:
                found.append(conversion)
                # only a changed phenotype can change a recommendation
                if conversion.lookup_keys and conversion.reason != "no_change":
                    changed[call.gene] = self._converter.converted_call(call, conversion)
        return found, changed

    def _unwanted(self, calls: Iterable[GeneCall]) -> Iterator[GeneConversion]:
        """Yield combinations of current or planned medicines that a drug label advises against."""
        # the warnings concern systemic exposure: topical medicines are left out
        in_use = [m for m in self.medicines if m.use in _IN_USE and not m.local]
        taken = {substance.casefold() for m in in_use for substance in m.substances}
        by_gene = {call.gene: call for call in calls}
        for pair in self._facts.unwanted_pairs:
            found = [s for s in pair.substances if s.casefold() in taken]
            if found and pair.drug.casefold() in taken:
                call = by_gene.get(pair.gene)
                yield GeneConversion(
                    gene=pair.gene,
                    medicines=tuple(f"{s} ({self._effect(s, pair.gene)})" for s in found),
                    effect=_INHIBITOR,
                    strength="",
                    predicted_phenotype=call.phenotype if call else None,
                    predicted_score=call.activity_score if call else None,
                    evidence="label",
                    reason="label_advises_against",
                    sources=(pair.source,),
                    drug=pair.drug,
                )

    def _effect(self, substance: str, gene: str) -> str:
        """Return the strength with which a substance inhibits an enzyme, as far as tabulated."""
        known = (
            f"{m.strength} {m.effect}"
            for m in self._facts.modulators
            if (m.gene, m.effect) == (gene, _INHIBITOR)
            and m.substance.casefold() == substance.casefold()
        )
        return next(known, _INHIBITOR)

    def _adjusted(
        self, plain: PatientResult, converted: Mapping[str, GeneCall], drugs: Sequence[str]
    ) -> tuple[list[GeneConversion], list[Recommendation]]:
        """Return recommendations for converted phenotypes, where they differ from the genotype's.

        A drug's effect on its own enzyme is already in its guideline and is ignored; the remaining
        conversions for that drug come first in the result.
        """
        asked = {name.casefold() for name in drugs}
        touched = {
            topic.drug.drug
            for topic in self._guidance.topics
            if converted.keys() & set(topic.genes)
            and (not asked or topic.drug.drug.casefold() in asked)
        }
        own = {drug: parts for drug in sorted(touched) if (parts := self._own_effect(drug))}
        # drugs that act on their own enzyme are looked up below, without that effect
        rows = self._advice(plain, converted, touched - own.keys())
        apart: list[GeneConversion] = []
        for drug, parts in own.items():
            found, changed = self._converted(plain.calls, parts)
            apart += [msgspec.structs.replace(c, drug=drug) for c in found if c.lookup_keys]
            rows += self._advice(plain, changed, {drug})
        usual = {_place(row): row for row in plain.recommendations}
        return apart, [
            msgspec.structs.replace(row, basis=PHENOCONVERTED)
            for row in sorted(rows, key=lambda row: row.drug.casefold())
            if _differs(row, usual.get(_place(row)))
        ]

    def _own_effect(self, drug: str) -> tuple[str, ...]:
        """Return the ingredients of a drug that the patient takes and that acts on an enzyme."""
        known, _ = self._vocabulary.find(name=drug)
        parts = (drug, *(part for s in known for part in self._vocabulary.parts(s)))
        names = {part.casefold() for part in parts}
        acting = self._converter.acting(self.medicines).values()
        found = any(m.substance.casefold() in names for own in acting for m in own)
        return parts if found else ()

    def _advice(
        self, plain: PatientResult, converted: Mapping[str, GeneCall], drugs: Iterable[str]
    ) -> list[Recommendation]:
        if not converted or not drugs:
            return []
        calls = [converted.get(call.gene, call) for call in plain.calls]
        return recommend(self._guidance, plain.sample, calls, sorted(drugs))


def _doses(knowledge: KnowledgeBase, result: PatientResult) -> tuple[DoseResult, ...]:
    """Return the results of dosing models, empty if no models are installed."""
    records = extension("pgx.dosing", "records")
    found: tuple[DoseResult, ...] = records(knowledge, result) if records else ()
    return found


def with_patient(saved: PatientResult, patient: Patient, knowledge: KnowledgeBase) -> PatientResult:
    """Return a saved result with a patient, replacing any patient it has.

    Nothing is called again: a gene that was called without the patient's sex is unchanged.
    ``knowledge`` is the release that made the result.

    Raises
    ------
    PatientFileError
        The patient's data are invalid.
    SampleNotFoundError
        The patient file names another sample.
    """
    patient_sample(patient, [saved.sample])
    settings = saved.provenance.settings
    confidence = float(settings.get("confidence", str(CONFIDENCE)))
    guidance = guidance_of(knowledge, confidence)
    asked = settings.get("drugs", _ALL).split(";")
    drugs = [name for name in asked if name != _ALL]
    stated = as_stated(saved.by_genotype, knowledge.statements)
    in_order = tuple(sorted(stated, key=lambda row: row.drug.casefold()))
    plain = msgspec.structs.replace(saved, recommendations=in_order, context=None)
    return Personal(knowledge, guidance, patient).result(plain, drugs)


def _place(row: Recommendation) -> tuple[object, ...]:
    tested = tuple(part.partition("=")[2].rpartition(" ")[0] for part in row.lookup.split(";"))
    alleles = tested if row.lookup.endswith((" positive", " negative")) else ()
    return (row.drug, row.source, row.guideline_id, row.population, row.genes, alleles)


def _differs(row: Recommendation, usual: Recommendation | None) -> bool:
    """Whether a prescriber would act differently, or the certainty of the advice changes."""
    # there is no recommendation for the genotype to compare with
    if usual is None:
        return True
    return _advised(row) != _advised(usual)


def _advised(row: Recommendation) -> tuple[object, ...]:
    others = tuple(a.action for a in row.alternatives)
    return (
        row.condition,
        row.action,
        row.dose_factor_min,
        row.dose_factor_max,
        row.certainty,
        row.text,
        others,
    )


def sample_of(patient: Patient | None, asked: Sequence[str]) -> str:
    """Return the sample of a patient file, as far as known before the inputs are read."""
    if patient is None:
        return ""
    return patient.sample or (asked[0] if len(asked) == 1 else "")


def patient_sample(patient: Patient, samples: Sequence[str]) -> str:
    """Return the sample of a patient file.

    Raises
    ------
    SampleNotFoundError
        The file names a sample that no input has.
    UsageError
        The file names no sample, and there are several.
    """
    if patient.sample:
        if patient.sample not in samples:
            raise SampleNotFoundError(
                "the sample that the patient file names is in no input that could be read",
                remedy="correct `sample` in the patient file",
            )
        return patient.sample
    if len(samples) != 1:
        raise UsageError(
            f"--patient is for one person, and there are {len(samples)} samples",
            remedy="choose one with --samples, or name it in the patient file",
        )
    return samples[0]


def sample_info_with(
    patient: Patient, sample: str, known: Mapping[str, SampleInfo]
) -> dict[str, SampleInfo]:
    """Return sex and population by sample, including the patient's sex.

    Raises
    ------
    InputConflictError
        The sample table and the patient file disagree about the sex.
    """
    info = known.get(sample, SampleInfo(sample=sample))
    if patient.sex and info.sex and patient.sex != info.sex:
        raise InputConflictError(
            "the patient file and the sample table differ in the sex",
            remedy="correct one of them",
        )
    return {**known, sample: msgspec.structs.replace(info, sex=info.sex or patient.sex)}


def without_years(patient: Patient) -> Patient:
    """Return a patient without dates given as years only, as in a de-identified result.

    A year alone does not allow a duration to be computed: it counts as unknown.
    """
    replace = msgspec.structs.replace
    return replace(
        patient,
        date=_day_or_none(patient.date),
        birth_date=_day_or_none(patient.birth_date),
        medicines=tuple(replace(m, since=_day_or_none(m.since)) for m in patient.medicines),
        reactions=tuple(replace(r, date=_day_or_none(r.date)) for r in patient.reactions),
    )


def _day_or_none(text: str) -> str:
    return "" if len(text) == len("2026") and text.isdecimal() else text
