"""Boosted regression trees as plain numbers: a model of trees needs no library to predict."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from pgx_dosing.terms import Columns, EquationTerm, feature_values

__all__ = ["Tree", "Trees", "tree_sums"]


class Tree(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One tree: node i goes to ``left`` where its feature is at most ``threshold``.

    A leaf has feature -1; ``value`` is what it adds, learning rate included.
    """

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]


class Trees(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sum of trees over ``features`` (terms, whose coefficients do not count)."""

    features: tuple[EquationTerm, ...]
    trees: tuple[Tree, ...]

    @property
    def fault(self) -> str:
        """What is wrong with a tree that cannot be walked from its root to a leaf; else empty."""
        faults = (_fault_of(tree, len(self.features)) for tree in self.trees)
        return next(filter(None, faults), "")

    @property
    def inputs(self) -> Sequence[str]:
        """Names of the inputs that any tree may ask for."""
        return sorted({name for term in self.features for name in term.inputs})


def _fault_of(tree: Tree, n_features: int) -> str:
    n = len(tree.feature)
    columns = (tree.threshold, tree.left, tree.right, tree.value)
    if not n or any(len(column) != n for column in columns):
        return "a tree has columns of different lengths"
    if any(feature >= n_features for feature in tree.feature):
        return "a tree asks for a feature that there is not"
    children = zip(tree.feature, tree.left, tree.right, strict=True)
    # a child stands after its parent, so that every walk ends
    if any(
        feature >= 0 and not (node < left < n and node < right < n)
        for node, (feature, left, right) in enumerate(children)
    ):
        return "a tree does not lead to a leaf"
    return ""


class _SameTrees:
    """Trees that are the same object: to compare all their numbers would take longer."""

    def __init__(self, own: tuple[Tree, ...]) -> None:
        self.own = own

    def __hash__(self) -> int:
        return id(self.own)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameTrees) and self.own is other.own


def tree_sums(own: Trees, columns: Columns) -> npt.NDArray[np.float64]:
    """Return the sum of all trees, shape (n,); all trees are walked at once, a level a step."""
    values = feature_values(own.features, columns).astype(np.float32)
    feature, threshold, left, right, worth = _packed(own.trees)
    rows, trees = np.arange(len(values))[:, None], np.arange(len(own.trees))
    nodes = np.zeros((len(values), len(own.trees)), np.int64)
    while (asked := feature[trees, nodes]).max(initial=-1) >= 0:
        # thresholds were found on float32, as scikit-learn's trees compare
        goes_left = values[rows, asked] <= threshold[trees, nodes]
        below = np.where(goes_left, left[trees, nodes], right[trees, nodes])
        nodes = np.where(asked >= 0, below, nodes)
    total: npt.NDArray[np.float64] = worth[trees, nodes].sum(axis=1)
    return total


@functools.lru_cache(maxsize=8)
def _packed_of(trees: _SameTrees) -> tuple[npt.NDArray[Any], ...]:
    most = max(len(tree.feature) for tree in trees.own)
    names = ("feature", "threshold", "left", "right", "value")
    return tuple(
        np.array([_padded(getattr(tree, name), most) for tree in trees.own]) for name in names
    )


def _packed(trees: tuple[Tree, ...]) -> tuple[npt.NDArray[Any], ...]:
    """Return the trees' columns, each of shape (trees, nodes of the largest), padded by -1."""
    return _packed_of(_SameTrees(trees))


def _padded(column: tuple[float, ...], n: int) -> tuple[float, ...]:
    return column + (-1,) * (n - len(column))
