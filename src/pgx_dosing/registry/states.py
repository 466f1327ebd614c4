"""Transitions between lifecycle states, with person, reason and day, and the gate before use."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

import msgspec

from pgx.errors import ModelStateError
from pgx_dosing.registry.change_plan import PLAN, check_change
from pgx_dosing.registry.files import ModelKey, locked
from pgx_dosing.registry.folder import ModelFolder, check_signatures, read_folder, write_history
from pgx_dosing.registry.history import (
    METRICS,
    LifecycleState,
    LimitOutcome,
    PlanRecord,
    Protocol,
    ProtocolRecord,
    StateEntry,
    check_protocol,
    is_day,
    metrics_fault,
    with_entry,
)

__all__ = ["Note", "advance", "check_key", "check_usable", "next_entry", "note_of", "record"]

# maximum length of a name; a reason may be ten times as long
_LONGEST: Final = 300
_FEWEST_LETTERS: Final = 2
# placeholders for a required field that identify nobody
_NOBODY: Final = frozenset(
    {
        "admin", "administrator", "anonymous", "anyone", "approver", "fixme", "foo", "bar", "name",
        "nobody", "none", "null", "person", "placeholder", "root", "someone", "somebody", "system",
        "tba", "tbd", "test", "tester", "todo", "unknown", "user", "reason", "xxx", "your",
    }
)  # fmt: skip
_NOBODY_IN_FULL: Final = frozenset(
    {
        "erika mustermann", "jane doe", "john doe", "max mustermann", "n/a", "na", "nn", "n.n.",
        "no one",
    }
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """Person, reason and day (YYYY-MM-DD) of a transition."""

    person: str
    reason: str
    day: str


def note_of(person: str, reason: str, day: str | None = None, *, today: date | None = None) -> Note:
    """Return a note after checking it.

    Raises
    ------
    ModelStateError
        The person or the reason is a placeholder, or the day is invalid or in the future.
    """
    today = today or datetime.now().astimezone().date()
    day = day or today.isoformat()
    if not is_day(day) or day > today.isoformat():
        raise ModelStateError(
            f"{day!r} is not a date up to today", remedy="write the day as YYYY-MM-DD"
        )
    # NFC: the same name typed on different systems gives the same bytes, and so the same digest
    person, reason = (unicodedata.normalize("NFC", " ".join(t.split())) for t in (person, reason))
    if not _is_person(person):
        raise ModelStateError(
            f"{person!r} is no name of a person",
            remedy="name the person responsible for this step with --by",
        )
    if not _says_something(reason):
        raise ModelStateError("a reason is required", remedy="say why with --reason")
    return Note(person=person, reason=reason, day=day)


def _letters(text: str) -> int:
    return sum(letter.isalpha() for letter in text)


def _is_placeholder(text: str) -> bool:
    """Whether a text is a placeholder."""
    # brackets and $ indicate an unfilled template or shell variable
    words = {word.casefold() for word in _WORD.findall(text)}
    return (
        words <= _NOBODY or text.casefold() in _NOBODY_IN_FULL or bool(set("<>{}[]$?") & set(text))
    )


def _is_person(text: str) -> bool:
    is_of_length = _letters(text) >= _FEWEST_LETTERS and len(text) <= _LONGEST
    return is_of_length and text.isprintable() and not _is_placeholder(text)


def _says_something(text: str) -> bool:
    words = {word.casefold() for word in _WORD.findall(text)}
    is_of_length = _letters(text) > _FEWEST_LETTERS and len(text) <= 10 * _LONGEST
    return is_of_length and text.isprintable() and not words <= _NOBODY


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
    """Return the entry that follows the history of ``before``, or the first entry.

    Raises
    ------
    ModelStateError
        The day precedes that of the last entry.
    """
    history = before.history if before else None
    # days are ISO texts, whose order is that of the dates
    if history and note.day < history.entries[-1].day:
        raise ModelStateError(
            f"{note.day} is before the last step, {history.entries[-1].day}",
            remedy="steps must be recorded in order",
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
    """Refuse to extend a signed history without a key.

    Raises
    ------
    ModelStateError
        The history is signed, and there is no key.
    """
    if folder.history and folder.history.signature and key is None:
        raise ModelStateError(
            "the history is signed, but no key is available to sign the next entry",
            where=folder.label,
            remedy="name the key's file in PGX_MODEL_KEY",
        )


def advance(
    folder: Path,
    to: LifecycleState,
    note: Note,
    *,
    protocol: Protocol | None = None,
    plan_of: ModelFolder | None = None,
    key: ModelKey | None = None,
) -> ModelFolder:
    """Move a model to its next state; record the person, the reason and the basis.

    Parameters
    ----------
    folder
        Folder of the model.
    to
        ``validated`` (needs a protocol that the metrics pass), ``approved`` (needs the same
        protocol again, or ``plan_of``) or ``retired``.
    note
        Person, reason, day.
    protocol
        The laboratory's limits.
    plan_of
        An approved earlier version whose change plan permits the differences.
    key
        Signs the history.

    Raises
    ------
    ModelStateError
        The transition is not allowed; nothing is recorded.
    ModelFolderError
        The folder is damaged, or not trusted with the key.
    OutputError
        Disk or permission.
    """
    with locked(folder):
        model = read_folder(folder)
        check_signatures(model, key)
        _check_step(model, to)
        if plan_of is not None:
            check_signatures(plan_of, key)
        grounds, plan = None, None
        if to is LifecycleState.VALIDATED:
            grounds = _passed(model, protocol)
        elif to is LifecycleState.APPROVED and plan_of is not None:
            plan = _permitted(model, plan_of)
        elif to is LifecycleState.APPROVED:
            grounds = _passed_again(model, protocol)
        return record(model, to, note, protocol=grounds, plan=plan, key=key)


def record(
    model: ModelFolder,
    to: LifecycleState,
    note: Note,
    *,
    is_rollback: bool = False,
    protocol: ProtocolRecord | None = None,
    plan: PlanRecord | None = None,
    key: ModelKey | None = None,
) -> ModelFolder:
    """Append one entry to a model's history; the caller has checked that it is allowed.

    Raises
    ------
    ModelStateError
        The day precedes the last entry, or the history is signed and there is no key.
    OutputError
        Disk or permission.
    """
    check_key(model, key)
    # a model without a history is a draft: its history starts with that entry
    if model.history is None:
        first = with_entry(None, next_entry(LifecycleState.DRAFT, model.digest, None, note), None)
        model = replace(model, history=first)
    entry = next_entry(
        to,
        model.digest,
        model,
        note,
        is_rollback=is_rollback,
        protocol=protocol,
        plan=plan,
    )
    return write_history(model, with_entry(model.history, entry, key))


def _check_step(model: ModelFolder, to: LifecycleState) -> None:
    before = {
        LifecycleState.VALIDATED: LifecycleState.DRAFT,
        LifecycleState.APPROVED: LifecycleState.VALIDATED,
    }
    # retirement, the remaining transition, starts from approved
    needed = before.get(to, LifecycleState.APPROVED)
    if to is LifecycleState.DRAFT:
        raise ModelStateError(
            "a model becomes a draft again only by a change of its files", where=model.label
        )
    if model.state is not needed:
        ways = {
            LifecycleState.DRAFT: "validate it first, with a protocol",
            LifecycleState.VALIDATED: "it can be approved next",
            LifecycleState.APPROVED: "it can be retired",
            LifecycleState.RETIRED: "it comes back only by pgx model rollback",
        }
        raise ModelStateError(
            f"a model that is {model.state.value} cannot become {to.value}",
            where=model.label,
            remedy=ways[model.state],
        )


def _passed(model: ModelFolder, protocol: Protocol | None) -> ProtocolRecord:
    """Return the result of a protocol if the model passes it."""
    if protocol is None:
        raise ModelStateError(
            "no validation protocol is given", where=model.label, remedy="name it with --protocol"
        )
    metrics = model.document(METRICS)
    if metrics is None:
        raise ModelStateError(
            "the model has no metrics.json: it was not evaluated",
            where=model.label,
            remedy="attach the output of pgx model evaluate with pgx model attach",
        )
    fault = metrics_fault(model.model, metrics)
    if fault:
        raise ModelStateError(
            fault,
            where=model.label,
            remedy="evaluate this version, and attach the output with pgx model attach",
        )
    found = check_protocol(protocol, metrics)
    if not found.is_passed:
        failed = [check.line() for check in found.checks if check.outcome is LimitOutcome.FAILED]
        raise ModelStateError(
            f"the protocol is not passed: {'; '.join(failed) or 'no limit was checked'}",
            where=model.label,
            remedy="the model is unchanged",
        )
    return found


def _passed_again(model: ModelFolder, protocol: Protocol | None) -> ProtocolRecord:
    """Return the result of the protocol used in the model's validation, and of no other."""
    found = _passed(model, protocol)
    last = model.history.entries[-1].protocol if model.history else None
    # compared by digest, so that limits cannot be changed between validation and approval
    if last is None or last.sha256 != found.sha256:
        raise ModelStateError(
            "this is not the protocol by which the model was validated",
            where=model.label,
            remedy="use the same file for approval",
        )
    return found


def _permitted(model: ModelFolder, old: ModelFolder) -> PlanRecord:
    """Return the plan of an approved version that permits the differences of this one."""
    if old.state is not LifecycleState.APPROVED:
        raise ModelStateError(
            f"its plan is not valid: the model is {old.state.value}", where=old.label
        )
    verdict = check_change(old, model)
    if not verdict.is_permitted:
        raise ModelStateError(
            f"not permitted by the change plan of {old.label}: {'; '.join(verdict.reasons)}",
            where=model.label,
            remedy="approve it by a protocol, as a new model",
        )
    return PlanRecord(
        model=old.name,
        version=old.version,
        model_digest=old.digest,
        sha256=old.manifest.files[PLAN].sha256,
    )


def check_usable(model: ModelFolder, *, allow_unapproved: bool = False) -> LifecycleState:
    """Return a model's state if it may be used for a person; the gate before a prediction.

    Parameters
    ----------
    model
        A verified model, as `find_model` gives it.
    allow_unapproved
        Accept any state; the caller must state it with every prediction.

    Raises
    ------
    ModelStateError
        It is not approved.
    """
    if model.state is not LifecycleState.APPROVED and not allow_unapproved:
        remedy = {
            LifecycleState.DRAFT: "have it validated and approved: pgx model advance",
            LifecycleState.VALIDATED: "have it approved: pgx model advance --to approved",
            LifecycleState.RETIRED: "use the version that is in use: pgx model list",
        }[model.state]
        raise ModelStateError(
            f"is {model.state.value}, not approved",
            where=model.label,
            remedy=f"{remedy}; or allow it with --allow-unapproved, not for care",
        )
    return model.state
