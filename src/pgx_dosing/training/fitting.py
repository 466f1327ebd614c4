"""Fit a model to patients by a recipe: imputation of unknown inputs, ridge, boosted trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.extensions import load_extra
from pgx.errors import DataTableError
from pgx_dosing.equation import link_of
from pgx_dosing.shipped import Boosting, Estimate, Recipe
from pgx_dosing.specification import (
    Input,
    InputKind,
    Member,
    Model,
    ModelKind,
    UnknownInput,
    fill,
    with_assumed,
)
from pgx_dosing.tables import DataTable, columns_for
from pgx_dosing.terms import (
    Columns,
    EquationTerm,
    Feature,
    Tree,
    Trees,
    feature_values,
    is_unknown,
    rounded,
)

__all__ = ["Published", "fit", "with_coefficients", "with_estimates"]

Published = Callable[[str], Model]
"""Gives a published model by its name."""
_Values = npt.NDArray[np.float64]
# fields that a trained model copies from its recipe
_OF_RECIPE: Final = (
    "name", "drug", "title", "citation", "population", "unit", "predicts", "link", "limits",
)  # fmt: skip
# fixed, so that equal rows give equal trees
_SEED: Final = 20090219


def with_estimates(recipe: Recipe, inputs: Sequence[Input], columns: Columns) -> tuple[Input, ...]:
    """Return inputs with a recipe's imputation terms, fitted to patients with known values.

    Terms of inputs that are not among ``inputs`` are omitted: a model without race imputes without
    race. The dose is not used.

    Raises
    ------
    DataTableError
        An input to be imputed is unknown for all patients.
    """
    of_input = {estimate.input: estimate for estimate in recipe.estimates}
    there = {own.name for own in inputs}
    return tuple(
        _estimated(own, of_input[own.name], there, columns)
        if own.name in of_input and own.when_unknown is UnknownInput.ESTIMATE
        else own
        for own in inputs
    )


def _estimated(own: Input, estimate: Estimate, there: set[str], columns: Columns) -> Input:
    target = np.asarray(columns[own.name], np.float64)
    if np.isnan(target).all():
        raise DataTableError(
            f"no patient has a value of {own.name} from which missing ones could be estimated",
            remedy="train with a recipe without it",
        )
    found = []
    for terms in estimate.terms:
        allowed = [term for term in terms if {*term.inputs, *term.given} <= there]
        values = feature_values(allowed, columns)
        rows = ~np.isnan(values).any(axis=1) & ~np.isnan(target)
        solved = np.linalg.lstsq(values[rows], target[rows], rcond=None)[0].astype(np.float64)
        found.append(with_coefficients(allowed, solved))
    median = float(np.nanmedian(target))
    return msgspec.structs.replace(own, estimated_by=tuple(found), assumed=median)


def with_coefficients(
    terms: Sequence[EquationTerm], values: npt.NDArray[np.float64]
) -> tuple[EquationTerm, ...]:
    """Return terms with these coefficients, to 6 significant digits; terms of 0 are omitted."""
    coefficients = [rounded(value) for value in values.tolist()]
    return tuple(
        msgspec.structs.replace(term, coefficient=value)
        for term, value in zip(terms, coefficients, strict=True)
        if value
    )


@dataclass(frozen=True, slots=True)
class _Task:
    """A recipe with or without race."""

    recipe: Recipe
    race: bool

    @property
    def inputs(self) -> tuple[Input, ...]:
        dropped = () if self.race else self.recipe.race_inputs
        return tuple(own for own in self.recipe.inputs if own.name not in dropped)

    @property
    def features(self) -> tuple[EquationTerm, ...]:
        return self.recipe.features + (self.recipe.race_features if self.race else ())


def fit(recipe: Recipe, table: DataTable, published: Published, *, race: bool = False) -> Model:
    """Return a model trained on a table; equal rows give an equal model.

    Fixed members are used as published, without terms of race unless ``race`` is requested.

    Raises
    ------
    UsageError
        The extra ``models`` is not installed.
    DataTableError
        An input to be imputed is unknown for all patients; the table does not fit the recipe.
    """
    task = _Task(recipe, race)
    columns = columns_for(task.inputs, table, recipe.unit)
    inputs = with_estimates(recipe, task.inputs, with_assumed(task.inputs, columns))
    filled = fill(inputs, columns)
    target = link_of(table.dose, recipe.link)
    own_share = 1.0 - sum(f.weight for f in recipe.fixed)
    own_share -= recipe.boosting.weight if recipe.boosting else 0.0
    members = [_ridge(task, filled, target, own_share)]
    if recipe.boosting:
        members.append(_boosted(task, recipe.boosting, filled, target))
    members += [_fixed(task, published(f.model), f.weight, filled) for f in recipe.fixed]
    return Model(
        **{name: getattr(recipe, name) for name in _OF_RECIPE},
        version="1",
        kind=ModelKind.TRAINED,
        inputs=inputs,
        members=tuple(members),
        uses_race=race and bool(recipe.race_inputs),
    )


def _ridge(task: _Task, filled: Columns, target: _Values, weight: float) -> Member:
    linear_model = load_extra("sklearn.linear_model", "models")
    values = feature_values(task.features, filled)
    centre, spread = values.mean(axis=0), values.std(axis=0)
    spread[spread == 0] = 1.0
    solved = linear_model.Ridge(alpha=task.recipe.penalty).fit((values - centre) / spread, target)
    slopes = solved.coef_ / spread
    intercept = float(solved.intercept_ - slopes @ centre)
    constant = EquationTerm(coefficient=rounded(intercept, 8), feature=Feature.CONSTANT)
    terms = (constant, *with_coefficients(task.features, slopes))
    return Member(name="ridge", link=task.recipe.link, terms=terms, weight=weight)


def _boosted(task: _Task, own: Boosting, filled: Columns, target: _Values) -> Member:
    ensemble = load_extra("sklearn.ensemble", "models")
    values = feature_values(task.features, filled)
    solved = ensemble.GradientBoostingRegressor(
        n_estimators=own.n_trees,
        max_depth=own.depth,
        learning_rate=own.learning_rate,
        min_samples_leaf=own.min_leaf,
        subsample=own.subsample,
        random_state=_SEED,
    ).fit(values, target)
    start = float(solved.init_.constant_.ravel()[0])
    trees = Trees(
        features=task.features,
        trees=tuple(_tree(stage[0].tree_, own.learning_rate) for stage in solved.estimators_),
    )
    constant = EquationTerm(coefficient=start, feature=Feature.CONSTANT)
    return Member(
        name="boosted trees", link=task.recipe.link, terms=(constant,), trees=trees,
        weight=own.weight,
    )  # fmt: skip


def _tree(tree: Any, rate: float) -> Tree:  # noqa: ANN401 - scikit-learn has no types
    inner = tree.children_left >= 0
    return Tree(
        feature=tuple(np.where(inner, tree.feature, -1).tolist()),
        threshold=tuple(tree.threshold.tolist()),
        left=tuple(tree.children_left.tolist()),
        right=tuple(tree.children_right.tolist()),
        value=tuple(rounded(v) for v in (tree.value.ravel() * rate).tolist()),
    )


def _fixed(task: _Task, model: Model, weight: float, filled: Columns) -> Member:
    """Return a published equation as a member; an unknown genotype counts as the table's mean."""
    [member] = model.members
    there = {own.name for own in task.inputs}
    terms = tuple(term for term in member.terms if {*term.inputs, *term.given} <= there)
    terms += tuple(_means_of_unknown(task, terms, filled))
    return msgspec.structs.replace(member, name=model.name, weight=weight, terms=terms)


def _means_of_unknown(
    task: _Task, terms: tuple[EquationTerm, ...], filled: Columns
) -> Iterator[EquationTerm]:
    """Yield a term for each genotype that can be unknown and has no term for that."""
    for own in task.inputs:
        used = [term for term in terms if own.name in term.inputs]
        covered = any(term.feature is Feature.UNKNOWN for term in used)
        if own.when_unknown is not UnknownInput.OWN_TERM or own.kind is not InputKind.GENOTYPE:
            continue
        known = ~is_unknown(filled[own.name])
        if not used or covered or not known.any():
            continue
        weights = np.array([term.coefficient for term in used])
        mean = float((feature_values(used, filled)[known] @ weights).mean())
        yield EquationTerm(coefficient=rounded(mean), feature=Feature.UNKNOWN, inputs=(own.name,))
