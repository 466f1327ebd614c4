"""How many samples of a cohort have which result, from a table of distinct calls."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pgx.base.calls import CallStatus
from pgx.engine.calling import GeneTable
from pgx.reports.multiqc_cohort import GeneCounts, multiqc_of_cohort

__all__ = ["count_calls", "render_multiqc"]


def count_calls(table: GeneTable) -> GeneCounts:
    """Count the samples of a gene's table by the status of their call."""
    n_samples = np.bincount(table.index, minlength=len(table.calls)).tolist()
    counts = dict.fromkeys(CallStatus, 0)
    positions = missing = 0
    for call, n in zip(table.calls, n_samples, strict=True):
        counts[call.status] += n
        positions += n * call.n_positions
        missing += n * call.n_missing
    return GeneCounts(
        called=counts[CallStatus.CALLED],
        ambiguous=counts[CallStatus.AMBIGUOUS],
        no_call=counts[CallStatus.NO_CALL],
        not_assessed=counts[CallStatus.NOT_ASSESSED],
        n_positions=positions,
        n_missing=missing,
    )


def render_multiqc(n_samples: int, tables: Sequence[GeneTable]) -> bytes:
    """Return what MultiQC shows of a cohort: a line a gene."""
    return multiqc_of_cohort(n_samples, {table.gene: count_calls(table) for table in tables})
