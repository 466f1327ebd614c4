"""What holds for all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# whether a run takes long enough for a line of progress says more of the machine, too
os.environ["PGX_PROGRESS"] = "off"
# so does the width of the terminal
os.environ.pop("COLUMNS", None)

# how long an example takes says more of the machine than of the program
settings.register_profile("pgx", deadline=None)
settings.load_profile("pgx")


def pytest_make_parametrize_id(val):
    """Number byte strings: packed ones hold the time, and workers must agree on names."""
    return "bytes" if isinstance(val, bytes) else None
