"""Figures of results, cohorts and frequencies as matplotlib axes, neither shown nor saved.

Each function draws into ``ax``, or creates a figure, and returns the axes; matplotlib's global
state is neither used nor changed. ``ax.figure.savefig("x.png")`` saves the figure.
"""

from __future__ import annotations

from pgx.plot.charts import activity, cohort_phenotypes, drug_matrix, frequencies

__all__ = ["activity", "cohort_phenotypes", "drug_matrix", "frequencies"]
