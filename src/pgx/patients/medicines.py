"""A patient's medicines in the terms of the knowledge base, and whether they act systemically."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pgx.base.patient import KnownMedicine, Medicine, MedicineUse, Patient, reaction_text
from pgx.knowledge.medicines import Vocabulary

__all__ = [
    "is_local",
    "known_medicines",
]

_LOCAL: Final = re.compile(
    r"\b(?:topical(?:ly)?|cutaneous|cream|ointment|lotion|shampoo|gel|nail (?:lacquer|varnish)"
    r"|eye|ophthalmic|ear|otic|auricular)\b",
    re.IGNORECASE,
)
_SYSTEMIC: Final = re.compile(
    r"\b(?:oral(?:ly)?|oromucosal|buccal|tablets?|tabs?|capsules?|caps?|syrup|injections?"
    r"|injectable|infusion|intravenous(?:ly)?|intramuscular(?:ly)?|subcutaneous(?:ly)?|iv|im|sc|po"
    r"|transdermal|patch(?:es)?|suppository|suppositories|rectal|vaginal|by mouth)\b",
    re.IGNORECASE,
)
_LOCAL_ATC: Final = re.compile("D(?!01B|05B|10B|11AH08)|S0[123]|M02A")
"""Groups for skin, eye, ear and sore joints, without those of the skin that are swallowed."""


def is_local(*, name: str = "", form: str = "", atc: str = "") -> bool:
    """Whether name, form or ATC code say that a medicine is applied to skin, eye or ear.

    >>> is_local(name="Terbinafine 1% cream"), is_local(name="Terbinafine 250 mg tablet")
    (True, False)
    """
    words = f"{name} {form}"
    if _SYSTEMIC.search(words):
        return False
    return bool(_LOCAL.search(words) or _LOCAL_ATC.match(atc.strip().upper()))


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
