"""What holds for all tests."""

from __future__ import annotations


def pytest_make_parametrize_id(val):
    """Number byte strings: packed ones hold the time, and workers must agree on names."""
    return "bytes" if isinstance(val, bytes) else None
