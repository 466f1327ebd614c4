"""Doses from equations, and the exact contribution of each input to a dose.

The dose is a function of sums of terms. Contributions relative to a typical patient are Aumann and
Shapley's values: the slope is integrated along the straight line between the two patients, in
closed form for the square root and the logarithm. They add up to the whole difference.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx_dosing.specification import Link, Member, Model, fill
from pgx_dosing.terms import Columns, feature_values, n_rows, tree_sums

__all__ = ["Bounds", "contributions", "dose_of", "interval_of", "link_of", "on_link", "predict"]

_Values = npt.NDArray[np.float64]
# smallest dose of a member whose root or logarithm is taken: both need a positive argument
_LEAST: Final = 1e-6
# quadrature of the mean slope between two patients, see `contributions`
_NODES, _SHARES = np.polynomial.legendre.leggauss(24)


class Bounds(NamedTuple):
    """Lower and upper end of a prediction interval, each of shape (n,)."""

    lower: _Values
    upper: _Values


def link_of(dose: _Values, link: Link) -> _Values:
    """Return a dose on the link scale."""
    if link is Link.SQUARE_ROOT:
        return np.sqrt(dose)
    return np.log(dose) if link is Link.LOG else dose


def dose_of(value: _Values, link: Link) -> _Values:
    """Return the dose of a value on the link scale; never below 0."""
    if link is Link.SQUARE_ROOT:
        return np.maximum(value, 0.0) ** 2
    return np.exp(value) if link is Link.LOG else np.maximum(value, 0.0)


def predict(model: Model, columns: Columns) -> _Values:
    """Return the dose of each patient in the model's unit, shape (n,).

    Raises
    ------
    MissingCovariateError
        See `pgx_dosing.specification.fill`.
    """
    return dose_of(on_link(model, fill(model.inputs, columns)), model.link)


def on_link(model: Model, filled: Columns) -> _Values:
    """Return each patient's prediction on the link scale, shape (n,), recalibration included."""
    total = np.zeros(n_rows(filled))
    for member in model.members:
        total += member.weight * _member_on_link(member, model.link, filled)
    return total + (model.recalibration.shift if model.recalibration else 0.0)


def _member_on_link(member: Member, link: Link, filled: Columns) -> _Values:
    own = _sum(member, filled)
    if member.link is link and member.factor == 1.0:
        return own
    return link_of(np.maximum(member.factor * dose_of(own, member.link), _LEAST), link)


def _sum(member: Member, filled: Columns) -> _Values:
    weights = np.array([term.coefficient for term in member.terms])
    total: _Values = feature_values(member.terms, filled) @ weights
    return total + tree_sums(member.trees, filled) if member.trees else total


def interval_of(model: Model, filled: Columns) -> Bounds | None:
    """Return each patient's prediction interval in the model's unit; None without interval."""
    if model.interval is None:
        return None
    value = on_link(model, filled)
    place = np.searchsorted(model.interval.up_to, dose_of(value, model.link), side="right")
    lower, upper = np.array(model.interval.lower)[place], np.array(model.interval.upper)[place]
    return Bounds(dose_of(value + lower, model.link), dose_of(value + upper, model.link))


def contributions(model: Model, filled: Columns, typical: Columns) -> dict[tuple[str, ...], float]:
    """Return the contribution of each input to one patient's dose, relative to the typical one.

    Keys are the inputs of a term, together if a term has several; values are in the model's
    unit and add up to the difference of the two doses. ``filled`` and ``typical`` have one row.
    """
    changes = [_changes(member, filled, typical) for member in model.members]
    starts = np.array([_sum(member, typical)[0] for member in model.members])
    totals = np.array([sum(own.values()) for own in changes])
    slopes = _mean_slopes(model, starts, totals)
    found: dict[tuple[str, ...], float] = {}
    for slope, own in zip(slopes.tolist(), changes, strict=True):
        for key, change in own.items():
            found[key] = found.get(key, 0.0) + slope * change
    dose, usual = (float(dose_of(on_link(model, c), model.link)[0]) for c in (filled, typical))
    return _adding_up(found, dose - usual)


def _adding_up(found: dict[tuple[str, ...], float], whole: float) -> dict[tuple[str, ...], float]:
    """Return contributions that add up to the whole difference.

    Where a sum crosses 0 along the line, the dose has a kink and the quadrature is inexact: the
    remainder is distributed in proportion to size.
    """
    missed, size = whole - math.fsum(found.values()), math.fsum(map(abs, found.values()))
    if size:
        found = {key: value + missed * abs(value) / size for key, value in found.items()}
    return {key: value for key, value in found.items() if value}


def _changes(member: Member, filled: Columns, typical: Columns) -> dict[tuple[str, ...], float]:
    """Return the change of a member's sum due to each input."""
    there, before = (feature_values(member.terms, columns)[0] for columns in (filled, typical))
    found: dict[tuple[str, ...], float] = {}
    for term, new, old in zip(member.terms, there.tolist(), before.tolist(), strict=True):
        if new != old:
            found[term.inputs] = found.get(term.inputs, 0.0) + term.coefficient * (new - old)
    for name, change in _shapley(member, filled, typical).items():
        found[(name,)] = found.get((name,), 0.0) + change
    return found


def _mean_slopes(model: Model, starts: _Values, totals: _Values) -> _Values:
    """Return the mean slope of the dose by each member's sum, on the line between two patients."""
    points = (_NODES[:, None] + 1.0) / 2.0 * totals + starts  # (nodes, members)
    on_own = [_rescaled(m, model.link, points[:, i]) for i, m in enumerate(model.members)]
    weights = np.array([member.weight for member in model.members])
    shift = model.recalibration.shift if model.recalibration else 0.0
    value = np.stack([v for v, _ in on_own], axis=1) @ weights + shift
    slope = np.stack([s for _, s in on_own], axis=1) * weights
    # slope of the inverse link at the value v: 2v for v², exp(v) for exp(v)
    if model.link is Link.SQUARE_ROOT:
        slope = slope * 2.0 * np.maximum(value, 0.0)[:, None]
    elif model.link is Link.LOG:
        slope = slope * np.exp(value)[:, None]
    return np.asarray(_SHARES / 2.0 @ slope)


def _rescaled(member: Member, link: Link, sums: _Values) -> tuple[_Values, _Values]:
    """Return a member's sums on another link, and their slope."""
    if member.link is link and member.factor == 1.0:
        return sums, np.ones_like(sums)
    dose = np.maximum(member.factor * dose_of(sums, member.link), _LEAST)
    inner = {
        Link.SQUARE_ROOT: member.factor * 2.0 * np.maximum(sums, 0.0),
        Link.LOG: dose,
        Link.IDENTITY: np.full_like(sums, member.factor),
    }[member.link]
    if link is Link.SQUARE_ROOT:
        return np.sqrt(dose), inner / (2.0 * np.sqrt(dose))
    return (np.log(dose), inner / dose) if link is Link.LOG else (dose, inner)


def _shapley(member: Member, filled: Columns, typical: Columns) -> dict[str, float]:
    """Return Shapley's values of the sum of a member's trees: means over all orders of inputs."""
    if (trees := member.trees) is None:
        return {}
    moved = [name for name in trees.inputs if filled[name][0] != typical[name][0]]
    sets = np.arange(1 << len(moved))
    has = (sets[:, None] >> np.arange(len(moved))) & 1 == 1
    columns: dict[str, Any] = {n: np.repeat(col, len(sets)) for n, col in typical.items()}
    for i, name in enumerate(moved):
        columns[name] = np.where(has[:, i], filled[name][0], typical[name][0])
    worth = tree_sums(trees, columns)
    return {name: _marginal(worth, has, i) for i, name in enumerate(moved)}


def _marginal(worth: _Values, has: npt.NDArray[np.bool_], i: int) -> float:
    n = has.shape[1]
    without = np.flatnonzero(~has[:, i])
    sizes = has[without].sum(axis=1)
    # Shapley: all orders of inputs are equally likely
    weights = np.array([1.0 / (n * math.comb(n - 1, size)) for size in range(n)])
    return float(weights[sizes] @ (worth[without + (1 << i)] - worth[without]))
