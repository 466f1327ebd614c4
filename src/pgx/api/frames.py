"""Results as pandas frames: the columns and types of the tables that ``pgx annotate`` writes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from pgx.api.arguments import record_of
from pgx.base.extensions import load_extra
from pgx.records.calls import PatientResult
from pgx.reports.content.drug_ranking import in_order
from pgx.reports.tables.polars_frames import call_frame, recommendation_frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Frames", "to_pandas"]


class Frames(NamedTuple):
    """Two frames, one row a call and one row a statement of advice."""

    calls: pd.DataFrame
    recommendations: pd.DataFrame


def to_pandas(results: PatientResult | Iterable[PatientResult]) -> Frames:
    """Return calls and recommendations of results as pandas frames.

    Parameters
    ----------
    results
        One result or several, as `pgx.annotate` returns them.

    Returns
    -------
    Frames
        ``calls`` (with ``evidence``, see `pgx.call`) and ``recommendations``, with the columns of
        the tables of the same names; samples in the given order, genes and drugs A–Z (what a
        patient takes now first). Lists are lists, ``candidates`` and ``alternatives`` lists of
        dictionaries; ``n_*`` are int32, probabilities and dose factors float64, nan where there is
        none; else strings, or NA.

    Raises
    ------
    UsageError
        pandas is not installed (extra ``frames``).

    Examples
    --------
    >>> calls, advice = to_pandas([])
    >>> len(calls), list(advice.columns[:3])
    (0, ['sample', 'drug', 'source'])
    """
    pandas = load_extra("pandas", "frames")
    items = results if isinstance(results, Iterable) else [results]
    given = [record_of(item, PatientResult, "a result") for item in items]
    calls = [c for r in given for c in sorted(r.calls, key=lambda call: call.gene)]
    advice = [row for r in given for row in in_order(r)]
    return Frames(
        calls=_frame(pandas, call_frame(calls, with_sample=True)),
        recommendations=_frame(pandas, recommendation_frame(advice, with_sample=True)),
    )


def _frame(pandas: Any, frame: pl.DataFrame) -> pd.DataFrame:  # noqa: ANN401 - the module
    """Return a polars frame as a pandas one, without the library that polars would ask for."""
    columns = {
        column.name: pandas.Series(column.to_list(), dtype=_type(pandas, column.dtype))
        for column in frame
    }
    return pandas.DataFrame(columns)


def _type(pandas: Any, kind: pl.DataType) -> Any:  # noqa: ANN401 - the module, a type of it
    if kind == pl.Int32:
        return "int32"
    if kind == pl.Float64:
        return "float64"
    return pandas.StringDtype() if kind == pl.String else object
