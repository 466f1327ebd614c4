"""Boosted regression trees as plain numbers: a model of trees needs no library to predict."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.models.terms import Columns, Term, feature_values

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

    features: tuple[Term, ...]
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


def tree_sums(own: Trees, columns: Columns) -> npt.NDArray[np.float64]:
    """Return the sum of all trees, shape (n,)."""
    values = feature_values(own.features, columns)
    total = np.zeros(len(values))
    for tree in own.trees:
        total += _leaf_values(tree, values)
    return total


def _leaf_values(tree: Tree, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    feature, threshold = np.array(tree.feature), np.array(tree.threshold)
    left, right = np.array(tree.left), np.array(tree.right)
    rows, nodes = np.arange(len(values)), np.zeros(len(values), np.int64)
    while (inner := feature[nodes] >= 0).any():
        here = nodes[inner]
        # thresholds were found on float32, as scikit-learn's trees compare
        goes_left = values[rows[inner], feature[here]].astype(np.float32) <= threshold[here]
        nodes[inner] = np.where(goes_left, left[here], right[here])
    return np.array(tree.value)[nodes]
