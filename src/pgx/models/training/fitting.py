"""A model fitted to patients by a recipe: estimates of what is unknown, ridge, boosted trees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.extras import load_extra
from pgx.models.equation import link_of
from pgx.models.inputs import Input, Unknown, fill
from pgx.models.specification import Citation, Member, Model, ModelKind
from pgx.models.tables.reading import DataTable
from pgx.models.terms import Columns, Feature, Term, feature_values
from pgx.models.training.recipe import Boosting, Estimate, Recipe
from pgx.models.trees import Tree, Trees

__all__ = ["Published", "fit"]

Published = Callable[[str], Model]
"""Gives a published model by its name."""

_Values = npt.NDArray[np.float64]
_SEED: Final = 20090219


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
    def features(self) -> tuple[Term, ...]:
        return self.recipe.features + (self.recipe.race_features if self.race else ())

    def allows(self, term: Term) -> bool:
        """Return whether the model has what the term asks for."""
        there = {own.name for own in self.inputs}
        return set(term.inputs) <= there


def fit(recipe: Recipe, table: DataTable, published: Published, *, race: bool = False) -> Model:
    """Return a model trained on a table; the same rows give the same model.

    Fixed members are taken as published, without terms of race where ``race`` is not asked for.

    Raises
    ------
    UsageError
        The extra ``models`` is not installed.
    """
    task = _Task(recipe, race)
    inputs = _with_estimates(task, table.columns)
    filled = fill(inputs, {own.name: table.columns[own.name] for own in inputs})
    target = link_of(table.dose, recipe.link)
    own_share = 1.0 - sum(f.weight for f in recipe.fixed)
    own_share -= recipe.boosting.weight if recipe.boosting else 0.0
    members = [_ridge(task, filled, target, own_share)]
    if recipe.boosting:
        members.append(_boosted(task, recipe.boosting, filled, target))
    members += [_fixed(task, published(f.model), f.weight) for f in recipe.fixed]
    return Model(
        name=recipe.name,
        version="1",
        drug=recipe.drug,
        kind=ModelKind.TRAINED,
        title=recipe.title,
        citation=Citation(text="trained by pgx; see the model's card"),
        population=recipe.population,
        unit=recipe.unit,
        predicts=recipe.predicts,
        link=recipe.link,
        inputs=inputs,
        members=tuple(members),
        uses_race=race,
        limits=recipe.limits,
    )


def _with_estimates(task: _Task, columns: Columns) -> tuple[Input, ...]:
    """Return the inputs, with what estimates those that are unknown fitted to the known ones."""
    of_input = {estimate.input: estimate for estimate in task.recipe.estimates}
    return tuple(
        msgspec.structs.replace(
            own,
            estimated_by=_fitted(task, of_input[own.name], columns),
            assumed=float(np.nanmedian(np.asarray(columns[own.name], np.float64))),
        )
        if own.name in of_input and own.when_unknown is Unknown.ESTIMATE
        else own
        for own in task.inputs
    )


def _fitted(task: _Task, estimate: Estimate, columns: Columns) -> tuple[tuple[Term, ...], ...]:
    target = np.asarray(columns[estimate.input], np.float64)
    found = []
    for terms in estimate.terms:
        own = [term for term in terms if task.allows(term)]
        values = feature_values(own, columns)
        rows = ~np.isnan(values).any(axis=1) & ~np.isnan(target)
        solved = np.linalg.lstsq(values[rows], target[rows], rcond=None)[0].astype(np.float64)
        found.append(_with_coefficients(own, solved))
    return tuple(found)


def _with_coefficients(terms: Sequence[Term], values: _Values) -> tuple[Term, ...]:
    """Return terms with these coefficients, to 6 significant digits; nothing for a 0."""
    rounded = [float(f"{value:.6g}") for value in values.tolist()]
    return tuple(
        msgspec.structs.replace(term, coefficient=value)
        for term, value in zip(terms, rounded, strict=True)
        if value
    )


def _ridge(task: _Task, filled: Columns, target: _Values, weight: float) -> Member:
    linear_model = load_extra("sklearn.linear_model", "models")
    values = feature_values(task.features, filled)
    centre, spread = values.mean(axis=0), values.std(axis=0)
    spread[spread == 0] = 1.0
    solved = linear_model.Ridge(alpha=task.recipe.penalty).fit((values - centre) / spread, target)
    slopes = solved.coef_ / spread
    intercept = float(solved.intercept_ - slopes @ centre)
    constant = Term(coefficient=float(f"{intercept:.8g}"), feature=Feature.CONSTANT)
    terms = (constant, *_with_coefficients(task.features, slopes))
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
    constant = Term(coefficient=start, feature=Feature.CONSTANT)
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
        value=tuple(float(f"{v:.6g}") for v in (tree.value.ravel() * rate).tolist()),
    )


def _fixed(task: _Task, model: Model, weight: float) -> Member:
    [member] = model.members
    terms = tuple(term for term in member.terms if task.allows(term))
    return msgspec.structs.replace(member, name=model.name, weight=weight, terms=terms)
