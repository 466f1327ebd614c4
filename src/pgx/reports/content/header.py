"""What a laboratory's report says around its result: identity, issuer, status, use, signatures."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec

from pgx.records.calls import CallStatus, PatientResult
from pgx.records.laboratory import Laboratory, ValidatedGene
from pgx.records.order import IDENTITY_FIELDS, Amends, Order, ReportStatus, Signature
from pgx.reports.content.overrides import advice_text, call_text
from pgx.reports.content.phrases import day, phenotype_in_words

__all__ = [
    "NO_HEADER",
    "AmendmentEntry",
    "ChangeEntry",
    "ReportHeader",
    "SignatureLine",
    "build_header",
    "research_use",
    "research_use_brief",
    "validated_genes",
]

Words = Mapping[str, Any]
Pairs = tuple[tuple[str, str], ...]
_DAYS: Final = frozenset({"birth_date", "collected", "received", "reported"})
_LABORATORY: Final = ("director", "clia", "cap", "iso", "accreditation", "assay", "platform")
_MEDIA_TYPES: Final = {"png": "image/png", "svg": "image/svg+xml"}
_PARAGRAPHS: Final = re.compile(r"\n\s*\n")
_NO_RESULT: Final = CallStatus.NOT_ASSESSED
_NAMED: Final = 6
"""Genes that the sentence on every page names; more are counted."""
_Place = tuple[str, str, str, tuple[str, ...], str]


class SignatureLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the signature block; ``detached`` says that a signature is in a file apart.

    All texts are empty in a line to be signed by hand.
    """

    name: str = ""
    role: str = ""
    date: str = ""
    detached: str = ""


class ChangeEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A gene or drug whose result differs from that of the earlier report."""

    subject: str
    before: str
    after: str


class AmendmentEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Why a report replaces an earlier one: a sentence that names it, the reason, the changes.

    ``summary`` counts the changes; it says so if there are none.
    """

    of: str
    reason: str
    summary: str
    changes: tuple[ChangeEntry, ...] = ()


class ReportHeader(msgspec.Struct, frozen=True, kw_only=True):
    """What a report says around its result, in the report's language.

    Attributes
    ----------
    identity
        Pairs of label and value: patient, order, specimen, dates, clinician, indication.
    letterhead
        Name of the laboratory and the lines of its address; empty without one.
    logo
        The laboratory's logo as a data URL, empty without one.
    laboratory
        Pairs of label and value: director, accreditation, test, platform, performance, genes with
        the scope of their validation.
    research_use
        The sentence on intended use with every gene concerned, empty if all genes shown are
        validated.
    research_use_brief
        The same for every page: it names the validated genes or the others, whichever are fewer.
    status
        Status of the report, empty if neither an order nor a status was given.
    amendment
        The earlier report that this one replaces; None for a first report.
    comment
        Paragraphs of the interpretive comment.
    signatures
        Who signs.
    """

    identity: Pairs = ()
    letterhead: tuple[str, ...] = ()
    logo: str = ""
    laboratory: Pairs = ()
    research_use: str = ""
    research_use_brief: str = ""
    status: str = ""
    amendment: AmendmentEntry | None = None
    comment: tuple[str, ...] = ()
    signatures: tuple[SignatureLine, ...] = ()


NO_HEADER: Final = ReportHeader()


def build_header(
    result: PatientResult,
    words: Words,
    *,
    laboratory: Laboratory | None = None,
    order: Order | None = None,
    status: ReportStatus | None = None,
    amends: Amends | None = None,
) -> ReportHeader:
    """Return the header of one sample's report.

    Parameters
    ----------
    result
        The result, with recommendations in the report's language.
    words
        The catalogue of that language.
    laboratory, order, status, amends
        Issuer, order of this sample, status and the earlier report, as far as given.
    """
    said = words["header"]
    is_stated = status is not None or order is not None
    comment = (order.comment if order else "") or (laboratory.comment if laboratory else "")
    return ReportHeader(
        identity=_identity(order, words) if order else (),
        letterhead=(laboratory.name, *laboratory.address) if laboratory else (),
        logo=_data_url(laboratory) if laboratory else "",
        laboratory=tuple(_laboratory(laboratory, said)) if laboratory else (),
        research_use=research_use(result, laboratory, words),
        research_use_brief=research_use_brief(result, laboratory, words),
        status=said[f"status_{status or ReportStatus.PRELIMINARY}"] if is_stated else "",
        amendment=_amendment(result, amends, words) if amends else None,
        comment=tuple(p.strip() for p in _PARAGRAPHS.split(comment) if p.strip()),
        signatures=tuple(_signatures(order.signatures if order else (), words)),
    )


def _identity(order: Order, words: Words) -> Pairs:
    label = words["header"]
    values = {name: getattr(order, name) for name in IDENTITY_FIELDS}
    values |= {name: day(values[name], words) for name in _DAYS}
    if order.sex:
        values["sex"] = label[f"sex_{order.sex}"]
    return tuple((label[name], value) for name, value in values.items() if value)


def _data_url(laboratory: Laboratory) -> str:
    kind = _MEDIA_TYPES.get(laboratory.logo_kind)
    return f"data:{kind};base64,{base64.b64encode(laboratory.logo).decode()}" if kind else ""


def _laboratory(laboratory: Laboratory, label: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in _LABORATORY:
        if value := getattr(laboratory, name):
            yield label[name], value
    for line in laboratory.performance:
        yield label["performance"], line
    for found in laboratory.validated_genes:
        yield label["validated"].format(gene=found.gene), found.scope or label["no_scope"]


def validated_genes(
    result: PatientResult, laboratory: Laboratory | None
) -> tuple[ValidatedGene, ...]:
    """Return the validated genes: those of the laboratory, else those recorded in the result."""
    return result.provenance.validated_genes if laboratory is None else laboratory.validated_genes


def research_use(result: PatientResult, laboratory: Laboratory | None, words: Words) -> str:
    """Return the sentence on intended use; empty if every gene with a result is validated.

    A gene that was not assessed has no result that could be used.
    """
    covered, others = _by_use(result, laboratory)
    if not covered:
        return str(words["answer"]["research_use"])
    if not others:
        return ""
    return str(
        words["header"]["research_use_in_part"].format(
            genes=", ".join(others), validated=", ".join(covered)
        )
    )


def research_use_brief(result: PatientResult, laboratory: Laboratory | None, words: Words) -> str:
    """Return the sentence on intended use that fits on a line or two of any page.

    It names the fewer of validated and other genes, and counts them if they are many.
    """
    covered, others = _by_use(result, laboratory)
    if not covered or not others:
        return research_use(result, laboratory, words)
    said = words["header"]
    if min(len(covered), len(others)) > _NAMED:
        return str(said["research_use_counted"].format(count=len(covered)))
    if len(covered) <= len(others):
        return str(said["research_use_except"].format(genes=", ".join(covered)))
    return str(said["research_use_only"].format(genes=", ".join(others)))


def _by_use(result: PatientResult, laboratory: Laboratory | None) -> tuple[list[str], list[str]]:
    """Return the genes with a result that are validated, and the others, A–Z."""
    validated = {found.gene for found in validated_genes(result, laboratory)}
    shown = {call.gene for call in result.calls if call.status is not _NO_RESULT}
    return sorted(shown & validated), sorted(shown - validated)


def _signatures(signatures: Sequence[Signature], words: Words) -> Iterator[SignatureLine]:
    for found in signatures:
        detached = words["header"]["detached"].format(file=found.detached) if found.detached else ""
        yield SignatureLine(
            name=found.name, role=found.role, date=day(found.date, words), detached=detached
        )
    if not signatures:
        yield SignatureLine()


def _amendment(result: PatientResult, amends: Amends, words: Words) -> AmendmentEntry:
    said, made = words["header"], amends.result.provenance
    changes = tuple(_changes(amends.result, result, words))
    summary = said["no_changes"]
    if changes:
        key = "changes_one" if len(changes) == 1 else "changes"
        summary = said[key].format(count=len(changes))
    of = said["amends"].format(
        digest=amends.sha256[:12], release=made.knowledge_release, version=made.version
    )
    return AmendmentEntry(of=of, reason=amends.reason, summary=summary, changes=changes)


def _changes(old: PatientResult, new: PatientResult, words: Words) -> Iterator[ChangeEntry]:
    """Yield genes A–Z, then drugs, whose result differs."""
    nothing = words["header"]["not_reported"]
    for gene, before, after in _differing(_calls(old, words), _calls(new, words)):
        yield ChangeEntry(subject=gene, before=before or nothing, after=after or nothing)
    for place, before, after in _differing(_advice(old, words), _advice(new, words)):
        drug, source, population, genes, _ = place
        whom = words["phrases"]["population"].get(population, population)
        details = ", ".join(filter(None, (source, whom, "+".join(genes))))
        subject = f"{drug} ({details})"
        yield ChangeEntry(subject=subject, before=before or nothing, after=after or nothing)


def _calls(result: PatientResult, words: Words) -> dict[str, str]:
    found = {}
    for call in sorted(result.calls, key=lambda c: c.gene):
        name = phenotype_in_words(call.phenotype, words) if call.phenotype else None
        found[call.gene] = call_text(msgspec.structs.replace(call, phenotype=name), words)
    return found


def _advice(result: PatientResult, words: Words) -> dict[_Place, str]:
    found: dict[_Place, list[str]] = {}
    for row in sorted(result.recommendations, key=lambda r: (r.drug, r.source)):
        place = (row.drug, row.source, row.population, row.genes, row.basis)
        found.setdefault(place, []).append(advice_text(row, words))
    return {place: "; ".join(sorted(set(texts))) for place, texts in found.items()}


_K = TypeVar("_K")


def _differing(before: Mapping[_K, str], after: Mapping[_K, str]) -> Iterator[tuple[_K, str, str]]:
    for key in dict.fromkeys([*before, *after]):
        one, two = before.get(key, ""), after.get(key, "")
        if one != two:
            yield key, one, two
