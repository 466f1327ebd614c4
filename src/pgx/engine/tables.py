"""Tables of a cohort: calls, recommendations, frequencies by population, and data quality."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
from polars.exceptions import PolarsError
from polars.io.plugins import register_io_source

from pgx.engine.calling import GeneTable
from pgx.engine.frequencies import CohortFrequencies, sample_groups
from pgx.engine.reading import Piece
from pgx.engine.sample_quality import CohortQuality
from pgx.errors import OutputError
from pgx.inputs.settings import SampleInfo
from pgx.records.calls import GeneCall, Recommendation
from pgx.records.genes import GeneDefinition
from pgx.records.tables import CALL_COLUMNS, RECOMMENDATION_COLUMNS
from pgx.reports.tables.polars_frames import (
    CALL_SCHEMA,
    RECOMMENDATION_SCHEMA,
    call_frame,
    recommendation_frame,
)
from pgx.reports.tables.tsv_tables import header, shared_cells, text_cell

__all__ = [
    "SUMMARY_TABLES",
    "Summaries",
    "Table",
    "advice_table",
    "call_table",
    "summarise",
    "write_frame",
    "write_parquet",
    "write_tsv",
]

# rows converted at once, and rows of a Parquet row group
_BATCH_ROWS: Final = 1 << 17
_GROUP_ROWS: Final = 1 << 18
_Records = Sequence[GeneCall] | Sequence[Recommendation]


class DistinctAdvice(Protocol):
    """Distinct recommendations, new or stored; `rows` grows as `of_samples` meets new ones."""

    width: int
    rows: list[Recommendation]

    def of_samples(self, first: int, last: int) -> npt.NDArray[np.int32]:
        """Return (last - first, width) int32 indices of rows for a half-open range of samples."""


class Table(NamedTuple):
    """A table of all samples: ``width`` rows per sample, taken from distinct ``records``.

    ``rows`` returns, for a half-open range of samples, the (last - first, width) indices of their
    records; it may append records. ``done`` receives the number of samples taken.
    """

    samples: Sequence[str]
    columns: Sequence[str]
    schema: pl.Schema
    width: int
    records: _Records
    rows: Callable[[int, int], npt.NDArray[np.int32]]
    frame: Callable[[Any], pl.DataFrame]
    done: Callable[[int], None]

    def batches(self) -> Iterator[tuple[int, int]]:
        """Yield half-open ranges of samples; a batch is done when the next one is requested."""
        step = max(1, _BATCH_ROWS // max(1, self.width))
        for first in range(0, len(self.samples), step):
            self.done(first)
            yield first, min(first + step, len(self.samples))


def call_table(
    samples: Sequence[str], tables: Sequence[GeneTable], done: Callable[[int], None]
) -> Table:
    """Return the table of calls: samples in order, genes in the order of ``tables``."""
    starts = np.cumsum([0, *(len(table.calls) for table in tables)])[:-1]

    def rows(first: int, last: int) -> npt.NDArray[np.int32]:
        own = [table.index[first:last] + start for table, start in zip(tables, starts, strict=True)]
        return np.stack(own, axis=1).astype(np.int32)

    calls = [call for table in tables for call in table.calls]
    return Table(samples, CALL_COLUMNS, CALL_SCHEMA, len(tables), calls, rows, call_frame, done)


def advice_table(
    samples: Sequence[str], advice: DistinctAdvice, done: Callable[[int], None]
) -> Table:
    """Return the table of recommendations: samples in order, drugs A–Z."""
    return Table(
        samples,
        RECOMMENDATION_COLUMNS,
        RECOMMENDATION_SCHEMA,
        advice.width,
        advice.rows,
        advice.of_samples,
        recommendation_frame,
        done,
    )


def write_parquet(handle: BinaryIO, table: Table) -> None:
    """Write a table as Parquet; equal tables give equal bytes.

    Raises
    ------
    OutputError
        Disk, permission or quota.
    """
    own: list[Exception] = []  # polars reports errors of the handle as text only

    def source(*_: object) -> Iterator[pl.DataFrame]:
        try:
            yield from _frames(table)
        except Exception as error:
            own.append(error)
            raise

    try:
        register_io_source(source, schema=table.schema).sink_parquet(
            handle,
            compression="zstd",
            row_group_size=_GROUP_ROWS,
            maintain_order=True,
            engine="streaming",
        )
    except PolarsError as error:
        raise own[0] if own else _unwritten(error) from error


def _frames(table: Table) -> Iterator[pl.DataFrame]:
    """Yield the rows of batches of samples."""
    names = pl.Series("sample", table.samples, pl.String)
    distinct, n_known = table.frame([]), 0
    for first, last in table.batches():
        rows = table.rows(first, last)
        # new distinct records are converted once and appended; rows only refer to them
        if len(table.records) > n_known:
            distinct = pl.concat([distinct, table.frame(table.records[n_known:])], rechunk=True)
            n_known = len(table.records)
        own = names[first:last].gather(np.repeat(np.arange(last - first), table.width))
        yield distinct[rows.ravel()].insert_column(0, own)


def write_tsv(handle: BinaryIO, table: Table) -> None:
    """Write a table as tab-separated text, like those of `pgx annotate`."""
    handle.write(header(table.columns).encode())
    texts: list[str] = []
    for first, last in table.batches():
        rows = table.rows(first, last)
        texts += [shared_cells(table.columns, record) for record in table.records[len(texts) :]]
        for name, own in zip(table.samples[first:last], rows.tolist(), strict=True):
            start = text_cell(name)
            handle.write("".join(f"{start}\t{texts[row]}\n" for row in own).encode())


def write_frame(handle: BinaryIO, frame: pl.DataFrame, form: str) -> None:
    """Write a small table as ``parquet`` or ``tsv``.

    Raises
    ------
    OutputError
        Disk, permission or quota.
    """
    if form == "tsv":
        handle.write(header(frame.columns).encode())
        for row in frame.iter_rows():
            handle.write(("\t".join(map(_text, row)) + "\n").encode())
        return
    try:
        frame.write_parquet(handle, compression="zstd")
    except PolarsError as error:
        raise _unwritten(error) from error


def _text(value: object) -> str:
    if isinstance(value, str):
        return text_cell(value)
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value).lower()


def _unwritten(error: PolarsError) -> OutputError:
    return OutputError(
        f"a table cannot be written: {str(error).splitlines()[0]}",
        remedy="check free space and permissions",
    )


_FREQUENCIES: Final = (
    "allele_frequencies", "diplotype_frequencies", "phenotype_frequencies", "call_status",
)  # fmt: skip
SUMMARY_TABLES: Final = (*_FREQUENCIES, "site_quality", "sample_quality")
"""Names of the tables other than calls and recommendations."""


class Summaries(NamedTuple):
    """Tables by name, and notable quality problems, ready for JSON."""

    tables: dict[str, pl.DataFrame]
    quality: dict[str, Any]


def summarise(
    samples: Sequence[str],
    sample_info: Mapping[str, SampleInfo],
    genes: Sequence[GeneDefinition],
    calls: Sequence[GeneTable],
    pieces: Callable[[GeneDefinition], Sequence[Piece]],
) -> Summaries:
    """Return the frequencies of calls, and the quality of the genotypes behind them.

    Parameters
    ----------
    samples, sample_info
        Sample names in order; sex and population by name.
    genes, calls
        The cohort's genes and the calls of each.
    pieces
        Returns a gene's genotypes; called once for each gene that has positions.
    """
    levels = sample_groups(samples, sample_info)
    quality = CohortQuality(samples, sample_info)
    frequencies = CohortFrequencies(levels)
    for gene, table in zip(genes, calls, strict=True):
        frequencies.add(table, gene)
        if gene.variants:
            quality.add(gene, pieces(gene))
    tables = dict(zip(_FREQUENCIES, frequencies.tables(), strict=True))
    tables |= {"site_quality": quality.sites(), "sample_quality": quality.samples()}
    return Summaries(tables, quality.summary())
