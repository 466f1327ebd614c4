"""What a report says, before any format: a result and facts enter, a `ReportDocument` leaves."""

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
from pgx.reports.content.deidentification import is_deidentified
from pgx.reports.content.drug_entries import DrugEntry
from pgx.reports.content.drug_groups import DrugGroup, build_groups
from pgx.reports.content.gene_entries import GeneEntry, build_gene
from pgx.reports.content.laboratory import OverrideEntry, build_overrides, overlay_text
from pgx.reports.content.patient_entries import PatientEntry, build_patient
from pgx.reports.content.phrases import day, figure
from pgx.reports.content.release_facts import NO_FACTS, ReportFacts, age_warning, release_text
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
    "translated",
    "with_doses",
]

Words = Mapping[str, Any]


class DrugDose(Protocol):
    """What is said of the dose of one drug; ``brief`` stands with the drug's advice."""

    @property
    def drug(self) -> str:
        """Its name in small letters."""

    @property
    def anchor(self) -> str:
        """Where the page tells it in full."""

    @property
    def brief(self) -> str:
        """The dose in one line, in the report's language."""


class DoseSection(Protocol):
    """Makes the part on doses of reports."""

    def entries(
        self, result: PatientResult, knowledge: KnowledgeBase, words: Words
    ) -> tuple[tuple[DrugDose, ...], frozenset[str]]:
        """Return an entry a drug, and the texts that stayed English in them.

        Nothing is raised for a person or model that gives no dose: its entry says why.
        """

    def style(self) -> Markup:
        """Return the style of the part of the page."""

    def page(
        self,
        entries: Sequence[DrugDose],
        words: Words,
        marks: Mapping[str, Markup],
        untranslated: frozenset[str],
    ) -> Markup:
        """Return the part of the page; ``marks`` are the signs of each certainty."""

    def printed(self, entries: Sequence[DrugDose], words: Words) -> list[dict[str, Any]]:
        """Return the part of the printed report as plain data."""


def dose_section() -> DoseSection | None:
    """Return what makes the part on doses, None where no installed package brings it."""
    found: DoseSection | None = extension("pgx.report_sections", "doses")
    return found


PARTIAL_REASON: Final = "partial_lookups"
_PATIENT_LIMIT: Final = "not_considered"
# in the order in which a report tells them
_GAPS: Final = (
    "gap_old", "gap_medicines", "gap_genes", "gap_no_call", "gap_copies", "gap_drugs",
    "gap_positions", "gap_pending", "gap_partial", "gap_newer", "gap_english",
)  # fmt: skip


class ReportDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A report of one sample.

    ``groups`` are drugs by what to do, most serious first, empty groups left out; ``gaps``
    says plainly what was not assessed. ``identity`` and ``methods`` are pairs of label and
    value. ``patient`` is None where no patient file was given. ``overrides`` are a laboratory's
    decisions, beside what was computed. ``pictures`` are what can be drawn of ``genes``, in their
    order. ``doses`` are added by `with_doses`, for formats that tell them. ``untranslated`` are
    texts of advice and of models that are English in a report in another language.
    """

    sample: str
    identity: tuple[tuple[str, str], ...]
    groups: tuple[DrugGroup, ...]
    gaps: tuple[str, ...]
    genes: tuple[GeneEntry, ...]
    methods: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, str], ...]
    limits: tuple[str, ...]
    patient: PatientEntry | None = None
    overrides: tuple[OverrideEntry, ...] = ()
    language: str = DEFAULT_LANGUAGE
    untranslated: frozenset[str] = frozenset()
    pictures: tuple[GenePictures, ...] = ()
    doses: tuple[DrugDose, ...] = ()


def build_document(
    result: PatientResult, facts: ReportFacts = NO_FACTS, words: Words | None = None
) -> ReportDocument:
    """Return what the report of one sample says.

    Parameters
    ----------
    result
        Calls, advice and provenance.
    facts
        Drugs, guidelines and sources of the release that made the result.
    words
        Wording, by default the catalogue of the language of ``facts``. Advice is written from
        its codes and the statements of ``facts``; what they do not have stays English.

    Raises
    ------
    UsageError
        There is no such language.
    """
    words = catalogue(facts.language) if words is None else words
    result, untranslated = translated(result, facts, words)
    genes = tuple(build_gene(c, words) for c in sorted(result.calls, key=lambda c: c.gene))
    groups = build_groups(result, facts, words)
    return ReportDocument(
        sample=result.sample,
        identity=_identity(result, words),
        groups=groups,
        gaps=_gaps(result, groups, facts, words, len(untranslated)),
        genes=genes,
        methods=build_methods(result, words),
        sources=tuple((s.name, s.version) for s in facts.sources),
        limits=_limits(result, words),
        patient=build_patient(
            result.context, _anchors(groups), words, is_capped=is_deidentified(result)
        ),
        overrides=build_overrides(
            result, _anchors(groups) | {g.gene: g.anchor for g in genes}, words
        ),
        language=words["language"],
        untranslated=untranslated,
        pictures=build_pictures(result, facts),
    )


def translated(
    result: PatientResult, facts: ReportFacts, words: Words
) -> tuple[PatientResult, frozenset[str]]:
    """Return a result with its advice in the language of ``words``, and the texts left English.

    ``facts`` are those of the release that made the result. Rows of older versions have no codes,
    and stay in the words that they were saved in.
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
    """Return a document with what dosing models make of the patient; as it is where they say none.

    A model or person that gives no dose is told of, and raises nothing.
    """
    # without a release or a patient no model can be asked
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
    """Return the limits of use; that on what was not considered is another with a patient."""
    said = dict(words["limit"])
    if result.context is not None:
        # with a patient file less is left out of consideration
        said[_PATIENT_LIMIT] = words["limit_of_patient"]
    return tuple(said.values())


def _anchors(groups: Sequence[DrugGroup]) -> dict[str, str]:
    """Return the place of each drug in the report, by its name as it is shown."""
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
    """Return how a result was made, as pairs of label and value: versions, digests, settings."""
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
) -> tuple[str, ...]:
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
    return tuple(said[key] for key in _GAPS if said.get(key))


def _lacks_copies(call: GeneCall) -> bool:
    return (
        NoteCode.COPY_NUMBER_NOT_ASSESSED in call.notes
        and call.status is not CallStatus.NOT_ASSESSED
    )


def _drugs_of(
    result: PatientResult, facts: ReportFacts, words: Words, *, pending: bool
) -> list[str]:
    """Return drugs of the report whose guideline is not, or not all, in the release."""
    reported = {row.drug for row in result.recommendations}
    found = {
        drug.drug
        for drug in facts.drugs
        if drug.drug in reported
        and (drug.status is DrugStatus.PENDING if pending else drug.reason == PARTIAL_REASON)
    }
    return sorted(in_words(drug, words["phrases"]) for drug in found)


def _changed_since(result: PatientResult, facts: ReportFacts, words: Words) -> list[str]:
    """Return drugs of the report with guidance that changed since, those of one day together."""
    reported = {row.drug for row in result.recommendations}
    by_date: dict[str, list[str]] = {}
    for change in facts.newer:
        if change.drug in reported:
            by_date.setdefault(change.date, []).append(in_words(change.drug, words["phrases"]))
    return [f"{', '.join(drugs)} ({day(date, words)})" for date, drugs in by_date.items()]


def _missing_positions(calls: Sequence[GeneCall], label: Mapping[str, str]) -> str:
    # genes without any data are named by `gap_genes`
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
