"""Training recipes, and models, schemas and recipes by name, for the commands."""

from __future__ import annotations

import contextlib
import errno
from pathlib import Path
from typing import Final

import msgspec
import polars as pl
from polars.exceptions import PolarsError

from pgx.base.shipped import data_files, read_data
from pgx.base.texts import did_you_mean
from pgx.errors import DataTableError, ModelFolderError
from pgx_dosing.folders import shipped_folder
from pgx_dosing.json_records import decode
from pgx_dosing.registry.folder import MODEL, ModelFolder
from pgx_dosing.registry.store import Store
from pgx_dosing.specification import Input, Link, Model, ModelCitation, ModelKind, parse_model
from pgx_dosing.tables import TableSchema, parse_schema
from pgx_dosing.terms import EquationTerm

__all__ = [
    "Boosting",
    "Estimate",
    "PublishedMember",
    "Recipe",
    "model_in",
    "parse_recipe",
    "published_for",
    "published_model",
    "recipe_of",
    "schema_for",
]

_MAX_BYTES: Final = 1 << 24
_MAX_HEADER: Final = 1 << 20
_SCHEMA = "schema.json"


class PublishedMember(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published model included unchanged, with a share of the weight."""

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
    """An input imputed where unknown, by least squares on the first usable list of terms."""

    input: str
    terms: tuple[tuple[EquationTerm, ...], ...]


class Recipe(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """How a model is trained.

    Coefficients of ``features`` are ignored. ``race_features`` are added if race is requested;
    ``race_inputs`` are dropped if it is not. ``penalty`` is the ridge penalty on standardised
    features. Groups of the input ``balance`` weigh more than their number when intervals are
    calibrated. ``baselines`` are published models used for comparison.
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


def parse_recipe(data: bytes, where: str = "recipe.json") -> Recipe:
    """Return the recipe in a file's bytes.

    Raises
    ------
    ModelFolderError
        The bytes are not a recipe.
    """
    recipe: Recipe = decode(data, Recipe, "no recipe of a model", where)
    return recipe


def model_in(folder: ModelFolder) -> Model:
    """Return the model of a verified folder.

    Raises
    ------
    ModelFolderError
        Its file is not a valid model.
    """
    return parse_model(folder.files[MODEL], f"{folder.where}/{MODEL}")


def published_model(name: str) -> Model:
    """Return a published model shipped with `pgx`, whatever a user's registry holds.

    Raises
    ------
    ModelFolderError
        The model does not exist, or it is damaged.
    """
    return model_in(Store(user=shipped_folder()).find(name))


def published_for(drug: str, unit: str) -> dict[str, Model]:
    """Return the published models of a drug that predict a dose in a unit, by name."""
    store = Store(user=shipped_folder())
    models = [model_in(store.read(place)) for place in store.places() if place.is_shipped]
    return {
        own.name: own
        for own in models
        if own.kind is ModelKind.PUBLISHED and own.drug == drug and own.unit == unit
    }


def recipe_of(text: str) -> Recipe:
    """Return a shipped recipe by name, or a recipe from a file.

    Raises
    ------
    ModelFolderError
        The recipe does not exist or is invalid.
    """
    path = _named(text, "recipes")
    return parse_recipe(_content(path), path.name)


def schema_for(text: str | None, folder: ModelFolder | None, data: Path) -> TableSchema:
    """Return the schema of a table: the named one, the model's own, or a shipped one that fits.

    Raises
    ------
    DataTableError
        None is named and none fits, or the schema is invalid.
    """
    if text:
        path = _named(text, "schemas")
        return parse_schema(_content(path), path.name)
    if folder and _SCHEMA in folder.files:
        return parse_schema(folder.files[_SCHEMA], f"{folder.label}/{_SCHEMA}")
    header = _header(data)
    for path in data_files("models/schemas/*.json"):
        schema = parse_schema(read_data(path), path.name)
        if set(schema.needed) <= header:
            return schema
    raise DataTableError(
        "no schema is known for the columns of this table",
        where=data.name,
        remedy="name the file of its schema with --schema",
    )


def _header(data: Path) -> set[str]:
    separator = "\t" if data.suffix == ".tsv" else ","
    try:
        with data.open("rb") as lines:
            first = lines.readline(_MAX_HEADER + 1)
        if len(first) > _MAX_HEADER:
            raise OSError(errno.EFBIG, f"the first line is longer than {_MAX_HEADER >> 20} MiB")
        frame = pl.read_csv(first, separator=separator, infer_schema=False, n_rows=0)
        return set(frame.columns)
    except (OSError, PolarsError) as error:
        what = str(error).partition("\n")[0]
        raise DataTableError(f"not a readable table: {what}", where=data.name) from error


def _content(path: Path) -> bytes:
    try:
        return read_data(path, _MAX_BYTES)
    except OSError as error:
        raise ModelFolderError(f"cannot be read: {error.strerror}", where=path.name) from error


def _named(text: str, kind: str) -> Path:
    """Return a file by its path, or the shipped file of a kind by its name."""
    known = {path.stem: path for path in data_files(f"models/{kind}/*.json")}
    if text in known:
        return known[text]
    with contextlib.suppress(OSError, ValueError):  # a name may exceed the limit for file names
        if Path(text).is_file():
            return Path(text)
    raise ModelFolderError(
        f"no file or shipped {kind} named {text!r}",
        remedy=did_you_mean(text, list(known), f"there are {', '.join(known)}"),
    )
