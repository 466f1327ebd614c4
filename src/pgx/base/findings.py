"""What a check of the knowledge base found, one line each."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from pgx.base.errors import printable

__all__ = ["FaultCode", "Finding"]


class FaultCode(StrEnum):
    """Stable codes of what can be wrong with a release."""

    DAMAGED = "PGX-KB-001"  # a table is missing or its digest is another
    UNREADABLE = "PGX-KB-101"  # a table or row cannot be read
    SOURCE = "PGX-KB-102"  # a source, date or citation is lacking
    TWICE = "PGX-KB-103"  # something stands twice
    DANGLING = "PGX-KB-104"  # something refers to what is not there
    RANGE = "PGX-KB-105"  # a number is out of its range, or ranges leave a hole
    TERM = "PGX-KB-106"  # a code, name or term is malformed or unknown
    BASES = "PGX-KB-107"  # positions and bases disagree
    CONTRADICTION = "PGX-KB-108"  # two rows give different answers to one question
    UNREACHABLE = "PGX-KB-109"  # a lookup key that no result has
    UNANSWERED = "PGX-KB-110"  # a result without a statement
    NO_GAP = "PGX-KB-111"  # a known gap that is none any more


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One fault: in which table, at which line or record, and what to do about it."""

    code: FaultCode
    table: str
    where: str
    what: str
    remedy: str = "correct the table and rebuild"

    @property
    def place(self) -> str:
        """Table and line or record, ``alleles.tsv line 3``."""
        return f"{self.table}.tsv {self.where}".strip()

    def line(self) -> str:
        """Return the finding as one printable line: code, place, what, what to do."""
        return printable(f"[{self.code}] {self.place}: {self.what}; {self.remedy}")
