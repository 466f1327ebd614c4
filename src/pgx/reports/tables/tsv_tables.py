"""The tables ``calls.tsv`` and ``recommendations.tsv``; see ``docs/reference/columns.md``."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Sequence
from typing import Final

from pgx.records.calls import (
    PHENOCONVERTED,
    AlternativeAdvice,
    Candidate,
    DoseOption,
    DoseResult,
    GeneCall,
    PatientResult,
    Recommendation,
)
from pgx.records.patient import GeneConversion
from pgx.records.tables import CALL_COLUMNS, RECOMMENDATION_COLUMNS
from pgx.reports.content.drug_ranking import in_order
from pgx.reports.content.overrides import computed_text
from pgx.reports.safe_text import cell, defused

__all__ = [
    "CONVERSION_COLUMNS",
    "DOSE_COLUMNS",
    "OVERRIDE_COLUMNS",
    "adjusted_lines",
    "call_lines",
    "conversion_lines",
    "dose_lines",
    "header",
    "override_lines",
    "recommendation_lines",
    "render_rows",
    "shared_cells",
    "text_cell",
]


def header(columns: Sequence[str]) -> str:
    """Return the header line of a table."""
    return "\t".join(columns) + "\n"


def call_lines(result: PatientResult) -> str:
    """Return one sample's lines of the table of calls, genes A–Z."""
    return _lines(CALL_COLUMNS, sorted(result.calls, key=lambda call: call.gene))


def recommendation_lines(result: PatientResult) -> str:
    """Return one sample's lines of the table of recommendations, drugs A–Z.

    The patient's current medicines come first.
    """
    return _lines(RECOMMENDATION_COLUMNS, in_order(result))


def render_rows(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return any table of texts, with the same escaping as the others."""
    lines = ("\t".join(_cell(text) for text in row) + "\n" for row in rows)
    return header(columns) + "".join(lines)


CONVERSION_COLUMNS: Final = (
    "sample", "gene", "medicines", "effect", "predicted_phenotype", "predicted_score", "phenotype",
    "activity_score", "evidence", "reason", "pmids", "sources",
)  # fmt: skip


def conversion_lines(result: PatientResult) -> str:
    """Return one sample's lines of the table of phenoconversions."""
    rows = result.context.conversions if result.context else ()
    return _patient_lines(result.sample, CONVERSION_COLUMNS, rows)


DOSE_COLUMNS: Final = (
    "sample", "drug", "asked", "rank", "kind", "name", "version", "preferred", "certainty", "dose",
    "low", "high", "level", "unit", "text", "depends_on", "options", "code", "reason",
)  # fmt: skip


def dose_lines(result: PatientResult) -> str:
    """Return one sample's lines of the table of doses."""
    rows = result.context.doses if result.context else ()
    return _patient_lines(result.sample, DOSE_COLUMNS, rows)


def _patient_lines(
    sample: str, columns: Sequence[str], rows: Sequence[GeneConversion | DoseResult]
) -> str:
    """Return lines of records that do not name their sample."""
    rest = operator.attrgetter(*columns[1:])
    return "".join(f"{_cell(sample)}\t{_cells(rest(row))}\n" for row in rows)


OVERRIDE_COLUMNS: Final = (
    "sample", "gene", "drug", "computed", "says", "by", "date", "reason",
)  # fmt: skip


def override_lines(result: PatientResult) -> str:
    """Return one sample's lines of the table of a laboratory's decisions.

    ``computed`` is the computed call or recommendation for the same gene or drug.
    """
    rows = (
        (o.gene, o.drug, computed_text(result, o), o.says, o.by, o.date, o.reason)
        for o in result.overrides
    )
    return "".join(f"{_cell(result.sample)}\t{_cells(row)}\n" for row in rows)


def adjusted_lines(result: PatientResult) -> str:
    """Return one sample's lines of the table of recommendations after phenoconversion."""
    rows = [row for row in in_order(result) if row.basis == PHENOCONVERTED]
    return _lines(RECOMMENDATION_COLUMNS, rows)


def _lines(columns: Sequence[str], rows: Sequence[GeneCall] | Sequence[Recommendation]) -> str:
    """Return lines that begin with the sample; the rest is shared by many samples."""
    return "".join(f"{_cell(row.sample)}\t{shared_cells(columns, row)}\n" for row in rows)


def text_cell(text: str) -> str:
    """Return a text, such as a sample's name, as a cell."""
    return _cell(text)


def shared_cells(columns: Sequence[str], row: GeneCall | Recommendation) -> str:
    """Return the cells of a line after the sample."""
    return _cells(operator.attrgetter(*columns[1:])(row))


@functools.lru_cache(maxsize=1 << 16)
def _cells(values: tuple[object, ...]) -> str:
    return "\t".join(_cell(value) for value in values)


def _cell(value: object) -> str:
    if value is None:
        return ""
    # before numbers: a bool is an int in Python
    if isinstance(value, bool):
        return "true" if value else "false"
    return _texts(value) if isinstance(value, str | tuple) else _number(value)


@functools.lru_cache(maxsize=1 << 14)  # samples share most of their values
def _texts(value: str | tuple[object, ...]) -> str:
    if isinstance(value, tuple):
        return defused(";".join(_item(item) for item in value))
    return defused(cell(value))


def _number(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _item(item: object) -> str:
    """Return one list item; a semicolon in it becomes a comma, because ``;`` joins items."""
    if isinstance(item, Candidate):
        return _with_probability(_joined(item.diplotype), item.probability)
    if isinstance(item, AlternativeAdvice):
        advice = f"{'+'.join(item.action)} [{_joined(item.lookup)}]"
        if item.condition is not None:
            advice += f" {{{_joined(item.condition)}}}"
        return _with_probability(advice, item.probability)
    if isinstance(item, DoseOption):
        said = item.text if item.dose is None else f"{item.dose:.6g}"
        when = f" [{', '.join(item.when)}]" if item.when else ""
        return _with_probability(_joined(f"{said}{when}"), item.probability)
    return _joined(str(item))


def _joined(text: str) -> str:
    return cell(text).replace(";", ",")


def _with_probability(text: str, probability: float | None) -> str:
    return text if probability is None else f"{text}={probability:.6g}"
