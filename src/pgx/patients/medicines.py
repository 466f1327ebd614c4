"""A patient's medicines in the terms of the knowledge base."""

from __future__ import annotations

from pgx.base.patient import KnownMedicine, Medicine, MedicineUse, Patient, reaction_text
from pgx.knowledge.vocabulary import Vocabulary
from pgx.patients.forms import is_local

__all__ = ["known_medicines"]

_ORDER = (MedicineUse.CURRENT, MedicineUse.UNKNOWN, MedicineUse.PLANNED, MedicineUse.STOPPED)


def known_medicines(patient: Patient, vocabulary: Vocabulary) -> tuple[KnownMedicine, ...]:
    """Return what the patient takes, may take, is to take or took, current medicines first.

    A medicine that nobody recognises keeps its name and has no substance: it is shown, and said
    to be unknown, never dropped.
    """
    found = [_known(medicine, patient, vocabulary) for medicine in patient.medicines]
    return tuple(sorted(found, key=lambda m: (_ORDER.index(m.use), m.name.casefold())))


def _known(medicine: Medicine, patient: Patient, vocabulary: Vocabulary) -> KnownMedicine:
    substances, unknown = vocabulary.find(
        name=medicine.name, rxnorm=medicine.rxnorm, atc=medicine.atc
    )
    parts = dict.fromkeys(part for s in substances for part in vocabulary.parts(s))
    names = {name.casefold() for s in substances for name in (s.substance, *s.ingredients)}
    drugs = dict.fromkeys(name for s in substances for name in vocabulary.guided(s))
    named = medicine.name.strip() or next((s.substance for s in substances), "")
    return KnownMedicine(
        name=named or medicine.rxnorm or medicine.atc,
        use=medicine.use,
        substances=tuple(parts),
        unrecognised=unknown,
        drugs=tuple(drugs),
        local=is_local(name=medicine.name, form=medicine.form, atc=medicine.atc),
        since=medicine.since,
        dose=medicine.dose,
        reactions=tuple(
            reaction_text(r) for r in patient.reactions if names & _meant(r.medicine, vocabulary)
        ),
        outcomes=tuple(
            f"{o.question}: {o.answer}"
            for o in patient.outcomes
            if o.medicine and names & _meant(o.medicine, vocabulary)
        ),
    )


def _meant(name: str, vocabulary: Vocabulary) -> set[str]:
    """Return the substances that a name means, in lower case."""
    found = vocabulary.find(name=name)[0]
    return {part.casefold() for s in found for part in (s.substance, *s.ingredients)}
