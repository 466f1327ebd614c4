"""Report content independent of format: a `ReportDocument` from a result and facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec
from markupsafe import Markup

from pgx.base.extensions import extension
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.messages.arguments import in_words
from pgx.messages.catalogue import DEFAULT_LANGUAGE, catalogue
from pgx.recommendations.wording import AdviceTranslator
from pgx.records.advice import DrugStatus
from pgx.records.calls import CallStatus, GeneCall, PatientResult
from pgx.records.notes import NoteCode
from pgx.reports.content.alleles_tested import AllelesTested, build_alleles_tested
from pgx.reports.content.alternatives import Alternatives, alternatives
from pgx.reports.content.deidentification import is_deidentified
from pgx.reports.content.drug_entries import DrugEntry
from pgx.reports.content.drug_groups import DrugGroup, build_groups
from pgx.reports.content.gene_entries import GeneEntry, build_gene
from pgx.reports.content.header import NO_HEADER, ReportHeader, build_header
from pgx.reports.content.overrides import OverrideEntry, build_overrides, overlay_text
from pgx.reports.content.patient_entries import PatientEntry, build_patient
from pgx.reports.content.phrases import day, figure
from pgx.reports.content.record_text import record_texts
from pgx.reports.content.release_facts import NO_FACTS, ReportFacts, age_warning, release_text
from pgx.reports.content.summary import ReportSummary, build_summary
from pgx.reports.figures.figure_data import GenePictures, build_pictures

__all__ = [
    "DoseSection",
    "DrugDose",
    "DrugEntry",
    "DrugGroup",
    "GeneEntry",
    "ReportDocument",
    "build_document",
    "build_methods",
    "dose_section",
    "report_header",
    "translated",
    "with_doses",
]

Words = Mapping[str, Any]


class DrugDose(Protocol):
    """The reply on the dose of one drug; ``brief`` is shown with the drug's recommendations."""

    @property
    def drug(self) -> str:
        """Drug name in lower case."""

    @property
    def anchor(self) -> str:
        """Anchor of the full text on the page."""

    @property
    def brief(self) -> str:
        """The dose in one line, in the report's language."""


class DoseSection(Protocol):
    """Creates the dose section of reports."""

    def entries(
        self, result: PatientResult, knowledge: KnowledgeBase, words: Words
    ) -> tuple[tuple[DrugDose, ...], frozenset[str]]:
        """Return one entry per drug, and the texts left in English.

        A person or model without a dose raises nothing: its entry gives the reason.
        """

    def style(self) -> Markup:
        """Return the CSS of the dose section."""

    def page(
        self,
        entries: Sequence[DrugDose],
        words: Words,
        marks: Mapping[str, Markup],
        untranslated: frozenset[str],
    ) -> Markup:
        """Return the section as HTML; ``marks`` are the symbols of each certainty."""

    def printed(self, entries: Sequence[DrugDose], words: Words) -> list[dict[str, Any]]:
        """Return the section of the printed report as plain data."""


def dose_section() -> DoseSection | None:
    """Return the provider of the dose section, None if no installed package has one."""
    found: DoseSection | None = extension("pgx.report_sections", "doses")
    return found


PARTIAL_REASON: Final = "partial_lookups"
_PATIENT_LIMIT: Final = "not_considered"
# in the order of the report
_ALERTS: Final = ("gap_old", "gap_medicines")
_GAPS: Final = (
    "gap_genes", "gap_no_call", "gap_copies", "gap_drugs",
    "gap_positions", "gap_pending", "gap_partial", "gap_newer", "gap_english",
)  # fmt: skip


class ReportDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A report of one sample.

    ``groups`` are drugs by action, most serious first, without empty groups; ``alerts`` are
    limits to be read first, ``gaps`` the others: what was not assessed. ``summary`` is the answer,
    see `ReportSummary`. ``identity`` and ``methods`` are pairs of label and value. ``patient`` is
    None without a patient file. ``overrides`` are a laboratory's decisions, shown beside the
    computed values. ``header`` is what surrounds the result: identity, issuer, intended use;
    ``alleles`` are the named alleles tested of each gene. ``pictures`` are the figures of
    ``genes``, in their order. ``doses`` are added by `with_doses`, for formats that show them.
    ``records`` are paragraphs for a medical record by drug, that of the whole report has the key
    "". ``instead`` are the alternatives to each drug that sources name. ``untranslated`` are texts
    of recommendations and models left in English in a report in
    another language.
    """

    sample: str
    identity: tuple[tuple[str, str], ...]
    groups: tuple[DrugGroup, ...]
    gaps: tuple[str, ...]
    alerts: tuple[str, ...]
    genes: tuple[GeneEntry, ...]
    methods: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, str], ...]
    limits: tuple[str, ...]
    summary: ReportSummary = ReportSummary()
    header: ReportHeader = NO_HEADER
    alleles: tuple[AllelesTested, ...] = ()
    patient: PatientEntry | None = None
    overrides: tuple[OverrideEntry, ...] = ()
    language: str = DEFAULT_LANGUAGE
    untranslated: frozenset[str] = frozenset()
    pictures: tuple[GenePictures, ...] = ()
    doses: tuple[DrugDose, ...] = ()
    records: dict[str, str] = {}
    instead: dict[str, Alternatives] = {}


def build_document(
    result: PatientResult, facts: ReportFacts = NO_FACTS, words: Words | None = None
) -> ReportDocument:
    """Return the report content of one sample.

    Parameters
    ----------
    result
        Calls, recommendations and provenance.
    facts
        Drugs, guidelines and sources of the release that made the result.
    words
        Wording, by default the catalogue of the language of ``facts``. Recommendations are written
        from their codes and the statements of ``facts``; texts missing there stay English.

    Raises
    ------
    UsageError
        The language does not exist.
    """
    words = catalogue(facts.language) if words is None else words
    result, untranslated = translated(result, facts, words)
    genes = tuple(build_gene(c, words) for c in sorted(result.calls, key=lambda c: c.gene))
    groups = build_groups(result, facts, words)
    gaps = _gaps(result, groups, facts, words, len(untranslated))
    patient = build_patient(
        result.context, _anchors(groups), words, is_capped=is_deidentified(result)
    )
    summary = build_summary(result, groups, genes, patient, facts, words)
    return ReportDocument(
        sample=result.sample,
        identity=_identity(result, words),
        groups=groups,
        gaps=tuple(gaps[key] for key in _GAPS if gaps.get(key)),
        alerts=tuple(gaps[key] for key in _ALERTS if gaps.get(key)),
        genes=genes,
        methods=build_methods(result, words),
        sources=tuple((s.name, s.version) for s in facts.sources),
        limits=_limits(result, words),
        summary=summary,
        instead=alternatives(result, summary.drugs, facts, words),
        records=record_texts(
            result,
            (d for g in groups for d in g.drugs),
            summary,
            words,
            laboratory=facts.laboratory,
        ),
        header=report_header(result, facts, words),
        alleles=build_alleles_tested(result, facts.definitions, facts.amp_tiers, words),
        patient=patient,
        overrides=build_overrides(
            result, _anchors(groups) | {g.gene: g.anchor for g in genes}, words
        ),
        language=words["language"],
        untranslated=untranslated,
        pictures=build_pictures(result, facts),
    )


def report_header(result: PatientResult, facts: ReportFacts, words: Words) -> ReportHeader:
    """Return the header of a sample's report, from the facts given for it."""
    return build_header(
        result,
        words,
        laboratory=facts.laboratory,
        order=facts.orders.get(result.sample),
        status=facts.status,
        amends=facts.amends,
    )


def translated(
    result: PatientResult, facts: ReportFacts, words: Words
) -> tuple[PatientResult, frozenset[str]]:
    """Return a result with translated recommendations, and the texts left in English.

    ``facts`` are those of the release that made the result. Rows of older versions have no codes
    and keep their saved wording.
    """
    if words["language"] == DEFAULT_LANGUAGE:
        return result, frozenset()
    translator = AdviceTranslator(facts.statements, words["phrases"])
    rows = tuple(map(translator.row, result.recommendations))
    changed = msgspec.structs.replace(result, recommendations=rows)
    return changed, frozenset(translator.untranslated)


def with_doses(
    document: ReportDocument, result: PatientResult, facts: ReportFacts, words: Words | None = None
) -> ReportDocument:
    """Return a document with the patient's doses; unchanged if there are none.

    A model or person without a dose is reported and raises nothing.
    """
    # doses require a release and a patient
    knowledge = facts.knowledge
    section = dose_section() if knowledge and result.context else None
    if knowledge is None or section is None:
        return document
    said = catalogue(document.language) if words is None else words
    doses, untranslated = section.entries(result, knowledge, said)
    return msgspec.structs.replace(
        document, doses=doses, untranslated=document.untranslated | untranslated
    )


def _limits(result: PatientResult, words: Words) -> tuple[str, ...]:
    """Return the limitations; with a patient, the one on unconsidered factors differs."""
    said = dict(words["limit"])
    if result.context is not None:
        # with a patient file more factors are considered
        said[_PATIENT_LIMIT] = words["limit_of_patient"]
    return tuple(said.values())


def _anchors(groups: Sequence[DrugGroup]) -> dict[str, str]:
    """Return the anchor of each drug in the report, by its displayed name."""
    return {drug.drug: drug.anchor for group in groups for drug in group.drugs}


def _identity(result: PatientResult, words: Words) -> tuple[tuple[str, str], ...]:
    made, overlay, label = result.provenance, overlay_text(result, words), words["label"]
    return (
        (label["assembly"], made.assembly),
        (label["knowledge"], release_text(result, words)),
        *([(label["overlay"], overlay)] if overlay else []),
        (label["program"], f"{made.tool} {made.version}"),
    )


def build_methods(result: PatientResult, words: Words) -> tuple[tuple[str, str], ...]:
    """Return the methods as pairs of label and value: versions, digests, settings."""
    made, label = result.provenance, words["label"]
    digests = [entry["sha256"] for entry in made.input if entry.get("sha256")]
    settings = [
        (words["setting"].get(name, name), _setting(value, words))
        for name, value in sorted(made.settings.items())
    ]
    return (
        *_identity(result, words),
        (label["knowledge_digest"], made.knowledge_digest),
        *([(label["overlay_digest"], made.overlay.digest)] if made.overlay else []),
        *((label["input_digest"], digest) for digest in digests),
        *settings,
    )


def _setting(value: str, words: Words) -> str:
    return str(words["setting_value"].get(value, figure(value, words)))


def _gaps(
    result: PatientResult,
    groups: Sequence[DrugGroup],
    facts: ReportFacts,
    words: Words,
    n_untranslated: int,
) -> dict[str, str]:
    """Return what was not assessed, by code; a text is empty where there is nothing to say."""
    label = words["label"]
    calls = sorted(result.calls, key=lambda c: c.gene)
    taken = result.context.medicines if result.context else ()
    named = {
        "gap_medicines": [part for medicine in taken for part in medicine.unrecognised],
        "gap_genes": [c.gene for c in calls if c.status is CallStatus.NOT_ASSESSED],
        "gap_no_call": [c.gene for c in calls if c.status is CallStatus.NO_CALL],
        "gap_copies": [c.gene for c in calls if _lacks_copies(c)],
        "gap_pending": _drugs_of(result, facts, words, pending=True),
        "gap_partial": _drugs_of(result, facts, words, pending=False),
        "gap_newer": _changed_since(result, facts, words),
    }
    said = {key: label[key].format(names=", ".join(n)) for key, n in named.items() if n}
    said["gap_old"] = age_warning(result, facts.max_age, words)
    said["gap_positions"] = _missing_positions(calls, label)
    if n_untranslated:
        said["gap_english"] = label["gap_english"].format(count=n_untranslated)
    said["gap_drugs"] = _unassessed_drugs(groups, label)
    return said


def _lacks_copies(call: GeneCall) -> bool:
    return (
        NoteCode.COPY_NUMBER_NOT_ASSESSED in call.notes
        and call.status is not CallStatus.NOT_ASSESSED
    )


def _drugs_of(
    result: PatientResult, facts: ReportFacts, words: Words, *, pending: bool
) -> list[str]:
    """Return drugs of the report whose guideline is missing, or incomplete, in the release."""
    reported = {row.drug for row in result.recommendations}
    found = {
        drug.drug
        for drug in facts.drugs
        if drug.drug in reported
        and (drug.status is DrugStatus.PENDING if pending else drug.reason == PARTIAL_REASON)
    }
    return sorted(in_words(drug, words["phrases"]) for drug in found)


def _changed_since(result: PatientResult, facts: ReportFacts, words: Words) -> list[str]:
    """Return drugs of the report with guidance changed since the release, grouped by date."""
    reported = {row.drug for row in result.recommendations}
    by_date: dict[str, list[str]] = {}
    for change in facts.newer:
        if change.drug in reported:
            by_date.setdefault(change.date, []).append(in_words(change.drug, words["phrases"]))
    return [f"{', '.join(drugs)} ({day(date, words)})" for date, drugs in by_date.items()]


def _missing_positions(calls: Sequence[GeneCall], label: Mapping[str, str]) -> str:
    # genes without any data are listed by `gap_genes`
    lacking = [c for c in calls if c.n_missing and c.status is not CallStatus.NOT_ASSESSED]
    if not lacking:
        return ""
    return label["gap_positions"].format(
        missing=sum(c.n_missing for c in lacking),
        total=sum(c.n_positions for c in calls),
        names=", ".join(f"{c.gene} ({c.n_missing})" for c in lacking),
    )


def _unassessed_drugs(groups: Sequence[DrugGroup], label: Mapping[str, str]) -> str:
    count = sum(len(g.drugs) for g in groups if g.key == "unassessed")
    if count == 1:
        return label["gap_drugs_one"]
    return label["gap_drugs"].format(count=count) if count else ""
