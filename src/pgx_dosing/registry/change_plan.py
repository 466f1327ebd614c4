"""Change plans: the changes a later version may make without a new approval, and their check.

A plan (``change-plan.json``) is approved with its version; a new version is compared with the
plan of the old one, key by key of ``model.json``. A plan can never permit another drug, outcome,
inputs, ranges, population, or plan.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

import msgspec

from pgx.errors import ModelFolderError
from pgx_dosing.json_records import doc
from pgx_dosing.registry.files import Json
from pgx_dosing.registry.folder import ModelFolder
from pgx_dosing.registry.history import (
    METRICS,
    LimitOutcome,
    Protocol,
    check_protocol,
    metrics_fault,
    parse_limits,
)

__all__ = [
    "PLAN",
    "ChangeItem",
    "ChangePlan",
    "ChangeVerdict",
    "PermittedChange",
    "check_change",
    "parse_plan",
    "plan_of",
    "plan_schema",
]

PLAN: Final = "change-plan.json"
_FIXED: Final = frozenset(
    {
        "schema_version", "name", "drug", "kind", "population", "predicts", "unit", "inputs",
        "link", "uses_race", "uses_genotype",
    }
)  # fmt: skip
_FREE: Final = frozenset({"version"})
_FIXED_FILES: Final = (PLAN, "schema.json")
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ID: Final = "urn:pgx-therapy:schema:pgx-change-plan:1.0"
_ANY: Final = "*"
_ABSENT: Final = "(absent)"
_GONE: Final = object()  # marks an absent value; None is a valid JSON value


class PermittedChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number or a text of model.json that may change, and how far.

    A number needs ``minimum`` and ``maximum``. With ``may_be_absent`` it may also come or go:
    a number that is not there counts as 0, as an intercept does.
    """

    path: Annotated[
        str,
        doc(
            "JSON pointer into model.json; * stands for any one key or index",
            pattern=r"^(/[^/]+)+$",
        ),
    ]
    what: Annotated[str, doc("what it is, in words", min_length=1)]
    kind: Annotated[Literal["number", "text"], doc("what values it has")] = "number"
    minimum: Annotated[float | None, doc("least value that a number may get")] = None
    maximum: Annotated[float | None, doc("largest value that a number may get")] = None
    change_at_most: Annotated[
        Annotated[float, msgspec.Meta(ge=0)] | None,
        doc("largest difference of a number from the approved version"),
    ] = None
    may_be_absent: Annotated[bool, doc("whether it may come or go")] = False


class PlannedValidation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a changed version is validated before it may be used."""

    how: Annotated[str, doc("data and method, in words", min_length=1)]
    minimum_n: Annotated[int, doc("patients that metrics.json must rest on", ge=1)]
    limits: Annotated[
        dict[str, Any],
        doc("limits on metrics.json, as in a validation protocol", min_length=1),
    ]


class ChangePlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may change in a model without a new approval, and how that is validated."""

    schema_version: Annotated[str, doc("version of this form", pattern=r"^1\.0$")]
    why: Annotated[str, doc("why these changes are foreseen", min_length=1)]
    changes: Annotated[tuple[PermittedChange, ...], doc("what may change", min_length=1)]
    validation: Annotated[PlannedValidation, doc("how a changed version is validated")]


class ChangeItem(msgspec.Struct, frozen=True, kw_only=True):
    """One difference between two versions: path, both values, and why it is (not) permitted."""

    path: str
    old: str
    new: str
    is_permitted: bool
    reason: str

    def line(self) -> str:
        """Return the difference as one line."""
        verdict = "permitted" if self.is_permitted else "not permitted"
        return f"{self.path}: {self.old} to {self.new}: {verdict}: {self.reason}"


class ChangeVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """All differences of a new version from an old one, judged by the old version's plan."""

    items: tuple[ChangeItem, ...]

    @property
    def is_permitted(self) -> bool:
        """Whether the plan permits every difference."""
        return all(item.is_permitted for item in self.items)

    @property
    def reasons(self) -> list[str]:
        """The differences that are not permitted, one line each."""
        return [item.line() for item in self.items if not item.is_permitted]


def plan_schema() -> Json:
    """Return the JSON Schema of a change plan."""
    schema = msgspec.json.schema(ChangePlan, ref_template="#/$defs/{name}")
    root = schema["$defs"].pop("ChangePlan")
    return {"$schema": _DIALECT, "$id": _ID, **root, "$defs": schema["$defs"]}


def plan_of(folder: ModelFolder) -> ChangePlan | None:
    """Return a model's change plan, checked; None if it has none.

    Raises
    ------
    ModelFolderError
        It is not a plan, permits what no plan can, or has contradictory limits.
    ModelStateError
        The limits of its validation cannot be read.
    """
    content = folder.document(PLAN)
    return None if content is None else parse_plan(content, str(folder.where / PLAN))


def parse_plan(content: Json, where: str) -> ChangePlan:
    """Return a change plan, checked.

    Raises
    ------
    ModelFolderError
        It is not a plan, permits what no plan can, or has contradictory limits.
    ModelStateError
        The limits of its validation cannot be read.
    """
    try:
        plan = msgspec.convert(content, ChangePlan)
    except msgspec.ValidationError as error:
        raise ModelFolderError(f"is not a change plan: {error}", where=where) from error
    for change in plan.changes:
        fault = _plan_fault(change)
        if fault:
            raise ModelFolderError(
                f"{change.path}: {fault}", where=where, remedy="correct the plan"
            )
    parse_limits(plan.validation.limits, where)
    return plan


def _plan_fault(change: PermittedChange) -> str:
    """Return the fault of a permission itself, "" if there is none."""
    if change.path.split("/")[1] in _FIXED | {_ANY}:
        return "no plan can permit a change of it"
    if change.kind == "text":
        bounds = (change.minimum, change.maximum, change.change_at_most)
        return "" if bounds == (None, None, None) else "a text has no bounds"
    if change.minimum is None or change.maximum is None:
        return "a number needs minimum and maximum"
    return "" if change.minimum <= change.maximum else "minimum is above maximum"


def check_change(old: ModelFolder, new: ModelFolder) -> ChangeVerdict:
    """Compare a new version with the change plan of an old one.

    Raises
    ------
    ModelFolderError
        The old version's plan cannot be read.
    ModelStateError
        The limits of its validation cannot be read.
    """
    plan = plan_of(old)
    items = [
        *_identity_items(old, new, plan),
        *(_item(path, a, b, plan) for path, a, b in _differences(old.model, new.model)),
        *_file_items(old, new),
        *(_validation_items(plan, new) if plan else ()),
    ]
    return ChangeVerdict(items=tuple(items))


def _identity_items(
    old: ModelFolder, new: ModelFolder, plan: ChangePlan | None
) -> Iterator[ChangeItem]:
    if plan is None:
        yield _no(PLAN, _ABSENT, _ABSENT, "the old version has no change plan")
    if old.version == new.version:
        yield _no("/version", old.version, new.version, "a change needs another version")


def _file_items(old: ModelFolder, new: ModelFolder) -> Iterator[ChangeItem]:
    for name in _FIXED_FILES:
        before, after = old.files.get(name), new.files.get(name)
        if before != after:
            yield _no(name, "one content", "another", "no plan can permit a change of this file")


def _validation_items(plan: ChangePlan, new: ModelFolder) -> Iterator[ChangeItem]:
    """Yield the checks of the new version's metrics against the limits of the plan."""
    metrics = new.document(METRICS) or {}
    fault = metrics_fault(new.model, metrics)
    if fault:
        yield _no(METRICS, "of this version", "of another", fault)
    # without a known sample size the limits below cannot be judged
    n = metrics.get("n")
    if type(n) is not int or n < plan.validation.minimum_n:
        least = f"at least {plan.validation.minimum_n}"
        yield _no(f"{METRICS}/n", least, str(n), "too few patients, or not said how many")
    limits = Protocol(title=PLAN, sha256="", content=plan.validation.limits)
    for check in check_protocol(limits, metrics).checks:
        if check.outcome is LimitOutcome.FAILED:
            yield _no(f"{METRICS}/{check.what}", "limit", "measured", check.line())


def _differences(old: object, new: object, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield path, old and new value of each differing leaf, in the order of the old version."""
    if _is_object(old) and _is_object(new) and (old, new) != (_GONE, _GONE):
        a, b = _members(old), _members(new)
        # an object and an empty or absent one have no leaves to report, but still differ
        if not a and not b and old != new:
            yield path, old, new
        for key in dict.fromkeys((*a, *b)):
            yield from _differences(a.get(key, _GONE), b.get(key, _GONE), f"{path}/{_escaped(key)}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _differences(one, other, f"{path}/{index}")
    # lists of different lengths share no indices, so they differ as a whole
    elif not _is_same(old, new):
        yield path, old, new


def _is_object(value: object) -> bool:
    """Whether a value can have members; an absent one counts as an object without members."""
    return isinstance(value, dict) or value is _GONE


def _members(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _is_same(old: object, new: object) -> bool:
    """Whether two leaves are equal: 1 and 1.0 are, 1 and true are not."""
    is_comparable = type(old) is type(new) or (_is_number(old) and _is_number(new))
    return is_comparable and old == new


def _escaped(key: str) -> str:
    # JSON Pointer (RFC 6901): ~ and / inside a key are escaped, ~ first
    return key.replace("~", "~0").replace("/", "~1")


def _item(path: str, old: object, new: object, plan: ChangePlan | None) -> ChangeItem:
    shown = _shown(old), _shown(new)
    root = path.split("/")[1]
    if root in _FREE:
        return ChangeItem(
            path=path, old=shown[0], new=shown[1], is_permitted=True, reason="every version has one"
        )
    if root in _FIXED:
        return _no(path, *shown, "no plan can permit a change of it")
    found = [c for c in plan.changes if _matches(c.path, path)] if plan else []
    if not found:
        return _no(path, *shown, "the plan does not name it")
    faults = [fault for change in found for fault in _faults(change, old, new)]
    if faults:
        return _no(path, *shown, faults[0])
    return ChangeItem(
        path=path, old=shown[0], new=shown[1], is_permitted=True, reason=found[0].what
    )


def _faults(change: PermittedChange, old: object, new: object) -> Iterator[str]:
    """Yield the faults of a value; if several changes name it, it must satisfy all of them."""
    if (old is _GONE or new is _GONE) and not change.may_be_absent:
        yield "it may neither come nor go"
    elif change.kind == "text":
        if not all(value is _GONE or isinstance(value, str) for value in (old, new)):
            yield "it is to be a text"
    else:
        yield from _number_faults(change, *(0 if v is _GONE else v for v in (old, new)))


def _number_faults(change: PermittedChange, old: Any, new: Any) -> Iterator[str]:  # noqa: ANN401
    low, high, most = change.minimum, change.maximum, change.change_at_most
    if not (_is_number(old) and _is_number(new)) or low is None or high is None:
        yield "it is to be a number"
        return
    if not low <= new <= high:
        yield f"not between {low:g} and {high:g}"
    if most is not None and abs(new - old) > most:
        yield f"changed by more than {most:g}"


def _matches(pattern: str, path: str) -> bool:
    wanted, there = pattern.split("/"), path.split("/")
    return len(wanted) == len(there) and all(
        a in (_ANY, b) for a, b in zip(wanted, there, strict=True)
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: object) -> str:
    if value is _GONE:
        return _ABSENT
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 60 else f"{text[:57]}..."


def _no(path: str, old: str, new: str, reason: str) -> ChangeItem:
    return ChangeItem(path=path, old=old, new=new, is_permitted=False, reason=reason)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(plan_schema(), indent=2, ensure_ascii=False) + "\n")
