"""A patient's medicines in terms of the knowledge base, and whether they act systemically."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pgx.knowledge.medicines import Vocabulary
from pgx.records.patient import KnownMedicine, Medicine, MedicineUse, Patient, reaction_text

__all__ = [
    "is_local",
    "known_medicines",
]

# guidelines are about systemic exposure: a cream with the same substance does not trigger them
_LOCAL: Final = re.compile(
    r"\b(?:topical(?:ly)?|cutaneous|cream|ointment|lotion|shampoo|gel|nail (?:lacquer|varnish)"
    r"|eye|ophthalmic|ear|otic|auricular)\b",
    re.IGNORECASE,
)
# words of systemic routes win: "oral gel" or "eye drops and tablets" count as systemic
_SYSTEMIC: Final = re.compile(
    r"\b(?:oral(?:ly)?|oromucosal|buccal|tablets?|tabs?|capsules?|caps?|syrup|injections?"
    r"|injectable|infusion|intravenous(?:ly)?|intramuscular(?:ly)?|subcutaneous(?:ly)?|iv|im|sc|po"
    r"|transdermal|patch(?:es)?|suppository|suppositories|rectal|vaginal|by mouth)\b",
    re.IGNORECASE,
)
_LOCAL_ATC: Final = re.compile("D(?!01B|05B|10B|11AH08)|S0[123]|M02A")
"""ATC groups for skin, eye, ear and joints, without the dermatologicals taken by mouth."""


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
    """Return current, unknown, planned and stopped medicines, in this order.

    An unrecognised medicine keeps its name and has no substance: it is shown as unrecognised,
    never dropped.
    """
    reports = [
        *((r.medicine, reaction_text(r), True) for r in patient.reactions),
        *((o.medicine, f"{o.question}: {o.answer}", False) for o in patient.outcomes),
    ]
    by_substance = [
        (_substance_names(name, vocabulary), text, is_reaction)
        for name, text, is_reaction in reports
    ]
    found = [_known(medicine, vocabulary, by_substance) for medicine in patient.medicines]
    return tuple(sorted(found, key=lambda m: (_ORDER.index(m.use), m.name.casefold())))


def _known(
    medicine: Medicine, vocabulary: Vocabulary, reports: Sequence[tuple[set[str], str, bool]]
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
        reactions=tuple(text for of, text, is_reaction in reports if is_reaction and names & of),
        outcomes=tuple(text for of, text, is_reaction in reports if not is_reaction and names & of),
    )


def _substance_names(name: str, vocabulary: Vocabulary) -> set[str]:
    """Return the substances and ingredients of a medicine's name, in lower case."""
    found = vocabulary.find(name=name)[0]
    return {part.casefold() for s in found for part in (s.substance, *s.ingredients)}
