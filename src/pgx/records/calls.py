"""Records of results: gene calls and evidence, recommendations, doses, overrides."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from pgx.base.extensions import html_view
from pgx.errors import printable
from pgx.records.laboratory import RESEARCH_USE_ONLY, ValidatedGene
from pgx.records.patient import ConditionFit, GeneConversion, KnownMedicine, Patient, PopulationFit
from pgx.records.structures import StructureEvidence

__all__ = [
    "GENOTYPE",
    "PHENOCONVERTED",
    "AdviceFacts",
    "AdviceMessage",
    "AlternativeAdvice",
    "AlternativeDiplotype",
    "CallEvidence",
    "CallStatus",
    "Candidate",
    "Certainty",
    "Contradiction",
    "DoseOption",
    "DoseResult",
    "DrugCode",
    "GeneCall",
    "HaplotypeDetail",
    "HaplotypeEvidence",
    "KeyEvidence",
    "OverlayInfo",
    "Override",
    "PatientContext",
    "PatientResult",
    "Provenance",
    "Recommendation",
    "SiteObservation",
    "VariantMatch",
    "iso_day",
    "joined_evidence",
]


class VariantMatch(msgspec.Struct, frozen=True, kw_only=True):
    """A defining variant of a named allele.

    ``needs`` lists the alleles that match. ``state`` is ``matched``, ``unknown`` (the position
    is missing) or ``contradicted``.
    """

    position: str
    rsid: str
    needs: tuple[str, ...]
    state: str


class HaplotypeEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """One haplotype of the best diplotype.

    ``n_named`` counts the positions that its definition names, ``n_answered`` those of them
    with a genotype. ``variants`` are those that distinguish it from the default allele.
    """

    name: str
    function: str | None
    n_named: int
    n_answered: int
    variants: tuple[VariantMatch, ...] = ()


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """A position at which a diplotype contradicts the observation.

    ``needs`` has, for each haplotype, the alleles that the diplotype allows there. ``kind`` is
    ``allele``, or ``phase`` where the alleles are right but are on the opposite haplotypes.
    """

    position: str
    rsid: str
    observed: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    kind: str
    phased: bool


class AlternativeDiplotype(msgspec.Struct, frozen=True, kw_only=True):
    """An alternative diplotype.

    ``why`` is ``fits`` (the next candidate), ``fits_other_function`` (the next candidate of
    other functions), ``nearest`` (excluded, by the fewest observed alleles) or
    ``nearest_other_function``; or ``given``: an outside call that the input contradicts.
    ``contradictions`` exclude it; ``open_sites`` and ``open_phase`` would distinguish a candidate
    from the best one. ``n_alike`` counts the diplotypes that are excluded by as few alleles.
    """

    diplotype: str
    functions: tuple[str | None, ...]
    why: str
    probability: float | None = None
    contradictions: tuple[Contradiction, ...] = ()
    open_sites: tuple[str, ...] = ()
    open_phase: tuple[str, ...] = ()
    n_alike: int = 1


class CallEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence for a call, haplotype by haplotype, and against other diplotypes."""

    haplotypes: tuple[HaplotypeEvidence, ...] = msgspec.field(default=(), name="strands")
    alternatives: tuple[AlternativeDiplotype, ...] = msgspec.field(default=(), name="rivals")


class DoseOption(msgspec.Struct, frozen=True, kw_only=True):
    """A dose or answer that is possible with the given data.

    ``when`` are its conditions, ``name = value`` each; ``probability`` is None if it was not
    computed. Doses are in the unit of the `DoseResult`.
    """

    when: tuple[str, ...] = ()
    dose: float | None = None
    low: float | None = None
    high: float | None = None
    text: str = ""
    probability: float | None = None


class DoseResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one dosing model or rule for one drug and one patient.

    ``kind`` is ``alert`` (to be seen before any dose), ``equation``, ``flow``, ``loading``,
    ``rule`` or ``not_answered``. ``rank`` counts from 1 in the order in which guidelines would have
    them read; ``preferred`` says that a guideline prefers a flow to an equation for this patient.
    ``dose`` is in ``unit``; ``low`` to ``high`` hold it with probability ``level`` (None: a range
    of the source). With certainty ``depends`` the dose is of the likeliest values, ``options`` are
    other ones and ``depends_on`` what would settle it. ``code`` and ``reason`` say why there is no
    dose. ``asked`` is ``current``, ``planned`` or ``named``.
    """

    drug: str
    asked: str
    rank: int
    kind: str
    name: str = ""
    version: str = ""
    digest: str = ""
    preferred: bool = False
    certainty: str = ""
    dose: float | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    unit: str = ""
    text: str = ""
    depends_on: tuple[str, ...] = ()
    options: tuple[DoseOption, ...] = ()
    code: str = ""
    reason: str = ""


class OverlayInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A laboratory's overlay of the release; ``date`` is an ISO date.

    ``digest`` is the SHA-256 (hex) over the folder's files.
    """

    laboratory: str
    version: str
    date: str
    digest: str


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """A laboratory's decision on one gene or drug of a sample, shown beside the computed result.

    One of ``gene`` and ``drug`` is empty. ``by`` names who decided, ``date`` is an ISO day.
    """

    sample: str
    gene: str = ""
    drug: str = ""
    says: str
    by: str
    date: str
    reason: str

    @property
    def subject(self) -> str:
        """The gene or drug of the override."""
        return self.gene or self.drug


def iso_day(text: str) -> date | None:
    """Return the day that ``YYYY-MM-DD`` names, None for anything else.

    >>> iso_day("2025-10-01"), iso_day("2025-02-30"), iso_day("20251001")
    (datetime.date(2025, 10, 1), None, None)
    """
    try:
        return date.fromisoformat(text) if len(text) == len("2025-10-01") else None
    except ValueError:
        return None


GENOTYPE: Final = "genotype"
"""Basis of a recommendation for the phenotype predicted by the genotype."""
_PLACES: Final = 12  # decimals of a probability; float64 sums differ beyond them
PHENOCONVERTED: Final = "phenoconverted"
"""Basis of a recommendation for the phenotype after inhibitors and inducers."""


class CallStatus(StrEnum):
    """How far the data determine the call of one gene."""

    CALLED = "called"
    AMBIGUOUS = "ambiguous"
    NO_CALL = "no_call"
    NOT_ASSESSED = "not_assessed"


class Certainty(StrEnum):
    """Whether a recommendation is the same for every plausible candidate."""

    CERTAIN = "certain"
    DEPENDS = "depends"
    UNKNOWN = "unknown"


class Candidate(msgspec.Struct, frozen=True):
    """A diplotype that fits; ``probability`` is None without a prior."""

    diplotype: str
    probability: float | None = None


class SiteObservation(msgspec.Struct, frozen=True, kw_only=True):
    """The observation at one defining position.

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

    ``contains`` are alleles of known function all of whose variants the haplotype has, if its own
    function is unknown: its function is then unlikely to be milder than theirs.
    """

    name: str
    function: str | None
    activity_value: str | None
    variants: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()


class KeyEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """The probability of a lookup key, and what would distinguish it from the best candidate's.

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
    # order of first occurrence: results have to be the same bytes in every run
    return msgspec.structs.replace(
        one,
        probability=None if known is None else _together(known, share),
        by_group=tuple(_together(a, b) for a, b in groups),
        settled_by=tuple(dict.fromkeys((*one.settled_by, *two.settled_by))),
        open_core=tuple(dict.fromkeys((*one.open_core, *two.open_core))),
        failed=tuple(dict.fromkeys((*one.failed, *two.failed))),
    )


def _together(one: float, two: float) -> float:
    """Return a sum of probabilities, at most 1: rounded terms can add up to slightly more."""
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
    # not in the table: needed by the guideline lookup and the reports
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


class AdviceMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The text of advice as codes, so that it can be written in any language.

    The text names, in this order, the genes whose result is ``unresolved`` or whose
    ``copy_number`` was not determined, both of which make it provisional; the genes whose result
    is ``missing``, ``decisive`` being those that could change the advice; then the advice itself.
    That is the ``statement`` of the release with this identifier or, where there is none,
    the sentence ``no_statement``, a code of the catalogue's table ``phrases.advice``.
    ``not_assignable`` are genes whose result says nothing, so that the statement for an untested
    gene answers. ``unmet`` are those of the conditions that a patient file shows not to hold.
    """

    statement: str = ""
    no_statement: str = ""
    unresolved: tuple[str, ...] = ()
    copy_number: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    decisive: tuple[str, ...] = ()
    not_assignable: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()


class AlternativeAdvice(msgspec.Struct, frozen=True, kw_only=True):
    """The recommendation for another candidate; ``message`` is its text as codes."""

    lookup: str
    action: tuple[str, ...]
    text: str
    probability: float | None = None
    condition: str | None = None
    message: AdviceMessage | None = None


class DrugCode(msgspec.Struct, frozen=True, omit_defaults=True):
    """A drug or a class of drugs by name; codes where it has any (RxNorm ingredient, ATC)."""

    name: str
    rxnorm: str = ""
    atc: str = ""


class AdviceFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A statement as facts that a program can act on; what a statement lacks is left out.

    Fields and codes are those of `pgx.records.advice.Statement`; ``statement`` is its identifier.
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
    reference genotype the same. ``message`` is the text as codes, None in results of older
    versions.
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
    message: AdviceMessage | None = None


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Provenance of a result, without a time, so that equal runs give equal bytes.

    ``data_digest`` and ``code_digest`` are SHA-256 (hex) over all shipped data and over the
    program, empty in results of older versions. ``input`` has the files of variants first, then
    those beside them, which have a ``role``. ``overlay`` is the laboratory's overlay of the
    release, None without one. ``knowledge_date`` is the month in the release's name,
    empty if it has none; its age depends on the date and is therefore given in reports only.
    ``intended_use`` is research use only, unless a laboratory declares that it has validated
    ``validated_genes``.
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
    intended_use: str = RESEARCH_USE_ONLY
    validated_genes: tuple[ValidatedGene, ...] = ()


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
