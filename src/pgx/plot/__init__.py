"""Figures of results, cohorts and frequencies: matplotlib axes, nothing shown or kept.

Each function draws into ``ax``, or makes a figure of its own, and returns the axes; no global
state of matplotlib is read into being or changed. ``ax.figure.savefig("x.png")`` saves it.
"""

from __future__ import annotations

from pgx.plot.charts import activity, cohort_phenotypes, drug_matrix, frequencies

__all__ = ["activity", "cohort_phenotypes", "drug_matrix", "frequencies"]
