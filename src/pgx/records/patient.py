"""Records of a patient, of medicines as substances, and of what these do to enzymes."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

import msgspec

__all__ = [
    "DECIDED_BY",
    "JUDGEMENTS",
    "AdviceCondition",
    "Applies",
    "Condition",
    "ConditionCode",
    "ConditionFit",
    "ConversionRule",
    "GeneConversion",
    "Kidney",
    "KnownMedicine",
    "Liver",
    "Medicine",
    "MedicineUse",
    "Modulator",
    "Outcome",
    "Patient",
    "PopulationFit",
    "PopulationRule",
    "Reaction",
    "ScoreRange",
    "Substance",
    "UnwantedPair",
    "condition_code",
    "is_icd10_code",
    "is_snomed_concept",
    "reaction_text",
]


# forms only: whether a code exists is not checked, but no name or number of a person has them
_ICD10 = re.compile(r"[A-Z][0-9][0-9AB](\.[0-9X]{1,3}[0-9A-Z]?)?")
_CONCEPT = re.compile(r"[1-9][0-9]{2,14}[01]0[0-9]")
# Verhoeff's check: the dihedral group of order 10, and the powers of a permutation.
_TIMES: Final = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_POWERS: Final = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901",
    "2793806415", "7046913258",
)  # fmt: skip


def is_icd10_code(text: str) -> bool:
    """Whether a text has the form of an ICD-10 or ICD-10-CM code.

    >>> is_icd10_code("I21.4"), is_icd10_code("Smith"), is_icd10_code("A00.JOHN")
    (True, False, False)
    """
    return _ICD10.fullmatch(text) is not None


def is_snomed_concept(text: str) -> bool:
    """Whether a text is an identifier of a SNOMED CT concept: its form and its check digit.

    >>> is_snomed_concept("22298006"), is_snomed_concept("22298007")
    (True, False)
    """
    if not _CONCEPT.fullmatch(text):
        return False
    check = 0
    for place, digit in enumerate(reversed(text)):
        check = int(_TIMES[check][int(_POWERS[place % 8][int(digit)])])
    return check == 0


class MedicineUse(StrEnum):
    """Whether a medicine is taken now, planned, stopped, or of unknown use."""

    CURRENT = "current"
    PLANNED = "planned"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


class Applies(StrEnum):
    """Whether a recommendation for a population applies to this patient."""

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
    """An earlier adverse reaction to a medicine."""

    medicine: str
    reaction: str = ""
    severity: str = ""
    date: str = ""


class Outcome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A patient-reported outcome: a question and its answer, about a medicine if one is named."""

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

    ``substances`` are its ingredients, ``unrecognised`` the unknown parts of its name; ``drugs``
    are its names that guidelines use. A ``local`` medicine (a cream, eye drops) does not change
    the activity of liver enzymes.
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
    """Whether the patient belongs to a guideline's population; ``reason`` is a coded fact."""

    drug: str
    population: str
    applies: Applies
    reason: str = ""


class ConditionFit(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the condition of a recommendation holds, if the patient file decides it.

    ``condition`` is the coded fact of the statement, ``reason`` a coded fact.
    """

    drug: str
    condition: str
    applies: Applies
    reason: str = ""


class GeneConversion(msgspec.Struct, frozen=True, kw_only=True):
    """Phenoconversion of one gene by current medicines.

    ``predicted_…`` is the prediction from the genotype and does not change; ``phenotype``,
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
    """Return reaction, severity and date, as far as they are known."""
    parts = (reaction.reaction or "reaction", reaction.severity, reaction.date)
    return ", ".join(filter(None, parts))


JUDGEMENTS: Final = ("no_alternative", "no_skin_reaction", "phase_of_treatment")
"""Criteria that only a prescriber can assess: no record contains them."""

_NO_CODE: Final = re.compile(r"[^a-z0-9]+")
DECIDED_BY: Final = (
    "adults", "adults_or_weight_from", "age_below", "age_below_or_adolescent", "age_from",
    "body_mass_index", "breastfeeding", "children", "diagnosis", "diagnosis_first", "dose_above",
    "dose_from", "inducer", "inhibitor", "long_use", "long_use_effective", "long_use_tolerated",
    "medicine", "never", "no_inducer", "no_inhibitor", "no_medicine", "no_reaction",
    "weight_below", "weight_from",
)  # fmt: skip
"""Codes of conditions that a patient file can decide."""


class Substance(msgspec.Struct, frozen=True, kw_only=True):
    """A substance or combination with its codes (RxNorm ingredient, ATC) and other names."""

    substance: str
    rxnorm: str = ""
    atc: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    ingredients: tuple[str, ...] = ()
    source: str = ""


class Modulator(msgspec.Struct, frozen=True, kw_only=True):
    """A substance that inhibits or induces the enzyme of a gene.

    ``effect`` is ``inhibitor`` or ``inducer``, ``strength`` ``strong``, ``moderate`` or ``weak``.
    """

    substance: str
    gene: str
    effect: str
    strength: str
    source: str = ""
    note: str = ""


class UnwantedPair(msgspec.Struct, frozen=True, kw_only=True):
    """Substances that a drug's label advises against: they inhibit the enzyme that activates it."""

    drug: str
    gene: str
    substances: tuple[str, ...]
    source: str = ""


class ConversionRule(msgspec.Struct, frozen=True, kw_only=True):
    """How a modulator of some strength changes the phenotype predicted from the genotype.

    ``method`` is ``score_factor`` (the activity score is multiplied by ``value``),
    ``phenotype_to`` (``value`` is the phenotype), ``phenotype_steps`` (towards poor where
    ``value`` is negative) or ``none``.
    """

    gene: str
    effect: str
    strength: str
    method: str
    value: str = ""
    evidence: str = ""
    pmids: tuple[str, ...] = ()
    source: str = ""
    note: str = ""


class ScoreRange(msgspec.Struct, frozen=True, kw_only=True):
    """The activity scores of one phenotype: at least or above ``low``, at most or below ``high``.

    ``high`` is None where there is no limit.
    """

    gene: str
    phenotype: str
    low: float
    low_included: bool
    high: float | None = None
    high_included: bool = False
    pmids: tuple[str, ...] = ()
    source: str = ""

    def holds(self, score: float) -> bool:
        """Whether an activity score (unitless) lies in this range."""
        above = score > self.low or (self.low_included and score == self.low)
        if self.high is None:
            return above
        return above and (score < self.high or (self.high_included and score == self.high))


class PopulationRule(msgspec.Struct, frozen=True, kw_only=True):
    """Criteria of a guideline's population; all of them must hold.

    Ages in completed years, weight in kg. ``exposure`` is ``never`` or ``over_months=N`` to the
    drug in question; ``conditions`` are codes of which one must be present; ``judgement`` is
    one of `JUDGEMENTS`.
    """

    population: str
    age_from: float | None = None
    age_below: float | None = None
    weight_over: float | None = None
    exposure: str = ""
    conditions: tuple[str, ...] = ()
    judgement: str = ""
    source: str = ""


class ConditionCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code or name of a condition in health records.

    ``system`` is ``ICD-10`` (``code`` and all below it), ``SNOMED`` or ``name`` (lower case).
    """

    condition: str
    system: str
    code: str
    source: str = ""


def condition_code(name: str) -> str:
    """Return the code in `ConditionCode` of a diagnosis that a recommendation names.

    >>> condition_code("Obsessive-compulsive disorder")
    'obsessive_compulsive_disorder'
    """
    return _NO_CODE.sub("_", name.casefold()).strip("_")


class AdviceCondition(msgspec.Struct, frozen=True, kw_only=True):
    """A code for what must hold for an action beyond genotype and population.

    ``arguments`` is the number of its arguments, ``1+`` where there may be more.
    ``decided_by`` is one of `DECIDED_BY`, empty where no patient file decides it.
    ``while_unknown`` is ``holds`` where the action keeps its rank until somebody has decided,
    ``waits`` where it is advice only once the condition is known to hold.
    """

    condition: str
    kind: str
    arguments: str = "0"
    decided_by: str = ""
    while_unknown: str = "holds"
    note: str = ""
    source: str = ""

    @property
    def waits(self) -> bool:
        """Whether the action is no advice before the condition is known to hold."""
        return self.while_unknown == "waits"

    def takes(self, count: int) -> bool:
        """Whether a fact may have so many arguments."""
        least = int(self.arguments.removesuffix("+"))
        return count >= least if self.arguments.endswith("+") else count == least
