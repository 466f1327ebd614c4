"""What a model takes of a patient: each input with its unit, its range and what stands in for it.

Values outside the range are refused, not clipped: an equation says nothing of people that it was
not made from, and a height of 1.75 is metres, not centimetres.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.errors import MissingCovariateError, ModelError, OutOfDomainError
from pgx_dosing.rules.specification import Observe
from pgx_dosing.terms import Columns, EquationTerm, feature_values, is_unknown

__all__ = [
    "Input",
    "InputKind",
    "UnknownInput",
    "Value",
    "check_value",
    "columns_of",
    "fill",
    "n_outside",
    "ordered_text",
    "with_assumed",
]

Value = float | str | bool | None

_UNITS: Final = {"cm": ("m", 100.0), "kg": ("lb", 0.4536), "years": ("days", 1 / 365.25)}
"""Units that are given by mistake, and by how much they differ."""


class InputKind(StrEnum):
    """What values an input has."""

    NUMBER = "number"
    FLAG = "flag"
    LEVEL = "level"
    GENOTYPE = "genotype"


class UnknownInput(StrEnum):
    """What a model does where an input is not known."""

    REFUSE = "refuse"
    ASSUME = "assume"
    ESTIMATE = "estimate"
    OWN_TERM = "own_term"


class Input(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """One input of a model.

    ``minimum`` and ``maximum`` bound a number (inclusive), in ``unit``; ``levels`` are the values
    of a level; of a genotype, ``alleles`` are those that it may be made of. ``assumed`` stands in
    where nothing is known; ``estimated_by`` are sums of terms of other inputs that give the number,
    of which the first counts whose inputs are known. ``observe`` says where the value is found;
    a count that is observed means the level at that place of ``levels``.
    ``typical`` is the value of the patient that contributions are counted from.
    """

    name: str
    meaning: str
    kind: InputKind
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    levels: tuple[str, ...] = ()
    alleles: tuple[str, ...] = ()
    when_unknown: UnknownInput = UnknownInput.REFUSE
    assumed: float | str | bool | None = None
    estimated_by: tuple[tuple[EquationTerm, ...], ...] = ()
    observe: Observe = Observe()
    typical: float | str | bool | None = None


def check_value(own: Input, value: Value) -> None:
    """Refuse a value that the input cannot have; None (unknown) passes.

    Raises
    ------
    OutOfDomainError
        Another type, an unknown level or allele, a number out of range.
    """
    if value is None:
        return
    if own.kind is InputKind.NUMBER:
        _check_number(own, value)
    elif own.kind is InputKind.FLAG:
        if not isinstance(value, bool) and value not in (0.0, 1.0):
            raise OutOfDomainError(f"{own.name} is neither yes nor no", remedy="give yes or no")
    elif own.kind is InputKind.LEVEL and value not in own.levels:
        raise OutOfDomainError(
            f"{own.name} is a value that the model does not know",
            remedy=f"it knows {', '.join(own.levels)}",
            told=f"{own.name} is {value!r}, which the model does not know",
        )
    elif own.kind is InputKind.GENOTYPE and not _is_genotype(own, value):
        raise OutOfDomainError(
            f"{own.name} is a genotype that the model does not know",
            remedy=f"it knows pairs, A/B, of {', '.join(own.alleles)}",
            told=f"{own.name} is {value!r}, a genotype that the model does not know",
        )


def _check_number(own: Input, value: Value) -> None:
    if isinstance(value, (bool, str)) or value is None or not np.isfinite(value):
        raise OutOfDomainError(f"{own.name} is no number", remedy=f"give a number of {own.unit}")
    low = -np.inf if own.minimum is None else own.minimum
    high = np.inf if own.maximum is None else own.maximum
    if low <= value <= high:
        return
    raise OutOfDomainError(
        f"{own.name} is outside {low:g} to {high:g} {own.unit}".rstrip(),
        remedy=_hint(own, value) or "the model was not made for such a patient: use another way",
        told=f"{own.name} is {value:g} {own.unit}".rstrip() + f", outside {low:g} to {high:g}",
    )


def _hint(own: Input, value: float) -> str:
    """Return what unit the number may be of, where it would fit in that."""
    other, factor = _UNITS.get(own.unit, ("", 1.0))
    low, high = own.minimum, own.maximum
    if not other or low is None or high is None or not low <= value * factor <= high:
        return ""
    return f"it looks like {other}: give {own.unit}"


def _is_genotype(own: Input, value: Value) -> bool:
    parts = value.split("/") if isinstance(value, str) else []
    return len(parts) == 2 and all(part in own.alleles for part in parts)


def columns_of(inputs: Sequence[Input], values: Mapping[str, Value]) -> Columns:
    """Return one patient's values as columns of length 1; genotypes in the order of the alleles.

    Raises
    ------
    ModelError
        A value of no input of the model.
    OutOfDomainError
        See `check_value`.
    """
    strange = sorted(set(values) - {own.name for own in inputs})
    if strange:
        raise ModelError(f"the model has no input {strange[0]!r}")
    columns = {}
    for own in inputs:
        value = values.get(own.name)
        check_value(own, value)
        if own.kind in (InputKind.NUMBER, InputKind.FLAG):
            columns[own.name] = np.array([np.nan if value is None else float(value)])
        else:
            columns[own.name] = np.array([ordered_text(own, value)], np.str_)
    return columns


def ordered_text(own: Input, value: Value) -> str:
    """Return a value as text, a genotype in the order of the alleles; empty where unknown."""
    if own.kind is InputKind.GENOTYPE and isinstance(value, str):
        return "/".join(sorted(value.split("/"), key=own.alleles.index))
    return "" if value is None else str(value)


def fill(inputs: Sequence[Input], columns: Columns) -> Columns:
    """Return columns in which what is unknown is assumed or estimated, as the model says.

    An input with a term of its own for unknown stays unknown. Estimates see what is assumed of
    other inputs, never what is estimated.

    Raises
    ------
    MissingCovariateError
        The model cannot do without an input that is unknown for somebody.
    """
    assumed = with_assumed(inputs, columns)
    filled = dict(assumed)
    for own in inputs:
        gap = is_unknown(assumed[own.name])
        if not gap.any() or own.when_unknown is UnknownInput.OWN_TERM:
            continue
        if own.when_unknown is not UnknownInput.ESTIMATE:
            raise MissingCovariateError(
                f"{own.name} ({own.meaning}) is not known", remedy="the model needs it"
            )
        filled[own.name] = np.where(gap, _estimated(own, assumed), assumed[own.name])
    return filled


def with_assumed(inputs: Sequence[Input], columns: Columns) -> Columns:
    """Return columns in which what is unknown is assumed, where the model says so."""
    found = dict(columns)
    for own in inputs:
        gap = is_unknown(columns[own.name])
        if own.when_unknown is UnknownInput.ASSUME and own.assumed is not None and gap.any():
            found[own.name] = np.where(gap, own.assumed, columns[own.name])
    return found


def _estimated(own: Input, columns: Columns) -> npt.NDArray[np.float64]:
    """Return what stands in for a number, shape (n,)."""
    found = np.full(len(columns[own.name]), np.nan)
    for terms in filter(None, own.estimated_by):
        weights = np.array([term.coefficient for term in terms])
        found = np.where(np.isnan(found), feature_values(terms, columns) @ weights, found)
    if not isinstance(own.assumed, float | int):
        return found
    return np.where(np.isnan(found), float(own.assumed), found)


def n_outside(inputs: Sequence[Input], columns: Columns) -> int:
    """Return for how many patients some number is outside its range."""
    outside = np.zeros(max((len(c) for c in columns.values()), default=0), np.bool_)
    for own in inputs:
        if own.kind is InputKind.NUMBER:
            values = np.asarray(columns[own.name], np.float64)
            low = -np.inf if own.minimum is None else own.minimum
            high = np.inf if own.maximum is None else own.maximum
            outside |= (values < low) | (values > high)
    return int(outside.sum())
