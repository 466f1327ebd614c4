"""Records of results: what was observed, called and advised for one sample.

Field names of `GeneCall` and `Recommendation` are the columns of the output tables.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from pgx.base.doses import DoseResult
from pgx.base.errors import printable
from pgx.base.evidence import CallEvidence
from pgx.base.extensions import html_view
from pgx.base.local import OverlayInfo, Override
from pgx.base.patient import ConditionFit, GeneConversion, KnownMedicine, Patient, PopulationFit
from pgx.base.structures import StructureEvidence

__all__ = [
    "GENOTYPE",
    "PHENOCONVERTED",
    "AdviceFacts",
    "AlternativeAdvice",
    "CallStatus",
    "Candidate",
    "Certainty",
    "DrugCode",
    "GeneCall",
    "HaplotypeDetail",
    "KeyEvidence",
    "PatientContext",
    "PatientResult",
    "Provenance",
    "Recommendation",
    "SiteObservation",
    "joined_evidence",
]

GENOTYPE: Final = "genotype"
"""Basis of advice that the genotype alone gives."""
_PLACES: Final = 12  # of a probability: what is left is rounding
PHENOCONVERTED: Final = "phenoconverted"
"""Basis of advice for the phenotype that current medicines leave."""


class CallStatus(StrEnum):
    """How far the data answer one gene."""

    CALLED = "called"
    AMBIGUOUS = "ambiguous"
    NO_CALL = "no_call"
    NOT_ASSESSED = "not_assessed"


class Certainty(StrEnum):
    """Whether the advice is the same whichever candidate is true."""

    CERTAIN = "certain"
    DEPENDS = "depends"
    UNKNOWN = "unknown"


class Candidate(msgspec.Struct, frozen=True):
    """A diplotype that fits; ``probability`` is None without a prior."""

    diplotype: str
    probability: float | None = None


class SiteObservation(msgspec.Struct, frozen=True, kw_only=True):
    """What the input says at one defining position.

    ``position`` is ``chrN:pos`` on GRCh38. ``alleles`` are allele strings per haplotype,
    "." where unknown. ``evidence`` is ``record``, ``reference_block``,
    ``assumed_reference`` or ``none``; ``reason`` says why a site is unknown.
    ``phase_block`` is None where phase does not matter or is unknown. ``likelihoods`` are
    pairs of alleles with their phred-scaled likelihood, the best being 0, where the genotype is
    too unsure to count as called. ``heteroplasmy`` is the share of reads (0-1) with the altered
    allele at a mitochondrial position, None where the input has no reads by allele.
    """

    position: str
    rsid: str
    alleles: tuple[str, ...]
    ref: str
    evidence: str
    reason: str | None = None
    phased: bool = False
    phase_block: int | None = None
    gq: int | None = None
    dp: int | None = None
    likelihoods: tuple[tuple[str, str, int], ...] = ()
    heteroplasmy: float | None = None


class HaplotypeDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One haplotype of the best diplotype: its name, function, and the variants it carries.

    ``contains`` are alleles of known effect all of whose variants it has, where no source knows
    its own function: its effect is not known, and is hardly milder than theirs.
    """

    name: str
    function: str | None
    activity_value: str | None
    variants: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()


class KeyEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """How probable a lookup key is, and what would tell it from the best candidate's.

    ``probability`` is the posterior of all candidates with this key, None without a prior, and
    where a combination of alleles may, but need not, have it; ``at_most`` is then the posterior
    of such combinations, None where the best candidate is one. ``by_group`` is the posterior in
    each population group alone, empty where the run named a group. ``settled_by`` are all
    positions ``chrN:pos``, and pairs ``phase:chrN:pos+chrN:pos``, whose answer could show this
    key. Through the core positions ``open_core`` (no data) and the positions ``failed`` (data
    that cannot be used) a documented haplotype leads to it, whatever its probability is.
    """

    lookup_key: str
    probability: float | None = None
    at_most: float | None = None
    by_group: tuple[float, ...] = ()
    settled_by: tuple[str, ...] = ()
    open_core: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


def joined_evidence(one: KeyEvidence, two: KeyEvidence) -> KeyEvidence:
    """Return the evidence of two outcomes with the same key; the first has a probability."""
    share = two.probability if two.probability is not None else 0.0
    known = one.probability
    groups = zip(one.by_group, two.by_group or (0.0,) * len(one.by_group), strict=False)
    return msgspec.structs.replace(
        one,
        probability=None if known is None else _together(known, share),
        by_group=tuple(_together(a, b) for a, b in groups),
        settled_by=tuple(dict.fromkeys((*one.settled_by, *two.settled_by))),
        open_core=tuple(dict.fromkeys((*one.open_core, *two.open_core))),
        failed=tuple(dict.fromkeys((*one.failed, *two.failed))),
    )


def _together(one: float, two: float) -> float:
    """Return a sum of probabilities: rounded parts can add up to a little more than 1."""
    return min(round(one + two, _PLACES), 1.0)


class GeneCall(msgspec.Struct, frozen=True, kw_only=True):
    """The call of one gene in one sample; see ``docs/reference/columns.md``.

    One made by hand needs ``gene`` and what is known: a diplotype, candidates or a phenotype.
    """

    sample: str = ""
    gene: str
    status: CallStatus = CallStatus.CALLED
    diplotype: str | None = None
    probability: float | None = None
    candidates: tuple[Candidate, ...] = ()
    n_candidates: int = 0
    rest: float | None = None
    phenotype: str | None = None
    activity_score: str | None = None
    phenotypes: tuple[str, ...] = ()
    phased: str | None = None
    n_positions: int = 0
    n_missing: int = 0
    missing: tuple[str, ...] = ()
    undocumented: tuple[str, ...] = ()
    source: str = "vcf"
    notes: tuple[str, ...] = ()
    # beyond the table: what the join with guidelines and the reports need
    lookup_keys: tuple[str, ...] = ()
    key_evidence: tuple[KeyEvidence, ...] = ()
    copy_keys: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    haplotypes: tuple[HaplotypeDetail, ...] = ()
    findings: tuple[str, ...] = ()
    candidate_factors: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    sites: tuple[SiteObservation, ...] = ()
    evidence: CallEvidence | None = None
    structure: StructureEvidence | None = None


class AlternativeAdvice(msgspec.Struct, frozen=True, kw_only=True):
    """Other advice that some candidate would give."""

    lookup: str
    action: tuple[str, ...]
    text: str
    probability: float | None = None
    condition: str | None = None


class DrugCode(msgspec.Struct, frozen=True, omit_defaults=True):
    """A drug or a class of drugs by name; codes where it has any (RxNorm ingredient, ATC)."""

    name: str
    rxnorm: str = ""
    atc: str = ""


class AdviceFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A statement as facts that a program can act on; what a statement lacks is left out.

    Fields and codes are those of `pgx.base.advice.Statement`; ``statement`` is its identifier.
    ``condition`` are the conditions as coded facts, whatever a patient file decides;
    ``unconditional`` is the action that holds while they are open, empty where that is the row's.
    ``instead`` are drugs and classes to use instead, ``instead_when`` under which condition.
    ``source``, ``reviewer`` and ``reviewed`` (ISO day) are given for local statements only.
    """

    statement: str
    condition: tuple[str, ...] = ()
    unconditional: tuple[str, ...] = ()
    reason: str = ""
    dose_of: str = ""
    dose_as: str = ""
    dose_when: tuple[str, ...] = ()
    standard_dose: str = ""
    starting_dose: str = ""
    maximum_dose: str = ""
    frequency: str = ""
    titration: tuple[str, ...] = ()
    instead: tuple[DrugCode, ...] = ()
    instead_when: tuple[str, ...] = ()
    avoid_also: tuple[DrugCode, ...] = ()
    monitoring: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    duration: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    source: str = ""
    reviewer: str = ""
    reviewed: str = ""


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """One row of advice: a drug, a guideline, a population, a condition, a statement.

    ``condition`` is what must hold for the action beyond genotype and population, ``code: text``;
    None where nothing more must hold. ``basis`` is `GENOTYPE` or `PHENOCONVERTED`. ``residual`` is
    the posterior probability of other advice, None without a prior. ``updated`` is the ISO date
    of a newer version of the guideline that the release knows of and does not hold. ``may_alert``
    says whether the row may raise an alert: False where the guideline tells people with the
    reference genotype the same.
    """

    sample: str
    drug: str
    source: str
    genes: tuple[str, ...]
    lookup: str
    population: str
    condition: str | None = None
    basis: str = GENOTYPE
    action: tuple[str, ...]
    dose_factor_min: float | None = None
    dose_factor_max: float | None = None
    classification: str | None = None
    certainty: Certainty = Certainty.CERTAIN
    residual: float | None = None
    depends_on: tuple[str, ...] = ()
    alternatives: tuple[AlternativeAdvice, ...] = ()
    updated: str | None = None
    text: str = ""
    implications: tuple[str, ...] = ()
    guideline_id: str = ""
    pmids: tuple[str, ...] = ()
    # beyond the table
    may_alert: bool = True
    facts: AdviceFacts | None = None


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """What produced a result; no clock time, so that equal runs give equal bytes.

    ``data_digest`` and ``code_digest`` are SHA-256 (hex) over all shipped data and over the
    program, empty in results of older versions. ``input`` has the files of variants first, then
    those beside them, which have a ``role``. ``overlay`` is the laboratory's folder that was laid
    over the release, None without one. ``knowledge_date`` is the month in the release's name,
    empty where it names none; its age is told where there is a day to count it to: in a report.
    """

    tool: str
    version: str
    knowledge_release: str
    knowledge_digest: str
    data_digest: str = ""
    code_digest: str = ""
    assembly: str
    input: tuple[dict[str, str], ...]
    settings: dict[str, str]
    overlay: OverlayInfo | None = None
    knowledge_date: str = ""


class PatientContext(msgspec.Struct, frozen=True, kw_only=True):
    """A patient, and what the knowledge base makes of age, conditions and medicines.

    For a drug that acts on an enzyme itself, ``without_own`` are the conversions on which its
    phenoconverted recommendations rest. ``doses`` are what the dosing models in use when the
    result was made say of drugs that the patient takes or is to take.
    """

    patient: Patient
    medicines: tuple[KnownMedicine, ...] = ()
    fits: tuple[PopulationFit, ...] = ()
    condition_fits: tuple[ConditionFit, ...] = ()
    conversions: tuple[GeneConversion, ...] = ()
    without_own: tuple[GeneConversion, ...] = ()
    doses: tuple[DoseResult, ...] = ()


class PatientResult(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one sample; ``context`` is None where no patient file was given.

    ``recommendations`` hold those of the genotype and, with a patient whose medicines convert a
    phenotype, beside them those of the converted phenotype where they differ (`Recommendation`'s
    ``basis``). ``overrides`` are what a laboratory says instead; calls and advice are as computed.
    """

    sample: str
    calls: tuple[GeneCall, ...]
    recommendations: tuple[Recommendation, ...]
    provenance: Provenance
    context: PatientContext | None = None
    overrides: tuple[Override, ...] = ()
    schema_version: str = "1.5"

    @property
    def by_genotype(self) -> tuple[Recommendation, ...]:
        """Recommendations for what the genotype alone predicts."""
        return tuple(row for row in self.recommendations if row.basis != PHENOCONVERTED)

    @property
    def phenoconverted(self) -> tuple[Recommendation, ...]:
        """Recommendations for the phenotypes that current medicines leave, where they differ."""
        return tuple(row for row in self.recommendations if row.basis == PHENOCONVERTED)

    def __repr__(self) -> str:
        called = sum(call.status is CallStatus.CALLED for call in self.calls)
        return (
            f"<PatientResult {printable(self.sample)}: {called} of {len(self.calls)} genes called,"
            f" {len(self.recommendations)} rows of advice, knowledge base"
            f" {printable(self.provenance.knowledge_release)}>"
        )

    def _repr_html_(self) -> str | None:
        """Return what a notebook shows, None where nothing draws it."""
        return html_view(self)
