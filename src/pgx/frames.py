"""Results as pandas frames: the columns and types of the tables that ``pgx annotate`` writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from pgx.base.calls import PatientResult
from pgx.base.extras import load_extra
from pgx.reports.order import in_order
from pgx.reports.render_tsv import CALL_COLUMNS, RECOMMENDATION_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Frames", "to_pandas"]

_COUNTS: Final = frozenset({"n_candidates", "n_positions", "n_missing"})
_NUMBERS: Final = frozenset(
    {"probability", "rest", "residual", "dose_factor_min", "dose_factor_max"}
)
_LISTS: Final = frozenset(
    {
        "candidates", "phenotypes", "missing", "undocumented", "notes", "genes", "action",
        "depends_on", "alternatives", "implications", "pmids",
    }
)  # fmt: skip


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
        ``calls`` and ``recommendations``, with the columns of the tables of the same names;
        samples in the given order, genes and drugs A–Z (what a patient takes now first). Lists
        are lists, ``candidates`` and ``alternatives`` lists of dictionaries; ``n_*`` are int32,
        probabilities and dose factors float64, nan where there is none; else strings, or NA.

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
    given = [results] if isinstance(results, PatientResult) else list(results)
    calls = [c for r in given for c in sorted(r.calls, key=lambda call: call.gene)]
    advice = [row for r in given for row in in_order(r)]
    return Frames(
        calls=_frame(pandas, CALL_COLUMNS, msgspec.to_builtins(calls)),
        recommendations=_frame(pandas, RECOMMENDATION_COLUMNS, msgspec.to_builtins(advice)),
    )


def _frame(
    pandas: Any,  # noqa: ANN401 - the module
    columns: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
) -> pd.DataFrame:
    kinds = {name: _kind(pandas, name) for name in columns}
    return pandas.DataFrame(
        {
            name: pandas.Series([row[name] for row in rows], dtype=kind)
            for name, kind in kinds.items()
        }
    )


def _kind(pandas: Any, name: str) -> Any:  # noqa: ANN401 - the module, and a type of it
    if name in _COUNTS:
        return "int32"
    if name in _NUMBERS:
        return "float64"
    return object if name in _LISTS else pandas.StringDtype()
