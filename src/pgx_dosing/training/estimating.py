"""What stands in for a number that is unknown: least squares on what is known of the patient."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.errors import DataTableError
from pgx_dosing.inputs import Input, UnknownInput
from pgx_dosing.terms import Columns, EquationTerm, feature_values
from pgx_dosing.training.recipe import Estimate, Recipe

__all__ = ["with_coefficients", "with_estimates"]


def with_estimates(recipe: Recipe, inputs: Sequence[Input], columns: Columns) -> tuple[Input, ...]:
    """Return inputs with a recipe's estimates, fitted to the patients of whom they are known.

    Terms of inputs that are not among ``inputs`` are left out: a model without race estimates
    without race. No dose enters.

    Raises
    ------
    DataTableError
        An input that is to be estimated is known of nobody.
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
            f"no patient has a {own.name}, from which that of others could be estimated",
            remedy="train by a recipe without it",
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
    """Return terms with these coefficients, to 6 significant digits; nothing for a 0."""
    rounded = [float(f"{value:.6g}") for value in values.tolist()]
    return tuple(
        msgspec.structs.replace(term, coefficient=value)
        for term, value in zip(terms, rounded, strict=True)
        if value
    )
