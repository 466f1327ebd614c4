"""A dosing model as its file says it: identity, source, inputs, equation, interval, limits.

Published equations and trained models are the same record; what computes with it is in
`pgx_dosing.equation`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

import msgspec

from pgx.base.errors import ModelFolderError
from pgx_dosing.inputs import Input, InputKind
from pgx_dosing.terms import EquationTerm, Feature
from pgx_dosing.trees import Trees

__all__ = [
    "ConformalInterval",
    "Gain",
    "Link",
    "Member",
    "Model",
    "ModelCitation",
    "ModelKind",
    "Recalibration",
    "encode_model",
    "parse_model",
]

SCHEMA_VERSION = "1.0"


class ModelKind(StrEnum):
    """Where a model's numbers come from."""

    PUBLISHED = "published"
    TRAINED = "trained"


class Link(StrEnum):
    """What the sum of the terms is: the square root, the logarithm, or the dose itself."""

    SQUARE_ROOT = "square_root"
    LOG = "log"
    IDENTITY = "identity"


class ModelCitation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the model was published in."""

    text: str
    pmids: tuple[str, ...] = ()


class Member(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """One equation of a model; members are joined by ``weight`` on the model's own link.

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

    Measured on ``n`` patients against ``than``, an equation without genotype.
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
    gives them by predicted dose, each up to a dose (exclusive; the last without bound).
    """

    level: float
    method: str
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    up_to: tuple[float, ...] = ()


class Recalibration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A site's own intercept on the link scale, shrunk by how much sites differ."""

    site: str
    shift: float
    n: int
    sd_between: float
    sd_within: float


class Model(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """All that a prediction needs.

    ``link`` is the scale on which members are joined and the interval holds. ``uses_race`` says
    whether race or ancestry enters; ``gains`` say of groups how much genotype adds.
    Of several published models the one of least ``rank`` is asked first.
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
    """Return the model that a file's bytes say.

    Raises
    ------
    ModelFolderError
        It is no model, or of another schema.
    """
    try:
        model = msgspec.json.decode(data, type=Model)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ModelFolderError(f"no model: {error}", where=str(where)) from error
    if model.schema_version != SCHEMA_VERSION:
        raise ModelFolderError(
            f"the model's schema is {model.schema_version}, this pgx reads {SCHEMA_VERSION}",
            where=str(where),
            remedy="use the version of pgx that wrote it",
        )
    _check(model, str(where))
    return model


def _check(model: Model, where: str) -> None:
    """Refuse what cannot be computed: strange terms, trees, weights, intervals."""
    kinds = {own.name: own.kind for own in model.inputs}
    if len(kinds) != len(model.inputs):
        raise ModelFolderError("two inputs have one name", where=where)
    for own in model.inputs:
        is_number = own.kind in (InputKind.NUMBER, InputKind.FLAG)
        stood_in = own.assumed is not None
        if stood_in and is_number is isinstance(own.assumed, str):
            raise ModelFolderError(f"{own.name} is assumed as {own.assumed!r}", where=where)
    for term in _all_terms(model):
        if fault := _fault_of(term, kinds):
            raise ModelFolderError(fault, where=where)
    for member in model.members:
        if member.trees and (fault := member.trees.fault):
            raise ModelFolderError(fault, where=where)
    if not model.members or abs(sum(m.weight for m in model.members) - 1.0) > 1e-9:
        raise ModelFolderError("weights of members do not add up to 1", where=where)
    if (ends := model.interval) and not len(ends.lower) == len(ends.upper) == len(ends.up_to) + 1:
        raise ModelFolderError("the interval's ends do not fit its doses", where=where)


def _all_terms(model: Model) -> Iterator[EquationTerm]:
    for member in model.members:
        yield from member.terms
        yield from member.trees.features if member.trees else ()
    for own in model.inputs:
        for terms in own.estimated_by:
            yield from terms


def _fault_of(term: EquationTerm, kinds: Mapping[str, InputKind]) -> str:
    """Return why a term cannot be computed, empty where it can."""
    for name in (*term.inputs, *term.given):
        if name not in kinds:
            return f"a term speaks of {name!r}, no input"
    if len(term.inputs) != term.feature.n_inputs:
        return f"a term ({term.feature.value}) of {len(term.inputs)} inputs"
    is_number = {kinds[name] in (InputKind.NUMBER, InputKind.FLAG) for name in term.inputs}
    wanted = {Feature.CONSTANT: set(), Feature.UNKNOWN: is_number}.get(
        term.feature, {term.feature not in (Feature.LEVEL, Feature.COUNT)}
    )
    if is_number != wanted:
        return f"a term ({term.feature.value}) of {term.inputs[0]!r}, an input of another kind"
    return "a term is divided by 0" if term.per == 0 else ""


def encode_model(model: Model) -> bytes:
    """Return the bytes of the model's file; equal models give equal bytes."""
    return msgspec.json.format(msgspec.json.encode(model), indent=1) + b"\n"
