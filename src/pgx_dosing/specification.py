"""A dosing model as stored in its file: inputs, identity, source, equation, interval, limits.

Values outside the range are refused, not clipped: an equation is not valid for people unlike those
it was derived from, and a height of 1.75 is in metres, not centimetres.

Published equations and trained models share this record; `pgx_dosing.equation` evaluates it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.texts import nearest
from pgx.errors import MissingCovariateError, ModelError, ModelFolderError, OutOfDomainError
from pgx_dosing.json_records import decode
from pgx_dosing.rules.specification import Observe
from pgx_dosing.terms import Columns, EquationTerm, Feature, Trees, feature_values, is_unknown

__all__ = [
    "ConformalInterval",
    "Gain",
    "Input",
    "InputKind",
    "InputValue",
    "Link",
    "Member",
    "Model",
    "ModelCitation",
    "ModelKind",
    "Recalibration",
    "UnknownInput",
    "check_value",
    "columns_of",
    "fill",
    "n_outside",
    "ordered_text",
    "parse_given",
    "parse_model",
    "with_assumed",
]

InputValue = float | str | bool | None

_YES: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
# units given by mistake, and their conversion factors to the expected unit
_UNITS: Final = {"cm": ("m", 100.0), "kg": ("lb", 0.4536), "years": ("days", 1 / 365.25)}
SCHEMA_VERSION = "1.0"


class InputKind(StrEnum):
    """The types of input values."""

    NUMBER = "number"
    FLAG = "flag"
    LEVEL = "level"
    GENOTYPE = "genotype"

    @property
    def is_numeric(self) -> bool:
        """Whether columns hold it as float64, NaN where unknown, instead of text."""
        return self in (InputKind.NUMBER, InputKind.FLAG)


class UnknownInput(StrEnum):
    """How a model handles an unknown input."""

    REFUSE = "refuse"
    ASSUME = "assume"
    ESTIMATE = "estimate"
    OWN_TERM = "own_term"


class Input(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """One input of a model.

    ``minimum`` and ``maximum`` bound a number (inclusive), in ``unit``; ``levels`` are the allowed
    levels; ``alleles`` are the allowed alleles of a genotype. ``assumed`` is imputed if the value
    is unknown; ``estimated_by`` are sums of terms of other inputs that estimate the number: the
    first one whose inputs are known is used. ``observe`` is the source of the value; an observed
    count selects the level at that index of ``levels``. ``typical`` is the reference patient's
    value for contributions.
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


def check_value(own: Input, value: InputValue) -> None:
    """Refuse a value not allowed for the input; None (unknown) passes.

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
        # columns hold flags as float64, so 0.0 and 1.0 are flags too
        if not isinstance(value, bool) and value not in (0.0, 1.0):
            raise OutOfDomainError(f"{own.name} is neither yes nor no", remedy="give yes or no")
    elif own.kind is InputKind.LEVEL and value not in own.levels:
        raise OutOfDomainError(
            f"{own.name} is a value that the model does not know",
            remedy=f"valid values: {', '.join(own.levels)}",
            told=f"{own.name} is {value!r}, which the model does not know",
        )
    elif own.kind is InputKind.GENOTYPE and not _is_genotype(own, value):
        raise OutOfDomainError(
            f"{own.name} is a genotype unknown to the model",
            remedy=f"valid values are pairs A/B of {', '.join(own.alleles)}",
            told=f"{own.name} is {value!r}, a genotype that the model does not know",
        )


def _check_number(own: Input, value: InputValue) -> None:
    # bool is an int in Python, so it is excluded before the range check
    if isinstance(value, (bool, str)) or value is None or not np.isfinite(value):
        raise OutOfDomainError(f"{own.name} is not a number", remedy=f"give a number of {own.unit}")
    low = -np.inf if own.minimum is None else own.minimum
    high = np.inf if own.maximum is None else own.maximum
    if low <= value <= high:
        return
    raise OutOfDomainError(
        f"{own.name} is outside {low:g} to {high:g} {own.unit}".rstrip(),
        remedy=_hint(own, value) or "the model does not apply to this patient: use another method",
        told=f"{own.name} is {value:g} {own.unit}".rstrip() + f", outside {low:g} to {high:g}",
    )


def _hint(own: Input, value: float) -> str:
    """Return the likely unit of a number, if it would be in range in that unit."""
    other, factor = _UNITS.get(own.unit, ("", 1.0))
    low, high = own.minimum, own.maximum
    # the hint is given only if the converted value would be plausible
    if not other or low is None or high is None or not low <= value * factor <= high:
        return ""
    return f"it looks like {other}: give {own.unit}"


def _is_genotype(own: Input, value: InputValue) -> bool:
    parts = value.split("/") if isinstance(value, str) else []
    return len(parts) == 2 and all(part in own.alleles for part in parts)


def parse_given(model: Model, words: Mapping[str, str]) -> dict[str, InputValue]:
    """Return the values that a user states as text, by input name.

    Raises
    ------
    ModelError
        The model has no such input.
    OutOfDomainError
        A text that is not valid for the input.
    """
    known = {own.name: own for own in model.inputs}
    return {name: _parsed(_input_of(known, name), text) for name, text in words.items()}


def _input_of(known: Mapping[str, Input], name: str) -> Input:
    if name in known:
        return known[name]
    meant = nearest(name, known)
    raise ModelError(
        f"the model has no input {name!r}",
        remedy=f"did you mean {meant}?" if meant else f"it has {', '.join(known)}",
    )


def _parsed(own: Input, text: str) -> InputValue:
    if own.kind is InputKind.NUMBER:
        try:
            # Python's float() accepts 1_000, which is more likely a typing error
            number = float("" if "_" in text else text)
        except ValueError as error:
            raise OutOfDomainError(
                f"{own.name} is not a number", remedy=f"give it in {own.unit or 'numbers'}"
            ) from error
        check_value(own, number)
        return number
    if own.kind is InputKind.FLAG:
        if text.casefold() not in _YES:
            raise OutOfDomainError(f"{own.name} is neither yes nor no", remedy="give yes or no")
        return _YES[text.casefold()]
    check_value(own, text)
    return text


def columns_of(inputs: Sequence[Input], values: Mapping[str, InputValue]) -> Columns:
    """Return one patient's values as columns of length 1; genotypes in allele order.

    Raises
    ------
    ModelError
        A value for an input that the model does not have.
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
        if own.kind.is_numeric:
            columns[own.name] = np.array([np.nan if value is None else float(value)])
        else:
            columns[own.name] = np.array([ordered_text(own, value)], np.str_)
    return columns


def ordered_text(own: Input, value: InputValue) -> str:
    """Return a value as text, a genotype in allele order; empty where unknown."""
    if own.kind is InputKind.GENOTYPE and isinstance(value, str):
        # genotypes are unphased, so A/B and B/A are one value
        return "/".join(sorted(value.split("/"), key=own.alleles.index))
    return "" if value is None else str(value)


def fill(inputs: Sequence[Input], columns: Columns) -> Columns:
    """Return columns with unknown values assumed or estimated, as the model specifies.

    An input with its own term for unknown stays unknown. Estimates use assumed values of other
    inputs, never estimated ones.

    Raises
    ------
    MissingCovariateError
        A required input is unknown for a patient.
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
        # estimates use `assumed`, so that their order does not affect them
        filled[own.name] = np.where(gap, _estimated(own, assumed), assumed[own.name])
    return filled


def with_assumed(inputs: Sequence[Input], columns: Columns) -> Columns:
    """Return columns with unknown values assumed, where the model specifies this."""
    found = dict(columns)
    for own in inputs:
        gap = is_unknown(columns[own.name])
        if own.when_unknown is UnknownInput.ASSUME and own.assumed is not None and gap.any():
            found[own.name] = np.where(gap, own.assumed, columns[own.name])
    return found


def _estimated(own: Input, columns: Columns) -> npt.NDArray[np.float64]:
    """Return the imputed values of a number, shape (n,)."""
    # NaN marks the patients for whom no list of terms has given an estimate yet
    found = np.full(len(columns[own.name]), np.nan)
    for terms in filter(None, own.estimated_by):
        weights = np.array([term.coefficient for term in terms])
        found = np.where(np.isnan(found), feature_values(terms, columns) @ weights, found)
    if not isinstance(own.assumed, float | int):
        return found
    return np.where(np.isnan(found), float(own.assumed), found)


def n_outside(inputs: Sequence[Input], columns: Columns) -> int:
    """Return the number of patients with some number outside its range."""
    outside = np.zeros(max((len(c) for c in columns.values()), default=0), np.bool_)
    for own in inputs:
        if own.kind is InputKind.NUMBER:
            values = np.asarray(columns[own.name], np.float64)
            low = -np.inf if own.minimum is None else own.minimum
            high = np.inf if own.maximum is None else own.maximum
            outside |= (values < low) | (values > high)
    return int(outside.sum())


class ModelKind(StrEnum):
    """Origin of a model's coefficients."""

    PUBLISHED = "published"
    TRAINED = "trained"


class Link(StrEnum):
    """The scale of the sum of terms: the square root, the logarithm, or the dose itself."""

    SQUARE_ROOT = "square_root"
    LOG = "log"
    IDENTITY = "identity"


class ModelCitation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The publication of the model."""

    text: str
    pmids: tuple[str, ...] = ()


class Member(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """One equation of a model; members are combined by ``weight`` on the model's own link.

    Its dose is ``factor`` times the inverse link of the sum of ``terms`` and ``trees``.
    """

    name: str
    link: Link
    terms: tuple[EquationTerm, ...]
    weight: float = 1.0
    factor: float = 1.0
    trees: Trees | None = None


class Gain(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much closer genotype brings the dose in a group, in the model's unit, with 95% interval.

    Measured on ``n`` patients relative to ``than``, an equation without genotype.
    """

    input: str
    value: str
    n: int
    gain: float
    lower: float
    upper: float
    than: str


class ConformalInterval(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """Prediction interval by conformal prediction on the model's link scale.

    ``lower`` and ``upper`` are added to the prediction on that scale at ``level``; ``by_dose``
    gives them by predicted dose, each up to a dose (exclusive; the last unbounded).
    """

    level: float
    method: str
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    up_to: tuple[float, ...] = ()


class Recalibration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A site's own intercept on the link scale, shrunk by the spread between sites."""

    site: str
    shift: float
    n: int
    sd_between: float
    sd_within: float


class Model(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """All data needed for a prediction.

    ``link`` is the scale on which members are combined and the interval applies. ``uses_race``
    says whether race or ancestry is an input; ``gains`` are the benefits of genotype by group.
    Of several published models the one of lowest ``rank`` is used first.
    """

    name: str
    version: str
    drug: str
    kind: ModelKind
    title: str
    citation: ModelCitation
    population: str
    unit: str
    predicts: str
    link: Link
    inputs: tuple[Input, ...]
    members: tuple[Member, ...]
    schema_version: str = SCHEMA_VERSION
    interval: ConformalInterval | None = None
    recalibration: Recalibration | None = None
    uses_race: bool = False
    uses_genotype: bool = True
    rank: int = 0
    limits: tuple[str, ...] = ()
    gains: tuple[Gain, ...] = ()

    def input(self, name: str) -> Input:
        """Return an input by its name."""
        return next(own for own in self.inputs if own.name == name)


def parse_model(data: bytes, where: str | Path = "model.json") -> Model:
    """Return the model in a file's bytes.

    Raises
    ------
    ModelFolderError
        It is not a model, or has another schema.
    """
    model: Model = decode(data, Model, "no model", where)
    if model.schema_version != SCHEMA_VERSION:
        raise ModelFolderError(
            f"the model's schema is {model.schema_version}, this pgx reads {SCHEMA_VERSION}",
            where=str(where),
            remedy="use the version of pgx that wrote it",
        )
    _check(model, str(where))
    return model


def _check(model: Model, where: str) -> None:
    """Refuse a model that cannot be evaluated: invalid terms, trees, weights, intervals."""
    kinds = {own.name: own.kind for own in model.inputs}
    if len(kinds) != len(model.inputs):
        raise ModelFolderError("two inputs have one name", where=where)
    for own in model.inputs:
        is_number = own.kind.is_numeric
        stood_in = own.assumed is not None
        if stood_in and is_number is isinstance(own.assumed, str):
            raise ModelFolderError(f"{own.name} is assumed as {own.assumed!r}", where=where)
    for term in _all_terms(model):
        if fault := _fault_of(term, kinds):
            raise ModelFolderError(fault, where=where)
    for member in model.members:
        if member.trees and (fault := member.trees.fault):
            raise ModelFolderError(fault, where=where)
    # weights are decimals; their sum as floats may deviate from 1 in the last digits
    if not model.members or abs(sum(m.weight for m in model.members) - 1.0) > 1e-9:
        raise ModelFolderError("weights of members do not add up to 1", where=where)
    if (ends := model.interval) and not len(ends.lower) == len(ends.upper) == len(ends.up_to) + 1:
        raise ModelFolderError("the interval does not match the doses", where=where)


def _all_terms(model: Model) -> Iterator[EquationTerm]:
    for member in model.members:
        yield from member.terms
        yield from member.trees.features if member.trees else ()
    for own in model.inputs:
        for terms in own.estimated_by:
            yield from terms


def _fault_of(term: EquationTerm, kinds: Mapping[str, InputKind]) -> str:
    """Return why a term cannot be evaluated, empty if it can."""
    for name in (*term.inputs, *term.given):
        if name not in kinds:
            return f"a term speaks of {name!r}, no input"
    if len(term.inputs) != term.feature.n_inputs:
        return f"a term ({term.feature.value}) of {len(term.inputs)} inputs"
    is_number = {kinds[name].is_numeric for name in term.inputs}
    wanted = {Feature.CONSTANT: set(), Feature.UNKNOWN: is_number}.get(
        term.feature, {term.feature not in (Feature.LEVEL, Feature.COUNT)}
    )
    if is_number != wanted:
        return f"a term ({term.feature.value}) of {term.inputs[0]!r}, an input of another kind"
    return "a term is divided by 0" if term.per == 0 else ""
