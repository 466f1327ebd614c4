"""States that a model went through: draft, validated, approved, retired; entries are only added.

Each entry holds the digest of the one before and that of the model it speaks of; the file has
one spelling only. An edited history, or a model that was swapped under its history, is refused.
Who can write the file could write a whole other history: against that stands the signature.
"""

from __future__ import annotations

import enum
import re
from datetime import date
from itertools import pairwise
from typing import Final

import msgspec

from pgx.base.errors import ModelFolderError
from pgx_dosing.registry.files import canonical_json, sha256
from pgx_dosing.registry.manifest import ManifestSignature
from pgx_dosing.registry.protocol import ProtocolRecord
from pgx_dosing.registry.signature import ModelKey, signature_over

__all__ = [
    "HISTORY_SCHEMA",
    "STATES",
    "History",
    "LifecycleState",
    "PlanRecord",
    "StateEntry",
    "history_bytes",
    "is_day",
    "parse_history",
    "with_entry",
]

STATES: Final = "states.json"
HISTORY_SCHEMA: Final = "1.0"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class LifecycleState(enum.StrEnum):
    """Where a model stands; only an approved one is used without a flag."""

    DRAFT = "draft"
    VALIDATED = "validated"
    APPROVED = "approved"
    RETIRED = "retired"


_NEXT: Final = {
    LifecycleState.DRAFT: {LifecycleState.DRAFT, LifecycleState.VALIDATED},
    LifecycleState.VALIDATED: {LifecycleState.DRAFT, LifecycleState.APPROVED},
    LifecycleState.APPROVED: {LifecycleState.RETIRED},
    LifecycleState.RETIRED: set[LifecycleState](),
}


class PlanRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The change plan under which a version was approved: whose, and its SHA-256 (hex)."""

    model: str
    version: str
    model_digest: str
    sha256: str


class StateEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step: state reached, ISO day, person, reason, and what it rests on.

    ``previous`` is the digest of the entry before, "" for the first one.
    """

    state: LifecycleState
    day: str
    person: str
    reason: str
    model_digest: str
    previous: str
    is_rollback: bool = False
    protocol: ProtocolRecord | None = None
    plan: PlanRecord | None = None

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the entry, which holds the digest of the one before."""
        return sha256(canonical_json(msgspec.to_builtins(self)))


class History(msgspec.Struct, frozen=True, kw_only=True):
    """All entries of one version of a model, the first one first, at least one."""

    entries: tuple[StateEntry, ...]
    signature: ManifestSignature | None = None

    @property
    def state(self) -> LifecycleState:
        """The state of the last entry."""
        return self.entries[-1].state

    @property
    def head(self) -> str:
        """Digest of the last entry and so, through the chain, of all."""
        return self.entries[-1].digest

    @property
    def was_approved(self) -> bool:
        """Whether some entry approved the model."""
        return any(entry.state is LifecycleState.APPROVED for entry in self.entries)


class _HistoryFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A history as it is written."""

    check: str
    entries: tuple[StateEntry, ...]
    head: str
    schema_version: str
    signature: ManifestSignature | None


def is_day(text: str) -> bool:
    """Whether a text is a day as YYYY-MM-DD.

    >>> is_day("2026-11-29"), is_day("2026-02-30"), is_day("20261129")
    (True, False, False)
    """
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def with_entry(history: History | None, entry: StateEntry, key: ModelKey | None) -> History:
    """Return a history with one more entry, signed if there is a key.

    Raises
    ------
    ModelFolderError
        The entry cannot follow the ones before.
    """
    entries = (*(history.entries if history else ()), entry)
    _check_entries(entries, STATES)
    signature = signature_over("history", entry.digest, key) if key else None
    return History(entries=entries, signature=signature)


def history_bytes(history: History) -> bytes:
    """Return the one spelling of a history."""
    content = msgspec.to_builtins(history)
    content |= {"schema_version": HISTORY_SCHEMA, "head": history.head}
    return canonical_json(content | {"check": sha256(canonical_json(content))})


def parse_history(data: bytes, where: str) -> History:
    """Return a history from its bytes.

    Raises
    ------
    ModelFolderError
        It is no history, of another schema, not as it was written, or its entries cannot
        follow each other.
    """
    try:
        file = msgspec.json.decode(data, type=_HistoryFile)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise ModelFolderError(f"is no history of states: {error}", where=where) from error
    if file.schema_version != HISTORY_SCHEMA:
        raise ModelFolderError(
            f"schema version {file.schema_version}, this pgx reads {HISTORY_SCHEMA}", where=where
        )
    if not file.entries:
        raise ModelFolderError("has no entry", where=where)
    _check_entries(file.entries, where)
    history = History(entries=file.entries, signature=file.signature)
    if history_bytes(history) != data:
        raise ModelFolderError("is not as it was written", where=where)
    return history


def _check_entries(entries: tuple[StateEntry, ...], where: str) -> None:
    first = entries[0]
    if first.state is not LifecycleState.DRAFT or first.previous:
        raise ModelFolderError("does not begin with a draft", where=where)
    for number, entry in enumerate(entries, start=1):
        _check_entry(entry, f"{where} entry {number}")
    for number, (before, after) in enumerate(pairwise(entries), start=2):
        _check_step(before, after, f"{where} entry {number}")
    _check_rollbacks(entries, where)


def _check_entry(entry: StateEntry, where: str) -> None:
    if not is_day(entry.day) or not entry.person.strip() or not entry.reason.strip():
        raise ModelFolderError("day, person or reason is missing", where=where)
    rests_on_protocol = entry.protocol is not None and entry.protocol.is_passed
    if entry.state is LifecycleState.VALIDATED and not rests_on_protocol:
        raise ModelFolderError("validated without a passed protocol", where=where)
    if entry.state is LifecycleState.APPROVED and not (
        rests_on_protocol or entry.plan is not None or entry.is_rollback
    ):
        raise ModelFolderError("approved without a passed protocol or a plan", where=where)


def _check_step(before: StateEntry, after: StateEntry, where: str) -> None:
    if after.previous != before.digest:
        raise ModelFolderError("does not follow the entry before: it was edited", where=where)
    if after.day < before.day:
        raise ModelFolderError("is of an earlier day than the entry before", where=where)
    if after.model_digest != before.model_digest and after.state is not LifecycleState.DRAFT:
        raise ModelFolderError("speaks of another model than the entry before", where=where)
    is_return = (
        after.is_rollback
        and after.state is LifecycleState.APPROVED
        and before.state in {LifecycleState.APPROVED, LifecycleState.RETIRED}
    )
    if after.state not in _NEXT[before.state] and not is_return:
        raise ModelFolderError(
            f"{before.state.value} cannot become {after.state.value}", where=where
        )


def _check_rollbacks(entries: tuple[StateEntry, ...], where: str) -> None:
    """A rollback approves what had been approved, and nothing else."""
    was_approved = False
    for number, entry in enumerate(entries, start=1):
        is_first = entry.state is LifecycleState.APPROVED and not was_approved
        if entry.is_rollback and (
            is_first or entry.state in {LifecycleState.DRAFT, LifecycleState.VALIDATED}
        ):
            raise ModelFolderError(
                "a rollback to what was never approved", where=f"{where} entry {number}"
            )
        was_approved = was_approved or entry.state is LifecycleState.APPROVED
