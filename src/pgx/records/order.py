"""What a report says beyond the result: who it is about, who signs it, which report it amends."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from pgx.records.calls import PatientResult

__all__ = ["IDENTITY_FIELDS", "Amends", "Order", "ReportStatus", "Signature"]


class ReportStatus(StrEnum):
    """Status of a report: the codes of FHIR's ``DiagnosticReport.status`` that `pgx` writes."""

    PRELIMINARY = "preliminary"
    FINAL = "final"
    AMENDED = "amended"
    CORRECTED = "corrected"


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """A person who signs a report; ``date`` is an ISO day.

    ``detached`` names a signature that is delivered as a file beside the report. It is printed;
    nothing is signed or verified here.
    """

    name: str
    role: str = ""
    date: str = ""
    detached: str = ""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """The order of one sample: identity, specimen and dates (ISO days), as a report prints them.

    ``sex`` is ``male``, ``female``, ``other``, ``unknown`` or empty. ``mrn`` is the medical record
    number, ``accession`` the laboratory's number of the order. ``comment`` is an interpretive
    comment; its paragraphs are separated by empty lines.
    """

    name: str = ""
    birth_date: str = ""
    sex: str = ""
    mrn: str = ""
    accession: str = ""
    specimen: str = ""
    collected: str = ""
    received: str = ""
    reported: str = ""
    clinician: str = ""
    indication: str = ""
    comment: str = ""
    signatures: tuple[Signature, ...] = ()


IDENTITY_FIELDS: Final = Order.__struct_fields__[:11]
"""The fields that a report lists as pairs of label and value, in its order."""


class Amends(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier report that a report replaces.

    ``result`` is the saved result of the earlier report, ``sha256`` the digest of its file,
    ``reason`` says why it is replaced.
    """

    result: PatientResult
    sha256: str
    reason: str
