"""Facts of the knowledge release used in a report: drugs, guidelines, sources, codes, age."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from pgx.base.texts import MAX_AGE_MONTHS, months_between, release_month
from pgx.errors import UsageError
from pgx.inputs.release import is_of_release
from pgx.knowledge.later import ChangeState, LaterChange
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.messages.catalogue import DEFAULT_LANGUAGE
from pgx.records.advice import Drug, Guideline, Statement, record_from_row
from pgx.records.calls import PatientResult
from pgx.records.genes import GeneCode, GeneDefinition, GeneFrequencies
from pgx.records.laboratory import Laboratory
from pgx.records.order import Amends, Order, ReportStatus
from pgx.records.patient import ScoreRange
from pgx.reports.content.alleles_tested import amp_tiers
from pgx.reports.content.phrases import day

__all__ = [
    "NO_FACTS",
    "NewerGuidance",
    "ReportFacts",
    "SourceFact",
    "age_warning",
    "facts_for",
    "facts_of",
    "issued_on",
    "release_text",
]

_SCORE_RANGES: Final = "score_ranges"


class SourceFact(msgspec.Struct, frozen=True, kw_only=True):
    """A source release from which the knowledge base was built."""

    name: str
    version: str = ""
    licence: str = ""
    url: str = ""


class NewerGuidance(msgspec.Struct, frozen=True, kw_only=True):
    """A guidance change missing, or incomplete, in the release; ``date`` as far as known."""

    drug: str
    authority: str
    date: str


class ReportFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Facts of the release that made a result, and settings of its reports.

    ``laboratory`` is the issuer, ``language`` the report language. A release older than
    ``max_age`` months on the day of a report gives a warning.

    ``orders`` are by sample; ``status`` and ``amends`` are those of the reports, None if not given.
    ``amp_tiers`` are AMP's tiers by gene and allele, ``definitions`` the genes of the release.

    ``knowledge`` is the installed release, used to compute doses if a report shows them.
    ``annex``: the printed report has an annex with all evidence. ``frequencies`` are by gene,
    ``allele_codes`` are ClinPGx identifiers by gene and allele, ``other_names`` synonyms and
    brands by drug.
    """

    drugs: tuple[Drug, ...] = ()
    guidelines: tuple[Guideline, ...] = ()
    sources: tuple[SourceFact, ...] = ()
    statements: tuple[Statement, ...] = ()
    laboratory: Laboratory | None = None
    orders: Mapping[str, Order] = {}
    status: ReportStatus | None = None
    amends: Amends | None = None
    amp_tiers: dict[tuple[str, str], int] = {}
    definitions: Mapping[str, GeneDefinition] = {}
    newer: tuple[NewerGuidance, ...] = ()
    score_ranges: tuple[ScoreRange, ...] = ()
    frequencies: Mapping[str, GeneFrequencies] = {}
    gene_codes: tuple[GeneCode, ...] = ()
    allele_codes: dict[tuple[str, str], str] = {}
    other_names: Mapping[str, tuple[str, ...]] = {}
    language: str = DEFAULT_LANGUAGE
    max_age: int = MAX_AGE_MONTHS
    annex: bool = False
    knowledge: KnowledgeBase | None = None


NO_FACTS: Final = ReportFacts()


def facts_for(result: PatientResult, knowledge: KnowledgeBase) -> ReportFacts:
    """Return the facts of the release that made the result, none if it is another release.

    With another release there are no doses either, which is stated for each drug.

    A report never mixes two releases: facts of the current knowledge base do not apply to a
    result of an older one, nor to one of another laboratory's folder.

    Raises
    ------
    SnapshotSchemaError
        A table's columns differ from its schema.
    """
    if not is_of_release(knowledge, result):
        return msgspec.structs.replace(NO_FACTS, knowledge=knowledge)
    return facts_of(knowledge)


def facts_of(knowledge: KnowledgeBase) -> ReportFacts:
    """Return the facts of a release.

    Raises
    ------
    SnapshotSchemaError
        A table's columns differ from its schema.
    """
    return ReportFacts(
        other_names=knowledge.other_names,
        knowledge=knowledge,
        drugs=knowledge.drugs,
        guidelines=knowledge.guidelines,
        sources=tuple(_source(row) for row in knowledge.table("sources")),
        statements=knowledge.statements,
        newer=tuple(_newer(knowledge.later_changes)),
        score_ranges=_score_ranges(knowledge),
        frequencies=knowledge.frequencies,
        gene_codes=knowledge.gene_codes,
        amp_tiers=amp_tiers(knowledge),
        definitions=knowledge.genes,
        allele_codes={
            (gene.gene, allele.name): allele.identifier
            for gene in knowledge.genes.values()
            for allele in gene.alleles
            if allele.identifier
        },
    )


def _newer(changes: Iterable[LaterChange]) -> Iterator[NewerGuidance]:
    """Yield changes missing or incomplete in the release, one per drug."""
    for change in changes:
        # a change fully included in the release is not reported
        if change.state is not ChangeState.APPLIED:
            for drug in change.drugs:
                yield NewerGuidance(drug=drug, authority=change.authority, date=change.date)


def _score_ranges(knowledge: KnowledgeBase) -> tuple[ScoreRange, ...]:
    """Return them from their own small table, without loading the other medicine tables."""
    # without this table reports have no score scale
    if _SCORE_RANGES not in knowledge.table_names:
        return ()
    return tuple(record_from_row(ScoreRange, row) for row in knowledge.table(_SCORE_RANGES))


def _source(row: dict[str, str]) -> SourceFact:
    return SourceFact(
        name=row["name"], version=row["version"], licence=row["licence"], url=row["url"]
    )


_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_EPOCH: Final = "SOURCE_DATE_EPOCH"
Words = Mapping[str, Any]


def issued_on(result: PatientResult) -> dt.date | None:
    """Return the date of a report: SOURCE_DATE_EPOCH, else the patient file's, else None.

    Raises
    ------
    UsageError
        SOURCE_DATE_EPOCH is not a valid time.
    """
    # reproducible-builds.org: a fixed date makes reports identical on any day
    epoch = os.environ.get(_EPOCH, "")
    if epoch:
        try:
            return dt.datetime.fromtimestamp(int(epoch), dt.UTC).date()
        except (ValueError, OverflowError, OSError):
            raise UsageError(
                f"{_EPOCH} is no time: {epoch!r}", remedy="give seconds since 1970, or unset it"
            ) from None
    said = result.context.patient.date if result.context else ""
    if not _DAY.fullmatch(said):
        return None
    try:
        return dt.date.fromisoformat(said)
    except ValueError:
        return None


def release_text(result: PatientResult, words: Words) -> str:
    """Return the release with its month, and its age on the report date if there is one."""
    release = result.provenance.knowledge_release
    month, label = release_month(release), words["label"]
    if not month:
        return release
    date, months = day(month, words), _age(result)
    if months is None:
        return str(label["release_dated"].format(release=release, date=date))
    key = "release_aged_one" if months == 1 else "release_aged"
    return str(label[key].format(release=release, date=date, months=months))


def age_warning(result: PatientResult, limit: int, words: Words) -> str:
    """Return a warning if a release is older than a limit in months; otherwise empty."""
    months = _age(result)
    if months is None or months <= limit:
        return ""
    return str(words["label"]["gap_old"].format(months=months, limit=limit))


def _age(result: PatientResult) -> int | None:
    issued = issued_on(result)
    if issued is None:
        return None
    return months_between(release_month(result.provenance.knowledge_release), issued.isoformat())
