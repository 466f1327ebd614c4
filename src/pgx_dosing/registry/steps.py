"""The entry that one step adds to a history."""

from __future__ import annotations

from pgx.base.errors import ModelStateError
from pgx_dosing.registry.folder import ModelFolder
from pgx_dosing.registry.history import LifecycleState, PlanRecord, StateEntry
from pgx_dosing.registry.notes import Note
from pgx_dosing.registry.protocol import ProtocolRecord
from pgx_dosing.registry.signature import ModelKey

__all__ = ["check_key", "next_entry"]


def next_entry(
    state: LifecycleState,
    digest: str,
    before: ModelFolder | None,
    note: Note,
    *,
    is_rollback: bool = False,
    protocol: ProtocolRecord | None = None,
    plan: PlanRecord | None = None,
) -> StateEntry:
    """Return the entry that follows the history of ``before``, or the first one of all.

    Raises
    ------
    ModelStateError
        The day lies before that of the last entry.
    """
    history = before.history if before else None
    if history and note.day < history.entries[-1].day:
        raise ModelStateError(
            f"{note.day} lies before the last step, {history.entries[-1].day}",
            remedy="steps are recorded in their order",
        )
    return StateEntry(
        state=state,
        day=note.day,
        person=note.person,
        reason=note.reason,
        model_digest=digest,
        previous=history.head if history else "",
        is_rollback=is_rollback,
        protocol=protocol,
        plan=plan,
    )


def check_key(folder: ModelFolder, key: ModelKey | None) -> None:
    """Refuse to go on with a signed history without a key.

    Raises
    ------
    ModelStateError
        The history is signed, and there is no key.
    """
    if folder.history and folder.history.signature and key is None:
        raise ModelStateError(
            "the history is signed, and there is no key to sign the next entry with",
            where=folder.label,
            remedy="name the key's file in PGX_MODEL_KEY",
        )
