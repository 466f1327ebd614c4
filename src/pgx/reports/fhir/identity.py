"""Patient, order, specimen, laboratory and signers of a report, as FHIR resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pgx.messages.catalogue import ENGLISH
from pgx.records.calls import PatientResult
from pgx.records.laboratory import Laboratory
from pgx.records.order import Order, ReportStatus
from pgx.reports.content.header import AmendmentEntry, build_header
from pgx.reports.content.release_facts import ReportFacts
from pgx.reports.fhir.resources import Sheet
from pgx.reports.fhir.vocabulary import Tree, own, own_url, text_of

__all__ = ["add_identity", "patient_parts", "statements", "status_of"]

# the assigning authority of CLIA numbers, by HL7's registry of object identifiers
_CLIA: Final = "urn:oid:2.16.840.1.113883.4.7"
_MRN: Final = {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}
_ACCESSION: Final = {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "ACSN"}


def status_of(facts: ReportFacts) -> str:
    """Return the status of report and observations; preliminary if none was given."""
    return (facts.status or ReportStatus.PRELIMINARY).value


def patient_parts(order: Order | None) -> Tree:
    """Return what an order adds to the Patient resource; nothing without one."""
    if order is None:
        return {}
    found: Tree = {
        "identifier": [_identifier("mrn", order.mrn, {"coding": [_MRN]})] if order.mrn else [],
        "name": [{"text": text_of(order.name)}] if order.name else [],
        "gender": order.sex,
        "birthDate": order.birth_date,
    }
    return {name: part for name, part in found.items() if part}


def add_identity(sheet: Sheet, result: PatientResult, facts: ReportFacts) -> Tree:
    """Add the resources of order and laboratory; return their elements of the report."""
    order = facts.orders.get(result.sample)
    issuer = _organization(sheet, facts.laboratory) if facts.laboratory else None
    found: Tree = {"performer": [issuer] if issuer else []}
    if order is not None:
        specimen = _specimen(sheet, order)
        request = _request(sheet, order, facts.laboratory, specimen)
        found |= {
            "identifier": [_identifier("accession", order.accession, {"coding": [_ACCESSION]})]
            if order.accession
            else [],
            "basedOn": [request],
            "specimen": [specimen] if specimen else [],
            "effectiveDateTime": order.collected,
            "resultsInterpreter": list(_signers(sheet, order)),
        }
    return {name: part for name, part in found.items() if part}


def statements(result: PatientResult, facts: ReportFacts) -> tuple[list[Tree], list[str]]:
    """Return extensions and sentences: date of the report, amendment, comment."""
    order = facts.orders.get(result.sample)
    header = build_header(
        result,
        ENGLISH,
        laboratory=facts.laboratory,
        order=order,
        status=facts.status,
        amends=facts.amends,
    )
    extensions: list[Tree] = []
    sentences = list(header.comment)
    if order and order.reported:
        # `issued` needs a time of day, which the order does not have
        extensions.append({"url": own_url("reported"), "valueDate": order.reported})
    if header.amendment is not None and facts.amends is not None:
        extensions += _amendment(header.amendment, facts.amends.sha256)
        amended = header.amendment
        reason = f"{ENGLISH['header']['reason']}: {amended.reason}."
        sentences += [amended.of, reason, amended.summary]
    return extensions, sentences


def _amendment(amended: AmendmentEntry, digest: str) -> list[Tree]:
    values = {"sha256": digest, "reason": amended.reason, "changes": amended.changes}
    return own("amendment", values)


def _identifier(name: str, value: str, kind: Tree | None = None) -> Tree:
    typed = {"type": kind} if kind else {}
    return {**typed, "system": own_url(name), "value": text_of(value)}


def _specimen(sheet: Sheet, order: Order) -> Tree | None:
    if not (order.specimen or order.collected or order.received):
        return None
    collected = {"collection": {"collectedDateTime": order.collected}} if order.collected else {}
    return sheet.add(
        {
            "resourceType": "Specimen",
            **({"type": {"text": text_of(order.specimen)}} if order.specimen else {}),
            "subject": sheet.subject,
            **({"receivedTime": order.received} if order.received else {}),
            **collected,
        }
    )


def _request(
    sheet: Sheet, order: Order, laboratory: Laboratory | None, specimen: Tree | None
) -> Tree:
    assay = laboratory.assay if laboratory and laboratory.assay else ENGLISH["label"]["title"]
    found: Tree = {
        "resourceType": "ServiceRequest",
        "identifier": [_identifier("accession", order.accession)] if order.accession else [],
        "status": "completed",
        "intent": "order",
        "code": {"text": text_of(assay)},
        "subject": sheet.subject,
        "requester": _practitioner(sheet, order.clinician) if order.clinician else {},
        "reasonCode": [{"text": text_of(order.indication)}] if order.indication else [],
        "specimen": [specimen] if specimen else [],
    }
    return sheet.add({name: part for name, part in found.items() if part})


def _signers(sheet: Sheet, order: Order) -> Iterator[Tree]:
    for signature in order.signatures:
        yield _practitioner(sheet, signature.name, signature.role)


def _practitioner(sheet: Sheet, name: str, role: str = "") -> Tree:
    qualified = {"qualification": [{"code": {"text": text_of(role)}}]} if role else {}
    return sheet.add(
        {"resourceType": "Practitioner", "name": [{"text": text_of(name)}], **qualified}
    )


def _organization(sheet: Sheet, laboratory: Laboratory) -> Tree:
    numbers = [{"system": _CLIA, "value": text_of(laboratory.clia)}] if laboratory.clia else []
    numbers += [
        _identifier(name, value)
        for name in ("cap", "iso", "accreditation")
        if (value := getattr(laboratory, name))
    ]
    lines = [text_of(line) for line in laboratory.address if line]
    found: Tree = {
        "resourceType": "Organization",
        "identifier": numbers,
        "name": text_of(laboratory.name),
        "address": [{"line": lines}] if lines else [],
    }
    return sheet.add({name: part for name, part in found.items() if part})
