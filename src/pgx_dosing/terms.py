"""Terms of an equation and boosted trees, evaluated for many patients at once.

Inputs are columns of equal length: numbers and yes/no as float64 with NaN where unknown, levels
and genotypes as text, empty where unknown.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

__all__ = [
    "Columns",
    "EquationTerm",
    "Feature",
    "Tree",
    "Trees",
    "count_of_allele",
    "feature_values",
    "is_unknown",
    "n_rows",
    "rounded",
    "tree_sums",
]

Columns = Mapping[str, npt.NDArray[np.float64] | npt.NDArray[np.str_]]
"""Inputs by name, each of shape (n,)."""

_Values = npt.NDArray[np.float64]


class Feature(StrEnum):
    """The kinds of features that a term computes from its inputs."""

    CONSTANT = "constant"
    NUMBER = "number"
    DECADE = "decade"
    LOG = "log"
    SQUARE = "square"
    BSA_DUBOIS = "bsa_dubois"
    BSA_MOSTELLER = "bsa_mosteller"
    LEVEL = "level"
    COUNT = "count"
    UNKNOWN = "unknown"

    @property
    def n_inputs(self) -> int:
        """Number of inputs of the feature."""
        if self is Feature.CONSTANT:
            return 0
        return 2 if self in (Feature.BSA_DUBOIS, Feature.BSA_MOSTELLER) else 1


class EquationTerm(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """One addend: ``coefficient`` times a feature of ``inputs``.

    ``values`` are the levels that count as 1 (``level``) or the alleles that are counted
    (``count``). ``origin`` is subtracted from a number, which is then divided by ``per``. ``given``
    names levels of other inputs; for all others the term is 0.
    """

    coefficient: float
    feature: Feature = Feature.CONSTANT
    inputs: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    origin: float = 0.0
    per: float = 1.0
    given: dict[str, tuple[str, ...]] = {}


def rounded(value: float, digits: int = 6) -> float:
    """Return a number rounded to significant digits, as stored in model files."""
    return float(f"{value:.{digits}g}")


def n_rows(columns: Columns) -> int:
    """Return the number of patients in the columns."""
    return next((len(column) for column in columns.values()), 0)


def feature_values(terms: Sequence[EquationTerm], columns: Columns) -> _Values:
    """Return the feature of each term, shape (n, terms), float64; NaN where a number is unknown.

    An unknown level or genotype matches no level: 0.
    """
    n = n_rows(columns)
    found = np.empty((n, len(terms)))
    for i, term in enumerate(terms):
        found[:, i] = _FEATURES[term.feature](term, columns, n)
        for name, levels in term.given.items():
            found[~np.isin(columns[name], levels), i] = 0.0
    return found


def is_unknown(column: npt.NDArray[np.float64] | npt.NDArray[np.str_]) -> npt.NDArray[np.bool_]:
    """Return a mask of the unknown values of a column."""
    if column.dtype.kind == "f":
        return np.isnan(column.astype(np.float64))
    return np.asarray(column == "")


def count_of_allele(diplotypes: npt.NDArray[np.str_], alleles: Sequence[str]) -> _Values:
    """Return how many of the two alleles of each ``A/B`` are among ``alleles``; 0 where empty."""
    if len(diplotypes) == 1:  # one patient: np.unique would dominate the run time
        return np.array([_copies(str(diplotypes[0]), alleles)])
    distinct, places = np.unique(diplotypes.astype(str), return_inverse=True)
    return np.array([_copies(value, alleles) for value in distinct.tolist()])[places]


def _copies(diplotype: str, alleles: Sequence[str]) -> float:
    return float(sum(part in alleles for part in diplotype.split("/")))


def _constant(term: EquationTerm, columns: Columns, n: int) -> _Values:
    return np.ones(n)


def _number(term: EquationTerm, columns: Columns, n: int) -> _Values:
    return (_numbers(columns, term.inputs[0]) - term.origin) / term.per


def _decade(term: EquationTerm, columns: Columns, n: int) -> _Values:
    # the last decade is open-ended: 9 means 90 years or more
    return np.minimum(np.floor(_numbers(columns, term.inputs[0]) / 10.0), 9.0) - term.origin


def _log(term: EquationTerm, columns: Columns, n: int) -> _Values:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(_numbers(columns, term.inputs[0]) / term.per) - term.origin


def _square(term: EquationTerm, columns: Columns, n: int) -> _Values:
    return _number(term, columns, n) ** 2


def _bsa_dubois(term: EquationTerm, columns: Columns, n: int) -> _Values:
    """Du Bois & Du Bois 1916, m²: 0.007184 · cm^0.725 · kg^0.425."""
    height, weight = (_numbers(columns, name) for name in term.inputs)
    return 0.007184 * height**0.725 * weight**0.425 - term.origin


def _bsa_mosteller(term: EquationTerm, columns: Columns, n: int) -> _Values:
    """Mosteller 1987, m²: √(cm · kg / 3600)."""
    height, weight = (_numbers(columns, name) for name in term.inputs)
    return np.sqrt(height * weight / 3600.0) - term.origin


def _level(term: EquationTerm, columns: Columns, n: int) -> _Values:
    column = columns[term.inputs[0]]
    hit = np.zeros(n, np.bool_)
    for value in term.values:
        hit |= column == value
    return hit.astype(np.float64)


def _count(term: EquationTerm, columns: Columns, n: int) -> _Values:
    return count_of_allele(np.asarray(columns[term.inputs[0]], np.str_), term.values)


def _unknown(term: EquationTerm, columns: Columns, n: int) -> _Values:
    return is_unknown(columns[term.inputs[0]]).astype(np.float64)


def _numbers(columns: Columns, name: str) -> _Values:
    return np.asarray(columns[name], np.float64)


_FEATURES: Final[dict[Feature, Callable[[EquationTerm, Columns, int], _Values]]] = {
    Feature.CONSTANT: _constant,
    Feature.NUMBER: _number,
    Feature.DECADE: _decade,
    Feature.LOG: _log,
    Feature.SQUARE: _square,
    Feature.BSA_DUBOIS: _bsa_dubois,
    Feature.BSA_MOSTELLER: _bsa_mosteller,
    Feature.LEVEL: _level,
    Feature.COUNT: _count,
    Feature.UNKNOWN: _unknown,
}


class Tree(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One tree: node i continues at ``left`` where its feature is at most ``threshold``.

    A leaf has feature -1; ``value`` is its prediction, learning rate included.
    """

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]


class Trees(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sum of trees over ``features`` (terms, whose coefficients are ignored)."""

    features: tuple[EquationTerm, ...]
    trees: tuple[Tree, ...]

    @property
    def fault(self) -> str:
        """The fault of a tree that cannot be traversed from root to leaf; else empty."""
        faults = (_fault_of(tree, len(self.features)) for tree in self.trees)
        return next(filter(None, faults), "")

    @property
    def inputs(self) -> Sequence[str]:
        """Names of the inputs used by any tree."""
        return sorted({name for term in self.features for name in term.inputs})


def _fault_of(tree: Tree, n_features: int) -> str:
    n = len(tree.feature)
    columns = (tree.threshold, tree.left, tree.right, tree.value)
    if not n or any(len(column) != n for column in columns):
        return "a tree has columns of different lengths"
    if any(feature >= n_features for feature in tree.feature):
        return "a tree asks for a feature that there is not"
    children = zip(tree.feature, tree.left, tree.right, strict=True)
    # a child index exceeds its parent's, so every traversal ends
    if any(
        feature >= 0 and not (node < left < n and node < right < n)
        for node, (feature, left, right) in enumerate(children)
    ):
        return "a tree does not lead to a leaf"
    return ""


class _SameTrees:
    """Trees compared by identity: comparing all their numbers would be slow."""

    def __init__(self, own: tuple[Tree, ...]) -> None:
        self.own = own

    def __hash__(self) -> int:
        return id(self.own)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameTrees) and self.own is other.own


def tree_sums(own: Trees, columns: Columns) -> npt.NDArray[np.float64]:
    """Return the sum of all trees, shape (n,); all trees are traversed together, by level."""
    values = feature_values(own.features, columns).astype(np.float32)
    feature, threshold, left, right, worth = _packed(own.trees)
    rows, trees = np.arange(len(values))[:, None], np.arange(len(own.trees))
    nodes = np.zeros((len(values), len(own.trees)), np.int64)
    while (asked := feature[trees, nodes]).max(initial=-1) >= 0:
        # thresholds were fitted on float32, the precision of scikit-learn's trees
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
