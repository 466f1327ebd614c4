"""What is to be trained: inputs, features, penalty, members; data, not code."""

from __future__ import annotations

from pathlib import Path

import msgspec

from pgx.base.errors import ModelFolderError
from pgx_dosing.inputs import Input
from pgx_dosing.specification import Link, ModelCitation
from pgx_dosing.terms import EquationTerm

__all__ = ["Boosting", "Estimate", "PublishedMember", "Recipe", "parse_recipe"]


class PublishedMember(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published model that is joined as it stands, with a share of the weight."""

    model: str
    weight: float


class Boosting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Boosted trees on the ridge's features, with a share of the weight."""

    weight: float
    n_trees: int
    depth: int
    learning_rate: float
    min_leaf: int
    subsample: float


class Estimate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An input that is estimated where unknown, by least squares on terms, the first that can."""

    input: str
    terms: tuple[tuple[EquationTerm, ...], ...]


class Recipe(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """How a model is trained.

    Coefficients of ``features`` do not count. ``race_features`` are added when race is asked for;
    ``race_inputs`` are dropped when it is not. ``penalty`` is the ridge's, on standardised
    features. Groups of the input ``balance`` weigh more than their number when intervals are
    calibrated. ``baselines`` are published models that the result is held against.
    """

    name: str
    drug: str
    title: str
    population: str
    citation: ModelCitation
    unit: str
    predicts: str
    link: Link
    inputs: tuple[Input, ...]
    features: tuple[EquationTerm, ...]
    penalty: float
    race_features: tuple[EquationTerm, ...] = ()
    race_inputs: tuple[str, ...] = ()
    estimates: tuple[Estimate, ...] = ()
    fixed: tuple[PublishedMember, ...] = ()
    boosting: Boosting | None = None
    balance: str = ""
    baselines: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    schema_version: str = "1.0"


def parse_recipe(data: bytes, where: str | Path = "recipe.json") -> Recipe:
    """Return the recipe that a file's bytes say.

    Raises
    ------
    ModelFolderError
        It is no recipe.
    """
    try:
        return msgspec.json.decode(data, type=Recipe)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ModelFolderError(f"no recipe of a model: {error}", where=str(where)) from error
