"""Checks on the validation data folder are skipped where it is missing."""

import pytest
from validation.data import DATA


def pytest_collection_modifyitems(items):
    if (DATA / "cohort").is_dir():
        return
    skip = pytest.mark.skip(reason=f"no validation data folder at {DATA} (PGX_VALIDATION_DATA)")
    for item in items:
        if item.get_closest_marker("validation"):
            item.add_marker(skip)
