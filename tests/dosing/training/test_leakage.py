"""Whether a planted pattern of missing values is found to name the site."""

from __future__ import annotations

import numpy as np

from dosing.invented import RECIPE, SCHEMA, frame, table, with_cells
from pgx_dosing.tables import table_of
from pgx_dosing.training.validating import leakage_of


def planted():
    """Return sites that each lack another pair of columns."""
    rows = frame(n_sites=6, per_site=50)
    lacks = [("Height",), ("Weight",), ("Race",), ("Height", "Weight"), ("Height", "Race"), ()]
    for column in ("Height", "Weight", "Race"):
        cells = [
            "NA" if column in lacks[int(site)] else cell
            for site, cell in zip(rows["Site"], rows[column], strict=True)
        ]
        rows = with_cells(rows, **{column: cells})
    return table_of(rows, SCHEMA, "t")


def test_a_pattern_that_names_the_site_is_found():
    found = leakage_of(RECIPE, planted())
    assert found.n_sites == 6
    assert found.largest == 1 / 6
    assert found.by_missing == 1.0
    assert "names the site in 100%" in found.remark


def test_values_that_are_missing_at_random_name_nothing():
    rows = frame(n_sites=6, per_site=50)
    gone = np.random.default_rng(1).random(300) < 0.3
    heights = ["NA" if g else h for g, h in zip(gone, rows["Height"], strict=True)]
    found = leakage_of(RECIPE, table_of(with_cells(rows, Height=heights), SCHEMA, "t"))
    assert found.by_missing < 0.35
    assert "does not name" in found.remark


def test_sites_of_one_patient_each_are_no_fault():
    found = leakage_of(RECIPE, table(n_sites=60, per_site=1))
    assert found.n_sites == 60
    assert found.by_values < 0.2


def test_one_site_cannot_leak():
    assert leakage_of(RECIPE, table(n_sites=1)) is None
