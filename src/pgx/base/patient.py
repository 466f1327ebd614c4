"""Records of the person in front of the prescriber, and of what that person's medicines change.

What a patient file says stands in `Patient`; the other records hold what the knowledge base makes
of it. Genotype and its meaning are never changed by either.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

__all__ = [
    "Applies",
    "Condition",
    "ConditionFit",
    "GeneConversion",
    "Kidney",
    "KnownMedicine",
    "Liver",
    "Medicine",
    "MedicineUse",
    "Outcome",
    "Patient",
    "PopulationFit",
    "Reaction",
    "reaction_text",
]


class MedicineUse(StrEnum):
    """Whether a medicine is taken now, is to be taken, was taken once, or nobody said."""

    CURRENT = "current"
    PLANNED = "planned"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


class Applies(StrEnum):
    """Whether advice for some patients is advice for this one."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Medicine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A medicine as the patient file names it, by name or code; ``since`` is an ISO date.

    ``form`` is the form or route in words (``eye drops``), where the name does not say it.
    """

    name: str = ""
    rxnorm: str = ""
    atc: str = ""
    form: str = ""
    use: MedicineUse = MedicineUse.CURRENT
    since: str = ""
    dose: str = ""


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A diagnosis or indication; ``system`` is ``ICD-10`` or ``SNOMED`` where a code is given."""

    name: str = ""
    code: str = ""
    system: str = ""


class Reaction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a medicine did to this person before."""

    medicine: str
    reaction: str = ""
    severity: str = ""
    date: str = ""


class Outcome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the patient reports: an answer to a question, of a medicine where one is named."""

    question: str
    answer: str
    medicine: str = ""
    date: str = ""


class Kidney(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``egfr`` in mL/min per 1.73 m², ``creatinine_clearance`` in mL/min."""

    egfr: float | None = None
    creatinine_clearance: float | None = None
    dialysis: bool | None = None


class Liver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``child_pugh`` is the class A, B or C, empty where unknown."""

    child_pugh: str = ""


class Patient(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One patient as a patient file describes them; also the file's own JSON form.

    ``date`` is the ISO day for which the facts hold, and to which age and duration are counted.
    ``sample`` names the sample where an input has several. Unknown numbers are None, unknown
    texts empty. ``age_years`` in completed years, ``weight_kg`` in kg, ``height_cm`` in cm.
    """

    schema_version: str = "1.0"
    sample: str = ""
    date: str = ""
    birth_date: str = ""
    age_years: float | None = None
    sex: str = ""
    weight_kg: float | None = None
    height_cm: float | None = None
    pregnant: bool | None = None
    breastfeeding: bool | None = None
    kidney: Kidney = Kidney()
    liver: Liver = Liver()
    conditions: tuple[Condition, ...] = ()
    medicines: tuple[Medicine, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    outcomes: tuple[Outcome, ...] = ()


class KnownMedicine(msgspec.Struct, frozen=True, kw_only=True):
    """A medicine of the patient in the terms of the knowledge base.

    ``substances`` are what it consists of, ``unrecognised`` the parts of its name that nobody
    knows; ``drugs`` are those of its names under which there is guidance. One that is ``local``
    (a cream, eye drops) does not act on enzymes of the liver.
    """

    name: str
    use: MedicineUse
    substances: tuple[str, ...] = ()
    unrecognised: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    local: bool = False
    since: str = ""
    dose: str = ""
    reactions: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()


class PopulationFit(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a guideline's population is this patient's; ``reason`` is a coded fact."""

    drug: str
    population: str
    applies: Applies
    reason: str = ""


class ConditionFit(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a condition of advice holds for this patient, where the patient file decides it.

    ``condition`` is the coded fact of the statement, ``reason`` a coded fact.
    """

    drug: str
    condition: str
    applies: Applies
    reason: str = ""


class GeneConversion(msgspec.Struct, frozen=True, kw_only=True):
    """What current medicines make of one gene's predicted phenotype.

    ``predicted_…`` is what the genotype says and stays as it is; ``phenotype``,
    ``activity_score`` and ``lookup_keys`` are what the rule gives, empty where no rule was
    applied; ``whatever_genotype`` says that it is the same for all. ``evidence`` is
    ``established``, ``limited`` or ``none``, ``reason`` a code of why nothing was converted.
    ``medicines`` are those that act, strongest first, as ``substance (strength effect)``.
    ``drug`` is empty, or the drug whose own effect on the enzyme is left out, or whose label
    advises against the medicines (``label_advises_against``).
    """

    gene: str
    medicines: tuple[str, ...]
    effect: str
    strength: str
    predicted_phenotype: str | None = None
    predicted_score: str | None = None
    phenotype: str | None = None
    activity_score: str | None = None
    lookup_keys: tuple[str, ...] = ()
    whatever_genotype: bool = False
    evidence: str = ""
    reason: str = ""
    pmids: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    drug: str = ""


def reaction_text(reaction: Reaction) -> str:
    """Return what happened, how severe it was and when, as far as it is known."""
    parts = (reaction.reaction or "reaction", reaction.severity, reaction.date)
    return ", ".join(filter(None, parts))
