"""The state history of a model, and the protocols used in its validation.

::

    {"title": "Warfarin model, validation 2026",
     "mae_mg_per_week": {"at_most": 9.0},
     "interval_coverage": {"at_least": 0.88, "at_most": 0.92},
     "groups": {"race": {"minimum_n": 50, "interval_coverage": {"at_least": 0.86}}},
     "baselines": {"iwpc-clinical": {"mae_mg_per_week": {"not_worse_by": 0.0}}}}

Metric names are keys of ``metrics.json``. A limit of a group applies to each of its values; a
value with fewer than ``minimum_n`` patients is listed but not judged. A missing metric fails.

Each entry holds the digest of the previous entry and of its model; the file has one canonical
form. An edited history, or a model swapped under its history, is refused. Write access allows
replacing the whole history: only the signature protects against that.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import msgspec

from pgx.base.files import real_path
from pgx.errors import ModelFolderError, ModelStateError
from pgx_dosing.json_records import decode
from pgx_dosing.registry.files import (
    Json,
    ManifestSignature,
    ModelKey,
    canonical_json,
    parse_json,
    read_file,
    sha256,
    signature_over,
)

__all__ = [
    "HISTORY_SCHEMA",
    "METRICS",
    "STATES",
    "History",
    "LifecycleState",
    "LimitOutcome",
    "PlanRecord",
    "Protocol",
    "ProtocolCheck",
    "ProtocolRecord",
    "StateEntry",
    "check_protocol",
    "history_bytes",
    "is_day",
    "metrics_fault",
    "parse_history",
    "parse_limits",
    "read_protocol",
    "with_entry",
]

METRICS: Final = "metrics.json"
_LARGEST: Final = 1 << 20
_TITLE, _GROUPS, _BASELINES, _FEWEST = "title", "groups", "baselines", "minimum_n"
# a baseline limit needs the direction of a metric, which the prefix of its name determines
_SMALLER_IS_BETTER: Final = ("mae", "rmse", "median_absolute")
_LARGER_IS_BETTER: Final = ("within_20_percent", "r2")
STATES: Final = "states.json"
HISTORY_SCHEMA: Final = "1.0"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class LimitOutcome(enum.StrEnum):
    """Outcome of one limit."""

    MET = "met"
    FAILED = "failed"
    TOO_FEW = "too few"


class ProtocolCheck(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One limit and the measured value; ``what`` is a path such as ``groups.race.Asian.n``.

    ``measured`` is None if the metrics have no such number.
    """

    what: str
    at_least: float | None
    at_most: float | None
    measured: float | None
    outcome: LimitOutcome

    def line(self) -> str:
        """Return the check as one line, e.g. ``mae_mg_per_week 8.6, at most 9: met``."""
        said = "not measured" if self.measured is None else f"{self.measured:.6g}"
        least = "" if self.at_least is None else f", at least {self.at_least:.6g}"
        most = "" if self.at_most is None else f", at most {self.at_most:.6g}"
        return f"{self.what} {said}{least}{most}: {self.outcome.value}"


class Protocol(msgspec.Struct, frozen=True, kw_only=True):
    """A protocol: its title, the SHA-256 of its file, and its content."""

    title: str
    sha256: str
    content: Json


class ProtocolRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limits of a protocol and the measured values."""

    title: str
    sha256: str
    checks: tuple[ProtocolCheck, ...]

    @property
    def is_passed(self) -> bool:
        """Whether no limit failed and at least one was met."""
        outcomes = [check.outcome for check in self.checks]
        return LimitOutcome.FAILED not in outcomes and LimitOutcome.MET in outcomes


def read_protocol(path: Path) -> Protocol:
    """Read a protocol and check its format.

    Raises
    ------
    ModelFolderError
        The file cannot be read or is not a JSON object.
    ModelStateError
        It has no title, no limit, or an empty limit.
    """
    data = read_file(real_path(path), _LARGEST)
    content = parse_json(data, str(path))
    title = content.get(_TITLE)
    if not isinstance(title, str) or not title.strip():
        raise _bad("has no title", str(path))
    parse_limits(content, str(path))
    return Protocol(title=title, sha256=sha256(data), content=content)


def parse_limits(content: Json, where: str) -> None:
    """Check the format of limits.

    Raises
    ------
    ModelStateError
        The model as a whole has no limit, or a limit is invalid.
    """
    whole = [key for key in content if key not in {_TITLE, _GROUPS, _BASELINES}]
    if not whole:
        raise _bad("has no limit for all patients together", where)
    for key in whole:
        _limit(content[key], key, where)
    for name, limits in _objects(content, _GROUPS, where):
        _count(limits, f"{_GROUPS}.{name}", where)
        for key in limits:
            if key != _FEWEST:
                _limit(limits[key], f"{_GROUPS}.{name}.{key}", where)
    for name, limits in _objects(content, _BASELINES, where):
        for key in limits:
            _margin(key, limits[key], f"{_BASELINES}.{name}.{key}", where)


def check_protocol(protocol: Protocol, metrics: Json) -> ProtocolRecord:
    """Compare the limits of a protocol with the metrics.

    Parameters
    ----------
    protocol
        Limits, validated when they were read.
    metrics
        Content of ``metrics.json``: numbers, ``groups`` (name, value, numbers) and
        ``by_baseline`` (name, numbers).
    """
    checks = (
        *_whole_checks(protocol.content, metrics),
        *_group_checks(protocol.content, metrics),
        *_baseline_checks(protocol.content, metrics),
    )
    return ProtocolRecord(title=protocol.title, sha256=protocol.sha256, checks=checks)


def metrics_fault(model: Json, metrics: Json) -> str:
    """Return why metrics cannot belong to a model, "" if they can.

    A site-specific intercept, for example, makes another version: metrics of the old version do
    not describe the new one.
    """
    for key, own in (("model", "name"), ("version", "version")):
        if metrics.get(key, model.get(own)) != model.get(own):
            return f"metrics.json is of {own} {metrics[key]}, not of {model.get(own)}"
    return ""


def _whole_checks(content: Json, metrics: Json) -> Iterator[ProtocolCheck]:
    for key, limit in content.items():
        if key not in {_TITLE, _GROUPS, _BASELINES}:
            yield _check(key, limit, _number(metrics, key))


def _group_checks(content: Json, metrics: Json) -> Iterator[ProtocolCheck]:
    for name, limits in content.get(_GROUPS, {}).items():
        values = _object(_object(metrics, _GROUPS), name)
        wanted = {key: limit for key, limit in limits.items() if key != _FEWEST}
        fewest = limits.get(_FEWEST, 0)
        # a group that was not evaluated at all fails each of its limits
        if not values:
            yield from (_check(f"{_GROUPS}.{name}.{key}", wanted[key], None) for key in wanted)
        for value in values:
            measured = _object(values, value)
            n = _number(measured, "n")
            is_small = n is not None and n < fewest
            for key, limit in wanted.items():
                what = f"{_GROUPS}.{name}.{value}.{key}"
                yield _check(what, limit, _number(measured, key), is_small=is_small)


def _baseline_checks(content: Json, metrics: Json) -> Iterator[ProtocolCheck]:
    for name, limits in content.get(_BASELINES, {}).items():
        other = _object(_object(metrics, "by_baseline"), name)
        for key, limit in limits.items():
            what, margin = f"{_BASELINES}.{name}.{key}", float(limit["not_worse_by"])
            theirs, ours = _number(other, key), _number(metrics, key)
            if theirs is None:
                # no baseline value: nothing to compare with, so the limit fails
                yield _check(what, {}, None)
            elif key.startswith(_SMALLER_IS_BETTER):
                yield _check(what, {"at_most": theirs + margin}, ours)
            else:
                yield _check(what, {"at_least": theirs - margin}, ours)


def _check(
    what: str, limit: Mapping[str, float], measured: float | None, *, is_small: bool = False
) -> ProtocolCheck:
    least, most = limit.get("at_least"), limit.get("at_most")
    is_met = (
        measured is not None
        and (least is None or measured >= least)
        and (most is None or measured <= most)
    )
    outcome = (
        # a small group decides nothing: its estimate is too imprecise to pass or fail a limit
        LimitOutcome.TOO_FEW if is_small else LimitOutcome.MET if is_met else LimitOutcome.FAILED
    )
    return ProtocolCheck(
        what=what,
        at_least=None if least is None else float(least),
        at_most=None if most is None else float(most),
        measured=measured,
        outcome=outcome,
    )


def _number(content: Json, key: str) -> float | None:
    value = content.get(key)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and value is not None else None


def _object(content: Json, key: str) -> Json:
    value = content.get(key)
    return value if isinstance(value, dict) else {}


def _objects(content: Json, key: str, where: str) -> Iterator[tuple[str, Json]]:
    outer = content.get(key, {})
    if not isinstance(outer, dict):
        raise _bad(f"{key} is no object", where)
    for name, inner in outer.items():
        if not isinstance(inner, dict) or not set(inner) - {_FEWEST}:
            raise _bad(f"{key}.{name} has no limit", where)
        yield name, inner


def _limit(limit: Any, what: str, where: str) -> None:  # noqa: ANN401 - as it was written
    if not isinstance(limit, dict) or not limit or set(limit) - {"at_least", "at_most"}:
        raise _bad(f"{what} needs at_least, at_most or both, and nothing else", where)
    if any(_number(limit, side) is None for side in limit):
        raise _bad(f"a limit of {what} is not a number", where)
    if len(limit) > 1 and limit["at_least"] > limit["at_most"]:
        raise _bad(f"no number can meet the limits of {what}", where)


def _count(limits: Json, what: str, where: str) -> None:
    fewest = limits.get(_FEWEST, 0)
    # JSON true is an int in Python, so the exact type is compared
    if type(fewest) is not int or fewest < 0:
        raise _bad(f"{_FEWEST} of {what} is no count", where)


def _margin(key: str, limit: Any, what: str, where: str) -> None:  # noqa: ANN401
    if not key.startswith((*_SMALLER_IS_BETTER, *_LARGER_IS_BETTER)):
        raise _bad(f"{what}: whether more is better is not known", where)
    is_one = isinstance(limit, dict) and set(limit) == {"not_worse_by"}
    if not is_one or _number(limit, "not_worse_by") is None:
        raise _bad(f"{what} needs not_worse_by, a number, and nothing else", where)


def _bad(what: str, where: str) -> ModelStateError:
    return ModelStateError(
        f"the protocol cannot be used: {what}",
        where=where,
        remedy="see docs/how-to/approve-a-model.md",
    )


class LifecycleState(enum.StrEnum):
    """Lifecycle state of a model; only an approved one is usable without a flag."""

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
    """The change plan under which a version was approved: its owner, and its SHA-256 (hex)."""

    model: str
    version: str
    model_digest: str
    sha256: str


class StateEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One transition: state reached, ISO day, person, reason, and its basis.

    ``previous`` is the digest of the previous entry, "" for the first one.
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
        """SHA-256 (hex) of the entry, which includes the digest of the previous one."""
        return sha256(canonical_json(msgspec.to_builtins(self)))


class History(msgspec.Struct, frozen=True, kw_only=True):
    """All entries of one version of a model, oldest first, at least one."""

    entries: tuple[StateEntry, ...]
    signature: ManifestSignature | None = None

    @property
    def state(self) -> LifecycleState:
        """The state of the last entry."""
        return self.entries[-1].state

    @property
    def head(self) -> str:
        """Digest of the last entry and thereby, through the chain, of all."""
        return self.entries[-1].digest

    @property
    def was_approved(self) -> bool:
        """Whether the model was ever approved."""
        return any(entry.state is LifecycleState.APPROVED for entry in self.entries)


class _HistoryFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A history as it is stored."""

    check: str
    entries: tuple[StateEntry, ...]
    head: str
    schema_version: str
    signature: ManifestSignature | None


def is_day(text: str) -> bool:
    """Whether a text is a valid date YYYY-MM-DD.

    >>> is_day("2026-11-29"), is_day("2026-02-30"), is_day("20261129")
    (True, False, False)
    """
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def with_entry(history: History | None, entry: StateEntry, key: ModelKey | None) -> History:
    """Return a history with one more entry, signed if there is a key.

    Raises
    ------
    ModelFolderError
        The entry cannot follow the previous ones.
    """
    entries = (*(history.entries if history else ()), entry)
    _check_entries(entries, STATES)
    signature = signature_over("history", entry.digest, key) if key else None
    return History(entries=entries, signature=signature)


def history_bytes(history: History) -> bytes:
    """Return the canonical form of a history."""
    content = msgspec.to_builtins(history)
    content |= {"schema_version": HISTORY_SCHEMA, "head": history.head}
    return canonical_json(content | {"check": sha256(canonical_json(content))})


def parse_history(data: bytes, where: str) -> History:
    """Return a history from its bytes.

    Raises
    ------
    ModelFolderError
        It is not a history, has another schema version, is not in canonical form, or its entries
        cannot follow each other.
    """
    file: _HistoryFile = decode(data, _HistoryFile, "is no history of states", where)
    if file.schema_version != HISTORY_SCHEMA:
        raise ModelFolderError(
            f"schema version {file.schema_version}, this pgx reads {HISTORY_SCHEMA}", where=where
        )
    if not file.entries:
        raise ModelFolderError("has no entry", where=where)
    _check_entries(file.entries, where)
    history = History(entries=file.entries, signature=file.signature)
    # one canonical form: other bytes with the same content show an edited file
    if history_bytes(history) != data:
        raise ModelFolderError("differs from what was written", where=where)
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
        raise ModelFolderError(
            "does not match the previous entry: the history was edited", where=where
        )
    # days are ISO texts, whose order is that of the dates
    if after.day < before.day:
        raise ModelFolderError("is dated before the previous entry", where=where)
    if after.model_digest != before.model_digest and after.state is not LifecycleState.DRAFT:
        raise ModelFolderError("names another model than the previous entry", where=where)
    # a retired version can return to approved only by a rollback
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
    """Check that a rollback re-approves a version that was approved before."""
    was_approved = False
    for number, entry in enumerate(entries, start=1):
        is_first = entry.state is LifecycleState.APPROVED and not was_approved
        if entry.is_rollback and (
            is_first or entry.state in {LifecycleState.DRAFT, LifecycleState.VALIDATED}
        ):
            raise ModelFolderError(
                "rollback to a version that was never approved", where=f"{where} entry {number}"
            )
        was_approved = was_approved or entry.state is LifecycleState.APPROVED
