"""Terms of a dosing equation: what each makes of a patient's inputs, for many patients at once.

Inputs are columns of equal length: numbers and yes/no as float64 with NaN where unknown, levels
and genotypes as text with an empty text where unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

__all__ = [
    "Columns",
    "EquationTerm",
    "Feature",
    "count_of_allele",
    "feature_values",
    "is_unknown",
    "n_rows",
]

Columns = Mapping[str, npt.NDArray[np.float64] | npt.NDArray[np.str_]]
"""Inputs by name, each of shape (n,)."""

_Values = npt.NDArray[np.float64]


class Feature(StrEnum):
    """What a term makes of its inputs."""

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
        """How many inputs it is made of."""
        if self is Feature.CONSTANT:
            return 0
        return 2 if self in (Feature.BSA_DUBOIS, Feature.BSA_MOSTELLER) else 1


class EquationTerm(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """One addend: ``coefficient`` times a feature of ``inputs``.

    ``values`` are the levels that count as 1 (``level``) or the alleles that are counted
    (``count``). A number is taken less ``origin`` and divided by ``per``. ``given`` names levels
    of other inputs without which the term is 0.
    """

    coefficient: float
    feature: Feature = Feature.CONSTANT
    inputs: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    origin: float = 0.0
    per: float = 1.0
    given: dict[str, tuple[str, ...]] = {}


def n_rows(columns: Columns) -> int:
    """Return how many patients the columns hold."""
    return next((len(column) for column in columns.values()), 0)


def feature_values(terms: Sequence[EquationTerm], columns: Columns) -> _Values:
    """Return what each term multiplies, shape (n, terms), float64; NaN where a number is unknown.

    A level or genotype that is unknown is none of the levels: 0.
    """
    n = n_rows(columns)
    found = np.empty((n, len(terms)))
    for i, term in enumerate(terms):
        found[:, i] = _FEATURES[term.feature](term, columns, n)
        for name, levels in term.given.items():
            found[~np.isin(columns[name], levels), i] = 0.0
    return found


def is_unknown(column: npt.NDArray[np.float64] | npt.NDArray[np.str_]) -> npt.NDArray[np.bool_]:
    """Return which values of a column are not known."""
    if column.dtype.kind == "f":
        return np.isnan(column.astype(np.float64))
    return np.asarray(column == "")


def count_of_allele(diplotypes: npt.NDArray[np.str_], alleles: Sequence[str]) -> _Values:
    """Return how many of the two alleles of each ``A/B`` are among ``alleles``; 0 where empty."""
    if len(diplotypes) == 1:  # one patient: np.unique would take most of a prediction
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
