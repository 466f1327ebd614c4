"""A patient's medicines in the terms of the knowledge base."""

from __future__ import annotations

from collections.abc import Sequence

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
    told = [
        *((r.medicine, reaction_text(r), True) for r in patient.reactions),
        *((o.medicine, f"{o.question}: {o.answer}", False) for o in patient.outcomes),
    ]
    meant = [(_meant(name, vocabulary), said, is_reaction) for name, said, is_reaction in told]
    found = [_known(medicine, vocabulary, meant) for medicine in patient.medicines]
    return tuple(sorted(found, key=lambda m: (_ORDER.index(m.use), m.name.casefold())))


def _known(
    medicine: Medicine, vocabulary: Vocabulary, told: Sequence[tuple[set[str], str, bool]]
) -> KnownMedicine:
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
        reactions=tuple(said for meant, said, is_reaction in told if is_reaction and names & meant),
        outcomes=tuple(
            said for meant, said, is_reaction in told if not is_reaction and names & meant
        ),
    )


def _meant(name: str, vocabulary: Vocabulary) -> set[str]:
    """Return the substances that a name means, in lower case."""
    found = vocabulary.find(name=name)[0]
    return {part.casefold() for s in found for part in (s.substance, *s.ingredients)}
