"""Errors as plain data, to be kept in a file or sent between processes, and raised again."""

from __future__ import annotations

import msgspec

import pgx.base.errors as errors
from pgx.base.errors import PgxError

__all__ = ["Refusal", "raised", "refusal_of"]


class Refusal(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """An error of ours by the name of its class, and what it says."""

    kind: str
    what: str
    where: str
    remedy: str
    code: str


def refusal_of(error: PgxError) -> Refusal:
    """Return an error as data."""
    return Refusal(
        kind=type(error).__name__,
        what=error.what,
        where=error.where,
        remedy=error.remedy,
        code=error.code,
    )


def raised(refusal: Refusal) -> PgxError:
    """Return the error again."""
    kind: type[PgxError] = getattr(errors, refusal.kind)
    return kind(refusal.what, where=refusal.where, remedy=refusal.remedy, code=refusal.code)
